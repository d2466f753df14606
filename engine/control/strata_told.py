"""What the doctors of a stratum have in common, in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from engine.control.strata import OTHERS, TOGETHER, UNKNOWN, Field
from engine.telling.phrases import Phrases


class StrataTold:
    """Names the strata of a plan, made `by` these; `bands` are where those of the stakes begin."""

    def __init__(self, phrases: Phrases, by: Sequence[Field], bands: Sequence[Decimal]) -> None:
        self.phrases, self.by, self.bands = phrases, by, bands

    def key(self, key: tuple[str, ...]) -> str:
        """What the doctors of a stratum have in common."""
        pairs = zip(self.by, key, strict=True)
        whole = self.phrases.say("missing.separator").join(self.part(name, value) for name, value in pairs)
        return whole[:1].upper() + whole[1:]

    def part(self, name: str, value: str) -> str:
        phrases = self.phrases
        if value in (OTHERS, UNKNOWN):
            return self.phrases.say(f"control_plan.{name}_{'others' if value == OTHERS else 'unknown'}")
        match name:
            case "group":
                titles = [phrases.text(phrases.policy.tables[one].title) for one in value.split(TOGETHER) if one]
                return phrases.joined(titles, "and") if titles else self.phrases.say("control_plan.group_none")
            case "specialty":
                return phrases.value("specialty", value)
            case "department":
                return self.phrases.say("control_plan.department", value=value)
            case _:
                return self.band(int(value))

    def band(self, place: int) -> str:
        """What the doctors of a band have at stake."""
        bounds = [self.phrases.euros(str(one)) for one in self.bands]
        if not bounds:
            return self.phrases.say("control_plan.band_all")
        if place == 0:
            return self.phrases.say("control_plan.band_first", below=bounds[0])
        if place == len(bounds):
            return self.phrases.say("control_plan.band_last", least=bounds[-1])
        return self.phrases.say("control_plan.band", least=bounds[place - 1], below=bounds[place])
