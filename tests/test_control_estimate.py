"""What was wrongly paid to all those drawn among, from a plan in its folder and the findings in a register."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from engine.bundled import bundled
from engine.control.estimate_record import euros
from engine.control.plan_record import digest_of_manifest
from engine.register.acts import Found, Opened
from engine.register.filing import file
from engine.running.run import Request, run
from engine.tables import rows_of
from engine.tabular import write_tables
from engine.words import LANGS, Lang
from tests.conftest import Forfait, Ran, known, policy_files
from tests.registers import AFTER, AGENT, OPENED, YEAR, noon

EVERYONE = 1_000
TWICE_DECLARED, OF_TWO_CHOICES = "coordination", "99900000011"
"""An item, and a doctor who declared two choices of it."""
Drawn = list[dict[str, str]]
"""The rows of plan.csv."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled doctors, as tables, and a run of them."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "tables").mkdir()
    write_tables(folder / "tables", [row for one in known().values() for row in rows_of(one.page.data)])
    tables, out = str(folder / "tables"), folder / "run"
    run(Request(files=policy_files(YEAR), data=tables, out=out, sample=0, priced=False))
    return folder


@pytest.fixture
def plan(forfait: Forfait, source: Path, tmp_path: Path) -> Callable[..., Drawn]:
    def make(strategy: str, wanted: int, *more: object) -> Drawn:
        asked = ("--year", YEAR, "--data", source / "run", "--doctors", wanted, "--strategy", strategy, *more)
        assert forfait("control", "plan", *asked, "--out", tmp_path / "plan").code == 0
        return list(csv.DictReader((tmp_path / "plan" / "plan.csv").read_text("utf-8").splitlines()))

    return make


@pytest.fixture
def estimate(forfait: Forfait, tmp_path: Path) -> Callable[..., Ran]:
    def ask(*more: object) -> Ran:
        register = ("--register", tmp_path / "control.db", "--by", AGENT)
        return forfait("control", "estimate", tmp_path / "plan", *register, *more)

    return ask


