"""What to ask a doctor for: of each item something granted rests on, the papers, what they show, what hangs on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from engine.claims import leaves
from engine.conditions import Day, Entry, Record
from engine.control.stakes import Stake, Stakes, looking_at, stakes
from engine.decision import Decision
from engine.dossier import Row
from engine.policy import Paper, Policy
from engine.record import Json, saw
from engine.standing import standing_on
from engine.verdict import Verdict

FILING = ("channel", "declared_on", "requested_on", "received_on", "sworn")
"""The fields that say how and when something was filed, which no paper can show."""
ALWAYS = ("campaign", "assessment", "decision")
"""The entries of a calendar that bear on every control."""


class Proof(Struct, frozen=True):
    """A condition that a row met, and what the row had to hold, as a record tells it."""

    leaf: Record
    row: Json
    checks: tuple[Json, ...]


class Asked(Struct, frozen=True):
    """An item to ask about: what is at stake, what it was granted by, the papers that prove it, those on file."""

    stake: Stake
    proofs: tuple[Proof, ...]
    papers: tuple[Paper, ...]
    on_file: tuple[Row, ...]


class Sheet(Struct, frozen=True):
    """All that is to be asked of a doctor: papers that prove every item, then item by item.

    `idle` are the items on which nothing hangs; `days`, the entries of the calendar that bear on those asked about.
    """

    decision: Decision
    stakes: Stakes
    common: tuple[Paper, ...]
    asked: tuple[Asked, ...]
    idle: tuple[str, ...]
    days: tuple[Entry, ...]


def sheet(decision: Decision, only: Collection[str] = ()) -> Sheet:
    """What to ask for; `only` names the items looked at (none: all)."""
    found = stakes(decision, only)
    paid = [stake for stake in found.items if stake.loss.euros]
    idle = tuple(stake.item for stake in found.items if not stake.loss.euros)
    lists = [decision.policy.vocabulary.items[one.item].control for one in paid]
    common = tuple(paper for paper in lists[0] if all(paper in papers for papers in lists[1:])) if lists[1:] else ()
    asked = tuple(_asked(decision, stake, common) for stake in paid)
    return Sheet(decision, found, common, asked, idle, tuple(_days(decision.policy, asked)))


def _asked(decision: Decision, stake: Stake, common: Collection[Paper]) -> Asked:
    policy, year = decision.policy, decision.dossier.year
    standing = standing_on(decision.dossier, policy, decision.as_of)
    filed = standing.candidates("document", policy.vocabulary.documents, stake.item, year)
    return Asked(
        stake=stake,
        proofs=tuple(_proofs(decision, stake)),
        papers=tuple(paper for paper in policy.vocabulary.items[stake.item].control if paper not in common),
        on_file=tuple(one.row for one in filed if one.struck is None),
    )


def _proofs(decision: Decision, stake: Stake) -> Iterator[Proof]:
    """What the item was granted by, in the order of the rules."""
    at = looking_at(decision.policy, stake.item)
    rows = [row.plain() for row in stake.rows]
    for leaf in leaves(decision.policy):
        if not isinstance(leaf, Record) or leaf.at not in at:
            continue
        for seen in saw(decision.observations[leaf.at]).get("rows", ()):
            if seen["verdict"] == Verdict.MET.word and seen["row"] in rows:
                yield Proof(leaf, seen["row"], tuple(one for one in seen["checks"] if one["field"] not in FILING))


def _days(policy: Policy, asked: Collection[Asked]) -> Iterator[Entry]:
    """The entries of the calendar that the conditions met name, in the calendar's order, and its own."""
    named = {name for one in asked for proof in one.proofs for name in _named(proof.leaf)}
    return (entry for name, entry in policy.calendar.items() if name in named or name in ALWAYS)


def _named(leaf: Record) -> Iterator[str]:
    tests = [test for one in leaf.where for test in one.tests]
    entries = [leaf.closes, leaf.counts_from, *(test.entry for test in tests if isinstance(test, Day))]
    yield from (entry.name for entry in entries if entry is not None)
