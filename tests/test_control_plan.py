"""Whom to check: the best by value, draws by chance, each made again from its manifest, without false promises."""

from __future__ import annotations

import csv
import json
import re
from fractions import Fraction
from pathlib import Path
from shutil import copytree
from typing import Any as Anything

import pyarrow as arrow
import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from cli.spreadsheet import FORMULA, sheet
from engine.bundled import bundled
from engine.control.frame import CENTS, Frame, frame
from engine.control.plan import Plan, Request, Strategy, plan
from engine.control.plan_record import doctors, manifest
from engine.control.stakes import stakes
from engine.control.strata import FIELDS, USUAL, Field
from engine.decision import judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import bundled_policies
from engine.network import EngineFault
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.problems import Invalid
from engine.running.kept import read_run
from engine.running.run import Request as Run
from engine.running.run import run
from engine.sourcing.opening import open_source
from engine.tables import rows_of
from engine.tabular import write_tables
from engine.words import LANGS, Lang
from engine.yamltext import Page
from tests.conftest import Forfait, known, policy_files

YEAR = 2023
EVERYONE = 60
HOSTILE = "=HYPERLINK(1)\x1b[31m\u202e[bold]<script>,\n" + "W" * 400


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A population, and a run of it."""
    folder = tmp_path_factory.mktemp("control")
    write_population(read_plan(bundled_policies() / str(YEAR)), EVERYONE, 4, folder / "source")
    run(Run(files=policy_files(YEAR), data=str(folder / "source"), out=folder / "run", sample=0, priced=False))
    return folder


@pytest.fixture(scope="module")
def at_stake(drawn: Path) -> dict[str, int]:
    """What every doctor of the population has at stake, in cents, each decided."""
    policy = linked(policy_files(YEAR), {})
    with open_source(str(drawn / "source")) as source:
        pages = [page for page in source.pages(source.numbers(YEAR).read) if isinstance(page, Page)]
    decisions = [judge(policy, read_dossier(page, policy)) for page in pages]
    return {one.dossier.doctor: int(stakes(one).together.euros * CENTS) for one in decisions}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """The bundled doctors, as tables."""
    (tmp_path / "examples").mkdir()
    write_tables(tmp_path / "examples", [row for one in known().values() for row in rows_of(one.page.data)])
    return tmp_path / "examples"


def planned(drawn: Path, strategy: Strategy = "value-at-risk", wanted: int = 12, **more: Anything) -> Plan:
    by: tuple[Field, ...] = USUAL if strategy == "stratified" else ()
    kept = read_run(drawn / "run")
    given = {"seed": 0, "by": by, **more}
    return plan(Request(run=kept, files=policy_files(YEAR), doctors=wanted, strategy=strategy, **given))


def plain(found: Plan) -> Anything:
    return {**manifest(found), "targets": doctors(found)}


# --- by what is at stake --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [1, 7, 25])
def test_those_with_most_at_stake_are_those_of_deciding_everyone(
    drawn: Path, at_stake: dict[str, int], wanted: int
) -> None:
    best = sorted(at_stake, key=lambda doctor: (-at_stake[doctor], doctor))[:wanted]
    found = planned(drawn, wanted=wanted)
    assert [one.doctor for one in found.targets] == best
    assert [int(one.euros * CENTS) for one in found.targets] == [at_stake[doctor] for doctor in best]


def test_however_loose_the_most_of_each_the_order_is_the_same(
    drawn: Path, at_stake: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the columns allow far more than is at stake, more doctors are weighed, and the same ones are taken."""

    def loose(*asked: Anything) -> Frame:
        exact = frame(*asked)
        more = [most + 10**6 * (place % 3) for place, most in enumerate(exact.most.to_pylist())]
        return Frame(exact.doctors, arrow.array(more))

    monkeypatch.setattr("engine.control.plan.frame", loose)
    monkeypatch.setattr("engine.control.plan.AHEAD", 1)
    best = sorted(at_stake, key=lambda doctor: (-at_stake[doctor], doctor))[:6]
    assert [one.doctor for one in planned(drawn, wanted=6).targets] == best


