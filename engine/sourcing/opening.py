"""A path or an address, and the source that is there.

What reads tables is heavy, and loaded only where there are some.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.sourcing.sources import Source, TablesSource

TABLE_OF_DOCTORS = ("doctors.parquet", "doctors.csv")


def is_address(where: str) -> bool:
    """Whether that is the address of a database, well written or not, and no path: a password may stand in it."""
    return "://" in where


def open_source(where: str) -> Source:
    """The source of that path or address, its columns checked. Raises Invalid."""
    tables = open_tables(where)
    if tables is not None:
        return tables
    from engine.sourcing.dossiers import DossierSource  # noqa: PLC0415

    return DossierSource(Path(where))


def open_tables(where: str) -> TablesSource | None:
    """The source of that path or address if it holds tables, their columns checked; else None. Raises Invalid."""
    if is_address(where):
        from engine.sourcing.postgres import PostgresSource  # noqa: PLC0415

        return PostgresSource(where)
    path = Path(where)
    if path.suffix == ".duckdb" and path.is_file():
        from engine.sourcing.duckdbfile import DuckdbSource  # noqa: PLC0415

        return DuckdbSource(path)
    if any((path / name).is_file() for name in TABLE_OF_DOCTORS):
        from engine.sourcing.sources import FolderSource  # noqa: PLC0415

        return FolderSource(path)
    return None
