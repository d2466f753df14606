"""The solver, asked one question at a time."""

from __future__ import annotations

from collections.abc import Iterable

import z3

from engine.proving.terms import Term


class Undecided(Exception):
    """The solver gave up: what it was asked is neither proved nor refuted."""


class Question:
    """What is supposed throughout, and whether more can be true beside it."""

    def __init__(self, supposed: Iterable[Term]) -> None:
        self.solver = z3.SolverFor("QF_LIA")
        self.solver.add(*supposed)

    def model(self, *terms: Term) -> Term | None:
        """A dossier of which all the terms hold, as the solver's model; None when there is none. Raises Undecided."""
        if any(z3.is_false(term) for term in terms):
            return None
        self.solver.push()
        try:
            self.solver.add(*terms)
            answer = self.solver.check()
            if answer == z3.unknown:
                raise Undecided(self.solver.reason_unknown())
            return self.solver.model() if answer == z3.sat else None
        finally:
            self.solver.pop()
