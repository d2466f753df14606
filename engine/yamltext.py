"""YAML and JSON read as text: every scalar stays what was written, and every place is known by line and column.

Built on the parser's events rather than on a loader, so that no tag is ever constructed, no alias expanded and no
scalar guessed at: `on` stays `on`, `01` stays `01`. Only an empty scalar, `~` and `null` become None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any as Anything
from typing import Literal

import yaml
from msgspec import Struct

from engine.problems import Invalid, Problem

Plain = Anything  # None, str, list[Plain] or dict[str, Plain]
Path_ = tuple[str | int, ...]

MAX_BYTES = 32 * 1024 * 1024
AT_ONCE = 64 * 1024
MAX_PAGE = 1024 * 1024
"""One page, a dossier or a rule, has at most so many characters: each value of it is kept with its place."""

MAX_DEPTH = 40
EMPTY = {"", "~", "null"}
LINE_BREAK = "\r\n|[\n\r\x85\u2028\u2029]"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Page(Struct, frozen=True):
    """The content of one file: plain data, and the line and column (from 1) of every value in it."""

    file: str
    data: Plain
    marks: Mapping[Path_, tuple[int, int]]

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
    marks: dict[Path_, tuple[int, int]] = {}
    try:
        events = _content(iter(yaml.parse(text, Loader=Loader)), file)
        data = _build(next(events, None), events, (), marks, file)
        extra = next(events, None)
    except yaml.MarkedYAMLError as error:
        raise Invalid([_broken(error, text, file)]) from None
    except yaml.YAMLError as error:
        raise Invalid([Problem("not_yaml", file, details={"why": str(error).splitlines()[0]})]) from None
    if extra is not None:
        raise Invalid([_at(extra, "several_documents", file)])
    return _sound(Page(file, data, marks))


def _broken(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """What is wrong with a text that is not YAML: a tab in its indentation is the commonest slip, and hard to see."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem("not_yaml", file, details={"why": error.problem or ""})
    before = text_lines(text)[mark.line][: mark.column + 1]
    if not before.strip() and "\t" in before:
        return Problem("tab_indent", file, mark.line + 1, before.index("\t") + 1)
    return Problem("not_yaml", file, mark.line + 1, mark.column + 1, "", {"why": error.problem or ""})


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
        marks = parse_yaml(text.replace("\t", " "), file).marks
    except Invalid as invalid:
        if any(problem.code == "too_deep" for problem in invalid.problems):
            raise
        # JSON that the other parser cannot follow (a lone surrogate, say): the data is sound, its places unknown.
        marks = {}
    return _sound(Page(file, _as_text(data), marks))


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


def _content(events: Iterator[Anything], file: str) -> Iterator[Anything]:
    for event in events:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Invalid([_at(event, "alias", file)])
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise Invalid([_at(event, "tag", file, tag=tag)])
        if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            yield event


def _at(event: Anything, code: str, file: str, **details: str) -> Problem:
    line, column = _spot(event)
    return Problem(code, file, line, column, "", details)


def _spot(event: Anything) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _build(
    event: Anything, events: Iterator[Anything], path: Path_, marks: dict[Path_, tuple[int, int]], file: str
) -> Plain:
    if event is None:
        return None
    if len(path) > MAX_DEPTH:
        raise Invalid([_at(event, "too_deep", file, limit=str(MAX_DEPTH))])
    marks[path] = _spot(event)
    if isinstance(event, yaml.ScalarEvent):
        return None if event.style in (None, "") and event.value in EMPTY else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Plain] = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(_build(item, events, (*path, len(items)), marks, file))
        return items
    mapping: dict[str, Plain] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise Invalid([_at(key, "key_not_text", file)])
        if key.value in mapping:
            raise Invalid([_at(key, "duplicate_key", file, key=key.value)])
        mapping[key.value] = _build(next(events), events, (*path, key.value), marks, file)
        # A mapping inside a mapping is best shown where its key stands.
        marks[(*path, key.value)] = _spot(key)
    return mapping


Kind = Literal["scalar", "list", "mapping"]
KINDS: dict[type, Kind] = {yaml.ScalarNode: "scalar", yaml.SequenceNode: "list", yaml.MappingNode: "mapping"}


class Written(Struct, frozen=True):
    """How one value, or key of a mapping (`key`), is written in a text: from which character to which.

    `flow` tells a list or mapping in brackets; `column` counts from 0.
    """

    path: Path_
    kind: Kind
    key: bool
    flow: bool
    start: int
    stop: int
    column: int


def written(text: str) -> Iterator[Written]:
    """Every value and key of a sound YAML text, in its order, each after what holds it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        yield from _written(root, (), key=False)


def _written(node: Anything, path: Path_, *, key: bool) -> Iterator[Written]:
    below: list[Written] = []
    if isinstance(node, yaml.SequenceNode):
        below = [one for index, child in enumerate(node.value) for one in _written(child, (*path, index), key=False)]
    elif isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            here = (*path, name.value)
            below += [*_written(name, here, key=True), *_written(child, here, key=False)]
    kind: Literal["scalar", "list", "mapping"] = (
        "list"
        if isinstance(node, yaml.SequenceNode)
        else "mapping"
        if isinstance(node, yaml.MappingNode)
        else "scalar"
    )
    flow = kind != "scalar" and bool(node.flow_style)
    # The parser ends a block where the next one begins, comments and blank lines included.
    stop = node.end_mark.index if flow or not below else max(one.stop for one in below)
    yield Written(path, kind, key, flow, node.start_mark.index, stop, node.start_mark.column)
    yield from below
