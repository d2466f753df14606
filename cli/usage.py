"""A command that was written wrongly, as a problem like any other."""

from __future__ import annotations

import re

import typer

from cli.language import spoken
from engine.problems import Problem, nearest
from engine.words import say


def usage_problem(error: typer.TyperException) -> Problem:
    """What is wrong with the command, told in the product's own words."""
    match type(error).__name__:
        case "NoSuchOption":
            option = str(getattr(error, "option_name", ""))
            near = nearest(option, getattr(error, "possibilities", None) or ())
            return Problem("no_such_option", details={"name": option, "nearest": near})
        case "MissingParameter":
            return Problem("missing_parameter", details={"name": _name(error)})
        case "BadParameter":
            # The values allowed are told nowhere but in the library's own English sentence.
            _, _, told = error.format_message().partition("not one of")
            choices = re.findall(r"'([^']+)'", told)
            return Problem("bad_parameter", details={"name": _name(error), "valid": ", ".join(choices)})
        case "BadOptionUsage":
            code = "option_with_value" if "does not take" in error.format_message() else "option_without_value"
            return Problem(code, details={"name": str(getattr(error, "option_name", ""))})
        case "UsageError" if (wrong := _told(r"No such command (?:'(.*)'|\"(.*)\")\.", error)) is not None:
            return Problem("no_such_command", details={"name": wrong, "nearest": nearest(wrong, _commands(error))})
        case "UsageError" if (extra := _told(r"extra argument.*? \((.*)\)", error)) is not None:
            return Problem("words_too_many", details={"name": extra})
        case _:
            return Problem("bad_command", details={"why": error.format_message()})


def _told(pattern: str, error: typer.TyperException) -> str | None:
    """The words at fault, which only the library's own English sentence tells; None if it is not that sentence."""
    found = re.search(pattern, error.format_message(), re.DOTALL)
    return "".join(filter(None, found.groups())) if found else None


def _commands(error: typer.TyperException) -> list[str]:
    """The commands that one may be chosen from, where the error is."""
    return list(getattr(getattr(getattr(error, "ctx", None), "command", None), "commands", ()))


def name_of(parameter: object) -> str:
    """An option or argument as the user writes it."""
    options = getattr(parameter, "opts", ())
    if any(option.startswith("-") for option in options):
        return str(max(options, key=len))
    stands = getattr(parameter, "metavar", None)
    return say(spoken(), stands) if stands else str(getattr(parameter, "name", ""))


def _name(error: typer.TyperException) -> str:
    return name_of(getattr(error, "param", None))
