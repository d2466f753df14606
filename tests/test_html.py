"""The HTML page stands by itself: sound markup, nothing fetched, nothing run, whatever a text holds."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.failing import printable
from cli.html import html
from engine.drafting.showing.showing import show
from engine.linking import linked
from engine.loading import bundled_policies, years
from engine.measuring.linking import countings_of
from engine.telling.parts import Explanation, Part
from engine.words import LANGS, Lang
from tests.conftest import policy_files
from tests.test_show import made_up

VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>{{ 7 * 7 }}{% raw %}&amp;\x1b[31m\u202e</style>"


class Read(HTMLParser):
    """What a page is made of, and how its tags close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [str(attributes[name]) for _, attributes in self.tags if name in attributes]


@cache
def page(year: int, lang: Lang) -> str:
    """The rules of a year, beside passages that nobody wrote."""
    return drawn(year, lang)


def drawn(year: int, lang: Lang) -> str:
    files = policy_files(year)
    return html(show(linked(files, {}), lang, None, made_up, countings_of(files, {})), lang)


PAGES = [(year, lang) for year in years(bundled_policies()) for lang in LANGS]


@pytest.mark.parametrize(("year", "lang"), PAGES)
def test_the_markup_is_sound(year: int, lang: Lang) -> None:
    read = Read(page(year, lang))
    ids = read.named("id")
    assert (read.wrong, len(ids) - len(set(ids))) == ([], 0)


@pytest.mark.parametrize(("year", "lang"), PAGES)
def test_nothing_is_fetched_and_nothing_is_run(year: int, lang: Lang) -> None:
    read = Read(page(year, lang))
    assert {tag for tag, _ in read.tags} & {"script", "link", "img", "iframe", "object", "base", "form"} == set()
    assert read.named("src") == []
    assert re.findall(r"url\(|@import", page(year, lang)) == []
    assert "default-src 'none'; style-src 'unsafe-inline'" in read.named("content")


@pytest.mark.parametrize(("year", "lang"), PAGES)
def test_the_contents_lead_to_every_section(year: int, lang: Lang) -> None:
    read = Read(page(year, lang))
    sections = [str(attributes["id"]) for tag, attributes in read.tags if tag == "section"]
    assert read.named("href") == [f"#{name}" for name in sections] != []


@pytest.mark.parametrize(("year", "lang"), PAGES)
def test_a_reader_that_speaks_can_find_its_way(year: int, lang: Lang) -> None:
    """The language is said, one title leads, no level of heading is jumped, a keyboard reaches what scrolls."""
    read = Read(page(year, lang))
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    jumps = [(one, other) for one, other in pairwise(levels) if other > one + 1]
    assert (read.named("lang"), levels.count(1), levels[0], jumps) == ([lang], 1, 1, [])
    assert {attributes.get("tabindex") for _, attributes in read.tags if attributes.get("class") == "beside"} == {"0"}


@pytest.mark.parametrize(("year", "lang"), PAGES)
def test_a_passage_stands_beside_its_rule(year: int, lang: Lang) -> None:
    """In one row of two, with the name of its source."""
    beside = r'<div class="line">.*?<div class="beside" tabindex="0">\s*<figure>\s*<figcaption>'
    found = re.findall(beside, page(year, lang), re.S)
    assert len(found) > 50
    assert 'class="quoting"' in page(year, lang)


def test_without_passages_there_is_one_column() -> None:
    assert "quoting" not in re.findall(r"<body.*?>", html(Explanation("T", (), (), (Part("S"),)), "fr"))[0]


def hostile(text: str) -> Explanation:
    """The same text everywhere a text can stand."""
    quote = Part(text, fine=True, parts=(Part(text, kind="quote"),))
    line = Part(text, "refused", text, parts=(quote, Part(text, fine=True)))
    title = Part(text, aside=text, kind="title", parts=(line,))
    return Explanation(text, (text,), ((text, text, text),), (Part(text, parts=(line, title)), Part(text)))


def test_whatever_a_text_holds_stays_a_text() -> None:
    read = Read(html(hostile(HOSTILE), "fr"))
    plain = Read(html(hostile("plain"), "fr"))
    assert read.wrong == []
    assert [tag for tag, _ in read.tags] == [tag for tag, _ in plain.tags]
    assert [attributes for _, attributes in read.tags] == [attributes for _, attributes in plain.tags]
    shown = "".join(read.text)
    assert ("{{ 7 * 7 }}" in shown, "<script>" in shown, "\x1b" in shown, "\u202e" in shown) == (
        True,
        True,
        False,
        False,
    )


@given(st.text(max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """But for the control characters, which are spaces."""
    read = Read(html(Explanation("T", (), (), (Part(f"[{text}]"),)), "fr"))
    assert read.wrong == []
    assert f"[{printable(text)}]" in "".join(read.text)


def test_the_same_rules_give_the_same_bytes() -> None:
    year, lang = PAGES[0]
    assert html(
        show(linked(policy_files(year), {}), lang, None, made_up, countings_of(policy_files(year), {})), lang
    ) == page(year, lang)
