"""Dropping what the register says of cases whose time is past; that there were entries stays proved."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from sqlalchemy import bindparam, delete

from engine.problems import Invalid, Problem
from engine.register.acts import Entry, Purged, Read
from engine.register.folding import cases_of
from engine.register.proving import proved
from engine.register.store import Clock, machine_time
from engine.register.tables import entries


class Purge(Struct, frozen=True):
    """What was dropped: entries, of how many cases; the number of the entry that tells it (None: nothing)."""

    entry: int | None
    cases: int
    dropped: int


def purge(where: str, before: date, *, by: str, on: date, clock: Clock = machine_time) -> Purge:
    """Drop what is said of every case closed before a day, and of the readings made before it; enter that it was.

    A case that is open is kept whole. Raises Invalid: no register, or not as it was written; the day comes after that
    of the purge.
    """
    if before > on:
        raise Invalid([Problem("purge_to_come", details={"before": str(before), "day": str(on)})])
    with proved(where, clock=clock) as held:
        known = held.entries()
        closed = {
            (case.doctor, case.year) for case in cases_of(known) if case.closing and case.closing.closed_on < before
        }
        dropped = tuple(
            entry.sequence for entry in known if (entry.doctor, entry.year) in closed or _read_before(entry, before)
        )
        if not dropped:
            return Purge(None, 0, 0)
        number = held.add(None, None, by, on, Purged(before, dropped))
        one = delete(entries).where(entries.c.sequence == bindparam("dropped"))
        held.connection.execute(one, [{"dropped": sequence} for sequence in dropped])
        return Purge(number, len(closed), len(dropped))


def _read_before(entry: Entry, before: date) -> bool:
    return isinstance(entry.act, Read) and entry.written_at < before.isoformat()
