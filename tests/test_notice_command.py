"""`forfait control redecide` and `notice` as an agent types them: from the register and payments to the letter."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.words import LANGS, Lang, say
from tests.conftest import Forfait, Ran
from tests.controlled import DATED, NOT_PRODUCED, PAID, PAYMENTS, REQUEST, SOFTWARE

DOCTOR = PAID.number
SIGNED = ["--signatory", "Anne Roy", "--capacity", "directrice de la caisse"]
HEAD = """
address: [Service du contrôle, 44000 Nantes]
place: Nantes
contact: service du contrôle
cra: secrétariat de la CRA, 44000 Nantes
court: pôle social du tribunal judiciaire de Nantes
sending: lettre recommandée avec demande d’avis de réception
"""


class Office:
    """A register with a case in it, a table of payments and a letterhead, in a folder."""

    def __init__(self, forfait: Forfait, folder: Path) -> None:
        self.forfait, self.folder = forfait, folder
        self.payments, self.head = folder / "payments.csv", folder / "head.yaml"
        rows = [f"{one.day},{one.amount},{one.reference}\n" for one in PAYMENTS]
        self.payments.write_text("".join(["date,amount,reference\n", *rows]), encoding="utf-8")
        self.head.write_text(HEAD, encoding="utf-8")

    def control(self, *words: object) -> Ran:
        return self.forfait("control", *words)

    def done(self, *words: object) -> Ran:
        """A command that must come to its end."""
        ran = self.control(*words)
        assert (ran.code, ran.err) == (0, "")
        return ran

    def notice(self, *words: object) -> Ran:
        return self.control(
            *("notice", DOCTOR, "--dated", DATED, "--payments", self.payments, "--basis", "l133-4", *SIGNED, *words)
        )

    def redecide(self, *words: object) -> Ran:
        return self.done("redecide", DOCTOR, "--payments", self.payments, *words)


@pytest.fixture
def office(forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with the case of a doctor who did not produce a paper."""
    monkeypatch.setenv("FORFAIT_REGISTER", str(tmp_path / "register.db"))
    monkeypatch.setenv("FORFAIT_AGENT", "Mme Roy")
    made = Office(forfait, tmp_path)
    made.done("open", DOCTOR, "--on", "2025-01-10")
    asked, until, letter = REQUEST.asked_on, REQUEST.answer_by, REQUEST.letter
    made.done("request", DOCTOR, "--item", SOFTWARE, "--on", asked, "--until", until, "--letter", letter)
    found = ["--outcome", "not_produced", "--on", NOT_PRODUCED.decided_on, "--ground", NOT_PRODUCED.ground]
    made.done("record", DOCTOR, "--item", SOFTWARE, *found)
    return made


@pytest.mark.parametrize("lang", LANGS)
def test_the_redecision_on_the_screen(office: Office, lang: Lang, named: SnapshotAssertion) -> None:
    shown = office.redecide("--lang", lang).out
    assert shown == named(name=f"redecide/screen.{lang}.txt")
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_redecision_as_markdown_and_as_data(office: Office) -> None:
    assert office.redecide("--format", "markdown").out.startswith("# Décision avant et après le contrôle\n")
    data = json.loads(office.redecide("--format", "json").out)
    assert data["account"]["owed"] == "8141"
    assert data["findings"][0]["finding"]["item"] == SOFTWARE


def test_the_reading_asked_for_is_the_one_applied(office: Office) -> None:
    data = json.loads(office.redecide("--format", "json", "--reading", "non-produit=restent").out)
    assert data["account"]["owed"] == "0"


def test_the_notice_is_shown_and_its_signatory_is_told_what_to_know(office: Office) -> None:
    ran = office.notice()
    assert ran.code == 0
    assert "notification d’un indu de" in ran.out
    assert ran.err.startswith("Avant de signer")
    assert "Avant de signer" not in ran.out


