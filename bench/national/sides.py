"""What every side of the comparison must write: the columns of `doctors.parquet` that all of them can say.

Left out are the reasons, the grades and the readings that matter, which only this product gives.
"""

from __future__ import annotations

from typing import Any as Anything

YEAR = 2023
ONLY_OURS = ("grade", "reason", "readings")
"""The last part of the names of columns that only this product gives."""


def shared(name: str) -> bool:
    """Whether a column of the product's results is asked of every side."""
    return name.rpartition(".")[2] not in ONLY_OURS


def common(table: Anything) -> Anything:
    """The columns of the product's results that are asked of every side, in its order."""
    return table.select([name for name in table.column_names if shared(name)])
