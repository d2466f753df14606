"""Flows of a few rows, and what counting them gives: what the tests of `forfait measure` share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any as Anything

from msgspec import Struct
from pyarrow import parquet

from engine.measuring.manifest import Manifest
from engine.measuring.run import Request, measure
from engine.stores import bundled_examples
from engine.tables import rows_of
from engine.tabular import write_tables
from engine.yamltext import read_page
from tests.conftest import policy_files
from tests.plain_flows import Row
from tests.random_flows import write

YEAR = 2023
DOCTOR = "99900000003"
SERIAL = count(1)
ACT: Row = {
    "doctor": DOCTOR,
    "patient": "somebody",
    "location": "here",
    "performed_on": date(YEAR, 3, 1),
    "scheme": "regime_general",
    "mode": "sesam_vitale",
    "kind": "consultation",
    "ame": False,
    "nir": "definitif",
    "age_months": 400,
    "ehpad": False,
    "apcv": False,
}
BEFORE = {"performed_on": date(YEAR - 1, 6, 1)}
"""Of an act of the year before: the doctor does not begin within the year."""
TABLES = ("counts", "exclusions", "facts", "measures", "quarantine")
"""What counting writes beside the manifest."""


def act(**changed: Anything) -> Row:
    """An act that nothing leaves out, but for what is changed."""
    serial = f"{next(SERIAL):06}"
    return {**ACT, "act": serial, "claim": serial, **changed}


def acts(number: int, **changed: Anything) -> list[Row]:
    """So many of them."""
    return [act(**changed) for _ in range(number)]


class Measured(Struct, frozen=True):
    """A folder that was written, and its manifest."""

    folder: Path
    manifest: Manifest

    def rows(self, table: str, **only: Anything) -> list[dict[str, Anything]]:
        """The rows of a table that hold these values."""
        found: list[dict[str, Anything]] = parquet.read_table(self.folder / f"{table}.parquet").to_pylist()
        return [row for row in found if all(row[name] == value for name, value in only.items())]

    def rate(self, name: str, doctor: str = DOCTOR) -> tuple[int, int]:
        """The numerator and the denominator of a rate."""
        [row] = self.rows("measures", doctor=doctor, measure=name)
        return row["numerator"], row["denominator"]

    def period(self, name: str, doctor: str = DOCTOR) -> tuple[date, date]:
        """The days of a rate."""
        [row] = self.rows("measures", doctor=doctor, measure=name)
        return row["period_start"], row["period_end"]

    def excluded(self, name: str, doctor: str = DOCTOR) -> dict[str, int]:
        """How many rows a rate leaves out, by reason."""
        [row] = self.rows("measures", doctor=doctor, measure=name)
        return {one["reason"]: one["count"] for one in self.rows("exclusions", doctor=doctor, row=row["row"])}

    def bytes(self) -> dict[str, bytes]:
        """What the tables are, to the byte."""
        return {name: (self.folder / f"{name}.parquet").read_bytes() for name in TABLES}


def dossiers(folder: Path, suffix: str = ".parquet") -> Path:
    """The tables of the bundled doctor whose number acts bear."""
    folder.mkdir(parents=True)
    write_tables(folder, rows_of(read_page(bundled_examples() / f"{DOCTOR}.yaml").data), suffix)
    return folder


def measured(folder: Path, flows: Mapping[str, Sequence[Row]], **asked: Anything) -> Measured:
    """These rows counted in a folder of their own."""
    return counted(folder, write(folder / "flows", flows), **asked)


def counted(folder: Path, source: Path, **asked: Anything) -> Measured:
    """Flows that are there, counted in a folder."""
    out = folder / "out"
    return Measured(out, measure(Request(files=policy_files(YEAR), flows=source, out=out, **asked)))
