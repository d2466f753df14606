"""The rules of the house that a machine can keep: the law is data, the decision is exact, the rooms are separate."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.loading import bundled_policies
from engine.yamltext import read_page

ROOT = Path(__file__).parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
PYTHON = ENGINE + sorted((ROOT / "cli").rglob("*.py"))
WRITTEN = PYTHON + sorted((ROOT / "tests").rglob("*.py"))

# A heavy library is imported by its one pass, or room, and nowhere else.
IMPORTED_BY = {
    "durable": r"network(_.+)?",
    "durable_rules_engine": r"network(_.+)?",
    "jsonschema": "breaches",
    "referencing": "breaches",
    "yaml": "yamlevents",
    "ibis": "columns|columnar|running|sourcing|engines|measuring",
    "duckdb": "sourcing|engines|measuring",
    "polars": "tabular|engines|measuring",
    "pyspark": "engines",
    "psycopg": "sourcing|engines|register",
    "sqlalchemy": "register",
    "alembic": "register",
    "matplotlib": "charts",
    "z3": "proving|formula",
    "jinja2": "html",
    "pyarrow": "tabular|population|frame|running|columns|columnar|sourcing|engines|measuring",
    "numpy": "population|running|columnar|measuring",
}

# Words that a policy uses as names and that the engine's own language uses as well.
OWN_WORDS = {"year", "assessment", "campaign", "decision"}
SMALL = 12
"""Numbers up to this one are too common to be told from those of a rule."""
PAGE = 200
"""What draws may count lines, columns and shades up to this one."""
OWN_NUMBERS = {
    Decimal(18),  # the digits of a count
    Decimal(20),  # the problems shown at once
    Decimal(32),  # a shard of the network
    Decimal(40),  # levels of nesting
    Decimal(80),  # the letters shown of a wrong value
    Decimal(100),  # a percentage
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def constants(path: Path) -> Iterator[Anything]:
    """The value of every constant of a module."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant):
            yield node.value


def said(path: Path) -> set[str]:
    """Every word a module's code uses: its identifiers, and its strings but for docstrings, which decide nothing.

    A string of one word is a name. Of a sentence only the compound names (`volet-2.aat`) are kept: its plain words
    are French or English.
    """
    words: set[str] = set()
    prose = {
        id(statement.value)
        for statement in ast.walk(tree(path))
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
    for node in ast.walk(tree(path)):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in prose:
                parts = re.findall(r"[\w-]+(?:\.[\w-]+)*", text)
                words |= {text, *(part for part in parts if " " not in text or re.search(r"[-_.\d]", part))}
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word) | ast.keyword(arg=str(word)):
                words.add(word)
            case ast.FunctionDef(name=word) | ast.ClassDef(name=word):
                words.add(word)
            case _:
                pass
    return words


@cache
def bundled() -> dict[str, Anything]:
    """Every page of every policy, by path, but for its cases and what is known of it."""
    root = bundled_policies()
    pages = {path.relative_to(root): path for path in sorted(root.glob("*/**/*.yaml"))}
    return {
        str(short): read_page(path).data
        for short, path in pages.items()
        if "cases" not in short.parts
        and short.parts[1] not in ("known.yaml", "population.yaml", "population-flows.yaml")
    }


def names_of_the_law() -> set[str]:
    """Indicators, components, readings, measures, facts, items, papers, lists and their entries, calendar entries."""
    names: set[str] = set()
    for path, data in bundled().items():
        _, *folders, file = Path(path).parts
        match folders:
            case ["vocabulary"]:
                names |= set(data) if file not in ("fields.yaml", "flows.yaml") else set()
            case ["tables"]:
                names |= {data["id"], *data["entries"], *(data.get("refused") or ())}
            case []:
                names |= set(data["calendar"])
            case _:
                names |= {data["id"], Path(file).stem}
    return names - OWN_WORDS


def numbers_of_the_law() -> set[Decimal]:
    """Every weight, threshold and amount written in a policy."""
    found: set[Decimal] = set()

    def look(data: Anything, inside: bool) -> None:
        match data:
            case dict():
                for key, value in data.items():
                    look(value, inside or key in ("points", "euros", "at_least", "more_than", "less_than"))
            case list():
                for value in data:
                    look(value, inside)
            case str() if inside and (match := re.fullmatch(r"(\d+(?:\.\d+)?)(?: *%)?", data)):
                found.add(Decimal(match[1]))

    for data in bundled().values():
        look(data, inside=False)
    return {number for number in found if number > SMALL} - OWN_NUMBERS


def days_of_the_law() -> set[str]:
    """Every date of a calendar."""
    text = "\n".join(str(data) for path, data in bundled().items() if path.endswith("policy.yaml"))
    return set(re.findall(r"\d{4}-\d{2}-\d{2}", text))


def test_what_is_forbidden_is_read_from_the_policies() -> None:
    """The other promises of this file would hold of themselves if these sets were empty."""
    assert {"teletransmission", "medecine-generale", "aat", "horaires"} <= names_of_the_law()
    assert {Decimal(280), Decimal("30.5"), Decimal(70)} <= numbers_of_the_law()
    assert "2024-02-04" in days_of_the_law()


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_python_knows_no_name_of_the_law(path: Path) -> None:
    """No indicator, measure, fact, paper, specialty, list, reading or day of the calendar."""
    spellings = {word for term in names_of_the_law() for word in (term, term.replace("-", "_"))}
    assert said(path) & spellings == set()


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_python_knows_no_year(path: Path) -> None:
    numbers = {one for one in constants(path) if isinstance(one, int)}
    words = {year for word in said(path) for year in re.findall(r"(?<!\d)20[23]\d(?!\d)", word)}
    assert numbers & set(range(2018, 2040)) == set()
    assert words == set()


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_python_knows_no_number_and_no_day_of_a_rule(path: Path) -> None:
    numbers = {
        Decimal(str(one)) for one in constants(path) if isinstance(one, int | float) and not isinstance(one, bool)
    }
    numbers |= {Decimal(word) for word in said(path) if re.fullmatch(r"\d+(\.\d+)?", word)}
    if path not in ENGINE:
        numbers = {number for number in numbers if number > PAGE or number % 1}
    assert numbers & numbers_of_the_law() == set()
    assert said(path) & days_of_the_law() == set()


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_nothing_from_a_file_is_ever_run(path: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & {"eval", "exec", "compile", "__import__"} == set()


@pytest.mark.parametrize("path", ENGINE, ids=name)
def test_the_engine_computes_without_floats(path: Path) -> None:
    """A share of resemblance, which picks the nearest name in a message, is the one float it may hold."""
    floats = {str(one) for one in constants(path) if isinstance(one, float)}
    calls = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)} & {"float", "round"}
    allowed = {"0.5"} if path.name == "problems.py" else set()
    assert (floats - allowed, calls) == (set(), set())


def imports(path: Path) -> set[str]:
    """The modules imported, in full."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", ENGINE, ids=name)
def test_the_engine_never_imports_the_screen(path: Path) -> None:
    packages = {module.split(".")[0] for module in imports(path)}
    assert packages & {"cli", "typer", "rich", "tests"} == set()


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_a_heavy_library_has_one_door(path: Path) -> None:
    packages = {module.split(".")[0] for module in imports(path)}
    rooms = path.relative_to(ROOT).with_suffix("").parts
    trespassing = {
        one for one in packages & set(IMPORTED_BY) if not any(re.fullmatch(IMPORTED_BY[one], room) for room in rooms)
    }
    assert trespassing == set()


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_a_file_stays_under_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "no docstring"
