"""What breaks a schema is told at its place; and every sentence that may be told exists in both languages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.breaches import MOST_PROBLEMS
from engine.problems import Problem, nearest, render
from engine.schema import check
from engine.words import LANGS, Lang, catalogue
from engine.yamltext import parse_json, parse_yaml
from tests.made_up import FILES

ROOT = Path(__file__).parent.parent
SCHEMAS = sorted(name.name for name in files("schemas").iterdir() if name.name.endswith(".json"))
MODULES = sorted((ROOT / "engine").rglob("*.py")) + sorted((ROOT / "cli").rglob("*.py"))


def problems(text: str, schema: str) -> list[Problem]:
    return check(parse_yaml(text, "page.yaml"), schema)


def spot(text: str, needle: str) -> tuple[int, int]:
    """The line and column of the one place where `needle` stands."""
    assert text.count(needle) == 1
    before = text[: text.index(needle)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


# --- the schemas themselves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_itself_valid(name: str) -> None:
    body = json.loads((files("schemas") / name).read_text("utf-8"))
    Draft202012Validator.check_schema(body)
    assert body["$id"] == name


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_reference_of_a_schema_leads_somewhere(name: str) -> None:
    bodies = [json.loads((files("schemas") / one).read_text("utf-8")) for one in SCHEMAS]
    registry: Registry[object] = Registry().with_resources(
        [(body["$id"], DRAFT202012.create_resource(body)) for body in bodies]
    )
    text = (files("schemas") / name).read_text("utf-8")
    resolver = registry.resolver(base_uri=name)
    led = [resolver.lookup(reference).contents for reference in re.findall(r'"\$ref": "([^"]+)"', text)]
    assert all(isinstance(body, dict) for body in led)


# --- what is right --------------------------------------------------------------------------------------------------

SCHEMA_OF = {
    "policy.yaml": "policy",
    "care/beacon.yaml": "indicator",
    "care/orchard.yaml": "indicator",
    "components/garden.yaml": "component",
    "readings/target.yaml": "reading",
    "tables/lamps.yaml": "table",
    "vocabulary/fields.yaml": "vocabulary-fields",
    "vocabulary/measures.yaml": "vocabulary-measures",
    "vocabulary/facts.yaml": "vocabulary-facts",
    "vocabulary/items.yaml": "vocabulary-items",
    "vocabulary/documents.yaml": "vocabulary-documents",
}


@pytest.mark.parametrize("file", SCHEMA_OF)
def test_a_page_of_the_made_up_year_breaks_nothing(file: str) -> None:
    assert problems(FILES[file], SCHEMA_OF[file]) == []


@pytest.mark.parametrize(
    "campaign",
    [
        "{ sector: 1 }",
        '{ sector: "01" }',
        "{ specialty: 01, hospital_practitioner: true }",
        "{ measures: [ { measure: trades, numerator: 007, denominator: 10 } ] }",
        "{ facts: [ { fact: beacons, value: on } ] }",
        "{ declarations: [ { item: lamp, declared_on: none, attributes: { model: ~ } } ] }",
    ],
)
def test_text_that_looks_like_a_number_is_welcome_where_text_is(campaign: str) -> None:
    assert problems(f'{{ doctor: "99900000003", campaigns: {{ 2031: {campaign} }} }}', "dossier") == []


def test_json_numbers_and_yaml_text_are_judged_alike() -> None:
    rows = '{"measures": [{"measure": "trades", "numerator": 4, "denominator": 7}]}'
    text = f'{{"doctor": "99900000003", "campaigns": {{"2031": {rows}}}}}'
    assert check(parse_json(text, "page.json"), "dossier") == []


# --- what is wrong --------------------------------------------------------------------------------------------------


def broken(file: str, old: str, new: str) -> tuple[str, list[Problem]]:
    text = FILES[file].replace(old, new, 1)
    assert text != FILES[file]
    return text, problems(text, SCHEMA_OF[file])


@pytest.mark.parametrize(
    ("file", "old", "new", "needle", "code", "details"),
    [
        (
            "care/beacon.yaml",
            "evidence:",
            "evidense:",
            "evidense",
            "unknown_key",
            {"key": "evidense", "nearest": "evidence"},
        ),
        ("care/beacon.yaml", "evidence: automated\n", "", "id: care", "missing_key", {"key": "evidence"}),
        ("care/beacon.yaml", "automated", "automatic", "evidence", "not_one_of", {"nearest": "automated"}),
        ("care/beacon.yaml", "points: 9.75", "points: nine", "points", "not_expected", {"value": "nine"}),
        ("care/beacon.yaml", "points: 9.75", "points: -9.75", "points", "not_expected", {"value": "-9.75"}),
        (
            "care/beacon.yaml",
            "{ fact: { fact",
            "{ fakt: { fact",
            "fakt",
            "unknown_key",
            {"key": "fakt", "nearest": "fact"},
        ),
        ("care/beacon.yaml", "when: {", "when: { any: [],", "when", "one_key_of", {}),
        (
            "care/beacon.yaml",
            "lines: [1, 2]",
            "lines: [0, 2]",
            "0, 2]",
            "below_minimum",
            {"value": "0", "limit": "1"},
        ),
        ("care/beacon.yaml", "year: 2031", "year: 3031", "year", "below_maximum", {"value": "3031", "limit": "2999"}),
        ("care/beacon.yaml", "care.beacon", "Care Beacon", "id:", "not_expected", {"value": "Care Beacon"}),
        (
            "policy.yaml",
            "decision: { on: 2032-09-30, label",
            "decision: { label",
            "decision:",
            "one_key_of",
            {"names": "on, from, to, open"},
        ),
        (
            "policy.yaml",
            "decision: { on: 2032-09-30,",
            "Decision: { on: 2032-09-30,",
            "calendar:",
            "missing_key",
            {"key": "decision"},
        ),
        ("policy.yaml", "on: 2032-09-30", "on: 30/09/2032", "on: 30", "not_expected", {"value": "30/09/2032"}),
        (
            "policy.yaml",
            "pays: indicators",
            "pays: indicator",
            "pays: indicator\n",
            "not_one_of",
            {"nearest": "indicators"},
        ),
        ("tables/lamps.yaml", "oil:", "Oil:", "Oil:", "bad_name", {"value": "Oil"}),
        (
            "readings/target.yaml",
            "contradiction: C01",
            "contradiction: one",
            "contradiction",
            "not_expected",
            {"value": "one"},
        ),
        ("components/garden.yaml", "euros: 110.10", "euros: 1e3", "euros: 1e3", "not_expected", {"value": "1e3"}),
        ("care/orchard.yaml", "then: 6, ", "", "points", "missing_key", {"key": "then"}),
    ],
)
def test_a_fault_is_named_where_it_stands(
    file: str, old: str, new: str, needle: str, code: str, details: Mapping[str, str]
) -> None:
    text, found = broken(file, old, new)
    told = [
        (problem.code, (problem.line, problem.column), {key: problem.details.get(key) for key in details})
        for problem in found
    ]
    assert (code, spot(text, needle), details) in told


def test_faults_come_in_the_order_of_the_file() -> None:
    text = "a: { type: text, label: { fr: x, en: x } }\nb: { type: number }\nc: {}\nd: { kind: text }\n"
    found = problems(text, "vocabulary-fields")
    places = [(problem.line, problem.column) for problem in found]
    assert places == sorted(places, key=lambda place: (place[0] or 0, place[1] or 0))
    assert {problem.line for problem in found} == {2, 3, 4}


def test_a_long_list_of_faults_is_cut() -> None:
    text = "".join(f"a{number}: {{}}\n" for number in range(MOST_PROBLEMS + 5))
    assert len(problems(text, "vocabulary-items")) == MOST_PROBLEMS


@pytest.mark.parametrize("text", ["", "word", "[]", "[ { a: b } ]", "{}"])
@pytest.mark.parametrize("schema", ["policy", "indicator", "dossier", "case", "reading", "table", "component"])
def test_a_page_of_the_wrong_shape_is_a_problem(schema: str, text: str) -> None:
    assert problems(text, schema) != []


# --- sentences ------------------------------------------------------------------------------------------------------


def test_the_nearest_name_is_offered_and_a_far_one_is_not() -> None:
    names = ["beacon", "lantern", "orchard"]
    assert [nearest(word, names) for word in ("beakon", "lantren", "zzz")] == ["beacon", "lantern", ""]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("en", "policy.yaml:3:7: “calendar.year”: unknown measure: “trade”. The nearest name is “trades”."),
        (
            "fr",
            "policy.yaml:3:7 : « calendar.year » : mesure inconnue : « trade »."
            " Le nom le plus proche est « trades ».",
        ),
    ],
)
def test_a_problem_is_told_with_its_place_and_its_remedy(lang: Lang, expected: str) -> None:
    details = {"name": "trade", "nearest": "trades", "valid": "trades, echoes"}
    problem = Problem("unknown_measure", "policy.yaml", 3, 7, "calendar.year", details)
    assert re.sub(r"\s", " ", render(problem, lang)) == expected


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_both_languages_have_the_same_sentences() -> None:
    assert set(catalogue("fr")) == set(catalogue("en"))


@pytest.mark.parametrize("key", sorted(set(catalogue("fr")) & set(catalogue("en"))))
def test_a_sentence_has_the_same_places_in_both_languages(key: str) -> None:
    fr, en = (places(catalogue(lang)[key]) for lang in LANGS)
    assert {place.removesuffix("_fr") for place in fr} == {place.removesuffix("_en") for place in en}


def codes(node: ast.AST) -> Iterator[str]:
    """The texts an expression may be, as patterns: a string is itself, what an f-string fills in is anything."""
    match node:
        case ast.Constant(value=str(text)):
            yield from [re.escape(text)] if text else []
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from codes(body)
            yield from codes(orelse)
        case _:
            pass


def raised() -> dict[str, set[str]]:
    """Every pattern of code that a problem is made with, and the files that make it."""
    makers = {"Problem": 0, "problem": 0, "fail": 0, "fail_name": 0, "_at": 1}
    found: dict[str, set[str]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in makers and len(node.args) > makers[name]:
                for code in codes(node.args[makers[name]]):
                    found.setdefault(code, set()).add(path.name)
    return found


def told() -> set[str]:
    """The codes that have a sentence; `spot`, `at`, `nearest` and `valid` are parts of one."""
    found = {key.removeprefix("problem.") for key in catalogue("fr") if key.startswith("problem.")}
    return found - {"spot", "at", "nearest", "valid"}


def test_every_problem_has_a_sentence() -> None:
    silent = {code: where for code, where in raised().items() if not any(re.fullmatch(code, one) for one in told())}
    assert silent == {}


def test_every_sentence_of_a_problem_is_used() -> None:
    """By name somewhere in the code: a code may also be picked from a table of codes."""
    written = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    patterns = [code for code in raised() if ".+" in code]
    idle = {
        code
        for code in told()
        if f'"{code}"' not in written and not any(re.fullmatch(pattern, code) for pattern in patterns)
    }
    assert idle == set()
