"""The language a command speaks: French unless `--lang en` is given."""

from __future__ import annotations

from contextvars import ContextVar
from enum import StrEnum
from typing import Annotated

import typer

from engine.words import Lang


class Language(StrEnum):
    """The languages there are."""

    fr = "fr"
    en = "en"


_spoken: ContextVar[Lang] = ContextVar("spoken", default="fr")


def spoken() -> Lang:
    """The language of the command under way, for its output and for what goes wrong."""
    return _spoken.get()


def _speak(language: Language) -> Language:
    _spoken.set(language.value)
    return language


Spoken = Annotated[Language, typer.Option("--lang", help="Langue : fr ou en.", callback=_speak, is_eager=True)]
