"""What people read is clean: the same sentences in both languages, French well set, English free of French."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from string import Formatter
from typing import Any as Anything

import pytest

from engine.loading import bundled_policies, years
from engine.telling.explanation import explain
from engine.telling.parts import Explanation, Part
from engine.words import LANGS, Lang, catalogue
from engine.yamltext import Path_, Plain, read_page
from tests.conftest import Example

# What no text may hold, and what a French or an English one may not.
FAULTS = {
    "a straight apostrophe between letters": re.compile(r"\w'\w"),
    "two spaces together": re.compile(r"[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]{2}"),
    "a space at an end": re.compile(r"^\s|\s$"),
    "a straight quotation mark": re.compile('"'),
    "a full stop doubled": re.compile(r"(?<!\.)\.\.(?!\.)"),
}
FRENCH_FAULTS = {
    "a breakable space before : ; ? ! »": re.compile(r"[ \t\n](?=[:;?!»])"),
    "a breakable space before % or €": re.compile(r"[ \t\n](?=[%€])"),
    "a breakable space after «": re.compile(r"«[ \t\n]"),
    "no space before ; ? ! »": re.compile(r"[\w)\]}][;?!»]"),
    "no space after «": re.compile(r"«\w"),
}
ENGLISH_FAULTS = {
    "French guillemets": re.compile(r"[«»]"),
    "a space before : ; ? !": re.compile(r"[\s](?=[:;?!])"),
    "a space before %": re.compile(r"\d\s%"),
}
# Sentences that begin, or part, others have a space or a line of their own at an end.
FRAGMENTS = {
    "missing.choice",
    "missing.separator",
    "node.earlier",
    "row.excluded",
    "row.fields",
    "source.separator",
    "view.price_beside",
}
# What is typed in a file keeps the form it is typed in.
TYPED = {"problem.not_a_number"}
ACCENT = re.compile(r"[àâäçéèêëîïôöùûüÿœæ]", re.IGNORECASE)
WORD = re.compile(r"\w+")
LONG = 3  # words: a shorter text may be a name, the same in both languages


def faults(text: str, lang: Lang) -> list[str]:
    """What is wrong with the setting of a text."""
    rules = FAULTS | (FRENCH_FAULTS if lang == "fr" else ENGLISH_FAULTS)
    return [fault for fault, pattern in rules.items() if pattern.search(text)]


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


# --- the product's sentences ----------------------------------------------------------------------------------------


def test_every_sentence_has_a_twin() -> None:
    assert list(catalogue("fr")) == list(catalogue("en"))


@pytest.mark.parametrize("key", catalogue("fr"))
def test_twins_have_the_same_places(key: str) -> None:
    """A place that names its language, such as `why_fr`, has its own twin."""
    fr, en = (places(catalogue(lang)[key]) for lang in LANGS)
    assert {place.removesuffix("_fr") for place in fr} == {place.removesuffix("_en") for place in en}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("key", catalogue("fr"))
def test_a_sentence_is_well_set(key: str, lang: Lang) -> None:
    excused = {"a space at an end", "a space before : ; ? !"} if key in FRAGMENTS else set()
    excused |= {"a space before %"} if key in TYPED else set()
    assert set(faults(catalogue(lang)[key], lang)) - excused == set()


# --- the texts of the policies --------------------------------------------------------------------------------------


def texts(data: Plain, path: Path_ = ()) -> Iterator[tuple[Path_, dict[str, str]]]:
    """Every text given in both languages, and its place."""
    if isinstance(data, dict):
        if set(data) == set(LANGS):
            yield path, data
            return
        for key, value in data.items():
            yield from texts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts(value, (*path, index))


@cache
def told() -> tuple[tuple[str, Path_, dict[str, str]], ...]:
    """Every text of every policy, its cases included: its file, its place, the text."""
    root = bundled_policies()
    files = [file for folder in years(root).values() for file in sorted(folder.rglob("*.yaml"))]
    return tuple(
        (str(file.relative_to(root)), path, text) for file in files for path, text in texts(read_page(file).data)
    )


def test_the_policies_have_texts() -> None:
    assert len(told()) > 1000


@pytest.mark.parametrize("lang", LANGS)
def test_the_texts_of_the_policies_are_well_set(lang: Lang) -> None:
    wrong = {(file, path, text[lang]): found for file, path, text in told() if (found := faults(text[lang], lang))}
    assert wrong == {}


def test_a_text_is_written_in_its_own_language() -> None:
    """A long text that is the same in both languages was not translated."""
    same = [(file, text["fr"]) for file, _, text in told() if text["fr"] == text["en"] and long(text["fr"])]
    assert same == []


def test_what_an_option_says_and_who_supports_it_are_clauses() -> None:
    """The product sets them after a colon and ends the sentence: no colon of their own, no full stop."""
    wrong = [
        (file, text[lang])
        for file, path, text in told()
        if path[-1] in ("says", "who")
        for lang in LANGS
        if text[lang].endswith((".", "?", "!")) or re.search(r"\w\s?:(\s|$)", text[lang])
    ]
    assert wrong == []


def long(text: str) -> bool:
    return len(WORD.findall(text)) > LONG


# --- explanations -------------------------------------------------------------------------------------------


def lines(told: Explanation) -> Iterator[str]:
    """Every line of an explanation."""
    yield told.title
    yield from told.intro
    for label, _, _ in told.totals:
        yield label
    yield from below(told.sections)


def below(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield part.text
        yield part.aside
        yield from below(part.parts)


@cache
def french() -> tuple[frozenset[str], frozenset[str]]:
    """The long French texts, and the accented words of these that no English text uses (`département`, `Ségur`)."""
    pairs = [text for _, path, text in told() if "cases" not in path]
    pairs += [{lang: catalogue(lang)[key] for lang in LANGS} for key in catalogue("fr")]
    longer = {text["fr"] for text in pairs if long(text["fr"]) and text["fr"] != text["en"]}
    english = {word.lower() for text in pairs for word in WORD.findall(text["en"])}
    words = {word.lower() for text in longer for word in WORD.findall(text) if ACCENT.search(word)}
    return frozenset(longer), frozenset(words - english)


def test_a_french_explanation_is_well_set(example: Example, record: dict[str, Anything]) -> None:
    """Once their places are filled, the sentences are still."""
    decision = example.decision
    french = list(lines(explain(record, decision.dossier, decision.policy, "fr", "full")))
    assert {line: found for line in french if (found := faults(line, "fr"))} == {}


def test_there_is_french_to_look_for() -> None:
    longer, words = french()
    assert len(longer) > 500
    assert {"télétransmission", "médecin", "déclaré", "préremplissage"} <= words


def test_no_french_is_left_in_an_english_explanation(example: Example, record: dict[str, Anything]) -> None:
    """Names and free texts of the dossier are left as they were given."""
    decision = example.decision
    given = {word.lower() for word in WORD.findall(str(decision.dossier.plain()))}
    given |= {word.lower() for word in WORD.findall(decision.dossier.name or "")}
    english = list(lines(explain(record, decision.dossier, decision.policy, "en", "full")))
    longer, words = french()
    assert [line for line in english if line in longer] == []
    assert [line for line in english if {word.lower() for word in WORD.findall(line)} & words - given] == []
    assert [line for line in english if re.search(r"[«»]", line) and not re.search(r"[«»]", str(given))] == []
