"""The summary of a run: every doctor counted once, every sum exact, and a table that 80 columns hold."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pytest
from pyarrow import parquet
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from cli.sheets import BAR, bar
from cli.summary import FIELD, draw_summary
from engine.amount import NOTHING
from engine.columnar.layout import as_table, doctor_line, doctors_schema
from engine.decision import Decision
from engine.linking import linked
from engine.loading import bundled_policies
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.running.summary import Summary, labelled, summary
from engine.running.summary_told import SummaryTold
from engine.words import Lang
from tests.conftest import policy_files
from tests.drawn import decided

YEAR = 2023
POLICY = linked(policy_files(YEAR), {})
DOCTORS = 150


@pytest.fixture(scope="module")
def decisions(tmp_path_factory: pytest.TempPathFactory) -> list[Decision]:
    source = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(bundled_policies() / str(YEAR)), DOCTORS, 1, source)
    return decided(source, YEAR)


@pytest.fixture(scope="module")
def folder(decisions: list[Decision], tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    lines = [doctor_line(one, ()) for one in decisions]
    parquet.write_table(as_table(lines, doctors_schema(POLICY)), run / "doctors.parquet")
    return run


@pytest.fixture(scope="module")
def specialties(decisions: list[Decision]) -> Anything:
    """Each doctor's specialty, but for the last, who has none, and the one before, whom the table does not hold."""
    numbers = [one.dossier.doctor for one in decisions]
    known = [str(one.dossier.fields[FIELD]) for one in decisions]
    return arrow.table({"doctor": [*numbers[:-2], numbers[-1]], FIELD: [*known[:-2], None]})


@pytest.fixture(scope="module")
def found(folder: Path, specialties: Anything) -> Summary:
    return summary(POLICY, folder, specialties, FIELD)


def test_the_whole_is_the_sum_of_the_decisions_to_the_cent(found: Summary, decisions: list[Decision]) -> None:
    lines = [doctor_line(one, ()) for one in decisions]
    for bound in ("least", "most"):
        assert getattr(found.whole.points, bound) == sum((line[f"paid.{bound}"] for line in lines), Decimal(0))
        assert getattr(found.whole.euros, bound) == sum((line[f"euros.{bound}"] for line in lines), Decimal(0))
    assert found.whole.doctors == DOCTORS
    assert found.whole.paid == sum(line["paid.least"] > 0 for line in lines)


def test_groups_add_up_to_the_whole(found: Summary) -> None:
    assert sum(one.doctors for one in found.groups) == found.whole.doctors
    assert sum(one.paid for one in found.groups) == found.whole.paid
    points = sum((one.points for one in found.groups), NOTHING)
    euros = sum((one.euros for one in found.groups), NOTHING)
    assert (points, euros) == (found.whole.points, found.whole.euros)


def test_every_indicator_counts_every_doctor_once_by_outcome(found: Summary, decisions: list[Decision]) -> None:
    tallies = {tally.id: tally for tally in found.tallies}
    for indicator in POLICY.indicators:
        own = [one for decision in decisions for one in decision.indicators if one.indicator.id == indicator.id]
        counted = {outcome: number for outcome, number in tallies[indicator.id].outcomes.items() if number}
        assert counted == Counter(one.outcome for one in own)
        assert tallies[indicator.id].paid == sum((one.paid for one in own), NOTHING)


def test_a_doctor_of_no_known_specialty_is_shown_as_such_and_last(found: Summary) -> None:
    assert [(one.value, one.doctors) for one in found.groups if one.value is None] == [(None, 2)]
    assert found.groups[-1].value is None


def test_a_specialty_is_one_group_whatever_name_the_dossier_uses() -> None:
    table = POLICY.vocabulary.fields[FIELD].table
    assert table
    entry = next(one for one in table.entries if one.aliases)
    values = arrow.chunked_array([[entry.code, entry.aliases[0], "unheard of", None]], arrow.string())
    assert labelled(POLICY, FIELD, values).to_pylist() == [entry.code, entry.code, "unheard of", None]


def test_a_run_of_nobody_comes_to_nothing(tmp_path: Path) -> None:
    parquet.write_table(doctors_schema(POLICY).empty_table(), tmp_path / "doctors.parquet")
    none = arrow.table({"doctor": arrow.array([], arrow.string()), FIELD: arrow.array([], arrow.string())})
    found = summary(POLICY, tmp_path, none, FIELD)
    assert (found.whole.doctors, found.whole.points, found.groups) == (0, NOTHING, ())
    assert all(sum(tally.outcomes.values()) == 0 for tally in found.tallies)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_it_is_drawn_in_80_columns(
    lang: Lang,
    folder: Path,
    specialties: Anything,
    capsys: pytest.CaptureFixture[str],
    named: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    draw_summary(POLICY, folder, specialties, lang)
    drawn = capsys.readouterr().out
    assert max(map(len, drawn.splitlines())) <= Console().width
    assert drawn == named(name=f"summary/{lang}.txt")


def test_a_bar_is_as_long_as_its_share_and_something_is_never_nothing() -> None:
    assert [bar(Fraction(share, 16)) for share in (0, 8, 16)] == ["", "█" * (BAR // 2), "█" * BAR]
    assert bar(Fraction(1, 10_000)) == "▏"


@pytest.mark.parametrize(
    ("part", "whole", "told"), [(1003, 1500, "66.87%"), (1, 3, "33.33%"), (1, 1, "100%"), (0, 0, "0%")]
)
def test_a_share_is_told_to_the_nearest_hundredth(found: Summary, part: int, whole: int, told: str) -> None:
    assert SummaryTold(POLICY, "en", found, FIELD).share(part, whole) == told


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_two_columns_of_a_table_bear_the_same_head(lang: Lang, found: Summary) -> None:
    for sheet in SummaryTold(POLICY, lang, found, FIELD).sheets():
        assert len(set(sheet.heads)) == len(sheet.heads)
