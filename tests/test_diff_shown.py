"""What people read of a comparison of the two years, kept as files: on a terminal, in Markdown, as data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any as Anything

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.drafting.diff import meaning
from engine.drafting.diff.meant import Meant
from tests.conftest import Forfait
from tests.test_diff_meaning import scales
from tests.test_words import french

INDICATORS = ("volet-1.teletransmission", "volet-2.dcmt", "volet-2.aat")


@pytest.fixture
def proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each claim comes to, proved once; without the doctors who show it, of whom a solver may pick any."""

    def meanings(*given: Anything) -> Iterator[Meant]:
        return (replace(scales()[claim], witnesses=()) for claim in given[-1])

    monkeypatch.setattr(meaning, "meanings", meanings)


@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_comparison_of_two_years_on_a_terminal(lang: str, forfait: Forfait, named: SnapshotAssertion) -> None:
    ran = forfait("diff", 2023, 2024, "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == named(name=f"diff/2023-2024-{lang}.txt")


@pytest.mark.usefixtures("proved")
def test_a_comparison_of_two_years_in_markdown(forfait: Forfait, named: SnapshotAssertion) -> None:
    assert forfait("diff", 2023, 2024, "--format", "markdown").out == named(name="diff/2023-2024.md")


@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize("indicator", INDICATORS)
def test_a_comparison_of_one_indicator_as_data(indicator: str, forfait: Forfait, named: SnapshotAssertion) -> None:
    """The digests of the policies apart: they change with any of their words."""
    data = forfait("diff", 2023, 2024, indicator, "--format", "json").data
    for side in ("one", "other"):
        data[side] = {key: value for key, value in data[side].items() if key not in ("digest", "readings")}
    assert json.dumps(data, ensure_ascii=False, indent=1) == named(name=f"diff/{indicator}.json")


def test_a_comparison_shows_the_doctor_whom_one_year_grants_and_the_other_refuses(
    forfait: Forfait, named: SnapshotAssertion
) -> None:
    ran = forfait("diff", 2023, 2024, "volet-1.teletransmission")
    assert ran.out == named(name="diff/teletransmission.txt")


def test_labels_and_sources_are_shown_when_asked(forfait: Forfait, named: SnapshotAssertion) -> None:
    ran = forfait("diff", 2023, 2024, "--text", "--labels", "--sources", "--lang", "en")
    _, labels, rest = ran.out.partition("\nLabels\n")
    assert labels + rest == named(name="diff/2023-2024-labels-and-sources.txt")


def test_a_comparison_of_two_readings(forfait: Forfait, named: SnapshotAssertion) -> None:
    readings = ("--reading", "report-mss=integre", "--against", "report-mss=selon-mss")
    assert forfait("diff", 2023, *readings).out == named(name="diff/2023-report-mss.txt")


def test_nothing_is_wider_than_the_screen(forfait: Forfait) -> None:
    assert [line for line in forfait("diff", 2023, 2024, "--text").out.splitlines() if len(line) > 80] == []


def test_no_french_is_left_in_an_english_comparison(forfait: Forfait) -> None:
    """Names of the law that English texts use as well apart."""
    _, words = french()
    said = set(re.findall(r"\w+", forfait("diff", 2023, 2024, "--text", "--lang", "en").out.lower()))
    assert said & words == set()
