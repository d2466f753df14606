"""`forfait policy check` reads the cases and what is known of a policy too: a fault there is told as any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_up import SOURCE, TEXT
from tests.test_check import new

CASE = f"about: care.beacon\ncases:\n  - {{ name: one, title: {TEXT}, expect: {{ outcome: refused }} }}\n"
KNOWN = f"known:\n  - {{ property: declaration, about: care, why: {TEXT}, source: {SOURCE} }}\n"
WRONG = "cases/beacon.yaml"


def test_sound_cases_and_a_sound_list_bring_nothing(tmp_path: Path) -> None:
    readings = CASE.replace("expect:", "readings: { target: high }, expect:")
    assert new(tmp_path, {WRONG: readings, "known.yaml": KNOWN}) == []


@pytest.mark.parametrize("file", [WRONG, "known.yaml"])
def test_a_page_that_is_not_yaml_is_told(tmp_path: Path, file: str) -> None:
    assert new(tmp_path, {file: "cases: ]"}) == [("not_yaml", file, "")]


def test_a_page_that_breaks_its_schema_is_told(tmp_path: Path) -> None:
    faulty = {WRONG: CASE.replace("title:", "titel:"), "known.yaml": KNOWN.replace("about:", "abuot:")}
    assert {(code, file) for code, file, _ in new(tmp_path, faulty)} >= {
        ("unknown_key", WRONG),
        ("unknown_key", "known.yaml"),
    }


@pytest.mark.parametrize(
    ("old", "wrong", "code", "place"),
    [
        ("about: care.beacon", "about: care.bacon", "unknown_indicator", "about"),
        ("expect: {", "expect: { outcomes: { care.tied: granted },", "unknown_indicator", "outcomes.care.tied"),
        ("expect:", "readings: { targit: high }, expect:", "unknown_reading", "readings.targit"),
        ("expect:", "readings: { target: hihg }, expect:", "unknown_option", "readings.target"),
        ("expect:", "as_of: 2031-02-29, expect:", "no_such_day", "as_of"),
    ],
)
def test_a_case_that_names_what_is_not_there_is_told_at_its_place(
    tmp_path: Path, old: str, wrong: str, code: str, place: str
) -> None:
    [(told, file, at)] = new(tmp_path, {WRONG: CASE.replace(old, wrong)})
    assert (told, file, at.endswith(place)) == (code, WRONG, True)


def test_every_faulty_file_is_told_and_not_the_first_alone(tmp_path: Path) -> None:
    faulty = {f"cases/{name}.yaml": "cases: ]" for name in ("a", "b")} | {"known.yaml": "known: ]"}
    assert [file for _, file, _ in new(tmp_path, faulty)] == ["cases/a.yaml", "cases/b.yaml", "known.yaml"]


def test_a_known_refutation_under_an_unknown_reading_is_told(tmp_path: Path) -> None:
    [(code, file, _)] = new(tmp_path, {"known.yaml": KNOWN.replace("why:", "under: { targit: high }, why:")})
    assert (code, file) == ("unknown_reading", "known.yaml")
