"""What stands beside the rules of a policy, its cases and what is known of it: readable, and naming what there is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.cases import TOTALS, case_files, case_page, cases_of
from engine.choices import settle
from engine.cursor import Cursor
from engine.drafting.draft import Draft
from engine.policy import Policy
from engine.problems import Invalid, Problem, unknown_name
from engine.proving.known import read_known
from engine.yamltext import Page


def beside(draft: Draft) -> Iterator[Problem]:
    """What is wrong with each file of cases, and with the list of what is known."""
    for path in case_files(draft.files):
        try:
            page = case_page(path)
            list(cases_of(page, draft.files.year))
        except Invalid as invalid:
            yield from invalid.problems
        else:
            yield from _names(page, draft.policy)
    try:
        read_known(draft.files, draft.policy)
    except Invalid as invalid:
        yield from invalid.problems


def _names(page: Page, policy: Policy) -> Iterator[Problem]:
    """The names of a page of cases that the policy does not know."""
    top = Cursor.top(page)
    decided = [*(one.id for one in policy.indicators), *(one.id for one in policy.components)]
    yield from _unknown(top["about"], top["about"].text, [*decided, TOTALS])
    for case in top["cases"].each():
        outcomes = case["expect"].get("outcomes")
        for name, outcome in outcomes.items() if outcomes else ():
            yield from _unknown(outcome, name, decided)
        asked = case.get("readings")
        if asked:
            yield from _readings(asked, policy)


def _unknown(cursor: Cursor, name: str, valid: list[str]) -> Iterator[Problem]:
    if name not in valid:
        yield cursor.problem("unknown_indicator", **unknown_name(name, valid))


def _readings(asked: Cursor, policy: Policy) -> Iterator[Problem]:
    """What cannot be taken of the readings a case asks for: alone, each at its place; else together."""
    wrong = [problem for name, option in asked.items() for problem in _refused(option, {name: option.text}, policy)]
    yield from wrong or _refused(asked, asked.data, policy)


def _refused(cursor: Cursor, choices: dict[str, str], policy: Policy) -> Iterator[Problem]:
    try:
        settle(policy.readings, choices)
    except Invalid as invalid:
        yield from cursor.placed(invalid).problems
