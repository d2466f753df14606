"""An estimate in words: what was found, what it stands for, within which bounds; and stratum by stratum."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from engine.control.estimate import Estimated
from engine.control.estimate_record import euros, nearest
from engine.control.estimating import Estimate
from engine.control.plan_told import Told
from engine.control.planned import Layer
from engine.control.strata_told import StrataTold
from engine.telling.phrases import Phrases
from engine.telling.sheets import Row, Sheet

PERMILLE = 1000
TENTH = Decimal("0.1")


def told(made: Estimated, phrases: Phrases) -> Told:
    """The estimate."""
    return _Teller(made, phrases).whole()


class _Teller:
    def __init__(self, made: Estimated, phrases: Phrases) -> None:
        self.made, self.phrases, self.say = made, phrases, phrases.say
        self.manifest = made.planned.manifest
        self.named = StrataTold(phrases, self.manifest.by, self.manifest.bands)

    def whole(self) -> Told:
        title = self.say("control_estimate.title", title=self.phrases.text(self.made.policy.title))
        return Told(title, tuple(self.lines()), (self.strata(),) if len(self.made.strata) > 1 else ())

    def lines(self) -> Iterator[str]:
        made, number = self.made, self.phrases.number
        drawn, everyone = len(made.planned.doctors), self.manifest.population.open
        if not everyone:
            yield self.say("control_plan.nobody")
            return
        if self.manifest.items:
            names = self.phrases.joined([self.phrases.item(item) for item in self.manifest.items], "and")
            yield self.say("control_plan.only", items=names)
        yield self.say("control_estimate.drawn", drawn=number(drawn), doctors=number(everyone))
        found = {"euros": self.euros(made.cents.found), "doctors": number(int(made.doctors.found))}
        yield self.say("control_estimate.found", **found)
        if drawn == everyone:
            yield self.say("control_estimate.everyone")
            return
        total, share = self.total(), self.share()
        yield self.say("control_estimate.total_bounded" if "low" in total else "control_estimate.total", **total)
        yield self.say("control_estimate.share_bounded" if "low" in share else "control_estimate.share", **share)
        if "low" in total or "low" in share:
            yield self.say("control_estimate.rough")
        if not ("low" in total and "low" in share):
            yield self.say("control_estimate.unbounded")

    def total(self) -> dict[str, str]:
        """What was wrongly paid to all, and what it is between."""
        cents = self.made.cents
        bounds = {"total": cents.total, "low": cents.low, "high": cents.high}
        told = {name: self.euros(bound) for name, bound in bounds.items() if bound is not None}
        return {"doctors": self.phrases.number(self.manifest.population.open), **told}

    def share(self) -> dict[str, str]:
        """The doctors concerned as a share of all, and what it is between, the bounds rounded apart."""
        found, everyone = self.made.doctors, self.manifest.population.open
        tenths = {"share": nearest(PERMILLE * found.total / everyone)}
        if found.low is not None and found.high is not None:
            tenths |= {"low": PERMILLE * found.low // everyone, "high": -(-PERMILLE * found.high // everyone)}
        return {
            name: self.say("value.percent", value=self.phrases.number(one * TENTH)) for name, one in tenths.items()
        }

    def euros(self, cents: Fraction | int) -> str:
        return self.phrases.euros(euros(cents))

    def strata(self) -> Sheet:
        names = ("stratum", "doctors", "drawn", "found", "total")
        heads = tuple(self.say(f"control_estimate.head_{name}") for name in names)
        rows = tuple(self.stratum(layer, one) for layer, one in self.made.strata.items())
        return Sheet(self.say("control_plan.strata"), heads, rows)

    def stratum(self, layer: Layer, one: Estimate) -> Row:
        counts = (self.phrases.number(layer.doctors), self.phrases.number(layer.drawn))
        return Row(self.named.key(layer.key), (*counts, self.euros(one.found), self.euros(one.total)))
