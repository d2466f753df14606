"""Contested readings: from their pages, and from what the user asks, to one option for every question."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from engine.conditions import Source, Text
from engine.cursor import Cursor
from engine.policy import NotComputable, Option, Reading, Support
from engine.problems import Invalid, Problem, unknown_name
from engine.yamltext import Page


def text_of(cursor: Cursor) -> Text:
    """The text written at a place."""
    return Text(cursor["fr"].text, cursor["en"].text)


def sources_of(cursor: Cursor | None, documents: Mapping[str, object]) -> tuple[Source, ...]:
    """The passages written at a place; none when the place is absent. Raises Invalid for an unknown document."""
    if cursor is None:
        return ()
    passages = []
    for passage in cursor.each():
        document = passage["document"]
        if document.text not in documents:
            document.fail_name("unknown_document", documents)
        first, last = (int(line) for line in passage["lines"].data)
        if first > last:
            passage["lines"].fail("lines_backwards")
        passages.append(Source(document.text, passage["section"].text, (first, last)))
    return tuple(passages)


def link_readings(pages: Mapping[str, Page], documents: Mapping[str, object]) -> dict[str, Reading]:
    """Every reading of a policy, by name. Raises Invalid with all problems found."""
    readings: dict[str, Reading] = {}
    problems: list[Problem] = []
    for name, page in pages.items():
        try:
            readings[name] = _reading(name, Cursor.top(page), documents)
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    for name, page in pages.items():
        _check_requirements(readings, readings[name], Cursor.top(page))
    return readings


def _check_requirements(readings: Mapping[str, Reading], reading: Reading, top: Cursor) -> None:
    """What an option requires exists and can be computed, and a default requires defaults alone."""
    for name, option in reading.options.items():
        for other, needed in option.require.items():
            place = top["options"][name]["require"][other]
            try:
                _check(readings, other, needed)
            except Invalid as invalid:
                raise place.placed(invalid) from None
            if name == reading.default and readings[other].default != needed:
                place.fail("default_requires", name=name, other=f"{other}={needed}")


def _reading(name: str, top: Cursor, documents: Mapping[str, object]) -> Reading:
    if top["id"].text != name:
        top["id"].fail("id_not_file", expected=name)
    options = {key: _option(key, option, documents) for key, option in top["options"].items()}
    default = top["default"]
    if default.text not in options:
        default.fail_name("unknown_option", options)
    if options[default.text].silent:
        default.fail("default_silent", name=default.text)
    return Reading(
        name, top["contradiction"].text, text_of(top["question"]), default.text, text_of(top["why"]), options
    )


def _option(name: str, cursor: Cursor, documents: Mapping[str, object]) -> Option:
    support = tuple(
        Support(text_of(one["who"]), sources_of(one.get("source"), documents)) for one in cursor["support"].each()
    )
    require = cursor.get("require")
    silent = cursor.get("silent")
    return Option(
        name,
        text_of(cursor["says"]),
        support,
        dict(require.data) if require else {},
        _not_computable(silent) if silent else None,
    )


def _not_computable(cursor: Cursor) -> NotComputable:
    unit: Literal["points", "euros"] = "points" if cursor.get("points") else "euros"
    least, most = cursor[unit].data
    return NotComputable(text_of(cursor["why"]), unit, (Decimal(least or 0), None if most is None else Decimal(most)))


def settle(readings: Mapping[str, Reading], asked: Mapping[str, str]) -> dict[str, str]:
    """One computable option for every reading: what was asked, what that requires, and else the default.

    Raises Invalid for an unknown reading or option, an option the texts make not computable, or two that exclude
    each other.
    """
    chosen: dict[str, str] = {}
    pending = list(asked.items())
    while pending:
        name, option = pending.pop()
        _check(readings, name, option)
        if chosen.get(name, option) != option or asked.get(name, option) != option:
            clash = {"name": name, "one": asked.get(name, chosen.get(name, "")), "other": option}
            raise Invalid([Problem("options_exclude", details=clash)])
        if name not in chosen:
            chosen[name] = option
            pending += readings[name].options[option].require.items()
    return {name: chosen.get(name, reading.default) for name, reading in readings.items()}


def check_choices(pages: Mapping[str, Page], readings: Mapping[str, Reading], chosen: Mapping[str, str]) -> None:
    """Raises Invalid, where it is written, when an option chosen requires another than the one chosen beside it."""
    for name, option in chosen.items():
        for other, needed in readings[name].options[option].require.items():
            if chosen[other] != needed:
                place = Cursor.top(pages[name])["options"][option]["require"][other]
                place.fail("options_exclude", name=other, one=chosen[other], other=needed)


def silent(readings: Mapping[str, Reading], name: str, option: str) -> NotComputable | None:
    """Why an option cannot be computed; None when it can, and when there is no such option."""
    known = readings[name].options if name in readings else {}
    return known[option].silent if option in known else None


def _check(readings: Mapping[str, Reading], name: str, option: str) -> None:
    if name not in readings:
        raise Invalid([Problem("unknown_reading", details=unknown_name(name, readings))])
    options = readings[name].options
    if option not in options:
        raise Invalid([Problem("unknown_option", details=unknown_name(option, options) | {"reading": name})])
    silent = options[option].silent
    if silent:
        least, most = silent.bounds
        code = "option_silent" if most is not None else "option_silent_open"
        bounds = {"least": str(least), "most": str(most), "unit": f"@unit.{silent.unit}"}
        details = {"name": f"{name}={option}", "why_fr": silent.why.fr, "why_en": silent.why.en, **bounds}
        raise Invalid([Problem(code, details=details)])
