"""The entries of a case, in their order, made into the case that others read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypedDict

from engine.control.cases import (
    Act,
    Answer,
    Case,
    Closing,
    Correction,
    Finding,
    Notification,
    Observation,
    Opening,
    Receipt,
    Request,
    standing,
)
from engine.register.acts import (
    Answered,
    Asked,
    Closed,
    Corrected,
    Deed,
    Entry,
    Found,
    Notified,
    Observed,
    Opened,
    Purged,
    Read,
    Received,
)


class Shared(TypedDict):
    """What the register adds to a deed: see `engine.control.cases.Kept`."""

    id: int
    by: str
    corrects: int | None
    corrected_by: int | None


def case_of(entries: Iterable[Entry]) -> Case | None:
    """The case that its entries make; None when none of them opens it."""
    known = list(entries)
    set_aside = _set_aside(known)
    acts = tuple(kept for entry in known if (kept := _kept(entry, set_aside)) is not None)
    if not standing(act for act in acts if isinstance(act, Opening)):
        return None
    return Case(
        doctor=str(known[0].doctor),
        year=int(known[0].year or 0),
        acts=acts,
        corrections=tuple(
            Correction(id=entry.sequence, by=entry.by, on=entry.day, corrects=entry.act.corrects, why=entry.act.why)
            for entry in known
            if isinstance(entry.act, Corrected) and entry.day
        ),
    )


def cases_of(entries: Iterable[Entry]) -> list[Case]:
    """The cases that entries make, by doctor and year."""
    several: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        if entry.doctor is not None and entry.year is not None:
            several.setdefault((entry.doctor, entry.year), []).append(entry)
    return [case for _, one in sorted(several.items()) if (case := case_of(one)) is not None]


def _set_aside(entries: Sequence[Entry]) -> dict[int, int]:
    """The number of the correction, by that of the act it sets aside."""
    return {entry.act.corrects: entry.sequence for entry in entries if isinstance(entry.act, Corrected)}


def _kept(entry: Entry, set_aside: dict[int, int]) -> Act | None:
    """What an entry puts on file: a correction, what takes the place of what it sets aside; a reading, nothing."""
    done = _deed(entry)
    if done is None:
        return None
    corrects = entry.act.corrects if isinstance(entry.act, Corrected) else None
    later = set_aside.get(entry.sequence)
    return _act(*done, Shared(id=entry.sequence, by=entry.by, corrects=corrects, corrected_by=later))


def _deed(entry: Entry) -> tuple[Deed, date] | None:
    """The deed of an entry and the day it was done; of a correction, those that take the place of another."""
    match entry.act:
        case Read() | Purged():
            return None
        case Corrected(instead=deed, done_on=day):
            return None if deed is None or day is None else (deed, day)
        case deed:
            return None if entry.day is None else (deed, entry.day)


def _act(deed: Deed, day: date, shared: Shared) -> Act:
    match deed:
        case Opened(name=name, why=why):
            return Opening(opened_on=day, name=name, why=why, **shared)
        case Asked(items=items, until=until, letter=letter):
            return Request(items=items, asked_on=day, answer_by=until, letter=letter, **shared)
        case Received(item=item, what=what, complete=complete, request=request):
            return Receipt(item=item, received_on=day, what=what, complete=complete, request=request, **shared)
        case Observed(text=text, item=item, entry=entry):
            return Observation(about=entry or item or "", received_on=day, text=text, **shared)
        case Answered(observation=observation, text=text):
            return Answer(observation=observation, on=day, text=text, **shared)
        case Found(item=item, choice=choice, outcome=outcome, ground=ground, reference=reference):
            return Finding(
                item=item,
                choice=choice,
                outcome=outcome,
                decided_on=day,
                ground=ground,
                reference=reference,
                **shared,
            )
        case Notified(what=what, until=until, letter=letter, digest=digest):
            return Notification(what=what, sent_on=day, answer_by=until, letter=letter, digest=digest, **shared)
        case Closed(why=why):
            return Closing(closed_on=day, why=why, **shared)


def deed_of(entries: Iterable[Entry], number: int) -> tuple[Deed, date] | None:
    """The deed that stands under a number, and the day it was done; None when none does."""
    known = list(entries)
    return None if number in _set_aside(known) else deed_under(known, number)


def deed_under(entries: Iterable[Entry], number: int) -> tuple[Deed, date] | None:
    """The deed entered under a number, set aside since or not, and the day it was done; None when none was."""
    entry = next((one for one in entries if one.sequence == number), None)
    return None if entry is None else _deed(entry)
