"""A witness as a dossier file: YAML, one row a line where it fits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any as Anything

PLAIN = re.compile(r"[a-z][\w-]*|\d{4}-\d{2}-\d{2}")
KEYWORDS = {"true", "false", "null", "yes", "no", "on", "off", "none"}
WIDTH = 78


def yaml_of(page: Mapping[str, Anything]) -> str:
    """The page as YAML."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Mapping[str, Anything]) -> Iterator[str]:
    yield f"doctor: {json.dumps(page['doctor'])}"
    yield "campaigns:"
    for year, campaign in page["campaigns"].items():
        yield f"  {year}:" if campaign else f"  {year}: {{}}"
        for name, value in campaign.items():
            if isinstance(value, list):
                yield f"    {name}:"
                for row in value:
                    yield from wrap(
                        row_of(row),
                        WIDTH,
                        initial_indent="      - ",
                        subsequent_indent="          ",
                        break_long_words=False,
                        break_on_hyphens=False,
                    )
            else:
                yield f"    {name}: {_written(value)}"


def row_of(row: Mapping[str, Anything]) -> str:
    """A row on one line."""
    return "{ " + ", ".join(f"{name}: {_written(value)}" for name, value in row.items()) + " }"


def _written(value: Anything) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case list():
            return "[" + ", ".join(map(_written, value)) + "]"
        case dict():
            return row_of(value)
        case _:
            text = str(value)
            return text if PLAIN.fullmatch(text) and text not in KEYWORDS else json.dumps(text, ensure_ascii=False)


def brought(before: Mapping[str, Anything], after: Mapping[str, Anything]) -> list[str]:
    """The rows that are in the second page and not in the first, each on one line."""
    year = max(after["campaigns"])
    was, now = before["campaigns"][year], after["campaigns"][year]
    return [
        f"{name}: {row_of(row)}"
        for name, rows in now.items()
        if isinstance(rows, list)
        for row in rows
        if row not in was.get(name, [])
    ]
