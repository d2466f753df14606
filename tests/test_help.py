"""The help of every command: one language at a time, nothing of the library's own words, never a missing sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest
import typer
from syrupy.assertion import SnapshotAssertion
from typer.main import get_command

import cli.helping
from cli.helping import about
from cli.language import asked
from cli.main import typer_app
from engine.words import LANGS, Lang, catalogue
from tests.conftest import Forfait, Ran
from tests.test_words import WORD, french

HELP_NAME = "--help"
WIDTH = 80
TITLES = ("arguments", "options", "commands")


@cache
def commands() -> dict[str, Anything]:
    """Every command by the words that follow `forfait`, itself included."""
    return dict(below("", get_command(typer_app())))


def below(path: str, command: Anything) -> Iterator[tuple[str, Anything]]:
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from below(f"{path} {name}".strip(), one)


def parameters() -> Iterator[tuple[str, Anything]]:
    """Every argument and option but for help itself, which the library adds, by its command and name."""
    for path, command in commands().items():
        for one in command.get_params(typer.Context(command)):
            if HELP_NAME not in one.opts:
                yield f"forfait {path} {max(one.opts, key=len)}", one


def shown(ran: Ran) -> str:
    """The page shown: code 0, and nothing said of any fault."""
    assert (ran.code, ran.err) == (0, "")
    return ran.out


# --- every sentence has a key ---------------------------------------------------------------------------------------


def test_every_command_has_a_sentence() -> None:
    missing = {path: key for path in commands() if (key := about(f"forfait {path}")) not in catalogue("fr")}
    assert missing == {}, "write what these commands do in engine/words/{fr,en}/about.toml"


def test_every_argument_and_option_has_a_key_for_its_help() -> None:
    wrong = {name: one.help for name, one in parameters() if one.help not in catalogue("fr")}
    assert wrong == {}, 'give typer a key, help="help.year", and write its sentence in engine/words/{fr,en}/help.toml'


def test_what_stands_for_a_value_is_a_key_too() -> None:
    """Unless the values allowed stand for themselves."""
    wrong = {
        name: one.metavar
        for name, one in parameters()
        if not getattr(one, "is_flag", False)
        and not (one.metavar is None and one.type_descriptor.choices)
        and one.metavar not in catalogue("fr")
    }
    assert wrong == {}, 'give typer a key, metavar="metavar.year", written in engine/words/{fr,en}/metavar.toml'


def test_every_sentence_of_the_help_is_used() -> None:
    page = Path(cli.helping.__file__).read_text("utf-8")
    used = {about(f"forfait {path}") for path in commands()}
    used |= {key for _, one in parameters() for key in (one.help, one.metavar)}
    used |= {*re.findall(r'"((?:help|metavar)\.\w+)"', page), *(f"help.{title}" for title in TITLES)}
    assert {key for key in catalogue("fr") if key.startswith(("about.", "help.", "metavar."))} - used == set()


# --- every page speaks one language ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", commands())
def test_no_french_is_left_in_english_help(path: str, forfait: Forfait) -> None:
    page = shown(forfait(*path.split(), "-h", "--lang", "en"))
    longer, words = french()
    assert {word.lower() for word in WORD.findall(page)} & words == set()
    squeezed = " ".join(page.split())
    assert [text for text in longer if " ".join(text.split()) in squeezed] == []
    assert re.findall(r"[«»]|\b(?:le|la|les|des|du|une|défaut|par|ou|sur)\b", page) == []


@pytest.mark.parametrize("path", commands())
def test_no_english_is_left_in_french_help(path: str, forfait: Forfait) -> None:
    page = shown(forfait(*path.split(), "-h"))
    assert re.findall(r"(?i)(?<![-\w])(?:the|of|this|message|required|default|commands?|by|or)\b", page) == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", commands())
def test_a_page_fits_and_tells_every_name(path: str, lang: Lang, forfait: Forfait) -> None:
    page = shown(forfait(*path.split(), HELP_NAME, "--lang", lang))
    assert [line for line in page.splitlines() if len(line) > WIDTH] == []
    command = commands()[path]
    told = [*getattr(command, "commands", ()), *(one.opts[0] for one in command.params if one.opts[0][0] == "-")]
    assert [name for name in told if not re.search(rf"^  {name}\b", page, re.MULTILINE)] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", ["", "explain", "diff", "policy", "policy show", "policy mutate"])
def test_a_page_as_it_is_read(path: str, lang: Lang, forfait: Forfait, named: SnapshotAssertion) -> None:
    name = "-".join(["forfait", *path.split()])
    assert shown(forfait(*path.split(), "-h", "--lang", lang)) == named(name=f"help/{name}.{lang}.txt")


# --- wherever the language is asked for -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "--lang en explain -h",
        "--lang=en explain -h",
        "explain --lang en -h",
        "explain -h --lang en",
        "explain 99900000003 -h --lang=en",
    ],
)
def test_the_language_may_stand_anywhere(written: str, forfait: Forfait) -> None:
    assert shown(forfait(*written.split())) == shown(forfait("explain", "-h", "--lang", "en"))


def test_a_group_takes_the_language_too(forfait: Forfait) -> None:
    english = shown(forfait("policy", "-h", "--lang", "en"))
    assert english == shown(forfait("--lang", "en", "policy", "-h")) == shown(forfait("policy", "--lang", "en"))
    assert english.startswith("Usage: forfait policy [OPTIONS] COMMAND")


@pytest.mark.parametrize("words", ["", "policy"])
def test_who_names_no_command_is_helped(words: str, forfait: Forfait) -> None:
    assert shown(forfait(*words.split())) == shown(forfait(*words.split(), "-h"))


def test_the_language_before_the_command_is_that_of_its_answer(forfait: Forfait) -> None:
    before, after = (forfait(*words.split()) for words in ("--lang en policy list", "policy list --lang en"))
    assert shown(before) == shown(after)
    assert shown(before) != shown(forfait("policy", "list"))


def test_the_last_language_asked_for_is_spoken() -> None:
    assert asked(["--lang", "en", "explain", "--lang", "fr"]) == "fr"
    assert asked(["--lang", "fr", "explain", "--lang=en"]) == "en"
    assert asked(["explain", "--lang"]) == asked(["--lang", "de"]) == asked(["en"]) == "fr"


# --- what is written wrongly ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "told_fr", "told_en"),
    [
        ("explian", "Commande inconnue", "Unknown command"),
        ("policy shwo", "Le nom le plus proche est « show »", "The nearest name is “show”"),
        ("doctors one two", "En trop dans la commande : « one two »", "Too many words in the command: “one two”"),
        ("explain --year", "Il manque une valeur après « --year »", "A value is missing after “--year”"),
        ("explain 9 --proof=1", "« --proof » ne prend pas de valeur", "“--proof” takes no value"),
        ("explain", "Il manque « MÉDECIN »", "“DOCTOR” is missing"),
        ("explain --langue", "Option inconnue", "Unknown option"),
        ("policy mutate --jobs x", "Valeur refusée pour « --jobs »", "Value refused for “--jobs”"),
    ],
)
def test_a_command_written_wrongly_is_told_in_the_language_asked_for(
    written: str, told_fr: str, told_en: str, forfait: Forfait
) -> None:
    french_, english = forfait(*written.split()), forfait("--lang", "en", *written.split())
    assert (french_.code, english.code, french_.out, english.out) == (2, 2, "", "")
    assert told_fr in french_.err.replace("\N{NO-BREAK SPACE}", " ") and told_en in english.err
    assert re.search(r"[A-Z]\w+ (?:command|option|argument)|\bGot\b", french_.err) is None


def test_a_command_without_a_name_is_told_too(forfait: Forfait) -> None:
    assert "Commande inconnue" in forfait("").err
