"""Reading the register: a case, or all of them; who did, and with which command, is entered as any act is.

What is read to be acted upon is refused where the register is not as it was written; what is read to be shown comes
with its flaws.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from engine.control.cases import Case
from engine.problems import Invalid, Problem
from engine.register.acts import Entry, Read
from engine.register.folding import cases_of
from engine.register.proving import Flaw, proof, proved
from engine.register.store import Clock, Held, machine_time, register


class Seen(Struct, frozen=True):
    """Cases, by doctor and year, and what is wrong with the register that tells them."""

    cases: tuple[Case, ...]
    flaws: tuple[Flaw, ...]


def read_case(where: str, doctor: str, year: int | None, *, by: str, what: str, clock: Clock = machine_time) -> Case:
    """The case of a doctor and a year, to act upon it; without a year, the only one of the doctor's.

    `by` is who reads, `what` the command that does. Raises Invalid: no register, or not as it was written; no case,
    several and no year.
    """
    with proved(where, clock=clock) as held:
        return _read(held, doctor, year, by, what)


def read_cases(
    where: str, doctors: Collection[str], year: int, *, by: str, what: str, clock: Clock = machine_time
) -> dict[str, Case]:
    """The cases of a year that there are of these doctors, to act upon them; each is entered as read.

    Raises Invalid: no register, or not as it was written.
    """
    with proved(where, clock=clock) as held:
        found = {
            case.doctor: case for case in cases_of(held.entries()) if case.year == year and case.doctor in doctors
        }
        for doctor in found:
            held.add(doctor, year, by, None, Read(what))
        return found


def see_case(where: str, doctor: str, year: int | None, *, by: str, what: str, clock: Clock = machine_time) -> Seen:
    """The same case, to be shown, whatever is wrong. Raises Invalid: no register, no case, several and no year."""
    with register(where, clock=clock) as held:
        flaws = proof(held).flaws
        return Seen((_read(held, doctor, year, by, what),), flaws)


def see_cases(where: str, *, by: str, what: str, clock: Clock = machine_time) -> Seen:
    """Every case, to be shown. Raises Invalid when there is no register."""
    with register(where, clock=clock) as held:
        flaws, found = proof(held).flaws, cases_of(held.entries())
        held.add(None, None, by, None, Read(what))
        return Seen(tuple(found), flaws)


def read_log(
    where: str, doctor: str | None, year: int | None, *, by: str, clock: Clock = machine_time
) -> tuple[list[Entry], tuple[Flaw, ...]]:
    """The entries of a doctor's cases, or of the whole register, and what is wrong with it.

    Raises Invalid: no register, no case.
    """
    with register(where, clock=clock) as held:
        flaws = proof(held).flaws
        if doctor is not None and not held.entries(doctor, year):
            raise Invalid([Problem("no_case_at_all", details={"doctor": doctor})])
        held.add(doctor, year, by, None, Read("log"))
        return held.entries(doctor, year), flaws


def _read(held: Held, doctor: str, year: int | None, by: str, what: str) -> Case:
    found = cases_of(held.entries(doctor, year))
    if len(found) != 1:
        years = ", ".join(str(case.year) for case in found)
        named = "" if year is None else str(year)
        code = "several_cases" if found else "no_case" if named else "no_case_at_all"
        raise Invalid([Problem(code, details={"doctor": doctor, "year": named, "valid": years})])
    held.add(doctor, found[0].year, by, None, Read(what))
    return found[0]


def years_of(where: str, doctor: str) -> list[int]:
    """The years of which a doctor has a case: not entered as a reading, for it tells nothing of them.

    Raises Invalid: no register.
    """
    with register(where) as held:
        return [case.year for case in cases_of(held.entries(doctor))]


def entries_of(where: str, doctor: str, year: int) -> list[Entry]:
    """The entries of a case, for who is about to add one: not entered as a reading, for what is added is.

    Raises Invalid: no register, or not as it was written.
    """
    with proved(where) as held:
        return held.entries(doctor, year)
