"""What the system and libraries say in English reaches nobody as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import MsgspecError, Struct, json

from engine.foreign import in_words
from engine.problems import Invalid, render
from engine.words import Lang
from engine.yamltext import parse_yaml
from tests.conftest import Forfait


class Two(Struct):
    """What a manifest may be read as."""

    year: int
    below: list[Two] = []


@pytest.mark.parametrize(
    ("lang", "told"), [("fr", "fichier illisible (il n’existe pas)"), ("en", "unreadable file (it does not exist)")]
)
def test_a_file_that_is_not_there_is_told_in_the_language(
    lang: str, told: str, forfait: Forfait, tmp_path: Path
) -> None:
    ran = forfait("verify", tmp_path / "none.json", "--lang", lang)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_json_that_is_none_is_told_in_the_language(lang: str, forfait: Forfait, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    assert "Expecting" not in forfait("verify", broken, "--lang", lang).err


@pytest.mark.parametrize(
    ("content", "fr", "en"),
    [
        (b"{}", "il manque « year »", "“year” is missing"),
        (b'{"year": "x"}', "« year » : int est attendu, et non str", "“year”: int is expected, not str"),
        (
            b'{"year": 1, "below": [{}]}',
            "« below[0] » : il manque « year »",
            "“below[0]”: “year” is missing",
        ),
        (b"{", "il s’arrête trop tôt", "it ends too soon"),
        (b"{]", "il est mal formé", "it is malformed"),
    ],
)
def test_what_a_manifest_lacks_is_told_in_the_language(content: bytes, fr: str, en: str) -> None:
    with pytest.raises(MsgspecError) as raised:
        json.decode(content, type=Two)
    told: dict[Lang, str] = {"fr": fr, "en": en}
    for lang, expected in told.items():
        assert in_words(str(raised.value), lang).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [
        (
            "a: {b: 1\nc: 2",
            "une virgule ou une accolade fermante est attendue",
            "a comma or a closing brace",
        ),
        (
            "a: [1, 2\nb: 3",
            "une virgule ou un crochet fermant est attendu",
            "a comma or a closing bracket",
        ),
        ('a: "x\n', "il s’arrête trop tôt", "it ends too soon"),
        ("a: b\n- c", "une clé est attendue", "a key is expected"),
        ("- a\nb: c", "un tiret est attendu", "a dash is expected"),
        ("a: @x", "ce caractère ne commence pas un texte", "this character begins no text"),
        ("a: b: c", "un deux-points n’est pas admis ici", "a colon is not allowed here"),
        ('a: "\\q"', "après une barre oblique inverse", "after a backslash"),
        ("a: \x01", "un caractère de commande", "a control character"),
        ("%foo\n---\na: b", "une ligne ne commence pas par %", "no line begins with %"),
    ],
)
def test_yaml_that_is_none_is_told_in_the_language(text: str, fr: str, en: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_yaml(text, "dossier.yaml")
    told: dict[Lang, str] = {"fr": fr, "en": en}
    for lang, expected in told.items():
        assert f"({expected}" in render(raised.value.problems[0], lang).replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_not_known_is_left_as_it_is() -> None:
    assert in_words("something else", "fr") == "something else"
