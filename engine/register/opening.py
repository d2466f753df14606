"""Where a register is: a file of SQLite, or a PostgreSQL database by its address; one writer at a time in either."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any as Anything

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from engine.problems import Invalid, Problem
from engine.register.migrating import bring_up_to_date

POSTGRES = ("postgres://", "postgresql://")
SCHEME_END = "://"
PATIENCE = 60
"""The seconds that an agent waits for the others to have written."""
LOCK = int.from_bytes(b"forfait")
"""What whoever writes holds, in PostgreSQL."""
SHOWN = 160
"""The letters shown of what a database says."""
OURS = 0o600
"""A file of ours is read by its owner alone."""
ONE_AT_A_TIME: dict[str, Anything] = {"poolclass": NullPool, "isolation_level": "READ COMMITTED"}
"""What is read once the lock is held is what the last to hold it wrote."""
PRAGMAS = ("synchronous = FULL", "secure_delete = ON")
"""Nothing that was acknowledged is lost when the power is; what is dropped is overwritten."""
AT_FIRST = "journal_mode = WAL"
"""Kept by the file from then on: readers of a backup do not wait for who writes."""


@contextmanager
def held(where: str, *, new: bool = False) -> Iterator[Connection]:
    """A transaction on the register of that path or address, alone to write until it ends; `new` may make it.

    Raises Invalid: there is none, it is none of ours or a newer product's, the database refuses.
    """
    engine = _postgres(where) if _is_postgres(where) else _sqlite(Path(where), new=new)
    try:
        with engine.begin() as connection:
            bring_up_to_date(connection, shown(where), new=new)
            yield connection
    except SQLAlchemyError as error:
        why = next(iter(str(getattr(error, "orig", error)).splitlines()), "")[:SHOWN]
        raise Invalid([Problem("register_refuses", shown(where), details={"why": why})]) from None
    finally:
        engine.dispose()


def shown(where: str) -> str:
    """The path or address of a register as it may be shown: without a password. Raises Invalid as `held` does."""
    if not _is_postgres(where):
        return where
    # Heavy, and needed for PostgreSQL only.
    from engine.sourcing.address import address  # noqa: PLC0415

    return address(where).shown


def _is_postgres(where: str) -> bool:
    """Whether it is an address, not a path. Raises Invalid for the address of another database."""
    scheme, separator, _ = where.partition(SCHEME_END)
    if separator and not where.startswith(POSTGRES):
        raise Invalid([Problem("register_scheme", details={"name": scheme[:SHOWN]})])
    return bool(separator)


def _sqlite(path: Path, *, new: bool) -> Engine:
    if new:
        _make(path)
    if not path.is_file() or not (new or path.stat().st_size):
        raise Invalid([Problem("no_register", str(path))])
    engine = create_engine("sqlite://", creator=lambda: _opened(path), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make(path: Path) -> None:
    """An empty file where there is none. Raises Invalid when it cannot be made."""
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OURS))
    except OSError as error:
        why = error.strerror or str(error)
        raise Invalid([Problem("register_not_made", str(path), details={"why": why})]) from None


def _opened(path: Path) -> Anything:
    import sqlite3  # noqa: PLC0415

    # The driver's own transactions would begin late, and let two agents read before either writes.
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    fresh = (AT_FIRST,) if not path.stat().st_size else ()
    for pragma in (*fresh, *PRAGMAS):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _postgres(where: str) -> Engine:
    # Heavy, and needed for PostgreSQL only.
    import psycopg  # noqa: PLC0415

    from engine.sourcing.address import address  # noqa: PLC0415

    to = address(where)
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(to.given), **ONE_AT_A_TIME)

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        if to.schema:
            connection.exec_driver_sql("SELECT set_config('search_path', %s, true)", (to.schema,))
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (LOCK,))

    return engine
