"""Servers that tests need, started for them and thrown away: nothing is left running, nothing outside is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from pwd import getpwnam, getpwuid, struct_passwd
from signal import SIGINT
from tempfile import mkdtemp
from typing import IO

import psycopg
import pytest

from engine.tables import TABLES, Cells

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the commands of a PostgreSQL server, off the path."""
NO_POSTGRES = "no PostgreSQL server is installed: .ci/services installs one"
NO_JAVA = "no Java runtime is installed, which Spark needs: .ci/services installs one"
PATIENCE = 60.0
TYPES = {"text": "text", "integer": "bigint", "year": "integer", "boolean": "boolean", "date": "date"}


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server of the tests' own, reached through its socket in a folder."""

    folder: Path
    schemas: Iterator[int] = field(default_factory=count)

    @property
    def address(self) -> str:
        """Where it is, as the product is told."""
        return f"postgres://tester:secret@/postgres?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Carry out statements."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def hold(self, rows: Iterable[tuple[str, Cells]], types: Mapping[str, str] = TYPES) -> str:
        """The address of tables with these rows, in a schema of their own."""
        schema = f"source_{next(self.schemas)}"
        self.run(f"CREATE SCHEMA {schema}", *(_table(schema, table, types) for table in TABLES))
        with psycopg.connect(self.address) as connection, connection.cursor() as cursor:
            for table, row in rows:
                names, places = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
                insert = f"INSERT INTO {schema}.{table} ({names}) VALUES ({places})"
                cursor.execute(insert.encode(), list(row.values()))
        return f"{self.address}&schema={schema}"


def _table(schema: str, table: str, types: Mapping[str, str]) -> str:
    columns = ", ".join(f'"{name}" {types[type]}' for name, type in TABLES[table].items())
    return f"CREATE TABLE {schema}.{table} ({columns})"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started once. Skipped where none is installed."""
    with installed_server() as server:
        if server is None:
            pytest.skip(NO_POSTGRES)
        yield server


@contextmanager
def installed_server() -> Iterator[Postgres | None]:
    """A PostgreSQL server for as long as the block lasts; None where none is installed."""
    commands = _commands()
    if commands is None:
        yield None
        return
    with _server(commands) as server:
        yield server


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of Spark as an engine, on this machine, started once. Skipped where there is no Java."""
    from engine.engines.spark_engine import session  # noqa: PLC0415

    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip(NO_JAVA)
    with session("local[2]", tmp_path_factory.mktemp("spark"), None):
        yield "spark://local[2]"


def _commands() -> Path | None:
    """The folder of the commands of a server."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(DEBIAN.glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").is_file()), None)


@contextmanager
def _server(commands: Path) -> Iterator[Postgres]:
    # The path of a socket is short: the folders of pytest are too deep.
    folder = Path(mkdtemp(prefix="forfait-"))
    # PostgreSQL refuses to run as root.
    user = getpwnam("nobody") if os.geteuid() == 0 else getpwuid(os.geteuid())
    os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    made: list[Path | str] = [
        "initdb",
        "-D",
        data,
        "-U",
        "tester",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C",
    ]
    served: list[Path | str] = [
        "postgres",
        "-D",
        data,
        "-c",
        "listen_addresses=",
        "-c",
        f"unix_socket_directories={folder}",
        "-c",
        "fsync=off",
    ]
    try:
        with (folder / "log").open("wb") as log, _started(commands, made, user, log) as making:
            assert making.wait(PATIENCE) == 0, (folder / "log").read_text()
        with (folder / "log").open("wb") as log, _started(commands, served, user, log) as running:
            try:
                server = Postgres(folder)
                _wait(server, running)
                yield server
            finally:
                running.send_signal(SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(
    commands: Path, command: Sequence[Path | str], user: struct_passwd, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    """A command of the server, as a user who may run it."""
    name, _, data, *_ = command
    root = os.geteuid() == 0
    return subprocess.Popen(
        [commands / name, *command[1:]],
        stdout=log,
        stderr=log,
        cwd=Path(data).parent,
        user=user.pw_uid if root else None,
        group=user.pw_gid if root else None,
        extra_groups=[] if root else None,
    )


def _wait(server: Postgres, running: subprocess.Popen[bytes]) -> None:
    """Until it answers."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            server.run("SELECT 1")
            return
        except psycopg.OperationalError:
            if running.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
