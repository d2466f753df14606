"""What a case on file must keep: an act that would break one of these is not entered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from engine.control.cases import (
    LONGEST_DELAY,
    Act,
    Answer,
    Case,
    Closing,
    Finding,
    Notification,
    Observation,
    Opening,
    Receipt,
    Request,
    done_on,
    standing,
)
from engine.problems import Problem


def breaches(case: Case) -> list[Problem]:
    """What a case does not keep."""
    return [
        *(problem for act in standing(case.acts) for problem in _of(act, case)),
        *_twice(case),
        *_after_closing(case),
    ]


def _of(act: Act, case: Case) -> Iterator[Problem]:
    """What one act that stands does not keep."""
    day = done_on(act)
    if day < case.opening.opened_on:
        yield Problem("before_opening", details={"day": str(day), "opened": str(case.opening.opened_on)})
    match act:
        case Opening():
            if day.year < case.year:
                yield Problem("before_campaign", details={"day": str(day), "year": str(case.year)})
        case Request() | Notification():
            if act.answer_by < day:
                yield Problem("delay_backwards", details={"day": str(day), "until": str(act.answer_by)})
            if (act.answer_by - day).days > LONGEST_DELAY:
                details = {"day": str(day), "until": str(act.answer_by), "most": str(LONGEST_DELAY)}
                yield Problem("delay_too_long", details=details)
        case Receipt(request=int(number)):
            asked = {request.id: request for request in case.requests}
            if number not in asked or act.item not in asked[number].items:
                yield Problem("no_such_request", details={"entry": str(number), "item": act.item})
            yield from _too_soon(day, number, case)
        case Observation(about=int(number)):
            if number not in {other.id for other in case.acts if other.id != act.id}:
                yield Problem("no_such_act", details={"entry": str(number)})
            yield from _too_soon(day, number, case)
        case Answer(observation=number):
            if number not in {observation.id for observation in standing(case.observations)}:
                yield Problem("no_such_observation", details={"entry": str(number)})
            yield from _too_soon(day, number, case)
        case Finding(outcome="refuted" | "not_produced"):
            yield from _against(act, case)
        case _:
            pass


def _too_soon(day: date, number: int, case: Case) -> Iterator[Problem]:
    """Nothing follows from an act before that act was done, nor before what took its place was."""
    acts = {act.id: act for act in case.acts}
    act = acts.get(number)
    while act is not None and act.corrected_by in acts:
        act = acts[act.corrected_by]
    if act is not None and day < done_on(act):
        yield Problem("too_soon", details={"day": str(day), "entry": str(act.id), "before": str(done_on(act))})


def _against(finding: Finding, case: Case) -> Iterator[Problem]:
    """What is found against the doctor is reasoned; of a paper, that it was not produced follows a request."""
    if finding.ground is None:
        yield Problem("ground_wanted", details={"item": finding.item})
    if finding.outcome == "not_produced":
        yield from _not_produced(finding, case)


def _not_produced(finding: Finding, case: Case) -> Iterator[Problem]:
    """What was never asked for, may still be sent, or was sent, cannot be said not to have been produced."""
    item, day = finding.item, finding.decided_on
    asked = [one.answer_by for one in standing(case.requests) if item in one.items and one.asked_on <= day]
    if not asked:
        yield Problem("never_asked", details={"item": item})
    elif max(asked) >= day:
        yield Problem("delay_runs", details={"item": item, "until": str(max(asked)), "day": str(day)})
    came = [one for one in standing(case.receipts) if one.item == item and one.complete and one.received_on <= day]
    if came:
        yield Problem(
            "was_produced", details={"item": item, "day": str(came[0].received_on), "entry": str(came[0].id)}
        )


def _twice(case: Case) -> Iterator[Problem]:
    """Two findings of one day that cannot both be true; a case opened, or closed, twice."""
    for first, second in combinations(standing(case.findings), 2):
        if first.outcome != second.outcome and _same_thing(first, second):
            yield Problem("found_otherwise", details={"item": second.item, "entry": str(first.id)})
    openings, closings = standing(case.of(Opening)), standing(case.of(Closing))
    yield from (Problem("already_open", details={"day": str(act.opened_on)}) for act in openings[1:])
    yield from (Problem("already_closed", details={"day": str(act.closed_on)}) for act in closings[1:])


def _same_thing(first: Finding, second: Finding) -> bool:
    """Whether two findings are about the same thing on the same day: a whole item, or the same choice of it."""
    if (first.item, first.decided_on) != (second.item, second.decided_on):
        return False
    return first.choice == second.choice or None in (first.choice, second.choice)


def _after_closing(case: Case) -> Iterator[Problem]:
    """A case is closed on the day of its last act or later; then nothing is added or corrected but the closing."""
    if case.closing is None:
        return
    last = max(standing(case.acts), key=done_on)
    if case.closing.closed_on < done_on(last):
        details = {"day": str(case.closing.closed_on), "entry": str(last.id), "until": str(done_on(last))}
        yield Problem("closed_too_soon", details=details)
    closings = {act.id for act in case.of(Closing)}
    done = [act.id for act in standing(case.acts)]
    done += [one.id for one in case.corrections if one.corrects not in closings]
    if any(number > case.closing.id for number in done):
        yield Problem("case_closed", details={"day": str(case.closing.closed_on), "entry": str(case.closing.id)})
