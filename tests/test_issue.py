"""What is issued can be proved: sealed, signed, noted, verified; and whatever is thrown at it is answered clearly."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.issuing.journal import read
from engine.issuing.keys import KEY, new_key
from engine.issuing.statements import Statements
from engine.linking import linked
from engine.text import canonical_json
from tests.conftest import Forfait, policy_files

DOCTOR = "99900000003"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def key(forfait: Forfait, tmp_path: Path) -> Path:
    assert forfait("key", "new", tmp_path / "key").code == 0
    return tmp_path / "key"


@pytest.fixture
def signed(forfait: Forfait, tmp_path: Path, key: Path) -> Path:
    path = tmp_path / "signed.json"
    ran = forfait("issue", DOCTOR, "--sign", key, "--journal", tmp_path / "journal", "--output", path)
    assert (ran.code, ran.err) == (0, "")
    return path


@pytest.fixture
def bare(forfait: Forfait, tmp_path: Path) -> Path:
    """A record as `forfait explain --format json` prints it: without a seal."""
    path = tmp_path / "bare.json"
    path.write_text(forfait("explain", DOCTOR, "--format", "json").out, "utf-8")
    return path


def public(key: Path) -> Path:
    return key.with_name(f"{key.name}.pub")


# --- issued ---------------------------------------------------------------------------------------------------------


def test_what_is_issued_is_accepted_by_every_check(forfait: Forfait, signed: Path, key: Path) -> None:
    journal = signed.with_name("journal")
    ran = forfait("verify", signed, "--policy", 2023, "--key", public(key), "--journal", journal)
    assert (ran.code, ran.err) == (0, "")
    assert forfait("replay", signed).code == 0


def test_issued_again_it_is_the_same_bytes_and_the_same_entry(forfait: Forfait, signed: Path, key: Path) -> None:
    """An agent stopped on the way starts again: nothing is doubled."""
    journal = signed.with_name("journal")
    again = forfait("issue", DOCTOR, "--sign", key, "--journal", journal)
    assert again.out.encode() == signed.read_bytes()
    assert len(read(journal).entries) == 1


def test_what_was_issued_is_never_replaced(forfait: Forfait, signed: Path, key: Path) -> None:
    """Nor is what would have replaced it noted; the same issued again is no replacement."""
    journal, before = signed.with_name("journal"), signed.read_bytes()
    ran = forfait("issue", DOCTOR, "--journal", journal, "--output", signed, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "never replaced" in ran.err
    assert (signed.read_bytes(), len(read(journal).entries)) == (before, 1)
    assert forfait("issue", DOCTOR, "--sign", key, "--output", signed).code == 0


def test_a_record_never_takes_the_place_of_the_journal(forfait: Forfait, signed: Path, tmp_path: Path) -> None:
    journal = signed.with_name("journal")
    before = journal.read_bytes()
    (tmp_path / "linked").symlink_to(journal)
    for place in (journal, tmp_path / "linked"):
        assert forfait("issue", DOCTOR, "--journal", journal, "--output", place).code == 2
    assert journal.read_bytes() == before
    assert forfait("issue", DOCTOR, "--journal", tmp_path / "new", "--output", tmp_path / "new").code == 2
    assert not (tmp_path / "new").exists()


def test_a_record_is_for_its_owner_alone(signed: Path) -> None:
    assert stat.S_IMODE(signed.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


def test_what_is_written_follows_no_link_laid_beside_it(signed: Path, tmp_path: Path) -> None:
    """The name under which it is first written is drawn, and nothing is left under it."""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal", "key", "key.pub", "signed.json"]


def test_a_decision_after_control_is_issued_noted_verified_and_replayed(
    forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORFAIT_AGENT", "un agent")
    held = ("--register", tmp_path / "control.db")
    forfait("control", "open", DOCTOR, "--year", 2023, "--on", "2024-09-02", *held)
    found = ("--outcome", "refuted", "--ground", "factures absentes", "--on", "2024-09-03")
    done = forfait("control", "record", DOCTOR, "--item", "logiciel-segur", *found, *held)
    assert (done.code, done.err) == (0, "")
    record, journal = tmp_path / "after.json", tmp_path / "journal"
    done = forfait("issue", DOCTOR, "--journal", journal, "--output", record, *held)
    assert (done.code, done.err) == (0, "")
    assert forfait("verify", record, "--policy", 2023, "--journal", journal).code == 0
    assert receipt(record)["record"]["as_of"] == "2024-09-03"
    assert forfait("replay", record, *held).code == 0
    assert forfait("replay", record).code == 1


def test_the_key_may_be_in_the_environment(
    forfait: Forfait, signed: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, key.read_text("ascii"))
    assert forfait("issue", DOCTOR).out.encode() == signed.read_bytes()


def test_a_private_key_is_for_its_owner_alone_and_never_replaced(forfait: Forfait, key: Path) -> None:
    secret = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert forfait("key", "new", key).code == 2
    assert key.read_bytes() == secret


def test_a_key_is_told_by_its_file_or_by_its_text(forfait: Forfait, signed: Path, key: Path) -> None:
    name = json.loads(signed.read_text("utf-8"))["signature"]["key"]
    assert forfait("verify", signed, "--key", name).code == forfait("verify", signed, "--key", public(key)).code == 0


def test_a_public_key_is_the_same_in_capitals(forfait: Forfait, signed: Path) -> None:
    name = receipt(signed)["signature"]["key"].removeprefix("ed25519:").upper()
    assert forfait("verify", signed, "--key", f"ed25519:{name}").code == 0


def test_a_private_key_without_its_public_one_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = os.open

    def full(path: Path, flags: int, mode: int) -> int:
        if path.name.endswith(".pub"):
            raise OSError(errno.ENOSPC, "no room")
        return written(path, flags, mode)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OSError, match="no room"):
        new_key(tmp_path / "key")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_verifying_tells(forfait: Forfait, bare: Path, lang: str, named: SnapshotAssertion) -> None:
    """Of a bare record, and of the same with one amount changed."""
    spoilt = json.loads(bare.read_text("utf-8"))
    spoilt["volets"][1]["points"]["paid"] = "449.5"
    wrong = bare.with_name("spoilt.json")
    wrong.write_bytes(canonical_json(spoilt))
    told = [forfait("verify", path, "--policy", 2023, "--lang", lang).out for path in (bare, wrong)]
    assert "\n".join(told) == named(name=f"records/verify.{lang}.txt")


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "fr",
            "Forfait du volet de synthèse médicale (VSM), payé — "
            "l’enregistrement dit 3 000,00 € ; il en découle 1 500,00 €",
        ),
        ("en", "Medical summary (VSM) lump sum, paid — the record says €3,000.00; €1,500.00 follows"),
    ],
)
def test_a_changed_amount_is_told_by_its_label_and_in_euros(
    forfait: Forfait, bare: Path, lang: str, told: str
) -> None:
    spoilt = json.loads(bare.read_text("utf-8"))
    spoilt["components"][0]["euros"]["paid"] = "3000"
    bare.write_bytes(canonical_json(spoilt))
    ran = forfait("verify", bare, "--lang", lang)
    plain = ran.out.replace("│", " ").replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert told in " ".join(plain.split())


@pytest.mark.parametrize(("lang", "wrong"), [("fr", "row,"), ("en", "row, field")])
def test_the_place_of_a_changed_reason_is_told_in_words(forfait: Forfait, bare: Path, lang: str, wrong: str) -> None:
    spoilt = json.loads(bare.read_text("utf-8"))
    tier = spoilt["components"][0]["periods"][0]["tiers"][0]
    tier["tree"]["saw"]["rows"][0]["row"]["fields"]["numerator"] += 10
    bare.write_bytes(canonical_json(spoilt))
    assert wrong not in forfait("verify", bare, "--lang", lang).out


def test_a_question_whose_answer_was_changed_is_told_as_one() -> None:
    policy = linked(policy_files(2023), {})
    question = next(iter(policy.readings.values()))
    place = f"contested[{question.id}].points.paid"
    told = Statements("en", policy).place(place)
    assert told == f"Contested reading “{question.question.en}”, paid"
    assert Statements("en", None).place(place) == f"Contested reading “{question.id}”, paid"


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("point_value", "7", "€7.00"),
        ("indicators[a].points_paid", "30.5", "30.5 points"),
        ("indicators[a].outcome", "granted", "granted"),
        ("contested[a].components.vsm", "1500", "€1,500.00"),
        ("volets[a].points.paid", {"from": "0", "to": "20"}, "from 0 to 20 points"),
        ("as_of", "2024-06-30", "30 June 2024"),
        ("indicators[a].presumed", True, "yes"),
        ("indicators[a].missing", [], "[]"),
        ("euros.paid", "not an amount", "not an amount"),
    ],
)
def test_what_a_record_says_is_told_as_people_write_it(place: str, value: Any, told: str) -> None:
    assert Statements("en", None).value(place, value).replace("\N{NO-BREAK SPACE}", " ") == told


def test_verifying_tells_what_was_decided_and_under_which_readings_but_the_default(
    forfait: Forfait, tmp_path: Path
) -> None:
    path = tmp_path / "record.json"
    path.write_text(forfait("explain", DOCTOR, "--reading", "cible-dmp=page", "--format", "json").out, "utf-8")
    ran = forfait("verify", path, "--policy", 2023, "--lang", "en")
    assert "Paid, according to the record                671.5\N{NO-BREAK SPACE}points  €4,700.50" in ran.out
    assert ran.out.endswith("Readings other than those that the policy takes by default\n└── cible-dmp: page\n")


@pytest.mark.parametrize("words", [["explain", DOCTOR], ["verify", "RECORD"]], ids=["explain", "verify"])
def test_what_signs_and_what_stores_is_loaded_by_who_needs_it(words: list[str], bare: Path) -> None:
    """Neither cryptography, slow to load, nor the libraries of the register: a bare record has no signature."""
    program = "import sys; from cli.main import run_command as run\n"
    program += "try: run()\nfinally: sys.stderr.write(' '.join(sys.modules))"
    words = [str(bare) if word == "RECORD" else word for word in words]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert {"cryptography", "sqlalchemy", "alembic"} & set(done.stderr.split()) == set()


# --- altered --------------------------------------------------------------------------------------------------------


def receipt(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


ALTERED: dict[str, Callable[[Path], bytes]] = {
    "a space": lambda path: path.read_bytes().replace(b",", b", ", 1),
    "a line more": lambda path: path.read_bytes() + b"\n",
    "no line break": lambda path: path.read_bytes().removesuffix(b"\n"),
    "laid out": lambda path: json.dumps(receipt(path), indent=1).encode(),
    "another engine": lambda path: path.read_bytes().replace(b'"engine":{"version":"', b'"engine":{"version":"9', 1),
    "another digest": lambda path: canonical_json(receipt(path) | {"digest": f"sha256:{'0' * 64}"}) + b"\n",
    "no signature": lambda path: canonical_json(receipt(path) | {"signature": None}) + b"\n",
    "the record alone": lambda path: canonical_json(receipt(path)["record"]),
}


@pytest.mark.parametrize("alter", ALTERED.values(), ids=ALTERED)
def test_with_the_key_every_change_at_all_is_rejected(
    alter: Callable[[Path], bytes], forfait: Forfait, signed: Path, key: Path
) -> None:
    signed.write_bytes(alter(signed))
    ran = forfait("verify", signed, "--key", public(key))
    assert (ran.code, ran.err) == (1, "")


def test_a_record_signed_by_another_is_rejected(forfait: Forfait, signed: Path, tmp_path: Path) -> None:
    forfait("key", "new", tmp_path / "other")
    assert forfait("verify", signed, "--key", tmp_path / "other.pub").code == 1


def test_a_record_that_the_journal_does_not_hold_is_rejected(forfait: Forfait, signed: Path, bare: Path) -> None:
    journal = signed.with_name("journal")
    assert forfait("verify", bare, "--journal", journal).code == 0
    other = forfait("issue", DOCTOR, "--as-of", "2024-03-01", "--output", signed.with_name("other.json"))
    assert other.code == 0
    assert forfait("verify", signed.with_name("other.json"), "--journal", journal).code == 1


def test_a_record_on_other_data_is_not_the_same_decided_again(forfait: Forfait, bare: Path, tmp_path: Path) -> None:
    text = (ROOT / "examples" / f"{DOCTOR}.yaml").read_text("utf-8")
    (tmp_path / "data.yaml").write_text(text.replace("numerator: 4873", "numerator: 4872"), "utf-8")
    ran = forfait("replay", bare, "--data", tmp_path / "data.yaml", "--lang", "en")
    assert ran.code == 1
    assert "Numerator: 4,873 → 4,872" in ran.out
    assert "Issued: 2023, on" in ran.out and "Decided again: 2023, on" in ran.out


def test_a_policy_of_another_year_cannot_decide_it(forfait: Forfait, bare: Path) -> None:
    ran = forfait("verify", bare, "--policy", 2024, "--lang", "en")
    assert ran.code == 1
    assert "the record is of 2023, the policy of 2024" in " ".join(ran.out.split()).replace("│ ", "")


# --- hostile --------------------------------------------------------------------------------------------------------

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"a: 1\n",
    "no record": b"[]",
    "deep": b"[" * 200_000,
    "deep and closed": b'{"a":' * 500 + b"1" + b"}" * 500,
    "a float": b'{"schema": "decision/2", "year": 2023.0}',
    "not a number": b'{"schema": "decision/2", "year": NaN}',
    "endless digits": b'{"year": ' + b"9" * 100_000 + b"}",
    "said twice": b'{"schema": "decision/2", "schema": "decision/2"}',
    "half a character": b'{"schema": "decision/2", "doctor": "\\ud800"}',
    "not UTF-8": b"\xff\xfe{}",
    "an older form": b'{"schema": "decision/1"}',
    "many keys, the last said twice": b"{%s}" % b",".join(b'"%d":0' % (n % 199_999) for n in range(200_000)),
    "control characters": b'{"schema": "decision/2", "\\u001b[31m": "<script>"}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("command", ["verify", "replay"])
def test_what_is_no_record_is_told_so(command: str, content: bytes, forfait: Forfait, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(content)
    ran = forfait(command, path, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(str(path)) and "Traceback" not in ran.err
    assert ran.err.replace("\n", "").isprintable()


WRONG_TYPES: dict[str, tuple[str, Any]] = {
    "a year in letters": ("year", "2023"),
    "a truth value for a day": ("as_of", True),
    "a list for readings": ("readings", []),
    "a text for indicators": ("indicators", "all"),
    "no dossier": ("dossier", None),
    "a number for points": ("points", 5),
    "a day that no month has": ("as_of", "2024-02-31"),
}


@pytest.mark.parametrize("wrong", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_record_of_wrong_types_is_told_at_its_place(wrong: tuple[str, Any], forfait: Forfait, bare: Path) -> None:
    name, value = wrong
    bare.write_text(json.dumps(json.loads(bare.read_text("utf-8")) | {name: value}), "utf-8")
    ran = forfait("verify", bare, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert f"“{name}”" in ran.err


def test_what_a_name_holds_is_never_obeyed(forfait: Forfait, bare: Path) -> None:
    """Markup, escape codes and a hundred thousand letters, in the doctor's name and in an item's."""
    record = json.loads(bare.read_text("utf-8"))
    hostile = "\x1b[2J[bold]<script>\u202e" + "x" * 100_000
    record["dossier"]["name"] = hostile
    record["dossier"]["rows"][0]["origin"] = hostile
    record["tables"][0]["value"] = hostile
    bare.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    for command in (("verify", bare), ("verify", bare, "--policy", 2023), ("replay", bare), ("compare", bare, bare)):
        ran = forfait(*command)
        assert ran.code in (0, 1, 2) and "Traceback" not in ran.err
        assert "\x1b" not in ran.out + ran.err and "\u202e" not in ran.out + ran.err


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused(content: bytes, forfait: Forfait, bare: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong"
    path.write_bytes(content)
    for ran in (forfait("issue", DOCTOR, "--sign", path), forfait("verify", bare, "--key", path)):
        assert (ran.code, ran.out) == (2, "")
        assert str(path) in ran.err
