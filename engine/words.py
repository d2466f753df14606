"""The product's own sentences, in French and English. The law's words live in the policies, never here.

A catalogue is one TOML file a language in `engine/words/`; a sentence is a template with `{named}` places.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Every sentence of a language by its dotted key, such as `problem.not_a_date`."""
    tables = tomllib.loads((files("engine") / "words" / f"{lang}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": text for table, sentences in tables.items() for key, text in sentences.items()}


def say(lang: Lang, key: str, /, **details: object) -> str:
    """The sentence `key` with its places filled. Raises KeyError for a key or place that does not exist."""
    return catalogue(lang)[key].format_map(details)
