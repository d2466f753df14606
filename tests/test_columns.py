"""Columns decide as the first derivation does: whoever they vouch for, whatever the policy, the day and the readings.

Hundreds of random dossiers are decided together, by one expression, and held one by one against `judge`: every
condition, what each leaf saw, every amount, and on a part of them the readings that would change the decision. A
failure tells the seed, and the least that is left of a dossier that still differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest

from engine.dispute.pricing import other_policies
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.observation import REASONS, UNKNOWNS
from engine.policy import Policy
from engine.yamltext import Page
from tests.conftest import policy_files
from tests.differential import Bench, Compared, shrunk
from tests.hostile_tables import refused_and_vouched
from tests.random_dossiers import Drawing, days_of
from tests.random_policies import made_up, random_mutant, random_policy

YEARS = (2023, 2024)
MANY, SOME = 200, 110
"""Dossiers of a real year, and of one drawn at random."""
NUMBERS = 10**10
KINDS = ("attribute", "declaration", "document", "fact", "prefill", "rate")
VERDICTS = ("met", "unknown", "unmet")
NEVER = {"prerequisite", "contradictory"}
"""No leaf is unmet for want of another condition; and nobody is vouched for who contradicts himself."""
POLICIES = (0, 7, 8, 10, 13, 14, 16, 31, 54)
"""The seeds of the policies drawn: each reason occurs under one of them; the last once found faults."""
PRICED = 25
"""One doctor in so many is decided under every other reading as well."""


def drawn(files: PolicyFiles, policy: Policy, random: Random, count: int) -> list[Page]:
    """Dossiers for a policy and all its other readings, every fourth of them plain."""
    drawing = Drawing([policy, *(other for *_, other in other_policies(files, policy))])
    return [drawing.page(random, str(NUMBERS + rank), plain=rank % 4 == 0) for rank in range(count)]


def agree(bench: Bench, pages: Sequence[Page], seed: object, priced: int = PRICED) -> Compared:
    """Every doctor comes out of columns as out of the first derivation; fails with the least that does not."""
    found = bench.compare(pages, lambda rank: rank % priced == 0)
    if found.differing:
        number, how = next(iter(found.differing.items()))
        page = next(page for page in pages if page.data["doctor"] == number)
        least = shrunk(page, lambda smaller: bench.compare(smaller).differing)
        pytest.fail(f"seed {seed}, {len(found.differing)} of {len(pages)} differ; {how}\n{least.data}")
    return found


@pytest.mark.parametrize("year", YEARS)
def test_columns_agree_on_real_years(year: int) -> None:
    """And vouch for more than a third of doctors who were drawn to be hard to read."""
    files, seed = policy_files(year), f"columns {year}"
    policy, random = linked(files, {}), Random(seed)
    pages = drawn(files, policy, random, MANY)
    bench = Bench(files, policy)
    found = agree(bench, pages, seed)
    assert found.columns * 3 > MANY - found.refused
    assert found.observed > MANY // 10
    assert found.refused > 0
    own = [page for page in pages if page.data["doctor"] in found.decided]
    assert sum(bench.four(page) for page in own[:6]) > 2


def test_columns_agree_under_readings_asked_for_and_on_other_days() -> None:
    """Before everything is known, between, and after the decision; without other readings to compare, too."""
    saw: Counter[tuple[str, str, str]] = Counter()
    for seed in range(4):
        random = Random(f"days {seed}")
        files = made_up()
        options = [
            {},
            {"target": "high", "nothing": "out"},
            {"graft": "ignored", "unshown": "stays"},
            {"again": "never"},
        ]
        policy = linked(files, options[seed])
        day = random.choice(days_of(policy))
        found = agree(
            Bench(files, policy, day, priced=seed != 1), drawn(files, policy, random, SOME), f"{seed} on {day}"
        )
        saw += found.saw
    assert sum(saw.values()) > 0


def test_columns_agree_on_random_policies() -> None:
    """Every kind of node in every place; every verdict of every kind of leaf, and every reason, occurs."""
    saw: Counter[tuple[str, str, str]] = Counter()
    columns = 0
    for seed in POLICIES:
        random = Random(f"policy {seed}")
        files, policy = a_policy(seed, random)
        day = _some_day(random, policy)
        found = agree(
            Bench(files, policy, day), drawn(files, policy, random, SOME), f"policy {seed} on {day}", priced=5
        )
        saw, columns = saw + found.saw, columns + found.columns
    assert columns * 4 > len(POLICIES) * SOME
    assert {(kind, verdict) for kind, verdict, _ in saw} >= {
        (kind, verdict) for kind in KINDS for verdict in VERDICTS
    }
    assert {why for *_, why in saw} == {"", *REASONS, *UNKNOWNS} - NEVER


def a_policy(seed: int, random: Random) -> tuple[PolicyFiles, Policy]:
    """A policy drawn at random; every fourth, one that was written and has two mistakes."""
    return random_mutant(made_up(), random, 2) if seed % 4 == 3 else random_policy(random)


def _some_day(random: Random, policy: Policy) -> date | None:
    return random.choice([None, None, None, *days_of(policy)[-6:], *random.sample(days_of(policy), 2)])


@pytest.mark.parametrize("year", YEARS)
def test_nobody_is_vouched_for_whom_the_reader_refuses(year: int, tmp_path: Path) -> None:
    """Cells, rows and tables spoilt: a dossier that cannot be read is never decided by columns."""
    files = policy_files(year)
    policy, random = linked(files, {}), Random(f"hostile {year}")
    pages = drawn(files, policy, random, MANY)
    refused, vouched = refused_and_vouched(files, policy, pages, random, tmp_path)
    assert {number: why for number, why in refused.items() if number in vouched} == {}
    assert len(refused) > MANY // 4
    assert len(vouched) > MANY // 20
