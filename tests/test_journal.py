"""The journal only grows: whatever is changed, moved or cut in it shows, and no agent loses or doubles an entry."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.issuing.journal import NOTHING, Anchor, append, parse_anchor, read
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


STRANGE: dict[str, bytes] = {
    "a file of another kind": b"doctor,year\n99900000001,2023\n",
    "without a line break": b"%PDF-1.7 something dear",
    "binary": bytes(range(256)) * 40,
    "a record": b'{"as_of":"2024-06-30","calendar":[],"doctor":"99900000001"}',
    "one long line": b'{"as_of":"2024-06-30"' * 1000,
}


@pytest.mark.parametrize("content", STRANGE.values(), ids=STRANGE)
def test_what_is_no_journal_is_left_as_it_is(content: bytes, journal: Path) -> None:
    """Alone, and after the entries of a journal."""
    for strange in (content, journal.read_bytes() + content):
        journal.write_bytes(strange)
        with pytest.raises(Invalid, match="no journal, or was altered"):
            append(journal, entry(MANY))
        assert journal.read_bytes() == strange


def test_wherever_an_agent_is_killed_the_next_one_goes_on(journal: Path) -> None:
    whole = journal.read_bytes()
    last = lines(journal)[-1]
    for kept in range(len(last)):
        journal.write_bytes(whole[: len(whole) - len(last) + kept])
        assert append(journal, entry(MANY - 1)) == MANY
        assert journal.read_bytes() == whole


def test_nothing_is_added_after_an_entry_that_was_altered(journal: Path) -> None:
    kept = lines(journal)
    for altered in (kept[-1].replace(b"2023", b"2024"), kept[-1].replace(b'"key":null', b'"key":true'), b"\n"):
        content = b"".join([*kept[:-1], altered])
        journal.write_bytes(content)
        with pytest.raises(Invalid):
            append(journal, entry(MANY))
        assert journal.read_bytes() == content


def test_nothing_is_added_after_an_entry_that_does_not_follow_the_one_before(journal: Path) -> None:
    """Each is an entry as it was written: copied to the end, moved there, or left alone."""
    kept = lines(journal)
    alterations = [[*kept, copied] for copied in kept]
    alterations += [[*kept[:-2], kept[-1], kept[-2]], [*kept[:-2], kept[-1]], [kept[-1]], [b"garbage\n", kept[0]]]
    for altered in alterations:
        content = b"".join(altered)
        journal.write_bytes(content)
        with pytest.raises(Invalid):
            append(journal, entry(MANY))
        assert journal.read_bytes() == content


def test_no_number_is_given_that_no_entry_can_have(tmp_path: Path) -> None:
    """Of fifteen digits at most: a longer one would be noted, and could not be read."""
    journal, highest = tmp_path / "journal", 10**15 - 1
    before = entry(0).line(highest - 1, NOTHING)
    content = before + entry(1).line(highest, json.loads(before)["digest"])
    journal.write_bytes(content)
    with pytest.raises(Invalid):
        append(journal, entry(2))
    assert journal.read_bytes() == content


def test_a_record_whose_digest_was_altered_in_its_entry_is_noted_again_and_that_shows(journal: Path) -> None:
    kept = lines(journal)
    altered = kept[1].replace(entry(1).record.encode(), entry(MANY).record.encode())
    journal.write_bytes(b"".join([kept[0], altered, *kept[2:]]))
    assert append(journal, entry(1)) == MANY + 1
    assert [(wrong.fault, wrong.line) for wrong in read(journal).wrong] == [("entry", 2), ("chain", 3)]


def test_no_number_is_told_of_an_entry_that_was_altered(journal: Path) -> None:
    """Of the record asked about, whichever it is."""
    kept = lines(journal)
    content = b"".join([kept[0].replace(b"2023", b"2024"), *kept[1:]])
    journal.write_bytes(content)
    with pytest.raises(Invalid):
        append(journal, entry(0))
    assert journal.read_bytes() == content


def test_what_was_altered_before_the_end_shows_as_well_when_the_journal_has_grown(journal: Path) -> None:
    kept = lines(journal)
    for altered in (
        [*kept[:3], *kept[4:]],
        [kept[1], kept[0], *kept[2:]],
        [kept[0].replace(b"2023", b"2024"), *kept[1:]],
    ):
        journal.write_bytes(b"".join(altered))
        before = read(journal).wrong
        assert append(journal, entry(MANY)) == MANY + 1
        assert (read(journal).wrong[: len(before)], before != ()) == (before, True)


def test_a_new_journal_is_for_its_owner_alone(journal: Path) -> None:
    assert stat.S_IMODE(journal.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


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


KIND = {
    "fr": "Ce fichier n’est pas un journal : aucune de ses lignes n’a la forme d’une entrée.\n",
    "en": "This file is no journal: none of its lines has the form of an entry.\n",
}


@pytest.mark.parametrize("content", [b"\x00" * 5000, b"[" * 100_000])
def test_a_line_that_has_no_end_is_told_to_have_none(forfait: Forfait, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal"
    path.write_bytes(content)
    ran = forfait("journal", "verify", path, "--lang", "en")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("Line 1: it is not ")


@pytest.mark.parametrize("lang", KIND)
@pytest.mark.parametrize("content", [b"{}\n" * 3, b'{"number":1e999}\n', b"\xff\xfe\n", b"doctor,year\n1,2\n"])
def test_a_file_of_another_kind_is_told_to_be_no_journal_once(
    forfait: Forfait, tmp_path: Path, content: bytes, lang: str
) -> None:
    """Neither line by line, nor as an empty one."""
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    for command in ("verify", "show", "anchor"):
        ran = forfait("journal", command, path, "--lang", lang)
        told = (ran.out + ran.err).replace("\N{NO-BREAK SPACE}", " ")
        assert (ran.code, told) == (1, KIND[lang])


def test_an_altered_line_is_told_beside_the_entries_shown(forfait: Forfait, journal: Path) -> None:
    journal.write_bytes(journal.read_bytes().replace(b'"number":2,', b'"number":3,', 1))
    ran = forfait("journal", "show", journal, "--lang", "en")
    assert ran.code == 1
    assert "Line 2: it is not an entry as it was written." in ran.err
    assert "99900000000" in ran.out


def test_one_entry_is_told_as_one(forfait: Forfait, tmp_path: Path) -> None:
    append(tmp_path / "journal", entry(0))
    assert "1 entry," in forfait("journal", "verify", tmp_path / "journal", "--lang", "en").out


def test_what_is_no_anchor_is_refused(forfait: Forfait, journal: Path) -> None:
    ran = forfait("journal", "verify", journal, "--anchor", "journal/1 0 sha256:00", "--lang", "en")
    assert ran.code == 2
    assert "forfait journal anchor gives one" in ran.err


def test_a_journal_whose_only_entry_was_changed_is_still_one(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    append(path, entry(1))
    path.write_bytes(path.read_bytes().replace(b'"year":2', b'"year":1'))
    assert [one.fault for one in read(path).wrong] == ["entry"]
