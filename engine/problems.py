"""What is wrong with an input, as a value: file, place, what was expected, what to do. Rendered by one function."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from itertools import zip_longest

from msgspec import Struct, field

from engine.days import day_in_words
from engine.words import Lang, catalogue, say

NEAREST_CUTOFF = 0.5
MOST_CLOSE = 12
DAYS = frozenset({"before", "day", "last", "opened", "until"})
"""The details that are days, always of the calendar, where they are written as `2024-02-04`."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Problem(Struct, frozen=True):
    """One fault of an input.

    `code` names the sentence in `engine/words/*/problem.toml`; `details` fill its placeholders. `file` is
    as the user named it; `line` and `column` count from 1; `place` is the path inside the file (`when.rate`).
    """

    code: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    place: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class Invalid(Exception):
    """An input that cannot be used, with every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(render(problem, "en") for problem in self.problems))


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """The valid name that begins or ends with `wrong` as a whole part, or is most like it; else an empty string."""
    names = sorted(valid)
    above = [name for name in names if name.startswith(f"{wrong}.")]
    within = [name for name in names if name.endswith(f".{wrong}")]
    close = get_close_matches(wrong, names, n=MOST_CLOSE, cutoff=NEAREST_CUTOFF)
    close.sort(key=lambda name: (-SequenceMatcher(None, name, wrong).ratio(), _differing(wrong, name), name))
    return next(iter([*above, *within, *close]), "")


def _differing(one: str, other: str) -> int:
    """How many places differ, longer or shorter counting as different: what parts numbers equally alike."""
    return sum(a != b for a, b in zip_longest(one, other))


def unknown_name(wrong: str, valid: Iterable[str]) -> dict[str, str]:
    """The details of a problem about a name that is not one of `valid`."""
    names = sorted(valid)
    return {"name": wrong, "nearest": nearest(wrong, names), "valid": ", ".join(names)}


def render(problem: Problem, lang: Lang) -> str:
    """The problem in one or two lines: place, fault, what was expected and what to do."""
    spot = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part not in ("", None))
    message = sentence(problem, lang)
    if problem.place:
        message = say(lang, "problem.at", place=problem.place, message=message)
    message = " ".join(part for part in (message, names_to_try(problem, lang)) if part)
    return say(lang, "problem.spot", spot=spot, message=message) if spot else message[:1].upper() + message[1:]


def sentence(problem: Problem, lang: Lang) -> str:
    """What is wrong, without its place."""
    details = {name: _detail(name, value, lang) for name, value in problem.details.items()}
    return say(lang, f"problem.{problem.code}", **details)


def _detail(name: str, value: str, lang: Lang) -> str:
    """A detail as it is said: one that begins with @ is the key of a word of the language; a day is said in words.

    So is `why`, which is mostly what the system or a library says.
    """
    if name in DAYS and DAY.fullmatch(value):
        return day_in_words(value, lang)
    if name == "why":
        # Needed only where something went wrong.
        from engine.foreign import in_words  # noqa: PLC0415

        return in_words(value, lang)
    return say(lang, value[1:]) if value.startswith("@") and value[1:] in catalogue(lang) else value


def names_to_try(problem: Problem, lang: Lang) -> str:
    """The nearest valid name, or else all of them; nothing when the problem is about no name."""
    if problem.details.get("nearest"):
        return say(lang, "problem.nearest", name=problem.details["nearest"])
    if problem.details.get("valid"):
        return say(lang, "problem.valid", names=problem.details["valid"])
    return ""
