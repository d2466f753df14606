"""A doctor to check, decided again from the dossier as `explain` would, with what there is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from engine.control.drawing import Drawn
from engine.control.frame import CENTS, Frame
from engine.control.stakes import Stakes, stakes
from engine.decision import decide, judge
from engine.dispute.contradictions import Contradiction, contradictions
from engine.dispute.pricing import alternatives
from engine.dossier import Value, read_dossier
from engine.loading import PolicyFiles
from engine.network import EngineFault
from engine.policy import Policy
from engine.standing import standing_on
from engine.yamltext import Page

Rank = tuple[int, str]


class Target(Struct, frozen=True, kw_only=True):
    """A doctor to check: who it is, what is paid, of which stratum by what chance, and what the dossier tells.

    `chance` is None where none was given: to those with most at stake. `readings` are the other readings that would
    change the decision, each with its option.
    """

    doctor: str
    name: str | None
    fields: Mapping[str, Value]
    departments: tuple[str, ...]
    points: Decimal
    paid: Decimal
    stratum: tuple[str, ...]
    chance: Fraction | None
    stakes: Stakes
    contradictions: tuple[Contradiction, ...]
    readings: tuple[tuple[str, str], ...]

    @property
    def euros(self) -> Decimal:
        """What would be lost if all that rests on a declaration alone were refuted."""
        return self.stakes.together.euros


class Targeting(Struct, frozen=True):
    """What doctors are decided under, and among whom; `only` names the items looked at (none: all)."""

    files: PolicyFiles
    policy: Policy
    as_of: date
    among: Frame
    only: tuple[str, ...]

    def rank(self, page: Page) -> Rank:
        """What doctors are ranked by: those with most at stake come first, then those of the smallest numbers."""
        decision = judge(self.policy, read_dossier(page, self.policy), self.as_of)
        return (-_cents(stakes(decision, self.only)), decision.dossier.doctor)

    def target(self, page: Page, drawn: Drawn | None) -> Target:
        """A doctor of a stratum, or of none. Raises EngineFault: more is at stake than the run's columns allow."""
        decision = decide(self.policy, read_dossier(page, self.policy), self.as_of)
        dossier, beside = decision.dossier, (one.paid.least for one in decision.components)
        found = stakes(decision, self.only)
        if _cents(found) > self.among.most_of(dossier.doctor):
            raise EngineFault(f"{dossier.doctor}: {_cents(found)} ≠ {self.among.most_of(dossier.doctor)}")
        locations = standing_on(dossier, self.policy, self.as_of).locations(self.as_of)
        return Target(
            doctor=dossier.doctor,
            name=dossier.name,
            fields=dossier.fields,
            departments=tuple(sorted({row.name for row in locations})),
            points=decision.paid.least,
            paid=sum(beside, decision.euros(decision.paid).least),
            stratum=drawn.key if drawn else (),
            chance=drawn.chance if drawn else None,
            stakes=found,
            contradictions=tuple(contradictions(decision)),
            readings=tuple((one.reading, one.option) for one in alternatives(self.files, page, decision)),
        )


def _cents(found: Stakes) -> int:
    return int(found.together.euros * CENTS)
