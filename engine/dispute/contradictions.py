"""What disagrees in a dossier, and what came to be known too late for a decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.decision import Decision, judge
from engine.dossier import Row
from engine.observation import Observation
from engine.standing import day_known, standing_on

Kind = Literal["rows", "above_one", "prefill", "twice"]


class Contradiction(Struct, frozen=True):
    """Rows that disagree, and the places of the leaves that saw them (none when no rule decides on it)."""

    kind: Kind
    rows: tuple[Row, ...]
    at: tuple[str, ...] = ()


def contradictions(decision: Decision) -> list[Contradiction]:
    """Every contradiction among the facts known on the day of the decision, each once."""
    found: list[Contradiction] = []
    for one in [*_seen(decision), *_declared(decision)]:
        same = next((n for n, other in enumerate(found) if (other.kind, other.rows) == (one.kind, one.rows)), None)
        if same is None:
            found.append(one)
        else:
            found[same] = replace(found[same], at=(*found[same].at, *one.at))
    return found


def _seen(decision: Decision) -> Iterator[Contradiction]:
    for at, observation in decision.observations.items():
        if observation.unknown == "anomaly":
            yield Contradiction("above_one", _rows(observation), (at,))
        elif observation.conflict:
            yield Contradiction("rows", observation.conflict, (at,))


def _rows(observation: Observation) -> tuple[Row, ...]:
    return tuple(one.row for one in observation.seen)


def _declared(decision: Decision) -> Iterator[Contradiction]:
    policy, dossier = decision.policy, decision.dossier
    standing = standing_on(dossier, policy, decision.as_of)
    told = {row.name for row in standing.rows}
    rows = {item: standing.standing_rows(item, dossier.year) for item in policy.vocabulary.items if item in told}
    for item, standing_rows in rows.items():
        for candidate in standing.candidates("prefill", [item], None, dossier.year):
            if candidate.struck == "yielded":
                declared = tuple(row for row in standing_rows if row.type == "declaration")
                yield Contradiction("prefill", (candidate.row, *declared))
    # The same arrangement under two items; free texts, such as a software's name, may well repeat.
    listed = [each for item, each in rows.items() if policy.vocabulary.items[item].choices]
    sworn = [row for each in listed for row in each if row.type == "declaration" and "choice" in row.fields]
    for (one, name), (other, same) in combinations([(row, _name(row, decision)) for row in sworn], 2):
        if one.name != other.name and name == same:
            yield Contradiction("twice", (one, other))


def _name(row: Row, decision: Decision) -> str:
    choice = str(row.fields["choice"])
    entries = (table.find(choice) for table in decision.policy.vocabulary.items[row.name].choices)
    return next((entry.code for entry in entries if entry), choice)


def with_later(decision: Decision) -> Decision | None:
    """The decision on the same day had everything that came later been known by then; None when nothing did."""
    if not decision.later:
        return None
    known = [_known_on(row, decision.as_of) if row in decision.later else row for row in decision.dossier.rows]
    return judge(decision.policy, replace(decision.dossier, rows=tuple(known)), decision.as_of)


def _known_on(row: Row, day: date) -> Row:
    return replace(row, recorded_on=min(day, day_known(row) or day))
