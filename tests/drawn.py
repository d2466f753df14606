"""A population that was drawn, read back and decided doctor by doctor."""

from __future__ import annotations

from pathlib import Path
from typing import Any as Anything

from pyarrow import parquet

from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.schema import check
from engine.tables import TABLES, dossier_data
from engine.yamltext import Page
from tests.conftest import policy_files

Rows = dict[str, list[dict[str, Anything]]]


def rows(folder: Path) -> Rows:
    """Every row of each table."""
    return {table: parquet.read_table(folder / f"{table}.parquet").to_pylist() for table in TABLES}


def by_doctor(folder: Path) -> dict[str, Rows]:
    """The same, each doctor's own."""
    found: dict[str, Rows] = {}
    for table, lines in rows(folder).items():
        for row in lines:
            found.setdefault(row["doctor"], {name: [] for name in TABLES})[table].append(row)
    return found


def decided(folder: Path, year: int) -> list[Decision]:
    """Every doctor decided, from a dossier that is sound."""
    policy = linked(policy_files(year), {})
    found = []
    for number, tables in by_doctor(folder).items():
        page = Page("", dossier_data(number, texts_of(tables)), {})
        assert check(page, "dossier") == []
        found.append(judge(policy, read_dossier(page, policy)))
    return found


def texts_of(tables: Rows) -> dict[str, list[dict[str, str]]]:
    """The same rows as a dossier's page would write them."""
    return {
        table: [{name: _text(value) for name, value in row.items() if value is not None} for row in own]
        for table, own in tables.items()
    }


def _text(value: Anything) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
