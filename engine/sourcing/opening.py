"""A path or an address, and the source that is there."""

from __future__ import annotations

from pathlib import Path

from engine.sourcing.sources import POSTGRES, FolderSource, Source
from engine.stores import TABLE_OF_DOCTORS


def open_source(where: str) -> Source:
    """The source of that path or address, its columns checked. Raises Invalid."""
    if where.startswith(POSTGRES):
        # Heavy, and needed for databases only; so is the next.
        from engine.sourcing.postgres import PostgresSource  # noqa: PLC0415

        return PostgresSource(where)
    path = Path(where)
    if path.suffix == ".duckdb" and path.is_file():
        from engine.sourcing.duckdbfile import DuckdbSource  # noqa: PLC0415

        return DuckdbSource(path)
    if any((path / name).is_file() for name in TABLE_OF_DOCTORS):
        return FolderSource(path)
    from engine.sourcing.dossiers import DossierSource  # noqa: PLC0415

    return DossierSource(path)
