"""A file is read as it is written: no guess, no magic, and every fault at its line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any as Anything

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.problems import Invalid, Problem
from engine.yamltext import MAX_BYTES, MAX_DEPTH, parse_json, parse_yaml, read_bytes, read_page

letters = st.text(st.characters(codec="utf-8"), max_size=8)
plain: st.SearchStrategy[Anything] = st.recursive(
    st.none() | letters,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(letters, inner, max_size=4),
    max_leaves=20,
)


def fault(text: str, kind: str = "yaml") -> Problem:
    """The one problem of a text."""
    with pytest.raises(Invalid) as raised:
        (parse_json if kind == "json" else parse_yaml)(text, f"page.{kind}")
    (problem,) = raised.value.problems
    return problem


# --- scalars stay what was written ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scalar",
    ["01", "on", "off", "yes", "no", "30.5", "30.50", "1e3", "0x1F", "1_000", "12:30", "2024-02-30", "true", ".inf"],
)
def test_a_scalar_is_the_text_that_was_written(scalar: str) -> None:
    assert parse_yaml(f"key: {scalar}", "page.yaml").data == {"key": scalar}


@pytest.mark.parametrize("empty", ["", "~", "null"])
def test_nothing_written_is_nothing(empty: str) -> None:
    assert parse_yaml(f"key: {empty}", "page.yaml").data == {"key": None}


@pytest.mark.parametrize("quoted", ['"null"', "'~'", '""'])
def test_what_is_quoted_is_text(quoted: str) -> None:
    assert parse_yaml(f"key: {quoted}", "page.yaml").data == {"key": quoted[1:-1]}


def test_a_key_may_look_like_anything() -> None:
    assert parse_yaml("{ on: a, 1: b, true: c, <<: d }", "page.yaml").data == {
        "on": "a",
        "1": "b",
        "true": "c",
        "<<": "d",
    }


def test_a_number_of_json_keeps_its_digits() -> None:
    text = '{"a": 30.50, "b": 100000000000000000001, "c": 1e3, "d": true, "e": false, "f": null, "g": -0}'
    assert parse_json(text, "page.json").data == {
        "a": "30.50",
        "b": "100000000000000000001",
        "c": "1e3",
        "d": "true",
        "e": "false",
        "f": None,
        "g": "-0",
    }


@given(plain)
def test_yaml_and_json_say_the_same(data: Anything) -> None:
    as_yaml, as_json = yaml.safe_dump(data), json.dumps(data, ensure_ascii=False)
    assert parse_yaml(as_yaml, "page.yaml").data == parse_json(as_json, "page.json").data == data


def test_folded_and_literal_text_is_read_as_yaml_says() -> None:
    page = parse_yaml("folded: >-\n  one\n  two\nliteral: |\n  one\n  two\n", "page.yaml")
    assert page.data == {"folded": "one two", "literal": "one\ntwo\n"}


# --- places ---------------------------------------------------------------------------------------------------------

WRITTEN = """\
volets:
  - id: base
    points: 47
  - { id: care, gate: { outcome: base } }
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("volets",), (1, 1)),
        (("volets", 0), (2, 5)),
        (("volets", 0, "points"), (3, 5)),
        (("volets", 1), (4, 5)),
        (("volets", 1, "gate", "outcome"), (4, 25)),
        (("volets", 1, "gate", "nowhere"), (4, 17)),
    ],
)
def test_a_problem_stands_where_its_key_is_written(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    """One that is missing stands at the mapping that should hold it."""
    problem = parse_yaml(WRITTEN, "page.yaml").problem("missing_key", path)
    assert (problem.line, problem.column) == place


def test_a_problem_in_json_has_a_place_too() -> None:
    problem = parse_json('{\n\t"volets": [\n    {"points": "many"}\n  ]\n}', "page.json").problem(
        "not_expected", ("volets", 0, "points")
    )
    assert (problem.line, problem.column) == (3, 6)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("one: 1\ntwo: 2\none: 3\n", "duplicate_key", 3, 1),
        ("- &here 1\n- *here\n", "alias", 1, 3),
        ("one: *here\n", "alias", 1, 6),
        ("one: !!int 1\n", "tag", 1, 6),
        ("one: !!python/object/apply:os.system [ls]\n", "tag", 1, 6),
        ("one: 1\n---\ntwo: 2\n", "several_documents", 3, 1),
        ("one: 1\n[a, b]: 2\n", "key_not_text", 2, 1),
        ("one: [1, 2\ntwo: 3\n", "not_yaml", 2, 4),
        ("one:\n\t- 2\n", "tab_indent", 2, 1),
    ],
)
def test_what_is_not_plain_yaml_is_refused_at_its_place(text: str, code: str, line: int, column: int) -> None:
    problem = fault(text)
    assert (problem.code, problem.line, problem.column) == (code, line, column)


def test_what_is_not_json_is_refused_at_its_place() -> None:
    problem = fault('{"one": 1,\n "two": }', "json")
    assert (problem.code, problem.line, problem.column) == ("not_json", 2, 9)


def test_json_refuses_a_key_that_stands_twice() -> None:
    problem = fault('{"one": {"a": 1, "b": 2, "a": 3}}', "json")
    assert (problem.code, problem.details) == ("duplicate_key", {"key": "a"})


@pytest.mark.parametrize("kind", ["yaml", "json"])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 500, 100_000])
def test_bottomless_nesting_is_refused(kind: str, depth: int) -> None:
    """A few bytes must not exhaust the machine."""
    assert fault("[" * depth + "]" * depth, kind).code == "too_deep"


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_reasonable_nesting_is_not(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"page.{kind}"
    path.write_text("[" * MAX_DEPTH + "]" * MAX_DEPTH, encoding="utf-8")
    data, depth = read_page(path).data, 1
    while data:
        data, depth = data[0], depth + 1
    assert depth == MAX_DEPTH


# --- files ----------------------------------------------------------------------------------------------------------


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        read_bytes(tmp_path / "nowhere.yaml")
    (problem,) = raised.value.problems
    assert (problem.code, problem.file) == ("unreadable", str(tmp_path / "nowhere.yaml"))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        read_page(tmp_path)
    assert raised.value.problems[0].code == "unreadable"


def test_a_file_in_another_encoding_is_refused_at_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("clé: 1".encode("latin-1"))
    with pytest.raises(Invalid) as raised:
        read_page(path)
    problem = raised.value.problems[0]
    assert (problem.code, problem.details) == ("not_utf8", {"byte": "2"})


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(Invalid) as raised:
        read_page(path)
    assert raised.value.problems[0].code == "too_large"


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_holds_nothing(text: str) -> None:
    assert parse_yaml(text, "page.yaml").data is None
