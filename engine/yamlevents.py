"""YAML by the events of PyYAML's parser, and not by a loader: no tag is ever constructed, no alias expanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as Anything
from typing import Literal

import yaml
from msgspec import Struct

from engine.problems import Invalid, Problem
from engine.yamltext import EMPTY, MAX_DEPTH, Marks, Path_, Plain, text_lines

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parsed(text: str, file: str) -> tuple[Plain, Marks]:
    """The data of a page, and the line and column of each value. Raises Invalid as `yamltext.parse_yaml` does."""
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
    return data, marks


def _broken(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    """What is wrong with a text that is not YAML: a tab in its indentation is the commonest slip, and hard to see."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem("not_yaml", file, details={"why": error.problem or ""})
    before = text_lines(text)[mark.line][: mark.column + 1]
    if not before.strip() and "\t" in before:
        return Problem("tab_indent", file, mark.line + 1, before.index("\t") + 1)
    return Problem("not_yaml", file, mark.line + 1, mark.column + 1, "", {"why": error.problem or ""})


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
