"""Writing a population: its tables a batch at a time, its manifest, and the folder whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any as Anything

from msgspec import Struct, json

from engine.population.filling import MOST, batch_tables
from engine.population.plan import Plan
from engine.problems import Invalid, Problem
from engine.running.draft import draft
from engine.tables import TABLES
from engine.tabular import TableWriter

BATCH = 10_000
"""The doctors held at once, and in one part of a table: finding one doctor reads one part."""
SEEDS = 2**63
MANIFEST = "manifest.json"


class Written(Struct, frozen=True):
    """What was written: how many rows in each table."""

    rows: dict[str, int]


def write_population(
    plan: Plan, doctors: int, seed: int, folder: Path, told: Callable[[int], None] = lambda _: None
) -> Written:
    """Write a population in a new folder; `told` hears how many doctors are written.

    The folder is whole or absent. The same plan, number and seed give the same bytes; with more doctors, the first
    ones stay who they were. Raises Invalid: the folder is there, too many doctors or none, a seed below zero or too
    large; OSError when it cannot be written.
    """
    check_bounds(("--doctors", doctors, 1, MOST), ("--seed", seed, 0, SEEDS - 1))
    with draft(folder) as written:
        rows = _tables(plan, doctors, seed, written, told)
        digests = {table: digest_of_file(written / f"{table}.parquet") for table in TABLES}
        manifest = _manifest(plan, doctors, seed, rows, digests)
        (written / MANIFEST).write_bytes(json.format(json.encode(manifest), indent=2) + b"\n")
    return Written(rows)


def _tables(plan: Plan, doctors: int, seed: int, folder: Path, told: Callable[[int], None]) -> dict[str, int]:
    rows = dict.fromkeys(TABLES, 0)
    writers = {table: TableWriter(folder, table) for table in TABLES}
    try:
        for batch, first in enumerate(range(0, doctors, BATCH)):
            count = min(BATCH, doctors - first)
            for table, part in batch_tables(plan, seed, batch, first, count).items():
                writers[table].write(part)
                rows[table] += part.num_rows
            told(first + count)
    finally:
        for writer in writers.values():
            writer.close()
    return rows


def _manifest(plan: Plan, doctors: int, seed: int, rows: dict[str, int], digests: dict[str, str]) -> Anything:
    """What the population is: how it was drawn, on what figures, and the digest of each table."""
    return {
        "synthetic": True,
        "year": plan.year,
        "doctors": doctors,
        "seed": seed,
        "tables": {table: {"rows": rows[table], "digest": digests[table]} for table in TABLES},
        "figures": plan.figures,
    }


def check_bounds(*given: tuple[str, int, int, int]) -> None:
    """Raises Invalid for the first of these options, with value, least and most, that is out of its bounds."""
    for name, value, least, most in given:
        if not least <= value <= most:
            details = {"name": name, "value": str(value), "least": str(least), "most": str(most)}
            raise Invalid([Problem("out_of_bounds", details=details)])


def digest_of_file(file: Path) -> str:
    """SHA-256 of a file, as manifests tell it."""
    with file.open("rb") as opened:
        return f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
