"""The condition that flipped an outcome: the first below that moved the same way, or that came or went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Anything

import numpy
import pytest
from msgspec import Struct

from engine.conditions import All, Always, Exempt, Fact, Node, Not, Stated
from engine.conditions import Any as Either
from engine.running.impact.flips import Causes
from engine.running.impact.pair import MET, UNKNOWN, UNMET
from engine.verdict import Verdict

VALUES = {Verdict.MET: MET, Verdict.UNKNOWN: UNKNOWN, Verdict.UNMET: UNMET}
M, K, U = Verdict.MET, Verdict.UNKNOWN, Verdict.UNMET
Facts = Mapping[str, Verdict]


def leaf(name: str) -> Fact:
    return Fact(at=f"x#{name}", fact=name, tests=(Stated(),))


def every(*of: Node, at: str = "x#all") -> All:
    return All(at=at, of=of)


def either(*of: Node, at: str = "x#any") -> Either:
    return Either(at=at, of=of)


class One(Struct, frozen=True):
    """One doctor on both sides, in place of a pair of runs."""

    sides: tuple[Mapping[str, Verdict], Mapping[str, Verdict]]

    def verdicts(self, side: int, place: str) -> Anything:
        return numpy.array([VALUES[self.sides[side][place]]], dtype=numpy.int8)


def verdict(node: Node, facts: Facts, into: dict[str, Verdict]) -> Verdict:
    """Kleene, written once more."""
    match node:
        case All(of=of):
            found = min([verdict(child, facts, into) for child in of], default=M)
        case Either(of=of):
            found = max([verdict(child, facts, into) for child in of], default=U)
        case Not(of=child):
            found = {M: U, K: K, U: M}[verdict(child, facts, into)]
        case Exempt(when=when, require=require):
            found = max(verdict(when, facts, into), verdict(require, facts, into))
        case Fact(fact=fact):
            found = facts[fact]
        case _:
            found = M
    into[node.at] = found
    return found


def cause(one: Node, other: Node, before: Facts, after: Facts) -> tuple[str, str]:
    """The place and side of what flipped one doctor."""
    was: dict[str, Verdict] = {}
    now: dict[str, Verdict] = {}
    assert verdict(one, before, was) != verdict(other, after, now)
    causes = Causes.__new__(Causes)
    causes.pair = One((was, now))  # type: ignore[assignment]
    causes.trees = ({}, {})
    [(found, mask)] = causes.condition(one, other, numpy.array([True]))
    assert mask.tolist() == [True]
    return found.place.removeprefix("x#"), found.side


A, B, C = map(leaf, "abc")
SAME: dict[str, tuple[Node, Facts, Facts, str]] = {
    "the leaf that moved": (every(A, B), {"a": M, "b": M}, {"a": M, "b": U}, "b"),
    "the first of two": (every(A, B), {"a": M, "b": M}, {"a": U, "b": U}, "a"),
    "not one that moved the other way": (either(A, B), {"a": U, "b": M}, {"a": K, "b": U}, "b"),
    "through a negation": (every(Not(at="x#not", of=A), B), {"a": U, "b": M}, {"a": M, "b": M}, "a"),
    "what is no longer known": (every(A, B), {"a": M, "b": M}, {"a": K, "b": M}, "a"),
    "down several levels": (every(either(A, B), C), {"a": M, "b": U, "c": M}, {"a": U, "b": U, "c": M}, "a"),
    "an exemption that goes": (Exempt(at="x#exempt", when=A, require=B), {"a": M, "b": U}, {"a": U, "b": U}, "a"),
}


@pytest.mark.parametrize("name", SAME)
def test_in_one_tree_it_is(name: str) -> None:
    tree, before, after, expected = SAME[name]
    assert cause(tree, tree, before, after) == (expected, "both")


APART: dict[str, tuple[Node, Node, Facts, tuple[str, str]]] = {
    "an obstacle that came": (every(A), every(A, B), {"a": M, "b": U}, ("b", "second")),
    "an obstacle that went": (every(A, B), every(A), {"a": M, "b": U}, ("b", "first")),
    "a way that came": (either(A), either(A, B), {"a": U, "b": M}, ("b", "second")),
    "a way that went": (either(A, B), either(A), {"a": U, "b": M}, ("b", "first")),
    "the one that matters of two that came": (
        every(A),
        every(A, B, C),
        {"a": M, "b": M, "c": U},
        ("c", "second"),
    ),
    "an exemption that was written": (
        B,
        Exempt(at="x#e", when=A, require=B),
        {"a": M, "b": U},
        ("a", "second"),
    ),
    "an exemption that was struck": (Exempt(at="x#e", when=A, require=B), B, {"a": M, "b": U}, ("a", "first")),
    "the gate, when it is another": (either(A, B), every(A, B), {"a": M, "b": U}, ("all", "both")),
    "the whole, when nothing can be told apart": (Always(at="x#always"), every(A), {"a": U}, ("all", "both")),
}


@pytest.mark.parametrize("name", APART)
def test_between_two_trees_it_is(name: str) -> None:
    one, other, facts, expected = APART[name]
    assert cause(one, other, facts, facts) == expected
