"""What is contested: the other readings that would change a decision, priced, and all those it rests on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any as Anything

from engine.policy import Reading
from engine.telling.parts import Part, each_line
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences, every

CONTRADICTING = ("choice", "channel", "declared_on", "numerator", "denominator", "value", "outcome")


def contradicted(words: Sentences, record: Json) -> list[Part]:
    """What disagrees among the facts, with where each came from."""
    parts = []
    for one in record["contradictions"]:
        rows = [words.row(row, CONTRADICTING) for row in one["rows"]]
        parts.append(Part(words.say(f"contradiction.{one['kind']}"), "unknown", parts=each_line(rows)))
    return [Part(words.say("contradiction.title"), parts=tuple(parts))] if parts else []


def later(words: Sentences, record: Json) -> list[Part]:
    """What came to be known after the day of the decision, and what it would have changed."""
    one = record["later"]
    if one is None:
        return []
    rows = each_line([words.row(row) for row in one["rows"]])
    effect = _Contested(words, record).effect(one, "later.price") or [words.say("later.nothing")]
    return [Part(words.say("later.title"), parts=(*rows, *each_line(effect)))]


def all_readings(words: Sentences, record: Json) -> Part:
    """Every reading of the policy: the option taken, the others, and what those that matter here would pay."""
    told = _Contested(words, record)
    parts = [told.reading(name) for name in sorted(words.policy.readings)]
    return Part(words.say("view.readings"), parts=tuple(parts))


def one_reading(words: Sentences, record: Json, name: str) -> Part:
    """One reading: the option taken, the others, and what those that matter here would pay."""
    return _Contested(words, record).reading(name)


def one_reading_in_letter(words: Sentences, record: Json, name: str) -> Part:
    """One reading, without the names that the policy's files give to it and to its options."""
    return _Contested(words, record, named=False).reading(name)


def contested_in_letter(words: Sentences, record: Json, rests: Json) -> list[Part]:
    """The other readings of a record, then what those that `rests` rests on leave not computable; no name of them."""
    told = _Contested(words, record, named=False)
    return [*told.alternatives(), *told.not_computable(rests)]


def contested(words: Sentences, record: Json, *, full: bool) -> Part:
    """The other readings that would change the decision; in full, every reading it rests on too."""
    return _Contested(words, record).part(full=full)


