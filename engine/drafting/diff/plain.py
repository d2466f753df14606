"""A node as plain data for comparing two policies: what it asks itself, its whole tree, what it is recognised by.

A calendar entry is told with its days, for people, and compared by its name: two years that both say « until the
campaign ends » say the same, and their calendars are compared apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.asked import asks, entry, field_test, plain_test, same_test
from engine.conditions import (
    All,
    Always,
    Any,
    Attribute,
    Day,
    Empty,
    Exempt,
    Fact,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    Silent,
    Stated,
    Test,
    Text,
    children,
)
from engine.drafting.diff.differing import Aspect, Plain
from engine.policy import Branch, Neutralisation, Weight
from engine.text import decimal_text, in_order

YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
DECISION = "decision"
UNNAMED = {"when", "gate", "not", "require", "points"}
"""What the engine calls the root of a tree, or its first child, where the policy gives no name."""

Asked = tuple[Aspect, str, Plain]
"""One thing a node asks: of what aspect, of which field (or empty), and what."""


def text(one: Text | None) -> dict[str, str] | None:
    """A text of the policy as plain data."""
    return {"fr": one.fr, "en": one.en} if one else None


def alike(was: Text | None, now: Text | None, years: int) -> bool:
    """Whether two texts say the same, each of its own year."""
    if was is None or now is None:
        return was is now
    ours = (YEAR.sub(lambda year: str(int(year[0]) + years), words) for words in (was.fr, was.en))
    return was == now or tuple(ours) == (now.fr, now.en)


def name(node: Node) -> str | None:
    """The name that the policy gives a node; None when the engine named it by its place."""
    own = node.at.partition("#")[2]
    unnamed = "." in own or own.isdecimal() or own in UNNAMED or own.startswith("neutralised")
    return None if unnamed or not own else own


def kind(node: Node) -> str:
    """The word of the policy language for a node."""
    return type(node).__name__.lower()


def tree(node: Node) -> Plain:
    """A node and all below it."""
    below = [tree(child) for child in children(node)]
    question = text(node.question) if isinstance(node, Silent) else None
    whole = {"kind": kind(node), "label": text(node.label), "asks": asks(node), "question": question, "of": below}
    return {key: value for key, value in whole.items() if value}


def weight(one: Weight | None) -> Plain:
    """Points, or a condition and the points on either side of it."""
    if isinstance(one, Branch):
        return {"when": tree(one.when), "then": weight(one.then), "else": weight(one.otherwise)}
    return None if one is None else decimal_text(one)


def neutralisation(one: Neutralisation) -> Plain:
    """What a neutralisation does, and for whom."""
    return {"as": one.effect, "when": tree(one.when)}


def bare(plain: Plain) -> Plain:
    """The same without labels, and with calendar entries by name alone: what two policies are compared by."""
    match plain:
        case {"follows": True}:
            return "follows"
        case {"entry": str(named)}:
            return {"entry": named}
        case dict():
            return {key: bare(value) for key, value in plain.items() if key != "label"}
        case list():
            return [bare(value) for value in plain]
        case _:
            return plain


def same(was: Plain, now: Plain, years: int) -> bool:
    """Whether two values say the same: a calendar entry by its name, or by its days, each in its own year."""
    match was, now:
        case {"follows": True}, {"follows": True}:
            return True
        case {"entry": str(one)}, {"entry": str(other)}:
            return one == other or bool(_days(was, years) == _days(now, 0))
        case dict(), dict():
            keys = (was.keys() | now.keys()) - {"label"}
            return all(same(was.get(key), now.get(key), years) for key in keys)
        case list(), list():
            return len(was) == len(now) and all(same(*pair, years) for pair in zip(was, now, strict=True))
        case _:
            return bool(was == now)


def _days(entry: Plain, years: int) -> Plain:
    """The ends of an entry, some years later; an open one has none, and is like no other."""
    ends = [entry[end] for end in ("from", "to") if end in entry]
    return [f"{int(day[:4]) + years}{day[4:]}" for day in ends] or entry["entry"]


def shape(node: Node) -> str:
    """A text equal for two nodes that ask the same, whatever they are called and wherever it is written."""
    own = [[aspect, field, bare(value)] for aspect, field, value in asked(node)]
    return in_order([kind(node), own, [shape(child) for child in children(node)]])


def likeness(node: Node) -> Plain:
    """What an unnamed node is recognised by when it has changed: its kind, and what it looks at."""
    match node:
        case Rate(measure=looked) | Empty(measure=looked) | Fact(fact=looked) | Outcome(of=looked):
            return [kind(node), looked]
        case Attribute(test=test):
            return [kind(node), *test.fields]
        case Record():
            choices = [field_test(test) for test in node.where if "choice" in test.fields]
            return [kind(node), node.row, *node.names, node.of, bare(choices)]
        case All() | Any() | Not() | Exempt() | Always() | Silent():
            return [kind(node)]


def asked(node: Node) -> Iterator[Asked]:
    """Everything a node asks itself, the nodes below it apart."""
    match node:
        case Rate():
            yield "asked", "", {"measure": node.measure}
            yield "threshold", "", {node.relation: str(node.threshold)}
            yield "zero", "", node.zero
            yield "during", "", entry(node.during)
            yield "counts_from", "", entry(node.counts_from)
        case Empty():
            yield "asked", "", {"measure": node.measure}
            yield "during", "", entry(node.during)
            yield "counts_from", "", entry(node.counts_from)
        case Fact():
            yield "asked", "", {"fact": node.fact}
            tests = [plain_test(test) for test in node.tests]
            yield _aspect(node.tests), "", {"fact": node.fact, "tests": tests}
            yield "closes", "", entry(node.closes)
            yield "counts_from", "", entry(node.counts_from)
        case Attribute(test=test):
            yield _aspect(test.tests), " or ".join(test.fields), field_test(test)
        case Record():
            yield from _record(node)
        case Outcome(of=claim):
            yield "asked", "", {"outcome": claim}
        case Silent(question=question):
            yield "question", "", text(question)
        case All() | Any() | Not() | Exempt() | Always():
            pass


def _record(node: Record) -> Iterator[Asked]:
    item = node.of or node.names[0]
    yield "asked", "", {"row": node.row, "names": list(node.names)}
    yield "covers", "", node.of
    for test in node.where:
        yield _aspect(test.tests), " or ".join(test.fields), {**field_test(test), "row": node.row, "item": item}
    for same in node.same:
        yield "same", f"{same.mine} {same.item}", same_test(same)
    yield "earlier", "", node.earlier
    yield "filed", "", node.filed
    yield "closes", "", _closes(node)
    yield "counts_from", "", entry(node.counts_from)


def _closes(node: Record) -> Plain:
    """The last day for a row, marked where it merely follows from the dates that the record tests."""
    dated = {test.entry.name for one in node.where for test in one.tests if isinstance(test, Day)}
    follows = node.closes is None or node.closes.name in {DECISION, *dated}
    return {**(entry(node.closes) or {}), "follows": True} if follows else entry(node.closes)


def _aspect(tests: tuple[Test, ...]) -> Aspect:
    """The aspect of several tests of a field: that of the last, for the first may be the list it is taken from."""
    match tests[-1]:
        case Number():
            return "threshold"
        case Day():
            return "date"
        case InTable():
            return "list"
        case Is():
            return "values"
        case Stated():
            return "test"
