"""Conditions that decide nothing: never met, always met, or adding nothing to their siblings.

Each condition is settled by proof, for every complete dossier; only one on which the solver gives up stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from msgspec import Struct

from engine.claims import claims
from engine.conditions import All, Always, Node, Outcome, children, walk
from engine.drafting.checks.fitting import fitting
from engine.drafting.draft import Draft
from engine.drafting.places import conditions
from engine.policy import Policy
from engine.problems import Problem
from engine.proving.needs import named
from engine.proving.solving import Undecided
from engine.proving.useful import Trial
from engine.yamltext import Path_

Place = tuple[str, Path_]


class Idle(Struct, frozen=True):
    """Why a condition decides nothing, and the sibling that makes it so."""

    code: str
    sibling: str | None = None


def idle(draft: Draft) -> Iterator[Problem]:
    """Each condition that decides nothing, whatever the choice of readings that brings it.

    A branch that one reading alone makes idle is what that reading means. Where a test does not fit its field, that
    alone is told.
    """
    found: dict[Place, Problem] = {}
    useful: set[Place] = set()
    for version in draft.versions:
        places = {at: (cursor.page.file, cursor.path) for at, cursor in version.places.items()}
        asked = {at for at, place in places.items() if place not in useful}
        why = dict(_Settling(version.policy).reasons(asked))
        useful |= {places[at] for at in asked - set(why)}
        for at, reason in why.items():
            sibling = version.places[reason.sibling] if reason.sibling else None
            details = {"line": str(sibling.problem("").line)} if sibling else {}
            found[places[at]] = version.places[at].problem(reason.code, **details)
    misfits = [(problem.file, f"{problem.place}.") for problem in fitting(draft)]
    for place, problem in found.items():
        within = any(file == problem.file and at.startswith(f"{problem.place}.") for file, at in misfits)
        if place not in useful and not within:
            yield problem


class _Settling:
    """What decides nothing in a policy, under its choice of readings."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.settled: dict[str, Idle | None] = {}

    def reasons(self, asked: Set[str]) -> Iterator[tuple[str, Idle]]:
        """Those that decide nothing of the conditions asked about, and why."""
        found: dict[str, Idle] = {}
        nodes = list(conditions(self.policy))
        for node in nodes:
            if node.at in asked and (why := self.alone(node)) and not any(map(self.alone, children(node))):
                found[node.at] = why
            if not (asked.isdisjoint(child.at for child in children(node)) or self.alone(node)):
                found |= dict(self.among(node, asked))
        outcomes = {node.at: self.below(node) for node in nodes if node.at in found and isinstance(node, Outcome)}
        # A fault told within the claim that a condition names is not told again where it is named.
        yield from ((at, why) for at, why in found.items() if outcomes.get(at, set()).isdisjoint(found))

    def alone(self, node: Node) -> Idle | None:
        """Why a condition decides nothing, whatever stands beside it; one that is written for everyone does."""
        if isinstance(node, Always):
            return None
        if node.at not in self.settled:
            try:
                met, missed = Trial(self.policy, [node.at]).possible(node.at)
                self.settled[node.at] = Idle("never_met") if not met else None if missed else Idle("never_missed")
            except Undecided:
                self.settled[node.at] = Idle("undecided")
        return self.settled[node.at]

    def among(self, gate: Node, asked: Set[str]) -> Iterator[tuple[str, Idle]]:
        """The conditions under a gate that the others make needless: the later, when each does."""
        kept = [node for node in children(gate) if not self.alone(node)]
        trial = Trial(self.policy, [node.at for node in kept])
        for node in reversed(kept):
            if node.at in asked and len(kept) > 1:
                others = [other.at for other in kept if other is not node]
                why = _beside(trial, node.at, others, every=isinstance(gate, All))
                if why:
                    yield node.at, why
                if why and why.code != "undecided":
                    kept = [other for other in kept if other is not node]

    def below(self, outcome: Outcome) -> Set[str]:
        """Every condition that the claim named hangs on."""
        trees = dict(claims(self.policy))
        return {node.at for name in named(self.policy, [outcome.of]) for node in walk(trees[name])}


def _beside(trial: Trial, at: str, others: list[str], *, every: bool) -> Idle | None:
    """Why a condition adds nothing to its siblings: one of them does it all, or they do together."""
    try:
        if trial.adds(at, others, every=every):
            return None
        sibling = next((one for one in others if not trial.adds(at, [one], every=every)), None)
        return Idle("implied", sibling) if sibling else Idle("implied_together")
    except Undecided:
        return Idle("undecided")
