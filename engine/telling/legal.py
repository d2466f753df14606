"""What the letter cites of the law: `engine/telling/legal.toml`, with its stars."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any as Anything

from engine.words import Lang, say, typeset_french


@cache
def legal() -> dict[str, dict[str, Anything]]:
    """Every entry by its name."""
    return tomllib.loads((files("engine.telling") / "legal.toml").read_text(encoding="utf-8"))


def legal_text(name: str, lang: Lang, part: str = "text") -> str:
    """What an entry says; of a legal basis, also its `label`, its `lapse` in words, and the `doubt` about it."""
    return _typeset(legal()[name][part][lang], lang)


def cited(name: str, lang: Lang) -> str:
    """What an entry says, with its reference, starred until a lawyer has checked it."""
    key = "cited_verify" if legal()[name]["to_verify"] else "cited"
    reference = _typeset(legal()[name]["reference"][lang], lang)
    return say(lang, f"letter.{key}", text=legal_text(name, lang), reference=reference)


def _typeset(text: str, lang: Lang) -> str:
    return typeset_french(text) if lang == "fr" else text
