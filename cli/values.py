"""The quick reading of what a user writes: texts, whole numbers and choices, without the library typer reads with.

What is not read here, a wrong value above all, is left to typer, which knows what to say of it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import typer

from cli.usage import name_of
from engine.problems import Invalid, Problem

HELP = ["-h", "--help"]
"""The names of the option that every command has."""
MOST_DIGITS = 9
"""No whole number asked for has more; Python itself refuses to read or write some thousands of digits."""


def quickened(command: Any) -> Any:
    """The command, and those under it, reading plain values the quick way."""
    for one in getattr(command, "commands", {}).values():
        quickened(one)
    for parameter in command.get_params(typer.Context(command, help_option_names=HELP)):
        told = parameter.type_descriptor
        if not told.is_ranged and told.parameter_info.parser is None:
            parameter.get_runtime_param = _Quick(told.annotation, parameter.get_runtime_param)
    return command


class _Quick:
    """Stands for typer's reading of one parameter."""

    def __init__(self, kind: Any, slow: Callable[[], Any]) -> None:
        self.kind, self.slow = kind, slow

    def __call__(self) -> _Quick:
        return self

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command takes it. Raises what typer raises; Invalid for a number out of all bounds."""
        if self.kind is int and isinstance(value, str):
            _check_length(value, param)
        several = param.multiple or param.nargs == -1
        if value is None or (several and self.kind == list[str]):
            return list(value or ()) if several else None
        found = None if several else _plain(self.kind, value)
        return self.slow().coerce(value, param=param, ctx=ctx) if found is None else found


def _check_length(value: str, param: Any) -> None:
    if sum(map(str.isdecimal, value)) > MOST_DIGITS:
        code, sign = ("below_minimum", "-") if value.startswith("-") else ("below_maximum", "")
        details = {"value": f"{value[:MOST_DIGITS]}…", "limit": f"{sign}{'9' * MOST_DIGITS}"}
        raise Invalid([Problem(code, place=name_of(param), details=details)])


def _plain(kind: Any, value: Any) -> Any:
    """A text, whole number or choice; None when it is none of those, or when it is to be looked at closer."""
    if not isinstance(kind, type) or isinstance(value, kind):
        return value if isinstance(kind, type) else None
    if kind is int and value.isascii() and value.isdecimal():
        return int(value)
    return next((one for one in kind if one.value == value), None) if issubclass(kind, Enum) else None
