"""Whether a register is as it was written: every link follows from the one before, every entry says what it said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any as Anything
from typing import Literal

from msgspec import Struct
from sqlalchemy import Row, select

from engine.problems import Invalid, Problem
from engine.register.acts import Purged, act_of
from engine.register.chain import ANCHOR, FIRST, Link, hashed, salted
from engine.register.store import Clock, Held, machine_time, register
from engine.register.tables import entries

Fault = Literal["missing", "unlinked", "changed", "reworded", "dropped", "cut", "not_anchored"]


class Flaw(Struct, frozen=True):
    """What is wrong, and the number of the entry where it shows."""

    fault: Fault
    entry: int


class Proof(Struct, frozen=True):
    """What was found: how many entries, how many of which are dropped, as purges tell; the anchor of the last."""

    entries: int
    dropped: int
    anchor: str | None
    flaws: tuple[Flaw, ...]


def proof(held: Held, anchor: str | None = None) -> Proof:
    """Read the whole register again, and hold it to an anchor printed before, if one is given.

    `missing`: a number has no link; `unlinked`: a link does not follow the one before; `changed`: it is not what it
    was; `reworded`: an entry does not say what it said; `dropped`: it says nothing any more, and no purge tells why;
    `cut`: the register ends before the anchor; `not_anchored`: the anchor is of another register.
    Raises Invalid when the anchor is none.
    """
    links = list(held.links())
    said = {row.sequence: row for row in held.connection.execute(select(entries))}
    purged = _purged(said)
    flaws = [*_unlinked(links), *_reworded(links, said, purged)]
    if anchor is not None:
        flaws += _unanchored(links, anchor)
    last = links[-1].anchor if links else None
    return Proof(len(links), len(links) - len(said), last, tuple(sorted(set(flaws), key=_order)))


@contextmanager
def proved(where: str, *, new: bool = False, clock: Clock = machine_time) -> Iterator[Held]:
    """The register, as `store.register` holds it, for who is to act on what it says.

    Raises Invalid, beside what `register` raises, when it is not as it was written. The whole of it is looked at: an
    entry that was moved or dropped may have been of any case.
    """
    with register(where, new=new, clock=clock) as held:
        flaws = proof(held).flaws
        if flaws:
            raise Invalid([Problem("register_altered", held.where, details={"entry": str(flaws[0].entry)})])
        yield held


def _order(flaw: Flaw) -> tuple[int, str]:
    return flaw.entry, flaw.fault


def _unlinked(links: list[Link]) -> Iterator[Flaw]:
    before, number = FIRST, 0
    for link in links:
        number += 1
        if link.sequence != number:
            yield Flaw("missing", number)
            number = link.sequence
        elif link.previous != before:
            yield Flaw("unlinked", link.sequence)
        if link.hash != hashed(link.sequence, link.written_at, link.digest, link.previous):
            yield Flaw("changed", link.sequence)
        before = link.hash


def _reworded(links: list[Link], said: dict[int, Row[Anything]], purged: set[int]) -> Iterator[Flaw]:
    for link in links:
        row = said.get(link.sequence)
        if row is None:
            if link.sequence not in purged:
                yield Flaw("dropped", link.sequence)
        elif link.digest != _digest(row):
            yield Flaw("reworded", link.sequence)
    yield from (Flaw("missing", number) for number in said.keys() - {link.sequence for link in links})


def _digest(row: Row[Anything]) -> str:
    """The digest of what a row says now; nothing that a digest could be when it cannot be read."""
    try:
        act = json.loads(row.act)
        return salted(row.salt, {"doctor": row.doctor, "year": row.year, "by": row.by, "day": row.day, "act": act})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _purged(said: dict[int, Row[Anything]]) -> set[int]:
    """The numbers of the entries that purges say they dropped."""
    return {number for row in said.values() if row.doctor is None for number in _purge(row)}


def _purge(row: Row[Anything]) -> tuple[int, ...]:
    try:
        act = act_of(json.loads(row.act))
    except (ValueError, TypeError, RecursionError, Invalid):
        return ()
    return act.entries if isinstance(act, Purged) else ()


def _unanchored(links: list[Link], anchor: str) -> Iterator[Flaw]:
    found = ANCHOR.fullmatch(anchor)
    if found is None:
        raise Invalid([Problem("no_register_anchor", details={"value": anchor[:80]})])
    number, hash = int(found[1]), found[2]
    link = next((link for link in links if link.sequence == number), None)
    if link is None:
        yield Flaw("cut", number)
    elif link.hash != hash:
        yield Flaw("not_anchored", number)
