"""JSON Schema 2020-12 over pages: whether a page keeps one of ours, and what breaks it where it does not."""

from __future__ import annotations

from functools import cache

from msgspec import json

from engine.accepting import Schema, accepts
from engine.bundled import bundled
from engine.problems import Problem
from engine.yamltext import Page


def check(page: Page, schema: str) -> list[Problem]:
    """What breaks the named schema in a page, in the order of the file; empty when nothing does."""
    if accepts(_bodies(), f"{schema}.schema.json", page.data):
        return []
    # Heavy, and needed only to tell what is wrong.
    from engine.breaches import breaches  # noqa: PLC0415

    return breaches(page, schema, _texts())


@cache
def _texts() -> tuple[str, ...]:
    """The text of every schema, by name."""
    entries = sorted(bundled("schemas").iterdir(), key=lambda entry: entry.name)
    return tuple(entry.read_text("utf-8") for entry in entries if entry.name.endswith(".json"))


@cache
def _bodies() -> dict[str, Schema]:
    """Every schema, by its file."""
    bodies = [json.decode(text) for text in _texts()]
    return {body["$id"]: body for body in bodies}


def fingerprint() -> str:
    """All the schemas in one text, which changes when any of them does."""
    return "\0".join(_texts())
