"""Every year that has a population: its published share and mean, and a few dossiers that are out of the ordinary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from engine.loading import bundled_policies, years
from engine.population.plan import FILE, read_plan
from engine.population.writing import write_population
from tests.drawn import Rows, by_doctor, decided

DOCTORS, SEED = 2_000, 2
WITHIN = Fraction(3, 100)
FOLDERS = years(bundled_policies())


@pytest.fixture(scope="module", params=[year for year, folder in FOLDERS.items() if (folder / FILE).is_file()])
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(FOLDERS[request.param]), DOCTORS, SEED, folder)
    return request.param, folder


# --- as the published figures have it -------------------------------------------------------------------------------


def target(year: int, name: str) -> Fraction:
    written: str = read_plan(FOLDERS[year]).figures["targets"][name]["value"]
    return Fraction(written.removesuffix("%").strip()) / (100 if written.endswith("%") else 1)


def test_the_share_paid_and_their_mean_are_within_three_per_cent_of_the_published_ones(
    drawn: tuple[int, Path],
) -> None:
    year, folder = drawn
    decisions = decided(folder, year)
    paid: list[Decimal] = [euros for one in decisions if (euros := one.euros(one.paid).least) > 0]
    share, mean = Fraction(len(paid), len(decisions)), Fraction(sum(paid)) / len(paid)
    assert abs(share / target(year, "paid_share") - 1) <= WITHIN
    assert abs(mean / target(year, "mean_paid") - 1) <= WITHIN


# --- what is out of the ordinary ------------------------------------------------------------------------------------


def twice(table: str, *columns: str) -> Callable[[Rows], bool]:
    """Whether two rows of a table agree in these columns."""
    return lambda own: (
        max(Counter(tuple(row[name] for name in columns) for row in own[table]).values(), default=0) > 1
    )


ODD: dict[str, Callable[[Rows], bool]] = {
    "an item declared twice": twice("declarations", "item"),
    "two choices declared on one day": twice("declarations", "item", "declared_on"),
    "a prefill and a declaration of one item": lambda own: bool(
        {row["item"] for row in own["prefills"]} & {row["item"] for row in own["declarations"]}
    ),
    "two prefills of one item on one day": twice("prefills", "item", "recorded_on"),
    "two values of a fact on one day": twice("facts", "fact", "observed_on"),
    "two counts of a measure on one day": twice("measures", "measure", "location", "period_end", "recorded_on"),
    "acts counted by place of practice": lambda own: any(row["location"] for row in own["measures"]),
    "several places of practice": lambda own: len(own["locations"]) > 1,
    "a row superseded": lambda own: any(row["supersedes"] for row in [*own["documents"], *own["locations"]]),
    "a paper rejected": lambda own: any(row["status"] == "rejected" for row in own["documents"]),
    "a paper without what was looked for": lambda own: any(
        (row["of"], row["value"]) == ("documents", "none") for row in own["attributes"]
    ),
    "a control": lambda own: bool(own["findings"]),
}


def test_every_sort_of_odd_dossier_is_there_and_together_they_are_few(tmp_path: Path) -> None:
    """So that what is decided in columns is told from what has to be read singly, on both."""
    for year, folder in FOLDERS.items():
        write_population(read_plan(folder), 3 * DOCTORS, SEED, tmp_path / str(year))
        doctors = by_doctor(tmp_path / str(year)).values()
        found = {name: sum(map(odd, doctors)) for name, odd in ODD.items()}
        assert all(found.values()), found
        any_of_them = sum(any(odd(own) for odd in ODD.values()) for own in doctors)
        assert Fraction(any_of_them, len(doctors)) < Fraction(7, 100)
