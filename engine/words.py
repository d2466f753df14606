"""The product's own sentences, in French and English. The law's words live in the policies, never here.

A sentence is a template with `{named}` places. Its key, `problem.not_a_date`, names the file that holds it,
`engine/words/fr/problem.toml`, and its name there; a file is read when one of its sentences is said.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from engine.bundled import bundled

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
NO_BREAK = "\N{NO-BREAK SPACE}"
SPACE_BEFORE, SPACE_AFTER = re.compile(r" (?=[:;?!%€»])"), re.compile(r"(?<=«) ")


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Every sentence of a language by its dotted key, such as `problem.not_a_date`."""
    tables = sorted(file.name.removesuffix(".toml") for file in _folder(lang).iterdir())
    return {f"{table}.{name}": text for table in tables for name, text in _table(lang, table).items()}


def _folder(lang: Lang) -> Path:
    return bundled("engine") / "words" / lang


@cache
def _table(lang: Lang, table: str) -> dict[str, str]:
    sentences: dict[str, str] = tomllib.loads((_folder(lang) / f"{table}.toml").read_text(encoding="utf-8"))
    typeset = typeset_french if lang == "fr" else str
    return {name: typeset(text) for name, text in sentences.items()}


def typeset_french(text: str) -> str:
    """The spaces that French typography wants unbreakable made so: inside « », and before : ; ? ! % €."""
    return SPACE_BEFORE.sub(NO_BREAK, SPACE_AFTER.sub(NO_BREAK, text))


def say(lang: Lang, key: str, /, **details: object) -> str:
    """The sentence `key` with its places filled. Raises KeyError for a key or place that does not exist."""
    table, _, name = key.partition(".")
    return _table(lang, table)[name].format_map(details)
