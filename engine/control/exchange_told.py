"""Findings in words: what was found, why, what was asked and received, what the doctor said and was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from engine.control.cases import Finding
from engine.control.exchange import Exchange, Said
from engine.telling.parts import Part
from engine.telling.phrases import Phrases


def finding_part(phrases: Phrases, exchange: Exchange, bears_on: Iterable[str]) -> Part:
    """A finding with all that went with it; `bears_on` are the titles of what it was looked at for."""
    return Part(
        what_found(phrases, exchange.finding),
        aside=phrases.say(f"finding.{exchange.finding.outcome}"),
        parts=tuple(_under(phrases, exchange, list(bears_on))),
    )


def what_found(phrases: Phrases, finding: Finding) -> str:
    """What a finding is about: its item, and the choice of it where it is about one."""
    item = phrases.item(finding.item)
    if finding.choice is None:
        return item
    choice = phrases.value("choice", finding.choice, finding.item)
    return phrases.say("redecide.choice", item=item, choice=choice)


def said_parts(phrases: Phrases, said: Iterable[Said]) -> Iterator[Part]:
    """What the doctor said, each with what was answered under it."""
    for one in said:
        heard = one.observation
        text = phrases.say("redecide.observed", day=_day(phrases, heard.received_on), text=heard.text)
        answers = [
            Part(phrases.say("redecide.answered", day=_day(phrases, each.on), text=each.text)) for each in one.answers
        ]
        yield Part(text, parts=tuple(answers) or (Part(phrases.say("redecide.unanswered")),))


def _under(phrases: Phrases, exchange: Exchange, bears_on: list[str]) -> Iterator[Part]:
    finding, say = exchange.finding, phrases.say
    if finding.ground:
        yield Part(say("redecide.ground", ground=finding.ground))
    day = _day(phrases, finding.decided_on)
    if finding.reference:
        yield Part(say("redecide.established_under", day=day, reference=finding.reference))
    else:
        yield Part(say("redecide.established", day=day))
    yield from _asked(phrases, exchange)
    yield from _received(phrases, exchange)
    yield from said_parts(phrases, exchange.said)
    if bears_on:
        yield Part(say("redecide.bears_on", titles=phrases.joined(bears_on, "and")))


def _asked(phrases: Phrases, exchange: Exchange) -> Iterator[Part]:
    for one in exchange.requests:
        details = {"day": _day(phrases, one.asked_on), "until": _day(phrases, one.answer_by)}
        if one.letter:
            yield Part(phrases.say("redecide.asked_by_letter", letter=one.letter, **details))
        else:
            yield Part(phrases.say("redecide.asked", **details))
    if not exchange.requests:
        yield Part(phrases.say("redecide.not_asked"))


def _received(phrases: Phrases, exchange: Exchange) -> Iterator[Part]:
    for one in exchange.receipts:
        complete = phrases.say("redecide.complete" if one.complete else "redecide.incomplete")
        day = _day(phrases, one.received_on)
        yield Part(phrases.say("redecide.received", day=day, what=one.what, complete=complete))
    if exchange.requests and not exchange.receipts:
        yield Part(phrases.say("redecide.nothing_received"))


def _day(phrases: Phrases, day: date) -> str:
    return phrases.day(day.isoformat())
