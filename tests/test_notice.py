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
from engine.amount import ZERO, Amount
from engine.control.cases import ORIGIN, Act, Answer, Finding, Observation
from engine.control.limitation import bases
from engine.control.notice import Letterhead, Notice, Signatory
from engine.control.notice_lacking import lacking, owed_by_law
from engine.control.notice_parts import notice_letter
from engine.control.payments import Payment
from engine.control.recovery import account
from engine.telling.legal import cited, legal_text
from engine.telling.letter_parts import Letter, Section, Text
from engine.words import LANGS, Lang, catalogue, say
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

L133_4 = bases()["l133-4"]
RESTITUTION = bases()["repetition-indu"]
ZERO_EUROS = Amount.of(ZERO)
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
        basis=bases()["l133-4-etabli"],
        established="jugement du tribunal correctionnel du 3 mars 2025",
        interruptions=(TOLD.letter,),
        payments=(replace(PAYMENTS[0], pays="points"), replace(PAYMENTS[1], pays="vsm")),
    )
    made = DIGEST.sub("sha256:…", letter_markdown(written(notice)))
    assert made == named(name=f"notice/{PAID}-interrupted.md")


@pytest.mark.parametrize("lang", LANGS)
def test_all_that_the_law_asks_is_said(lang: Lang) -> None:
    text = "\n".join(all_texts(written(complete(), lang)))
    assert all(cited(name, lang) in text for name in (*owed_by_law(L133_4), "algorithm", "l133-4"))
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


def test_what_was_received_before_the_control_is_not_said_not_to_have_been() -> None:
    """Of a document, that it is not the one that was asked for; of a declaration, that nothing was produced."""
    text = "\n".join(all_texts(written(complete())))
    declared, received = (say("fr", f"struck.not_produced{of}") for of in ("", "_document"))
    assert declared in text.split("\n")
    assert received in text.split("\n")


def test_the_sums_of_the_operations_are_those_of_the_computation() -> None:
    """What is paid beside the points is in them."""
    text = re.sub(r"\s", " ", "\n".join(all_texts(written(complete()))))
    assert "Montant : 0 point × 7,00 € = 0,00 €." in text
    assert "Forfaits payés à part : 3 000,00 €. Total dû : 3 000,00 €." in text


def test_every_basis_is_dated_and_one_alone_is_claimed_under() -> None:
    text = "\n".join(all_texts(written(complete())))
    plain = re.sub(r"\s", " ", text)
    assert "30 avril 2027" in plain
    assert "30 avril 2029" in plain
    assert cited("repetition-indu", "fr") not in text


@pytest.mark.parametrize("lang", LANGS)
def test_a_letter_invokes_the_procedure_of_its_own_basis_alone(lang: Lang) -> None:
    """What it notifies, the time to answer and what follows: none of them is that of another basis."""
    own = {name: {basis.notice, *basis.answer} for name, basis in bases().items()}
    for name, basis in bases().items():
        made = changed(basis=basis, established="jugement du 3 mars 2025")
        text = "\n".join(all_texts(written(made, lang)))
        said = {entry for entry in set().union(*own.values()) if legal_text(entry, lang) in text}
        assert said == own[name], name


def test_the_restitution_of_an_undue_payment_has_nothing_of_the_billing_rules() -> None:
    text = "\n".join(all_texts(written(changed(basis=RESTITUTION))))
    assert [
        words for words in ("133-9-1", "133-4", "133-3", "10\N{NO-BREAK SPACE}%", "contrainte") if words in text
    ] == []


def test_where_the_law_sets_no_time_to_answer_the_caisse_gives_its_own() -> None:
    bare = changed(basis=RESTITUTION, **FILLED)
    told = changed(basis=RESTITUTION, **{**FILLED, "letterhead": replace(HEAD, answer="un mois après réception")})
    texts = ["\n".join(all_texts(written(one))) for one in (bare, told)]
    assert ["[à compléter" in text for text in texts] == [True, False]
    assert "un mois après réception" in texts[1]
    assert "un mois après réception" not in "\n".join(all_texts(written(replace(told, basis=L133_4))))


def test_a_payment_that_the_books_do_not_tell_apart_is_not_said_to_be_claimed_back() -> None:
    """It is one of the campaign, of which a part is claimed; told apart, it is claimed or it is not."""
    apart = (replace(PAYMENTS[0], pays="points"), replace(PAYMENTS[1], pays="vsm"))
    together, told = (written(one).sections[2] for one in (complete(), changed(payments=apart)))
    assert together.title.endswith("Dates des versements de la campagne")
    assert told.title.endswith("Dates des versements donnant lieu à recouvrement")
    claimed = say("fr", "notice.of_which", euros="8\N{NARROW NO-BREAK SPACE}141,00\N{NO-BREAK SPACE}€")
    assert (Text(claimed) in together.blocks, Text(claimed) in told.blocks) == (True, False)


def test_the_nature_names_only_what_is_claimed() -> None:
    lines = complete().account.lines
    beside = {line.id for line in lines if line.under == line.id}
    both = tuple(replace(line, after=ZERO_EUROS) if line.id in beside else line for line in lines)
    alone = tuple(line for line in both if line.id in beside)
    told = []
    for kept in (lines, both, alone):
        notice = changed(account=replace(complete().account, lines=kept))
        told.append(" ".join(all_texts(notice_letter(notice, L133_4, "fr"))))
    assert ["à raison de" in text for text in told] == [True, True, False]
    assert ["forfaits payés à part" in text for text in told] == [False, True, True]


def test_a_reading_that_changes_nothing_of_what_is_claimed_is_not_told() -> None:
    """Nor is any told by the name that the files give it."""
    text = "\n".join(all_texts(written(complete())))
    readings = complete().redecision.after.policy.readings
    assert readings["vsm-volet-1"].question.fr not in text
    assert readings["non-produit"].question.fr in text
    assert [name for name, one in readings.items() for option in one.options if f"{name}={option}" in text] == []


def test_fraud_is_not_named_unless_it_is_established() -> None:
    def said(notice: Notice) -> str:
        return "\n".join(all_texts(written(notice))).lower()

    for name, basis in bases().items():
        if not basis.establish:
            assert "fraud" not in said(changed(basis=basis)), name
    established = changed(basis=bases()["l133-4-etabli"], established="jugement du 3 mars 2025")
    assert "jugement du 3 mars 2025" in said(established)


def test_what_the_caisse_does_not_give_is_left_to_complete() -> None:
    bare, filled = ("\n".join(all_texts(written(one))) for one in (complete(), changed(**FILLED)))
    assert "[à compléter" in bare
    assert "[à compléter" not in filled


def test_the_register_is_named_in_the_language_of_the_letter() -> None:
    """It is the one origin that the product itself writes, in French."""
    assert say("fr", "row.register") == ORIGIN
    texts = {lang: "\n".join(all_texts(written(complete(), lang))) for lang in LANGS}
    assert ORIGIN in texts["fr"]
    assert ORIGIN not in texts["en"]
    assert say("en", "row.register") in texts["en"]


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
