"""One alteration of a record, drawn at random: a digit, a verdict, a source, a dropped child, two weights swapped…

The same `Random` makes the same alteration on every machine. What is altered is JSON; a record is never made invalid
on purpose, but may well be.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from msgspec import json

from engine.issuing.receipt import Json
from engine.text import canonical_json

Path = tuple[str | int, ...]
VERDICTS = ("met", "unmet", "unknown")
CLOSED = {
    "verdict": VERDICTS,
    "outcome": ("granted", "refused", "undetermined", "out_of_play"),
    "how": (None, "fact", "exemption", "neutralisation"),
    "grade": (None, "declared", "prefilled", "documented", "measured"),
    "reason": ("not_declared", "threshold_missed", "document_missing", "declared_late", "excluded", "refuted"),
    "unknown": ("not_yet", "silent", "missing", "anomaly", "contradictory"),
    "struck": (None, "superseded", "replaced", "yielded", "rejected", "refuted", "not_produced", "out_of_span"),
    "as": ("met", "removed"),
    "pays": ("block", "indicators", "complement", "once"),
    "evidence": ("automated", "sworn", "justificatif"),
    "zero": ("met", "unmet"),
    "above_one": ("invalid", "unknown", "counted"),
    "not_produced": ("unmet", "ignored"),
    "kind": ("all", "any"),
}
"""What each closed word may be taken for."""


class Altered:
    """A record altered in one place; `kind` says how, `path` where."""

    def __init__(self, kind: str, path: Path, record: Json) -> None:
        self.kind, self.path, self.record = kind, path, record


class Altering:
    """Alters copies of one record, each in one place."""

    def __init__(self, record: Json) -> None:
        self.written = canonical_json(record)
        self.places = list(everything(record))

    def altered(self, random: Random, wanted: str | None = None) -> Altered:
        """A copy of the record with one alteration, which does change it: of any kind, or of the one wanted."""
        while True:
            kind = wanted or random.choice(sorted(KINDS))
            copied = json.decode(self.written)
            path = KINDS[kind](copied, self.places, random)
            if path is not None and canonical_json(copied) != self.written:
                return Altered(kind, path, copied)


def everything(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value and its path."""
    yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in pairs:
        yield from everything(below, (*path, key))


def at(record: Json, path: Sequence[str | int]) -> Any:
    found: Any = record
    for step in path:
        found = found[step]
    return found


def put(record: Json, path: Path, value: Any) -> Path:
    at(record, path[:-1])[path[-1]] = value
    return path


# --- the alterations: each gives the path it altered, None where there was nothing to alter ------------------------


Places = list[tuple[Path, Any]]


def pick(places: Places, random: Random, wanted: Callable[[Path, Any], bool]) -> tuple[Path, Any] | None:
    found = [(path, value) for path, value in places if path and wanted(path, value)]
    return random.choice(found) if found else None


def digit(record: Json, places: Places, random: Random) -> Path | None:
    """Another digit somewhere in a number, an amount, a day or a digest."""
    found = pick(places, random, lambda _, value: not isinstance(value, bool) and _has_digit(value))
    return found and put(record, found[0], _other_digit(found[1], random))


def amount(record: Json, places: Places, random: Random) -> Path | None:
    """Another digit in an amount: points, euros, a weight, a count."""
    names = {"paid", "attained", "possible", "weight", "from", "to", "numerator", "denominator", "needed", "missing"}
    names |= {"points_paid", "points_attained", "points_possible", "point_value", "euros", "at_least", "more_than"}
    found = pick(places, random, lambda path, value: path[-1] in names and _has_digit(value))
    return found and put(record, found[0], _other_digit(found[1], random))


def word(record: Json, places: Places, random: Random) -> Path | None:
    """Another verdict, outcome, reason…: a closed word taken for another of its list."""
    name = random.choice(sorted(CLOSED))
    found = pick(places, random, lambda path, value: path[-1] == name and value in CLOSED[name])
    if found is None:
        return None
    return put(record, found[0], random.choice([one for one in CLOSED[name] if one != found[1]]))


