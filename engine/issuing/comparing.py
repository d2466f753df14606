"""Two records of one doctor: the facts, rules, readings and day that set them apart, and what each flipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Any, Literal

from msgspec import Struct

from engine.issuing.redeciding import decided_by, dossier_page
from engine.loading import PolicyFiles
from engine.telling.sentences import telling
from engine.text import in_order

Json = dict[str, Any]
Cause = Literal["rule", "fact", "reading", "day", "prerequisite"]
CAUSES: tuple[Cause, ...] = ("fact", "reading", "day")
"""What can be taken over from one record to the other while the rules stay, in the order in which it is."""
BELOW = {
    *("eligible", "volets", "indicators", "components", "periods", "tiers", "tree", "gate", "of"),
    *("neutralisations", "when", "weight", "then", "else"),
}
"""Where a record holds conditions."""
TOLD = ("outcome", "how", "reason", "unknown", "points_attained", "points_paid")


class Pair(Struct, frozen=True):
    """Something of two records: a row, a field, a reading, a weight; None in the record that has none."""

    name: str
    before: Any
    after: Any


class Turned(Struct, frozen=True):
    """A leaf whose verdict differs, and what made the difference."""

    before: Json
    after: Json
    causes: tuple[Cause, ...]


class Effect(Struct, frozen=True):
    """An indicator or component that comes out otherwise, and the leaves that turned in it.

    Of an indicator, only those that tell why it comes out so in one record or the other.
    """

    before: Json
    after: Json
    turned: tuple[Turned, ...]


class Comparison(Struct, frozen=True):
    """Everything that sets two records apart; `shares` are the points and euros that each cause brings, in order."""

    before: Json
    after: Json
    facts: tuple[Pair, ...]
    fields: tuple[Pair, ...]
    readings: tuple[Pair, ...]
    rules: tuple[Pair, ...]
    effects: tuple[Effect, ...]
    shares: tuple[tuple[Cause, Json, Json], ...]

    @property
    def same(self) -> bool:
        """Whether nothing does but what made them."""
        return all(self.before.get(key) == self.after.get(key) for key in {*self.before, *self.after} - {"engine"})


def compare(before: Json, after: Json, files: PolicyFiles | None = None) -> Comparison:
    """What sets two records apart. With the policy that both were decided under, also what each cause brings."""
    mine, theirs = leaves(before), leaves(after)
    return Comparison(
        before,
        after,
        tuple(_rows(before, after)),
        tuple(_pairs(before["dossier"]["fields"], after["dossier"]["fields"])),
        tuple(_pairs(before["readings"], after["readings"])),
        tuple(_rules(before, after, mine, theirs)),
        tuple(_effects(before, after)),
        tuple(_shares(before, after, files)) if files else (),
    )


def leaves(part: Any) -> dict[str, Json]:
    """The conditions of a record that have none below, by place."""
    return {node["at"]: node for node in _nodes(part) if "of" not in node}


def _nodes(part: Any) -> Iterator[Json]:
    if isinstance(part, list):
        for one in part:
            yield from _nodes(one)
    elif isinstance(part, dict):
        if "at" in part and "verdict" in part:
            yield part
        for key in BELOW & part.keys():
            yield from _nodes(part[key])


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Pair]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Pair(name, before.get(name), after.get(name))


def _rows(before: Json, after: Json) -> Iterator[Pair]:
    """The rows that only one has; those of one id, or alone of their name, are one row that changed.

    Between two years, rows are of the same campaign that are as far from their record's year.
    """
    mine, theirs = ({id(row): _kind(row, one["year"]) for row in one["dossier"]["rows"]} for one in (before, after))
    kinds = {**mine, **theirs}
    rows, others = (one["dossier"]["rows"] for one in (before, after))
    gone, come = [row for row in rows if row not in others], [row for row in others if row not in rows]
    named = Counter(kinds[id(row)] for row in gone), Counter(kinds[id(row)] for row in come)
    for row in sorted(gone, key=in_order):
        alone = named[0][kinds[id(row)]] == named[1][kinds[id(row)]] == 1
        alike = [other for other in come if kinds[id(other)] == kinds[id(row)]]
        match = next((one for one in alike if alone or (one.get("id") and one.get("id") == row.get("id"))), None)
        if match is not None:
            come.remove(match)
        yield Pair(row["name"], row, match)
    yield from (Pair(row["name"], None, row) for row in sorted(come, key=in_order))


def _kind(row: Json, year: int) -> tuple[str, str, int]:
    return row["type"], row["name"], row["campaign"] - year


def _rules(before: Json, after: Json, mine: dict[str, Json], theirs: dict[str, Json]) -> Iterator[Pair]:
    """What is asked otherwise, and weighs otherwise; all that is asked in one record alone."""
    if before["policy"]["point_value"] != after["policy"]["point_value"]:
        yield Pair("point_value", before["policy"]["point_value"], after["policy"]["point_value"])
    weights = (
        {one["id"]: one["weight"] for one in (*record["volets"], *record["indicators"])} for record in (before, after)
    )
    for pair in _pairs(*weights):
        if not isinstance(pair.before, dict) and not isinstance(pair.after, dict):
            yield pair
    for at in sorted(mine.keys() | theirs.keys()):
        one, other = mine.get(at), theirs.get(at)
        if (one and one.get("asks")) != (other and other.get("asks")):
            yield Pair(at, one, other)


def _effects(before: Json, after: Json) -> Iterator[Effect]:
    lasting = None
    if before["as_of"] != after["as_of"]:
        mine, theirs = ({in_order(row) for row in one["dossier"]["rows"]} for one in (before, after))
        lasting = mine & theirs
    for part in ("indicators", "components"):
        others = {one["id"]: one for one in after[part]}
        for one in before[part]:
            other = others.get(one["id"])
            if other and _said(one) != _said(other):
                yield Effect(one, other, tuple(_turned(one, other, lasting)))


def _said(one: Json) -> list[Any]:
    return [one.get(name) for name in (*TOLD, "euros")]


def _turned(one: Json, other: Json, lasting: Set[str] | None) -> Iterator[Turned]:
    theirs = leaves(other)
    turned = {at: (leaf, theirs[at]) for at, leaf in leaves(one).items() if at in theirs}
    turned = {at: pair for at, pair in turned.items() if pair[0]["verdict"] != pair[1]["verdict"]}
    why = {leaf["at"] for each in (one, other) for leaf in (telling(each["tree"]) if "tree" in each else ())}
    for at, (leaf, there) in turned.items():
        if at in why or why.isdisjoint(turned):
            yield Turned(leaf, there, tuple(_causes(leaf, there, lasting)))


def _causes(one: Json, other: Json, lasting: Set[str] | None) -> Iterator[Cause]:
    """Why one leaf has another verdict: what it asks, what it saw, or the day on which it looked.

    `lasting` are the facts of both dossiers, where the days differ: what one saw of them and the other did not was
    known too late.
    """
    if one["kind"] == "outcome":
        yield "prerequisite"
        return
    read_otherwise = one["readings"] != other["readings"]
    if read_otherwise:
        yield "reading"
    elif one.get("asks") != other.get("asks"):
        yield "rule"
    mine, theirs = _sight(one), _sight(other)
    if mine != theirs:
        known_late = lasting is not None and mine ^ theirs <= lasting
        yield "day" if known_late else "fact"
    elif lasting is not None and not read_otherwise:
        yield "day"


def _sight(leaf: Json) -> Set[str]:
    """The facts that a leaf saw."""
    saw = leaf.get("saw", {})
    rows = [row for one in saw.get("rows", ()) for row in (one["row"], *one["findings"])]
    return {in_order(row) for row in rows} | {in_order(saw.get("value"))}


def _shares(before: Json, after: Json, files: PolicyFiles) -> Iterator[tuple[Cause, Json, Json]]:
    """What each cause brings, taken over one after the other; nothing where the rules themselves differ."""
    if not files.digest == before["policy"]["digest"] == after["policy"]["digest"]:
        return
    was = before
    for cause in CAUSES:
        key = {"fact": "dossier", "reading": "readings", "day": "as_of"}[cause]
        if was[key] != after[key]:
            mixed = {**was, key: after[key]}
            now = decided_by(mixed, files, dossier_page(mixed, "record"))
            yield cause, was, now
            was = now
