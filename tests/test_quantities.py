"""A quantity never breaks: between a number and its unit stands a space that no line can end on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any as Anything

from engine.dispute.duties import duties, starting_day
from engine.policy import Policy
from engine.telling.contested import all_readings
from engine.telling.explanation import explain
from engine.telling.missing import all_missing
from engine.telling.sentences import Sentences
from engine.telling.still_due import still_due
from engine.words import whole_quantities
from tests.conftest import Example
from tests.test_letter import all_texts, written
from tests.test_words import below, lines

Json = dict[str, Anything]
OWN_UNITS = {"point", "points", "euro", "euros", "€", "%"}


def broken(policy: Policy) -> re.Pattern[str]:
    """A digit, a space that breaks, a unit: the product's own, and every one that the policy counts in."""
    vocabulary = policy.vocabulary
    counted = [unit for one in vocabulary.measures.values() for unit in (one.numerator, one.denominator)]
    counted += [one.unit for one in (*vocabulary.fields.values(), *vocabulary.facts.values()) if one.unit]
    names = OWN_UNITS | {text.fr for unit in counted for text in (unit.one, unit.many)}
    return re.compile(rf"\d[ \t\n](?:{'|'.join(map(re.escape, sorted(names)))})(?!\w)")


def french(example: Example, record: Json) -> Iterator[str]:
    """All that the explanation, the letter, what was missing, the readings and the duties say."""
    decision = example.decision
    yield from lines(explain(record, decision.dossier, decision.policy, "fr", "full"))
    yield from lines(explain(record, decision.dossier, decision.policy, "fr"))
    yield from all_texts(written(example, record))
    words = Sentences(decision.policy, "fr")
    yield from below([all_missing(words, record), all_readings(words, record)])
    found = duties(decision.policy, decision.dossier, starting_day(decision.policy))
    yield from lines(still_due(found, decision.dossier, decision.policy, "fr"))


def test_no_line_can_end_between_a_number_and_its_unit(example: Example, record: Json) -> None:
    pattern = broken(example.decision.policy)
    assert [text for text in french(example, record) if pattern.search(text)] == []


def test_what_is_looked_for_would_be_found() -> None:
    pattern = broken(Example("99900000086", 2023).decision.policy)
    assert all(pattern.search(text) for text in ("soit 30,5 points", "3 actes facturés", "90 %", "1 960,00 €"))
    assert pattern.search("883\N{NO-BREAK SPACE}points") is None


def test_what_is_no_quantity_is_left_alone() -> None:
    assert whole_quantities("lignes 96 à 98") == "lignes 96 à 98"
    assert whole_quantities("les points, 3 fois") == "les points, 3 fois"
