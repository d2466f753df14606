"""The journal only grows: whatever is changed, moved or cut in it shows, and no agent loses or doubles an entry."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.issuing.journal import Anchor, append, parse_anchor, read
from engine.problems import Invalid
from tests.conftest import Forfait
from tests.writing_journals import entry, written_at_once

MANY = 12


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "journal"
    assert [append(path, entry(number)) for number in range(MANY)] == list(range(1, MANY + 1))
    return path


def anchor(path: Path) -> Anchor:
    found = read(path).anchor
    assert found is not None
    return found


# --- what is written ------------------------------------------------------------------------------------------------


def test_a_journal_left_alone_is_whole_and_holds_its_anchor(journal: Path) -> None:
    found = read(journal, anchor(journal))
    assert (len(found.entries), found.wrong) == (MANY, ())


def test_an_older_anchor_holds_when_the_journal_has_grown(journal: Path) -> None:
    older = anchor(journal)
    append(journal, entry(MANY))
    assert read(journal, older).wrong == ()


def test_a_record_noted_twice_keeps_its_number(journal: Path) -> None:
    before = journal.read_bytes()
    assert append(journal, entry(4)) == 5
    assert journal.read_bytes() == before


def test_what_a_killed_agent_began_to_write_is_dropped(journal: Path) -> None:
    """It was told to nobody; the next entry takes its place."""
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-40])
    assert [one.fault for one in read(journal).wrong] == ["torn"]
    assert append(journal, entry(MANY - 1)) == MANY
    assert journal.read_bytes() == whole


def test_nothing_is_added_after_what_is_no_entry(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes() + b"{}\n")
    with pytest.raises(Invalid, match="no entry"):
        append(journal, entry(MANY))


# --- what is altered ------------------------------------------------------------------------------------------------


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_any_two_entries_exchanged_show(journal: Path) -> None:
    kept = lines(journal)
    for one in range(MANY):
        for other in range(one):
            moved = list(kept)
            moved[one], moved[other] = moved[other], moved[one]
            journal.write_bytes(b"".join(moved))
            assert {wrong.fault for wrong in read(journal).wrong} == {"order", "chain"}


def test_any_entry_left_out_shows(journal: Path) -> None:
    """All but the last: nothing follows it, and only an anchor tells that it was there."""
    kept, last = lines(journal), anchor(journal)
    for one in range(MANY - 1):
        journal.write_bytes(b"".join(kept[:one] + kept[one + 1 :]))
        assert read(journal).wrong != ()
    journal.write_bytes(b"".join(kept[:-1]))
    assert read(journal).wrong == ()
    assert [one.fault for one in read(journal, last).wrong] == ["anchor_missing"]


def test_a_cut_tail_shows_beside_the_anchor_wherever_it_is_cut(journal: Path) -> None:
    whole, last = journal.read_bytes(), anchor(journal)
    for length in range(0, len(whole) - 1, 7):
        journal.write_bytes(whole[:length])
        assert read(journal, last).wrong != ()


def test_a_journal_written_anew_shows_beside_the_anchor(journal: Path, tmp_path: Path) -> None:
    """A chain that holds, of as many entries, in which one record was left out and another put."""
    other = tmp_path / "other"
    for number in [*range(MANY - 2), MANY, MANY + 1]:
        append(other, entry(number))
    assert read(other).wrong == ()
    assert [one.fault for one in read(other, anchor(journal)).wrong] == ["anchor_other"]


@given(st.randoms(use_true_random=False))
def test_any_byte_changed_shows(tmp_path_factory: pytest.TempPathFactory, random: Random) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal"
    for number in range(3):
        append(path, entry(number))
    content = bytearray(path.read_bytes())
    place = random.randrange(len(content))
    content[place] = (content[place] + random.randrange(1, 256)) % 256
    last = anchor(path)
    path.write_bytes(content)
    assert read(path, last).wrong != ()


# --- many agents ----------------------------------------------------------------------------------------------------


def test_agents_that_write_at_once_and_are_killed_lose_and_double_nothing(tmp_path: Path) -> None:
    """`bench/journal.py` does the same with ten agents and a thousand entries each."""
    assert written_at_once(tmp_path, agents=4, each=25, kills=8, seed=1) == 100


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_anchor_printed_is_the_anchor_asked_for(forfait: Forfait, journal: Path, tmp_path: Path) -> None:
    printed = forfait("journal", "anchor", journal).out
    assert parse_anchor(printed.strip()) == anchor(journal)
    noted = tmp_path / "anchor"
    noted.write_text(printed, "utf-8")
    assert forfait("journal", "verify", journal, "--anchor", noted).code == 0


def test_a_cut_journal_is_refused_by_the_command(forfait: Forfait, journal: Path) -> None:
    printed = forfait("journal", "anchor", journal).out.strip()
    journal.write_bytes(b"".join(lines(journal)[:-1]))
    ran = forfait("journal", "verify", journal, "--anchor", printed, "--lang", "en")
    assert (ran.code, ran.out) == (1, f"The anchor is at entry {MANY}, which is no longer there: the end was cut.\n")


@pytest.mark.parametrize(
    "content", [b"\x00" * 5000, b"[" * 100_000, b"{}\n" * 3, b'{"number":1e999}\n', b"\xff\xfe\n"]
)
def test_what_is_no_journal_is_told_line_by_line(forfait: Forfait, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal"
    path.write_bytes(content)
    ran = forfait("journal", "verify", path, "--lang", "en")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("Line 1: it is not ")


def test_what_is_no_anchor_is_refused(forfait: Forfait, journal: Path) -> None:
    ran = forfait("journal", "verify", journal, "--anchor", "journal/1 0 sha256:00", "--lang", "en")
    assert ran.code == 2
    assert "forfait journal anchor gives one" in ran.err
