"""The help page of a command, in one language: how it is written, what it does, what it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from msgspec.structs import replace

from cli.language import spoken
from cli.screen import Screen, screen
from engine.words import Lang, say

INDENT = "  "
NAMES = 24
"""The width of the column of names: a longer name has a line of its own."""
NARROW = 24
"""Nothing is made narrower than this, however small the screen."""


def page(command: Any, ctx: Any) -> str:
    """The help page of a command, as wide as the screen, in the language spoken.

    Raises KeyError or FileNotFoundError for a sentence that does not exist: the help that typer is given is a key.
    """
    return "\n".join(_Page(screen(), spoken(), command, ctx).lines())


def about(path: str) -> str:
    """The key of the sentence on the command written so: `about.policy_show` for `forfait policy show`."""
    program, *names = path.split()
    return f"about.{'_'.join(names) or program}"


def takes(parameter: Any, lang: Lang) -> str:
    """What stands for the value of an argument or option, or the values allowed; nothing for an option alone."""
    if getattr(parameter, "is_flag", False):
        return ""
    if parameter.metavar:
        return say(lang, parameter.metavar)
    return "|".join(_written(choice) for choice in parameter.type_descriptor.choices)


def _written(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value)


@dataclass(frozen=True)
class _Page:
    """A page being written."""

    screen: Screen
    lang: Lang
    command: Any
    ctx: Any

    def lines(self) -> Iterator[str]:
        path, commands = self.ctx.command_path, getattr(self.command, "commands", {})
        parameters = self.command.get_params(self.ctx)
        arguments = [one for one in parameters if one.param_type_name == "argument"]
        options = [one for one in parameters if one.param_type_name == "option"]
        words = [*map(self.place, arguments), say(self.lang, "help.any_option")]
        words += [say(self.lang, "metavar.command")] if commands else []
        yield from self.wrapped(say(self.lang, "help.usage", written=" ".join([path, *words])))
        yield ""
        yield from self.wrapped(say(self.lang, about(path)))
        yield from self.section("arguments", ((takes(one, self.lang), self.told(one)) for one in arguments))
        yield from self.section("options", ((self.name(one), self.told(one)) for one in options))
        yield from self.section("commands", ((name, say(self.lang, about(f"{path} {name}"))) for name in commands))

    def place(self, argument: Any) -> str:
        """Where an argument stands in the command, in brackets when it may be left out."""
        return takes(argument, self.lang) if argument.required else f"[{takes(argument, self.lang)}]"

    def name(self, option: Any) -> str:
        """An option as it is written, the shorter of its names first."""
        return " ".join(filter(None, [", ".join(sorted(option.opts, key=len)), takes(option, self.lang)]))

    def told(self, parameter: Any) -> str:
        """What an argument or option is for, and how it may be given."""
        # The library adds the option for help itself, with an English sentence.
        sentences = [say(self.lang, "help.help" if "--help" in parameter.opts else parameter.help)]
        if parameter.required and parameter.param_type_name == "option":
            sentences.append(say(self.lang, "help.required"))
        if getattr(parameter, "multiple", False):
            sentences.append(say(self.lang, "help.repeated"))
        if takes(parameter, self.lang) and parameter.default is not None:
            sentences.append(say(self.lang, "help.default", value=_written(parameter.default)))
        return " ".join(sentences)

    def section(self, title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
        """A titled list of names, each with what is said of it; nothing where there are none."""
        for index, (name, text) in enumerate(rows):
            if index == 0:
                yield from ("", self.screen.painted(say(self.lang, f"help.{title}"), "bold"))
            first = f"{INDENT}{name}"
            if len(first) > NAMES - len(INDENT):
                yield first
                first = ""
            for line in self.wrapped(text, NAMES):
                yield f"{first:<{NAMES}}{line}"
                first = ""

    def wrapped(self, text: str, margin: int = 0) -> Iterator[str]:
        """A text in lines that leave room for a margin."""
        return replace(self.screen, width=max(NARROW, self.screen.width - margin)).wrapped([(text, "")])
