"""A rule taken over from another year, confirmed: a passage of a document of its own year written beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from engine.drafting.presumed import Rule, rules
from engine.loading import PolicyFiles
from engine.problems import Invalid, Problem, unknown_name
from engine.yamltext import Written, read_bytes, written

PASSAGE = re.compile(r"(?P<document>[^:]+):(?P<section>.+):(?P<first>[0-9]{1,6})(?:-(?P<last>[0-9]{1,6}))?")
PLAIN = re.compile(r"[A-Za-z0-9](?:[\w .-]*[\w.])?")


def confirmed(files: PolicyFiles, name: str, passage: str) -> tuple[Rule, str]:
    """The rule of that name, and the text of its file once it cites the passage, before those it cited.

    `passage` is written `document:section:first-last`, in lines. Raises Invalid: no such rule, no such document, a
    document that does not govern the policy's year, or a passage not written so. Nothing is saved.
    """
    known = {rule.name: rule for rule in rules(files)}
    if name not in known:
        raise Invalid([Problem("unknown_rule", details=unknown_name(name, known))])
    rule, told = known[name], _told(files, passage)
    text = read_bytes(Path(rule.cursor.page.file))
    places = {one.path: one for one in written(text) if not one.key}
    source = places[(*rule.cursor.path, "source")]
    cited = [text[one.start : one.stop] for one in _passages(source, places)]
    start, stop, block = source.start, source.stop, not places[rule.cursor.path].flow
    lines = [told, *cited]
    if block:
        key = _key(text, rule)
        margin = "\n" + " " * (key.column + 2)
        return rule, text[: key.stop] + ":" + "".join(f"{margin}- {one}" for one in lines) + text[stop:]
    return rule, f"{text[:start]}[{', '.join(lines)}]{text[stop:]}"


def _key(text: str, rule: Rule) -> Written:
    """Where the word `source` of a rule stands."""
    path = (*rule.cursor.path, "source")
    return next(one for one in written(text) if one.key and one.path == path)


def _passages(source: Written, places: dict[tuple[str | int, ...], Written]) -> list[Written]:
    """The passages a rule cites, one or several, as they are written."""
    if source.kind == "mapping":
        return [source]
    return [one for path, one in places.items() if path[:-1] == source.path]


def _told(files: PolicyFiles, passage: str) -> str:
    """The passage as a source is written in a policy."""
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
    named = section if PLAIN.fullmatch(section) else json.dumps(section, ensure_ascii=False)
    return f"{{ document: {document}, section: {named}, lines: [{lines[0]}, {lines[1]}] }}"
