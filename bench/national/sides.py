"""What sides of the comparison must write of each doctor: all columns of `doctors.parquet`, or the verdicts alone.

Left out of both are the readings that matter, which only a run that prices other readings knows.
"""

from __future__ import annotations

from typing import Any as Anything

YEAR = 2023
ONLY_OURS = ("readings",)
"""The last part of the names of columns that are not compared."""
WHY = ("grade", "reason")
"""The last part of the names of columns that tell why."""


def common(table: Anything) -> Anything:
    """The columns of the product's results that are asked of a side which writes them all, in its order."""
    return _without(table, ONLY_OURS)


def verdicts(table: Anything) -> Anything:
    """Those asked of a side that writes outcomes and amounts alone."""
    return _without(table, (*ONLY_OURS, *WHY))


def _without(table: Anything, left_out: tuple[str, ...]) -> Anything:
    return table.select([name for name in table.column_names if name.rpartition(".")[2] not in left_out])
