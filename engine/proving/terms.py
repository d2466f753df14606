"""Boolean terms of the solver, kept small, and truths of three values made of two of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any as Anything

import z3

Term = Anything
"""A term of the solver: the library publishes no types."""

CONTEXT = z3.main_ctx()
# These two alone stand for what is settled, so that terms are told constant by identity.
TRUE: Term = z3.BoolVal(True)
FALSE: Term = z3.BoolVal(False)


def constant(value: bool) -> Term:
    return TRUE if value else FALSE


def both(terms: Iterable[Term]) -> Term:
    """The conjunction, without what is true and with nothing said twice."""
    kept: dict[int, Term] = {}
    for term in terms:
        if term is FALSE:
            return FALSE
        if term is not TRUE:
            kept[term.get_id()] = term
    if not kept:
        return TRUE
    return next(iter(kept.values())) if len(kept) == 1 else _joined(z3.Z3_mk_and, kept.values())


def either(terms: Iterable[Term]) -> Term:
    """The disjunction, without what is false and with nothing said twice."""
    kept: dict[int, Term] = {}
    for term in terms:
        if term is TRUE:
            return TRUE
        if term is not FALSE:
            kept[term.get_id()] = term
    if not kept:
        return FALSE
    return next(iter(kept.values())) if len(kept) == 1 else _joined(z3.Z3_mk_or, kept.values())


def inverse(term: Term) -> Term:
    if term is TRUE:
        return FALSE
    if term is FALSE:
        return TRUE
    if z3.is_not(term):
        return term.arg(0)
    return z3.BoolRef(z3.Z3_mk_not(CONTEXT.ref(), term.as_ast()), CONTEXT)


def _joined(make: Anything, terms: Collection[Term]) -> Term:
    """A term of many, made without the checks that the library makes of each: all are Booleans of one context."""
    asts = (z3.Ast * len(terms))(*(term.as_ast() for term in terms))
    return z3.BoolRef(make(CONTEXT.ref(), len(terms), asts), CONTEXT)


def among(term: Term, values: Iterable[int]) -> Term:
    """Whether a whole number is one of these."""
    return either(equal(term, value) for value in values)


def equal(term: Term, value: int) -> Term:
    if z3.is_int_value(term):
        return constant(term.as_long() == value)
    return term == value


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of a condition: that it is met, and that it may be (met or unknown)."""

    met: Term
    may: Term

    @property
    def settled(self) -> bool:
        """Whether it is never unknown."""
        return self.met is self.may or bool(self.met.eq(self.may))

    @property
    def unmet(self) -> Term:
        return inverse(self.may)

    @property
    def unknown(self) -> Term:
        return both([self.may, inverse(self.met)])

    @property
    def known(self) -> Term:
        return inverse(self.unknown)


MET, UNMET, UNKNOWN = Pair(TRUE, TRUE), Pair(FALSE, FALSE), Pair(FALSE, TRUE)


def certain(term: Term) -> Pair:
    """Met or unmet, as a term says."""
    return Pair(term, term)


def all_of(pairs: Iterable[Pair]) -> Pair:
    """The least of the verdicts."""
    return _gate(both, list(pairs))


def any_of(pairs: Iterable[Pair]) -> Pair:
    """The greatest of the verdicts."""
    return _gate(either, list(pairs))


def negate(pair: Pair) -> Pair:
    if pair.settled:
        return certain(inverse(pair.met))
    return Pair(inverse(pair.may), inverse(pair.met))


def when(there: Term, pair: Pair) -> Pair:
    """The verdict of what is there; unmet otherwise."""
    return all_of([certain(there), pair])


def _gate(join: Anything, pairs: list[Pair]) -> Pair:
    met = join(pair.met for pair in pairs)
    if all(pair.settled for pair in pairs):
        return certain(met)
    return Pair(met, join(pair.may for pair in pairs))
