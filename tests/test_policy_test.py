"""`forfait policy test`: a policy writer is told which case fails, where it is written, and what no case shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.conftest import Forfait
from tests.made_up_cases import CASES, fails, with_cases


def spaced(text: str) -> str:
    """The text with every space an ordinary one, its lines joined."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def test_cases_that_hold_are_counted(forfait: Forfait, tmp_path: Path) -> None:
    ran = forfait("policy", "test", with_cases(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert spaced(ran.out) == "Texte : 4 cas, tous conformes à ce qui est attendu."


def test_a_case_that_fails_is_told_with_its_place_and_the_reason(forfait: Forfait, tmp_path: Path) -> None:
    folder = with_cases(tmp_path, fails("douze"))
    ran = forfait("policy", "test", folder)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.replace("\N{NO-BREAK SPACE}", " ").splitlines() == [
        f"{folder}/cases/beacon.yaml:4",
        "  douze : Douze phares",
        "  outcome : attendu refused, trouvé granted",
        "Texte : 4 cas ; non conformes à ce qui est attendu : 1.",
    ]


def test_a_refusal_that_was_not_expected_gives_its_reason(forfait: Forfait, tmp_path: Path) -> None:
    stricter = CASES["cases/beacon.yaml"].replace("value: 12", "value: 3")
    ran = forfait("policy", "test", with_cases(tmp_path, {"cases/beacon.yaml": stricter}), "--lang", "en")
    assert ran.code == 1
    assert "reason: threshold not reached" in ran.out


def test_a_case_that_cannot_be_read_is_a_bad_input(forfait: Forfait, tmp_path: Path) -> None:
    misspelt = CASES["cases/beacon.yaml"].replace("fact: beacons", "fact: beacon")
    ran = forfait("policy", "test", with_cases(tmp_path, {"cases/beacon.yaml": misspelt}))
    assert (ran.code, ran.out) == (2, "")
    assert "cases/beacon.yaml:6" in ran.err
    assert "beacons" in ran.err


def test_what_no_case_shows_is_told_with_its_place(forfait: Forfait, tmp_path: Path) -> None:
    folder = with_cases(tmp_path)
    ran = forfait("policy", "test", folder, "--coverage", "--lang", "en")
    told = ran.out.splitlines()
    missed = told.index(f"{folder}/care/tide.yaml:7:18")
    assert ran.code == 1
    assert told[missed + 1 : missed + 3] == ["  no case is at 4", "  no case is at 5"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_covered_reads_in_eighty_columns(
    forfait: Forfait, named: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    """Places are told from where the command runs, and are never broken."""
    with_cases(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = forfait("policy", "test", "2031", "--coverage", "--policies", ".", "--lang", lang)
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.out == named(name=f"policy/test.{lang}.txt")


def test_a_year_without_policy_is_refused(forfait: Forfait) -> None:
    ran = forfait("policy", "test", "1999")
    assert (ran.code, ran.out) == (2, "")
