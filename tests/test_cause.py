"""Why whole parts are not paid: the sentences that gate, block and sum, by hand, and as every example has it."""

from __future__ import annotations

import re
from typing import Any as Anything

import pytest
from msgspec.structs import replace

from engine.decision import decide
from engine.dossier import Dossier
from engine.record import record as written
from engine.telling.cause import cause
from engine.telling.sentences import Sentences
from engine.words import Lang
from tests import made_up
from tests.conftest import Example

Json = dict[str, Anything]
ONE_PAPER = Example("99900000086", 2023)
NOT_ESTABLISHED = Example("99900000110", 2023)
NOT_IN_THE_CONVENTION = Example("99900000268", 2023)


def told(record: Json, policy: Anything, lang: Lang = "fr") -> list[str]:
    """The sentences, every space of them plain."""
    return [re.sub(r"\s", " ", part.text) for part in cause(Sentences(policy, lang), record)]


def of(example: Example, lang: Lang = "fr") -> list[str]:
    return told(example.priced(), example.decision.policy, lang)


def test_one_paper_that_costs_everything() -> None:
    assert of(ONE_PAPER) == [
        "« Volet 1 : équipement du cabinet » vaut 280 points, payés en bloc si tous ses indicateurs sont atteints. "
        "Un seul ne l’est pas : « Logiciel référencé Ségur avec un LAP certifié par la HAS » (pièce manquante).",
        "« Volet 2 : services aux patients » n’est payé qu’à une condition, qui n’est pas remplie : "
        "Volet 1 atteint en entier. Atteint, mais non payé : 883 points.",
        "Perdu de ce fait : 280 + 883 = 1 163 points, soit 1 960,00 € + 6 181,00 € = 8 141,00 €.",
    ]


def test_the_same_in_english() -> None:
    assert of(ONE_PAPER, "en")[-1] == (
        "Lost for that reason: 280 + 883 = 1,163 points, that is €1,960.00 + €6,181.00 = €8,141.00."
    )


def test_several_things_missing_are_all_named() -> None:
    """1 act sent, and the hours not declared, besides the paper: 280 + 883 all the same."""
    decision = ONE_PAPER.decision
    kept = [changed(row) for row in decision.dossier.rows if row.name != "horaires"]
    before = {row.name for row in decision.dossier.rows}
    assert {"horaires", "teletransmission"} <= before
    dossier: Dossier = replace(decision.dossier, rows=tuple(kept))
    block, _, total = told(written(decide(decision.policy, dossier)), decision.policy)
    assert block.endswith(
        "Ne le sont pas : « Logiciel référencé Ségur avec un LAP certifié par la HAS » (pièce manquante), "
        "« Taux de télétransmission des deux tiers » (seuil non atteint) et "
        "« Horaires du cabinet affichés dans l’annuaire santé » (non déclaré)."
    )
    assert total.startswith("Perdu de ce fait : 280 + 883 = 1 163 points")


def changed(row: Anything) -> Anything:
    fields = {**row.fields, "numerator": 1} if row.name == "teletransmission" else row.fields
    return replace(row, fields=fields)


def test_what_is_not_established_is_pending_not_lost() -> None:
    block, gate, total = of(NOT_ESTABLISHED)
    assert block.endswith("(une donnée manque).")
    assert gate.endswith("qui n’est pas établie : Volet 1 atteint en entier. Atteint, mais en attente : 320 points.")
    assert total == "En suspens de ce fait : 280 + 320 = 600 points, soit 1 960,00 € + 2 240,00 € = 4 200,00 €."


def test_a_condition_on_which_everything_hangs_comes_first() -> None:
    assert of(NOT_IN_THE_CONVENTION) == [
        "Rien n’est payé, car cette condition n’est pas remplie : Exercer en libéral dans la convention en 2023.",
        "Perdu de ce fait : 280 + 161 = 441 points, soit 1 960,00 € + 1 127,00 € = 3 087,00 €.",
    ]


def test_what_is_announced_as_lost_is_what_mending_it_would_pay(record: Json, example: Example) -> None:
    words = Sentences(example.decision.policy, "fr")
    for volet in record["volets"]:
        if volet["missing"]:
            points, euros = (words.amount(volet["missing"][0][unit], unit) for unit in ("points", "euros"))
            total = cause(words, record)[-1].text
            assert points in total
            assert euros in total


def test_where_nothing_is_held_back_nothing_is_said(record: Json, example: Example) -> None:
    held = record["points"]["paid"] != record["points"]["attained"]
    assert bool(of(example)) == held


@pytest.mark.parametrize("missing", ["", "trades", "logbook"])
def test_another_law_is_told_in_the_same_way(missing: str) -> None:
    """A block of 47 points, a care volet behind it: a year that was made up."""
    decision = made_up.full(made_up.law())
    rows = tuple(row for row in decision.dossier.rows if row.name != missing)
    again = decide(decision.policy, replace(decision.dossier, rows=rows))
    found = told(written(again), decision.policy)
    assert bool(found) == bool(missing)
    assert all("47 points" in one for one in found[:1])
