"""What a policy's cases show: every verdict, both sides of every threshold and of every date, every listed value."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.claims import claims
from engine.conditions import Attribute, Day, Entry, Fact, FieldTest, Is, Node, Number, Rate, Record, Silent, walk
from engine.drafting.cases.coverage import coverage
from engine.drafting.cases.edges import edges
from engine.drafting.cases.options import contested
from engine.drafting.cases.possible import possible
from engine.loading import bundled_policies, read_policy, years
from engine.verdict import Verdict
from tests.conftest import Example, policy_files
from tests.made_up import law
from tests.made_up_cases import with_cases

YEARS = years(bundled_policies())
FIRST, LAST = date(2032, 3, 1), date(2032, 3, 31)
WINDOW = Entry("campaign", FIRST, LAST)
OPEN = Entry("papers", None, None)
LEAF = Record(
    at="x", row="document", names=("bill",), of=None, where=(), same=(), earlier=False, filed=False, closes=None
)


@pytest.mark.parametrize("year", YEARS)
def test_the_cases_of_a_real_year_show_all_there_is_to_show(year: int) -> None:
    found = coverage(policy_files(year))
    assert found.missing == ()
    assert len(found.coverable) > 1000


# --- what is to be shown --------------------------------------------------------------------------------------------


def values(leaf: Node) -> set[str]:
    """The values at the edges of a leaf."""
    return {edge.value[2] for edge in edges(leaf, law())}


def dated(relation: str, entry: Entry) -> set[str]:
    """The days at the edges of a test of a day."""
    test = FieldTest(("issued_on",), False, (Day(relation, entry),))  # type: ignore[arg-type]
    return values(replace(LEAF, where=(test,)))


@pytest.mark.parametrize(
    ("relation", "days"),
    [
        ("within", {FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1)}),
        ("until", {LAST, LAST + timedelta(days=1)}),
        ("before", {FIRST - timedelta(days=1), FIRST}),
        ("during", {FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1)}),
    ],
)
def test_a_date_is_shown_on_its_last_day_and_on_the_day_after(relation: str, days: set[date]) -> None:
    assert dated(relation, WINDOW) == {day.isoformat() for day in days}


def test_an_open_entry_has_no_day_to_show() -> None:
    assert dated("until", OPEN) == set()


@pytest.mark.parametrize(("relation", "numbers"), [("at_least", {"4", "3"}), ("more_than", {"4", "5"})])
def test_a_whole_number_is_shown_at_its_threshold_and_one_beside(relation: str, numbers: set[str]) -> None:
    test = Number(relation, Fraction(4))  # type: ignore[arg-type]
    assert values(Fact(at="x", fact="tides", tests=(test,))) == numbers


@pytest.mark.parametrize(("relation", "counts"), [("at_least", {"=", "-1"}), ("more_than", {"=", "+1"})])
def test_a_rate_is_shown_exactly_at_its_threshold_and_one_act_beside(relation: str, counts: set[str]) -> None:
    rate = Rate(at="x", measure="trades", relation=relation, threshold=Fraction(2, 3))  # type: ignore[arg-type]
    assert values(rate) == counts


def test_a_list_of_all_the_values_there_are_has_no_near_miss() -> None:
    """Nobody can be refused for another value: a dossier that gave one could not be read."""
    sectors = policy_fields("blue", "green", "grey")
    assert values(sectors) == {"blue", "green", "grey"}
    assert values(policy_fields("blue", "green")) == {"blue", "green", "blue, green"}


def policy_fields(*sectors: str) -> Attribute:
    return Attribute(at="x", test=FieldTest(("sector",), False, (Is(sectors),)))


# --- the verdicts there can be --------------------------------------------------------------------------------------


def test_a_verdict_that_a_decision_gives_is_one_that_can_be_taken(example: Example) -> None:
    decision = example.decision
    can = possible(decision.policy)
    assert {at: verdict for at, verdict in decision.verdicts.items() if verdict not in can[at]} == {}


def test_what_the_law_does_not_say_is_never_met() -> None:
    can = possible(law())
    silent = [node.at for _, tree in claims(law()) for node in walk(tree) if isinstance(node, Silent)]
    assert [can[at] for at in silent] == [frozenset({Verdict.UNKNOWN})]
    assert can["care.tide#when"] == {Verdict.UNKNOWN, Verdict.MET}


# --- what a case shows ----------------------------------------------------------------------------------------------


def missing(folder: Path, subject: str, kind: str) -> list[str]:
    found = coverage(read_policy(folder))
    return [point.what for point in found.missing if (point.subject, point.kind) == (subject, kind)]


def test_a_case_shows_the_threshold_it_stands_on(tmp_path: Path) -> None:
    """Eleven and twelve beacons are shown; fifteen, that another reading asks for, and fourteen are not."""
    assert missing(with_cases(tmp_path), "care.beacon", "threshold") == ["14", "15"]


def test_a_case_shows_nothing_of_what_it_does_not_expect(tmp_path: Path) -> None:
    """Tides are none of the business of a case about beacons, though its dossier leaves them unknown."""
    assert missing(with_cases(tmp_path, {"cases/tide.yaml": CASE_ELSEWHERE}), "care.tide", "verdict") == [
        "met",
        "unknown",
        "met",
        "unknown",
        "unmet",
        "unknown",
    ]


def test_a_case_shows_the_option_that_it_would_fail_without(tmp_path: Path) -> None:
    """Twelve beacons tell twelve from fifteen; the defaults that the cases take of other readings matter to none."""
    found = coverage(read_policy(with_cases(tmp_path)))
    assert [(point.file.rpartition("/")[2], point.what) for point in found.covered if point.kind == "option"] == [
        ("target.yaml", "low")
    ]


def test_an_option_with_no_other_that_can_be_computed_is_not_to_be_shown() -> None:
    policy = law()
    alone = {
        name
        for name, reading in policy.readings.items()
        if sum(not option.silent for option in reading.options.values()) == 1
    }
    assert alone == policy.readings.keys() - {name for name, _ in contested(policy.readings)}


CASE_ELSEWHERE = """\
about: care.quarry
cases:
  - name: nothing
    title: { fr: Rien, en: Nothing }
    expect: { outcome: undetermined }
"""
