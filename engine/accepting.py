"""The quick yes: whether data surely keeps a JSON Schema, where scalars are text and the schema types them.

It knows the keywords that our schemas use. Where any other is met, or a value it cannot compare, nothing is sure,
however deep: the answer is no, and the library that knows them all, which is slow to start and to run, is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any as Anything

Schema = Mapping[str, Anything]

MOST_DIGITS = 15
"""Python would refuse to read a number of thousands of digits: one of so many is none."""
INTEGER = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}", re.ASCII)
NUMBER = re.compile(rf"-?\d{{1,{MOST_DIGITS}}}(\.\d+)?", re.ASCII)
BOOLEAN = re.compile("true|false")
TYPED = {"integer": INTEGER, "number": NUMBER, "boolean": BOOLEAN}
KINDS: Mapping[str, type] = {"object": dict, "array": list, "string": str, "null": type(None)}
TOLD = {"$schema", "$id", "$defs", "$comment", "title", "description", "then", "else"}
"""What asks nothing by itself."""


@cache
def as_written(pattern: str) -> re.Pattern[str]:
    """A pattern as JSON Schema means it: digits are 0 to 9, and `$` is the very end."""
    return re.compile(pattern.replace("$", r"\Z"), re.ASCII)


def accepts(schemas: Mapping[str, Schema], name: str, data: Anything) -> bool:
    """Whether data surely keeps the schema of that name; no is not sure."""
    try:
        return _Accepting(schemas, name).all(schemas[name], data)
    except _NotSure:
        return False


class _NotSure(Exception):
    """What is asked is not known here. No is no answer to it: under `if` or `oneOf`, a no becomes a yes."""


class _Accepting:
    """One schema being read, of several that may refer to each other. Every yes and no is sure; else _NotSure."""

    def __init__(self, schemas: Mapping[str, Schema], name: str) -> None:
        self.schemas, self.name = schemas, name

    def all(self, schema: Schema | bool, data: Anything) -> bool:
        if isinstance(schema, bool):
            return schema
        return all(key in TOLD or self.one(key, asked, schema, data) for key, asked in schema.items())

    def one(self, key: str, asked: Anything, schema: Schema, data: Anything) -> bool:
        """Whether data does what one keyword asks."""
        match key:
            case "$ref":
                return self.referred(asked, data)
            case "type":
                return any(_is(kind, data) for kind in ([asked] if isinstance(asked, str) else asked))
            case "const":
                return _equal(data, asked)
            case "enum":
                return any(_equal(data, one) for one in asked)
            case "anyOf":
                return any(self.all(one, data) for one in asked)
            case "allOf":
                return all(self.all(one, data) for one in asked)
            case "oneOf":
                return sum(self.all(one, data) for one in asked) == 1
            case "if":
                return self.all(schema.get("then" if self.all(asked, data) else "else", True), data)
            case _:
                return self.of_kind(key, asked, schema, data)

    def of_kind(self, key: str, asked: Anything, schema: Schema, data: Anything) -> bool:
        """The same of a keyword for one kind of data: of the other kinds, it asks nothing."""
        match data:
            case dict():
                return self.of_object(key, asked, schema, data)
            case list():
                return self.of_array(key, asked, schema, data)
            case str():
                return _of_text(key, asked, data)
            case _:
                return _asks_nothing(key)

    def referred(self, place: str, data: Anything) -> bool:
        name, _, path = place.partition("#")
        there = _Accepting(self.schemas, name or self.name)
        found = self.schemas[there.name]
        for step in path.split("/")[1:]:
            found = found[step]
        return there.all(found, data)

    def of_object(self, key: str, asked: Anything, schema: Schema, data: dict[str, Anything]) -> bool:
        match key:
            case "properties":
                return all(self.all(one, data[name]) for name, one in asked.items() if name in data)
            case "patternProperties":
                return all(
                    self.all(one, value)
                    for pattern, one in asked.items()
                    for name, value in data.items()
                    if as_written(pattern).search(name)
                )
            case "additionalProperties":
                patterns = [as_written(pattern) for pattern in schema.get("patternProperties", ())]
                named = schema.get("properties", ())
                return all(
                    self.all(asked, value)
                    for name, value in data.items()
                    if name not in named and not any(pattern.search(name) for pattern in patterns)
                )
            case "propertyNames":
                return all(self.all(asked, name) for name in data)
            case "required":
                return all(name in data for name in asked)
            case "minProperties":
                return bool(len(data) >= asked)
            case "maxProperties":
                return bool(len(data) <= asked)
            case _:
                return _asks_nothing(key)

    def of_array(self, key: str, asked: Anything, schema: Schema, data: list[Anything]) -> bool:
        match key:
            case "prefixItems":
                return all(map(self.all, asked, data))
            case "items":
                return all(self.all(asked, one) for one in data[len(schema.get("prefixItems", ())) :])
            case "minItems":
                return bool(len(data) >= asked)
            case "maxItems":
                return bool(len(data) <= asked)
            case _:
                return _asks_nothing(key)


def _asks_nothing(key: str) -> bool:
    """Yes: a keyword for another kind of data. Raises _NotSure for one that is not known."""
    if key in KEYWORDS:
        return True
    raise _NotSure


def _equal(data: Anything, other: Anything) -> bool:
    """Whether two values are the same, one a text or null; of others, truth values and numbers say so wrongly."""
    if data is None or isinstance(data, str) or other is None or isinstance(other, str):
        return bool(data == other)
    raise _NotSure


def _is(kind: str, data: Anything) -> bool:
    if kind in TYPED:
        return isinstance(data, str) and TYPED[kind].fullmatch(data) is not None
    return isinstance(data, KINDS[kind])


def _of_text(key: str, asked: Anything, data: str) -> bool:
    match key:
        case "pattern":
            return as_written(asked).search(data) is not None
        case "minLength":
            return bool(len(data) >= asked)
        case "maxLength":
            return bool(len(data) <= asked)
        case "minimum":
            return INTEGER.fullmatch(data) is None or bool(int(data) >= asked)
        case "maximum":
            return INTEGER.fullmatch(data) is None or bool(int(data) <= asked)
        case _:
            return _asks_nothing(key)


KEYWORDS = {
    *("properties", "patternProperties", "additionalProperties", "propertyNames"),
    *("required", "minProperties", "maxProperties"),
    *("prefixItems", "items", "minItems", "maxItems"),
    *("pattern", "minLength", "maxLength", "minimum", "maximum"),
}
"""The keywords that ask something of one kind of data, and nothing of the others."""
