"""What YAML is read quickly is read as by the library that knows all of it; and dossiers are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.loading import bundled_policies
from engine.problems import Invalid
from engine.stores import bundled_examples
from engine.yamlevents import parsed
from engine.yamlquick import Unsure, quickly
from engine.yamltext import parse_yaml

NEAR = 6
"""Lines kept around those changed, so that what was changed matters."""
SIGNS = "\n -:#{}[],\"'a0~|>%@`?\\é\t\r=.()/*&!<\x07\x85\uffff"
WORDS = (
    "  ",
    "    ",
    "- ",
    ": ",
    " #",
    ", ",
    "? ",
    "---\n",
    "...\n",
    "null",
    "key: v",
    "key:\n",
    "- x\n",
    '"x" ',
    "a: b, ",
)
MARKED = ("&a ", "*a", "!t ", "<<: a", "\N{NO-BREAK SPACE}", "\N{LINE SEPARATOR}", "\N{ZERO WIDTH NO-BREAK SPACE}")
ODD = st.sampled_from([*SIGNS, *WORDS, *MARKED, "\N{COMBINING ACUTE ACCENT}"])
"""What YAML gives a meaning to, and what it refuses."""


def quick(text: str) -> tuple[Anything] | None:
    """What is read quickly; None where it is not sure."""
    try:
        return (quickly(text),)
    except Unsure:
        return None


def slow(text: str) -> tuple[Anything] | None:
    """What the library reads; None where it refuses."""
    try:
        return (parsed(text, "page.yaml")[0],)
    except Invalid:
        return None


@cache
def texts() -> list[str]:
    """Every page that comes with the product."""
    paths = sorted(bundled_examples().glob("*.yaml")) + sorted(bundled_policies().rglob("*.yaml"))
    return [path.read_text("utf-8") for path in paths]


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A few lines of a page, with something put in, taken out or replaced here and there."""
    lines = draw(st.sampled_from(texts())).split("\n")
    first = draw(st.integers(0, len(lines) - 1))
    text = "\n".join(lines[first : first + NEAR])
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        stop = start + draw(st.sampled_from([0, 0, 1, 2, 4]))
        text = text[:start] + draw(ODD | st.just("")) + text[stop:]
    return text


@settings(max_examples=2000)
@given(edited() | st.lists(ODD, max_size=12).map("".join))
@example("a: b\n c\n")
@example("a:\n- b\n")
@example("a: 1\na: 2\n")
@example("- [a, b,]\n")
@example("{a: b}: c\n")
@example('a: "b" c\n')
@example("a: b #c\n")
@example("a: [b\n]\n")
@example("")
def test_what_is_read_quickly_is_what_the_library_reads(text: str) -> None:
    read = quick(text)
    assert read is None or read == slow(text)


def test_every_page_read_quickly_is_what_the_library_reads() -> None:
    read = [(quick(text), slow(text)) for text in texts()]
    sure = [(one, other) for one, other in read if one is not None]
    assert all(one == other for one, other in sure)
    assert len(sure) > len(read) // 2


@pytest.mark.parametrize("path", sorted(bundled_examples().glob("*.yaml")), ids=lambda path: path.name)
def test_a_dossier_is_read_quickly_and_every_value_has_its_place(path: Path) -> None:
    text = path.read_text("utf-8")
    data, marks = parsed(text, path.name)
    page = parse_yaml(text, path.name)
    assert quick(text) == (data,)
    assert (page.data, dict(page.marks)) == (data, marks)


@pytest.mark.parametrize("text", ["a:\n  - b: { c: [d, e] }\n", "a: b c\n", 'a: "b"\n', "# a\n\nb: null\n"])
def test_the_plainest_is_read_quickly(text: str) -> None:
    """The promises above would hold of nothing if nothing were read quickly."""
    assert quick(text) is not None
