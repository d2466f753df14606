"""Whether a condition decides something: proved for every complete dossier, whichever way the law's silences go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property

import z3

from engine.conditions import Empty, Entry, Fact, Observed, Rate, Record, Silent
from engine.formula import Formula, decision_day
from engine.policy import Policy
from engine.proving.needs import cone, needed
from engine.proving.slots import symbolic
from engine.proving.solving import Question
from engine.proving.terms import Term, all_of, any_of, both, certain, either, inverse

EFFORT = 20_000_000
"""The steps the solver may take for one question: a count, so that every machine gives up at the same one."""


class Trial:
    """Some conditions of a policy on one symbolic dossier. What it is asked raises Undecided."""

    def __init__(self, policy: Policy, names: Sequence[str]) -> None:
        self.policy, self.leaves, self.day = policy, cone(policy, names), decision_day(policy)
        seen = [(policy, leaf) for leaf in self.leaves]
        self.facts = symbolic(seen, needed((policy, name) for name in names), self.day)
        self.formula = self._on(self.day)
        facts = [leaf for leaf in self.leaves if isinstance(leaf, Fact) and leaf.closes is None]
        self.question = Question([*self.facts.constraints, *(self.formula[leaf.at].known for leaf in facts)])
        self.question.solver.set("rlimit", EFFORT)

    def possible(self, at: str) -> tuple[bool, bool]:
        """Whether a condition can be met, and whether it can be missed."""
        pair = self.formula[at]
        return self._finds(pair.met), self._finds(pair.unmet)

    def adds(self, at: str, siblings: Sequence[str], *, every: bool) -> bool:
        """Whether a condition ever changes what its siblings under one gate come to, on any day.

        `every`: the gate asks for all of them; otherwise any will do.
        """
        return any(self._finds(_changes(formula, at, siblings, every)) for formula in (self.formula, *self._earlier))

    def _finds(self, term: Term) -> bool:
        return self.question.model(term) is not None

    @cached_property
    def _earlier(self) -> list[Formula]:
        """The conditions on the eve of each day that one of them waits for."""
        ends = {end for leaf in self.leaves for entry in _awaited(leaf) if (end := entry.last) and end <= self.day}
        return [self._on(end - timedelta(days=1)) for end in sorted(ends)]

    def _on(self, day: date) -> Formula:
        """The conditions at the end of a day, each silence of the law settled in any way."""
        formula = Formula(self.policy, self.facts, day)
        silent = [leaf.at for leaf in self.leaves if isinstance(leaf, Silent)]
        formula.pairs |= {at: certain(z3.Bool(f"law {at}")) for at in silent}
        return formula


def _changes(formula: Formula, at: str, siblings: Sequence[str], every: bool) -> Term:
    """Where a condition lowers what all its siblings come to, or raises what any of them does."""
    others = [formula[name] for name in siblings]
    lower, higher = (formula[at], all_of(others)) if every else (any_of(others), formula[at])
    return either([both([higher.met, inverse(lower.met)]), both([higher.may, inverse(lower.may)])])


def _awaited(leaf: Observed) -> Iterator[Entry]:
    """What a leaf waits for: to close, and to count."""
    match leaf:
        case Fact() | Record():
            yield from (entry for entry in (leaf.closes, leaf.counts_from) if entry)
        case Rate() | Empty():
            yield from [leaf.counts_from] if leaf.counts_from else []
        case _:
            pass
