"""The last day on which each payment can still be claimed back, under each legal basis there is to choose from.

Nothing of the law is here: how many years, and which letters start them again, stand with the basis in
`engine/telling/legal.toml`. A delay in years ends on the day of the last month that bears the same number
as the day it starts from, or on the last day of a month that has none; it is over once that day is.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import MAXYEAR, date
from typing import Literal

from msgspec import Struct

from engine.control.cases import Case, standing
from engine.telling.legal import legal

LetterKind = Literal["request", "notification"]


class Letter(Struct, frozen=True):
    """A registered letter of the register: what it was for, when it was sent, and its number."""

    kind: LetterKind
    sent_on: date
    number: str


class Basis(Struct, frozen=True):
    """A legal basis an agent may choose, by its name in the data.

    What is claimed lapses so many `years` after it was paid; letters of the kinds in `interrupted_by` start them
    again. One that rests on something to `establish` is not to be chosen without saying how that was. `notice` and
    `answer` name the entries of the legal references that go with it alone: what its letter notifies, then what it
    asks and what follows; `time_set` is whether the law sets the time to answer.
    """

    name: str
    years: int
    interrupted_by: tuple[str, ...]
    establish: bool
    notice: str
    answer: tuple[str, ...]
    time_set: bool


class Limit(Struct, frozen=True):
    """The last day to claim a payment back: as it was paid, then with the letters that started the delay again."""

    plain: date
    last: date
    letters: tuple[Letter, ...] = ()


def bases() -> dict[str, Basis]:
    """Every basis there is to choose from, in the order of the data."""
    return {
        name: Basis(
            name=name,
            years=entry["years"],
            interrupted_by=tuple(entry["interrupted_by"]),
            establish=entry["establish"],
            notice=entry["notice"],
            answer=tuple(entry["answer"]),
            time_set=entry["time_set"],
        )
        for name, entry in legal().items()
        if "years" in entry
    }


def later_by(day: date, years: int) -> date:
    """The day of the same number so many years later, the last of a month that is too short, or that there is."""
    year = day.year + years
    if year > MAXYEAR:
        return date.max
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def registered_letters(case: Case, until: date) -> tuple[Letter, ...]:
    """The registered letters of a case sent by the end of a day, the oldest first."""
    requests = [Letter("request", one.asked_on, one.letter) for one in standing(case.requests) if one.letter]
    told = [Letter("notification", one.sent_on, one.letter) for one in standing(case.notifications) if one.letter]
    sent = [one for one in [*requests, *told] if one.sent_on <= until]
    return tuple(sorted(sent, key=lambda one: (one.sent_on, one.kind, one.number)))


def limit(basis: Basis, paid_on: date, letters: Iterable[Letter]) -> Limit:
    """The last day to claim back what was paid on a day, under a basis, given letters from the oldest.

    A letter counts from the day of the payment to the last day of the delay that runs when it is sent: what has
    lapsed is not started again.
    """
    found = Limit(plain := later_by(paid_on, basis.years), plain)
    for letter in letters:
        if letter.kind in basis.interrupted_by and paid_on <= letter.sent_on <= found.last:
            again = max(found.last, later_by(letter.sent_on, basis.years))
            found = Limit(plain, again, (*found.letters, letter))
    return found
