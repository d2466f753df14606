"""The solver, asked one question at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import z3

from engine.proving.terms import Term


class Undecided(Exception):
    """The solver gave up: what it was asked is neither proved nor refuted."""


class Question:
    """What is supposed throughout, and whether more can be true beside it."""

    def __init__(self, supposed: Iterable[Term], context: Term | None = None) -> None:
        self.supposed = list(supposed)
        self.solver = z3.SolverFor("QF_LIA", ctx=context)
        self.solver.add(*self.supposed)

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

    def smallest(self, terms: Sequence[Term], off: Sequence[Sequence[Term]]) -> Term | None:
        """The same, with as few of `off` true as can be: each group is put off as a whole, or else one by one.

        Found in a place of its own, the dossier is the same whatever was asked before.
        """
        if self.model(*terms) is None:
            return None
        apart = z3.Context()
        alone = Question([], apart)
        alone.solver.add(*(term.translate(apart) for term in (*self.supposed, *terms)))
        model: Term = alone.model()
        for group in off:
            model = alone.without([term.translate(apart) for term in group], model)
        return model.translate(z3.main_ctx())

    def without(self, group: Sequence[Term], model: Term) -> Term:
        """A model in which as few of a group are true as can be; from now on they are supposed so."""
        on = [term for term in group if not z3.is_false(term) and not z3.is_true(term)]
        whole = self.model(*(z3.Not(term) for term in on))
        if whole is not None:
            self.solver.add(*(z3.Not(term) for term in on))
            return whole
        for term in on:
            if z3.is_true(model.eval(term, model_completion=True)):
                smaller = self.model(z3.Not(term))
                model = smaller if smaller is not None else model
                self.solver.add(z3.Not(term) if smaller is not None else term)
            else:
                self.solver.add(z3.Not(term))
        return model
