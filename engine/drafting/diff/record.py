"""A comparison as JSON data under `schemas/diff.schema.json`: no sentence, both values and both sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any as Anything

from engine.amount import total
from engine.asked import sources
from engine.drafting.checks.totals import reached
from engine.drafting.diff.differing import Change, Diff, Side
from engine.drafting.diff.meant import Meant
from engine.policy import Policy
from engine.record import amount

SCHEMA = "diff/1"
Json = dict[str, Anything]


def record(diff: Diff, meant: Sequence[Meant] | None, names: tuple[str, str], indicator: str | None = None) -> Json:
    """The comparison; `meanings` is null where nothing was proved. An indicator keeps what is its own."""

    def kept(changes: Sequence[Change]) -> list[Json]:
        return [_change(one) for one in changes if indicator in (None, one.subject.id)]

    meanings = [_meaning(one) for one in meant or () if indicator in (None, one.claim)]
    return {
        "schema": SCHEMA,
        "one": _policy(diff.one, names[0]),
        "other": _policy(diff.other, names[1]),
        "changes": kept(diff.changes),
        "labels": kept(diff.labels),
        "sources": kept(diff.sources),
        "meanings": None if meant is None else meanings,
    }


def _policy(policy: Policy, name: str) -> Json:
    points = total(map(reached, policy.volets))
    return {
        "name": name,
        "year": policy.year,
        "digest": policy.digest,
        "readings": dict(sorted(policy.choices.items())),
        "volets": {volet.id: amount(reached(volet)) for volet in policy.volets},
        "points": amount(points),
        "euros": amount(points * policy.point_value),
    }


def _change(change: Change) -> Json:
    whole: Json = {
        "subject": {"kind": change.subject.kind, "id": change.subject.id},
        "aspect": change.aspect,
        "kind": change.kind,
        "within": change.within,
        "at": change.at,
        "label": change.label and dict(change.label),
        "under": change.under and {"reading": change.under[0], "option": change.under[1]},
        "was": change.was and _side(change.was),
        "now": change.now and _side(change.now),
    }
    return {key: value for key, value in whole.items() if value is not None}


def _side(side: Side) -> Json:
    value = {} if side.value is None else {"value": side.value}
    return {**value, "sources": sources(side.sources)}


def _meaning(meant: Meant) -> Json:
    witnesses = [
        {
            "granted_by": "one" if witness.first else "other",
            "confirmed": witness.confirmed,
            "verdicts": {"one": witness.verdicts[0].word, "other": witness.verdicts[1].word},
            "one": dict(witness.pages[0]),
            "other": dict(witness.pages[1]),
        }
        for witness in meant.witnesses
    ]
    return {"claim": meant.claim, "meaning": meant.word, "witnesses": witnesses}
