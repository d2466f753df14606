"""What is proved of a policy holds for every dossier; what is refuted is shown by one that the engine decides so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.decision import judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.proving.changes import Change
from engine.proving.known import no_longer, read_known
from engine.proving.meaning import Meaning, compare, differing
from engine.proving.monotone import loss, paid
from engine.proving.prove import Settled, prove
from engine.proving.witness import Page, read
from engine.proving.written import yaml_of
from engine.schema import check
from engine.verdict import Verdict
from engine.yamltext import parse_yaml
from tests.conftest import Forfait, policy_files
from tests.made_up import FILES, SOURCE, TEXT, edit, law, pages, policy, write

Changes = Mapping[str, str]


def verdict(year: Policy, page: Page | None, claim: str) -> Verdict:
    assert page is not None
    return judge(year, read(page, year)).verdicts[claim]


def meaning(folder: Path, changes: Changes, claim: str) -> Meaning:
    """What a claim of the made-up year comes to once changed; its witnesses are decided by the engine."""
    one, other = law(), policy(folder, changes)
    found = compare(one, other, claim)
    for page, grants, refuses in ((found.granted_by_one, one, other), (found.granted_by_other, other, one)):
        if page is not None:
            assert (verdict(grants, page, claim), verdict(refuses, page, claim)) == (Verdict.MET, Verdict.UNMET)
    return found


# --- meaning --------------------------------------------------------------------------------------------------------


def test_a_policy_means_what_it_means() -> None:
    assert [compare(law(), law(), one.id).word for one in law().indicators] == ["equivalent"] * len(law().indicators)


@pytest.mark.parametrize(
    ("file", "old", "new", "claim", "word"),
    [
        ("care/beacon.yaml", "low: 12", "low: 13", "care.beacon", "stricter"),
        ("care/beacon.yaml", "low: 12", "low: 24/2", "care.beacon", "equivalent"),
        ("care/beacon.yaml", "low: 12", "low: 11", "care.beacon", "laxer"),
        ("care/tide.yaml", "more_than: 4", "at_least: 5", "care.tide", "equivalent"),
        ("base/exchange.yaml", "more_than: 3/7", "at_least: 3/7", "base.exchange", "laxer"),
        ("base/exchange.yaml", "more_than: 3/7", "more_than: 6/14", "base.exchange", "equivalent"),
        ("care/harbour.yaml", "is: [aa, bb]", "is: [aa, cc]", "care.harbour", "incomparable"),
        ("care/harbour.yaml", "is: [aa, bb]", "is: [bb, aa]", "care.harbour", "equivalent"),
        ("care/lantern.yaml", "document: [bill, letter]", "document: bill", "care.lantern", "stricter"),
        ("care/lantern.yaml", "issued_on: { before: stamp }", "issued_on: { until: stamp }", "care.lantern", "laxer"),
        ("care/lantern.yaml", "same: { lamp: { model: choice } }", "", "care.lantern", "laxer"),
        ("care/ferry.yaml", "filed: true, ", "", "care.ferry", "stricter"),
        ("base/register.yaml", "channel: [courier, pigeon]", "channel: courier", "base.register", "stricter"),
        ("care/meadow.yaml", "during: spring", "during: second-half", "care.meadow", "incomparable"),
        ("care/quarry.yaml", "is: true", "is: false", "care.quarry", "incomparable"),
        ("tables/trees.yaml", ", pear: { label: TEXT }", "", "care.orchard", "stricter"),
        ("policy.yaml", "is: [blue, green]", "is: blue", "eligible", "stricter"),
    ],
)
def test_a_change_is_told_by_what_it_means(
    tmp_path: Path, file: str, old: str, new: str, claim: str, word: str
) -> None:
    """Seen from the year as written; a witness grants on one side and refuses on the other."""
    text = old.replace("TEXT", TEXT).replace("SOURCE", SOURCE)
    assert meaning(tmp_path, edit(file, text, new), claim).word == word


def test_a_volet_means_what_its_indicators_do(tmp_path: Path) -> None:
    assert meaning(tmp_path, edit("base/exchange.yaml", "3/7", "4/7"), "base").word == "stricter"


def test_what_decides_alike_is_proved_to(tmp_path: Path) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    assert differing(law(), policy(same, edit("care/tide.yaml", "more_than: 4", "at_least: 5"))) is None
    assert differing(law(), policy(other, edit("care/tide.yaml", "more_than: 4", "at_least: 6"))) is not None


# --- properties -----------------------------------------------------------------------------------------------------


SAID = {("maximum", "110"), ("maximum", "care 63"), ("declaration", "orchard")}
"""What the made-up year itself refutes."""


def refuted(files: PolicyFiles) -> list[Settled]:
    return [one for one in prove(files) if one.refutation is not None]


def told(settled: list[Settled]) -> set[tuple[str, str]]:
    return {one.what for one in settled}


def dossier_of(one: Settled, side: int = 0) -> Page:
    assert one.refutation is not None
    return one.refutation.pages[side]


def test_every_computable_option_is_proved(tmp_path: Path) -> None:
    """Under the default readings, then each other option with those it requires."""
    options = {
        ((reading.id, option.name),)
        for reading in law().readings.values()
        for option in reading.options.values()
        if option.name != reading.default and not option.silent
    }
    assert {tuple(one.asked.items()) for one in prove(pages(tmp_path))} == {(), *options}


def test_the_made_up_year_is_proved_but_for_what_it_says(tmp_path: Path) -> None:
    """It pays the orchard more when the beacon is missed, and a prefill yields to any declaration."""
    assert told(refuted(pages(tmp_path))) == SAID


def test_a_total_exceeded_is_shown(tmp_path: Path) -> None:
    found = next(one for one in refuted(pages(tmp_path)) if one.about == "110")
    year = law()
    assert judge(year, read(dossier_of(found), year)).attained.least > 110


def spoilt(file: str, body: str) -> dict[str, str]:
    """The year with the tree of one indicator written anew."""
    head = FILES[file].partition("when:")[0]
    return {file: f"{head}when:\n  {body}\n"}


DECLARED = "{ record: { declaration: meadow, where: { sworn: true } } }"
SHOWN = "{ record: { document: bill, of: lamp } }"
COUNTED = "{ rate: { measure: trades, at_least: 1/2 } }"


@pytest.mark.parametrize(
    ("body", "property", "about"),
    [
        (f"not: {DECLARED}", "declaration", "meadow"),
        (f"not: {SHOWN}", "paper", "lamp"),
        (f"not: {COUNTED}", "numerator", "trades"),
        (f"any: [ {DECLARED}, {{ not: {DECLARED} }}, {{ not: {SHOWN} }} ]", "", ""),
        (f"all: [ {{ not: {{ not: {COUNTED} }} }}, {{ not: {SHOWN} }} ]", "paper", "lamp"),
    ],
)
def test_what_costs_is_refuted_and_nothing_else(tmp_path: Path, body: str, property: str, about: str) -> None:
    """A fault seeded in one indicator is found, and shown by a dossier that loses as the engine decides it."""
    new = told(refuted(pages(tmp_path, spoilt("care/meadow.yaml", body)))) - SAID
    assert new == ({(property, about)} if property else set())


def test_a_loss_is_decided_by_the_engine(tmp_path: Path) -> None:
    year = policy(tmp_path, spoilt("care/meadow.yaml", f"not: {DECLARED}"))
    found = loss(year, Change("declaration", "meadow"))
    assert found is not None
    assert paid(year, found.before).least > paid(year, found.after).least
    assert len(found.after["campaigns"]["2031"]["declarations"]) > 0


def test_a_numerator_is_raised_within_its_denominator(tmp_path: Path) -> None:
    year = policy(tmp_path, spoilt("care/meadow.yaml", f"not: {COUNTED}"))
    found = loss(year, Change("numerator", "trades"))
    assert found is not None
    (was,), (now,) = (page["campaigns"]["2031"]["measures"] for page in (found.before, found.after))
    assert was["numerator"] < now["numerator"] <= was["denominator"] == now["denominator"]


def test_an_exemption_that_costs_is_refuted(tmp_path: Path) -> None:
    tree = "not: { exempt: { when: { attribute: { field: sector, is: blue } }, require: " + COUNTED + " } }"
    found = refuted(pages(tmp_path, spoilt("care/meadow.yaml", tree)))
    assert any(one.name == "exempt" for one in found)


def test_a_total_that_nobody_reaches_is_refuted(tmp_path: Path) -> None:
    higher = edit(
        "policy.yaml",
        "{ volet: base, points: 47, source: SOURCE }".replace("SOURCE", SOURCE),
        "{ volet: base, points: 48, source: SOURCE }",
    )
    assert ("reached", "base 48") in told(refuted(pages(tmp_path, higher)))


def test_an_option_that_changes_nothing_is_refuted(tmp_path: Path) -> None:
    same = edit("policy.yaml", "calends: { on: 2032-04-01", "calends: { on: 2032-03-15")
    assert ("option", "stamp-day=calends") in told(refuted(pages(tmp_path, same)))


# --- what is known --------------------------------------------------------------------------------------------------

KNOWN = f"""\
known:
  - {{ property: maximum, about: "110", why: {TEXT}, source: {SOURCE} }}
  - {{ property: maximum, about: care 63, why: {TEXT}, source: {SOURCE} }}
  - {{ property: declaration, about: orchard, why: {TEXT}, source: {SOURCE} }}
