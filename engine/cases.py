"""A policy's own cases: a small dossier and the outcome it must get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any as Anything

from msgspec import Struct

from engine.conditions import Text
from engine.cursor import Cursor, parse_day
from engine.decision import Decision, decide
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.problems import Invalid
from engine.schema import check
from engine.text import amount_text
from engine.yamltext import Page, Path_, read_page

DOCTOR = "99900000003"
"""The number that every case's doctor bears: cases are about facts, not about people."""
TOTALS = "totals"
"""What a case is about that is about no indicator and no component: the whole."""


class Case(Struct, frozen=True):
    """One case: its file, line and name, what it is about, its dossier's page, and what it expects."""

    file: str
    line: int
    name: str
    title: Text
    about: str
    page: Page
    readings: Mapping[str, str]
    as_of: date | None
    expect: Mapping[str, Anything]


def read_cases(files: PolicyFiles) -> Iterator[Case]:
    """Every case of a policy, in the order of their files. Raises Invalid for a page that breaks its schema."""
    for path in case_files(files):
        yield from cases_of(case_page(path), files.year)


def case_files(files: PolicyFiles) -> list[Path]:
    """The files of a policy's cases, in order."""
    return sorted((files.folder / "cases").glob("*.yaml"))


def case_page(path: Path) -> Page:
    """The page of a file of cases. Raises Invalid: it cannot be read, or breaks its schema."""
    page = read_page(path)
    problems = check(page, "case")
    if problems:
        raise Invalid(problems)
    return page


def cases_of(page: Page, year: int) -> Iterator[Case]:
    """The cases of a page, for a policy's year. Raises Invalid for a day that does not exist."""
    for index, case in enumerate(page.data["cases"]):
        yield _case(year, page, index, case)


def _case(year: int, page: Page, index: int, case: dict[str, Anything]) -> Case:
    campaign = {**(page.data.get("doctor") or {}), **(case.get("campaign") or {})}
    campaigns = {str(year): campaign, **(case.get("earlier") or {})}
    as_of = Cursor.top(page)["cases"].at(index).get("as_of")
    return Case(
        file=page.file,
        line=page.marks[("cases", index)][0],
        name=case["name"],
        title=Text(case["title"]["fr"], case["title"]["en"]),
        about=page.data["about"],
        page=Page(page.file, {"doctor": DOCTOR, "campaigns": campaigns}, _marks(page, year, index)),
        readings=case.get("readings") or {},
        as_of=parse_day(as_of) if as_of else None,
        expect=case["expect"],
    )


def _marks(page: Page, year: int, index: int) -> dict[Path_, tuple[int, int]]:
    """Where the parts of the dossier that a case makes up stand in the file of cases."""
    marks: dict[Path_, tuple[int, int]] = {(): page.marks[("cases", index)]}
    for path, mark in page.marks.items():
        match path:
            case ("doctor", *rest):
                marks.setdefault(("campaigns", str(year), *rest), mark)
            case ("cases", int(number), "campaign", *rest) if number == index:
                marks[("campaigns", str(year), *rest)] = mark
            case ("cases", int(number), "earlier", *rest) if number == index:
                marks[("campaigns", *rest)] = mark
    return marks


def decide_case(case: Case, files: PolicyFiles) -> Decision:
    """The decision on a case's dossier, under its readings and on its day. Raises Invalid."""
    policy = linked(files, case.readings)
    return decide(policy, read_dossier(case.page, policy), case.as_of)


def differences(case: Case, decision: Decision) -> dict[str, tuple[str, str]]:
    """What a case expects and did not get: (expected, actual) by key; empty when it holds."""
    actual = _actual(case, decision)
    wanted = {key: value for key, value in case.expect.items() if key != "outcomes"}
    wanted |= {f"outcomes.{name}": outcome for name, outcome in (case.expect.get("outcomes") or {}).items()}
    found = {key: (_written(value), actual.get(key, "?")) for key, value in wanted.items()}
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


def _written(value: str) -> str:
    """Amounts compare by value: `30.50` is `30.5`."""
    return amount_text(value) if value[:1].isdigit() else value


def _actual(case: Case, decision: Decision) -> dict[str, str]:
    outcomes = {f"outcomes.{one.indicator.id}": one.outcome for one in decision.indicators}
    outcomes |= {f"outcomes.{one.component.id}": one.outcome for one in decision.components}
    shared = {"eligible": decision.eligible.word, **outcomes}
    for component in decision.components:
        if component.component.id == case.about:
            return shared | {"outcome": component.outcome, "euros": amount_text(component.paid)}
    for one in decision.indicators:
        if one.indicator.id == case.about:
            return shared | {
                "outcome": one.outcome,
                "reason": one.reason or "none",
                "unknown": one.unknown or "none",
                "grade": one.grade or "none",
                "how": one.how or "none",
                "points": amount_text(one.attained),
            }
    euros = decision.euros(decision.paid)
    grade = decision.grade or "none"
    return shared | {"points": amount_text(decision.paid), "euros": amount_text(euros), "grade": grade}