def test_more_at_stake_than_the_columns_allow_is_a_fault(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tight(*asked: Anything) -> Frame:
        exact = frame(*asked)
        return Frame(exact.doctors, arrow.array([most - 1 for most in exact.most.to_pylist()]))

    monkeypatch.setattr("engine.control.plan.frame", tight)
    with pytest.raises(EngineFault, match="≠"):
        planned(drawn, wanted=2)


def test_those_drawn_among_are_those_with_something_at_stake(drawn: Path, at_stake: dict[str, int]) -> None:
    found = planned(drawn, wanted=1)
    assert found.frame.doctors.to_pylist() == sorted(doctor for doctor, cents in at_stake.items() if cents)
    assert int(found.frame.total * CENTS) == sum(at_stake.values())


def test_an_order_by_value_gives_nobody_a_chance_and_promises_no_estimate(drawn: Path) -> None:
    told = plain(planned(drawn))
    assert not {"seed", "strata", "margin_tenths", "by"} & set(told)
    assert not any("chance" in one for one in told["targets"])


def test_more_than_there_are_takes_everyone(drawn: Path, at_stake: dict[str, int]) -> None:
    found = planned(drawn, "random", wanted=EVERYONE)
    assert {one.doctor for one in found.targets} == {doctor for doctor, cents in at_stake.items() if cents}
    assert {one.chance for one in found.targets} == {1}


# --- by chance ------------------------------------------------------------------------------------------------------


def test_a_random_draw_gives_everyone_the_same_chance(drawn: Path) -> None:
    found = planned(drawn, "random")
    assert {one.chance for one in found.targets} == {Fraction(12, found.frame.size)}


@pytest.mark.parametrize("by", [USUAL, ("specialty",), FIELDS], ids=str)
def test_strata_part_everyone_and_each_tells_its_chance(drawn: Path, by: tuple[Field, ...]) -> None:
    found = planned(drawn, "stratified", wanted=24, by=by)
    assert sum(one.size for one in found.strata) == found.frame.size
    assert sum(len(one.doctors) for one in found.strata) == len(found.targets) == 24
    chances = {one.key: one.chance for one in found.strata}
    assert all(one.chance == chances[one.stratum] for one in found.targets)


def test_doctors_of_one_stratum_have_in_common_what_it_says(drawn: Path) -> None:
    found = planned(drawn, "stratified", wanted=24)
    bands = [*found.bands, max(one.euros for one in found.targets) + 1]
    for one in found.targets:
        place = int(one.stratum[1])
        assert (found.bands[place - 1] if place else 0) <= one.euros < bands[place]


def test_too_few_doctors_for_the_strata_are_refused(forfait: Forfait, drawn: Path) -> None:
    asked = ["--year", YEAR, "--data", drawn / "run", "--doctors", 3, "--strategy", "stratified"]
    told = forfait("control", "plan", *asked)
    assert told.code == 2
    assert "strates pour 3 médecins" in told.err


# --- made again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["value-at-risk", "random", "stratified"])
def test_a_plan_is_made_again_from_its_manifest(drawn: Path, strategy: Strategy) -> None:
    first = plain(planned(drawn, strategy, seed=11))
    again = planned(
        drawn,
        first["strategy"],
        wanted=first["doctors"],
        seed=first.get("seed", 0),
        by=tuple(first.get("by", ())),
        only=tuple(first["items"]),
    )
    assert plain(again) == first


def test_a_source_and_a_run_of_it_give_the_same_plan(forfait: Forfait, drawn: Path, tmp_path: Path) -> None:
    for name in ("source", "run"):
        asked = ["--year", YEAR, "--data", drawn / name, "--doctors", 20, "--strategy", "random"]
        assert forfait("control", "plan", *asked, "--out", tmp_path / name).code == 0
    files = ("plan.csv", "items.csv", "manifest.json")
    one, other = ([(tmp_path / name / file).read_bytes() for file in files] for name in ("source", "run"))
    assert one == other


def test_the_plan_keeps_its_schema(drawn: Path) -> None:
    body = json.loads((bundled("schemas") / "control-plan.schema.json").read_text("utf-8"))
    strategies: tuple[Strategy, ...] = ("value-at-risk", "random", "stratified")
    for strategy in strategies:
        found = planned(drawn, strategy, wanted=8)
        for told in (manifest(found), plain(found)):
            assert list(Draft202012Validator(body).iter_errors(told)) == []


def test_only_the_items_asked_about_count(drawn: Path, at_stake: dict[str, int]) -> None:
    found = planned(drawn, only=("coordination",))
    assert {stake.item for one in found.targets for stake in one.stakes.items} == {"coordination"}
    assert max(one.euros for one in found.targets) == 840
    assert all(int(one.euros * CENTS) <= at_stake[one.doctor] for one in found.targets)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--doctors", 0], "inférieur au minimum"),
        (["--doctors", 5, "--seed", -1], "inférieur au minimum"),
        (["--doctors", 5, "--item", "coordinatoin"], "coordination"),
        (["--doctors", 5, "--reading", "asalee=utilite"], "asalee"),
        (["--doctors", 5, "--by", "stake"], "--strategy stratified"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(forfait: Forfait, drawn: Path, words: list[object], told: str) -> None:
    found = forfait("control", "plan", "--year", YEAR, "--data", drawn / "run", *words)
    assert (found.code, found.out) == (2, "")
    assert told in found.err


def test_a_source_that_changed_since_is_refused(drawn: Path, tmp_path: Path) -> None:
    copytree(drawn / "source", tmp_path / "source")
    run(Run(files=policy_files(YEAR), data=str(tmp_path / "source"), out=tmp_path / "run", sample=0, priced=False))
    (tmp_path / "source" / "declarations.parquet").write_bytes(b"")
    with pytest.raises(Invalid):
        planned(tmp_path)


def test_where_nothing_rests_on_a_declaration_there_is_nobody_to_check(forfait: Forfait, tmp_path: Path) -> None:
    page = known()["99900000029"].page
    write_tables(tmp_path, rows_of(page.data))
    told = forfait("control", "plan", "--year", YEAR, "--data", tmp_path, "--doctors", 5)
    assert told.code == 0
    assert "il n’y a personne à retenir" in told.out


def test_doctors_in_quarantine_are_told_to_be_out_of_the_plan(forfait: Forfait, tmp_path: Path) -> None:
    (tmp_path / "doctor.yaml").write_text("doctor: nobody", "utf-8")
    told = forfait("control", "plan", "--year", YEAR, "--data", tmp_path, "--doctors", 5)
    assert told.code == 0
    assert "En quarantaine, donc hors du plan\xa0: 1." in told.out


# --- what is read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("strategy", ["value-at-risk", "random", "stratified"])
def test_what_a_plan_tells(
    forfait: Forfait, examples: Path, named: SnapshotAssertion, strategy: Strategy, lang: Lang
) -> None:
    by = ["--by", "group"] if strategy == "stratified" else []
    asked = ["--year", YEAR, "--data", examples, "--doctors", 12, "--strategy", strategy, *by]
    told = forfait("control", "plan", *asked, "--lang", lang)
    assert (told.code, told.err) == (0, "")
    assert max(map(len, told.out.splitlines())) <= 80
    assert told.out == named(name=f"control/plan-{strategy}.{lang}.txt")


def test_a_plan_on_disk_is_whole_and_says_where_it_is(forfait: Forfait, examples: Path, tmp_path: Path) -> None:
    asked = ["--year", YEAR, "--data", examples, "--doctors", 12, "--out", tmp_path / "plan"]
    told = forfait("control", "plan", *asked)
    assert str(tmp_path / "plan") in told.out
    assert sorted(file.name for file in (tmp_path / "plan").iterdir()) == ["items.csv", "manifest.json", "plan.csv"]
    assert forfait("control", "plan", *asked).code == 2


def test_no_cell_begins_a_formula_nor_holds_what_a_terminal_obeys(
    forfait: Forfait, examples: Path, tmp_path: Path
) -> None:
    page = known()["99900000011"].page
    data = {**page.data, "name": HOSTILE}
    data["campaigns"] = {"2023": {**page.data["campaigns"]["2023"], "caisse": "@SUM(A1)"}}
    write_tables(tmp_path, rows_of(data))
    told = forfait("control", "plan", "--year", YEAR, "--data", tmp_path, "--doctors", 1, "--out", tmp_path / "plan")
    for name in ("plan.csv", "items.csv"):
        text = (tmp_path / "plan" / name).read_text("utf-8")
        rows = list(csv.reader(text.splitlines()))
        assert len({len(row) for row in rows}) == 1
        assert not [one for row in rows for one in row if one.startswith(FORMULA)]
        assert text.replace("\n", "").isprintable()
    assert re.sub(r"[\n\xa0\u202f]", "", told.out).isprintable()


@pytest.mark.parametrize("text", [*(f"{sign}1" for sign in FORMULA), " =1", "\t=1", "\n@x"], ids=repr)
def test_a_text_that_would_be_a_formula_is_marked_as_text(text: str) -> None:
    assert sheet([[text]]).lstrip('"').startswith("'")
