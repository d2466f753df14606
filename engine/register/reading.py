"""Reading the register: a case, or all of them; who did, and with which command, is entered as any act is."""

from __future__ import annotations

from itertools import groupby

from engine.control.cases import Case
from engine.problems import Invalid, Problem
from engine.register.acts import Entry, Read
from engine.register.folding import case_of
from engine.register.store import Clock, machine_time, register


def read_case(where: str, doctor: str, year: int | None, *, by: str, what: str, clock: Clock = machine_time) -> Case:
    """The case of a doctor and a year; without a year, the only one of the doctor's.

    `by` is who reads, `what` the command that does. Raises Invalid: no register, no case, several and no year.
    """
    with register(where, clock=clock) as held:
        found = _cases(held.entries(doctor, year))
        if len(found) != 1:
            years = ", ".join(str(case.year) for case in found)
            named = "" if year is None else str(year)
            code = "several_cases" if found else "no_case" if named else "no_case_at_all"
            raise Invalid([Problem(code, details={"doctor": doctor, "year": named, "valid": years})])
        held.add(doctor, found[0].year, by, None, Read(what))
        return found[0]


def read_cases(where: str, *, by: str, what: str, clock: Clock = machine_time) -> list[Case]:
    """Every case, by doctor and year. Raises Invalid when there is no register."""
    with register(where, clock=clock) as held:
        found = _cases(held.entries())
        held.add(None, None, by, None, Read(what))
        return found


def _cases(entries: list[Entry]) -> list[Case]:
    """The cases that entries make."""
    of_cases = sorted((entry for entry in entries if entry.doctor is not None), key=_of)
    made = (case_of(several) for _, several in groupby(of_cases, key=_of))
    return [case for case in made if case is not None]


def _of(entry: Entry) -> tuple[str, int]:
    return entry.doctor or "", entry.year or 0


def years_of(where: str, doctor: str) -> list[int]:
    """The years of which a doctor has a case, which tells nothing of them. Raises Invalid: no register."""
    with register(where) as held:
        return [case.year for case in _cases(held.entries(doctor))]


def entries_of(where: str, doctor: str, year: int) -> list[Entry]:
    """The entries of a case, for who is about to add one. Raises Invalid when there is no register."""
    with register(where) as held:
        return held.entries(doctor, year)
