"""A rule taken over from another year, confirmed: a passage of a document of its own year written beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from engine.drafting.presumed import Rule, rules
from engine.loading import PolicyFiles
from engine.problems import Invalid, Problem, unknown_name
from engine.yamlevents import written
from engine.yamltext import EMPTY, Path_, Plain, parse_yaml, read_bytes

PASSAGE = re.compile(r"(?P<document>[^:]+):(?P<section>.+):(?P<first>[0-9]{1,6})(?:-(?P<last>[0-9]{1,6}))?")
PLAIN = re.compile(r"[A-Za-z0-9](?:[\w .-]*[\w.])?")


def confirmed(files: PolicyFiles, name: str, passage: str) -> tuple[Rule, str]:
    """The rule of that name, and the text of its file once it cites the passage, before those it cited.

    `passage` is written `document:section:first-last`, in lines. Raises Invalid: no such rule, no such document, a
    document that does not govern the policy's year, a passage not written so or cited already, or a file written in
    a way that cannot be added to. Nothing is saved.
    """
    known = {rule.name: rule for rule in rules(files)}
    if name not in known:
        raise Invalid([Problem("unknown_rule", details=unknown_name(name, known))])
    rule, passages = known[name], rules_cited(known[name])
    told = _told(files, passage)
    if told in passages:
        raise Invalid([rule.cursor.problem("already_cited", name=name)])
    path = Path(rule.cursor.page.file)
    before = read_bytes(path)
    after = _inserted(before, rule.cursor.path, _flow(told))
    if parse_yaml(after, str(path)).data != _with(rule.cursor.page.data, rule.cursor.path, [told, *passages]):
        raise Invalid([rule.cursor.problem("not_editable", name=name)])
    return rule, after


def rules_cited(rule: Rule) -> list[Plain]:
    """The passages a rule cites, one or several."""
    return [cursor.data for cursor in rule.cursor["source"].each()]


def _inserted(text: str, path: Path_, told: str) -> str:
    """The text with one more passage, before those cited at a path; every other character stays, in its order."""
    places = {one.path: one for one in written(text) if not one.key}
    source, start = places[(*path, "source")], places[(*path, "source")].start
    if source.kind == "list":
        first = places[(*source.path, 0)].start
        return f"{text[:first]}{told}{', ' if source.flow else _line(source.column)}{text[first:]}"
    if not source.flow:
        again = text[start : source.stop].replace("\n", "\n  ")
        return f"{text[:start]}- {told}{_line(source.column)}{again}{text[source.stop :]}"
    if places[path].flow:
        return f"{text[:start]}[{told}, {text[start : source.stop]}]{text[source.stop :]}"
    margin = places[path].column + len("  ")
    return f"{text[:start].rstrip(' ')}{_line(margin)}{told}{_line(margin)}{text[start:]}"


def _line(column: int) -> str:
    """Where the next element of a list in lines begins."""
    return "\n" + " " * column + "- "


def _with(data: Plain, path: Path_, source: list[Plain]) -> Plain:
    """The page's data, the mapping at a path citing these passages."""
    if not path:
        return data | {"source": source}
    if isinstance(data, list):
        return [_with(one, path[1:], source) if index == path[0] else one for index, one in enumerate(data)]
    return {key: _with(one, path[1:], source) if key == path[0] else one for key, one in data.items()}


def _flow(passage: Mapping[str, Plain]) -> str:
    """A passage as it is written in a policy."""
    section, (first, last) = passage["section"], passage["lines"]
    named = section if PLAIN.fullmatch(section) and section not in EMPTY else json.dumps(section, ensure_ascii=False)
    return f"{{ document: {passage['document']}, section: {named}, lines: [{first}, {last}] }}"


def _told(files: PolicyFiles, passage: str) -> dict[str, Plain]:
    """The passage as the data of a source."""
    found = PASSAGE.fullmatch(passage.strip())
    if found is None:
        raise Invalid([Problem("bad_passage", details={"value": passage})])
    document, section, first, last = found["document"], found["section"], found["first"], found["last"]
    documents = files.policy.data["sources"]
    if document not in documents:
        raise Invalid([Problem("unknown_document", details=unknown_name(document, documents))])
    if str(files.year) not in documents[document]["governs"]:
        raise Invalid([Problem("not_governing", details={"name": document, "year": str(files.year)})])
    lines = (int(first), int(last or first))
    if not 1 <= lines[0] <= lines[1]:
        raise Invalid([Problem("bad_passage", details={"value": passage})])
    return {"document": document, "section": section, "lines": [str(line) for line in lines]}
