"""The notice of an undue payment as a letter: all that the law asks, on the screen and on paper, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any as Anything

import pytest
from msgspec.structs import replace
from pypdf import PdfReader
from syrupy.assertion import SnapshotAssertion

from cli.failing import printable
from cli.letter import letter_markdown
from cli.pdf import pdf
from engine.control.cases import Act, Answer, Finding, Observation
from engine.control.limitation import bases
from engine.control.notice import Letterhead, Notice, Signatory
from engine.control.notice_lacking import OWED_BY_LAW, lacking
from engine.control.notice_parts import notice_letter
from engine.control.payments import Payment
from engine.control.recovery import account
from engine.telling.legal import cited, legal_text
from engine.telling.letter_parts import Letter, Section
from engine.words import LANGS, Lang, catalogue
from tests.controlled import (
    ACTS,
    ANSWER,
    BY,
    CARE,
    DATED,
    FOUND,
    NOT_PRODUCED,
    OPENING,
    PAID,
    PAYMENTS,
    REQUEST,
    SAID,
    SOFTWARE,
    TOLD,
    again,
    case_of,
    changed,
    complete,
    found,
)
from tests.test_letter import DIGEST, all_texts, on_paper, paragraphs, squeezed
from tests.test_words import faults

HEAD = Letterhead(
    address=("Service du contrôle", "44000 Nantes"),
    place="Nantes",
    contact="service du contrôle, 02 00 00 00 00",
    cra="secrétariat de la CRA, 44000 Nantes",
    court="pôle social du tribunal judiciaire de Nantes",
    sending="lettre recommandée avec demande d’avis de réception",
)
FILLED = {"letterhead": HEAD, "address": ("12 rue des Lois", "44000 Nantes")}
# Markup, control characters, a text turned right to left, signs of the layout, and letters the font has not.
HOSTILE = "[bold]x\x1b[31m\x07\u202egnp.exe\u202c <script>|`*_# ◊◊◊ 漢字\n# " + "W" * 300


def written(notice: Notice, lang: Lang = "fr") -> Letter:
    """The letter of a notice that lacks nothing."""
    assert lacking(notice, lang) == []
    assert notice.basis is not None
    return notice_letter(notice, notice.basis, lang)


# --- what it says ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_letter(lang: Lang, named: SnapshotAssertion) -> None:
    made = DIGEST.sub("sha256:…", letter_markdown(written(changed(**FILLED), lang)))
    assert made == named(name=f"notice/{PAID}.{lang}.md")


def test_a_letter_that_was_interrupted_and_apart(named: SnapshotAssertion) -> None:
    """Payments told apart, a basis to establish, a letter that started the delay again, places left to complete."""
    notice = changed(
        basis=bases()["l133-4-fraude"],
        established="jugement du tribunal correctionnel du 3 mars 2025",
        interruptions=(TOLD.letter,),
        payments=(replace(PAYMENTS[0], pays="points"), replace(PAYMENTS[1], pays="vsm")),
    )
    made = DIGEST.sub("sha256:…", letter_markdown(written(notice)))
    assert made == named(name=f"notice/{PAID}-interrupted.md")


@pytest.mark.parametrize("lang", LANGS)
def test_all_that_the_law_asks_is_said(lang: Lang) -> None:
    text = "\n".join(all_texts(written(complete(), lang)))
    assert all(cited(name, lang) in text for name in (*OWED_BY_LAW, "algorithm", "l133-4"))
    assert str(NOT_PRODUCED.ground) in text
    assert all(one.reference in text for one in PAYMENTS)
    assert str(REQUEST.letter) in text
    assert SAID.text in text
    assert ANSWER.text in text
    amount, signatory = {"fr": "8 141,00 €", "en": "€8,141.00"}[lang], complete().signatory
    assert amount in re.sub(r"\s", " ", text)
    assert f"{signatory.name}" in text
    assert f"{signatory.capacity}" in text


def test_all_that_the_doctor_said_is_told_with_its_answer() -> None:
    """Of a finding that the letter does not rest on, too."""
    said = Observation(id=20, by=BY, about=CARE, received_on=FOUND, text="La MSP a changé de nom.")
    answer = Answer(id=21, by=BY, observation=20, on=FOUND, text="Il en est pris note.")
    text = "\n".join(all_texts(written(complete(case_of((*ACTS, said, answer))))))
    assert said.text in text
    assert answer.text in text


def test_a_paper_not_produced_is_no_cause_under_the_reading_that_ignores_it() -> None:
    """The letter rests on what was refuted alone, and says under which reading."""
    kept = PAID.under("non-produit=restent")
    acts = (OPENING, REQUEST, found(SOFTWARE, "not_produced"), found(CARE, "refuted", 3))
    made = again(case_of(acts, kept), kept, DATED)
    notice = changed(redecision=made, account=account(made))
    assert [one.finding.item for one in notice.causes] == [CARE]
    titles = [block.title for block in written(notice).sections[1].blocks if isinstance(block, Section)]
    assert len(titles) == 2
    assert "non justifié" not in " ".join(titles)


def test_every_basis_is_dated_and_one_alone_is_claimed_under() -> None:
    text = "\n".join(all_texts(written(complete())))
    plain = re.sub(r"\s", " ", text)
    assert "30 avril 2027" in plain
    assert "30 avril 2029" in plain
    assert cited("repetition-indu", "fr") not in text


def test_fraud_is_not_named_unless_it_is_established() -> None:
    def said(notice: Notice) -> str:
        return "\n".join(all_texts(written(notice))).lower()

    for name, basis in bases().items():
        if not basis.establish:
            assert "fraud" not in said(changed(basis=basis)), name
    established = changed(basis=bases()["l133-4-fraude"], established="jugement du 3 mars 2025")
    assert "jugement du 3 mars 2025" in said(established)


def test_what_the_caisse_does_not_give_is_left_to_complete() -> None:
    bare, filled = ("\n".join(all_texts(written(one))) for one in (complete(), changed(**FILLED)))
    assert "[à compléter" in bare
    assert "[à compléter" not in filled


def test_who_recorded_a_finding_is_not_named_to_the_doctor() -> None:
    """The letter is the caisse's, and its signatory's."""
    assert BY not in "\n".join(all_texts(written(complete())))


@pytest.mark.parametrize("lang", LANGS)
def test_the_letter_is_well_set(lang: Lang) -> None:
    for notice in (complete(), changed(**FILLED)):
        texts = [text for text in all_texts(written(notice, lang)) if text not in {NOT_PRODUCED.ground}]
        assert {text: wrong for text in texts if (wrong := faults(text, lang))} == {}


def test_no_reference_to_the_law_stands_elsewhere() -> None:
    """They are in one file, to be verified in one place."""
    for lang in LANGS:
        words = [text for key, text in catalogue(lang).items() if key.split(".")[0] in ("notice", "redecide")]
        assert re.findall(r"\b[LR]\.\s?\d|\barticles? \d", " ".join(words)) == []


# --- on paper -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_paper_says_all_that_the_screen_says(lang: Lang) -> None:
    made = written(changed(**FILLED), lang)
    paper = on_paper(made, pdf(made))
    assert [text for text in paragraphs(letter_markdown(made)) if squeezed(text) not in paper] == []


def test_the_same_notice_gives_the_same_bytes() -> None:
    first, second = (sha256(pdf(written(complete()))).hexdigest() for _ in range(2))
    assert first == second


def texts_of(page: Anything) -> Iterator[tuple[float, float]]:
    starts: list[tuple[float, float]] = []

    def see(text: str, cm: list[float], tm: list[float], *_: Anything) -> None:
        starts.append((tm[4], tm[5]))

    page.extract_text(visitor_text=see)
    yield from starts


def hostile() -> Notice:
    """A notice with hostile texts wherever one is given: names, grounds, references, papers, words, addresses."""
    acts: list[Act] = [
        replace(OPENING, why=HOSTILE),
        replace(REQUEST, letter=HOSTILE),
        replace(SAID, text=HOSTILE * 60),
        replace(ANSWER, text=HOSTILE),
        replace(NOT_PRODUCED, ground=HOSTILE * 300, reference=HOSTILE),
        found(CARE, "refuted", 9),
    ]
    notice = complete(case_of(acts))
    made = notice.redecision
    dossier = replace(made.after.dossier, name=HOSTILE, fields={**made.after.dossier.fields, "caisse": HOSTILE})
    return replace(
        notice,
        redecision=replace(made, after=replace(made.after, dossier=dossier)),
        payments=tuple(Payment(one.day, one.amount, HOSTILE, one.pays) for one in PAYMENTS),
        signatory=Signatory(HOSTILE, HOSTILE),
        letterhead=Letterhead(address=(HOSTILE, HOSTILE), place=HOSTILE, contact=HOSTILE, cra=HOSTILE, court=HOSTILE),
        address=(HOSTILE,),
    )


def test_hostile_texts_come_out_inert() -> None:
    """A hundred thousand letters of them: no markup, no escape code, nothing turned, no new line."""
    made = written(hostile())
    screen = letter_markdown(made)
    assert len(screen) > 100_000
    assert all(char.isprintable() or char in "\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}" for char in screen)
    assert "[bold]" not in screen
    assert "<script>" not in screen
    assert re.findall(r"^# ", screen, re.MULTILINE) == []
    assert printable(HOSTILE) == printable(printable(HOSTILE))
    paper = PdfReader(BytesIO(pdf(made)))
    for page in paper.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        assert all(0 <= x < width and 0 <= y <= height for x, y in texts_of(page))
    assert "\x1b" not in "".join(page.extract_text() for page in paper.pages)


def test_a_finding_is_what_the_letter_rests_on() -> None:
    """The acts that the tests take away are in the letter that has them."""
    assert isinstance(NOT_PRODUCED, Finding)
    assert legal_text("answer", "fr") in "\n".join(all_texts(written(complete())))
    assert NOT_PRODUCED.item == SOFTWARE
