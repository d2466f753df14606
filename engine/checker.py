"""A record decided again from what its conditions saw: a second pair of eyes, which imports nothing of the engine.

`decided_again` takes a record valid under `schemas/decision.schema.json` and gives what it would say if only the
verdicts of its leaves were known: every gate, exemption, neutralisation and outcome, every point, euro and total.
`engine/checking` does the same for what the leaves saw and for why. What a record says of other readings, of changes
not made and of facts that came later needs the policy: of these, only the euros are worked out again.

Raises what Python raises where a record makes no sense: a condition that hangs on itself, or on none that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from json import dumps
from math import prod
from typing import Any

Json = dict[str, Any]
Amount = tuple[Decimal, Decimal]
Answers = Mapping[str, int]
NONE: Answers = {}
UNMET, UNKNOWN, MET = 0, 1, 2
WORDS = ("unmet", "unknown", "met")
GATES = ("all", "any", "not", "exempt")
MOST_QUESTIONS, MOST_WAYS = 10, 4096
NOTHING = (Decimal(0), Decimal(0))
LEFT_ALONE = ("asks", "saw", "missing")
SUMS = ("paid", "attained", "possible")


def decided_again(record: Json) -> Json:
    """The record as the verdicts of its leaves, its weights and its day give it."""
    return Decided(record).again()


class Decided:
    """Decides a record again. A claim is a condition of the record's form: an indicator's, a volet's."""

    def __init__(self, record: Json) -> None:
        self.record, self.today = record, record["as_of"]
        self.value = Decimal(record["policy"]["point_value"])
        self.indicators = {one["id"]: one for one in record["indicators"]}
        own = {
            one["id"]: [each for each in record["indicators"] if each["volet"] == one["id"]]
            for one in record["volets"]
        }
        self.volets, self.settled = own, dict[tuple[str, frozenset[tuple[str, int]]], int]()
        self.eligible = self.verdict(record["eligible"]["tree"])

    def again(self) -> Json:
        record = self.record
        volets = [self.volet(one) for one in record["volets"]]
        points = {key: total([pair(one["points"][key]) for one in volets]) for key in SUMS}
        names = [one["id"] for volet in record["volets"] for one in self.volets[volet["id"]]]
        return {
            **record,
            "eligible": {"verdict": WORDS[self.eligible], "tree": self.within(record["eligible"]["tree"])},
            "volets": volets,
            "indicators": [self.indicator(self.indicators[name]) for name in names],
            "components": [self.component(one) for one in record["components"]],
            "points": {key: plain(amount) for key, amount in points.items()},
            "euros": {key: self.in_euros(plain(amount)) for key, amount in points.items()},
            "contested": [self.priced(one) for one in record["contested"]],
            "later": record["later"] and self.priced(record["later"]),
        }

    def priced(self, other: Json) -> Json:
        return {**other, "euros": {key: self.in_euros(other["points"][key]) for key in SUMS}}

    def in_euros(self, points: Any) -> Any:
        least, most = pair(points)
        return plain((least * self.value, most * self.value))

    def missing(self, shortfalls: list[Json]) -> list[Json]:
        return [{**one, "euros": self.in_euros(one["points"])} for one in shortfalls]

    # --- conditions -------------------------------------------------------------------------------------------------

    def verdict(self, node: Json, answers: Answers = NONE) -> int:
        """The verdict of a condition, as its leaves are or as unknown ones are `answered`."""
        below = [self.verdict(child, answers) for child in node.get("of", ())] if node["kind"] in GATES else []
        match node["kind"]:
            case "all":
                return min(below, default=MET)
            case "any" | "exempt":
                return max(below, default=UNMET)
            case "not":
                return MET - below[0]
            case "outcome":
                key = (node["asks"]["outcome"], frozenset(answers.items()))
                if key not in self.settled:
                    self.settled[key] = self.verdict(self.claim(key[0]), answers)
                return self.settled[key]
            case _:
                own = WORDS.index(node["verdict"])
                return answers.get(question(node), own) if own == UNKNOWN else own

    def claim(self, name: str) -> Json:
        """What must be met for an indicator to be granted, or for a volet to be reached."""
        if name in self.indicators:
            return fold(self.indicators[name], ("met",))
        return {"kind": "all", "of": [fold(one, ("met", "removed")) for one in self.volets[name]]}

    def below(self, node: Json) -> list[Json]:
        return [self.claim(node["asks"]["outcome"])] if node["kind"] == "outcome" else node.get("of", [])

    def within(self, part: Any) -> Any:
        """A part of the record with the verdict of every condition in it, under the readings the record takes."""
        if isinstance(part, list):
            return [self.within(one) for one in part]
        if not isinstance(part, dict):
            return part
        again = {key: value if key in LEFT_ALONE else self.within(value) for key, value in part.items()}
        if "readings" in part:
            again["readings"] = {name: self.record["readings"].get(name) for name in part["readings"]}
        return {**again, "verdict": WORDS[self.verdict(part)]} if "at" in part else again

    def opened(self, part: Json) -> int:
        """Whether what a volet or a component comes to is paid."""
        return min(self.eligible, self.verdict(part["gate"]) if part["gate"] else MET)

    # --- points -----------------------------------------------------------------------------------------------------

    def weighed(self, weight: Any, answers: Answers = NONE) -> Amount:
        """What a weight comes to: of two, either while it is not known which."""
        if not isinstance(weight, dict):
            return pair(weight or "0")
        then, otherwise = self.weighed(weight["then"], answers), self.weighed(weight["else"], answers)
        either = (min(then[0], otherwise[0]), max(then[1], otherwise[1]))
        return (otherwise, either, then)[self.verdict(weight["when"], answers)]

    def attained(self, one: Json, answers: Answers = NONE) -> Amount:
        return given(self.weighed(one["weight"], answers), self.verdict(fold(one, ("met",)), answers))

    def possible(self, one: Json, answers: Answers = NONE) -> Amount:
        out = self.verdict(fold({**one, "tree": NOWHERE}, ("removed",)), answers)
        return given(self.weighed(one["weight"], answers), MET - out)

    def together(self, ones: Sequence[Json], measured: Callable[..., Amount]) -> Amount:
        """The least and the most of several indicators, those that hang on one unknown question taken together."""
        settled = total([amount for one in ones if settles(amount := measured(one))])
        groups: list[tuple[set[str], list[Json]]] = []
        for one in ones:
            if not settles(measured(one)):
                asked = set(self.questions(one))
                touching = [group for group in groups if group[0] & asked]
                groups = [group for group in groups if group not in touching]
                joined = [other for group in touching for other in group[1]]
                groups.append((asked.union(*(group[0] for group in touching)), [*joined, one]))
        return total([settled, *(self.completed(*group, measured) for group in groups)])

    def completed(self, asked: set[str], ones: list[Json], measured: Callable[..., Amount]) -> Amount:
        if not asked or len(asked) > MOST_QUESTIONS:
            return total([measured(one) for one in ones])
        answered = [dict(zip(asked, way, strict=True)) for way in product((UNMET, MET), repeat=len(asked))]
        sums = [total([measured(one, answers) for one in ones]) for answers in answered]
        return min(least for least, _ in sums), max(most for _, most in sums)

    def questions(self, indicator: Json) -> Iterator[str]:
        """The unknown questions on which the outcome or the weight of an indicator hangs."""
        pending = [indicator["tree"], *(step["when"] for step in indicator["neutralisations"])]
        weights, named = [indicator["weight"]], set()
        while weights:
            weight = weights.pop()
            if isinstance(weight, dict):
                pending.append(weight["when"])
                weights += [weight["then"], weight["else"]]
        while pending:
            node = pending.pop()
            if node["kind"] != "outcome":
                pending += node.get("of", ())
                if node["kind"] not in GATES and node["verdict"] == "unknown":
                    yield question(node)
            elif node["asks"]["outcome"] not in named:
                named.add(node["asks"]["outcome"])
                pending += self.below(node)

    def volet(self, volet: Json) -> Json:
        own, reached = self.volets[volet["id"]], self.verdict(self.claim(volet["id"]))
        if volet["pays"] == "block":
            possible = self.weighed(volet["weight"])
            attained = given(possible, reached)
        else:
            possible, attained = (self.together(own, measured) for measured in (self.possible, self.attained))
        return {
            **self.within(volet),
            "verdict": WORDS[reached],
            "points": sums(given(attained, self.opened(volet)), attained, possible),
            "missing": self.missing(volet["missing"]),
        }

    def indicator(self, one: Json) -> Json:
        volet = next(volet for volet in self.record["volets"] if volet["id"] == one["volet"])
        granted = self.verdict(fold(one, ("met",)))
        out = self.verdict(fold({**one, "tree": NOWHERE}, ("removed",)))
        uncertain = "refused" if granted == out == UNMET else "undetermined"
        attained = self.together([one], self.attained)
        return {
            **self.within(one),
            "outcome": "granted" if granted == MET else "out_of_play" if out == MET else uncertain,
            "points_possible": plain(self.together([one], self.possible)),
            "points_attained": plain(attained),
            "points_paid": plain(given(attained, self.opened(volet))),
            "missing": self.missing(one["missing"]),
        }

    def component(self, one: Json) -> Json:
        """Paid period by period: the complement to what earlier ones paid, or nothing after any payment."""
        ended = [period for period in one["periods"] if period["ends"].get("to", self.today + "~") <= self.today]
        reached = [self.reached(period) for period in ended]
        if prod(map(len, reached)) > MOST_WAYS:
            raise ValueError("too many ways of being paid")
        ways = [due(one["pays"], way) for way in product(*reached)]
        attained = between([sum(way, Decimal(0)) for way in ways])
        due_for = {period["id"]: between([way[n] for way in ways]) for n, period in enumerate(ended)}
        uncertain = "undetermined" if attained[1] > 0 or len(ended) < len(one["periods"]) else "refused"
        most = max(Decimal(tier["euros"]) for period in one["periods"] for tier in period["tiers"])
        return {
            **self.within(one),
            "outcome": "granted" if attained[0] > 0 else uncertain,
            "euros": sums(given(attained, opened := self.opened(one)), attained, (most, most)),
            "periods": [self.period(period, due_for.get(period["id"]), opened) for period in one["periods"]],
        }

    def reached(self, period: Json) -> list[Decimal]:
        """The amounts of the tiers that may be the highest reached."""
        tiers = [(self.verdict(tier["tree"]), Decimal(tier["euros"])) for tier in period["tiers"]]
        certain = max((euros for verdict, euros in tiers if verdict == MET), default=Decimal(0))
        return [certain, *(euros for verdict, euros in tiers if verdict == UNKNOWN and euros > certain)]

    def period(self, period: Json, attained: Amount | None, opened: int) -> Json:
        met = [tier["id"] for tier in period["tiers"] if self.verdict(tier["tree"]) == MET]
        return {
            **self.within(period),
            "pending": attained is None,
            "tier": met[-1] if met and attained is not None else None,
            "attained": plain(attained or NOTHING),
            "paid": plain(given(attained or NOTHING, opened)),
        }


