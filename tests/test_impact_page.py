"""An impact as people read it: on 80 columns, as a page that stands by itself, as Markdown, as data."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pyarrow as arrow
import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from cli.charts import chart
from cli.console import console
from cli.diff_impact import as_json, draw_impact, write_impact
from cli.impact_html import impact_page
from cli.sheets import draw_sheet
from cli.sheets_markdown import markdown
from engine.running.impact.told import ImpactTold
from engine.telling.sheets import Row, Sheet
from engine.words import LANGS, Lang
from tests.compared import Both, both
from tests.test_html import HOSTILE, Read

SWEPT = {"addendum-8": "neutralise"}


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return both(tmp_path_factory.mktemp("years"), 80, (2023, {}), (2024, SWEPT))


def told(years: Both, lang: Lang) -> ImpactTold:
    return ImpactTold(years.compared(), ("2023", "2024"), lang)


# --- on a screen ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_it_is_drawn_in_80_columns(
    lang: Lang,
    years: Both,
    capsys: pytest.CaptureFixture[str],
    named: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    draw_impact(told(years, lang))
    drawn = capsys.readouterr().out
    assert max(map(len, drawn.splitlines())) <= 80
    assert drawn == named(name=f"impact/{lang}.txt")


def test_one_policy_twice_under_the_same_readings_keeps_its_names(years: Both) -> None:
    compared = years.compared()
    same = replace(compared, policies=(compared.policies[0], compared.policies[0]))
    assert ImpactTold(same, ("one", "other"), "en", twice=True).names == ("one", "other")


@pytest.mark.parametrize("name", ["Anatomo-cyto-pathologie", "Endocrinologie-diabétologie-nutrition"])
def test_names_give_way_to_figures_and_are_broken_at_their_hyphens(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "64")
    paid = "300\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}000,00"
    rows = (Row(name, ("57000", f"{paid}\n{paid}", paid)),)
    draw_sheet(console(), Sheet("Title", ("Name", "Doctors", "Before", "After"), rows))
    drawn = capsys.readouterr().out
    assert drawn.count(paid) == 3
    parts = [part for line in drawn.splitlines()[3:] if (part := line.split("  ")[0].strip())]
    assert "".join(parts) == name
    assert [part.endswith("-") for part in parts] == [True] * (len(parts) - 1) + [False]
    assert len(parts) > 1


@pytest.mark.parametrize("lang", LANGS)
def test_as_markdown(lang: Lang, years: Both, named: SnapshotAssertion) -> None:
    page = told(years, lang)
    assert markdown(page.title(), page.intro(), page.whole()) == named(name=f"impact/{lang}.md")


def test_no_condition_is_told_by_the_name_of_its_place(years: Both) -> None:
    """People read labels: a place is for programs."""
    for lang in LANGS:
        page = told(years, lang)
        for sheet in (*page.whole(), *page.brief()):
            for row in sheet.rows:
                assert "#" not in row.name
                assert "~" not in row.name


def test_differences_shown_by_indicator_add_up_to_the_difference_shown(years: Both) -> None:
    """Whoever adds up the column of a table finds the figure above it."""
    impact = years.measured.impact
    tied = impact.tied[1].least - impact.tied[0].least
    assert sum((share.change for share in impact.shares), tied) == impact.whole.change


# --- as data --------------------------------------------------------------------------------------------------------


def test_the_record_keeps_its_schema(years: Both) -> None:
    schema = json.loads((files("schemas") / "impact.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(as_json(years.compared())))


def test_the_record_holds_no_sentence_and_is_the_same_each_time(years: Both) -> None:
    assert as_json(years.compared()) == as_json(years.compared())
    assert "impact/1" in as_json(years.compared())


# --- as a page ------------------------------------------------------------------------------------------------------


def test_the_page_is_sound_and_fetches_and_runs_nothing(years: Both) -> None:
    for lang in LANGS:
        page = impact_page(told(years, lang))
        read = Read(page)
        assert read.wrong == []
        assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in read.tags}
        assert all(target.startswith("#") for target in chain(read.named("href"), read.named("xlink:href")))
        assert not re.search(r"url\((?!#)", page)
        assert page.count("<svg ") == page.count("<title id=") == page.count("<desc id=")
        assert f'<html lang="{lang}">' in page


def test_every_id_of_the_page_is_there_once_and_every_reference_leads_to_one(years: Both) -> None:
    page = impact_page(told(years, "fr"))
    read = Read(page)
    ids = read.named("id")
    assert len(ids) == len(set(ids))
    referred = {one.removeprefix("#") for one in chain(read.named("href"), read.named("xlink:href"))}
    labelled = {one for names in read.named("aria-labelledby") for one in names.split()}
    clipped = set(re.findall(r"url\(#([^)]+)\)", page))
    assert referred | labelled | clipped <= set(ids)


def test_the_page_names_no_doctor_and_is_the_same_each_time(years: Both) -> None:
    page = impact_page(told(years, "fr"))
    assert page == impact_page(told(years, "fr"))
    assert not any(decision.dossier.doctor in page for decision in years.decisions[0])


def test_what_is_written_is_the_page_the_data_and_every_doctor(years: Both, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    for folder in (tmp_path, tmp_path / "again"):
        write_impact(told(years, "fr"), folder)
    names = ["doctors.parquet", "flips.parquet", "impact.html", "impact.json"]
    assert sorted(file.name for file in (tmp_path / "again").iterdir()) == names
    assert all((tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)


def test_what_a_source_calls_a_specialty_or_a_departement_stays_text(
    years: Both, capsys: pytest.CaptureFixture[str]
) -> None:
    table = years.who
    for name in ("specialty", "department"):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, arrow.array([HOSTILE] * table.num_rows, arrow.string()))
    hostile = ImpactTold(Both(years.folder, years.policies, years.decisions, table).compared(), ("<i>", "*b*"), "en")
    read = Read(impact_page(hostile))
    assert read.wrong == []
    assert not {"script", "img", "i"} & {tag for tag, _ in read.tags}
    assert any("alert(1)" in text for text in read.text)
    draw_impact(hostile)
    assert not {"\x1b", "\u202e"} & set(capsys.readouterr().out)
    assert "<script>" not in markdown(hostile.title(), hostile.intro(), hostile.whole())
    assert json.loads(as_json(hostile.compared))["by_specialty"][0]["value"] == HOSTILE


# --- charts ---------------------------------------------------------------------------------------------------------


def sheet(*shares: Fraction | None, name: str = "one") -> Sheet:
    rows = tuple(Row(name, (str(rank),), share) for rank, share in enumerate(shares))
    return Sheet("Title", ("", "", ""), rows)


def test_text_stays_text_and_hostile_text_stays_text() -> None:
    drawn = chart(sheet(Fraction(1), Fraction(-1, 2), name=HOSTILE), "c")
    read = Read(drawn)
    assert read.wrong == []
    assert not {"script", "img"} & {tag for tag, _ in read.tags}
    assert any("alert(1)" in text for text in read.text)


@pytest.mark.parametrize(
    "shares", [(), (None,), (Fraction(0),), (Fraction(1),), (Fraction(-1),), (Fraction(1), None, Fraction(-1, 3))]
)
def test_a_row_without_a_bar_is_not_drawn(shares: tuple[Fraction | None, ...]) -> None:
    drawn = Read(chart(sheet(*shares), "c"))
    names = [text for text in drawn.text if text.strip() == "one"]
    assert len(names) == sum(share is not None for share in shares)
