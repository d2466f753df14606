"""What a count left out, over which days it was made and why: said under its rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.conditions import Source
from engine.measuring.measures import Start
from engine.measuring.origins import Why, read_origin
from engine.measuring.written import Written
from engine.policy import Reading
from engine.telling.phrases import Json, Phrases


def quoted(sources: Sequence[Source]) -> list[Json]:
    """Passages as a record holds them."""
    return [{"document": it.document, "section": it.section, "lines": it.lines} for it in sources]


def left_out(words: Phrases, row: Json, known: Written) -> Iterator[str]:
    """Over which days a count was made and why, its readings that are not the defaults, its exclusions."""
    yield from _days(words, row["fields"])
    if told := read_origin(row.get("origin")):
        if told.why and known.start:
            yield began(words, told.why, told.day, known.start, no_day=is_empty(row["fields"]))
        yield from unusual(words, known.readings, told.chosen)
    counts = row.get("exclusions", {})
    for name, reason in words.policy.vocabulary.measures[row["name"]].exclusions.items():
        if name in counts:
            said = words.say("found.left_out", count=words.number(counts[name]), reason=words.text(reason))
            yield _by(words, said, quoted(known.exclusions.get(name, ())))


def began(words: Phrases, why: Why, day: str, start: Start, *, no_day: bool) -> str:
    """Why a doctor's own period begins where it does; `day` is that of the row that decided, if one did."""
    clause, first = words.text(getattr(start.told, why)), words.text(start.told.first)
    if why == "never":
        said = words.say("found.never_counted" if no_day else "found.never_begun", clause=clause)
    else:
        said = words.say(f"found.period_{why}", clause=clause, day=words.day(day), first=first)
    return _by(words, said, quoted(start.sources))


def unusual(words: Phrases, readings: Mapping[str, Reading], chosen: Mapping[str, str]) -> Iterator[str]:
    """The questions about counting, of those known, that are answered otherwise than by default."""
    for name, option in chosen.items():
        if name in readings and option in readings[name].options and option != readings[name].default:
            question, says = readings[name].question, readings[name].options[option].says
            yield words.say("found.counted_under", question=words.text(question), says=words.text(says))


def _by(words: Phrases, said: str, written: Sequence[Json]) -> str:
    return words.say("found.left_out_by", said=said, passages=words.passages(written)) if written else said


def _days(words: Phrases, fields: Json) -> Iterator[str]:
    first, last, year = fields.get("period_start"), fields.get("period_end"), words.policy.calendar["year"]
    if not (first and last and year.first and year.last and last == year.last.isoformat()):
        return
    if is_empty(fields):
        yield words.say("found.no_day", first=words.day(first), last=words.day(last))
    elif first != year.first.isoformat():
        yield words.say("found.days", first=words.day(first), last=words.day(last))


def is_empty(fields: Json) -> bool:
    """Whether a count was made over no day at all."""
    first, last = fields.get("period_start"), fields.get("period_end")
    return bool(first and last and first > last)
