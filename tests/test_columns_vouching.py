"""Whom columns decide though something is unknown or found against him; what is left to observe where rows crowd."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any as Anything

from msgspec.structs import replace

from engine.columnar.observing import wanted
from engine.conditions import Record
from engine.linking import linked
from engine.yamltext import Page
from tests.conftest import known, policy_files
from tests.differential import Bench, some_page

YEAR = 2023
BUNDLED = "99900000003"
Campaign = dict[str, Anything]


@cache
def bench() -> Bench:
    files = policy_files(YEAR)
    return Bench(files, linked(files, {}))


def changed(number: str, change: Callable[[Campaign], None]) -> Page:
    """A bundled doctor under another number, whose campaign is changed."""
    page = known()[BUNDLED].page
    data = deepcopy(page.data)
    change(data["campaigns"][str(YEAR)])
    return replace(page, data={**data, "doctor": number})


def no_messaging(campaign: Campaign) -> None:
    campaign["measures"] = [row for row in campaign["measures"] if row["measure"] != "mss"]


def not_produced(campaign: Campaign) -> None:
    campaign["findings"] = [{"id": "c1", "item": "services", "outcome": "not_produced", "decided_on": "2024-05-02"}]


def declared_twice(campaign: Campaign) -> None:
    first = next(row for row in campaign["declarations"] if row["item"] == "coordination")
    campaign["declarations"].append({**first, "id": "d9", "choice": "asalee"})


@cache
def asked() -> tuple[int, ...]:
    """What is observed of whoever declared one item twice, as the numbers of questions."""
    own, alone, crowded = bench().together([changed("1", declared_twice)])
    assert (own, alone) == ({}, {"1"})
    return next(bench().touched.of(crowded))


def test_columns_decide_whoever_has_something_unknown_or_a_paper_not_produced() -> None:
    found = bench().compare([changed("1", no_messaging), changed("2", not_produced), changed("3", declared_twice)])
    assert sorted(found.decided) == ["1", "2"]
    assert found.differing == {}


def test_where_one_item_is_declared_twice_only_what_looks_at_it_is_observed() -> None:
    leaves = [bench().questions[number].leaf for number in asked()]
    assert {leaf.names for leaf in leaves if isinstance(leaf, Record)} == {("coordination",)}
    assert len(leaves) < len(bench().questions) // 4


def test_a_doctor_of_whom_some_leaves_are_observed_is_read_with_the_rows_they_look_at() -> None:
    page = changed("1", declared_twice)
    kept = some_page(page, wanted({"1": asked()}, bench().questions)["1"]).data["campaigns"][str(YEAR)]
    assert {row["item"] for row in kept["declarations"]} == {"coordination"}
    assert not kept.keys() & {"measures", "facts", "documents"}
    assert kept["locations"] == page.data["campaigns"][str(YEAR)]["locations"]


def test_a_text_too_long_for_a_dossier_is_vouched_for_in_no_campaign() -> None:
    """Whoever has one of a later campaign, which nothing looks at, is refused as he is alone."""

    def later(number: str, letters: int) -> Page:
        page = changed(number, lambda _campaign: None)
        campaigns = page.data["campaigns"]
        paper = {"kind": "facture", "items": ["logiciel-lap"], "attributes": {"editor": "x" * letters}}
        own = {name: value for name, value in campaigns[str(YEAR)].items() if isinstance(value, str)}
        return replace(
            page, data={**page.data, "campaigns": {**campaigns, str(YEAR + 1): {**own, "documents": [paper]}}}
        )

    found = bench().compare([later("1", 500), later("2", 100_000)])
    assert (sorted(found.decided), found.refused, found.differing) == (["1"], 1, {})
