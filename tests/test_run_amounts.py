"""A run holds points and euros in hundredths, and refuses a policy that is finer before it decides anybody."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from engine.columnar.layout import check_amounts
from engine.linking import linked
from engine.loading import read_policy
from engine.problems import Invalid
from engine.running.run import Request, run
from tests.conftest import policy_files
from tests.made_up import YEAR, write


def with_weight(folder: Path, points: str) -> Request:
    """The made-up year, its first weight so many points."""
    write(folder / "policies")
    for file in sorted((folder / "policies" / str(YEAR)).rglob("*.yaml")):
        lines = file.read_text("utf-8").splitlines()
        places = [n for n, line in enumerate(lines) if line.startswith("points: ") and "{" not in line]
        if places:
            lines[places[0]] = f"points: {points}"
            file.write_text("\n".join(lines), "utf-8")
            break
    files = read_policy(folder / "policies" / str(YEAR))
    return Request(files=files, data=str(folder / "nobody"), out=folder / "out")


def refused(request: Request) -> tuple[str, Decimal]:
    """Why a run is refused, and the amount that is told."""
    with pytest.raises(Invalid) as found:
        run(request)
    (problem,) = found.value.problems
    assert not request.out.exists()
    return problem.code, Decimal(problem.details["value"])


@pytest.mark.parametrize("points", ["0.125", "12.001"])
def test_points_finer_than_a_hundredth_are_refused(tmp_path: Path, points: str) -> None:
    assert refused(with_weight(tmp_path, points)) == ("too_fine", Decimal(points))


def test_points_that_come_to_less_than_a_cent_are_refused(tmp_path: Path) -> None:
    """At the made-up year's 3.25 euros a point."""
    assert refused(with_weight(tmp_path, "10.01")) == ("too_fine", Decimal("32.5325"))


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_amounts_of_real_years_are_held(year: int) -> None:
    check_amounts(linked(policy_files(year), {}))
