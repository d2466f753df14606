"""What open cases wait for: papers asked for, letters that may be answered, observations to answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from engine.control.cases import Case, Request, known_on, standing

What = Literal["papers", "letter", "observation"]
State = Literal["runs", "over", "open", "undated"]


class Awaited(Struct, frozen=True):
    """What a case waits for: the act that began it, until when (None: no day is set), the items if of papers.

    Its state is told as of a day: the delay `runs` until its end, and is then `over`; without such a day, what has an
    end is `open`.
    """

    what: What
    doctor: str
    year: int
    name: str | None
    act: int
    until: date | None
    items: tuple[str, ...]
    state: State


def awaited(cases: Iterable[Case], as_of: date | None = None) -> list[Awaited]:
    """What the open cases wait for, as they were on a day if one is given; the sooner first, what has no day last."""
    known = cases if as_of is None else (then for case in cases if (then := known_on(case, as_of)) is not None)
    found = [one for case in known if case.status == "open" for one in _of(case, as_of)]
    return sorted(found, key=lambda one: (one.until or date.max, one.doctor, one.year, one.act))


def _of(case: Case, as_of: date | None) -> Iterator[Awaited]:
    def one(what: What, act: int, until: date | None, items: tuple[str, ...] = ()) -> Awaited:
        return Awaited(what, case.doctor, case.year, case.opening.name, act, until, items, _state(until, as_of))

    for request in standing(case.requests):
        if lacking := missing(case, request):
            yield one("papers", request.id, request.answer_by, lacking)
    for letter in standing(case.notifications):
        yield one("letter", letter.id, letter.answer_by)
    answered = {answer.observation for answer in standing(case.answers)}
    for observation in standing(case.observations):
        if observation.id not in answered:
            yield one("observation", observation.id, None)


def missing(case: Case, request: Request) -> tuple[str, ...]:
    """The items of a request for which nothing complete came since, and of which nothing was found since."""
    day = request.asked_on
    came = {one.item for one in standing(case.receipts) if one.complete and one.received_on >= day}
    found = {one.item for one in standing(case.findings) if one.decided_on >= day}
    return tuple(item for item in request.items if item not in came | found)


def _state(until: date | None, as_of: date | None) -> State:
    if until is None:
        return "undated"
    if as_of is None:
        return "open"
    return "runs" if as_of <= until else "over"
