"""YAML and JSON read as text: every scalar stays what was written, and every place is known by line and column.

No scalar is guessed at: `on` stays `on`, `01` stays `01`. Only an empty scalar, `~` and `null` become None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any as Anything

from msgspec import Struct

from engine.late import Late
from engine.problems import Invalid, Problem
from engine.yamlquick import Unsure, quickly

Plain = Anything  # None, str, list[Plain] or dict[str, Plain]
Path_ = tuple[str | int, ...]
Marks = Mapping[Path_, tuple[int, int]]

MAX_BYTES = 32 * 1024 * 1024
AT_ONCE = 64 * 1024
MAX_PAGE = 1024 * 1024
"""One page, a dossier or a rule, has at most so many characters: each value of it is kept with its place."""

MAX_DEPTH = 40
EMPTY = {"", "~", "null"}
LINE_BREAK = "\r\n|[\n\r\x85\u2028\u2029]"


class Page(Struct, frozen=True):
    """The content of one file: plain data, and the line and column (from 1) of every value in it."""

    file: str
    data: Plain
    marks: Marks

    def problem(self, code: str, path: Path_ = (), /, **details: str) -> Problem:
        """A problem at `path`, or at the nearest known place above it."""
        spot = path
        while spot not in self.marks and spot:
            spot = spot[:-1]
        line, column = self.marks.get(spot, (None, None))
        return Problem(code, self.file, line, column, ".".join(map(str, path)), details)


def read_bytes(path: Path) -> str:
    """The text of a file. Raises Invalid when it cannot be read, is too large, or is not UTF-8."""
    try:
        with path.open("rb") as file:
            # The size of a device or a pipe is not known before it is read; room for so much is slow to make.
            content = file.read(AT_ONCE)
            if len(content) == AT_ONCE:
                content += file.read(MAX_BYTES + 1 - AT_ONCE)
        if len(content) > MAX_BYTES:
            raise Invalid([_too_large(str(path), MAX_BYTES)])
        return content.decode("utf-8")
    except OSError as error:
        raise Invalid([Problem("unreadable", str(path), details={"why": error.strerror or str(error)})]) from None
    except UnicodeDecodeError as error:
        raise Invalid([Problem("not_utf8", str(path), details={"byte": str(error.start)})]) from None


def _too_large(file: str, limit: int) -> Problem:
    return Problem("too_large", file, details={"limit": str(limit // 1024**2)})


def read_page(path: Path, name: str | None = None) -> Page:
    """The page of a `.yaml` or `.json` file, under the name shown to the user. Raises Invalid."""
    text, file = read_bytes(path), name or str(path)
    return parse_json(text, file) if path.suffix == ".json" else parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> Page:
    """The page written in a YAML text. Raises Invalid: not YAML, aliases or tags, duplicate keys, too deep."""
    if len(text) > MAX_PAGE:
        raise Invalid([_too_large(file, MAX_PAGE)])
    try:
        return Page(file, quickly(text), Late(partial(marks, text, file)))
    except Unsure:
        return _sound(Page(file, *_parsed(text, file)))


def marks(text: str, file: str) -> Marks:
    """Where each value of a YAML text stands. Raises Invalid as `parse_yaml` does."""
    _, found = _parsed(text, file)
    return found


def _parsed(text: str, file: str) -> tuple[Plain, Marks]:
    # Slow to load, and needed only where more than the plainest YAML is written, or to tell where something stands.
    from engine.yamlevents import parsed  # noqa: PLC0415

    return parsed(text, file)


def text_lines(text: str) -> list[str]:
    """The lines of a text as YAML counts them."""
    return re.split(LINE_BREAK, text)


def parse_json(text: str, file: str) -> Page:
    """The page written in a JSON text, numbers kept as written. Raises Invalid."""
    # Most pages are YAML, and a command that reads no other starts without it.
    import json  # noqa: PLC0415

    def pairs(items: list[tuple[str, Plain]]) -> dict[str, Plain]:
        result = dict(items)
        if len(result) < len(items):
            keys = [key for key, _ in items]
            double = next(key for key in keys if keys.count(key) > 1)
            raise Invalid([Problem("duplicate_key", file, details={"key": double})])
        return result

    if len(text) > MAX_PAGE:
        raise Invalid([_too_large(file, MAX_PAGE)])
    try:
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise Invalid([Problem("not_json", file, error.lineno, error.colno, "", {"why": error.msg})]) from None
    except RecursionError:
        raise Invalid([Problem("too_deep", file, details={"limit": str(MAX_DEPTH)})]) from None
    try:
        found = marks(text.replace("\t", " "), file)
    except Invalid as invalid:
        if any(problem.code == "too_deep" for problem in invalid.problems):
            raise
        # JSON that the other parser cannot follow (a lone surrogate, say): the data is sound, its places unknown.
        found = {}
    return _sound(Page(file, _as_text(data), found))


def _sound(page: Page) -> Page:
    """The page, once every text in it is known to be one: an escape can write half a character."""
    pending: list[tuple[Path_, Plain]] = [((), page.data)]
    while pending:
        path, data = pending.pop()
        match data:
            case dict():
                pending += [((*path, key), value) for key, value in data.items()]
                pending += [(path, key) for key in data]
            case list():
                pending += [((*path, index), value) for index, value in enumerate(data)]
            case str() if not data.isascii() and any("\ud800" <= char <= "\udfff" for char in data):
                raise Invalid([page.problem("half_character", path)])
            case _:
                pass
    return page


def _as_text(data: Plain) -> Plain:
    match data:
        case bool():
            return "true" if data else "false"
        case dict():
            return {key: _as_text(value) for key, value in data.items()}
        case list():
            return [_as_text(value) for value in data]
        case _:
            return data
