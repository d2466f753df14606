"""The doctors whom a run cannot decide: what is wrong with the dossier of each, as the reader tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct
from pyarrow import parquet

from engine.problems import Problem, names_to_try, sentence
from engine.tables import TABLES
from engine.words import LANGS, Lang

Refused = tuple[str, tuple[Problem, ...]]
"""A doctor who cannot be decided, and what is wrong."""
SCHEMA = arrow.schema(
    [
        ("doctor", arrow.string()),
        ("code", arrow.string()),
        ("table", arrow.string()),
        ("line", arrow.int64()),
        ("place", arrow.string()),
        *((lang, arrow.string()) for lang in LANGS),
    ]
)
"""One row a problem: its code, the table or the file it is in, its line where that has lines, its place, and what the
reader says of it in each language."""


class Why(Struct, frozen=True):
    """A reason of quarantine: how many doctors are there for it, the first of them, and what is said of the first."""

    code: str
    count: int
    doctors: tuple[str, ...]
    message: str


def reasons(file: Path, lang: Lang, shown: int) -> list[Why]:
    """The reasons of a quarantine that was written, the most frequent first, each with so many doctors at most.

    Raises OSError when it cannot be read.
    """
    rows = parquet.read_table(file, columns=["doctor", "code", lang])
    found = []
    for code in rows["code"].unique().to_pylist():
        own = rows.filter(computed.equal(rows["code"], code))
        doctors = own["doctor"].unique()
        found.append(Why(code, len(doctors), tuple(doctors[:shown].to_pylist()), own[lang][0].as_py()))
    return sorted(found, key=lambda one: (-one.count, one.code))


def quarantine_table(found: Iterable[Refused]) -> Anything:
    """The rows of doctors with their problems, as an Arrow table."""
    return arrow.Table.from_pylist(list(_rows(found)), SCHEMA)


def _rows(found: Iterable[Refused]) -> Iterator[dict[str, Anything]]:
    for doctor, problems in found:
        for problem in problems:
            told: dict[str, str] = {lang: _told(problem, lang) for lang in LANGS}
            place = {"table": _table(problem.file), "line": problem.line, "place": problem.place or None}
            yield {"doctor": doctor, "code": problem.code, **place, **told}


def _table(file: str) -> str:
    """The table that a file holds, and elsewhere the file itself."""
    name = Path(file).stem
    return name if name in TABLES else file


def _told(problem: Problem, lang: Lang) -> str:
    return " ".join(part for part in (sentence(problem, lang), names_to_try(problem, lang)) if part)
