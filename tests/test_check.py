"""What a policy writer is told of a year of their own, beyond what cannot be read: each thing at its place."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.drafting.checks.lint import WARNINGS, lint, severity_of
from engine.drafting.draft import drafted
from engine.drafting.places import conditions
from engine.linking import linked
from engine.loading import bundled_policies, read_policy, years
from tests.made_up import FILES, TEXT, edit, write
from tests.test_schema import told

YEARS = years(bundled_policies())
Told = tuple[str, str, str]


def told_of(folder: Path, changes: Mapping[str, str] | None = None) -> list[Told]:
    """Code, file and place of everything told of the made-up year with these changes."""
    year = write(folder, changes)
    return [(one.code, Path(one.file).relative_to(year).as_posix(), one.place) for one in lint(year).problems]


@cache
def usual() -> frozenset[Told]:
    """What is told of the made-up year as it is written: it cites few passages."""
    with TemporaryDirectory() as folder:
        return frozenset(told_of(Path(folder)))


def new(folder: Path, changes: Mapping[str, str]) -> list[Told]:
    """What these changes bring."""
    return [one for one in told_of(folder, changes) if one not in usual()]


# --- the policies that come with the product ------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_a_policy_of_the_product_has_no_error(year: int) -> None:
    report = lint(YEARS[year])
    assert ([one for one in report.problems if severity_of(one) == "error"], report.complete) == ([], True)


@pytest.mark.parametrize("year", YEARS)
def test_a_condition_is_found_where_it_is_written_under_every_choice_of_readings(year: int) -> None:
    draft = drafted(read_policy(YEARS[year]))
    for version in draft.versions:
        assert set(version.places) == {node.at for node in conditions(version.policy)}
        for node, place in version.conditions():
            assert place.data.get("id") in (None, node.at.partition("#")[2])


@pytest.mark.parametrize("year", YEARS)
def test_every_option_that_can_be_computed_is_linked(year: int) -> None:
    draft = drafted(read_policy(YEARS[year]))
    taken = {pair for version in draft.versions for pair in version.policy.choices.items()}
    offered = {
        (name, option.name)
        for name, reading in draft.policy.readings.items()
        for option in reading.options.values()
        if not option.silent
    }
    assert taken == offered


def test_a_fault_written_for_an_option_that_is_not_the_default_is_told(tmp_path: Path) -> None:
    changes = edit("policy.yaml", "calends: { on: 2032-04-01", "calends: { on: 2032-04-31")
    assert told_of(tmp_path, changes) == [("no_such_day", "policy.yaml", "calendar.stamp.calends.on")]


def test_faults_under_different_readings_are_told_together(tmp_path: Path) -> None:
    changes = {
        **edit("policy.yaml", "calends: { on: 2032-04-01", "calends: { on: 2032-04-31"),
        **edit("base/register.yaml", "narrow: surgeons", "narrow: sturgeons"),
        **edit("care/quarry.yaml", "fact: quarried", "fact: quarryed"),
    }
    assert {code for code, _, _ in told_of(tmp_path, changes)} == {"no_such_day", "unknown_table", "unknown_fact"}


# --- totals ---------------------------------------------------------------------------------------------------------

TOTALS = "published:\n  - { volet: base, points: 47, source: { document: law, section: One, lines: [1, 2] } }\n"
CITED = "source: { document: law, section: One, lines: [1, 2] }"


def test_a_total_that_the_weights_do_not_give_is_told_once_and_not_again_of_the_whole(tmp_path: Path) -> None:
    changes = edit("policy.yaml", "volet: base, points: 47", "volet: base, points: 46.5")
    also = edit("policy.yaml", TOTALS, f"{TOTALS}  - {{ volet: base, points: 48, {CITED} }}\n")
    assert new(tmp_path / "one", changes) == [("total_differs", "policy.yaml", "published.0.points")]
    assert new(tmp_path / "two", also) == [("total_differs", "policy.yaml", "published.1.points")]


def test_a_weight_that_is_off_shows_the_whole_that_no_longer_adds_up(tmp_path: Path) -> None:
    changes = edit("care/beacon.yaml", "points: 9.75", "points: 10.25")
    assert new(tmp_path, changes) == [("total_differs", "policy.yaml", "published.1.points")]


@pytest.mark.parametrize(("points", "told"), [("110", []), ("119.75", []), ("119.8", ["total_differs"])])
def test_a_total_may_be_claimed_by_an_option_that_cannot_be_computed(
    tmp_path: Path, points: str, told: list[str]
) -> None:
    """Its bounds are 0 to 9.75 points."""
    claimed = f"{TOTALS}  - {{ points: {points}, {CITED}, under: {{ target: vague }} }}\n"
    assert [code for code, _, _ in new(tmp_path, edit("policy.yaml", TOTALS, claimed))] == told


def test_a_total_that_supposes_what_cannot_be_computed_is_no_total_of_the_policy(tmp_path: Path) -> None:
    claimed = f"{TOTALS}  - {{ points: 115, {CITED}, under: {{ target: vague }} }}\n"
    year = read_policy(write(tmp_path, edit("policy.yaml", TOTALS, claimed)))
    assert [total.points for total in linked(year, {}).published] == [47, 110]


def test_a_volet_without_any_announced_total_is_told(tmp_path: Path) -> None:
    assert ("total_missing", "policy.yaml", "volets.1.id") in usual()
    whole = edit("policy.yaml", TOTALS, f"{TOTALS}  - {{ volet: care, points: 63, {CITED} }}\n")
    assert ("total_missing", "policy.yaml", "volets.1.id") not in told_of(tmp_path, whole)


# --- the calendar ---------------------------------------------------------------------------------------------------


CAMPAIGN = "campaign: { from: 2032-03-01, to: 2032-03-31"
LATE, EARLY = "campaign: { from: 2031-02-01, to: 2032-03-31", "campaign: { from: 2031-12-01, to: 2031-12-31"


@pytest.mark.parametrize(
    ("old", "written"),
    [
        ("assessment: { on: 2032-02-29", "assessment: { on: 2032-03-01"),
        ("assessment: { on: 2032-02-29", "assessment: { on: 2031-02-28"),
        (CAMPAIGN, LATE),
        (CAMPAIGN, EARLY),
        ("decision: { on: 2032-09-30", "decision: { on: 2032-03-30"),
        ("year: { from: 2031-03-01", "year: { from: 2030-12-31"),
    ],
)
def test_a_calendar_out_of_order_is_told_at_the_entry(tmp_path: Path, old: str, written: str) -> None:
    entry = written.partition(":")[0]
    told = [one for one in new(tmp_path, edit("policy.yaml", old, written)) if one[0].startswith("calendar")]
    code = "calendar_year" if entry == "year" else "calendar_order"
    assert told == [(code, "policy.yaml", f"calendar.{entry}")]


def test_entries_that_meet_on_one_day_are_in_order(tmp_path: Path) -> None:
    assert new(tmp_path, edit("policy.yaml", "decision: { on: 2032-09-30", "decision: { on: 2032-03-31")) == []


def test_a_condition_that_waits_beyond_the_decision_is_told(tmp_path: Path) -> None:
    changes = edit("care/beacon.yaml", "closes: assessment", "closes: treasury")
    assert new(tmp_path, changes) == [("after_decision", "care/beacon.yaml", "when")]


def test_a_period_paid_before_it_ends_is_told(tmp_path: Path) -> None:
    changes = edit("policy.yaml", "treasury: { from: 2032-10-01", "treasury: { from: 2032-02-01")
    assert new(tmp_path, changes) == [("paid_early", "components/garden.yaml", "periods.1.paid")]


def test_periods_that_do_not_follow_each_other_are_told(tmp_path: Path) -> None:
    text = FILES["components/garden.yaml"]
    turned = text.replace("first-half", "third").replace("second-half", "first-half").replace("third", "second-half")
    told = new(tmp_path, {"components/garden.yaml": turned})
    assert told == [("calendar_order", "components/garden.yaml", "periods.1.ends")]


# --- names ----------------------------------------------------------------------------------------------------------

LABELLED = f"label: {TEXT}"


@pytest.mark.parametrize(
    ("file", "written", "place"),
    [
        ("vocabulary/fields.yaml", f"idle: {{ type: text, {LABELLED} }}\n", "idle"),
        ("vocabulary/facts.yaml", f"idle: {{ type: integer, {LABELLED} }}\n", "idle"),
        ("vocabulary/items.yaml", f"idle: {{ {LABELLED} }}\n", "idle"),
        ("vocabulary/documents.yaml", f"idle: {{ {LABELLED} }}\n", "idle"),
    ],
)
def test_a_name_that_no_rule_uses_is_told(tmp_path: Path, file: str, written: str, place: str) -> None:
    assert new(tmp_path, {file: FILES[file] + written}) == [("never_used", file, place)]


@pytest.mark.parametrize("file", ["vocabulary/fields.yaml", "vocabulary/documents.yaml"])
def test_what_is_kept_for_a_control_needs_no_rule(tmp_path: Path, file: str) -> None:
    kind = "type: text, " if "fields" in file else ""
    assert new(tmp_path, {file: FILES[file] + f"idle: {{ {kind}{LABELLED}, kept: true }}\n"}) == []


def test_an_entry_that_no_rule_uses_is_told(tmp_path: Path) -> None:
    changes = edit("policy.yaml", "  papers: {", f"  idle: {{ on: 2031-05-01, {LABELLED}, {CITED} }}\n  papers: {{")
    assert new(tmp_path, changes) == [("never_used", "policy.yaml", "calendar.idle")]


def test_a_reading_that_a_total_supposes_is_used(tmp_path: Path) -> None:
    idle = (
        FILES["readings/graft.yaml"]
        .replace("id: graft", "id: idle")
        .replace("support: [ {", f"support: [ {{ {CITED},")
    )
    total = edit(
        "policy.yaml", TOTALS, f"{TOTALS}  - {{ volet: base, points: 47, {CITED}, under: {{ idle: ignored }} }}\n"
    )
    assert new(tmp_path / "idle", {"readings/idle.yaml": idle}) == [("never_used", "readings/idle.yaml", "id")]
    assert new(tmp_path / "used", {"readings/idle.yaml": idle, **total}) == []


def test_what_no_choice_of_readings_can_bring_is_told(tmp_path: Path) -> None:
    changes = edit("care/beacon.yaml", "low: 12,", "low: { choose: target, low: 12, high: 13, vague: silent },")
    places = ["when.fact.at_least.low.high", "when.fact.at_least.low.vague"]
    assert [(code, place) for code, _, place in new(tmp_path, changes)] == [("never_taken", one) for one in places]


def test_a_component_that_is_not_listed_is_told(tmp_path: Path) -> None:
    told = new(tmp_path, edit("policy.yaml", "components: [garden]\n", ""))
    assert ("not_listed", "components/garden.yaml", "id") in told


# --- values ---------------------------------------------------------------------------------------------------------


TARGET = "at_least: { choose: target, low: 12, high: 15, vague: silent }"


@pytest.mark.parametrize(
    ("file", "old", "written", "code", "place"),
    [
        ("policy.yaml", "[blue, green]", "[blue, gren]", "unknown_value", "eligible.all.0.attribute"),
        ("base/register.yaml", "pigeon]", "pidgeon]", "unknown_value", "when.exempt.require.record.where.channel"),
        ("care/quarry.yaml", "is: true", "is: yes", "unknown_value", "when.not.fact"),
        ("care/quarry.yaml", "is: true", "at_least: 1", "test_not_of_type", "when.not.fact"),
        ("care/beacon.yaml", TARGET, "until: spring", "test_not_of_type", "when.fact"),
        ("tables/healers.yaml", "surgeon:", "barber:", "not_in_table", "entries.barber"),
    ],
)
def test_a_test_that_its_field_can_never_pass_is_told(
    tmp_path: Path, file: str, old: str, written: str, code: str, place: str
) -> None:
    assert (code, file, place) in new(tmp_path, edit(file, old, written))


def test_two_wrong_values_of_one_test_are_both_told(tmp_path: Path) -> None:
    year = write(tmp_path, edit("base/register.yaml", "[courier, pigeon]", "[currier, pidgeon]"))
    wrong = [one.details["name"] for one in lint(year).problems if one.code == "unknown_value"]
    assert wrong == ["currier", "pidgeon"]


# --- sources --------------------------------------------------------------------------------------------------------


def test_a_source_that_is_inherited_is_a_source(tmp_path: Path) -> None:
    """The conditions of an indicator have that of their page; those of eligibility have none."""
    assert {place for code, file, place in usual() if code == "unsourced" and file == "policy.yaml"} >= {"eligible"}
    changes = edit("policy.yaml", "eligible:\n", f"eligible:\n  {CITED}\n")
    assert ("unsourced", "policy.yaml", "eligible") not in told_of(tmp_path, changes)


def test_a_rule_without_source_is_told_where_one_source_would_do(tmp_path: Path) -> None:
    sourced = edit(
        "policy.yaml", "    - attribute: { field: sector", f"    - {CITED}\n      attribute: {{ field: sector"
    )
    assert ("unsourced", "policy.yaml", "eligible.all.1") in told_of(tmp_path, sourced)


def test_what_only_another_reading_takes_may_rest_on_no_document() -> None:
    assert ("unsourced_option", "policy.yaml", "calendar.stamp.calends") in usual()
    assert "unsourced_option" in WARNINGS


# --- one declaration, two indicators --------------------------------------------------------------------------------

SHARED = edit("care/ferry.yaml", "declaration: ferry, filed", "declaration: meadow, filed")


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("", [("no_priority", "vocabulary/items.yaml", "meadow")]),
        (", priority: [care.meadow, care.ferry]", []),
        (", priority: [care.meadow, care.tide]", [("wrong_priority", "vocabulary/items.yaml", "meadow.priority")]),
    ],
)
def test_two_indicators_fed_by_one_declaration_need_a_priority(tmp_path: Path, stated: str, told: list[Told]) -> None:
    item = edit("vocabulary/items.yaml", f"meadow: {{ {LABELLED}", f"meadow: {{ {LABELLED}{stated}")
    assert new(tmp_path, {**SHARED, **item}) == told


# --- severity -------------------------------------------------------------------------------------------------------


def test_a_code_that_only_warns_exists() -> None:
    assert told() >= WARNINGS
