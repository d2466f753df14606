"""What sets two records of a doctor apart, in words: the causes, what each flipped, and what it comes to in euros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.dossier import read_dossier
from engine.issuing.comparing import Comparison, Effect, Pair, Turned, compare
from engine.issuing.differences import differences
from engine.issuing.receipt import Receipt
from engine.issuing.redeciding import dossier_page, without_engine
from engine.issuing.statements import Statements
from engine.issuing.verify_told import each
from engine.linking import linked
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.measuring.origins import read_origin
from engine.problems import Invalid, Problem
from engine.telling.parts import Explanation, Mark, Part
from engine.telling.sentences import Sentences
from engine.words import Lang, say

Json = dict[str, Any]
Names = tuple[Literal["before", "issued"], Literal["after", "again"]]
"""What two records are to each other: the first and the second, or one issued and the same decided again."""
MINUS = "\N{MINUS SIGN}"


class Replayed(Struct, frozen=True):
    """A record beside the same decided again: in words, and whether it is the same."""

    explanation: Explanation
    same: bool


def compared(before: Receipt, after: Receipt, lang: Lang, root: Path | None) -> Explanation:
    """Two records side by side, each told with the labels of its year's policy, and whether each is as it was issued.

    Raises Invalid when there is no policy of one of the years, or one that does not know what a record is about.
    """
    spoilt = _spoilt({"before": before, "after": after}, lang)
    return _compared(before.record, after.record, lang, root, ("before", "after"), spoilt)


def replayed(issued: Receipt, again: Json, lang: Lang, root: Path | None) -> Replayed:
    """A record and the same decided again, told as two records are."""
    spoilt = _spoilt({"issued": issued}, lang)
    told = _compared(issued.record, again, lang, root, ("issued", "again"), spoilt)
    same = compare(issued.record, again).same
    title = say(lang, "records.replayed_same" if same else "records.replayed_other")
    return Replayed(Explanation(title, told.intro, told.totals, told.sections), same)


def _spoilt(receipts: Mapping[str, Receipt], lang: Lang) -> tuple[str, ...]:
    """Which of the records, under their names, are no longer as they were issued."""
    return tuple(say(lang, f"differ.spoilt_{name}") for name, one in receipts.items() if not one.whole)


def _compared(
    before: Json, after: Json, lang: Lang, root: Path | None, names: Names, spoilt: tuple[str, ...]
) -> Explanation:
    files = [_files(one, root) for one in (before, after)]
    found = compare(before, after, files[0] if files[0].year == files[1].year else None)
    words = (_words(before, files[0], lang), _words(after, files[1], lang))
    try:
        told = _Told(found, *words, names).whole(say(lang, "differ.title", doctor=before["doctor"]))
    except (LookupError, TypeError, ValueError) as error:
        raise Invalid([Problem("record_beyond_policy", details={"name": str(error)})]) from None
    return replace(told, intro=(*told.intro, *spoilt))


def _files(record: Json, root: Path | None) -> PolicyFiles:
    known = years(root or bundled_policies())
    if record["year"] not in known:
        names = ", ".join(map(str, known))
        raise Invalid([Problem("unknown_year", details={"name": str(record["year"]), "valid": names})])
    return read_policy(known[record["year"]])


def _words(record: Json, files: PolicyFiles, lang: Lang) -> Sentences:
    """The words of a record's policy, once it is sure that it knows everything that the record's facts name."""
    policy = linked(files, record["readings"])
    read_dossier(dossier_page(record, "record"), policy)
    return Sentences(policy, lang, brief=True)


class _Told:
    def __init__(self, found: Comparison, was: Sentences, now: Sentences, names: Names) -> None:
        self.found, self.was, self.now, self.say, self.names = found, was, now, now.say, names

    def whole(self, title: str) -> Explanation:
        before, after = self.found.before, self.found.after
        intro = [
            self.say(f"differ.{name}", year=one["year"], day=self.now.day(one["as_of"]))
            for name, one in zip(self.names, (before, after), strict=True)
        ]
        sections = [*self.causes, *self.effects(), *self.shares()]
        if self.found.same:
            sections = [Part(self.say("differ.same"))]
        return Explanation(title, tuple(intro), tuple(self.totals()), tuple(sections))

    def totals(self) -> Iterator[tuple[str, str, str]]:
        before, after = self.found.before, self.found.after
        for label, words, one in zip(self.names, (self.was, self.now), (before, after), strict=True):
            points, euros = (words.amount(one[unit]["paid"], unit) for unit in ("points", "euros"))
            yield self.say(f"differ.paid_{label}"), points, euros
        points, euros = (self.gap(before[unit]["paid"], after[unit]["paid"], unit) for unit in ("points", "euros"))
        yield self.say("compare.difference"), points, euros

    def gap(self, was: Any, now: Any, unit: str) -> str:
        """What the second amount has more than the first; both, where they are not settled."""
        if isinstance(was, dict) or isinstance(now, dict):
            return self.change(self.now.amount(was, unit), self.now.amount(now, unit))
        more = Decimal(now) - Decimal(was)
        key = "compare.more" if more > 0 else "compare.less" if more < 0 else "compare.same"
        return self.say(key, value=self.now.amount(str(abs(more)), unit))

    def change(self, was: str, now: str) -> str:
        return self.say("differ.change", was=was, now=now)

    # --- causes ---------------------------------------------------------------------------------------------------

    @cached_property
    def causes(self) -> list[Part]:
        """What differs that may differ, under one heading; nothing where the records have no cause to."""
        found = self.found
        facts = [self.field(one) for one in found.fields] + [self.row(one) for one in found.facts]
        readings = [self.reading(one) for one in found.readings]
        rules = list(self.rules())
        named = {"facts": facts, "rules": rules, "readings": readings}
        parts = [Part(self.say(f"differ.{name}"), parts=tuple(told)) for name, told in named.items() if told]
        if found.before["as_of"] != found.after["as_of"]:
            days = (self.now.day(one["as_of"]) for one in (found.before, found.after))
            parts.append(Part(self.say("differ.day", change=self.change(*days))))
        return [Part(self.say("differ.causes"), parts=tuple(parts))] if parts else []

    def field(self, pair: Pair) -> Part:
        change = self.change(self.was.value(pair.name, pair.before), self.now.value(pair.name, pair.after))
        return Part(self.say("differ.field", name=self.now.field(pair.name), change=change))

    def row(self, pair: Pair) -> Part:
        if pair.before is None:
            return Part(self.say("differ.fact_new", row=self.now.row(pair.after)))
        if pair.after is None:
            return Part(self.say("differ.fact_gone", row=self.was.row(pair.before)))
        return Part(
            self.now.row_name(pair.after), aside=self.say("differ.fact_changed"), parts=tuple(self.fields(pair))
        )

    def fields(self, pair: Pair) -> Iterator[Part]:
        """What a row says otherwise: its fields one by one; the whole of it, where it is something else."""
        told = (pair.before.get("fields", {}), pair.after.get("fields", {}))
        for name in sorted(told[0].keys() | told[1].keys()):
            if told[0].get(name) != told[1].get(name):
                values = (self.now.row_value(pair.after, name, one.get(name)) for one in told)
                change = self.change(*values)
                yield Part(self.say("differ.field", name=self.now.row_field(pair.after, name), change=change))
        yield from self.beside(pair)
        if any(pair.before.get(key) != pair.after.get(key) for key in ("items", "supersedes")):
            yield Part(self.say("differ.fact_was", row=self.was.row(pair.before)))
            yield Part(self.say("differ.fact_now", row=self.now.row(pair.after)))

    def beside(self, pair: Pair) -> Iterator[Part]:
        """What is told otherwise of a row beside its fields: what it left out, where it came from, and when."""
        left = (pair.before.get("exclusions", {}), pair.after.get("exclusions", {}))
        for name in sorted(left[0].keys() | left[1].keys()):
            counts = [one.get(name, 0) for one in left]
            if counts[0] != counts[1]:
                reason = self.now.text(self.now.policy.vocabulary.measures[pair.name].exclusions[name])
                yield self.apart("excluded", *map(self.now.number, counts), reason=reason)
        came = [words.origin(_undated(row)) for words, row in self.sides(pair)]
        if came[0] != came[1]:
            yield self.apart("origin", *came)
        yield from self.counted(pair)
        # Another year's row was recorded on another day, which says nothing.
        if pair.before["campaign"] == pair.after["campaign"]:
            days = [row.get("recorded_on") for _, row in self.sides(pair)]
            if days[0] != days[1]:
                told = (self.now.day(day) if day else self.say("differ.nothing") for day in days)
                yield self.apart("recorded", *told)

    def counted(self, pair: Pair) -> Iterator[Part]:
        """What the origins of two counts tell otherwise: the row that decides when they begin, their readings."""
        counts = [read_origin(row.get("origin")) for _, row in self.sides(pair)]
        days = [self.now.day(one.day) if one and one.day else self.say("differ.nothing") for one in counts]
        readings = [(one and one.readings) or self.say("differ.by_default") for one in counts]
        for key, told in (("decisive", days), ("readings", readings)):
            if told[0] != told[1]:
                yield self.apart(key, *told)

    def sides(self, pair: Pair) -> Iterator[tuple[Sentences, Json]]:
        return zip((self.was, self.now), (pair.before, pair.after), strict=True)

    def apart(self, key: str, was: str, now: str, **details: object) -> Part:
        name = self.say(f"differ.row_{key}", **details)
        return Part(self.say("differ.field", name=name, change=self.change(was, now)))

    def reading(self, pair: Pair) -> Part:
        nothing = self.say("differ.nothing")
        question = self.now.policy.readings.get(pair.name) or self.was.policy.readings.get(pair.name)
        told = self.say(
            "differ.reading", name=pair.name, change=self.change(pair.before or nothing, pair.after or nothing)
        )
        return Part(told, parts=(Part(self.now.text(question.question), fine=True),) if question else ())

    def rules(self) -> Iterator[Part]:
        if self.found.before["policy"]["digest"] != self.found.after["policy"]["digest"] and (
            self.found.before["year"] == self.found.after["year"]
        ):
            yield Part(self.say("differ.other_rules"))
        for pair in self.found.rules:
            yield Part(self.rule(pair))

    def rule(self, pair: Pair) -> str:
        nothing = self.say("differ.nothing")
        if pair.name == "point_value":
            return self.say(
                "differ.rule_value", change=self.change(self.now.euros(pair.before), self.now.euros(pair.after))
            )
        if isinstance(pair.before, dict) and isinstance(pair.after, dict):
            return self.say(
                "differ.rule_asks", label=self.titled(pair.name, pair.after, self.now), change=self.asked(pair)
            )
        if isinstance(pair.before, dict):
            return self.say(f"differ.rule_only_{self.names[0]}", label=self.titled(pair.name, pair.before, self.was))
        if isinstance(pair.after, dict):
            return self.say(f"differ.rule_only_{self.names[1]}", label=self.titled(pair.name, pair.after, self.now))
        points = [nothing if one is None else self.now.amount(one, "points") for one in (pair.before, pair.after)]
        return self.say("differ.rule_weight", label=self.now.claim(pair.name), change=self.change(*points))

    def titled(self, at: str, leaf: Json, words: Sentences) -> str:
        """The title of what a leaf belongs to, and its own."""
        label, claim = words.label(leaf) if at in words.nodes else at, words.claim(at)
        return label if label == claim else self.say("differ.field", name=claim, change=label)

    def asked(self, pair: Pair) -> str:
        if pair.before["kind"] == pair.after["kind"] == "rate":
            return self.change(self.was.threshold(pair.before["asks"]), self.now.threshold(pair.after["asks"]))
        return self.say("differ.otherwise")

    # --- effects --------------------------------------------------------------------------------------------------

    def effects(self) -> Iterator[Part]:
        parts = [self.effect(one) for one in self.found.effects] or list(self.without_effect())
        yield Part(self.say("differ.effects"), parts=tuple(parts))
        if not self.causes:
            wrong = list(differences(without_engine(self.found.before), without_engine(self.found.after)))
            told = each(wrong, Statements(self.now.lang, self.now.policy), "differs")
            yield Part(self.say("differ.statements"), parts=tuple(told))

    def without_effect(self) -> Iterator[Part]:
        """What is said where every indicator and component comes out alike."""
        if all(self.found.before[unit] == self.found.after[unit] for unit in ("points", "euros")):
            yield Part(self.say("differ.none"))
        else:
            yield Part(self.say("differ.totals_alone" if self.causes else "differ.unexplained"))

    def effect(self, one: Effect) -> Part:
        outcomes = [self.outcome(each) for each in (one.before, one.after)]
        told = self.change(*outcomes) if outcomes[0] != outcomes[1] else outcomes[1]
        mark: Mark = one.after["outcome"]
        if "points_paid" in one.after:
            worth = self.gap(one.before["points_paid"], one.after["points_paid"], "points")
        else:
            worth = self.gap(one.before["euros"]["paid"], one.after["euros"]["paid"], "euros")
        told = self.say("compare.brings", change=told, worth=worth)
        parts = tuple(map(self.turned, one.turned))
        if not parts and one.before.get("points_attained") == one.after.get("points_attained"):
            parts = (Part(self.say("differ.cause_prerequisite"), fine=True),)
        return Part(self.now.claim(one.after["id"]), mark, told, parts=parts)

    def outcome(self, one: Json) -> str:
        if one.get("how") in ("exemption", "neutralisation"):
            return self.say(f"how.{one['how']}")
        word = self.say(f"outcome.{one['outcome']}")
        why = self.say(f"reason.{one['reason']}") if one.get("reason") else ""
        why = self.say(f"unknown.{one['unknown']}") if one.get("unknown") else why
        return self.say("compare.why", outcome=word, why=why) if why else word

    def turned(self, one: Turned) -> Part:
        verdicts = (self.say(f"verdict.{each['verdict']}") for each in (one.before, one.after))
        causes = (
            self.now.joined([self.say(f"differ.cause_{cause}") for cause in one.causes], "and") if one.causes else ""
        )
        label = self.now.label(one.after) if one.after["at"] in self.now.nodes else one.after["at"]
        told = self.say("differ.turned", label=label, change=self.change(*verdicts))
        sights = (("before_found", self.was, one.before), ("after_found", self.now, one.after))
        found = {key: list(words.found(leaf)) for key, words, leaf in sights}
        # Where only the day is another, what was found is the same but for what is still awaited.
        shown = {key: (lines[-1:] if one.causes == ("day",) else lines[:1]) for key, lines in found.items()}
        parts = [Part(self.say(f"differ.{key}", found=line)) for key, lines in shown.items() for line in lines]
        return Part(told, one.after["verdict"], causes, parts=tuple(parts))

    # --- shares ---------------------------------------------------------------------------------------------------

    def shares(self) -> Iterator[Part]:
        told = []
        for cause, was, now in self.found.shares:
            points, euros = (self.gap(was[unit]["paid"], now[unit]["paid"], unit) for unit in ("points", "euros"))
            told.append(
                Part(self.say(f"differ.share_{cause}"), aside=self.say("compare.worth", points=points, euros=euros))
            )
        if told:
            yield Part(self.say("differ.shares"), parts=tuple(told))


def _undated(row: Json) -> Json:
    return {key: value for key, value in row.items() if key != "recorded_on"}
