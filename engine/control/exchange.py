"""A case as a contradictory procedure: for each finding, what was asked and received, what was said and answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from engine.control.cases import Answer, Case, Finding, Observation, Receipt, Request, standing


class Said(Struct, frozen=True):
    """What the doctor said, and what was answered."""

    observation: Observation
    answers: tuple[Answer, ...]


class Exchange(Struct, frozen=True):
    """What went before a finding, and what was said of it or of its item, each from the oldest."""

    finding: Finding
    requests: tuple[Request, ...]
    receipts: tuple[Receipt, ...]
    said: tuple[Said, ...]


def exchanges(case: Case, until: date) -> tuple[Exchange, ...]:
    """What was exchanged on each finding that stands, known by the end of a day, from the oldest finding."""
    findings = [one for one in standing(case.findings) if one.decided_on <= until]
    findings.sort(key=lambda one: (one.decided_on, one.id))
    return tuple(_exchange(case, one, until) for one in findings)


def other_words(case: Case, until: date, exchanged: Iterable[Exchange]) -> tuple[Said, ...]:
    """What the doctor said by the end of a day of anything else than what was exchanged on some findings."""
    told = {one.observation.id for each in exchanged for one in each.said}
    return tuple(one for one in _said(case, until) if one.observation.id not in told)


def _exchange(case: Case, finding: Finding, until: date) -> Exchange:
    item = finding.item
    requests = tuple(one for one in standing(case.requests) if item in one.items and one.asked_on <= until)
    receipts = tuple(one for one in standing(case.receipts) if one.item == item and one.received_on <= until)
    about = {item, finding.id, finding.corrects, *(one.id for one in (*requests, *receipts))}
    said = tuple(one for one in _said(case, until) if one.observation.about in about)
    return Exchange(finding, requests, receipts, said)


def _said(case: Case, until: date) -> Iterator[Said]:
    for observation in standing(case.observations):
        if observation.received_on <= until:
            answers = (one for one in standing(case.answers) if one.observation == observation.id)
            yield Said(observation, tuple(one for one in answers if one.on <= until))
