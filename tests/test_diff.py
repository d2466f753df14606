"""What changed from one year to the next is told by identity: every difference of the two scales, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.drafting.diff.diff import diff, under_other_readings
from engine.drafting.diff.differing import Change, Diff
from engine.drafting.diff.told import Shown, told
from engine.linking import linked
from engine.telling.parts import Part
from engine.words import LANGS, Lang
from tests.conftest import policy_files
from tests.made_up import edit, law, pages, policy

YEARS = (2023, 2024)
Found = tuple[str, str, Anything, Anything]


@pytest.fixture(scope="module")
def scales() -> Diff:
    """2023 and 2024 under their default readings."""
    one, other = (linked(policy_files(year), {}) for year in YEARS)
    return under_other_readings(diff(one, other), *(policy_files(year) for year in YEARS))


def found(diff: Diff) -> list[Found]:
    """Each change of rule: of what, its aspect, and both values."""
    return [
        (change.subject.id, change.aspect, change.was and change.was.value, change.now and change.now.value)
        for change in diff.changes
        if change.under is None
    ]


# --- the two scales: the recap of the texts, line by line -----------------------------------------------------------

TARGETS = {
    "volet-2.aat": ("7/10", "9/10"),
    "volet-2.cm-atmp": ("9/20", "1/2"),
    "volet-2.pse": ("4/5", "9/10"),
    "volet-2.spe": ("1/5", "3/10"),
    "volet-2.dsg": ("1/10", "1/2"),
    "volet-2.dmp": ("1/10", "3/10"),
    "volet-2.mss": ("1/20", "1/10"),
    "volet-2.ordonnances": ("3/10", "2/5"),
}
POINTS = {
    "volet-2.aat": ("30.5", "22.5"),
    "volet-2.cm-atmp": ("30.5", "22.5"),
    "volet-2.pse": ("30.5", "22.5"),
    "volet-2.spe": ("18", "10"),
    "volet-2.dsg": ("18", "10"),
    "volet-2.dmp": ("48", "40"),
}


@pytest.mark.parametrize("indicator", TARGETS)
def test_a_target_that_changed_is_named(scales: Diff, indicator: str) -> None:
    was, now = TARGETS[indicator]
    assert (indicator, "threshold", {"at_least": was}, {"at_least": now}) in found(scales)


def test_no_other_target_changed(scales: Diff) -> None:
    """Attending doctor declarations keep theirs, and one electronic claim is still enough for the vitale card."""
    changed = {subject for subject, aspect, was, _ in found(scales) if aspect == "threshold" and "at_least" in was}
    assert changed == {*TARGETS, "volet-1.teletransmission"}


@pytest.mark.parametrize("indicator", POINTS)
def test_points_that_changed_are_named(scales: Diff, indicator: str) -> None:
    assert (indicator, "weight", *POINTS[indicator]) in found(scales)


def test_no_other_points_changed(scales: Diff) -> None:
    assert {subject for subject, aspect, _, _ in found(scales) if aspect == "weight"} == set(POINTS)


def test_at_least_two_thirds_became_more_than_two_thirds(scales: Diff) -> None:
    change = ("volet-1.teletransmission", "threshold", {"at_least": "2/3"}, {"more_than": "2/3"})
    assert change in found(scales)


@pytest.mark.parametrize("indicator", ["volet-1.sesam-vitale", "volet-2.dcmt"])
def test_a_neutralisation_that_was_lifted_is_named(scales: Diff, indicator: str) -> None:
    lifted = [
        change
        for change in scales.changes
        if (change.subject.id, change.aspect, change.kind) == (indicator, "neutralisation", "removed")
    ]
    assert [change.was and change.was.value["as"] for change in lifted] == ["met"]


@pytest.mark.parametrize(("was", "now"), [("883", "835"), ("1163", "1115")])
def test_an_announced_total_that_changed_is_named(scales: Diff, was: str, now: str) -> None:
    assert ("policy", "published", was, now) in found(scales)


def test_a_component_that_is_gone_is_named(scales: Diff) -> None:
    assert ("vsm", "component", "vsm", None) in found(scales)


def test_each_change_of_rule_has_the_source_of_each_side(scales: Diff) -> None:
    """But where the policy itself gives none."""
    bare = [
        change.at
        for change in scales.rules
        if change.subject.kind in ("indicator", "volet", "component", "eligible")
        for side in (change.was, change.now)
        if side and not side.sources
    ]
    assert bare == []


def test_the_days_that_follow_the_year_are_no_change_of_rule(scales: Diff) -> None:
    shifted = {change.at for change in scales.changes if change.aspect == "shifted"}
    assert shifted == {"year", "assessment", "decision"}
    assert shifted & {change.at for change in scales.rules} == set()


# --- one change at a time -------------------------------------------------------------------------------------------


def changed(folder: Path, *where: str) -> Diff:
    """What an edit of the made-up year changes."""
    return diff(law(), policy(folder, edit(*where)))


def beacons(number: str) -> Anything:
    """A threshold of the automated value that one indicator reads."""
    return {"fact": "beacons", "tests": [{"at_least": number}]}


EDITS: Mapping[str, tuple[tuple[str, str, str], list[Found]]] = {
    "a relation": (
        ("base/exchange.yaml", "more_than: 3/7", "at_least: 3/7"),
        [("base.exchange", "threshold", {"more_than": "3/7"}, {"at_least": "3/7"})],
    ),
    "points": (("care/beacon.yaml", "points: 9.75", "points: 10"), [("care.beacon", "weight", "9.75", "10")]),
    "the kind of evidence": (
        ("care/quarry.yaml", "evidence: automated", "evidence: sworn"),
        [("care.quarry", "evidence", "automated", "sworn")],
    ),
    "the value of the point": (
        ("policy.yaml", "euros: 3.25", "euros: 3.5"),
        [("policy", "point_value", "3.25", "3.5")],
    ),
    "a day of the calendar": (
        (
            "policy.yaml",
            "campaign: { from: 2032-03-01, to: 2032-03-31",
            "campaign: { from: 2032-03-01, to: 2032-04-30",
        ),
        [
            (
                "calendar",
                "days",
                {"entry": "campaign", "from": "2032-03-01", "to": "2032-03-31"},
                {"entry": "campaign", "from": "2032-03-01", "to": "2032-04-30"},
            )
        ],
    ),
    "an indicator": (
        ("policy.yaml", "quarry, tide]", "quarry]"),
        [("care.tide", "indicator", "care.tide", None)],
    ),
    "an entry of a list": (
        ("tables/lamps.yaml", "gas: { label: { fr: Gaz, en: Gas } }", "neon: { label: { fr: Gaz, en: Gas } }"),
        [("lamps", "entry", None, "accepted"), ("lamps", "entry", "accepted", None)],
    ),
    "an entry that is refused": (
        (
            "tables/lamps.yaml",
            "gas: { label: { fr: Gaz, en: Gas } } }\nrefused: {",
            "}\nrefused: { gas: { label: { fr: Gaz, en: Gas } },",
        ),
        [("lamps", "refused", "accepted", "refused")],
    ),
    "a default": (
        ("readings/target.yaml", "default: low", "default: high"),
        [
            ("policy", "published", None, "110"),
            ("care.beacon", "threshold", beacons("12"), beacons("15")),
            ("target", "default", "low", "high"),
        ],
    ),
    "a gate": (
        ("policy.yaml", "    gate: { outcome: base }\n", ""),
        [("care", "gate", {"kind": "outcome", "asks": {"outcome": "base"}}, None)],
    ),
    "the amount of a tier": (
        ("components/garden.yaml", "euros: 110.10", "euros: 111"),
        [("garden", "euros", "110.1", "111")],
    ),
    "what a component pays": (
        ("components/garden.yaml", "more: complement, never: once", "more: once, never: once"),
        [("garden", "pays", "complement", "once")],
    ),
    "the effect of a paper not shown": (
        ("policy.yaml", "falls: unmet", "falls: ignored"),
        [("policy", "not_produced", "unmet", "ignored")],
    ),
    "an empty denominator": (
        ("base/exchange.yaml", "shut: unmet", "shut: met"),
        [("base.exchange", "zero", "unmet", "met")],
    ),
    "an announced total": (
        ("policy.yaml", "volet: base, points: 47", "volet: base, points: 48"),
        [("policy", "published", "47", "48")],
    ),
    "a rate above one": (
        ("vocabulary/measures.yaml", "above_one: invalid", "above_one: counted"),
        [("measures", "above_one", "invalid", "counted")],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_one_change_is_one_difference(name: str, tmp_path: Path) -> None:
    where, expected = EDITS[name]
    assert found(changed(tmp_path, *where)) == expected


ASPECTS: Mapping[str, tuple[tuple[str, str, str], list[tuple[str, str, str]]]] = {
    "a neutralisation for others": (
        ("care/harbour.yaml", "is: hermit", "is: cook"),
        [("care.harbour", "values", "neutralisation")],
    ),
    "an exemption for others": (
        ("base/register.yaml", "wide: healers", "wide: lamps"),
        [("base.register", "list", "exemption")],
    ),
    "a deadline": (
        ("care/lantern.yaml", "received_on: { until: papers }", "received_on: { until: campaign }"),
        [("care.lantern", "date", "condition")],
    ),
    "a list that becomes values": (
        ("care/lantern.yaml", "choice or model: { table: lamps }", "choice or model: oil"),
        [("care.lantern", "values", "condition")],
    ),
    "a condition more": (
        ("care/tide.yaml", "[ {", "[ { fact: { fact: acres, at_least: 1 } }, {"),
        [("care.tide", "condition", "condition")],
    ),
    "a gate of another kind": (
        ("care/lantern.yaml", "  all:", "  any:"),
        [("care.lantern", "form", "condition")],
    ),
    "an agreement": (
        ("care/lantern.yaml", "        same: { lamp: { model: choice } }\n", ""),
        [("care.lantern", "same", "condition")],
    ),
    "an earlier campaign": (
        ("care/ferry.yaml", "campaign: earlier, ", ""),
        [("care.ferry", "earlier", "condition")],
    ),
}


@pytest.mark.parametrize("name", ASPECTS)
def test_a_change_is_told_of_what_it_is_about(name: str, tmp_path: Path) -> None:
    where, expected = ASPECTS[name]
    changes = changed(tmp_path, *where).changes
    assert [(change.subject.id, change.aspect, change.within) for change in changes] == expected


def test_an_exemption_that_is_lifted_is_told_and_what_it_spared_is_not(tmp_path: Path) -> None:
    """What was required but of the exempt is now required of everyone: that is the one difference."""
    file, old = "base/register.yaml", "  exempt:\n    when: { id: lifted, attribute: { field: specialty, table:"
    text = edit(file, old, old)[file]
    _, _, required = text.partition("    require:\n")
    head, _, _ = text.partition("when:\n  exempt:")
    bare = f"{head}when:\n" + "\n".join(line.removeprefix("    ") for line in required.splitlines()) + "\n"
    changes = diff(law(), policy(tmp_path, {file: bare})).changes
    assert [(change.aspect, change.kind) for change in changes] == [("exemption", "removed")]


def test_a_condition_that_moved_is_found_again_by_its_name(tmp_path: Path) -> None:
    """And what it asks is compared there."""
    wrapped = edit(
        "care/lantern.yaml",
        "    - { id: said, record: { declaration: lamp, where: { declared_on: { within: campaign } } } }\n",
        "    - any:\n"
        "        - { fact: { fact: tides, at_least: 1 } }\n"
        "        - { id: said, record: { declaration: lamp, where: { declared_on: { until: campaign } } } }\n",
    )
    changes = diff(law(), policy(tmp_path, wrapped)).changes
    assert [(change.aspect, change.kind) for change in changes] == [
        ("moved", "changed"),
        ("date", "changed"),
        ("condition", "added"),
    ]


# --- what is no change of rule --------------------------------------------------------------------------------------


def test_a_policy_does_not_differ_from_itself() -> None:
    same = diff(law(), law())
    assert (same.changes, same.labels, same.sources) == ((), (), ())


def test_other_lines_of_a_source_are_no_change_of_rule(tmp_path: Path) -> None:
    moved = changed(tmp_path, "care/beacon.yaml", "lines: [1, 2]", "lines: [8, 9]")
    assert (moved.changes, [change.at for change in moved.sources]) == ((), ["care.beacon"])


def test_another_label_is_no_change_of_rule(tmp_path: Path) -> None:
    renamed = changed(
        tmp_path, "care/beacon.yaml", "title: { fr: Texte, en: Text }", "title: { fr: Phare, en: Lamp }"
    )
    assert (renamed.changes, [change.at for change in renamed.labels]) == ((), ["care.beacon"])


def test_conditions_in_another_order_are_no_change_of_rule(tmp_path: Path) -> None:
    """Neither those that have a name nor those that have none."""
    swapped = changed(
        tmp_path,
        "care/tide.yaml",
        "[ { fact: { fact: tides, more_than: 4 } }, { silent: { fr: Texte, en: Text } } ]",
        "[ { silent: TEXT }, { fact: { fact: tides, more_than: 4 } } ]",
    )
    assert swapped.changes == ()


# --- contested readings ---------------------------------------------------------------------------------------------


def test_a_change_that_only_another_reading_shows_is_told_with_it(tmp_path: Path) -> None:
    files = pages(tmp_path, edit("care/beacon.yaml", "high: 15", "high: 16"))
    whole = diff(linked(policy_pages(tmp_path), {}), linked(files, {}))
    shown = under_other_readings(whole, policy_pages(tmp_path), files)
    assert [(change.aspect, change.under) for change in shown.changes] == [("threshold", ("target", "high"))]


def policy_pages(folder: Path) -> Anything:
    """The pages of the made-up year as it is written."""
    return pages(folder / "as-written")


# --- in words -------------------------------------------------------------------------------------------------------


def lines(parts: tuple[Part, ...]) -> list[str]:
    return [line for part in parts for line in (part.text, part.aside, *lines(part.parts))]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", [*EDITS, *ASPECTS])
def test_every_kind_of_difference_has_words(name: str, lang: Lang, tmp_path: Path) -> None:
    """Both values, or the whole of what came or went, and no name of the engine's own."""
    where = EDITS[name][0] if name in EDITS else ASPECTS[name][0]
    explanation = told(changed(tmp_path, *where), None, Shown(lang, ("A", "B"), labels=True, sources=True))
    said = lines(explanation.sections)
    assert said != []
    assert [line for line in said if "{" in line or "None" in line or "_" in line] == []


