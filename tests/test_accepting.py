"""The quick yes never says yes where the library that knows every keyword says no; and it is not shy."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any as Anything

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.accepting import accepts
from engine.breaches import breaches
from engine.loading import bundled_policies
from engine.schema import _bodies, _texts
from engine.stores import bundled_examples
from engine.yamltext import Page, read_page

ODD: tuple[Anything, ...] = (
    None,
    "",
    "x",
    "-1",
    "0",
    "1.5",
    "9" * 16,
    "true",
    "2024-02-30",
    [],
    ["x"],
    {},
    {"x": "y"},
    "x" * 600,
)
PARTS = {"vocabulary": None, "tables": "table", "readings": "reading", "components": "component", "cases": "case"}


def schema_of(path: Path) -> str:
    match path.relative_to(bundled_policies()).parts[1:]:
        case [name]:
            return Path(name).stem
        case ["vocabulary", name]:
            return f"vocabulary-{Path(name).stem}"
        case [folder, _]:
            return PARTS.get(folder) or "indicator"
        case _:
            raise AssertionError(path)


@cache
def pages() -> list[tuple[str, Page]]:
    """Every page that comes with the product, and its schema."""
    policies = sorted(bundled_policies().glob("*/*.yaml")) + sorted(bundled_policies().glob("*/*/*.yaml"))
    policies = [path for path in policies if f"{schema_of(path)}.schema.json" in _bodies()]
    examples = sorted(path for path in bundled_examples().iterdir() if path.suffix in (".yaml", ".json"))
    found = [(schema_of(path), read_page(path)) for path in policies]
    return found + [("dossier", read_page(path)) for path in examples]


def quickly(data: Anything, schema: str) -> bool:
    return accepts(_bodies(), f"{schema}.schema.json", data)


def places(data: Anything, path: tuple[Anything, ...] = ()) -> Iterator[tuple[Anything, ...]]:
    yield path
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        yield from places(value, (*path, key))


def spoilt(data: Anything, path: tuple[Anything, ...], odd: Anything, how: str) -> Anything:
    """The data with one thing replaced, taken away or added."""
    if not path:
        return odd
    copied = copy.deepcopy(data)
    inside = copied
    for key in path[:-1]:
        inside = inside[key]
    if how == "replaced":
        inside[path[-1]] = odd
    elif how == "taken away":
        del inside[path[-1]]
    elif isinstance(inside, dict):
        inside["other"] = odd
    else:
        inside.append(odd)
    return copied


def test_every_page_of_the_product_is_accepted_quickly() -> None:
    assert [page.file for schema, page in pages() if not quickly(page.data, schema)] == []


@settings(max_examples=400)
@given(st.data())
def test_both_agree_on_pages_spoilt_in_any_way(data: st.DataObject) -> None:
    schema, page = data.draw(st.sampled_from(pages()))
    place = data.draw(st.sampled_from(list(places(page.data))))
    odd, how = data.draw(st.sampled_from(ODD)), data.draw(st.sampled_from(("replaced", "taken away", "added")))
    wrong = spoilt(page.data, place, odd, how)
    assert quickly(wrong, schema) == (not breaches(Page(page.file, wrong, {}), schema, _texts()))


def test_a_keyword_it_does_not_know_is_never_surely_kept() -> None:
    assert accepts({"made-up": {"type": "string"}}, "made-up", "text")
    assert not accepts({"made-up": {"type": "string", "format": "date"}}, "made-up", "text")