NOWHERE: Json = {"kind": "any", "of": []}
"""A condition that nothing meets."""


def fold(indicator: Json, counted: tuple[str, ...]) -> Json:
    """An indicator as a condition: the first of its neutralisations that holds decides, and after them its tree."""
    node: Json = indicator["tree"]
    for step in reversed(indicator["neutralisations"]):
        lifted: Json = step["when"]
        unless = {"kind": "all", "of": [{"kind": "not", "of": [lifted]}, node]}
        node = {"kind": "any", "of": [lifted, node]} if step["as"] in counted else unless
    return node


def question(leaf: Json) -> str:
    """What a leaf asks, wherever it stands: leaves that ask the same get the same answer."""
    return dumps([leaf["kind"], leaf.get("asks")], sort_keys=True)


def due(pays: str, reached: Sequence[Decimal]) -> list[Decimal]:
    paid: list[Decimal] = []
    for euros in reached:
        before = sum(paid, Decimal(0))
        paid.append(max(Decimal(0), euros - before) if pays == "complement" or not before else Decimal(0))
    return paid


def pair(amount: Any) -> Amount:
    least, most = (amount["from"], amount["to"]) if isinstance(amount, dict) else (amount, amount)
    return Decimal(least), Decimal(most)


def plain(amount: Amount) -> Any:
    least, most = (format(end, "f").rstrip("0").rstrip(".") if end % 1 else format(end, ".0f") for end in amount)
    return least if settles(amount) else {"from": least, "to": most}


def sums(paid: Amount, attained: Amount, possible: Amount) -> Json:
    return {"paid": plain(paid), "attained": plain(attained), "possible": plain(possible)}


def settles(amount: Amount) -> bool:
    return amount[0] == amount[1]


def between(values: Sequence[Decimal]) -> Amount:
    return min(values), max(values)


def total(amounts: Sequence[Amount]) -> Amount:
    return sum((least for least, _ in amounts), Decimal(0)), sum((most for _, most in amounts), Decimal(0))


def given(amount: Amount, verdict: int) -> Amount:
    """The amount if the condition is met, nothing if not, anything between while it is not known."""
    return (NOTHING, (min(Decimal(0), amount[0]), amount[1]), amount)[verdict]
