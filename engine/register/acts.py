"""What can be entered in the register: acts of a case, and what the register tells of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any as Anything

from msgspec import Struct, ValidationError, convert, to_builtins

from engine.control.cases import Outcome
from engine.problems import Invalid, Problem
from engine.register.clean import check_text


class Written(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """What an entry says, beside who did it, when, and in which case."""


class Opened(Written, frozen=True, tag="open"):
    """The case is opened; `name` is the doctor's as the dossier gave it."""

    name: str | None = None
    why: str | None = None


class Asked(Written, frozen=True, tag="request"):
    """Evidence for these items is asked of the doctor, who has until the end of `until`."""

    items: tuple[str, ...]
    until: date
    letter: str | None = None


class Received(Written, frozen=True, tag="receive"):
    """Something came for an item, complete or not, in answer to a request or of itself."""

    item: str
    what: str
    complete: bool
    request: int | None = None


class Observed(Written, frozen=True, tag="observe"):
    """The doctor says something of an item, or of the act of that number."""

    text: str
    item: str | None = None
    entry: int | None = None


class Answered(Written, frozen=True, tag="answer"):
    """The doctor is answered."""

    observation: int
    text: str


class Found(Written, frozen=True, tag="record"):
    """The control establishes something of an item, or of one of its choices."""

    item: str
    outcome: Outcome
    choice: str | None = None
    ground: str | None = None
    reference: str | None = None


class Notified(Written, frozen=True, tag="notify"):
    """A letter is sent; the doctor has until the end of `until` to answer."""

    what: str
    until: date
    letter: str | None = None
    digest: str | None = None


class Closed(Written, frozen=True, tag="close"):
    """The case is closed."""

    why: str | None = None


Deed = Opened | Asked | Received | Observed | Answered | Found | Notified | Closed
"""What can be corrected."""


class Corrected(Written, frozen=True, tag="correct"):
    """The act of that number is set aside, and why; `instead`, of its kind, done on that day, takes its place."""

    corrects: int
    why: str
    instead: Deed | None = None
    done_on: date | None = None


class Read(Written, frozen=True, tag="read"):
    """The case was read, or all of them when the entry names no doctor; `what` is the command that did."""

    what: str


class Purged(Written, frozen=True, tag="purge"):
    """What these entries said was dropped: cases closed, and readings made, before that day."""

    before: date
    entries: tuple[int, ...]


Act = Deed | Corrected | Read | Purged


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the register: an act, in the case of a doctor and a year if it is one's.

    `day` is when the act was done, as its author tells; None for readings. `written_at` is when it was entered, as
    the machine told.
    """

    sequence: int
    doctor: str | None
    year: int | None
    by: str
    day: date | None
    written_at: str
    act: Act

    @property
    def kind(self) -> str:
        """The kind of its act, as it is written."""
        return str(self.act.__struct_config__.tag)

    @property
    def about(self) -> str:
        """What the act is about, beside the case: what read it, what it corrects, the day before which it purged."""
        match self.act:
            case Read(what=what):
                return what
            case Corrected(corrects=number):
                return str(number)
            case Purged(before=day):
                return day.isoformat()
            case _:
                return ""


def plain(act: Act) -> dict[str, Anything]:
    """The act as JSON data: its `kind`, then what it says."""
    data: dict[str, Anything] = to_builtins(act)
    return data


def act_of(data: object) -> Act:
    """The act written as JSON data. Raises Invalid when it is none, or when a text in it is not clean."""
    try:
        act: Act = convert(data, Act)
    except ValidationError as error:
        raise Invalid([Problem("not_an_act", details={"why": str(error)})]) from None
    check_act(act)
    return act


def check_act(act: Act) -> None:
    """Raises Invalid when a text of the act could not be shown, or could not be kept."""
    problems = [problem for name, text in texts(act) for problem in check_text(name, text)]
    if problems:
        raise Invalid(problems)


def texts(act: Written) -> Iterator[tuple[str, str]]:
    """Every text that the act holds, by the name of what holds it."""
    for name in act.__struct_fields__:
        match getattr(act, name):
            case str(text):
                yield name, text
            case Written() as inside:
                yield from texts(inside)
            case tuple(several):
                yield from ((name, one) for one in several if isinstance(one, str))
            case _:
                pass