"""
UNDER = f"  - {{ property: gate, about: care, under: {{ graft: ignored }}, why: {TEXT}, source: {SOURCE} }}\n"


def test_what_a_policy_lists_is_known(tmp_path: Path) -> None:
    files = pages(tmp_path, {"known.yaml": KNOWN})
    known, found = read_known(files, law()), refuted(files)
    assert all(any(one.covers(settled) for one in known) for settled in found)
    assert no_longer(known, found) == []


def test_what_nothing_refutes_any_more_is_told(tmp_path: Path) -> None:
    files = pages(tmp_path, {"known.yaml": KNOWN + UNDER})
    assert [one.about for one in no_longer(read_known(files, law()), refuted(files))] == ["care"]


@pytest.mark.parametrize(
    ("known", "code"), [(KNOWN, 0), ("", 1), (KNOWN + UNDER, 1), (KNOWN.replace("maximum", "most"), 2)]
)
def test_prove_ends_by_what_is_new(tmp_path: Path, forfait: Forfait, known: str, code: int) -> None:
    """All proved or known: 0; a new refutation, or a known one that is none any more: 1; a faulty list: 2."""
    folder = write(tmp_path, {"known.yaml": known} if known else {})
    ran = forfait("policy", "prove", folder)
    assert (ran.code, ran.err == "") == (code, code != 2)


def test_what_refutes_is_written_as_dossiers(tmp_path: Path, forfait: Forfait) -> None:
    """Each can be read, keeps the schema of dossiers, and is decided."""
    out, year = tmp_path / "out", law()
    forfait("policy", "prove", write(tmp_path), "--out", out)
    files = sorted(out.rglob("*.yaml"))
    assert [file.name for file in files] == [
        "declaration-orchard-after.yaml",
        "declaration-orchard-before.yaml",
        "maximum-110.yaml",
        "maximum-care-63.yaml",
    ]
    for file in files:
        page = parse_yaml(file.read_text("utf-8"), file.name)
        assert check(page, "dossier") == []
        assert judge(year, read_dossier(page, year)).as_of == year.calendar["decision"].last


def test_a_dossier_is_written_as_it_is_read(tmp_path: Path) -> None:
    page = {"doctor": "99900000003", "campaigns": {"2031": {"declarations": [{"item": "lamp", "choice": "no: yes"}]}}}
    written = parse_yaml(yaml_of(page), "page.yaml")
    assert written.data == page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_proved_is_told(tmp_path: Path, forfait: Forfait, lang: str, named: SnapshotAssertion) -> None:
    folder = write(tmp_path, {"known.yaml": KNOWN})
    assert forfait("policy", "prove", folder, "--lang", lang).out == named(name=f"prove/made-up.{lang}.txt")


# --- the real years -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2023, 2024])
def test_all_is_proved_of_both_years_but_for_what_the_law_contains(year: int) -> None:
    """Every property, under every reading; the whole takes half a minute a year."""
    files = policy_files(year)
    known, found = read_known(files, linked(files, {})), refuted(files)
    assert [one.what for one in found if not any(listed.covers(one) for listed in known)] == []
    assert no_longer(known, found) == []
