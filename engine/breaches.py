"""What breaks a JSON Schema 2020-12 in a page, said as problems: scalars are text, and the schema types them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any as Anything

import jsonschema
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.accepting import BOOLEAN, INTEGER, NUMBER, as_written
from engine.problems import Problem, nearest
from engine.yamltext import Page

MOST_PROBLEMS = 20
SAID = ("minProperties", "minItems", "maxItems", "maxLength", "minLength")


def breaches(page: Page, schema: str, texts: tuple[str, ...], *, typed: bool = False) -> list[Problem]:
    """What breaks the named schema, one of these texts, in the order of the file; `typed` as in `engine.schema`."""
    problems = [_problem(page, error) for error in _validator(schema, texts, typed).iter_errors(page.data)]
    told = [problem for problem in problems if not _misspelt(problem, problems)]
    return sorted(told, key=lambda p: (p.line or 0, p.column or 0, p.code))[:MOST_PROBLEMS]


def _misspelt(problem: Problem, others: list[Problem]) -> bool:
    """Whether what is missing is there under a name misspelt, which is told already."""
    meant = {
        other.details["nearest"]
        for other in others
        if other.code == "unknown_key" and other.place.rpartition(".")[0] == problem.place
    }
    return problem.code == "missing_key" and meant.issuperset(problem.details["key"].split(", "))


def _typed(pattern: re.Pattern[str]) -> Anything:
    return lambda _, value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _minimum(_: Anything, least: int, value: Anything, __: Anything) -> Iterator[ValidationError]:
    if isinstance(value, str) and INTEGER.fullmatch(value) and int(value) < least:
        yield ValidationError(str(least))


def _maximum(_: Anything, most: int, value: Anything, __: Anything) -> Iterator[ValidationError]:
    if isinstance(value, str) and INTEGER.fullmatch(value) and int(value) > most:
        yield ValidationError(str(most))


def _pattern(_: Anything, pattern: str, value: Anything, __: Anything) -> Iterator[ValidationError]:
    if isinstance(value, str) and not as_written(pattern).search(value):
        yield ValidationError(pattern)


@cache
def _validator(schema: str, texts: tuple[str, ...], typed: bool = False) -> Anything:
    bodies = [json.loads(text) for text in texts]
    for body in bodies:
        # A page's `$schema` would bring back the stock validator, which knows no typed text.
        del body["$schema"]
    registry: Registry[Anything] = Registry().with_resources(
        [(body["$id"], DRAFT202012.create_resource(body)) for body in bodies]
    )
    stock = jsonschema.Draft202012Validator
    as_text = {"integer": _typed(INTEGER), "number": _typed(NUMBER), "boolean": _typed(BOOLEAN)}
    types = stock.TYPE_CHECKER if typed else stock.TYPE_CHECKER.redefine_many(as_text)
    limits = {} if typed else {"minimum": _minimum, "maximum": _maximum}
    validator: Anything = extend(stock, {**limits, "pattern": _pattern}, type_checker=types)  # type: ignore[no-untyped-call]
    return validator({"$ref": f"{schema}.schema.json"}, registry=registry)


def _problem(page: Page, error: ValidationError) -> Problem:
    deepest: Anything = best_match([error]) or error  # the library types its attributes as possibly unset
    path = tuple(deepest.absolute_path)
    value = deepest.instance
    if "propertyNames" in deepest.absolute_schema_path:
        return page.problem("bad_name", (*path, value), value=value[:80])
    shown = _shown(value)
    match deepest.validator:
        case "required":
            missing = [key for key in deepest.validator_value if key not in value]
            return page.problem("missing_key", path, key=", ".join(missing))
        case "additionalProperties":
            allowed = set(deepest.schema.get("properties", ()))
            extra = sorted(set(value) - allowed)[0]
            return page.problem(
                "unknown_key",
                (*path, extra),
                key=extra,
                nearest=nearest(extra, allowed),
                valid=", ".join(sorted(allowed)),
            )
        case "enum" | "const":
            choices = deepest.validator_value
            names = [str(choice) for choice in (choices if isinstance(choices, list) else [choices])]
            return page.problem(
                "not_one_of", path, value=shown, names=", ".join(names), nearest=nearest(shown, names)
            )
        case "oneOf" if isinstance(value, dict):
            names = [key for option in deepest.validator_value for key in option.get("required", ())]
            return page.problem("one_key_of", path, names=", ".join(names))
        case "minimum" | "maximum":
            return page.problem(f"below_{deepest.validator}", path, value=shown, limit=str(deepest.validator_value))
        case _:
            return page.problem("not_expected", path, value=shown, expected=_expected(deepest))


def _expected(error: Anything) -> str:
    """What was expected, as the key of a sentence: the schema's own comment, or its type."""
    comment = error.schema.get("$comment")
    if comment:
        return f"@{comment}"
    if error.validator == "type":
        kinds = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        return f"@expected.{kinds[0]}"
    return f"@expected.{error.validator}" if error.validator in SAID else "@expected.form"


def _shown(value: Anything) -> str:
    """A value as a message shows it: a text itself, else the key of a word for what it is."""
    match value:
        case str():
            return value[:80]
        case bool() | int():
            return str(value).lower()
        case dict():
            return "@shown.object"
        case list():
            return "@shown.array"
        case _:
            return "@shown.null"
