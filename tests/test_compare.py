"""Two records of a doctor side by side: which fact, rule, reading or day made the difference, and what it is worth.

They need not be of the same year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import json
from syrupy.assertion import SnapshotAssertion

from engine.days import day_in_words
from engine.decision import decide
from engine.dossier import read_dossier
from engine.issuing.compare_told import compared
from engine.issuing.comparing import Cause, Comparison, compare
from engine.issuing.receipt import Receipt, sealed
from engine.linking import linked
from engine.record import canonical
from engine.record import record as written
from engine.text import canonical_json
from engine.yamltext import Page
from tests.conftest import Forfait, known, policy_files

Json = dict[str, Any]
DOCTOR, YEAR = "99900000003", 2023


def page(numerator: str | None = None) -> Page:
    """The dossier of the doctor, with another numerator of its rate of electronic claims if one is given."""
    data: Json = json.decode(json.encode(known()[DOCTOR].page.data))
    if numerator:
        (row,) = [one for one in data["campaigns"][str(YEAR)]["measures"] if one["measure"] == "teletransmission"]
        row["numerator"] = numerator
    return Page("", data, {})


def record(numerator: str | None = None, as_of: date | None = None, **readings: str) -> Json:
    policy = linked(policy_files(YEAR), {name.replace("_", "-"): option for name, option in readings.items()})
    found: Json = json.decode(canonical(written(decide(policy, read_dossier(page(numerator), policy), as_of))))
    return found


def causes(found: Comparison) -> dict[str, set[Cause]]:
    """The causes told of each indicator."""
    told = {one.after["id"]: {cause for turned in one.turned for cause in turned.causes} for one in found.effects}
    return {name: names for name, names in told.items() if names}


def shares(found: Comparison) -> dict[str, tuple[str, str]]:
    return {cause: (was["points"]["paid"], now["points"]["paid"]) for cause, was, now in found.shares}


def test_a_record_beside_itself_has_nothing_to_tell() -> None:
    found = compare(record(), record(), policy_files(YEAR))
    assert found.same
    assert (found.facts, found.readings, found.rules, found.effects, found.shares) == ((), (), (), (), ())


def test_a_fact_that_differs_is_told_with_what_it_flipped() -> None:
    found = compare(record(), record(numerator="100"), policy_files(YEAR))
    (fact,) = found.facts
    assert (fact.name, fact.before["fields"]["numerator"], fact.after["fields"]["numerator"]) == (
        "teletransmission",
        4873,
        100,
    )
    assert causes(found) == {"volet-1.teletransmission": {"fact"}}
    assert shares(found) == {"fact": ("719.5", "0")}


def test_a_reading_that_differs_is_told_with_the_rules_it_changes() -> None:
    found = compare(record(), record(poids_teleservices="page"), policy_files(YEAR))
    assert [(one.name, one.before, one.after) for one in found.readings] == [("poids-teleservices", "guide", "page")]
    assert {one.name for one in found.rules} >= {"volet-2.aat", "volet-2.dmp"}
    assert list(shares(found)) == ["reading"]


def test_a_day_that_differs_is_not_taken_for_other_facts() -> None:
    """What was not known yet is the same dossier."""
    found = compare(record(), record(as_of=date(2024, 2, 1)), policy_files(YEAR))
    assert found.facts == ()
    assert set().union(*causes(found).values()) == {"day"}


def test_each_cause_brings_its_share_and_together_they_bring_the_whole() -> None:
    before, after = record(), record(numerator="100", as_of=date(2024, 6, 29), poids_teleservices="page")
    found = compare(before, after, policy_files(YEAR))
    steps = found.shares
    assert [cause for cause, _, _ in steps] == ["fact", "reading", "day"]
    ends = [was["points"] for _, was, _ in steps] + [steps[-1][2]["points"]]
    assert (ends[0], ends[-1]) == (before["points"], after["points"])
    assert [now["points"] for _, _, now in steps[:-1]] == [was["points"] for _, was, _ in steps[1:]]


def test_rules_that_differ_are_told_between_two_years() -> None:
    """The same doctor, one year and the next: what is asked otherwise, and no share that would mean nothing."""
    number = "99900000045"
    policies = [linked(policy_files(year), {}) for year in (2023, 2024)]
    before, after = (written(decide(policy, read_dossier(known()[number].page, policy))) for policy in policies)
    found = compare(before, after)
    assert found.rules != ()
    assert found.shares == ()


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_told(forfait: Forfait, tmp_path: Path, lang: str, named: SnapshotAssertion) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_bytes(canonical(record()))
    other.write_bytes(canonical(record(numerator="100", poids_teleservices="page")))
    ran = forfait("compare", one, other, "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == named(name=f"records/compare.{lang}.txt")


def total_of(record: Json) -> None:
    record["points"]["paid"], record["euros"]["paid"] = "733.8", "5136.6"


def reason_of(record: Json) -> None:
    tier = record["components"][0]["periods"][0]["tiers"][0]
    tier["tree"]["saw"]["rows"][0]["row"]["fields"]["numerator"] += 10


def sealed_twice(folder: Path, spoil: Callable[[Json], None]) -> tuple[Path, Path]:
    """A record as it was issued, and the same changed since."""
    one, other = folder / "one.json", folder / "other.json"
    one.write_bytes(sealed(record(), None))
    spoilt = json.decode(one.read_bytes())
    spoil(spoilt["record"])
    other.write_bytes(canonical_json(spoilt) + b"\n")
    return one, other


UNEXPLAINED = {
    "fr": "Les totaux diffèrent sans qu’aucun fait, aucune règle ni aucune lecture ne l’explique.",
    "en": "The totals differ, and no fact, rule or reading explains it.",
}
UNCHANGED = {"fr": "aucun changement de résultat", "en": "no change of outcome"}
SPOILT = {
    "fr": ("Le second n’est plus tel qu’il a été délivré", "L’enregistrement n’est plus tel qu’il a été délivré"),
    "en": ("The second is no longer as it was issued", "The record is no longer as it was issued"),
}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_totals_that_nothing_explains_are_told_so(forfait: Forfait, tmp_path: Path, lang: str) -> None:
    one, other = sealed_twice(tmp_path, total_of)
    compared, replayed = forfait("compare", one, other, "--lang", lang), forfait("replay", other, "--lang", lang)
    for ran, spoilt in zip((compared, replayed), SPOILT[lang], strict=True):
        told = " ".join(ran.out.replace("│", " ").split())
        assert UNEXPLAINED[lang] in told
        assert UNCHANGED[lang] not in told
        assert spoilt in told
    assert (compared.code, replayed.code) == (0, 1)


def test_the_seal_of_what_is_whole_is_not_told_broken(forfait: Forfait, tmp_path: Path) -> None:
    one, _ = sealed_twice(tmp_path, total_of)
    ran = forfait("compare", one, one)
    assert "sceau" not in ran.out


@pytest.mark.parametrize(("lang", "told"), [("fr", "numérateur — 128 → 138"), ("en", "numerator — 128 → 138")])
def test_what_is_said_otherwise_without_a_cause_is_told(
    forfait: Forfait, tmp_path: Path, lang: str, told: str
) -> None:
    """A reason changed by hand changes no total, and is still no longer what was issued."""
    ran = forfait("compare", *sealed_twice(tmp_path, reason_of), "--lang", lang)
    assert told in " ".join(ran.out.replace("│", " ").split())


def test_of_a_row_what_did_not_change_is_not_told() -> None:
    """A row recorded on another day is not told whole, twice over."""
    before, after = record(), record()
    was, row = (
        one for side in (before, after) for one in side["dossier"]["rows"] if one["name"] == "teletransmission"
    )
    row["recorded_on"] = "2024-02-15"
    told = compared(bare(before), bare(after), "fr", None)
    (fact,) = told.sections[0].parts[0].parts
    days = " → ".join(day_in_words(one["recorded_on"], "fr") for one in (was, row))
    assert [part.text for part in fact.parts] == [f"Enregistré le\N{NO-BREAK SPACE}: {days}"]


def test_a_count_made_otherwise_tells_how_and_never_its_origin_as_it_is_written() -> None:
    before, after = record(), record()
    for one, how in ((before, " [begun 2023-05-02] (a=b)"), (after, " [before 2022-12-31]")):
        (row,) = [each for each in one["dossier"]["rows"] if each["name"] == "teletransmission"]
        row["origin"] = f"flux : actes facturés | flows: acts billed{how}"
    told = compared(bare(before), bare(after), "en", None)
    (fact,) = told.sections[0].parts[0].parts
    assert [part.text.replace("\N{NO-BREAK SPACE}", " ") for part in fact.parts] == [
        "Row that decides when the count begins: 2 May 2023 → 31 December 2022",
        "Readings of the count: a=b → those by default",
    ]


def bare(told: Json) -> Receipt:
    return Receipt(told, None, None, None, canonical(told))


def test_records_of_two_doctors_are_not_compared(forfait: Forfait, tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_bytes(canonical(record()))
    other.write_bytes(canonical(record() | {"doctor": "99900000011"}))
    ran = forfait("compare", one, other, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "not of the same doctor" in ran.err