def verdict(record: Json, places: Places, random: Random) -> Path | None:
    found = pick(places, random, lambda path, value: path[-1] == "verdict")
    return found and put(record, found[0], random.choice([one for one in VERDICTS if one != found[1]]))


def source(record: Json, places: Places, random: Random) -> Path | None:
    """Another document, section or line."""
    found = pick(places, random, lambda path, _: path[-1] in ("document", "section") or "lines" in path[-2:-1])
    if found is None:
        return None
    value = found[1] + 1 if isinstance(found[1], int) else f"{found[1]}a"
    return put(record, found[0], value)


def flag(record: Json, places: Places, random: Random) -> Path | None:
    found = pick(places, random, lambda _, value: isinstance(value, bool))
    return found and put(record, found[0], not found[1])


def dropped(record: Json, places: Places, random: Random) -> Path | None:
    """One of a list left out: a branch, a row, an indicator, a passage."""
    found = pick(places, random, lambda path, _: isinstance(path[-1], int))
    if found:
        at(record, found[0][:-1]).pop(found[0][-1])
    return found and found[0]


def child(record: Json, places: Places, random: Random) -> Path | None:
    """A condition below a gate left out."""
    found = pick(places, random, lambda path, _: path[-2:-1] == ("of",) and isinstance(path[-1], int))
    if found:
        at(record, found[0][:-1]).pop(found[0][-1])
    return found and found[0]


def doubled(record: Json, places: Places, random: Random) -> Path | None:
    found = pick(places, random, lambda path, _: isinstance(path[-1], int))
    if found:
        at(record, found[0][:-1]).append(copy.deepcopy(found[1]))
    return found and found[0]


def swapped(record: Json, places: Places, random: Random) -> Path | None:
    """Two of a list, each in the other's place."""
    found = pick(places, random, lambda _, value: isinstance(value, list) and len(value) > 1)
    if found:
        there = at(record, found[0])
        one, other = random.sample(range(len(there)), 2)
        there[one], there[other] = there[other], there[one]
    return found and found[0]


def weights(record: Json, places: Places, random: Random) -> Path | None:
    """The weights of two indicators exchanged."""
    one, other = random.sample(range(len(record["indicators"])), 2)
    mine, theirs = record["indicators"][one], record["indicators"][other]
    mine["weight"], theirs["weight"] = theirs["weight"], mine["weight"]
    return ("indicators", one, "weight")


def borrowed(record: Json, places: Places, random: Random) -> Path | None:
    """A value put where another of the same name stands."""
    found = pick(places, random, lambda path, _: isinstance(path[-1], str))
    assert found is not None
    other = pick(places, random, lambda path, value: path[-1] == found[0][-1] and type(value) is type(found[1]))
    return other and put(record, found[0], copy.deepcopy(other[1]))


def forgotten(record: Json, places: Places, random: Random) -> Path | None:
    """A key left out."""
    found = pick(places, random, lambda path, _: isinstance(path[-1], str))
    if found:
        del at(record, found[0][:-1])[found[0][-1]]
    return found and found[0]


KINDS: dict[str, Callable[[Json, Places, Random], Path | None]] = {
    one.__name__: one
    for one in (
        *(digit, amount, word, verdict, source, flag, dropped, child, doubled, swapped, weights, borrowed),
        forgotten,
    )
}


def _has_digit(value: Any) -> bool:
    return isinstance(value, str | int) and any(one in "0123456789" for one in str(value))


def _other_digit(value: Any, random: Random) -> Any:
    text = str(value)
    place = random.choice([index for index, char in enumerate(text) if char in "0123456789"])
    text = text[:place] + random.choice([one for one in "0123456789" if one != text[place]]) + text[place + 1 :]
    return int(text) if isinstance(value, int) else text
