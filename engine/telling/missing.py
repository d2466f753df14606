"""What was missing, in words: the smallest changes that would have granted, and what they would have brought."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.telling.parts import Part, each_line
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences


def missing(words: Sentences, shortfalls: Sequence[Json], *, full: bool) -> list[Part]:
    """The first shortfall, or in full all of them; none when there is none to tell."""
    if full or not shortfalls:
        return [_shortfall(words, one) for one in shortfalls]
    first = _shortfall(words, _with_other_choices(shortfalls))
    others = len(shortfalls) - 1
    return [first, Part(words.say("missing.others"), fine=True)] if others else [first]


def _with_other_choices(shortfalls: Sequence[Json]) -> Json:
    """The first shortfall, any choice that another one like it names being as good."""
    first = shortfalls[0]
    if len(first["changes"]) != 1 or "choice" not in first["changes"][0]["wanted"]:
        return first
    (change,) = first["changes"]
    choices: dict[str, None] = {}
    for one in shortfalls:
        wanted = one["changes"][0]["wanted"]
        if len(one["changes"]) == 1 and set(wanted) == set(change["wanted"]) and _row(one) == _row(first):
            for test in wanted["choice"]["tests"]:
                choices.update(dict.fromkeys(test.get("is", ())))
    asked = {**change["wanted"]["choice"], "tests": [{"is": list(choices)}]}
    merged = {**change, "wanted": {**change["wanted"], "choice": asked}}
    return {**first, "changes": [merged]} if choices else first


def _row(shortfall: Json) -> tuple[str, str] | None:
    after = shortfall["changes"][0]["after"]
    return (after["type"], after["name"]) if after else None


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
    counts = [each for each in one["changes"] if each["among"]]
    told = [*_counts(words, counts), *(change(words, each) for each in one["changes"] if not each["among"])]
    gain = ""
    if one["points"] != "0":
        points, euros = words.amount(one["points"], "points"), words.amount(one["euros"], "euros")
        gain = words.say("missing.gain", points=points, euros=euros)
    if len(told) > 1:
        return Part(words.say("missing.several"), aside=gain, parts=each_line(told))
    if any(each["after"] is None and each["before"]["type"] == "finding" for each in one["changes"]):
        return Part(told[0], aside=gain)
    return Part(words.say("missing.only_count" if counts else "missing.one", change=told[0]), aside=gain)


def _counts(words: Sentences, changes: Sequence[Json]) -> list[str]:
    """What each rate lacked, its practice locations taken together."""
    lacking: dict[str, int] = {}
    among: dict[str, int] = {}
    for one in changes:
        name, had = one["after"]["name"], one["before"]["fields"]["numerator"]
        lacking[name] = lacking.get(name, 0) + one["after"]["fields"]["numerator"] - had
        among[name] = int(one["among"])
    measures = words.policy.vocabulary.measures
    return [
        words.say(
            "missing.count",
            number=words.counted(lacking[name], measures[name].numerator),
            of=words.counted(among[name], measures[name].denominator),
        )
        for name in lacking
    ]


def change(words: Sentences, one: Json) -> str:
    """One change other than of a count: a paper or a declaration to bring, a field to set right."""
    before, after = one["before"], one["after"]
    if after is None:
        if before["type"] == "finding":
            return words.say("missing.without_finding", item=words.item(before["name"]))
        return words.say("missing.without", row=words.row_name(before), choice=_choice(words, before))
    if after["type"] == "measure":
        unit = words.policy.vocabulary.measures[after["name"]].numerator
        return words.say("missing.nothing_counted", unit=words.counted(1, unit))
    if after["type"] == "fact":
        tests = [words.fact_test(test, after["name"]) for test in one["wanted"]["value"]["tests"]]
        return words.say("missing.fact", label=words.row_name(after), expected=words.joined(tests, "and"))
    wanted = [_wanted(words, name, asked, after) for name, asked in one["wanted"].items()]
    key, name = ("added", words.to_bring) if before is None else ("amended", words.row_name)
    return words.say(f"missing.{key}", row=name(after), wanted=words.say("missing.separator").join(wanted))


def _wanted(words: Sentences, name: str, asked: Json, row: Json) -> str:
    if "mine" in asked:
        same = words.say("test.same", field=words.field(asked["theirs"]), item=words.item(asked["item"]))
        return words.say("missing.field", field=words.field(name), expected=same)
    return words.say("missing.field", field=words.field(name), expected=words.tests(asked, row["name"]))


def _choice(words: Sentences, row: Json) -> str:
    choice = row.get("fields", {}).get("choice")
    return words.say("missing.choice", choice=words.value("choice", choice, row["name"])) if choice else ""
