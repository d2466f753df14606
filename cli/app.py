"""What every command of `forfait` is registered on: typer, with help pages of the product's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.language import Language, Spoken
from cli.values import HELP


def _help(command: Any, ctx: Any) -> str:
    """The help page of a command; what draws it is loaded when a page is asked for."""
    from cli.helping import page

    return page(command, ctx)


class Command(TyperCommand):
    """A command with a help page of the product's own."""

    get_help = _help


class Group(TyperGroup):
    """Several commands, with a help page of the product's own."""

    get_help = _help


def _alone(ctx: typer.Context, lang: Spoken = Language.fr) -> None:
    """Help who names none of the commands."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


class App(typer.Typer):
    """Commands under one name; what each does is a sentence, `about.policy_show` for `forfait policy show`."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name=name,
            cls=Group,
            callback=_alone,
            invoke_without_command=True,
            add_completion=False,
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": HELP},
        )

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """Register the function that it is called with as the command of this name."""
        return super().command(name, cls=Command, **options)
