"""The language a command speaks: French unless `--lang en` is given."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import typer

from engine.words import LANGS, Lang


class Language(StrEnum):
    """The languages there are."""

    fr = "fr"
    en = "en"


_spoken: ContextVar[Lang] = ContextVar("spoken", default="fr")


def spoken() -> Lang:
    """The language of the command under way, for its output and for what goes wrong."""
    return _spoken.get()


def speak(words: Sequence[str]) -> None:
    """Speak the language that the words of a command ask for, wherever they do, its help and its faults included."""
    _spoken.set(asked(words))


def asked(words: Sequence[str]) -> Lang:
    """The last language asked for: looked for in the words as they are, which may make no command."""
    found: Lang = "fr"
    for word, after in pairwise([*words, ""]):
        name, equals, value = word.partition("=")
        written = value if equals else after
        if name == "--lang" and written in LANGS:
            found = Language(written).value
    return found


Spoken = Annotated[Language, typer.Option("--lang", help="help.lang")]
"""The option as typer reads it, to refuse what is no language; what is spoken is settled before, by `speak`."""
