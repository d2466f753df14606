"""What a count left out, over which days it was made and why: said under its rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from engine.conditions import Source
from engine.loading import PolicyFiles
from engine.measuring.linking import link_measures
from engine.measuring.origins import Why, read_origin
from engine.telling.phrases import Json, Phrases


class Written(Struct, frozen=True):
    """Where it is written what a measure leaves out, by exclusion, and where a doctor's own period begins."""

    exclusions: Mapping[str, Sequence[Json]]
    start: Sequence[Json]


Passages = Mapping[str, Written]
"""Of each measure, where it is written how it is counted."""
NOWHERE: Passages = {}


def passages(files: PolicyFiles) -> Passages:
    """Where it is written how every measure is counted, as the policy counts by default. Raises Invalid."""
    return {
        measuring.id: Written(
            {one.name: quoted(one.sources) for one in measuring.denominator.exclusions},
            quoted(measuring.period.start.sources if measuring.period.start else ()),
        )
        for measuring in link_measures(files, {})
        if measuring.denominator
    }


def quoted(sources: Sequence[Source]) -> list[Json]:
    """Passages as a record holds them."""
    return [{"document": it.document, "section": it.section, "lines": it.lines} for it in sources]


def left_out(words: Phrases, row: Json, known: Written) -> Iterator[str]:
    """Over which days a count was made and why, its readings that are not the defaults, its exclusions."""
    yield from _days(words, row["fields"])
    if told := read_origin(row.get("origin")):
        if told.why:
            no_day = _no_day(row["fields"])
            yield began(words, told.why, told.day, words.text(told.flows), known.start, no_day=no_day)
        if told.readings:
            yield words.say("found.counted_under", readings=told.readings)
    counts = row.get("exclusions", {})
    for name, reason in words.policy.vocabulary.measures[row["name"]].exclusions.items():
        if name in counts:
            said = words.say("found.left_out", count=words.number(counts[name]), reason=words.text(reason))
            yield _by(words, said, known.exclusions.get(name, ()))


def began(words: Phrases, why: Why, day: str, flow: str, written: Sequence[Json], *, no_day: bool) -> str:
    """Why a doctor's own period begins where it does; `day` is that of the row that decided, if one did."""
    if why == "never":
        said = words.say("found.never_counted" if no_day else "found.never_begun", flow=flow)
    else:
        said = words.say(f"found.period_{why}", flow=flow, day=words.day(day))
    return _by(words, said, written)


def _by(words: Phrases, said: str, written: Sequence[Json]) -> str:
    return words.say("found.left_out_by", said=said, passages=words.passages(written)) if written else said


def _days(words: Phrases, fields: Json) -> Iterator[str]:
    first, last, year = fields.get("period_start"), fields.get("period_end"), words.policy.calendar["year"]
    if not (first and last and year.first and year.last and last == year.last.isoformat()):
        return
    if _no_day(fields):
        yield words.say("found.no_day", first=words.day(first), last=words.day(last))
    elif first != year.first.isoformat():
        yield words.say("found.days", first=words.day(first), last=words.day(last))


def _no_day(fields: Json) -> bool:
    first, last = fields.get("period_start"), fields.get("period_end")
    return bool(first and last and first > last)