class _Contested:
    def __init__(self, words: Sentences, record: Json, *, named: bool = True) -> None:
        self.words, self.record, self.policy, self.say = words, record, words.policy, words.say
        self.named = named

    def part(self, *, full: bool) -> Part:
        parts = self.alternatives() or [Part(self.say("view.uncontested"))]
        parts += self.not_computable(self.record)
        if full:
            rests = (self.reading(name) for name in self.rests_on(self.record))
            parts.append(Part(self.say("view.rests"), parts=tuple(rests)))
        return Part(self.say("view.contested"), parts=tuple(parts))

    def alternatives(self) -> list[Part]:
        """The options that are priced, what matters most first."""
        return [self.alternative(one) for one in sorted(self.record["contested"], key=self.stake)]

    def not_computable(self, rests: Json) -> list[Part]:
        """The options that cannot be priced of the readings that a record, or a part of it, rests on."""
        return [self.silent(name, option) for name in self.rests_on(rests) for option in self.unpriced(name)]

    def unpriced(self, name: str) -> list[str]:
        """The options of a reading that the texts make not computable."""
        return [option.name for option in self.policy.readings[name].options.values() if option.silent]

    def silent(self, name: str, option: str) -> Part:
        """An option that cannot be priced: what it says, and its bounds."""
        reading = self.policy.readings[name]
        return self.asked(reading, "view.reading_name", each_line([self.option(name, option)]), option)

    def asked(self, reading: Reading, key: str, parts: tuple[Part, ...], option: str = "") -> Part:
        """The question of a reading over what is said of it, with its name where names are told."""
        name = self.say(key, name=reading.id, option=option, contradiction=reading.contradiction)
        return Part(self.words.text(reading.question), aside=name if self.named else "", parts=parts)

    def stake(self, one: Json) -> tuple[Decimal, str, str]:
        """What matters most comes first: the greatest change of what is paid, components included."""
        beside = {each["id"]: each["euros"]["paid"] for each in self.record["components"]}
        changes = [abs(_least(one["euros"]["paid"]) - _least(self.record["euros"]["paid"]))]
        changes += [abs(_least(paid) - _least(beside[name])) for name, paid in one["components"].items()]
        return -sum(changes, Decimal(0)), one["reading"], one["option"]

    def alternative(self, one: Json) -> Part:
        reading, other = self.policy.readings[one["reading"]], one["option"]
        told = [
            self.taken(reading.id),
            self.option(reading.id, other),
            *self.effect(one),
        ]
        return self.asked(reading, "view.reading_name", each_line(told), other)

    def effect(self, one: Json, key: str = "view.price") -> list[str]:
        """What another decision would pay and change; nothing where it would be the same."""
        same = all(one[unit]["paid"] == self.record[unit]["paid"] for unit in ("points", "euros"))
        beside = {each["id"]: each["euros"]["paid"] for each in self.record["components"]}
        if same and not one["outcomes"] and one["components"] == beside:
            return []
        flips = [
            self.say("view.flip", title=self.words.claim(name), outcome=self.say(f"outcome.{outcome}"))
            for name, outcome in one["outcomes"].items()
        ]
        return [self.price(one, key), *flips]

    def price(self, one: Json, key: str) -> str:
        """What another decision would pay."""
        points, euros = (
            self.words.amount(one["points"]["paid"], "points"),
            self.words.amount(one["euros"]["paid"], "euros"),
        )
        beside = [
            self.say("view.price_beside", title=self.words.claim(name), euros=self.words.amount(paid, "euros"))
            for name, paid in one["components"].items()
            if paid != next(each["euros"]["paid"] for each in self.record["components"] if each["id"] == name)
        ]
        return self.say(key, points=points, euros=euros, beside="".join(beside))

    def rests_on(self, record: Json) -> list[str]:
        """Every reading that shaped the conditions and points of a record, or of a part of it."""
        trees = [record["eligible"]["tree"], *(one["tree"] for one in record["indicators"])]
        lifting = [step["when"] for one in record["indicators"] for step in one["neutralisations"]]
        gates = [volet["gate"] for volet in record["volets"] if volet["gate"]]
        tiers = [t["tree"] for c in record["components"] for p in c["periods"] for t in p["tiers"]]
        shaped = [node for tree in [*trees, *lifting, *gates, *tiers] for node in every(tree)]
        shaped += [*record["indicators"], *record["volets"], *record["components"]]
        of_findings = {name for name, _ in self.policy.findings_readings}
        return sorted({name for one in shaped for name in one["readings"]} | of_findings)

    def reading(self, name: str) -> Part:
        reading, taken = self.policy.readings[name], self.policy.choices[name]
        parts = [Part(self.taken(name))]
        for other in reading.options:
            if other != taken:
                priced = [one for one in self.record["contested"] if (one["reading"], one["option"]) == (name, other)]
                effect = [sentence for one in priced for sentence in self.effect(one)]
                parts.append(Part(self.option(name, other), parts=each_line(effect)))
        parts.append(Part(self.words.text(reading.why), fine=True))
        return self.asked(reading, "view.reading_id", tuple(parts))

    def taken(self, name: str) -> str:
        """The option taken of a reading."""
        taken = self.policy.choices[name]
        return self.say(f"{self.table}.reading_taken", option=taken, says=self.says(name, taken))

    @property
    def table(self) -> str:
        """Where the sentences are that name an option, or do without its name."""
        return "view" if self.named else "letter"

    def says(self, name: str, option: str) -> str:
        """What an option says, as a clause that a sentence can end."""
        return self.words.text(self.policy.readings[name].options[option].says).rstrip(".")

    def option(self, name: str, option: str) -> str:
        """Another option: what it says, who supports it, and what it could be worth if it cannot be computed."""
        other = self.policy.readings[name].options[option]
        support = self.words.joined([self.words.text(one.who) for one in other.support], "and")
        told = self.say(f"{self.table}.reading_other", option=option, says=self.says(name, option), support=support)
        if other.silent is None:
            return told
        least, most = other.silent.bounds
        key = "bounds" if most is not None else "bounds_open" if least else "bounds_unknown"
        ends = str(least) if most is None else {"from": str(least), "to": str(most)}
        worth = self.words.amount(ends, other.silent.unit)
        return f"{told} {self.say(f'view.{key}', why=self.words.text(other.silent.why), worth=worth)}"


def _least(amount: Anything) -> Decimal:
    return Decimal(amount["from"] if isinstance(amount, dict) else amount)
