"""A register of any version of the product is brought up to date, or refused with a sentence; nothing else is one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from engine.problems import Invalid
from engine.register import migrating
from engine.register.acts import Found
from engine.register.opening import held
from engine.register.proving import proof
from engine.register.reading import read_case, see_cases
from engine.register.store import register
from engine.register.tables import metadata
from tests.registers import AFTER, AGENT, CODING, DOCTOR, YEAR, Book
from tests.services import Postgres

Place = Callable[[str], str]


@pytest.fixture(params=["file", pytest.param("server", marks=pytest.mark.xdist_group("postgres"))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a register of a name may be: a file, or a schema of a server."""
    if request.param == "file":
        yield lambda name: str(tmp_path / f"{name}.db")
        return
    postgres: Postgres = request.getfixturevalue("postgres")

    def schema(name: str) -> str:
        postgres.run(f"DROP SCHEMA IF EXISTS {name} CASCADE", f"CREATE SCHEMA {name}")
        return f"{postgres.address}&schema={name}"

    yield schema


def version(where: str) -> int:
    with held(where) as connection:
        return migrating.version_of(connection, where)


def refused(where: str) -> list[str]:
    with pytest.raises(Invalid) as invalid:
        see_cases(where, by=AGENT, what="list")
    return [problem.code for problem in invalid.value.problems]


def test_the_product_writes_the_last_version() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrating.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [str(migrating.NEWEST)]


def test_an_empty_place_is_made_a_register(place: Place) -> None:
    where = Book(place("fresh")).where
    assert version(where) == migrating.NEWEST
    with held(where) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": migrating.VERSIONS_TABLE})
        assert compare_metadata(context, metadata) == []


def test_a_register_of_the_first_version_is_brought_up_to_date(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that it says; what protects it since is there."""
    where = place("first")
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "NEWEST", 1)
        old = Book(where)
        old.enter(AFTER, Found(CODING, "confirmed"))
        assert version(where) == 1
    case = read_case(where, DOCTOR, YEAR, by=AGENT, what="show")
    assert [finding.outcome for finding in case.findings] == ["confirmed"]
    assert version(where) == migrating.NEWEST
    with register(where) as kept:
        assert proof(kept).flaws == ()
        assert {"links", "entries", migrating.VERSIONS_TABLE} == set(inspect(kept.connection).get_table_names())


def test_a_register_of_a_newer_product_is_refused_and_left_as_it_is(place: Place) -> None:
    where = Book(place("newer")).where
    with held(where) as connection:
        connection.exec_driver_sql(f"UPDATE {migrating.VERSIONS_TABLE} SET version_num = '{migrating.NEWEST + 1}'")
    assert refused(where) == ["register_newer"]


def test_tables_of_something_else_are_no_register(place: Place) -> None:
    where = Book(place("other")).where
    with held(where) as connection:
        connection.exec_driver_sql(f"DROP TABLE {migrating.VERSIONS_TABLE}")
    assert refused(where) == ["not_a_register"]


def test_reading_makes_no_register(place: Place, tmp_path: Path) -> None:
    where = place("none")
    assert refused(where) == ["no_register"]
    assert refused(where) == ["no_register"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database, whatever its name says" * 100])
def test_a_file_of_something_else_is_no_register(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(content)
    assert refused(str(path)) == (["register_refuses"] if content else ["no_register"])
    assert path.read_bytes() == content


def test_a_folder_is_no_register(tmp_path: Path) -> None:
    assert refused(str(tmp_path)) == ["no_register"]


def test_a_register_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    book = Book(str(tmp_path / "register.db"))
    assert Path(book.where).stat().st_mode & 0o077 == 0


def test_a_server_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as invalid:
        see_cases(f"postgres://ana:secret@/register?host={tmp_path}", by=AGENT, what="list")
    told = str(invalid.value)
    assert ("secret" in told, "no such file" in told.lower() or "failed" in told) == (False, True)


def test_a_locked_file_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And told when it stays so."""
    monkeypatch.setattr("engine.register.opening.PATIENCE", 0)
    book = Book(str(tmp_path / "register.db"))
    other = sqlite3.connect(book.where, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert refused(book.where) == ["register_refuses"]
    other.close()
    assert len(see_cases(book.where, by=AGENT, what="list").cases) == 1