@pytest.mark.parametrize("kind", ["pdf", "md"])
def test_the_notice_is_written_in_a_file(office: Office, kind: str) -> None:
    letter = office.folder / f"notice.{kind}"
    ran = office.notice("--letterhead", office.head, "--address", "12 rue des Lois", "--output", letter)
    assert (ran.code, ran.out) == (0, "")
    content = letter.read_bytes()
    assert content.startswith(b"%PDF-") if kind == "pdf" else "12 rue des Lois" in content.decode()
    assert kind == "pdf" or "[à compléter" not in content.decode()


def test_the_reading_of_the_case_is_kept_in_the_register(office: Office) -> None:
    office.notice()
    office.redecide()
    log = office.done("log", DOCTOR).out
    for what in ("notice", "redecide"):
        assert all(word in log for word in say("fr", f"register.read_{what}").split()), what


@pytest.mark.parametrize("lang", LANGS)
def test_a_notice_that_lacks_everything_is_refused_with_all_of_it(
    office: Office, lang: Lang, named: SnapshotAssertion
) -> None:
    letter = office.folder / "notice.pdf"
    ran = office.control("notice", DOCTOR, "--dated", "2025-02-01", "--output", letter, "--lang", lang)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == named(name=f"notice/lacking.{lang}.txt")
    assert not letter.exists()


def refused(ran: Ran) -> str:
    """What is said of a command refused: one sentence, and nothing else."""
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err
    return re.sub(r"\s+", " ", ran.err)


def test_a_basis_that_is_not_in_the_references_is_told_with_the_nearest(office: Office) -> None:
    ran = office.control(
        "notice", DOCTOR, "--dated", DATED, "--payments", office.payments, "--basis", "l133", *SIGNED
    )
    assert "« l133 »" in refused(ran)
    assert "« l133-4 »" in refused(ran)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dated", "20/04/2025"), "20/04/2025"),
        (("--dated", "1900-01-01"), "30 juin 2024"),
        (("--signatory", "x" * 1000), "--signatory"),
        (("--capacity", "\N{RIGHT-TO-LEFT OVERRIDE}elrod"), "U+202E"),
        (("--established", "faux\x1b[31m"), "U+001B"),
        (("--interrupted-by", " "), "--interrupted-by"),
        (("--address", "\N{ZERO WIDTH SPACE}rue"), "U+200B"),
        (("--address", "rue") * 9, "--address"),
        (("--output", "notice.docx"), "notice.docx"),
        (("--letterhead", "nowhere.yaml"), "nowhere.yaml"),
        (("--payments", "nowhere.csv"), "nowhere.csv"),
        (("--paid-as-of", "2025-05-01"), "2025"),
        (("--year", "2024"), "2024"),
    ],
)
def test_what_is_typed_wrongly_is_told(office: Office, words: tuple[str, ...], said: str) -> None:
    assert said in refused(office.notice(*words))


def test_a_letterhead_with_a_wrong_key_is_told_with_its_line(office: Office) -> None:
    office.head.write_text("place: Nantes\nadress: [x]\n", encoding="utf-8")
    assert "head.yaml:2" in refused(office.notice("--letterhead", office.head))


def test_what_a_letterhead_hides_is_told(office: Office) -> None:
    office.head.write_text('place: "Nan\\u202etes"\n', encoding="utf-8")
    assert "U+202E" in refused(office.notice("--letterhead", office.head))


def test_a_day_too_early_asks_for_no_option_that_a_notice_has_not(office: Office) -> None:
    assert "--as-of" not in refused(office.notice("--dated", "1900-01-01"))


def test_points_alone_are_said_not_to_be_paid(office: Office) -> None:
    """What is paid beside them is."""
    shown = office.redecide().out
    assert ("aucun point payé" in shown, "rien de payé" in shown) == (True, False)


def test_nobody_is_told_of_a_case_that_is_not_there(office: Office) -> None:
    assert "99900000029" in refused(office.control("redecide", "99900000029"))
