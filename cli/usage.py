"""A command that was written wrongly, as a problem like any other."""

from __future__ import annotations

import re

import typer

from engine.problems import Problem, nearest


def usage_problem(error: typer.TyperException) -> Problem:
    """What is wrong with the command, told in the product's own words."""
    match type(error).__name__:
        case "NoSuchOption":
            wrong = str(getattr(error, "option_name", ""))
            near = nearest(wrong, getattr(error, "possibilities", None) or ())
            return Problem("no_such_option", details={"name": wrong, "nearest": near})
        case "MissingParameter":
            return Problem("missing_parameter", details={"name": _name(error)})
        case "BadParameter":
            # The values allowed are told nowhere but in the library's own English sentence.
            _, _, told = error.format_message().partition("not one of")
            choices = re.findall(r"'([^']+)'", told)
            return Problem("bad_parameter", details={"name": _name(error), "valid": ", ".join(choices)})
        case _:
            return Problem("bad_command", details={"why": error.format_message()})


def _parameter(error: typer.TyperException) -> object:
    return getattr(error, "param", None)


def _name(error: typer.TyperException) -> str:
    """The option or argument as the user writes it."""
    parameter = _parameter(error)
    options = getattr(parameter, "opts", ())
    if any(option.startswith("-") for option in options):
        return str(max(options, key=len))
    return str(getattr(parameter, "metavar", None) or getattr(parameter, "name", ""))
