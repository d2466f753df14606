"""Filing an act in a case: once, whoever asks again, and only where what a case must keep is kept."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from engine.control.cases import Case
from engine.problems import Invalid, Problem
from engine.register.acts import Act, Corrected, Deed, Entry, Opened
from engine.register.folding import case_of, deed_of
from engine.register.promises import breaches
from engine.register.proving import proved
from engine.register.store import Clock, check_new, machine_time


class Filed(Struct, frozen=True):
    """The number under which an act stands, and whether it did `already`."""

    entry: int
    already: bool
    case: Case


def file(
    where: str, doctor: str, year: int, by: str, day: date, act: Deed | Corrected, *, clock: Clock = machine_time
) -> Filed:
    """Enter an act in the case of a doctor and a year; what opens a case may make the register.

    The same act, by the same agent and of the same day, is entered once: who is not sure that it was may ask again.
    Raises Invalid: no such register or case; it is not as it was written; the act would break what a case must keep;
    what `Held.add` refuses.
    """
    # Before a register is made: what is refused leaves nothing.
    check_new(by, day, act, clock())
    with proved(where, new=isinstance(act, Opened), clock=clock) as held:
        known = held.entries(doctor, year)
        standing = _standing(known, by, day, act)
        if standing is not None:
            return Filed(standing, True, _case(known, doctor, year))
        check(known, doctor, year, by, day, act)
        number = held.add(doctor, year, by, day, act)
        return Filed(number, False, _case(held.entries(doctor, year), doctor, year))


def check(known: list[Entry], doctor: str, year: int, by: str, day: date, act: Deed | Corrected) -> None:
    """Raises Invalid when the case of these entries, with the act, would break what it kept without."""
    if isinstance(act, Corrected):
        _check_correction(known, act)
    before = case_of(known)
    number = max((entry.sequence for entry in known), default=0) + 1
    entry = Entry(sequence=number, doctor=doctor, year=year, by=by, day=day, written_at="", act=act)
    after = case_of([*known, entry])
    if before is None and not isinstance(act, Opened):
        raise Invalid([Problem("no_case", details={"doctor": doctor, "year": str(year)})])
    if after is None:
        raise Invalid([Problem("opening_stands")])
    kept = breaches(before) if before else []
    broken = [problem for problem in breaches(after) if problem not in kept]
    if broken:
        raise Invalid(broken)


def _check_correction(known: list[Entry], act: Corrected) -> None:
    """Raises Invalid: nothing stands under that number; what takes its place is of another kind."""
    found = deed_of(known, act.corrects)
    if found is None or type(act.instead) not in (type(None), type(found[0])):
        raise Invalid([Problem("nothing_to_correct", details={"entry": str(act.corrects)})])


def _standing(known: list[Entry], by: str, day: date, act: Act) -> int | None:
    """The number of that very act, if it is on file and not set aside."""
    set_aside = {entry.act.corrects for entry in known if isinstance(entry.act, Corrected)}
    same = (entry.sequence for entry in known if (entry.by, entry.day, entry.act) == (by, day, act))
    return next((number for number in same if number not in set_aside), None)


def _case(known: list[Entry], doctor: str, year: int) -> Case:
    case = case_of(known)
    if case is None:
        raise Invalid([Problem("no_case", details={"doctor": doctor, "year": str(year)})])
    return case
