"""Conditions that decide nothing: never met, always met, or adding nothing to a sibling.

What is told here holds for every dossier, but not everything that holds is found: conditions are compared value by
value and row by row. What hangs on several facts together is for proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import combinations

from msgspec import Struct

from engine.conditions import All, Any, Exempt, Node, children
from engine.drafting.draft import Draft, Version
from engine.drafting.implying import implies, never
from engine.drafting.values import asked, joined
from engine.problems import Problem
from engine.yamltext import Path_

Place = tuple[str, Path_]


class Idle(Struct, frozen=True):
    """Why a condition decides nothing, and the sibling that makes it so."""

    code: str
    sibling: Node | None = None


def idle(draft: Draft) -> Iterator[Problem]:
    """Each condition that decides nothing, whatever the choice of readings that brings it.

    A branch that one reading alone makes idle is what that reading means.
    """
    found: dict[Place, Problem] = {}
    useful: set[Place] = set()
    for version in draft.versions:
        places = {at: (cursor.page.file, cursor.path) for at, cursor in version.places.items()}
        asked_of = {at for at, place in places.items() if place not in useful}
        why = dict(_idle_in(version, asked_of))
        for at in asked_of - set(why):
            useful.add(places[at])
        for at, reason in why.items():
            sibling = reason.sibling and version.places[reason.sibling.at]
            details = {"line": str(sibling.problem("").line)} if sibling else {}
            found[places[at]] = version.places[at].problem(reason.code, **details)
    yield from (problem for place, problem in found.items() if place not in useful)


def _idle_in(version: Version, asked_of: Set[str]) -> Iterator[tuple[str, Idle]]:
    """What decides nothing of the conditions named, under one choice of readings."""
    for node, _ in version.conditions():
        if node.at in asked_of:
            yield from _alone(node)
        if asked_of.isdisjoint(child.at for child in children(node)):
            continue
        match node:
            case All(of=of):
                yield from _among(of, every=True)
            case Any(of=of):
                yield from _among(of, every=False)
            case Exempt(when=when, require=require):
                yield from _among((when, require), every=False)
            case _:
                pass


def _alone(node: Node) -> Iterator[tuple[str, Idle]]:
    """A condition that nothing meets, or that nothing misses, when none directly below it is so already."""
    of = children(node)
    below = [part for child in of if (part := asked(child))]
    if any(part.never or part.always for part in below) or any(map(never, of)):
        return
    match node:
        case All():
            wholes = list(joined(below, all))
            unmet, met = any(whole.never for whole in wholes), False
        case Any() | Exempt():
            wholes = list(joined(below, any))
            unmet, met = False, any(whole.always for whole in wholes)
        case _:
            whole = asked(node)
            unmet, met = never(node), whole is not None and whole.always
    if unmet:
        yield node.at, Idle("never_met")
    elif met:
        yield node.at, Idle("never_missed")


def _among(siblings: tuple[Node, ...], *, every: bool) -> Iterator[tuple[str, Idle]]:
    """Of two siblings under a gate, the one that the other makes needless: the later, when each does."""
    able = [node for node in siblings if not never(node)]
    for one, other in combinations(able, 2):
        # Where all are asked, what another implies is needless; where any will do, what implies another.
        if implies(one, other) if every else implies(other, one):
            yield other.at, Idle("implied", one)
        elif implies(other, one) if every else implies(one, other):
            yield one.at, Idle("implied", other)
