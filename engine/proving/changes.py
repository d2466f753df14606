"""The changes that should never cost: a numerator raised, a valid paper added, one thing more declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import z3

from engine.claims import claims
from engine.conditions import Empty, Node, Observed, Outcome, Rate, Record, walk
from engine.policy import Policy
from engine.proving.needs import Pool
from engine.proving.slots import Counts, Facts, Slot
from engine.proving.terms import FALSE, TRUE, Term, both, either, inverse

ChangeKind = Literal["numerator", "paper", "declaration"]


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a dossier, and to what: a measure, or an item (of a paper: the item it covers)."""

    kind: ChangeKind
    name: str

    def touches(self, leaf: Node) -> bool:
        """Whether a leaf may see the change."""
        match self.kind, leaf:
            case "numerator", Rate(measure=measure) | Empty(measure=measure):
                return measure == self.name
            case "paper", Record(row="document", of=of, earlier=False):
                return of in (None, self.name)
            case "declaration", Record() as record:
                here = record.row != "document" and self.name in record.names and not record.earlier
                return here or any(same.item == self.name for same in record.same)
            case _:
                return False


def changes(policy: Policy) -> list[Change]:
    """Every change that some condition of the policy may see."""
    leaves = [node for _, tree in claims(policy) for node in walk(tree) if isinstance(node, Observed)]
    return list(dict.fromkeys(change for leaf in leaves for change in _seen_by(leaf)))


def _seen_by(leaf: Observed) -> Iterator[Change]:
    match leaf:
        case Rate(measure=measure) | Empty(measure=measure):
            yield Change("numerator", measure)
        case Record(row="document", earlier=False):
            yield Change("paper", leaf.of or "")
        case Record(row="declaration" | "prefill", earlier=False):
            # What was prefilled yields to what is declared.
            yield from (Change("declaration", name) for name in leaf.names)
        case _:
            return


def touched(policy: Policy, change: Change) -> set[str]:
    """The claims that hang on a leaf that may see the change."""
    found: set[str] = set()
    for name, tree in claims(policy):
        nodes = list(walk(tree))
        if any(change.touches(node) or (isinstance(node, Outcome) and node.of in found) for node in nodes):
            found.add(name)
    return found


def before_and_after(change: Change, facts: Facts, policy: Policy) -> tuple[Facts, Facts, list[Term]]:
    """The symbolic dossier before and after the change, and what must hold of the change itself."""
    match change.kind:
        case "numerator":
            counts, terms = dict(facts.counts), list[Term]()
            for key, count in facts.counts.items():
                if key[0] == change.name:
                    raised = z3.Int(f"raised {key}")
                    counts[key] = Counts(count.there, raised, count.denominator)
                    terms += [raised >= count.numerator, *_most(raised, count, policy, change)]
            return facts, replace(facts, counts=counts), terms
        case "paper" | "declaration":
            pool = Pool("document" if change.kind == "paper" else "declaration", change.name, 0)
            added, *others = facts.rows[pool]
            before, after = (replace(facts, rows={**facts.rows, pool: rows}) for rows in _rows(added, others))
            return before, after, [_valid(added, facts), *_same_day(added, others, facts)]


def _rows(added: Slot, others: list[Slot]) -> tuple[list[Slot], list[Slot]]:
    return [replace(added, there=FALSE), *others], [replace(added, there=TRUE), *others]


def _most(raised: Term, count: Counts, policy: Policy, change: Change) -> list[Term]:
    """More is not counted than there is, unless the two counts are of two kinds and counted all the same."""
    counted = policy.vocabulary.measures[change.name].above_one == "counted"
    return [] if counted else [raised <= count.denominator]


def _valid(added: Slot, facts: Facts) -> Term:
    """A paper is valid when it is not rejected; a declaration always is."""
    status = added.fields.get("status") if added.kind == "document" else None
    rejected = facts.texts.numbers.get("rejected")
    return either([FALSE, status.term != rejected]) if status and rejected is not None else TRUE


def _same_day(added: Slot, others: list[Slot], facts: Facts) -> Iterator[Term]:
    """One thing more is said in the same statement: on another day it would replace what was said."""
    if added.kind != "declaration":
        return
    for other in others:
        beside = both([other.there, facts.in_time(other), facts.in_time(added)])
        yield either([inverse(beside), facts.day_of(other) == facts.day_of(added)])
