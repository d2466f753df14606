"""Whole numbers typed on the command line: those out of all bounds are refused, however many digits they have."""

from __future__ import annotations

import pytest

from tests.conftest import Forfait

DIGITS = [10, 400, 5000]


@pytest.mark.parametrize("digits", DIGITS)
@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("explain", "99900000003", "--year", "{}"), "--year"),
        (("policy", "new", "{}", "--from", "2024", "--out", "{out}"), "YEAR"),
        (("policy", "new", "2031", "--from", "{}", "--out", "{out}"), "--from"),
    ],
)
def test_a_number_of_too_many_digits_is_bad_input(
    forfait: Forfait, tmp_path_factory: pytest.TempPathFactory, command: tuple[str, ...], name: str, digits: int
) -> None:
    out = tmp_path_factory.mktemp("out") / "new"
    ran = forfait(*(word.format("1" * digits, out=out) for word in command), "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"“{name}”: 111111111… is above the maximum 999999999.\n"
    assert not out.exists()


@pytest.mark.parametrize("digits", DIGITS)
def test_so_is_one_below_zero(forfait: Forfait, digits: int) -> None:
    ran = forfait("explain", "99900000003", "--year", "-" + "1" * digits, "--lang", "en")
    assert (ran.code, ran.err) == (2, "“--year”: -11111111… is below the minimum -999999999.\n")


@pytest.mark.parametrize("year", ["abc", "1.5", "1e3"])
def test_what_is_no_number_is_told_as_before(forfait: Forfait, year: str) -> None:
    ran = forfait("explain", "99900000003", "--year", year, "--lang", "en")
    assert (ran.code, ran.err) == (2, "Value refused for “--year”.\n")
