"""What a count left out, and over which days it was made where that is not the whole year: said under its rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.loading import PolicyFiles
from engine.measuring.linking import link_measures
from engine.measuring.origins import readings_of
from engine.telling.phrases import Json, Phrases

Passages = Mapping[str, Mapping[str, Sequence[Json]]]
"""Of each measure, where each of its exclusions is written."""
NOWHERE: Passages = {}


def passages(files: PolicyFiles) -> Passages:
    """Where the exclusions of every measure are written, as the policy counts by default. Raises Invalid."""
    return {
        measuring.id: {
            one.name: [{"document": it.document, "section": it.section, "lines": it.lines} for it in one.sources]
            for one in measuring.denominator.exclusions
        }
        for measuring in link_measures(files, {})
        if measuring.denominator
    }


def left_out(words: Phrases, row: Json, known: Mapping[str, Sequence[Json]]) -> Iterator[str]:
    """The days of a count that are not those of the year, its readings that are not the defaults, its exclusions."""
    yield from _days(words, row["fields"])
    if chosen := readings_of(row.get("origin") or ""):
        yield words.say("found.counted_under", readings=chosen)
    counts = row.get("exclusions", {})
    for name, reason in words.policy.vocabulary.measures[row["name"]].exclusions.items():
        if name in counts:
            said = words.say("found.left_out", count=words.number(counts[name]), reason=words.text(reason))
            where = words.passages(known[name]) if known.get(name) else ""
            yield words.say("found.left_out_by", said=said, passages=where) if where else said


def _days(words: Phrases, fields: Json) -> Iterator[str]:
    first, last, year = fields.get("period_start"), fields.get("period_end"), words.policy.calendar["year"]
    if not (first and last and year.first and year.last and last == year.last.isoformat()):
        return
    if first > last:
        yield words.say("found.no_day", first=words.day(first))
    elif first != year.first.isoformat():
        yield words.say("found.days", first=words.day(first), last=words.day(last))
