"""Every outcome that became another one, with the condition that flipped it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any as Anything

import numpy
import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.columnar.layout import DOCTOR
from engine.decision import OutcomeWord
from engine.policy import Component, Indicator, Policy, Volet
from engine.running.impact.flips import Cause, Causes, Found, Side
from engine.running.impact.pair import Mask, Pair, numbered
from engine.running.impact.shares import Part
from engine.running.summary import VERDICTS

ELIGIBLE = "eligible"
"""The condition of practice, as a subject beside volets, indicators and components."""
COLUMNS = (DOCTOR, "subject", "was", "now", "was_reason", "now_reason", "place", "side")
SCHEMA = arrow.schema([(name, arrow.string()) for name in COLUMNS])
"""The columns of the table of flips; `place` is in the second policy, unless `side` is `first`: it alone has it."""


class Flip(Struct, frozen=True):
    """Doctors for whom the outcome of something became another one, for one reason."""

    subject: str
    was: OutcomeWord
    now: OutcomeWord
    cause: Cause
    doctors: int


def flips(pair: Pair, one: Policy, other: Policy) -> tuple[tuple[Flip, ...], Anything]:
    """Every flip of what both policies decide: counted, and as a table with a row a doctor and subject."""
    causes, counted, tables = Causes(pair, one, other), list[Flip](), [SCHEMA.empty_table()]
    for subject in subjects(one, other):
        outcomes = [_outcomes(pair, side, subject) for side in (0, 1)]
        flipped = numpy.asarray(computed.not_equal(*outcomes))
        if not flipped.any():
            continue
        columns = [*outcomes, *(_reasons(pair, side, subject) for side in (0, 1))]
        for cause, mask in _causes(causes, subject, one, other, flipped):
            table = _rows(pair, subject, columns, cause, mask)
            tables.append(table)
            rows = table.group_by(["was", "now"]).aggregate([([], "count_all")]).to_pylist()
            counted += [Flip(subject, row["was"], row["now"], cause, row["count_all"]) for row in rows]
    whole = arrow.concat_tables(tables).sort_by([(name, "ascending") for name in (DOCTOR, "subject")])
    return tuple(sorted(counted, key=_rank)), whole


def _rank(flip: Flip) -> tuple[int, str, str, str, str]:
    return -flip.doctors, flip.subject, flip.cause.place, flip.was, flip.now


def subjects(one: Policy, other: Policy) -> list[str]:
    """What both policies decide: eligibility, volets paid as a block, indicators, components."""
    here = {part.id for part in _decided(one)}
    return [ELIGIBLE, *(part.id for part in _decided(other) if part.id in here)]


def alone(one: Policy, other: Policy) -> dict[str, Side]:
    """The volets, indicators and components that one policy alone has, and which."""
    here, there = ([part.id for part in _named(policy)] for policy in (one, other))
    gone: dict[str, Side] = {name: "first" for name in here if name not in there}
    return gone | {name: "second" for name in there if name not in here}


def _named(policy: Policy) -> list[Part]:
    return [*policy.volets, *policy.indicators, *policy.components]


def _decided(policy: Policy) -> list[Part]:
    return [part for part in _named(policy) if not isinstance(part, Volet) or part.pays == "block"]


def _outcomes(pair: Pair, side: int, subject: str) -> Anything:
    """What was decided of a subject, in words."""
    if pair.has(side, f"{subject}.outcome"):
        return pair.column(side, f"{subject}.outcome")
    words = arrow.array([VERDICTS[False], VERDICTS[None], VERDICTS[True]], arrow.string())
    return words.take(arrow.array(numbered(pair.column(side, subject))))


def _reasons(pair: Pair, side: int, subject: str) -> Anything:
    name = f"{subject}.reason"
    return pair.column(side, name) if pair.has(side, name) else arrow.nulls(len(pair), arrow.string())


def _causes(causes: Causes, subject: str, one: Policy, other: Policy, flipped: Mask) -> Found:
    if subject == ELIGIBLE:
        return causes.condition(one.eligible, other.eligible, flipped)
    was, now = (next(part for part in _decided(policy) if part.id == subject) for policy in (one, other))
    match was, now:
        case Indicator(), Indicator():
            return causes.indicator(was, now, flipped)
        case Volet(), Volet():
            return causes.volet(was, now, flipped)
        case Component(), Component():
            return causes.component(was, now, flipped)
        case _:
            return iter([(Cause(now.id, "both"), flipped)])


def _rows(pair: Pair, subject: str, columns: Sequence[Anything], cause: Cause, mask: Mask) -> Anything:
    mine = arrow.array(mask)
    doctors = pair.numbers.filter(mine)
    subjects, places, sides = (arrow.repeat(text, len(doctors)) for text in (subject, cause.place, cause.side))
    told = [column.filter(mine) for column in columns]
    return arrow.table([doctors, subjects, *told, places, sides], schema=SCHEMA)
