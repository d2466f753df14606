"""The sample of a run: who is in it, and that a row which the single decision does not give stops everything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any as Anything

import pyarrow as arrow
import pytest
from msgspec.structs import replace

from engine.columnar.layout import DOCTOR
from engine.columnar.results import Results
from engine.network import EngineFault
from engine.problems import Problem
from engine.running import deciding, singly
from engine.running.deciding import Deciding
from engine.running.run import Request, run
from engine.running.sampling import chosen, held_against
from engine.running.singly import Asked, Settled, Under
from engine.sourcing.sources import FolderSource, Numbers
from tests.conftest import Forfait, campaigns, policy_files

YEAR = 2023
EVERYONE = 1_000
UNHEARD_OF = "9" * 20


def requested(source: Path, out: Path, sample: int) -> Request:
    """A run that decides together whom it can, few as they are."""
    return Request(files=policy_files(YEAR), data=str(source), out=out, sample=sample, together=0)


def numbers() -> list[str]:
    return [one.number for one in campaigns() if one.year == YEAR]


# --- who is in it ---------------------------------------------------------------------------------------------------


def test_the_sample_hangs_on_the_seed_and_on_no_order() -> None:
    everyone = list(map(str, range(EVERYONE)))
    mixed = Random(1).sample(everyone, EVERYONE)
    assert chosen(everyone, 50, 7) == chosen(mixed, 50, 7)
    assert len(chosen(everyone, 50, 7)) == len(chosen(everyone, 50, 8)) == 50
    assert chosen(everyone, 50, 7) != chosen(everyone, 50, 8)


def test_a_larger_sample_holds_the_smaller_one() -> None:
    everyone = list(map(str, range(EVERYONE)))
    assert chosen(everyone, 10, 7) < chosen(everyone, 100, 7) < chosen(everyone, 2 * EVERYONE, 7) == set(everyone)


# --- what is compared -----------------------------------------------------------------------------------------------


def test_rows_that_agree_are_no_fault_in_any_order_of_columns() -> None:
    one = arrow.table({"doctor": ["1", "2"], "paid": [3, None]})
    held_against(one, one)


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ({"doctor": ["1", "2"], "paid": [3, 0], "grade": ["a", "b"]}, "2, paid: 0 ≠ None"),
        ({"doctor": ["1", "2"], "paid": [4, None], "grade": ["b", "b"]}, "1, paid: 4 ≠ 3, grade: b ≠ a"),
        ({"doctor": ["1"], "paid": [3], "grade": ["a"]}, "2, doctor: None ≠ 2, grade: None ≠ b"),
    ],
)
def test_what_differs_is_named_with_its_doctor(found: dict[str, Anything], named: str) -> None:
    told = arrow.table({"doctor": ["1", "2"], "paid": [3, None], "grade": ["a", "b"]})
    with pytest.raises(EngineFault) as raised:
        held_against(arrow.table(found).cast(told.schema), told)
    assert str(raised.value) == named


def test_readings_are_compared_of_those_of_whom_they_were_sought_singly() -> None:
    found = arrow.table({"doctor": ["1", "2"], "readings": ["a=x", "b=y"]})
    held_against(found, arrow.table({"doctor": ["1", "2"], "readings": ["a=x", None]}))
    with pytest.raises(EngineFault, match=r"2, readings: b=y ≠ $"):
        held_against(found, arrow.table({"doctor": ["1", "2"], "readings": [None, ""]}))


# --- what a divergence does -----------------------------------------------------------------------------------------


def together(change: dict[str, Anything]) -> Anything:
    """Deciding together everyone of a batch, as deciding singly does but for the columns changed."""

    def decide(of: Deciding, batch: Sequence[str]) -> Results:
        parts = list(of.singly.settled(zip(batch, of.source.pages(batch), strict=True), (), batch))
        doctors = arrow.concat_tables([part.doctors for part in parts])
        for name, value in change.items():
            place = doctors.schema.get_field_index(name)
            same = arrow.array([value] * doctors.num_rows, doctors.schema.field(name).type)
            doctors = doctors.set_column(place, doctors.schema.field(name), same)
        sure = arrow.chunked_array([[True] * doctors.num_rows])
        return Results(doctors, arrow.concat_tables([part.nodes for part in parts]), sure)

    return decide


def test_a_run_whose_columns_say_otherwise_than_the_single_decision_leaves_nothing(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Deciding, "_together", together({"eligible": None}))
    doctor = next(iter(chosen(numbers(), 1, 0)))
    with pytest.raises(EngineFault, match=f"{doctor}, eligible: None ≠"):
        run(requested(bundled_tables, tmp_path / "out", sample=1))
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_which_the_single_derivations_diverge_is_a_fault(
    forfait: Forfait, bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge(*_: object) -> None:
        raise EngineFault("volet-1: met in the first derivation, unmet in the second")

    monkeypatch.setattr(singly, "decide", diverge)
    ran = forfait(
        "run", "--year", YEAR, "--data", bundled_tables, "--out", tmp_path / "out", "--sample", 1, "--lang", "en"
    )
    assert (ran.code, ran.out) == (3, "")
    assert "volet-1: met in the first derivation, unmet in the second" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_what_columns_say_rightly_of_everyone_is_what_a_run_writes(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows do not tell who decided them."""
    alone = run(replace(requested(bundled_tables, tmp_path / "one", sample=3), together=EVERYONE))
    monkeypatch.setattr(Deciding, "_together", together({}))
    at_once = run(requested(bundled_tables, tmp_path / "other", sample=3))
    assert at_once.manifest.made.singly == 0
    assert at_once.manifest.tables == alone.manifest.tables


