"""A policy that says something wrong is told so: the file, the line, the column, and the nearest right name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.cases import read_cases
from engine.linking import link
from engine.loading import bundled_policies, read_policy, years
from engine.problems import Invalid, Problem, render
from engine.words import LANGS
from tests.made_up import FILES, TEXT, edit, law, pages, policy, write

Fault = tuple[str, str, str, str, str, str]


def faults(folder: Path, changes: Mapping[str, str], **readings: str) -> tuple[Problem, ...]:
    """What is said of the year with these changes, every sentence of it in both languages."""
    with pytest.raises(Invalid) as raised:
        policy(folder, changes, **readings)
    for problem in raised.value.problems:
        assert all(render(problem, lang) for lang in LANGS)
    return raised.value.problems


def spot(text: str, needle: str) -> tuple[int, int]:
    """The line and column of the one place where `needle` stands."""
    assert text.count(needle) == 1, f"{needle!r} stands {text.count(needle)} times"
    before = text[: text.index(needle)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


# Where, what is written instead of what, where the fault is shown, its code, the name it offers.
NAMES: list[Fault] = [
    ("care/beacon.yaml", "choose: target", "choose: targit", "choose: targit", "unknown_reading", "target"),
    ("base/exchange.yaml", "measure: trades", "measure: trade", "measure: trade\n", "unknown_measure", "trades"),
    ("care/quarry.yaml", "fact: quarried", "fact: quarryed", "fact: quarryed", "unknown_fact", "quarried"),
    ("care/harbour.yaml", "specialty", "speciality", "attribute: { field: speciality", "unknown_field", "specialty"),
    ("base/register.yaml", "sworn: true", "sworm: true", "sworm", "unknown_field", "sworn"),
    ("base/register.yaml", "logbook", "logbok", "declaration: logbok", "unknown_item", "logbook"),
    ("care/orchard.yaml", "prefill: orchard", "prefill: orchad", "prefill: ", "unknown_item", "orchard"),
    ("care/lantern.yaml", "of: lamp", "of: lampe", "of: lampe", "unknown_item", "lamp"),
    ("care/lantern.yaml", "same: { lamp:", "same: { lump:", "lump", "unknown_item", "lamp"),
    ("care/lantern.yaml", "{ model: choice }", "{ modal: choice }", "lamp: { modal", "unknown_field", "model"),
    ("care/lantern.yaml", "[bill, letter]", "[bill, lettre]", "lettre", "unknown_kind", "letter"),
    ("care/lantern.yaml", "table: lamps", "table: lambs", "table: lambs", "unknown_table", "lamps"),
    ("care/orchard.yaml", "within: spring", "within: springs", "within: springs", "unknown_entry", "spring"),
    ("care/beacon.yaml", "closes: assessment", "closes: assesment", "closes: ", "unknown_entry", "assessment"),
    ("base/exchange.yaml", "from: year", "from: yaer", "counts_from", "unknown_entry", "year"),
    ("care/orchard.yaml", "care.beacon", "care.beakon", "outcome: ", "unknown_outcome", "care.beacon"),
    ("policy.yaml", "gate: { outcome: base }", "gate: { outcome: bass }", "outcome: bass", "unknown_outcome", "base"),
    (
        "policy.yaml",
        "gate: { outcome: base }",
        "gate: { outcome: care }",
        "outcome: care",
        "unknown_outcome",
        "care.beacon",
    ),
    ("policy.yaml", "ferry, meadow", "fairy, meadow", "fairy", "not_in_folder", "ferry"),
    ("policy.yaml", "[garden]", "[gardens]", "gardens", "not_in_folder", "garden"),
    ("policy.yaml", "volet: base, points", "volet: bass, points", "volet: bass", "unknown_outcome", "base"),
    ("policy.yaml", "under: { target: high", "under: { target: hihg", "under", "unknown_option", "high"),
    ("policy.yaml", "under: { target: high", "under: { targit: high", "under", "unknown_reading", "target"),
    ("readings/graft.yaml", "default: counts", "default: cuonts", "default", "unknown_option", "counts"),
    ("vocabulary/fields.yaml", "table: guilds", "table: guild", "table: guild,", "unknown_table", "guilds"),
    ("vocabulary/items.yaml", "[lamps]", "[lamp]", "lamp]", "unknown_table", "lamps"),
    ("care/quarry.yaml", "document: law", "document: lwa", "document: lwa", "unknown_document", "law"),
    (
        "components/garden.yaml",
        "ends: first-half",
        "ends: first-harf",
        "ends: first-harf",
        "unknown_entry",
        "first-half",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "needle", "code", "offered"), NAMES)
def test_a_wrong_name_is_shown_where_it_stands_with_the_nearest(
    tmp_path: Path, file: str, old: str, new: str, needle: str, code: str, offered: str
) -> None:
    changes = edit(file, old, new)
    (problem,) = faults(tmp_path, changes)
    place = (problem.file, problem.line, problem.column)
    assert place == (str(tmp_path / "2031" / file), *spot(changes[file], needle))
    assert (problem.code, problem.details["nearest"]) == (code, offered)


SENSE: list[tuple[str, str, str, str, str]] = [
    ("care/beacon.yaml", "id: care.beacon", "id: care.bacon", "id: ", "id_not_file"),
    ("tables/lamps.yaml", "id: lamps", "id: lamp", "id: ", "id_not_file"),
    ("readings/graft.yaml", "id: graft", "id: draft", "id: ", "id_not_file"),
    ("components/garden.yaml", "id: garden", "id: gardens", "id: gardens", "id_not_file"),
    ("care/beacon.yaml", "year: 2031", "year: 2030", "year", "year_not_policy"),
    ("components/garden.yaml", "year: 2031", "year: 2030", "year", "year_not_policy"),
    ("care/lantern.yaml", "id: shown", "id: said", "id: said\n", "duplicate_id"),
    ("policy.yaml", "[beacon, lantern", "[beacon, beacon, lantern", "beacon, lantern", "duplicate_id"),
    ("policy.yaml", "[garden]", "[garden, garden]", "garden]", "duplicate_id"),
    ("policy.yaml", "- id: care\n", "- id: base\n", "id: base\n", "duplicate_id"),
    ("tables/lamps.yaml", "torch:", "oil:", "oil: { label: { fr: Torche", "duplicate_id"),
    ("tables/lamps.yaml", "fr: Gaz", "fr: oil", "gas", "duplicate_id"),
    ("tables/lamps.yaml", "en: Torch", "en: Gas", "torch", "duplicate_id"),
    ("policy.yaml", "on: 2032-09-30", "on: 2032-02-30", "on: 2032-02-30", "no_such_day"),
    ("policy.yaml", "from: 2031-03-21", "from: 2031-06-21", "spring", "span_backwards"),
    ("policy.yaml", "decision: { on: 2032-09-30", "decision: { open: true", "decision", "entry_open"),
    ("care/beacon.yaml", "lines: [1, 2]", "lines: [2, 1]", "lines", "lines_backwards"),
    ("care/beacon.yaml", "low: 12, ", "", "at_least", "options_not_listed"),
    ("care/beacon.yaml", "low: 12, ", "low: 12, lower: 9, ", "at_least", "options_not_listed"),
    ("care/beacon.yaml", "low: 12", "low: silent", "low: silent", "silent_option_taken"),
    ("care/beacon.yaml", "low: 12", "low: ~", "fact: { fact", "empty_option"),
    ("base/exchange.yaml", "shut: unmet", "shut: ~", "zero", "empty_option"),
    ("base/exchange.yaml", "3/7", "3/0", "more_than", "not_expected"),
    ("base/exchange.yaml", "3/7", r'"3/7\n"', "more_than", "not_expected"),
    ("care/meadow.yaml", "during: spring", "within: spring", "rented_from", "span_test"),
    ("care/meadow.yaml", "during: spring", "stated: true", "rented_from", "span_test"),
    ("care/orchard.yaml", "within: spring", "during: spring", "fact: { fact", "span_test"),
    ("components/garden.yaml", "ends: first-half", "ends: papers", "ends: papers", "period_open"),
    ("components/garden.yaml", "110.10", "310.10", "tiers", "tiers_not_ascending"),
    ("readings/target.yaml", "default: low", "default: vague", "default", "default_silent"),
    ("care/beacon.yaml", "points: 9.75\n", "", "id: ", "indicator_points"),
    ("base/exchange.yaml", "when:\n", "points: 3\nwhen:\n", "id: ", "indicator_points"),
    ("policy.yaml", "pays: block, points: 47,", "pays: block,", "{ id: base", "volet_points"),
    ("policy.yaml", "pays: indicators", "pays: indicators\n    points: 3", "id: care", "volet_points"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "needle", "code"), SENSE)
def test_what_makes_no_sense_is_shown_where_it_stands(
    tmp_path: Path, file: str, old: str, new: str, needle: str, code: str
) -> None:
    changes = edit(file, old, new) if FILES[file].count(old) == 1 else {file: FILES[file].replace(old, new, 1)}
    problem = faults(tmp_path, changes)[0]
    found = next(at for at in range(len(changes[file])) if changes[file].startswith(needle, at))
    before = changes[file][:found]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert (problem.code, problem.file, (problem.line, problem.column)) == (
        code,
        str(tmp_path / "2031" / file),
        place,
    )


def test_conditions_that_turn_in_a_circle_are_named(tmp_path: Path) -> None:
    changes = edit("care/beacon.yaml", "when: {", "when: { any: [ { outcome: care.orchard }, {")
    changes = {"care/beacon.yaml": changes["care/beacon.yaml"].rstrip() + " ] }\n"}
    circle = {**changes, **edit("care/orchard.yaml", "  any:\n", "  any:\n    - outcome: care.beacon\n")}
    (problem,) = faults(tmp_path, circle)
    assert problem.code == "cyclic_outcomes"
    assert {"care.beacon", "care.orchard"} <= set(problem.details["cycle"].split(" → "))


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    changes = {
        **edit("care/beacon.yaml", "points: 9.75", "points: nine"),
        **edit("tables/lamps.yaml", "title:", "tittle:"),
        "vocabulary/items.yaml": "lamp: [\n",
    }
    told = {Path(problem.file).name for problem in faults(tmp_path, changes)}
    assert told == {"beacon.yaml", "lamps.yaml", "items.yaml"}


def test_an_indicator_needs_only_its_own_faults_mended(tmp_path: Path) -> None:
    """Two indicators that are wrong are both told, not one after the other."""
    changes = {
        **edit("care/quarry.yaml", "fact: quarried", "fact: quarryed"),
        **edit("care/harbour.yaml", "specialty", "speciality"),
    }
    assert [problem.code for problem in faults(tmp_path, changes)] == ["unknown_field", "unknown_fact"]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "vocabulary" / "facts.yaml").unlink()
    with pytest.raises(Invalid) as raised:
        read_policy(folder)
    (problem,) = raised.value.problems
    assert (problem.code, Path(problem.file).name) == ("unreadable", "facts.yaml")


# --- readings -------------------------------------------------------------------------------------------------------


def test_an_unknown_reading_is_answered_with_the_nearest() -> None:
    with pytest.raises(Invalid) as raised:
        law(targit="low")
    (problem,) = raised.value.problems
    assert (problem.code, problem.details["nearest"]) == ("unknown_reading", "target")


def test_an_unknown_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(Invalid) as raised:
        law(target="hihg")
    (problem,) = raised.value.problems
    assert (problem.code, problem.details["nearest"]) == ("unknown_option", "high")


REQUIRED = edit("readings/graft.yaml", "ignored: {", "ignored: { require: { target: high },")


def test_an_option_brings_those_it_requires(tmp_path: Path) -> None:
    files = pages(tmp_path, REQUIRED)
    assert link(files, {"graft": "ignored"}).choices["target"] == "high"


def test_options_that_exclude_each_other_are_refused(tmp_path: Path) -> None:
    (problem,) = faults(tmp_path, REQUIRED, graft="ignored", target="low")
    assert (problem.code, problem.details["name"]) == ("options_exclude", "target")


@pytest.mark.parametrize(
    ("required", "code"),
    [("targit: high", "unknown_reading"), ("target: hihg", "unknown_option"), ("target: vague", "option_silent")],
)
def test_what_an_option_requires_must_exist_and_be_computable(tmp_path: Path, required: str, code: str) -> None:
    changes = edit("readings/graft.yaml", "ignored: {", f"ignored: {{ require: {{ {required} }},")
    (problem,) = faults(tmp_path, changes)
    text = changes["readings/graft.yaml"]
    assert (problem.code, (problem.line, problem.column)) == (code, spot(text, required))


def test_a_default_may_not_require_what_is_no_default(tmp_path: Path) -> None:
    changes = edit("readings/graft.yaml", "counts: {", "counts: { require: { target: high },")
    assert [problem.code for problem in faults(tmp_path, changes)] == ["default_requires"]


def test_every_reading_has_one_answer() -> None:
    assert law(target="high").choices == {**law().choices, "target": "high"}


# --- the folder -----------------------------------------------------------------------------------------------------


def test_the_digest_is_that_of_the_rules_and_not_of_the_cases(tmp_path: Path) -> None:
    case = f"about: care.beacon\ncases: [ {{ name: one, title: {TEXT}, expect: {{ outcome: refused }} }} ]\n"
    plain = pages(tmp_path / "plain").digest
    assert pages(tmp_path / "cases", {"cases/beacon.yaml": case}).digest == plain
    assert pages(tmp_path / "other", edit("care/beacon.yaml", "low: 12", "low: 13")).digest != plain


def test_the_digest_does_not_depend_on_the_readings_taken() -> None:
    assert law(target="high").digest == law().digest


def test_a_case_on_a_day_that_does_not_exist_is_told_at_its_place(tmp_path: Path) -> None:
    case = f"{{ name: a, title: {TEXT}, as_of: 2031-02-29, expect: {{ outcome: refused }} }}"
    text = f"about: care.beacon\ncases:\n  - {case}\n"
    with pytest.raises(Invalid) as raised:
        list(read_cases(pages(tmp_path, {"cases/a.yaml": text})))
    (problem,) = raised.value.problems
    assert (problem.code, (problem.line, problem.column)) == ("no_such_day", spot(text, "as_of"))


def test_a_folder_is_a_year_when_it_holds_a_policy(tmp_path: Path) -> None:
    (tmp_path / "2032").mkdir()
    (tmp_path / "drafts").mkdir()
    assert list(years(write(tmp_path).parent)) == [2031]


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_any_policy_is_told(tmp_path: Path, make: bool) -> None:
    root = tmp_path / "empty"
    if make:
        root.mkdir()
    with pytest.raises(Invalid) as raised:
        years(root)
    assert [problem.code for problem in raised.value.problems] == ["no_policy" if make else "not_a_folder"]


def test_the_policies_that_come_with_the_product_are_found() -> None:
    assert 2023 in years(bundled_policies())
