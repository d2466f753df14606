"""The product's own sentences, in French and English. The law's words live in the policies, never here.

A sentence is a template with `{named}` places. Its key, `problem.not_a_date`, names the file that holds it,
`engine/words/fr/problem.toml`, and its name there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import MsgspecError, Struct, json

from engine import VERSION
from engine.bundled import bundled
from engine.cache import as_on_disk, keep, recall

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
NO_BREAK = "\N{NO-BREAK SPACE}"
SPACE_BEFORE, SPACE_AFTER = r" (?=[:;?!%€»])", r"(?<=[«°]) "
BEFORE_UNIT = re.compile(r"(?<=[\d}]) (?=(?:points?|euros?)\b)")


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Every sentence of a language by its dotted key, such as `problem.not_a_date`.

    Kept in the user's cache for as long as the files that hold them stay as they are.
    """
    folder = bundled("engine") / "words" / lang
    written = [VERSION, str(folder), *as_on_disk(folder, ".toml")]
    name = f"sentences.{lang}.json"
    kept = _kept(recall(name))
    if kept is None or kept.written != written:
        files = sorted(folder.glob("*.toml"))
        kept = _Kept(written, {key: text for file in files for key, text in _read(file, lang)})
        keep(name, json.encode(kept))
    return kept.sentences


class _Kept(Struct, frozen=True):
    """The sentences of a language, and the files they were read from as those were then."""

    written: list[str]
    sentences: dict[str, str]


def _kept(body: bytes | None) -> _Kept | None:
    try:
        return None if body is None else json.decode(body, type=_Kept)
    except MsgspecError:
        return None


def _read(file: Path, lang: Lang) -> Iterator[tuple[str, str]]:
    # Slow to load, and needed only where nothing was kept.
    import tomllib  # noqa: PLC0415

    for name, text in tomllib.loads(file.read_text(encoding="utf-8")).items():
        yield f"{file.stem}.{name}", whole_quantities(typeset_french(text) if lang == "fr" else text)


def typeset_french(text: str) -> str:
    """The spaces that French typography wants unbreakable made so: inside « », after n°, and before : ; ? ! % €."""
    return re.sub(SPACE_BEFORE, NO_BREAK, re.sub(SPACE_AFTER, NO_BREAK, text))


def whole_quantities(text: str) -> str:
    """A number, or the place of one, kept on the line of its unit: `30,5 points`, in either language."""
    return BEFORE_UNIT.sub(NO_BREAK, text)


def say(lang: Lang, key: str, /, **details: object) -> str:
    """The sentence `key` with its places filled. Raises KeyError for a key or place that does not exist."""
    return catalogue(lang)[key].format_map(details)
