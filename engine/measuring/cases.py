"""A policy's own cases of counting: a few raw rows of one doctor, and what a measure must come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any as Anything

from msgspec import Struct

from engine.conditions import Text
from engine.cursor import Cursor
from engine.loading import PolicyFiles
from engine.measuring.linking import flows_of, link_measures
from engine.measuring.measures import Flow, Measuring
from engine.measuring.plain import Measured, Row, Value, measured
from engine.measuring.selecting import typed
from engine.problems import Invalid
from engine.schema import check
from engine.yamltext import Page, read_page

TIMES = "times"
"""The key of a written row that says how many rows alike it stands for."""


class CountingCase(Struct, frozen=True):
    """One case: its file, line and name, the measure it is about, its rows by flow, and what it expects."""

    file: str
    line: int
    name: str
    title: Text
    about: str
    rows: Mapping[str, Sequence[Row]]
    readings: Mapping[str, str]
    expect: Mapping[str, Anything]


class Counted(Struct, frozen=True, eq=False):
    """A case, what its measure comes to, and what it expected and did not get: (expected, found) by key."""

    case: CountingCase
    differences: Mapping[str, tuple[str, str]]


def counting_cases(files: PolicyFiles) -> Iterator[CountingCase]:
    """Every case of counting of a policy, in the order of their files.

    Raises Invalid: a page that cannot be read or breaks its schema, a flow or a column that does not exist, a value
    that is none of its column's.
    """
    for path in counting_files(files):
        page = read_page(path)
        if problems := check(page, "measure-case"):
            raise Invalid(problems)
        yield from cases_of(page, files)


def counting_files(files: PolicyFiles) -> list[Path]:
    """The files of a policy's cases of counting, in order."""
    return sorted((files.folder / "measures" / "cases").glob("*.yaml"))


def cases_of(page: Page, files: PolicyFiles) -> Iterator[CountingCase]:
    """The cases of a page that keeps its schema. Raises Invalid, as `counting_cases`."""
    flows, top = flows_of(files), Cursor.top(page)
    if top["about"].text not in files.measures:
        top["about"].fail_name("unknown_measure", files.measures)
    usual = top.get("usual")
    common = {name: _row(cursor, _flow(name, cursor, flows)) for name, cursor in usual.items()} if usual else {}
    for case in top["cases"].each():
        rows = {
            name: tuple(_rows(cursor, _flow(name, cursor, flows), common.get(name, {})))
            for name, cursor in case["rows"].items()
        }
        yield CountingCase(
            file=page.file,
            line=page.marks[case.path][0],
            name=case["name"].text,
            title=Text(case["title"]["fr"].text, case["title"]["en"].text),
            about=top["about"].text,
            rows=rows,
            readings=case.data.get("readings") or {},
            expect=case["expect"].data,
        )


def _flow(name: str, cursor: Cursor, flows: Mapping[str, Flow]) -> Flow:
    if name not in flows:
        cursor.fail_name("unknown_flow", flows, name)
    return flows[name]


def _rows(listed: Cursor, flow: Flow, common: Row) -> Iterator[Row]:
    """The rows written, each as many times as it says; one that has no name of its own gets one."""
    number = 0
    for written in listed.each():
        times = written.get(TIMES)
        for _ in range(int(times.text) if times else 1):
            number += 1
            yield {flow.key: f"{flow.name}-{number}", **common, **_row(written, flow)}


def _row(written: Cursor, flow: Flow) -> Row:
    return {name: _value(cursor, flow, name) for name, cursor in written.items() if name != TIMES}


def _value(cursor: Cursor, flow: Flow, name: str) -> Value | None:
    if name not in flow.columns:
        cursor.fail_name("unknown_column", flow.columns, name)
    return None if cursor.data is None else typed(cursor, flow.columns[name])


def counted(files: PolicyFiles) -> Iterator[Counted]:
    """Every case of counting of a policy, counted. Raises Invalid for a policy or a case that cannot be read."""
    linked: dict[tuple[tuple[str, str], ...], Mapping[str, Measuring]] = {}
    for case in counting_cases(files):
        taken = tuple(sorted(case.readings.items()))
        if taken not in linked:
            linked[taken] = {one.id: one for one in link_measures(files, case.readings)}
        yield Counted(case, differences(case, linked[taken][case.about], flows_of(files)))


def differences(case: CountingCase, measuring: Measuring, flows: Mapping[str, Flow]) -> dict[str, tuple[str, str]]:
    """What a case expects and does not get: (expected, found) by key; empty when it holds."""
    actual = _actual(measured(measuring, flows, case.rows))
    wanted = {key: _written(value) for key, value in case.expect.items()}
    found = {key: (value, actual.get(key, "?")) for key, value in wanted.items()}
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


def _actual(found: Measured) -> dict[str, str]:
    below, above = found.denominator, found.numerator
    whole = below or above
    return {
        "denominator" if below else "value": str(whole.number),
        "numerator": str(above.number),
        "excluded": _written(whole.excluded),
        "excluded_above": _written(above.excluded),
        "quarantined_above": str(above.quarantined),
        "other_above": str(above.other),
        "quarantined": str(whole.quarantined),
        "out_of_period": str(whole.out_of_period),
        "other": str(whole.other),
        "from": found.days.first.isoformat(),
        "to": found.days.last.isoformat(),
    }


def _written(value: Anything) -> str:
    """A value as cases are compared: counts without their zeros, by name."""
    if isinstance(value, Mapping):
        kept = {name: int(count) for name, count in sorted(value.items()) if int(count)}
        return ", ".join(f"{name}: {count}" for name, count in kept.items()) or "0"
    return str(int(value)) if value.isdecimal() else str(value)
