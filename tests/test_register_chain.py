"""The chain of the register: what is changed, dropped, moved or cut by hand shows; what a purge drops does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from engine.problems import Invalid
from engine.register.acts import Closed, Found, Observed
from engine.register.proving import Proof, proof
from engine.register.purging import purge
from engine.register.reading import read_case, see_cases
from engine.register.store import register
from tests.registers import AFTER, AGENT, CODING, DOCTOR, OPENED, YEAR, Book, book, noon
from tests.services import Postgres

__all__ = ["book"]

SECRET = "une remarque que personne d’autre ne doit lire"
COLUMNS = {
    "links": ("sequence", "written_at", "digest", "previous", "hash"),
    "entries": ("sequence", "doctor", "year", "by", "day", "act", "salt"),
}
LATER = AFTER + timedelta(days=400)


@pytest.fixture
def full(book: Book) -> Book:
    """A register with a few entries of every shape."""
    book.ask()
    book.enter(AFTER, Observed(SECRET, item=CODING))
    book.enter(AFTER, Found(CODING, "refuted", ground="faux"))
    read_case(book.where, DOCTOR, YEAR, by=AGENT, what="show", clock=noon)
    return book


@contextmanager
def by_hand(book: Book) -> Iterator[sqlite3.Connection]:
    """The file, opened by someone who removes what protects it."""
    connection = sqlite3.connect(book.where)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    with connection:
        yield connection
    connection.close()


def proved(book: Book, anchor: str | None = None) -> Proof:
    with register(book.where) as held:
        return proof(held, anchor)


def faults(book: Book, anchor: str | None = None) -> list[tuple[str, int]]:
    return [(flaw.fault, flaw.entry) for flaw in proved(book, anchor).flaws]


# --- what is done by hand shows -------------------------------------------------------------------------------------


def test_an_untouched_register_is_proved(full: Book) -> None:
    found = proved(full)
    assert (found.entries, found.dropped, found.flaws) == (5, 0, ())
    assert faults(full, found.anchor) == []


@pytest.mark.parametrize("entry", [1, 3, 5])
@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in COLUMNS.items() for column in columns]
)
def test_whatever_is_changed_shows(full: Book, table: str, column: str, entry: int) -> None:
    with by_hand(full) as connection:
        (value,) = connection.execute(f"SELECT {column} FROM {table} WHERE sequence = ?", (entry,)).fetchone()
        other = 77 if isinstance(value, int) else f"{value or ''}".replace("a", "b", 1) + " "
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE sequence = ?", (other, entry))
    assert {number for _, number in faults(full)} & {entry, entry + 1}


@pytest.mark.parametrize("value", [b"\xff", 3.5, "[" * 100_000, '{"kind": "open"', "null"])
def test_what_cannot_be_read_shows(full: Book, value: object) -> None:
    with by_hand(full) as connection:
        connection.execute("UPDATE entries SET act = ? WHERE sequence = 3", (value,))
    assert faults(full) == [("reworded", 3)]
    with pytest.raises(Invalid) as invalid:
        see_cases(full.where, by=AGENT, what="list")
    assert [problem.code for problem in invalid.value.problems] == ["entry_damaged"]


@pytest.mark.parametrize(("column", "value"), [("by", b"\xff"), ("year", "deux mille"), ("day", "hier")])
def test_what_is_not_of_its_kind_is_told_and_no_more_read(full: Book, column: str, value: object) -> None:
    with by_hand(full) as connection:
        connection.execute(f"UPDATE entries SET {column} = ? WHERE sequence = 3", (value,))
    assert faults(full) == [("reworded", 3)]
    with pytest.raises(Invalid) as invalid:
        see_cases(full.where, by=AGENT, what="list")
    assert [problem.code for problem in invalid.value.problems] == ["entry_damaged"]


def test_an_entry_that_no_purge_dropped_shows(full: Book) -> None:
    with by_hand(full) as connection:
        connection.execute("DELETE FROM entries WHERE sequence = 3")
    assert faults(full) == [("dropped", 3)]


def test_an_entry_taken_out_shows(full: Book) -> None:
    with by_hand(full) as connection:
        connection.execute("DELETE FROM entries WHERE sequence = 3")
        connection.execute("DELETE FROM links WHERE sequence = 3")
    assert faults(full) == [("missing", 3)]


def test_two_entries_that_change_places_show(full: Book) -> None:
    with by_hand(full) as connection:
        for old, new in ((3, -1), (4, 3), (-1, 4)):
            connection.execute("UPDATE entries SET sequence = ? WHERE sequence = ?", (new, old))
    assert faults(full) == [("reworded", 3), ("reworded", 4)]


def test_a_cut_shows_with_an_anchor(full: Book) -> None:
    anchor = proved(full).anchor
    with by_hand(full) as connection:
        connection.execute("DELETE FROM entries WHERE sequence > 3")
        connection.execute("DELETE FROM links WHERE sequence > 3")
    assert faults(full) == []
    assert faults(full, anchor) == [("cut", 5)]


def test_a_register_made_anew_shows_with_an_anchor(full: Book, tmp_path: Path) -> None:
    other = Book(str(tmp_path / "other.db"))
    assert faults(full, proved(other).anchor) == [("not_anchored", 1)]


@pytest.mark.parametrize("anchor", ["", "5", "5-abc", f"{'9' * 16}-{'0' * 64}", f"1-{'g' * 64}"])
def test_what_is_no_anchor_is_refused(full: Book, anchor: str) -> None:
    with pytest.raises(Invalid) as invalid:
        faults(full, anchor)
    assert [problem.code for problem in invalid.value.problems] == ["no_register_anchor"]


# --- the database itself refuses ------------------------------------------------------------------------------------

FORBIDDEN = (
    "UPDATE links SET digest = ''",
    "DELETE FROM links",
    "UPDATE entries SET act = ''",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_file_refuses_to_be_changed(full: Book, statement: str) -> None:
    connection = sqlite3.connect(full.where)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


@pytest.mark.xdist_group("postgres")
def test_a_server_refuses_to_be_changed(postgres: Postgres) -> None:
    postgres.run("CREATE SCHEMA chained")
    kept = Book(f"{postgres.address}&schema=chained")
    for statement in FORBIDDEN:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            postgres.run("SET search_path TO chained", statement)
    assert (proved(kept).entries, proved(kept).flaws) == (1, ())


# --- what is past is dropped ----------------------------------------------------------------------------------------


def purged(book: Book, before: date = LATER) -> tuple[int, int]:
    done = purge(book.where, before, by=AGENT, on=date(2026, 1, 1))
    return done.cases, done.dropped


def test_a_purge_drops_what_closed_cases_say_and_the_chain_stays_proved(full: Book) -> None:
    full.enter(AFTER, Closed())
    assert purged(full) == (1, 6)
    found = proved(full)
    assert (found.entries, found.dropped, found.flaws) == (7, 6, ())
    assert see_cases(full.where, by=AGENT, what="list").cases == ()


def test_nothing_of_what_a_purge_drops_is_left_in_the_file(full: Book) -> None:
    full.enter(AFTER, Closed())
    assert SECRET.encode() in Path(full.where).read_bytes()
    purged(full)
    left = b"".join(file.read_bytes() for file in Path(full.where).parent.iterdir())
    assert (SECRET.encode() in left, DOCTOR.encode() in left) == (False, False)


def test_an_open_case_is_kept_whole(full: Book) -> None:
    assert purged(full, date(2024, 12, 1)) == (0, 0)
    assert proved(full).dropped == 0


def test_a_case_closed_on_the_day_is_kept(full: Book) -> None:
    full.enter(AFTER, Closed())
    assert purged(full, AFTER) == (0, 0)


def test_old_readings_are_dropped_even_of_open_cases(full: Book) -> None:
    assert purged(full, noon().date() + timedelta(days=1)) == (0, 1)
    assert proved(full).flaws == ()


def test_what_is_not_past_yet_is_not_purged(full: Book) -> None:
    with pytest.raises(Invalid) as invalid:
        purge(full.where, AFTER, by=AGENT, on=OPENED)
    assert [problem.code for problem in invalid.value.problems] == ["purge_to_come"]


@pytest.mark.xdist_group("postgres")
def test_a_server_is_purged_and_proved_too(postgres: Postgres) -> None:
    postgres.run("CREATE SCHEMA purged")
    kept = Book(f"{postgres.address}&schema=purged")
    kept.enter(AFTER, Closed())
    assert purged(kept) == (1, 2)
    assert (proved(kept).dropped, proved(kept).flaws) == (2, ())
