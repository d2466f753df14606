"""Faults seeded one by one in a copy of a real policy: each is told at its line, and nothing else is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct, convert

from engine.drafting.checks.lint import lint
from engine.loading import bundled_policies
from engine.problems import render
from engine.words import LANGS
from engine.yamltext import read_page

YEAR = 2023
SEEDS = read_page(Path(__file__).parent / "seeded_faults.yaml").data


class Seed(Struct, frozen=True):
    """A fault: what is written instead of what in a file, its code, and the text it is told at."""

    file: str
    new: str
    code: str
    old: str = ""
    at: str = ""
    told_in: str = ""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the year, its cases apart."""
    folder = tmp_path_factory.mktemp("policies") / str(YEAR)
    shutil.copytree(bundled_policies() / str(YEAR), folder, ignore=shutil.ignore_patterns("cases"))
    return folder


@pytest.fixture
def seeded(copy: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Path, Seed]]:
    """The copy with one fault in it, and the fault."""
    seed = convert(SEEDS[request.param], Seed)
    path = copy / seed.file
    before = path.read_text("utf-8") if path.exists() else None
    assert (before or "").count(seed.old) == 1 or not seed.old, f"{seed.old!r} does not stand once"
    path.write_text(seed.new if before is None else before.replace(seed.old, seed.new), "utf-8")
    yield copy, seed
    if before is None:
        path.unlink()
    else:
        path.write_text(before, "utf-8")


def line_of(path: Path, text: str) -> int | None:
    """The line where a text begins that stands once in a file; none for no text."""
    written = path.read_text("utf-8")
    assert written.count(text) == 1 or not text, f"{text!r} stands {written.count(text)} times"
    return written[: written.index(text)].count("\n") + 1 if text else None


def test_the_copy_has_no_fault(copy: Path) -> None:
    assert lint(copy).count("error") == 0


@pytest.mark.parametrize("seeded", SEEDS, indirect=True)
def test_a_fault_is_told_at_its_line(copy: Path, seeded: tuple[Path, Seed]) -> None:
    folder, seed = seeded
    known = {"unsourced_option"}  # what the year itself is warned of
    found = [problem for problem in lint(folder).problems if problem.code not in known]
    told_in = folder / (seed.told_in or seed.file)
    first = found[0]
    assert {problem.code for problem in found} == {seed.code}
    assert (first.file, first.line) == (str(told_in), line_of(told_in, seed.at))
    assert all(render(problem, lang) for problem in found for lang in LANGS)
