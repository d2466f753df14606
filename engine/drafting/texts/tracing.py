"""Which file and line encodes each rule that was read in the texts, or why none does.

The rules are listed in `rules.yaml`, beside the years. A rule names the files that encode it; the lines are found,
not written down: those that cite, most narrowly, the passage where the rule was read. Or it names a place of a file,
by a node's identity (`volet-2/sas.yaml#agenda`) or by keys (`policy.yaml#volets.volet-2.gate`). A name that begins
with a year holds for that year, another for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.choices import text_of
from engine.conditions import Source, Text
from engine.cursor import Cursor
from engine.drafting.texts.citations import Citation, citations, pages
from engine.loading import PolicyFiles
from engine.problems import Invalid
from engine.schema import check
from engine.yamltext import Page, Path_, Plain, read_page

LIST = "rules.yaml"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the texts: where it was read (its first passage comes first), what it says in our words.

    Either `encoded`, the names of what encodes it, or `undecided`, why nothing does.
    """

    number: str
    passages: tuple[Source, ...]
    says: Text
    encoded: tuple[str, ...]
    undecided: Text | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a file of a year that encodes a rule, and what stands there."""

    year: int
    file: str
    line: int
    by: str


@dataclass(frozen=True, slots=True)
class Traced:
    """A rule, the lines that encode it, the names in its list that lead nowhere.

    `cited` says whether a file that encodes it cites a passage where it was read.
    """

    rule: Rule
    spots: tuple[Spot, ...]
    astray: tuple[str, ...]
    cited: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Every rule, and the passages that the policies cite though no rule was read there."""

    rules: tuple[Traced, ...]
    unclaimed: tuple[tuple[int, Citation], ...]

    @property
    def sound(self) -> bool:
        """Whether every name leads somewhere."""
        return not any(one.astray for one in self.rules)


def read_rules(root: Path) -> tuple[Rule, ...]:
    """The rules listed beside the years of `root`, in order. Raises Invalid."""
    page = read_page(root / LIST)
    if problems := check(page, "rules"):
        raise Invalid(problems)
    top = Cursor.top(page)
    reasons = {name: text_of(reason) for name, reason in top["reasons"].items()}
    return tuple(_rule(number, cursor, reasons) for number, cursor in top["rules"].items())


def _rule(number: str, cursor: Cursor, reasons: Mapping[str, Text]) -> Rule:
    reason, encoded = cursor.get("undecided"), cursor.get("encoded")
    if reason and reason.text not in reasons:
        reason.fail_name("unknown_reason", reasons)
    document, section = cursor["document"].text, cursor["section"].text
    return Rule(
        number,
        tuple(Source(document, section, _span(lines)) for lines in cursor["lines"].each()),
        text_of(cursor["says"]),
        tuple(one.text for one in encoded.each()) if encoded else (),
        reasons[reason.text] if reason else None,
    )


def _span(lines: Cursor) -> Span:
    first, last = (int(line) for line in lines.data)
    if first > last:
        lines.fail("lines_backwards")
    return first, last


def trace(rules: Iterable[Rule], years: Mapping[int, PolicyFiles]) -> Trace:
    """Where the policies of these years encode each rule."""
    listed = tuple(rules)
    cited = {year: citations(files) for year, files in years.items()}
    page = {(year, name): page for year, files in years.items() for name, page in pages(files)}
    claimed = [passage for rule in listed for passage in rule.passages]
    return Trace(
        tuple(_traced(rule, cited, page) for rule in listed),
        tuple(
            (year, citation)
            for year, found in cited.items()
            for citation in found
            if not any(_meet(citation.source, passage) for passage in claimed)
        ),
    )


def _traced(rule: Rule, cited: Mapping[int, tuple[Citation, ...]], page: Mapping[tuple[int, str], Page]) -> Traced:
    spots: dict[Spot, None] = {}
    astray = []
    for name in rule.encoded:
        for year, place in _years(name, cited):
            file, _, keys = place.partition("#")
            found = (
                _named(year, file, keys, page.get((year, file)))
                if keys
                else _narrowest(year, rule, [one for one in cited[year] if one.file == file])
            )
            spots |= dict.fromkeys(found)
            if not found:
                astray.append(f"{year}/{place}")
    files = {(spot.year, spot.file) for spot in spots}
    there = [one.source for year, found in cited.items() for one in found if (year, one.file) in files]
    met = any(_meet(source, passage) for source in there for passage in rule.passages)
    return Traced(rule, tuple(sorted(spots, key=lambda one: (one.year, one.file, one.line))), tuple(astray), met)


def _years(name: str, known: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The years a name holds for, and the name without them."""
    first, _, rest = name.partition("/")
    if first.isdecimal():
        yield from ((year, rest) for year in known if year == int(first))
    else:
        yield from ((year, name) for year in known)


def _named(year: int, file: str, name: str, page: Page | None) -> list[Spot]:
    """The place that keys lead to, or every node that has the name for identity."""
    if page is None:
        return []
    path = _path(page.data, name)
    paths = [path] if path else [path for path, data in _mappings(page.data) if data.get("id") == name]
    marks = (page.marks.get((*path, "id"), page.marks[path]) for path in paths)
    return [Spot(year, file, line, name) for line, _ in marks]


def _path(data: Plain, keys: str) -> Path_:
    """Where keys lead, empty when they lead nowhere; in a list, a key is the identity of an element."""
    path: Path_ = ()
    for key in keys.split("."):
        step = _step(data, key)
        if step is None:
            return ()
        data, path = data[step], (*path, step)
    return path


def _step(data: Plain, key: str) -> str | int | None:
    match data:
        case list():
            return next((n for n, one in enumerate(data) if isinstance(one, dict) and one.get("id") == key), None)
        case dict():
            return key if key in data else None
        case _:
            return None


def _mappings(data: Plain, path: Path_ = ()) -> Iterator[tuple[Path_, dict[str, Plain]]]:
    """Every mapping of a page, and where it stands."""
    if isinstance(data, dict):
        yield path, data
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, below in steps:
        yield from _mappings(below, (*path, step))


def _narrowest(year: int, rule: Rule, found: list[Citation]) -> list[Spot]:
    """For each passage of a rule, the citations that meet it in the fewest lines."""
    spots = []
    for passage in rule.passages:
        meeting = [one for one in found if _meet(one.source, passage)]
        least = min((_length(one.source) for one in meeting), default=0)
        spots += [Spot(year, one.file, one.line, one.by) for one in meeting if _length(one.source) == least]
    return spots


def _meet(one: Source, other: Source) -> bool:
    """Whether two passages share a line."""
    (first, last), (start, end) = one.lines, other.lines
    return one.document == other.document and first <= end and start <= last


def _length(source: Source) -> int:
    first, last = source.lines
    return last - first
