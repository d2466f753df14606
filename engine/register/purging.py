"""Dropping what the register says of cases whose time is past; that there were entries stays proved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct
from sqlalchemy import bindparam, delete

from engine.control.cases import Case, done_on
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

    A closed case is past when the last of its days is; one that is open is kept whole. Of a doctor of whom no case
    is kept, the readings that name no year are dropped too. Raises Invalid: no register, or not as it was written;
    the day comes after that of the purge.
    """
    if before > on:
        raise Invalid([Problem("purge_to_come", details={"before": str(before), "day": str(on)})])
    with proved(where, clock=clock) as held:
        known = held.entries()
        past, kept = _split(cases_of(known), before)
        doctors = {None, *(case.doctor for case in kept)}
        closed = {(case.doctor, case.year) for case in past}
        dropped = tuple(
            entry.sequence
            for entry in known
            if (entry.doctor, entry.year) in closed or entry.doctor not in doctors or _read_before(entry, before)
        )
        if not dropped:
            return Purge(None, 0, 0)
        number = held.add(None, None, by, on, Purged(before, dropped))
        one = delete(entries).where(entries.c.sequence == bindparam("dropped"))
        held.connection.execute(one, [{"dropped": sequence} for sequence in dropped])
        return Purge(number, len(closed), len(dropped))


def _split(cases: Iterable[Case], before: date) -> tuple[list[Case], list[Case]]:
    """The cases that are past on a day, then those to keep."""
    past: list[Case] = []
    kept: list[Case] = []
    for case in cases:
        (past if case.status == "closed" and _last_day(case) < before else kept).append(case)
    return past, kept


def _last_day(case: Case) -> date:
    """The last day on which anything was done in a case, or corrected."""
    return max([*(done_on(act) for act in case.acts), *(one.on for one in case.corrections)])


def _read_before(entry: Entry, before: date) -> bool:
    return isinstance(entry.act, Read) and entry.written_at < before.isoformat()
