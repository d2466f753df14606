"""What was missing, in words: the smallest changes that would have granted, and what they would have brought."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.parts import Part, each_line
from engine.phrases import Json
from engine.sentences import Sentences


def missing(words: Sentences, shortfalls: Sequence[Json], *, full: bool) -> list[Part]:
    """The first shortfall, or in full all of them; none when there is none to tell."""
    return [_shortfall(words, one) for one in shortfalls[: None if full else 1]]


def all_missing(words: Sentences, record: Json) -> Part:
    """Every shortfall of every refused indicator and closed volet, the one that would have paid most first."""
    lacking = [one for one in [*record["volets"], *record["indicators"]] if one["missing"]]
    lacking.sort(key=lambda one: (-_worth(one["missing"][0]), one["id"]))
    parts = [
        Part(words.claim(one["id"]), "refused", parts=tuple(missing(words, one["missing"], full=True)))
        for one in lacking
    ]
    return Part(words.say("missing.title"), parts=tuple(parts) or each_line([words.say("missing.nothing")]))


def _worth(shortfall: Json) -> Decimal:
    points = shortfall["points"]
    return Decimal(points["from"] if isinstance(points, dict) else points)


def _shortfall(words: Sentences, one: Json) -> Part:
    changes = [change(words, each) for each in one["changes"]]
    gain = ""
    if one["points"] != "0":
        points, euros = words.amount(one["points"], "points"), words.amount(one["euros"], "euros")
        gain = words.say("missing.gain", points=points, euros=euros)
    only = one["changes"][0]["after"]
    if len(changes) == 1 and only and only["type"] == "measure" and _counted(one["changes"][0]):
        return Part(words.say("missing.only_count", change=changes[0]), aside=gain)
    if len(changes) == 1:
        return Part(words.say("missing.one", change=changes[0]), aside=gain)
    return Part(words.say("missing.several"), aside=gain, parts=each_line(changes))


def change(words: Sentences, one: Json) -> str:
    """One change: an act to count, a paper or a declaration to bring, a field to set right."""
    before, after = one["before"], one["after"]
    if after is None:
        key = "missing.without_finding" if before["type"] == "finding" else "missing.without"
        return words.say(key, row=words.row_name(before), choice=_choice(words, before))
    if after["type"] == "measure":
        return _count(words, before, after)
    if after["type"] == "fact":
        tests = [words.fact_test(test, after["name"]) for test in one["wanted"]["value"]["tests"]]
        return words.say("missing.fact", label=words.row_name(after), expected=words.joined(tests, "and"))
    wanted = [_wanted(words, name, asked, after) for name, asked in one["wanted"].items()]
    key = "missing.added" if before is None else "missing.amended"
    return words.say(key, row=words.row_name(after), wanted=words.say("missing.separator").join(wanted))


def _count(words: Sentences, before: Json | None, after: Json) -> str:
    measure = words.policy.vocabulary.measures[after["name"]]
    had = before["fields"].get("numerator", 0) if before else 0
    if not _counted({"before": before}):
        return words.say("missing.nothing_counted", unit=words.counted(1, measure.numerator))
    number = words.counted(after["fields"]["numerator"] - had, measure.numerator)
    of = words.counted(after["fields"]["denominator"], measure.denominator)
    return words.say("missing.count", number=number, of=of)


def _counted(one: Json) -> bool:
    """Whether there was anything to count before the change."""
    return bool(one["before"] and one["before"]["fields"].get("denominator"))


def _wanted(words: Sentences, name: str, asked: Json, row: Json) -> str:
    if "mine" in asked:
        same = words.say("test.same", field=words.field(asked["theirs"]), item=words.item(asked["item"]))
        return words.say("missing.field", field=words.field(name), expected=same)
    return words.say("missing.field", field=words.field(name), expected=words.tests(asked, row["name"]))


def _choice(words: Sentences, row: Json) -> str:
    choice = row.get("fields", {}).get("choice")
    return words.say("missing.choice", choice=words.value("choice", choice, row["name"])) if choice else ""
