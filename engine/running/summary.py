"""What a run comes to: its doctors, points and euros, by indicator and by what the doctors are.

Read from the tables that the run wrote, a few columns at a time; every sum is of exact decimals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct
from pyarrow import parquet

from engine.amount import NOTHING, Amount
from engine.columnar.layout import BOUNDS, DOCTOR, OUTCOMES
from engine.decision import OutcomeWord
from engine.policy import Policy

VERDICTS: Mapping[bool | None, OutcomeWord] = {True: "granted", False: "refused", None: "undetermined"}
"""What a volet's condition comes to, said as of an indicator."""


class Tally(Struct, frozen=True):
    """A volet, an indicator or a component: how many doctors got each outcome, and what it pays, in its own unit."""

    id: str
    outcomes: Mapping[OutcomeWord, int]
    paid: Amount


class Group(Struct, frozen=True):
    """The doctors of one value of a field, None where it is not known: how many, sure of points, and what is paid."""

    value: str | None
    doctors: int
    paid: int
    points: Amount
    euros: Amount


class Summary(Struct, frozen=True):
    """The whole, in the order of the policy; `groups` the largest first, those of no known value last."""

    whole: Group
    tallies: tuple[Tally, ...]
    groups: tuple[Group, ...]


def summary(policy: Policy, folder: Path, of: Anything, field: str) -> Summary:
    """Summarise the run in a folder, grouped by a field.

    `of` is an Arrow table with a row a doctor at most, holding `doctor` and the field; a doctor who has none, and
    one whose field is NULL, are of no known value. Raises OSError when the run cannot be read.
    """
    doctors = parquet.ParquetFile(folder / "doctors.parquet")
    paid = _read(doctors, DOCTOR, *_bounds("paid"), *_bounds("euros"))
    values = labelled(policy, field, of[field].take(computed.index_in(paid[DOCTOR], of[DOCTOR])))
    groups = sorted(_groups(paid, values), key=lambda one: (one.value is None, -one.doctors, one.value))
    everyone = next(_groups(paid, arrow.nulls(paid.num_rows, arrow.string())), Group(None, 0, 0, NOTHING, NOTHING))
    return Summary(everyone, tuple(_tallies(policy, doctors)), tuple(groups))


def labelled(policy: Policy, field: str, values: Anything) -> Anything:
    """The values of a field by their codes, whatever name of its closed list the dossier used; others as they are."""
    known = policy.vocabulary.fields[field].table
    written = values.unique().to_pylist()
    entries = [known.find(text) if known and text is not None else None for text in written]
    codes = [entry.code if entry else text for entry, text in zip(entries, written, strict=True)]
    return arrow.array(codes, arrow.string()).take(computed.index_in(values, arrow.array(written, arrow.string())))


def _tallies(policy: Policy, doctors: Anything) -> Iterator[Tally]:
    for volet in policy.volets:
        # A volet paid part by part is open or not: hardly anyone meets all of it.
        yield _tally(doctors, volet.id, volet.id if volet.pays == "block" else f"{volet.id}.gate")
        for indicator in volet.indicators:
            yield _tally(doctors, indicator.id, f"{indicator.id}.outcome")
    for component in policy.components:
        yield _tally(doctors, component.id, f"{component.id}.outcome")


def _tally(doctors: Anything, id: str, outcome: str) -> Tally:
    found = _read(doctors, outcome, *_bounds(f"{id}.paid"))
    counts = dict.fromkeys(OUTCOMES, 0)
    for counted in computed.value_counts(found[outcome]).to_pylist():
        counts[VERDICTS.get(counted["values"], counted["values"])] += counted["counts"]
    return Tally(id, counts, total_of(found, f"{id}.paid"))  # type: ignore[arg-type]


def total_of(table: Anything, name: str) -> Amount:
    """The sum of a column of amounts, from least to most."""
    least, most = (computed.sum(table[bound]).as_py() for bound in _bounds(name))
    return NOTHING if least is None else Amount(least, most)


def _groups(paid: Anything, values: Anything) -> Iterator[Group]:
    certain = computed.greater(paid["paid.least"], arrow.scalar(0, arrow.int8()))
    amounts = [*_bounds("paid"), *_bounds("euros")]
    table = paid.select(amounts).append_column("value", values).append_column("certain", certain.cast(arrow.int64()))
    sums = [(name, "sum") for name in (*amounts, "certain")]
    for row in table.group_by("value").aggregate([*sums, ([], "count_all")]).to_pylist():
        points, euros = (Amount(*(row[f"{bound}_sum"] for bound in _bounds(what))) for what in ("paid", "euros"))
        yield Group(row["value"], row["count_all"], row["certain_sum"], points, euros)


def _bounds(name: str) -> tuple[str, ...]:
    return tuple(f"{name}.{bound}" for bound in BOUNDS)


def _read(doctors: Anything, *columns: str) -> Anything:
    return doctors.read(columns=list(columns))
