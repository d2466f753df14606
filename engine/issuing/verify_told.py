"""What verifying a record found, as titled parts: what was verified, and each statement that does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from engine.days import day_in_words
from engine.issuing.differences import Difference
from engine.issuing.statements import Statements, policy_of
from engine.issuing.verifying import Verified
from engine.problems import sentence
from engine.telling.parts import Explanation, Mark, Part
from engine.words import Lang, say

MOST_SHOWN = 20
Json = dict[str, Any]
How = Literal["follows", "decides", "differs"]
"""What gives the other value: what the record itself holds, the engine, or another record."""


def told(found: Verified, lang: Lang) -> Explanation:
    """The whole, with what was not asked said to be so."""
    record = found.receipt.record
    words = Statements(lang, policy_of(record))
    title = say(lang, "records.accepted" if found.accepted else "records.rejected")
    day = day_in_words(record["as_of"], lang)
    intro = [say(lang, "records.of", doctor=record["doctor"], year=record["year"], as_of=day)]
    intro += [say(lang, "records.digest", digest=found.receipt.digest)] if found.receipt.digest else []
    parts = [_seal(found, lang), _signature(found, lang), _alone(found, words), _policy(found, words)]
    parts += [] if found.noted is None else [_journal(found, found.noted, lang)]
    sections = [Part(say(lang, "records.checks"), parts=tuple(parts)), *_readings(found, lang)]
    return Explanation(title, tuple(intro), tuple(_totals(record, words)), tuple(sections))


def _totals(record: Json, words: Statements) -> Iterator[tuple[str, str, str]]:
    """What the record says is paid, and what it says is paid apart."""
    points, euros = (words.amount(record[unit]["paid"], unit) for unit in ("points", "euros"))
    yield words.say("records.paid"), points, euros
    for one in record["components"]:
        if one["euros"]["paid"] != "0":
            title = words.place(f"components[{one['id']}]")
            yield words.say("view.beside", title=title), "", words.amount(one["euros"]["paid"], "euros")


def _readings(found: Verified, lang: Lang) -> Iterator[Part]:
    """The readings under which it was decided, where they are not those of the policy by itself."""
    parts = [Part(say(lang, "records.reading", name=name, option=option)) for name, option in found.readings]
    if parts:
        yield Part(say(lang, "records.readings"), parts=tuple(parts))


def _part(lang: Lang, name: str, mark: Mark, key: str, parts: Sequence[Part] = (), /, **details: object) -> Part:
    aside = say(lang, f"records.{key}", **details)
    return Part(say(lang, f"records.{name}"), mark, aside, parts=tuple(parts))


def _seal(found: Verified, lang: Lang) -> Part:
    wrong = next((one for one in found.broken if one in ("digest", "not_canonical")), None)
    if wrong:
        return _part(lang, "seal", "unmet", f"seal_{wrong}")
    if found.receipt.digest is None:
        return _part(lang, "seal", "unknown", "seal_none")
    return _part(lang, "seal", "met", "seal_whole")


def _signature(found: Verified, lang: Lang) -> Part:
    key = found.receipt.key
    wrong = next((one for one in found.broken if one in ("signature", "other_key", "unsigned")), None)
    if wrong:
        return _part(lang, "signature", "unmet", f"signature_{wrong}", key=key)
    if key is None:
        return _part(lang, "signature", "unknown", "signature_none")
    if found.asked_key is None:
        return _part(lang, "signature", "unknown", "signature_unsure", key=key)
    return _part(lang, "signature", "met", "signature_good", key=key)


def _alone(found: Verified, words: Statements) -> Part:
    if not found.alone:
        return _part(words.lang, "alone", "met", "alone_whole")
    told, count = each(found.alone, words, "follows"), len(found.alone)
    return _part(words.lang, "alone", "unmet", _counted("wrong", found.alone), told, count=count)


def _policy(found: Verified, words: Statements) -> Part:
    lang = words.lang
    if found.undecided is not None:
        return _part(lang, "policy", "unmet", "policy_unknown", why=sentence(found.undecided, lang))
    if found.beside is None:
        return _part(lang, "policy", "unknown", "policy_unasked", year=found.receipt.record["year"])
    if not found.beside:
        return _part(lang, "policy", "met", "policy_whole")
    told, count = each(found.beside, words, "decides"), len(found.beside)
    return _part(lang, "policy", "unmet", _counted("differs", found.beside), told, count=count)


def _journal(found: Verified, number: int, lang: Lang) -> Part:
    if not found.journal_whole:
        return _part(lang, "journal", "unmet", "journal_wrong")
    if not number:
        return _part(lang, "journal", "unmet", "journal_absent")
    return _part(lang, "journal", "met", "journal_noted", number=number)


def _counted(key: str, wrong: Sequence[Difference]) -> str:
    return f"{key}_one" if len(wrong) == 1 else f"{key}_many"


def each(wrong: Sequence[Difference], words: Statements, how: How) -> list[Part]:
    """The first differences, one a line, and how many more there are."""
    parts = [_difference(one, words, how) for one in wrong[:MOST_SHOWN]]
    rest = len(wrong) - MOST_SHOWN
    return [*parts, Part(words.say("records.more", count=rest), fine=True)] if rest > 0 else parts


def _difference(one: Difference, words: Statements, how: How) -> Part:
    if not one.place:
        return Part(words.say(f"records.senseless_{one.said}"))
    said, given = (words.value(one.place, value) for value in (one.said, one.given))
    aside = words.say(f"records.says_{how}", said=said, given=given)
    return Part(words.place(one.place), aside=aside, parts=(Part(one.place, fine=True),))
