"""The quick reading of what a user writes: texts, whole numbers and choices, without the library typer reads with.

What is not read here, a wrong value above all, is left to typer, which knows what to say of it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import typer

HELP = ["-h", "--help"]
"""The names of the option that every command has."""


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
        """The value as the command takes it. Raises what typer raises."""
        several = param.multiple or param.nargs == -1
        if value is None or (several and self.kind == list[str]):
            return list(value or ()) if several else None
        found = None if several else _plain(self.kind, value)
        return self.slow().coerce(value, param=param, ctx=ctx) if found is None else found


def _plain(kind: Any, value: Any) -> Any:
    """A text, whole number or choice; None when it is none of those, or when it is to be looked at closer."""
    if not isinstance(kind, type) or isinstance(value, kind):
        return value if isinstance(kind, type) else None
    if kind is int and value.isascii() and value.isdecimal():
        return int(value)
    return next((one for one in kind if one.value == value), None) if issubclass(kind, Enum) else None