def find(folder: Path, drawn: Drawn, refuted: Collection[str], unseen: Collection[tuple[str, str]] = ()) -> None:
    """Enter a case of each doctor, with a finding about each item that the plan opens but those not yet seen."""
    register = str(folder / "control.db")
    for row in drawn:
        doctor = row["doctor"]
        file(register, doctor, YEAR, AGENT, OPENED, Opened(), clock=noon)
        for item in row["open_items"].split():
            if (doctor, item) not in unseen:
                found = Found(item, "refuted", ground="Faux.") if doctor in refuted else Found(item, "confirmed")
                file(register, doctor, YEAR, AGENT, AFTER, found, clock=noon)


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def test_all_refuted_of_everyone_is_all_that_was_at_stake(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    drawn = plan("random", EVERYONE)
    find(tmp_path, drawn, {row["doctor"] for row in drawn})
    told = json.loads(estimate("--format", "json").out)["euros"]
    at_stake = sum(cents(row["at_stake_euros"]) for row in drawn)
    assert {name: cents(told[name]) for name in ("found", "total", "low", "high")} == dict.fromkeys(
        ("found", "total", "low", "high"), at_stake
    )


def test_each_doctor_counts_for_what_was_found_of_them_times_the_inverse_of_their_chance(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    drawn = plan("stratified", 12, "--by", "group")
    refuted = {row["doctor"] for row in drawn[::3]}
    find(tmp_path, drawn, refuted)
    told = json.loads(estimate("--format", "json").out)
    whole = [row for row in drawn if row["doctor"] in refuted]
    assert cents(told["euros"]["found"]) == sum(cents(row["at_stake_euros"]) for row in whole)
    expected = sum(Decimal(row["at_stake_euros"]) * int(row["of"]) / int(row["drawn"]) for row in whole)
    assert Decimal(told["euros"]["total"]) == round(expected, 2)
    assert told["doctors"]["found"] == sum(cents(row["at_stake_euros"]) > 0 for row in whole)
    body = json.loads((bundled("schemas") / "control-estimate.schema.json").read_text("utf-8"))
    assert list(Draft202012Validator(body).iter_errors(told)) == []


def test_what_the_plan_does_not_open_counts_for_nothing(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    """A plan about one item, and a doctor of whom another is refuted as well."""
    drawn = plan("random", EVERYONE, "--item", "coordination")
    find(tmp_path, drawn, ())
    other = Found("horaires", "refuted", ground="Faux.")
    file(str(tmp_path / "control.db"), drawn[0]["doctor"], YEAR, AGENT, AFTER, other, clock=noon)
    assert json.loads(estimate("--format", "json").out)["euros"]["total"] == "0.00"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("strategy", ["random", "stratified"])
def test_what_an_estimate_tells(
    strategy: str,
    lang: Lang,
    plan: Callable[..., Drawn],
    estimate: Callable[..., Ran],
    tmp_path: Path,
    named: SnapshotAssertion,
) -> None:
    drawn = plan(strategy, 12, *(("--by", "group") if strategy == "stratified" else ()))
    find(tmp_path, drawn, {row["doctor"] for row in drawn[::4]})
    told = estimate("--lang", lang)
    assert (told.code, told.err) == (0, "")
    assert max(map(len, told.out.splitlines())) <= 80
    assert told.out == named(name=f"control/estimate-{strategy}.{lang}.txt")


@pytest.mark.parametrize(("wanted", "refuted"), [(1, True), (4, False)], ids=["one", "alike"])
def test_no_bounds_are_told_where_nothing_tells_how_doctors_differ(
    wanted: int, refuted: bool, plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    drawn = plan("random", wanted)
    find(tmp_path, drawn, {row["doctor"] for row in drawn} if refuted else ())
    told = " ".join(estimate().out.split())
    assert ("ne disent rien de l’écart entre médecins" in told, "confiance" in told) == (True, False)
    assert {"low", "high"}.isdisjoint(json.loads(estimate("--format", "json").out)["euros"])


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_plan_by_value_is_refused(plan: Callable[..., Drawn], estimate: Callable[..., Ran]) -> None:
    plan("value-at-risk", 4)
    told = estimate()
    assert (told.code, told.out) == (2, "")
    assert "rien des autres médecins ne s’en déduit" in told.err


@pytest.mark.parametrize(
    ("lang", "without", "lacking", "advice"),
    [
        (
            "fr",
            "Pas de dossier de contrôle pour l’année du plan : {}.",
            "{} : aucun constat sur « ",
            "fausse sans eux",
        ),
        ("en", "No case for the year of the plan: {}.", "{}: no finding about “", "without them the estimate"),
    ],
)
def test_whoever_was_not_checked_is_named_and_what_to_do_is_told_once(
    lang: str,
    without: str,
    lacking: str,
    advice: str,
    plan: Callable[..., Drawn],
    estimate: Callable[..., Ran],
    tmp_path: Path,
) -> None:
    """A doctor a line, however many items are lacking; who has no case, in one line."""
    drawn = plan("random", 6)
    full = max(drawn[2:], key=lambda row: len(row["open_items"].split()))
    items = full["open_items"].split()[:2]
    find(tmp_path, drawn[2:], (), {(full["doctor"], item) for item in items})
    told = estimate("--lang", lang)
    assert (told.code, told.out) == (2, "")
    first, second, last = told.err.replace("\xa0", " ").splitlines()
    assert first.startswith(lacking.format(full["doctor"]))
    assert all(f"({item})" in first for item in items)
    assert second == without.format(", ".join(sorted(row["doctor"] for row in drawn[:2])))
    assert advice in last.lower()


def test_a_finding_about_one_choice_says_nothing_of_the_others(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    """Nor does one about a choice that nobody declared; an item is found when each of its choices is."""
    drawn = plan("random", EVERYONE, "--item", TWICE_DECLARED)
    row = next(row for row in drawn if row["doctor"] == OF_TWO_CHOICES)
    find(tmp_path, drawn, (), {(OF_TWO_CHOICES, row["open_items"])})
    for entered, lacking in (("esp", ["cpts", "msp"]), ("msp", ["cpts"]), ("cpts", [])):
        found = Found(TWICE_DECLARED, "confirmed", choice=entered)
        file(str(tmp_path / "control.db"), OF_TWO_CHOICES, YEAR, AGENT, AFTER, found, clock=noon)
        told = estimate()
        assert told.code == (2 if lacking else 0)
        named = {choice for choice in ("esp", "msp", "cpts") if f"({TWICE_DECLARED}, {choice})" in told.err}
        assert named == set(lacking)


ALTERED = "ses médecins ou ses strates"
NO_PLAN = "ce n’est pas un plan"
ROWS_ALTERED = [("999", "998", ALTERED), ("stratum", "strata", NO_PLAN)]
MANIFEST_ALTERED = [
    ('"drawn": 3,', '"drawn": 4,', ALTERED),
    ('"open": ', '"open": 1', ALTERED),
    ('"by": [', '"by": ["stake", ', ALTERED),
    ('"generalistes"\n', '"generaux"\n', ALTERED),
    ('"items": []', '"items": ["specialties"]', ALTERED),
    ("control-plan/1", "control-plan/2", NO_PLAN),
    ('"policy": "sha256:', '"policy": "sha256:0', "n’est plus celui de ce plan"),
]
"""What is said of each where the digest was written anew as well."""
BY_HAND = [
    ('"items": []', '"items": ["coordination"]'),
    ('"as_of": "20', '"as_of": "21'),
    ('"doctors": 12,', '"doctors": 13,'),
    ('"readings": {', '"readings": {"other": "one",'),
    ('"most": "', '"most": "1'),
    ('"seed": ', '"seed": 1'),
    ('"digest": "sha256:', '"digest": "sha256:0'),
]


def resealed(text: str) -> str:
    told = json.loads(text)
    return json.dumps({**told, "digest": digest_of_manifest(told)})


def test_a_plan_that_was_altered_is_refused(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    find(tmp_path, plan("stratified", 12, "--by", "group"), ())
    assert estimate().code == 0
    rows, manifest = (tmp_path / "plan" / name for name in ("plan.csv", "manifest.json"))
    cases = [(rows, *one, str) for one in ROWS_ALTERED] + [(manifest, *one, resealed) for one in MANIFEST_ALTERED]
    cases += [(manifest, "{", "", NO_PLAN, str), (manifest, "{", '{"deep": ' + "[" * 100_000, NO_PLAN, str)]
    cases += [(manifest, *one, ALTERED, str) for one in BY_HAND]
    for altered, old, new, said, sealed in cases:
        text = altered.read_text("utf-8")
        altered.write_text(sealed(text.replace(old, new, 1)), "utf-8")
        told = estimate()
        assert (old, old in text, told.code, said in told.err) == (old, True, 2, True)
        altered.write_text(text, "utf-8")


def test_a_plan_in_which_doctors_changed_strata_is_refused(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    """As many of each as before, and the same numbers."""
    drawn = plan("stratified", 12, "--by", "group")
    find(tmp_path, drawn, ())
    one = drawn[0]
    other = next(row for row in drawn if row["stratum"] != one["stratum"])
    one["stratum"], other["stratum"] = other["stratum"], one["stratum"]
    with (tmp_path / "plan" / "plan.csv").open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, list(one))
        table.writeheader()
        table.writerows(drawn)
    told = estimate()
    assert (told.code, ALTERED in told.err) == (2, True)


def test_an_estimate_tells_what_it_hangs_on(
    plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    """The plan as a whole: one rewritten with its digest gives the estimate of another plan."""
    find(tmp_path, plan("random", 4), ())
    manifest = tmp_path / "plan" / "manifest.json"
    text = manifest.read_text("utf-8")
    told, written = json.loads(estimate("--format", "json").out), json.loads(text)
    names = ("as_of", "policy", "readings", "items")
    assert {name: told[name] for name in names} == {name: written[name] for name in names}
    assert told["plan"] == written["digest"]
    manifest.write_text(resealed(text.replace('"seed": ', '"seed": 1')), "utf-8")
    assert json.loads(estimate("--format", "json").out)["plan"] != told["plan"]


def test_data_that_changed_since_are_refused(forfait: Forfait, source: Path, tmp_path: Path) -> None:
    copytree(source / "tables", tmp_path / "source")
    asked = ("--year", YEAR, "--data", tmp_path / "source", "--doctors", 4, "--strategy", "random")
    assert forfait("control", "plan", *asked, "--out", tmp_path / "plan").code == 0
    drawn = list(csv.DictReader((tmp_path / "plan" / "plan.csv").read_text("utf-8").splitlines()))
    find(tmp_path, drawn, ())
    (tmp_path / "source" / "prefills.parquet").unlink()
    write_tables(tmp_path / "source", [])
    told = forfait("control", "estimate", tmp_path / "plan", "--register", tmp_path / "control.db", "--by", AGENT)
    assert told.code == 2
    assert "les données ont changé" in told.err


def test_the_folder_of_no_plan_is_refused(forfait: Forfait, tmp_path: Path) -> None:
    told = forfait("control", "estimate", tmp_path, "--register", tmp_path / "control.db", "--by", AGENT)
    assert (told.code, told.out) == (2, "")


def test_each_case_read_is_entered(
    forfait: Forfait, plan: Callable[..., Drawn], estimate: Callable[..., Ran], tmp_path: Path
) -> None:
    drawn = plan("random", 3)
    find(tmp_path, drawn, ())
    estimate()
    register = ("--register", tmp_path / "control.db", "--by", AGENT)
    for row in drawn:
        assert "estimation" in forfait("control", "log", row["doctor"], *register).out


@pytest.mark.parametrize(
    ("whole", "written"), [(0, "0.00"), (5, "0.05"), (123_456, "1234.56"), (-50, "-0.50")], ids=str
)
def test_cents_are_written_in_euros(whole: int, written: str) -> None:
    assert euros(whole) == written
