"""JSON Schema 2020-12 over pages: whether a page keeps one of ours, and what breaks it where it does not."""

from __future__ import annotations

from functools import cache

from msgspec import json

from engine.accepting import Schema, accepts
from engine.bundled import bundled
from engine.problems import Invalid, Problem
from engine.yamltext import Page

FOLDER = bundled("schemas")


class _Schemas(dict[str, Schema]):
    """The schemas by their files, each read when it is first asked for."""

    def __missing__(self, file: str) -> Schema:
        self[file] = json.decode((FOLDER / file).read_bytes())
        return self[file]


SCHEMAS = _Schemas()


def check(page: Page, schema: str, *, typed: bool = False) -> list[Problem]:
    """What breaks the named schema in a page, in the order of the file; empty when nothing does.

    The values of a page are texts, unless it is `typed`: JSON as it was read.
    """
    if not typed and accepts(SCHEMAS, f"{schema}.schema.json", page.data):
        return []
    # Heavy, and needed only to tell what is wrong.
    from engine.breaches import breaches  # noqa: PLC0415

    return breaches(page, schema, texts(), typed=typed)


def valid(page: Page, schema: str) -> Page:
    """The same page, if it keeps the named schema. Raises Invalid with all that breaks it."""
    problems = check(page, schema)
    if problems:
        raise Invalid(problems)
    return page


@cache
def texts() -> tuple[str, ...]:
    """The text of every schema, by name."""
    return tuple(file.read_text("utf-8") for file in sorted(FOLDER.glob("*.json")))
