"""A plan in words: who was drawn and how, what may be concluded from them and what not, and tables of figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from engine.amount import ZERO
from engine.control.drawing import Drawn, margin
from engine.control.plan import Plan
from engine.control.stakes import OPEN
from engine.control.strata_told import StrataTold
from engine.control.target import Target
from engine.telling.phrases import Phrases
from engine.telling.sheets import Row, Sheet

TENTH = Decimal("0.1")


class Told(Struct, frozen=True):
    """A plan ready to be drawn: its title, sentences, and tables."""

    title: str
    lines: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def told(plan: Plan, phrases: Phrases, shown: int | None) -> Told:
    """The plan; of its doctors so many are shown (None: all)."""
    return _Teller(plan, phrases).whole(shown)


class _Teller:
    def __init__(self, plan: Plan, phrases: Phrases) -> None:
        self.plan, self.phrases, self.say = plan, phrases, phrases.say
        self.strategy = plan.request.strategy.replace("-", "_")
        self.named = StrataTold(phrases, plan.request.by, plan.bands)

    def whole(self, shown: int | None) -> Told:
        phrases, plan = self.phrases, self.plan
        title = self.say(f"control_plan.title_{self.strategy}", title=phrases.text(plan.policy.title))
        sheets = [self.items(), *([self.strata()] if len(plan.strata) > 1 else []), self.doctors(shown)]
        return Told(title, tuple(self.lines()), tuple(sheet for sheet in sheets if sheet.rows))

    # --- sentences ----------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        phrases, plan = self.phrases, self.plan
        counts = plan.request.run.manifest.counts
        yield self.say("control_plan.read", read=phrases.number(counts.read), decided=phrases.number(counts.decided))
        if counts.quarantined:
            yield self.say("control_plan.quarantined", quarantined=phrases.number(counts.quarantined))
        if plan.request.only:
            names = phrases.joined([phrases.item(item) for item in plan.request.only], "and")
            yield self.say("control_plan.only", items=names)
        size, most = phrases.number(plan.frame.size), self.euros(plan.frame.total)
        if not plan.frame.size:
            yield self.say("control_plan.nobody")
            return
        yield self.say("control_plan.open", doctors=size, euros=most)
        drawn = phrases.number(len(plan.targets))
        yield self.say("control_plan.drawn", doctors=drawn, euros=self.euros(plan.euros))
        if len(plan.targets) == plan.frame.size:
            yield self.say("control_plan.everyone")
            return
        details = {"doctors": size, "drawn": drawn, "seed": plan.request.seed}
        yield self.say(f"control_plan.drawn_{self.strategy}", **details)
        if plan.strata:
            tenths = phrases.number(margin(plan.strata) * TENTH)
            yield self.say(f"control_plan.estimated_{self.strategy}", margin=tenths, **details)
        yield self.say("control_plan.not_estimated_" + ("chance" if plan.strata else self.strategy), **details)

    def euros(self, value: Decimal) -> str:
        return self.phrases.euros(str(value))

    # --- tables -------------------------------------------------------------------------------------------------

    def heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self.say(f"control_plan.head_{name}") for name in names)

    def items(self) -> Sheet:
        """What is to be checked: of each item that is open, how many doctors and how much."""
        found: dict[str, list[Target]] = {}
        for one in self.plan.targets:
            for stake in one.stakes.open:
                found.setdefault(stake.item, []).append(one)
        order = [item for item in self.plan.policy.vocabulary.items if item in found]
        rows = tuple(self.item(item, found[item]) for item in order)
        notes = (self.say("control_plan.note_items"),)
        return Sheet(self.say("control_plan.items"), self.heads("item", "doctors", "alone", "cascade"), rows, notes)

    def item(self, item: str, targets: list[Target]) -> Row:
        losses = [stake.loss for one in targets for stake in one.stakes.open if stake.item == item]
        alone = sum((one.euros_alone for one in losses), ZERO)
        whole = sum((one.euros for one in losses), ZERO)
        figures = (self.phrases.number(len(targets)), self.euros(alone), self.euros(whole))
        return Row(self.phrases.item(item), figures)

    def strata(self) -> Sheet:
        rows = tuple(self.stratum(one) for one in self.plan.strata)
        return Sheet(self.say("control_plan.strata"), self.heads("stratum", "doctors", "drawn", "weight"), rows)

    def stratum(self, one: Drawn) -> Row:
        weight = Decimal(one.chance.denominator) / one.chance.numerator
        figures = (Decimal(one.size), Decimal(len(one.doctors)), weight.quantize(TENTH))
        return Row(self.named.key(one.key), tuple(map(self.phrases.number, figures)))

    def doctors(self, shown: int | None) -> Sheet:
        rows = tuple(self.doctor(one) for one in self.plan.targets[:shown])
        left = len(self.plan.targets) - len(rows)
        notes = [self.say("control_plan.note_doctors")]
        notes += [self.say("control_plan.more", doctors=self.phrases.number(left))] if left else []
        heads = self.heads("doctor", "paid", "at_stake", "open", "contradictions")
        return Sheet(self.say("control_plan.doctors"), heads, rows, tuple(notes))

    def doctor(self, one: Target) -> Row:
        name = self.say("control_plan.doctor", number=one.doctor, name=one.name) if one.name else one.doctor
        opened = sum(stake.grade == OPEN for stake in one.stakes.items)
        counts = (self.phrases.number(opened), self.phrases.number(len(one.contradictions)))
        return Row(name, (self.euros(one.paid), self.euros(one.euros), *counts))
