"""The product's own sentences, in French and English. The law's words live in the policies, never here.

A catalogue is one TOML file a language in `engine/words/`; a sentence is a template with `{named}` places.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
NO_BREAK = "\N{NO-BREAK SPACE}"
SPACE_BEFORE, SPACE_AFTER = re.compile(r" (?=[:;?!%€»])"), re.compile(r"(?<=«) ")


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Every sentence of a language by its dotted key, such as `problem.not_a_date`."""
    tables = tomllib.loads((files("engine") / "words" / f"{lang}.toml").read_text(encoding="utf-8"))
    typeset = typeset_french if lang == "fr" else str
    return {f"{table}.{key}": typeset(text) for table, sentences in tables.items() for key, text in sentences.items()}


def typeset_french(text: str) -> str:
    """The spaces that French typography wants unbreakable made so: inside « », and before : ; ? ! % €."""
    return SPACE_BEFORE.sub(NO_BREAK, SPACE_AFTER.sub(NO_BREAK, text))


def say(lang: Lang, key: str, /, **details: object) -> str:
    """The sentence `key` with its places filled. Raises KeyError for a key or place that does not exist."""
    return catalogue(lang)[key].format_map(details)
