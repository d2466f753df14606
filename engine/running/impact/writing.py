"""The tables of a comparison: a row a doctor, with euros on both sides, and a row for each outcome that flipped."""

from __future__ import annotations

from pathlib import Path

from pyarrow import parquet

from engine.running.impact.measured import Measured


def write_tables(measured: Measured, folder: Path) -> None:
    """Write both tables in a folder, sorted by doctor. Raises OSError."""
    for name, table in (("doctors", measured.doctors), ("flips", measured.flips)):
        parquet.write_table(table, folder / f"{name}.parquet", compression="zstd", store_decimal_as_integer=True)