def test_the_same_change_of_several_places_is_told_once(scales: Diff) -> None:
    explanation = told(scales, None, Shown("fr", ("2023", "2024"), indicator="volet-1.logiciel"))
    places = [change for change in scales.changes if change.subject.id == "volet-1.logiciel"]
    assert len(explanation.sections[0].parts) < len(places) / 2


def test_a_change_of_an_indicator_alone_says_nothing_of_others(scales: Diff) -> None:
    explanation = told(scales, None, Shown("fr", ("2023", "2024"), indicator="volet-2.aat"))
    assert [part.text for part in explanation.sections] == ["Arrêts de travail dématérialisés"]
    assert [part.text for part in explanation.sections[0].parts] == [
        "Valeur\N{NO-BREAK SPACE}: 30,5\N{NO-BREAK SPACE}points → 22,5\N{NO-BREAK SPACE}points (−8)",
        "Objectif\N{NO-BREAK SPACE}: au moins 70\N{NO-BREAK SPACE}% → au moins 90\N{NO-BREAK SPACE}%",
    ]


def mirrored(change: Change) -> tuple[object, ...]:
    return change.subject, change.aspect, change.now and change.now.value, change.was and change.was.value


def test_backwards_the_same_differences_are_found(scales: Diff) -> None:
    """What was added is removed; of what is paid at least, where no order of writing bears on it."""
    kinds = ("weight", "threshold", "neutralisation", "published", "component", "days", "entry", "default", "option")
    back = diff(scales.other, scales.one)
    there = {str(mirrored(change)) for change in scales.changes if change.aspect in kinds and not change.under}
    assert there == {
        str((change.subject, change.aspect, change.was and change.was.value, change.now and change.now.value))
        for change in back.changes
        if change.aspect in kinds
    }
