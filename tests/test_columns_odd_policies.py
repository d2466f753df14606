"""Columns decide as the first derivation does under policies that no law would write, and that the linker takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any as Anything

import pytest

from engine.linking import linked
from engine.loading import bundled_policies, read_policy
from engine.yamltext import Page
from tests.differential import Bench
from tests.random_policies import made_up
from tests.test_columns import drawn

YEAR = "2024"
FIELDS, VIDEO, DMP = "vocabulary/fields.yaml", "volet-2/video.yaml", "volet-2/dmp.yaml"
SECURE = "            secure: true\n"
VALUES = {
    "version": ("x", "y"),
    "editor": ("x", "none"),
    "secure": ("true", "none", "false"),
    "certification": ("definitive_en_vigueur", "none"),
    "acquired_on": ("2024-03-03", "none", "2025-01-20"),
    "first_declaration": ("2019", "1999", "none"),
}
FINDING = {"item": "ferry", "decided_on": "2031-03-01", "outcome": "not_produced"}
WIDE = 1_100
"""More parts of one condition than fixed gaps fit in 31 bits, or than Python nests calls."""


def policy_with(folder: Path, page: str, change: Callable[[str], str]) -> Bench:
    """A year of which one page is another."""
    shutil.copytree(bundled_policies() / YEAR, folder / YEAR)
    file = folder / YEAR / page
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")
    files = read_policy(folder / YEAR)
    return Bench(files, linked(files, {}), priced=False)


def declared(bench: Bench, count: int = 60) -> list[Page]:
    """Dossiers in which two items are declared, each with some of the attributes that are asked about, or none."""
    pages = drawn(bench.files, bench.policy, Random(YEAR), count)
    for rank, page in enumerate(pages):
        campaign = page.data["campaigns"].get(YEAR)
        if campaign:
            kept = [row for row in campaign.get("declarations") or () if row["item"] not in ("video", "services")]
            campaign["declarations"] = [*kept, _row("video", rank, 0), _row("services", rank, rank % 2)]
    return pages


def _row(item: str, rank: int, turn: int) -> dict[str, Anything]:
    given = {
        name: values[(rank + turn) % len(values)]
        for place, (name, values) in enumerate(VALUES.items())
        if (rank >> place) % 3
    }
    choice = {"choice": "gratuite-professionnelle"} if item == "video" else {}
    filed = {"channel": "amelipro", "declared_on": "2025-01-15", "sworn": "true"}
    return {"item": item, **choice, **filed, **({"attributes": given} if given else {})}


@pytest.mark.parametrize(
    "asked",
    [
        "version or acquired_on: [x, '2024-03-03']",
        "editor or secure: [x, 'true']",
        "certification or editor: [x, definitive_en_vigueur]",
        "acquired_on or first_declaration: { at_least: 2000 }",
    ],
)
def test_fields_of_several_types_stand_for_each_other(asked: str, tmp_path: Path) -> None:
    bench = policy_with(tmp_path, VIDEO, lambda page: page.replace(SECURE, f"            {asked}\n"))
    found = bench.compare(declared(bench))
    assert (found.columns > 0, dict(found.differing)) == (True, {})


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("acquired_on", "acquired_on"),
        ("secure", "secure"),
        ("editor", "acquired_on"),
        ("acquired_on", "first_declaration"),
        ("certification", "editor"),
    ],
)
def test_items_may_have_any_field_in_common(mine: str, theirs: str, tmp_path: Path) -> None:
    same = f"{SECURE}          same: {{ services: {{ {mine}: {theirs} }} }}\n"
    bench = policy_with(tmp_path, VIDEO, lambda page: page.replace(SECURE, same))
    found = bench.compare(declared(bench))
    assert (found.columns > 0, dict(found.differing)) == (True, {})


def test_what_was_looked_for_and_not_found_is_no_word_of_a_list(tmp_path: Path) -> None:
    first = "    definitive_en_vigueur:"
    bench = policy_with(tmp_path, FIELDS, lambda page: page.replace(first, f"    none: {{ fr: x, en: x }}\n{first}"))
    pages = drawn(bench.files, bench.policy, Random(YEAR), 80)
    for page in pages:
        for campaign in page.data["campaigns"].values():
            for row in campaign.get("documents") or ():
                if "certification" in row.get("attributes", {}):
                    row["attributes"]["certification"] = "none"
    found = bench.compare(pages)
    assert (found.columns > 0, dict(found.differing)) == (True, {})


def test_who_has_no_specialty_is_not_told_from_an_empty_list_of_them() -> None:
    files = read_policy(bundled_policies() / YEAR)
    bench = Bench(files, linked(files, {}))
    rows = {
        "declarations": [{"item": "logiciel-segur", "declared_on": "2025-01-04"}],
        "documents": [{"kind": "bon-de-commande", "items": ["logiciel-segur"]}],
    }
    page = Page("page", {"doctor": "99900000003", "campaigns": {YEAR: rows}}, {})
    found = bench.compare([page])
    assert (found.columns, dict(found.differing)) == (1, {})


def test_findings_of_an_earlier_campaign_are_seen_under_every_reading() -> None:
    files = made_up()
    bench = Bench(files, linked(files, {}))
    rows = {"declarations": [{"item": "ferry"}], "findings": [FINDING]}
    page = Page("page", {"doctor": "99900000003", "campaigns": {"2031": {}, "2030": rows}}, {})
    found = bench.compare([page])
    assert (found.observed, dict(found.differing)) == (1, {})


def test_a_condition_may_have_a_thousand_parts(tmp_path: Path) -> None:
    parts = "".join(f"        - attribute: {{ field: sector, is: '{rank % 2 + 1}' }}\n" for rank in range(WIDE))
    rate = "    - rate: { measure: dmp, at_least: 30 %, zero: unmet }\n"
    when = f"when:\n  any:\n    - all:\n{parts}{rate}"
    bench = policy_with(tmp_path, DMP, lambda page: page[: page.index("when:\n")] + when)
    found = bench.compare(drawn(bench.files, bench.policy, Random(YEAR), 20))
    assert (found.columns > 0, dict(found.differing)) == (True, {})
