"""Five thousand spoilt dossiers, a thousand spoilt policies: each is decided, or refused in words; never a fault.

What is spoilt is the plain data of a real page: keys and rows dropped, repeated, exchanged, renamed; values of
another kind, of another place, beyond any bound. The same seed spoils the same way on every machine.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any as Anything

import pytest
from msgspec.structs import replace

from engine.decision import decide
from engine.dossier import read_dossier
from engine.linking import link, linked
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid, render
from engine.schema import check
from engine.words import LANGS
from engine.yamltext import Page, Path_, parse_json
from tests.conftest import known, policy_files
from tests.made_up import DOCTOR, EVERYTHING, YEAR, pages

DOSSIERS, POLICIES = 5_000, 1_000
CHUNKS = 25
POLICY_CHUNKS = 5  # few of the spoilt policies still decide: a small chunk may hold none
MOST_SPOILT = 3

EXTREMES: list[Anything] = [
    None, "", "none", "~", "0", "-0", "-1", "1.5", "1e9", "007", "999999999999999", "9" * 5_000, "٣", "½", "100 %",
    "1/0", "true", "false", "silent", "met", "removed", "0001-01-01", "9999-12-31", "2023-02-30", "2024-02-29",
    "x" * 5_000, "\u202e\x1b[31m", "a\nb", "..", "../../etc/passwd", "choose", "é", "e\u0301",
    [], {}, [[]], [None], {"": None}, {"choose": "statut"}, {"a": {"b": ["c"]}}, ["x"] * 200,
]  # fmt: skip


def places(data: Anything, at: Path_ = ()) -> Iterator[tuple[Path_, Anything]]:
    """Every value of a page, with where it stands."""
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        yield (*at, key), value
        yield from places(value, (*at, key))


def spoil(random: Random, data: Anything) -> Anything:
    """The data with one to three things wrong, or merely otherwise."""
    data = copy.deepcopy(data)
    for _ in range(random.randint(1, MOST_SPOILT)):
        found = list(places(data))
        if not found:
            return data
        (*above, key), value = random.choice(found)
        holder = data
        for step in above:
            holder = holder[step]
        _, other = random.choice(found)
        random.choice(WAYS)(random, holder, key, value, copy.deepcopy(other))
    return data


Way = Callable[[Random, Anything, Anything, Anything, Anything], None]


def dropped(_: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    del holder[key]


def extreme(random: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    holder[key] = copy.deepcopy(random.choice(EXTREMES))


def elsewhere(_: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    """The value of another place."""
    holder[key] = other


def repeated(_: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(value))
    else:
        holder[f"{key}-2"] = copy.deepcopy(value)


def renamed(random: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    if isinstance(holder, dict):
        name = other if isinstance(other, str) else f"{key}x"
        holder[random.choice([name, key.upper(), key[:-1]])] = holder.pop(key)
    else:
        holder.reverse()


def wrapped(random: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    holder[key] = random.choice([[value], {"is": value}, {str(key): value}])


def misspelt(random: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    if isinstance(value, str) and value:
        at = random.randrange(len(value))
        holder[key] = value[:at] + random.choice(["", "0", "x", "-", value[at] * 2]) + value[at + 1 :]
    else:
        holder[key] = None


def otherwise(random: Random, holder: Anything, key: Anything, value: Anything, other: Anything) -> None:
    """Another number or another day of the same look: most of these are still good."""
    if isinstance(value, str) and value.isdecimal():
        holder[key] = str(random.choice([0, 1, int(value[:15]) * 2, random.randrange(10_000)]))
    elif isinstance(value, str) and value[:2] == "20":
        holder[key] = f"20{random.randint(20, 26)}-{random.randint(1, 12):02}-{random.randint(1, 31):02}"
    elif isinstance(value, str):
        holder[key] = other if isinstance(other, str) else value


WAYS: list[Way] = [dropped, extreme, elsewhere, repeated, renamed, wrapped, misspelt, otherwise, otherwise]


def answer(page: Page, schema: str, go_on: Callable[[], object]) -> str:
    """`decided`, or the code of the first problem, every problem having been told in both languages."""
    try:
        problems = check(page, schema)
        if problems:
            raise Invalid(problems)
        go_on()
    except Invalid as invalid:
        assert invalid.problems
        assert all(render(problem, lang) for problem in invalid.problems for lang in LANGS)
        return invalid.problems[0].code
    return "decided"


@cache
def dossiers() -> list[tuple[Page, int]]:
    """The page of every bundled doctor, with its latest campaign, and the doctor of the made-up year."""
    bundled = [(one.page, one.years[-1]) for one in known().values()]
    made_up = json.dumps({"doctor": DOCTOR, "campaigns": {str(YEAR): EVERYTHING}})
    return [*bundled, (parse_json(made_up, "made-up.json"), YEAR)]


@cache
def law_of(year: int) -> Policy:
    return linked(files_of(year), {})


@cache
def files_of(year: int) -> PolicyFiles:
    if year != YEAR:
        return policy_files(year)
    with TemporaryDirectory() as folder:
        return pages(Path(folder))


def decided(page: Page, year: int) -> None:
    """Decide twice, by derivations that must agree."""
    decide(law_of(year), read_dossier(page, law_of(year)))


def decided_under(files: PolicyFiles, page: Page) -> None:
    policy = link(files, {})
    decide(policy, read_dossier(page, policy))


def test_a_page_unspoilt_is_decided() -> None:
    assert {answer(page, "dossier", partial(decided, page, year)) for page, year in dossiers()} == {"decided"}


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_a_spoilt_dossier_is_decided_or_refused(seed: int) -> None:
    random, answers = Random(f"dossiers {seed}"), Counter[str]()
    for _ in range(DOSSIERS // CHUNKS):
        page, year = random.choice(dossiers())
        spoilt = Page(page.file, spoil(random, page.data), page.marks)
        answers[answer(spoilt, "dossier", partial(decided, spoilt, year))] += 1
    assert answers["decided"] > DOSSIERS // CHUNKS // 10
    assert len(answers) > 5


def policy_pages(files: PolicyFiles) -> list[tuple[str, str, str]]:
    """Every page of a policy: the part it belongs to, its name, its schema."""
    found = [("vocabulary", name, f"vocabulary-{name}") for name in files.vocabulary]
    found += [("tables", name, "table") for name in files.tables]
    found += [("readings", name, "reading") for name in files.readings]
    found += [("components", name, "component") for name in files.components]
    # The tree of an indicator and the policy itself hold the most to spoil.
    found += [("indicators", name, "indicator") for name in files.indicators] * 2
    return [*found, *[("policy", "", "policy")] * 8]


@pytest.mark.parametrize("seed", range(POLICY_CHUNKS))
def test_a_spoilt_policy_decides_or_is_refused(seed: int) -> None:
    random, answers = Random(f"policies {seed}"), Counter[str]()
    for _ in range(POLICIES // POLICY_CHUNKS):
        year = random.choice([2023, 2024, YEAR, YEAR])
        files = files_of(year)
        part, name, schema = random.choice(policy_pages(files))
        page = files.policy if part == "policy" else getattr(files, part)[name]
        spoilt = Page(page.file, spoil(random, page.data), page.marks)
        changed: Anything = spoilt if part == "policy" else {**getattr(files, part), name: spoilt}
        candidates = [page for page, campaign in dossiers() if campaign == year]
        dossier = random.choice(candidates)
        answers[answer(spoilt, schema, partial(decided_under, replace(files, **{part: changed}), dossier))] += 1
    assert answers["decided"]
    assert len(answers) > 3
