"""What was missing, as the letter says it: in full, what would have been enough as well, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.dispute.mending import ANYTHING
from engine.telling.letter_parts import Block, Items, Line, Text
from engine.telling.missing import change, missing
from engine.telling.parts import Part
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences

BEARING = ("document", "finding", "declaration", "fact", "measure")
"""What a change bears on, from what a doctor can best act on."""


class Lacking(Sentences):
    """Says what was missing in blocks of a letter."""

    def labelled(self, label: str, text: str) -> str:
        return self.say("letter.labelled", label=self.say(f"letter.{label}"), text=text)

    def items(self, label: str, parts: Iterable[Part]) -> list[Block]:
        """A labelled list of parts; nothing where there are none."""
        lines = tuple(self.flat(parts))
        return [Items(self.say(f"letter.{label}"), lines)] if lines else []

    def flat(self, parts: Iterable[Part], depth: int = 0) -> Iterator[Line]:
        for part in parts:
            text = self.say("letter.aside", text=part.text, aside=part.aside) if part.aside else part.text
            yield Line(text, depth)
            yield from self.flat(part.parts, depth + 1)

    def lacking(self, one: Json) -> set[str]:
        """What the explanation says was missing, which the letter tells in its own way."""
        known = one.get("missing", ())
        return {part.text for full in (True, False) for part in missing(self, known, full=full)}

    def lacked(self, shortfalls: Sequence[Json]) -> Iterator[Block]:
        """The smallest change that would have been enough, in full, and the others of the same size in brief."""
        if not shortfalls:
            return
        first, *others = shortfalls
        if all(map(filed, first["changes"])):
            yield from self.items("lacked", [self.changed(one) for one in first["changes"]])
        else:
            (told,) = missing(self, [{**first, "points": "0"}], full=False)
            yield Items(told.text, tuple(self.flat(told.parts))) if told.parts else Text(told.text)
        if first["points"] != "0":
            points, euros = (self.amount(first[unit], unit) for unit in ("points", "euros"))
            yield Text(self.labelled("worth", self.say("letter.worth_value", points=points, euros=euros)))
        alike = self.apart([one for one in others if len(one["changes"]) == len(first["changes"])])
        yield from self.items("or_else", [Part(self.otherwise(one, first)) for one in alike])

    def apart(self, shortfalls: Sequence[Json]) -> list[Json]:
        """Shortfalls of which no two differ by the channel alone."""
        kept: dict[str, Json] = {}
        for one in shortfalls:
            rows = [each["after"] or each["before"] for each in one["changes"]]
            plain = [(row["name"], {**row["fields"], "channel": ""}) for row in rows]
            kept.setdefault(str(plain), one)
        return list(kept.values())

    def otherwise(self, one: Json, first: Json) -> str:
        """Another way that would have been enough: only what it asks otherwise, where it brings the same rows."""
        pairs = list(zip(one["changes"], first["changes"], strict=True))
        if not all(comparable(*pair) for pair in pairs):
            return self.told_in_brief(one)
        told = self.joined([self.apart_from(here, there) for here, there in pairs if here != there], "and")
        rest = any(here == there for here, there in pairs)
        return self.say("letter.rest_same", told=told) if rest else told

    def apart_from(self, here: Json, there: Json) -> str:
        """A row to bring that must hold what another must, but for what is said."""
        known = {self.particular(name, asked, there["after"]) for name, asked in there["wanted"].items()}
        told = {name: self.particular(name, asked, here["after"]) for name, asked in here["wanted"].items()}
        fresh = {name: particular for name, particular in told.items() if particular not in known}
        but = [particular for name, particular in fresh.items() if name in there["wanted"]]
        besides = [particular for name, particular in fresh.items() if name not in there["wanted"]]
        separator = self.say("missing.separator")
        key = "same" + "_but" * bool(but) + "_with" * bool(besides)
        details = {"row": self.brought(here), "but": separator.join(but), "besides": separator.join(besides)}
        return self.say(f"letter.{key}", **details)

    def told_in_brief(self, one: Json) -> str:
        if any(each["among"] for each in one["changes"]):
            (told,) = missing(self, [{**one, "points": "0"}], full=False)
            return self.joined([part.text for part in told.parts] or [told.text], "and")
        return self.joined([change(self, each) for each in one["changes"]], "and")

    def lacked_counts(self, one: Json) -> list[Line]:
        """By how much each tier of a component was missed."""
        labels = {each.id: each for component in self.policy.components for each in component.periods}
        lines = []
        for period in one.get("periods", ()):
            for tier, linked in zip(period["tiers"], labels[period["id"]].tiers, strict=True):
                count = tier["tree"].get("saw", {}).get("count", {})
                if tier["tree"]["verdict"] == "unmet" and int(count.get("missing", 0)):
                    measure = self.policy.vocabulary.measures[tier["tree"]["asks"]["measure"]]
                    missed = self.counted(int(count["missing"]), measure.numerator)
                    told = {"period": self.text(labels[period["id"]].label), "tier": self.text(linked.label)}
                    worth = self.euros(tier["euros"])
                    lines.append(Line(self.say("letter.tier_lacked", **told, euros=worth, missed=missed)))
        return lines

    def changed(self, one: Json) -> Part:
        """One change: a row to bring, with what it must hold under it, or a sentence."""
        after = one["after"]
        if not filed(one):
            return Part(change(self, one))
        wanted = [Part(self.particular(name, asked, after)) for name, asked in one["wanted"].items()]
        return Part(self.brought(one), parts=tuple(wanted))

    def brought(self, one: Json) -> str:
        """The row that a change brings, or sets right."""
        return self.to_bring(one["after"]) if one["before"] is None else self.row_name(one["after"])

    def particular(self, name: str, asked: Json, row: Json) -> str:
        """What one field must hold; what must agree with the doctor's own statement is given as it was declared."""
        if "mine" in asked and row["fields"].get(name) == ANYTHING:
            return self.say("letter.own_to_declare", field=self.field(name), item=self.item(asked["item"]))
        if "mine" in asked:
            value = self.value(name, row["fields"].get(name), row["name"])
            return self.say("letter.own", field=self.field(name), value=value)
        return self.say("missing.field", field=self.field(name), expected=self.tests(asked, row["name"]))

    def acting(self, one: Json) -> str:
        """What the doctor can do about a part, by what would have had to change."""
        if one["outcome"] == "undetermined":
            return "open"
        changes = [each for shortfall in one.get("missing", ())[:1] for each in shortfall["changes"]]
        types = {(each["after"] or each["before"])["type"] for each in changes}
        if not changes and "periods" in one:
            types = {"measure"}
        if {"document", "declaration"} <= types:
            return "both"
        return next((kind for kind in BEARING if kind in types), "none")


def filed(change: Json) -> bool:
    """Whether a change is a paper or a declaration to bring, or to set right."""
    return change["after"] is not None and change["after"]["type"] in ("document", "declaration")


def comparable(here: Json, there: Json) -> bool:
    """Whether a row to bring must hold all that another must, and can be told by what it must hold otherwise."""
    if not (filed(here) and filed(there)) or here["after"]["type"] != there["after"]["type"]:
        return False
    return bool(there["wanted"].keys() <= here["wanted"].keys())
