"""Single alterations of records: signed, every one shows; unsigned, what cannot be, and what departs from the law.

A few hundred here; `bench/alterations.py` makes twenty thousand of them, over all examples and a thousand dossiers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from random import Random

import pytest

from engine.decision import decide
from engine.dispute.pricing import alternatives
from engine.dossier import Dossier, read_dossier
from engine.issuing.keys import Signer, new_key
from engine.linking import linked
from engine.policy import Policy
from engine.problems import Invalid
from engine.record import record as written
from engine.yamltext import Page
from tests.altering import KINDS
from tests.conftest import Example, known, policy_files
from tests.random_dossiers import Drawing
from tests.trying_alterations import Trying

TRIALS = 20
EXAMPLES = [Example("99900000003", 2023), Example("99900000342", 2023), Example("99900000409", 2024)]
DRAWN = 3


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return new_key(Path(tmp_path_factory.mktemp("key")) / "key")


def test_alterations_of_examples_are_seen(key: Signer) -> None:
    for example in EXAMPLES:
        page = known()[example.number].page
        others = alternatives(policy_files(example.year), page, example.decision)
        record = written(example.decision, others)
        check(Trying(record, example.decision.policy, policy_files(example.year), key), Random(str(example)))


def test_alterations_of_random_records_are_seen(key: Signer) -> None:
    files = policy_files(2024)
    policy, random = linked(files, {}), Random("drawn")
    drawing = Drawing([policy])
    for page, dossier in islice(readable(drawing, policy, random), DRAWN):
        decision = decide(policy, dossier)
        check(Trying(written(decision, alternatives(files, page, decision)), policy, files, key), random)


def readable(drawing: Drawing, policy: Policy, random: Random) -> Iterator[tuple[Page, Dossier]]:
    """Dossiers drawn, but for those that nobody can read; the first is plain."""
    for number in count():
        page = drawing.page(random, str(99900000000 + number), plain=number == 0)
        with suppress(Invalid):
            yield page, read_dossier(page, policy)


def check(trying: Trying, random: Random) -> None:
    """The record as issued is accepted, and each of some alterations is rejected by all that must reject it."""
    assert trying.untouched == []
    trials = [trying.trial(random) for _ in range(TRIALS)]
    assert [(one.kind, one.path, one.failures) for one in trials if one.failures] == []
    assert any(one.alone for one in trials) and any(not one.alone for one in trials)


@pytest.mark.parametrize("kind", ["verdict", "amount", "weights"])
def test_the_engine_tells_what_cannot_be_without_the_checker(kind: str, key: Signer) -> None:
    """The measure itself: what the checker is held to must not be the checker's own opinion."""
    example = EXAMPLES[0]
    trying = Trying(written(example.decision), example.decision.policy, policy_files(example.year), key)
    assert trying.possible(trying.record) is True
    random = Random(kind)
    found = {trying.possible(trying.altering.altered(random, kind).record) for _ in range(8)}
    assert False in found


def test_every_kind_of_alteration_can_be_made(key: Signer) -> None:
    example = EXAMPLES[0]
    trying = Trying(written(example.decision), example.decision.policy, policy_files(example.year), key)
    assert {trying.altering.altered(Random(kind), kind).kind for kind in KINDS} == set(KINDS)
