"""A register that is not as it was written is shown with what is wrong; nothing is drawn from it or added to it."""

from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, get_args

import pytest

from engine.problems import Invalid
from engine.register.acts import Answered, Closed, Found, Observed, Opened
from engine.register.purging import purge
from engine.register.reading import entries_of, read_case, read_log, see_case, see_cases
from tests.conftest import Forfait
from tests.registers import AFTER, AGENT, CODING, DOCTOR, OPENED, YEAR, Book, book, noon
from tests.test_register_chain import by_hand

__all__ = ["book"]

OTHER = "99900000011"
REFUTED = Found(CODING, "refuted", ground="aucune trace")


@pytest.fixture
def altered(book: Book) -> Book:
    """A register where the ground of a finding was changed by hand, in entry 2."""
    book.enter(AFTER, REFUTED)
    with by_hand(book) as connection:
        connection.execute("UPDATE entries SET act = replace(act, 'aucune trace', 'falsifiée') WHERE sequence = 2")
    return book


Upon = Literal["read", "correct", "purge", "enter", "open"]


def acts_upon(book: Book, deed: Upon) -> None:
    """One of the things that rest on what a register says."""
    match deed:
        case "read":
            read_case(book.where, DOCTOR, YEAR, by=AGENT, what="notice", clock=noon)
        case "correct":
            entries_of(book.where, DOCTOR, YEAR)
        case "purge":
            purge(book.where, OPENED, by=AGENT, on=AFTER, clock=noon)
        case "enter":
            book.enter(AFTER, Closed())
        case "open":
            book.enter(OPENED, Opened(), doctor=OTHER)


@pytest.mark.parametrize("deed", get_args(Upon))
def test_nothing_is_drawn_from_it_or_added_to_it(altered: Book, deed: Upon) -> None:
    with pytest.raises(Invalid) as invalid:
        acts_upon(altered, deed)
    told = [(one.code, one.file, one.details["entry"]) for one in invalid.value.problems]
    assert told == [("register_altered", altered.where, "2")]
    entries, _ = read_log(altered.where, None, None, by=AGENT, clock=noon)
    assert [entry.kind for entry in entries] == ["open", "record", "read"]


def test_what_is_shown_comes_with_what_is_wrong(altered: Book) -> None:
    seen = [
        see_case(altered.where, DOCTOR, YEAR, by=AGENT, what="show", clock=noon).flaws,
        see_cases(altered.where, by=AGENT, what="list", clock=noon).flaws,
        read_log(altered.where, None, None, by=AGENT, clock=noon)[1],
    ]
    assert [[(one.fault, one.entry) for one in flaws] for flaws in seen] == [[("reworded", 2)]] * 3


@pytest.mark.parametrize("statement", ["UPDATE entries SET doctor = ? WHERE sequence = 3", "of nobody"])
def test_what_was_moved_or_taken_away_is_missed(book: Book, statement: str) -> None:
    """Though nothing that is left in the case was changed."""
    number = book.number(AFTER, Observed("Non.", item=CODING))
    book.enter(AFTER, Answered(number, "Si."))
    with by_hand(book) as connection:
        if statement.startswith("UPDATE"):
            connection.execute(statement, (OTHER,))
        else:
            connection.execute("DELETE FROM entries WHERE sequence = 3")
    with pytest.raises(Invalid, match="entry 3"):
        read_case(book.where, DOCTOR, YEAR, by=AGENT, what="notice")


def test_what_a_purge_dropped_is_not_missed(book: Book) -> None:
    book.enter(OPENED, Opened(), doctor=OTHER)
    book.enter(AFTER, Closed())
    purge(book.where, AFTER + timedelta(days=1), by=AGENT, on=date(2024, 12, 1), clock=noon)
    assert read_case(book.where, OTHER, YEAR, by=AGENT, what="notice").doctor == OTHER


@pytest.mark.parametrize("words", ["redecide", "notice --dated 2024-11-01", "export", "close --on 2024-11-01"])
def test_a_command_that_rests_on_it_is_refused(altered: Book, forfait: Forfait, words: str) -> None:
    verb, *options = words.split()
    ran = forfait("control", verb, DOCTOR, *options, "--register", altered.where, "--by", AGENT)
    assert (ran.code, ran.out, "inscription 2" in ran.err, "control verify" in ran.err) == (2, "", True, True)


def test_no_decision_takes_its_findings(altered: Book, forfait: Forfait) -> None:
    ran = forfait("explain", DOCTOR, "--year", YEAR, "--register", altered.where, "--by", AGENT)
    assert (ran.code, ran.out) == (2, "")


def test_a_case_is_shown_with_the_warning_above_it(altered: Book, forfait: Forfait) -> None:
    show = ["control", "show", DOCTOR, "--register", altered.where, "--by", AGENT]
    tree, data = forfait(*show), forfait(*show, "--format", "json")
    assert tree.out.split("\n")[1].startswith("Ce registre n’est plus tel qu’il a été écrit.")
    assert tree.out.index("Inscription 2") < tree.out.index("Dr Claire Fontaine")
    assert ("Inscription 2" in data.err, json.loads(data.out)["doctor"]) == (True, DOCTOR)


@pytest.mark.parametrize("words", ["list", "log", "deadlines"])
def test_what_is_listed_comes_with_the_warning_beside_it(altered: Book, forfait: Forfait, words: str) -> None:
    ran = forfait("control", words, "--register", altered.where, "--by", AGENT)
    assert (ran.code, "Inscription 2" in ran.err, "Inscription 2" in ran.out) == (0, True, False)


def test_a_file_of_another_product_is_left_as_it_is(tmp_path: Path, forfait: Forfait) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE foo (bar)")
    before = path.read_bytes()
    ran = forfait("control", "open", DOCTOR, "--on", "2024-09-02", "--register", path, "--by", AGENT)
    assert (ran.code, "d’autres tables" in ran.err, path.read_bytes() == before) == (2, True, True)


@pytest.mark.parametrize(
    ("where", "said"), [("mysql://ana:secret@host/x", "mysql"), ("nowhere/register.db", "nowhere/register.db")]
)
def test_where_no_register_can_be_is_told(forfait: Forfait, where: str, said: str) -> None:
    """By the path or the kind of address, and without a password."""
    ran = forfait("control", "open", DOCTOR, "--on", "2024-09-02", "--register", where, "--by", AGENT)
    assert (ran.code, said in ran.err, "secret" in ran.err, "place" in ran.err) == (2, True, False, False)
