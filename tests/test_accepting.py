"""The quick yes never says yes where the library that knows every keyword says no; and it is not shy."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.accepting import KEYWORDS, TOLD, Schema, accepts
from engine.breaches import _validator, breaches
from engine.loading import bundled_policies
from engine.schema import FOLDER, SCHEMAS, texts
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
PARTS = {
    "vocabulary": None,
    "tables": "table",
    "readings": "reading",
    "components": "component",
    "measures": "measure",
    "cases": "case",
}


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
    policies = [path for path in policies if (FOLDER / f"{schema_of(path)}.schema.json").is_file()]
    examples = sorted(path for path in bundled_examples().iterdir() if path.suffix in (".yaml", ".json"))
    found = [(schema_of(path), read_page(path)) for path in policies]
    return found + [("dossier", read_page(path)) for path in examples]


def quickly(data: Anything, schema: str) -> bool:
    return accepts(SCHEMAS, f"{schema}.schema.json", data)


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
    assert quickly(wrong, schema) == (not breaches(Page(page.file, wrong, {}), schema, texts()))


# --- keywords that no schema of ours has ----------------------------------------------------------------------------

APPLIED = {"$ref", "type", "const", "enum", "anyOf", "allOf", "oneOf", "if"}
KNOWN = KEYWORDS | TOLD | APPLIED
NOT_AN_ARRAY = {"not": {"type": "array"}}


def below(schema: Anything) -> Iterator[Anything]:
    """The schemas right inside a schema."""
    if isinstance(schema, bool):
        return
    for key, asked in schema.items():
        match key:
            case "properties" | "patternProperties" | "$defs":
                yield from asked.values()
            case "anyOf" | "allOf" | "oneOf" | "prefixItems":
                yield from asked
            case "items" | "additionalProperties" | "propertyNames" | "if" | "then" | "else":
                yield asked
            case _:
                pass


def keywords(schema: Anything) -> set[str]:
    """Every keyword of a schema, however deep."""
    found = set() if isinstance(schema, bool) else set(schema)
    return found.union(*map(keywords, below(schema)))


def made_up(schema: Anything, data: Anything) -> tuple[bool, bool]:
    """Whether a schema is quickly kept, and whether it is kept."""
    body = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "made-up.schema.json", **schema}
    kept = _validator("made-up", (json.dumps(body),)).is_valid(data)
    return accepts({"made-up.schema.json": body}, "made-up.schema.json", data), kept


SCALARS = st.sampled_from(["", "a", "1", "true", None])
LEAVES: st.SearchStrategy[Anything] = st.one_of(
    st.booleans(),
    st.sampled_from(["string", "integer", "boolean", "null", "array", "object"]).map(lambda kind: {"type": kind}),
    st.sampled_from([None, "a", "1", 1, True, [], ["a"], [True]]).map(lambda value: {"const": value}),
    st.lists(st.sampled_from([None, "a", 1, False, ["1"]]), min_size=1).map(lambda values: {"enum": values}),
    st.just({"minimum": 2}),
)


def composed(inner: st.SearchStrategy[Anything]) -> st.SearchStrategy[Anything]:
    """Schemas made of others, with a keyword that is not known among those that are."""
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        inner.map(lambda one: {"not": one}),
        inner.map(lambda one: {"items": one}),
        inner.map(lambda one: {"properties": {"a": one}}),
        st.tuples(st.sampled_from(["anyOf", "oneOf", "allOf"]), several).map(lambda pair: {pair[0]: pair[1]}),
        st.fixed_dictionaries({"if": inner}, optional={"then": inner, "else": inner}),
    )


MADE_UP = st.recursive(LEAVES, composed, max_leaves=6).filter(lambda schema: isinstance(schema, dict))
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=2) | st.fixed_dictionaries({"a": inner}))


def test_every_keyword_of_our_schemas_is_known() -> None:
    assert {file.name for file in FOLDER.glob("*.json") if keywords(SCHEMAS[file.name]) - KNOWN} == set()


def test_a_keyword_it_does_not_know_is_never_surely_kept() -> None:
    assert accepts({"made-up": {"type": "string"}}, "made-up", "text")
    assert not accepts({"made-up": {"type": "string", "format": "date"}}, "made-up", "text")


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        ({"if": NOT_AN_ARRAY, "then": {"type": "integer"}}, "abc"),
        ({"oneOf": [{"type": "string"}, NOT_AN_ARRAY]}, "abc"),
        ({"if": {"const": None}, "then": False}, None),
        ({"if": {"enum": ["a", None]}, "then": False}, None),
        ({"if": {"const": ["a"]}, "then": False}, ["a"]),
    ],
)
def test_what_is_not_sure_never_becomes_a_yes(schema: Schema, data: Anything) -> None:
    assert made_up(schema, data) == (False, False)


@settings(max_examples=200)
@given(MADE_UP, DATA)
def test_a_yes_is_sure_of_any_schema_and_of_its_contrary(schema: Schema, data: Anything) -> None:
    for asked in (schema, {"if": schema, "then": False}):
        quick, kept = made_up(asked, data)
        assert kept or not quick
