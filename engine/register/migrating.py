"""Bringing a register up to date, and refusing one that a newer version of the product wrote."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from engine.problems import Invalid, Problem

FOLDER = Path(__file__).parent / "migrations"
VERSIONS_TABLE = "register_version"
NEWEST = 2
"""The version that this product writes: that of the last of `migrations/versions`."""


def bring_up_to_date(connection: Connection, where: str, *, new: bool) -> None:
    """Make what is missing of a register, in the transaction of the connection; all of it when it is `new`.

    Raises Invalid: there is none; a newer product wrote the register; the tables there are not a register's.
    """
    version = version_of(connection, where)
    if not version and not new:
        raise Invalid([Problem("no_register", where)])
    if version > NEWEST:
        raise Invalid([Problem("register_newer", where, details={"found": str(version), "known": str(NEWEST)})])
    if version < NEWEST:
        # Slow to load, and needed once for each register.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(FOLDER))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, str(NEWEST))


def version_of(connection: Connection, where: str) -> int:
    """The version of a register; 0 when there is nothing yet. Raises Invalid when it is none of ours."""
    tables = inspect(connection).get_table_names()
    if VERSIONS_TABLE not in tables:
        if tables:
            raise Invalid([Problem("not_a_register", where)])
        return 0
    found = connection.execute(text(f"SELECT version_num FROM {VERSIONS_TABLE}")).scalars().all()
    if len(found) != 1 or not str(found[0]).isdecimal():
        raise Invalid([Problem("not_a_register", where)])
    return int(found[0])
