"""JSON as it was issued: with the types it has, nothing twice, nothing inexact, no deeper than a record can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.problems import Invalid, Problem
from engine.schema import check
from engine.yamltext import MAX_DEPTH, MAX_PAGE, Page, read_bytes

DEEPEST = 2 * MAX_DEPTH
"""A record writes each level of a policy in two."""
MOST_DIGITS = 18
MOST_BYTES = 8 * MAX_PAGE
"""A record says what its dossier says several times over."""


def read_issued(path: Path) -> tuple[Any, bytes]:
    """What a JSON file holds, and its bytes. Raises Invalid: unreadable, not JSON, not what is ever issued."""
    text = read_bytes(path)
    content = text.encode()
    if len(content) > MOST_BYTES:
        raise Invalid([Problem("record_too_large", str(path), details={"limit": str(MOST_BYTES // 1024**2)})])
    return parsed(text, str(path)), content


def parsed(text: str, file: str) -> Any:
    """What a JSON text holds. Raises Invalid as `read_issued` does."""
    try:
        data = json.loads(
            text, object_pairs_hook=_once, parse_float=_inexact, parse_constant=_inexact, parse_int=_whole
        )
        json.dumps(data, ensure_ascii=False).encode()
    except _Refused as refused:
        raise Invalid([Problem(refused.code, file, details=refused.details)]) from None
    except RecursionError:
        raise Invalid([Problem("too_deep", file, details={"limit": str(DEEPEST)})]) from None
    except UnicodeEncodeError:
        raise Invalid([Problem("half_character", file)]) from None
    except ValueError as error:
        line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
        why = getattr(error, "msg", "")
        raise Invalid([Problem("not_json", file, line, column, details={"why": why})]) from None
    if _deeper(data, DEEPEST):
        raise Invalid([Problem("too_deep", file, details={"limit": str(DEEPEST)})])
    return data


def check_schema(data: Any, schema: str, file: str) -> None:
    """Raises Invalid, with every place where data breaks the named schema."""
    problems = check(Page(file, data, {}), schema, typed=True)
    if problems:
        raise Invalid(problems)


class _Refused(Exception):
    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise _Refused("duplicate_key", key=key[:MAX_DEPTH])
        made[key] = value
    return made


def _inexact(written: str) -> None:
    raise _Refused("inexact_number", value=written[:MOST_DIGITS])


def _whole(written: str) -> int:
    if len(written) > MOST_DIGITS:
        raise _Refused("inexact_number", value=written[:MOST_DIGITS])
    return int(written)


def _deeper(data: Any, limit: int) -> bool:
    level = [data]
    for _ in range(limit):
        level = [
            below
            for one in level
            if isinstance(one, dict | list)
            for below in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