def test_rows_do_not_tell_how_they_came_about(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By columns, from leaves observed singly, or singly altogether: the same bytes, everyone being in the sample."""
    alone = run(replace(requested(bundled_tables, tmp_path / "one", sample=0), together=EVERYONE))
    monkeypatch.setattr(deciding, "OBSERVING", 1)
    mixed = run(requested(bundled_tables, tmp_path / "other", sample=EVERYONE))
    assert 0 < mixed.manifest.made.singly < alone.manifest.made.singly == len(numbers())
    assert mixed.manifest.tables == alone.manifest.tables


def test_who_is_told_neither_decided_nor_refused_stops_the_run(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Someone whom one table has and the other has not."""

    def forgetful(of: Deciding, batch: Sequence[str]) -> Results:
        found: Results = together({})(of, batch)
        one, *others = found.every_node[DOCTOR].to_pylist()
        assert one == min(numbers())
        named = arrow.array([UNHEARD_OF, *others])
        return replace(found, every_node=found.every_node.set_column(0, DOCTOR, named))

    monkeypatch.setattr(Deciding, "_together", forgetful)
    with pytest.raises(EngineFault, match=f"{min(numbers())}: neither decided nor refused"):
        run(requested(bundled_tables, tmp_path / "out", sample=0))
    assert list(tmp_path.iterdir()) == []


# --- who is decided twice -------------------------------------------------------------------------------------------


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The doctors whom both derivations are asked for, as it goes."""
    found, settle = list[str](), singly.settle

    def spying(asked: Sequence[Asked], under: Under) -> Settled:
        found.extend(one.doctor for one in asked if one.twice)
        return settle(asked, under)

    monkeypatch.setattr(singly, "settle", spying)
    return found


def test_who_can_only_be_read_singly_is_of_the_sample_too(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twice: list[str]
) -> None:
    """Though it takes no more than leaves to decide them."""
    listed = FolderSource.numbers

    def some_odd(source: FolderSource, year: int) -> Numbers:
        found = listed(source, year)
        return replace(found, odd=frozenset(found.read[::2]))

    monkeypatch.setattr(FolderSource, "numbers", some_odd)
    monkeypatch.setattr(deciding, "OBSERVING", 1)
    run(replace(requested(bundled_tables, tmp_path / "out", sample=EVERYONE), priced=False))
    assert set(twice) == set(numbers())


def test_nobody_is_decided_twice_over_where_all_are_decided_singly(
    bundled_tables: Path, tmp_path: Path, twice: list[str]
) -> None:
    run(replace(requested(bundled_tables, tmp_path / "out", sample=EVERYONE), together=EVERYONE, priced=False))
    assert sorted(twice) == numbers()


def test_who_is_of_the_sample_and_left_by_columns_counts_once(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(of: Deciding, batch: Sequence[str]) -> Results:
        found: Results = together({})(of, batch)
        return replace(found, sure=arrow.chunked_array([[False] * len(batch)]))

    alone = run(replace(requested(bundled_tables, tmp_path / "one", sample=0), together=EVERYONE))
    monkeypatch.setattr(Deciding, "_together", nobody)
    monkeypatch.setattr(deciding, "OBSERVING", EVERYONE)
    left = run(requested(bundled_tables, tmp_path / "other", sample=EVERYONE))
    assert left.manifest.tables == alone.manifest.tables
    assert left.manifest.sample.doctors == len(numbers())


def test_who_is_vouched_for_and_refused_singly_stops_the_run(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor, settle = next(iter(chosen(numbers(), 1, 0))), singly.settle

    def refusing(asked: Sequence[Asked], under: Under) -> Settled:
        refused = tuple((one.doctor, (Problem("not_a_table"),)) for one in asked if one.twice)
        rest = settle([one for one in asked if not one.twice], under)
        return replace(rest, refused=refused)

    monkeypatch.setattr(singly, "settle", refusing)
    monkeypatch.setattr(Deciding, "_together", together({}))
    with pytest.raises(EngineFault, match=f"{doctor}: neither decided nor refused, or both"):
        run(requested(bundled_tables, tmp_path / "out", sample=1))
    assert list(tmp_path.iterdir()) == []


def test_other_processes_give_the_same_whatever_waits_for_them(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = run(replace(requested(bundled_tables, tmp_path / "one", sample=5), priced=False))
    for name, few in {"CHUNK": 1, "AHEAD": 1, "PAYS": 2}.items():
        monkeypatch.setattr(singly, name, few)
    other = run(replace(requested(bundled_tables, tmp_path / "other", sample=5), jobs=2, priced=False))
    assert other.manifest.tables == one.manifest.tables
