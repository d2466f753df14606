"""What the letter says of particular losses: papers of several kinds, a declaration with one, what is paid apart."""

from __future__ import annotations

import re

from engine.dispute.duties import duties, starting_day
from engine.telling.letter_parts import Grid
from engine.telling.still_due import still_due
from tests.conftest import Example
from tests.test_letter import LOST, all_texts, reason, texts, written
from tests.test_words import lines

SOFTWARE = "Logiciel référencé Ségur avec un LAP certifié par la HAS"
SUMMARY = "Forfait du volet de synthèse médicale (VSM)"
NOT_DECLARED = Example("99900000169", 2023)


def plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


def test_every_kind_of_paper_that_will_do_is_named() -> None:
    """An invoice or a purchase order are asked for alike; a publisher's attestation must hold more."""
    told = plain(reason(written(LOST), SOFTWARE))
    assert "Pièce (facture d’achat ou bon de commande émis) pour" in told
    assert "Pièce (attestation nominative de l’éditeur) pour" in told
    assert "aux mêmes conditions, et de plus : Établie au nom du médecin : oui" in told
    assert "aux mêmes conditions, sauf : Certification du LAP par la HAS : définitive, sur un référentiel ant" in told


def test_a_declaration_and_a_paper_are_asked_for_together() -> None:
    told = plain(reason(written(NOT_DECLARED), SOFTWARE))
    assert (
        "si vous avez fait cette déclaration dans les conditions indiquées ci-dessus, produisez-en la preuve" in told
    )
    assert "La pièce seule ne suffit pas." in told


def test_what_was_never_declared_is_not_said_to_be() -> None:
    told = reason(written(NOT_DECLARED), SOFTWARE)
    assert "comme vous l’avez déclaré" not in told
    assert "…" not in told


def test_a_decision_that_hangs_on_a_reading_says_so_at_once() -> None:
    """If the paper of the hospital is enough, 280 + 367.5 points are paid; of the one paper, no reading pays more."""
    hung, sure = (plain("\n".join(texts(one.sections[0]))) for one in (written(NOT_DECLARED), written(LOST)))
    assert "sous une autre lecture, il vous serait payé jusqu’à 4 532,50 € en tout" in hung
    assert "lecture contestée" not in sure


def test_one_word_for_the_time_limit_of_a_paper() -> None:
    """No text sets a day: the letter says so, and so do the duties, with the day of the computation."""
    decision = LOST.decision
    found = duties(decision.policy, decision.dossier, starting_day(decision.policy))
    due = [plain(line) for line in lines(still_due(found, decision.dossier, decision.policy, "fr"))]
    assert "jusqu’au 30 juin 2024 pour entrer dans le calcul (aucune date fixée par les textes)" in due
    assert "Date de réception par la caisse : aucune date fixée par les textes" in plain(
        reason(written(LOST), SOFTWARE)
    )


def test_what_is_paid_apart_has_a_stake_of_its_own() -> None:
    """Neither level was reached in either period: up to 3 000 €, on top of the 8 141 €; 4 patients were missing."""
    made = written(LOST)
    stakes = [row for block in made.sections[0].blocks if isinstance(block, Grid) for row in block.rows]
    assert [plain(row[-1]) for row in stakes if row[0] == SUMMARY] == ["jusqu’à 3 000,00 €"]
    told = [plain(text) for text in all_texts(made)]
    assert f"« {SUMMARY} » est payé à part : son enjeu s’ajoute aux autres." in told
    lacked = (
        "Objectifs atteints entre le 1er janvier et le 30 juin 2024, pour « Un patient en ALD sur deux » "
        "(1 500,00 €) : il manquait 4 patients en ALD dont le volet de synthèse est au DMP"
    )
    assert lacked in told
