"""The rows of flows that count nowhere, or not for a measure, because of what is wrong with them: each with why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any as Anything

import numpy
import pyarrow as arrow
from msgspec import Struct
from pyarrow import parquet

from engine.conditions import Text
from engine.measuring.asking import FLAW, KEY, MONTH, Asking
from engine.measuring.fates import DOUBTFUL, UNDECIDED, sides
from engine.measuring.flaws import Flaw, bounds, flaws
from engine.measuring.folding import Folded, arrays, since
from engine.measuring.measures import DOCTOR, Flow
from engine.policy import Vocabulary
from engine.words import LANGS, Lang, say

SCHEMA = arrow.schema([(name, arrow.string()) for name in (DOCTOR, "flow", KEY, "measure", "code", *LANGS)])
"""One row for each thing that keeps a row from counting: of whom, of which flow, what names it, for which measure
(NULL: for all that count from the flow), a code, and a sentence in each language. Nothing of a patient."""
ORDER = [(name, "ascending") for name in (DOCTOR, "flow", KEY, "measure", "code")]
Said = Mapping[str, str]
"""A code, and what is said in each language."""


def quarantined(
    vocabulary: Vocabulary, asking: Asking, folded: Sequence[Folded], groups: Anything, doctors: Sequence[str]
) -> Iterator[Anything]:
    """Tables of the rows of a flow that are quarantined, of these doctors, from the groups of rows alike."""
    who, columns, rows = arrays(groups, arrow.array(doctors, arrow.string()))
    for rank, one in enumerate(flaws(asking.flow), start=1):
        yield _table(_each(rows, columns[FLAW] == rank), asking.flow.name, None, _flawed(asking.flow, one))
    for measured in folded:
        name = measured.measuring.id
        late = since(columns[MONTH]) < measured.start[who] if MONTH in columns else numpy.zeros(len(who), bool)
        for side in sides(measured.measuring):
            if side.asked.flow == asking.flow.name and side.name in measured.fates:
                fate = columns[asking.fate_of(side.asked)]
                undecided = (fate == UNDECIDED) | ((fate == DOUBTFUL) & ~late)
                yield _table(_each(rows, undecided), asking.flow.name, name, _undecided(vocabulary, name))


def of_nobody(flow: Flow, rows: Anything) -> Anything:
    """The table of rows whose doctor's number is none."""
    return _table(rows, flow.name, None, _flawed(flow, flaws(flow)[0]))


def ordered(tables: Sequence[Anything]) -> Anything:
    """Rows of the quarantine together, in an order that hangs on nothing but them."""
    return arrow.concat_tables([SCHEMA.empty_table(), *tables]).sort_by(ORDER)


class Why(Struct, frozen=True):
    """A reason of quarantine: its code, what is said of it, and how many rows there are for it."""

    code: str
    message: str
    rows: int

    @property
    def said(self) -> dict[str, str]:
        """The code and what is said of it."""
        return {"code": self.code, "message": self.message}


def reasons(file: Path, lang: Lang) -> list[Why]:
    """The reasons of a quarantine that was written, the most frequent first. Raises OSError."""
    rows = parquet.read_table(file, columns=["code", lang])
    counts = rows.group_by(["code", lang]).aggregate([([], "count_all")])
    found = [Why(row["code"], row[lang], row["count_all"]) for row in counts.to_pylist()]
    return sorted(found, key=lambda one: (-one.rows, one.code, one.message))


def label_of(vocabulary: Vocabulary, name: str) -> Text:
    """The label of a measure or a fact."""
    known = vocabulary.measures.get(name)
    return known.label if known else vocabulary.facts[name].label


def flawed(flow: Flow, one: Flaw, lang: Lang) -> str:
    """What is wrong with a row, and what is expected instead where its value is none of its column's type."""
    column = flow.columns.get(one.column)
    if column is None:
        return say(lang, f"flow.{one.code}")
    label = getattr(column.label, lang)
    if one.code != "bad_value":
        return say(lang, f"flow.{one.code}", column=label)
    least, most = bounds(column)
    expected = say(lang, f"flow.expected_{column.type}", least=least, most=most)
    return say(lang, "flow.bad_value", column=label, expected=expected)


def _flawed(flow: Flow, one: Flaw) -> Said:
    said: dict[str, str] = {lang: flawed(flow, one, lang) for lang in LANGS}
    return {"code": one.code, **said}


def _undecided(vocabulary: Vocabulary, name: str) -> Said:
    label = label_of(vocabulary, name)
    said: dict[str, str] = {lang: say(lang, "flow.undecided", measure=getattr(label, lang)) for lang in LANGS}
    return {"code": "undecided", **said}


def _each(groups: Anything, where: Anything) -> Anything:
    """Every row of some groups of rows alike, which have one name or none."""
    ranks = numpy.flatnonzero(where)
    return groups.take(arrow.array(numpy.repeat(ranks, groups["n"].to_numpy()[ranks])))


def _table(rows: Anything, flow: str, measure: str | None, said: Said) -> Anything:
    same = {"flow": flow, "measure": measure, **said}
    columns = [
        arrow.repeat(arrow.scalar(same[name], arrow.string()), len(rows))
        if name in same
        else rows[name].cast(arrow.string())
        for name in SCHEMA.names
    ]
    return arrow.table(columns, SCHEMA)
