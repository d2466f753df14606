"""What the product's own derivation decides of each doctor of a folder of tables: what the other sides must say too.

    .venv/bin/python bench/national/truth.py DATA OUT [--doctors 20000]    # OUT: a folder

The columns of doctors are those asked of the sides that write most (`sides.py`); those of conditions are all.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any as Anything

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import pyarrow as arrow  # noqa: E402
from pyarrow import compute, parquet  # noqa: E402
from sides import YEAR, common  # noqa: E402

from engine.columnar.layout import as_table, doctor_line, doctors_schema, node_line, nodes_schema  # noqa: E402
from engine.decision import judge  # noqa: E402
from engine.dossier import Dossier, read_dossier  # noqa: E402
from engine.linking import linked  # noqa: E402
from engine.loading import bundled_policies, read_policy, years  # noqa: E402
from engine.policy import Policy  # noqa: E402
from engine.tables import TABLES, Cells, dossier_data  # noqa: E402
from engine.yamltext import Page  # noqa: E402

CHUNK = 2_500
"""Doctors read and decided at once in one process."""


def policy() -> Policy:
    """The bundled policy of the year, under its default readings."""
    return linked(read_policy(years(bundled_policies())[YEAR]), {})


def dossiers(data: Path, first: str, last: str) -> Iterator[Dossier]:
    """The dossiers of the doctors of these numbers, both included, by number."""
    rules = policy()
    rows: dict[str, dict[str, list[Cells]]] = defaultdict(lambda: {table: [] for table in TABLES})
    within = (compute.field("doctor") >= first) & (compute.field("doctor") <= last)
    for table in TABLES:
        for row in parquet.read_table(data / f"{table}.parquet", filters=within).to_pylist():
            cells = {name: _text(value) for name, value in row.items() if value is not None}
            rows[cells["doctor"]][table].append(cells)
    for doctor in sorted(rows):
        yield read_dossier(Page(str(data), dossier_data(doctor, rows[doctor]), {}), rules)


def numbers(data: Path, most: int | None) -> list[str]:
    """The numbers of the first doctors of a folder, in order."""
    found: list[str] = parquet.read_table(data / "doctors.parquet", columns=["doctor"])["doctor"].to_pylist()
    return sorted(set(found))[:most]


def chunks(data: Path, most: int | None) -> list[tuple[Path, str, str]]:
    """The doctors of a folder parted for several processes: from one number to another."""
    wanted = numbers(data, most)
    parts = [wanted[at : at + CHUNK] for at in range(0, len(wanted), CHUNK)]
    return [(data, part[0], part[-1]) for part in parts]


def _judged(chunk: tuple[Path, str, str]) -> tuple[Anything, Anything]:
    rules = policy()
    decisions = [judge(rules, dossier) for dossier in dossiers(*chunk)]
    doctors = as_table([doctor_line(one, ()) for one in decisions], doctors_schema(rules))
    return common(doctors), as_table([node_line(one) for one in decisions], nodes_schema(rules))


def truth(data: Path, most: int | None) -> tuple[Anything, Anything]:
    """What `judge` decides of the first doctors of a folder: the columns asked of sides, and conditions."""
    with get_context("spawn").Pool() as pool:
        parts = pool.map(_judged, chunks(data, most))
    doctors, nodes = zip(*parts, strict=True)
    return arrow.concat_tables(doctors), arrow.concat_tables(nodes)


def _text(value: Anything) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--doctors", type=int)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    for table, found in zip(("doctors", "nodes"), truth(asked.data, asked.doctors), strict=True):
        parquet.write_table(found, asked.out / f"{table}.parquet")
