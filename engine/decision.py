"""A policy, a dossier, a day → a Decision: outcomes, points and euros, derived twice and required to agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from engine.amount import NOTHING, Amount, total
from engine.claims import Claim, claims, removable
from engine.conditions import Node, Observed, walk
from engine.dossier import Dossier, Row
from engine.network import Derivation, Network, agree, compile_network
from engine.observation import GRADES, Grade, Observation, Reason, Unknown
from engine.observe import observe
from engine.policy import Branch, Component, Indicator, Period, Policy, Volet, Weight
from engine.reasons import How, awaited, grade, how_met, reason
from engine.standing import Standing
from engine.verdict import Verdict, all_of, derive

OutcomeWord = Literal["granted", "refused", "undetermined", "out_of_play"]


@dataclass(frozen=True, slots=True)
class IndicatorDecision:
    """What was decided of one indicator; its points are zero in a volet paid as a block."""

    indicator: Indicator
    outcome: OutcomeWord
    how: How | None
    grade: Grade | None
    reason: Reason | None
    unknown: Unknown | None
    possible: Amount
    attained: Amount
    paid: Amount


@dataclass(frozen=True, slots=True)
class VoletDecision:
    """What was decided of one volet: its own condition, its gate (met when it has none), and its points."""

    volet: Volet
    verdict: Verdict
    gate: Verdict
    possible: Amount
    attained: Amount
    paid: Amount
    indicators: tuple[IndicatorDecision, ...]


@dataclass(frozen=True, slots=True)
class PeriodDecision:
    """What one period of a component pays, in euros; `tier` is the highest reached for certain."""

    period: Period
    pending: bool
    tier: str | None
    attained: Amount
    paid: Amount


@dataclass(frozen=True, slots=True)
class ComponentDecision:
    """What was decided of a component, in euros; pending periods are outside the totals."""

    component: Component
    outcome: OutcomeWord
    gate: Verdict
    possible: Amount
    attained: Amount
    paid: Amount
    periods: tuple[PeriodDecision, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole: every verdict and observation by place, and what they pay."""

    policy: Policy
    dossier: Dossier
    as_of: date
    verdicts: Mapping[str, Verdict]
    observations: Mapping[str, Observation]
    derivation: Derivation
    volets: tuple[VoletDecision, ...]
    components: tuple[ComponentDecision, ...]
    later: tuple[Row, ...]

    @property
    def eligible(self) -> Verdict:
        return self.verdicts[self.policy.eligible.at]

    @property
    def indicators(self) -> tuple[IndicatorDecision, ...]:
        return tuple(indicator for volet in self.volets for indicator in volet.indicators)

    @property
    def possible(self) -> Amount:
        return total(volet.possible for volet in self.volets)

    @property
    def attained(self) -> Amount:
        return total(volet.attained for volet in self.volets)

    @property
    def paid(self) -> Amount:
        return total(volet.paid for volet in self.volets)

    def euros(self, points: Amount) -> Amount:
        """Points in euros, at the policy's value of the point."""
        return points * self.policy.point_value

    @property
    def grade(self) -> Grade | None:
        """The weakest grade of what is granted."""
        grades = [one.grade for one in self.indicators if one.outcome == "granted" and one.grade]
        return min(grades, key=GRADES.index, default=None)


def decide(policy: Policy, dossier: Dossier, as_of: date | None = None) -> Decision:
    """The decision on a dossier as it stood at the end of a day (default: the calendar's day of decision).

    Raises EngineFault when the two derivations do not both come to the same complete end.
    """
    day = as_of or policy.calendar["decision"].last or policy.calendar["year"].last
    assert day is not None, "linking requires a closed year"
    window = policy.calendar["campaign"].last
    standing = Standing(dossier, day, window, policy.not_produced)
    order, network = compiled(policy)
    observations = {
        node.at: observe(node, standing, policy)
        for _, tree in order
        for node in walk(tree)
        if isinstance(node, Observed)
    }
    leaves = {at: observation.verdict for at, observation in observations.items()}
    verdicts = derive(order, leaves)
    derivation = network.derive(leaves)
    agree(verdicts, derivation.verdicts)
    judge = _Judge(policy, verdicts, observations, day)
    return Decision(
        policy,
        dossier,
        day,
        verdicts,
        observations,
        derivation,
        tuple(judge.volet(volet) for volet in policy.volets),
        tuple(judge.component(component) for component in policy.components),
        standing.later,
    )


@lru_cache(maxsize=64)
def compiled(policy: Policy) -> tuple[tuple[Claim, ...], Network]:
    """The policy's claims in order, and their network, made once for each linked policy."""
    order = claims(policy)
    return order, compile_network(order)


class _Judge:
    """Turns verdicts into outcomes and amounts."""

    def __init__(
        self,
        policy: Policy,
        verdicts: Mapping[str, Verdict],
        observations: Mapping[str, Observation],
        as_of: date,
    ) -> None:
        self.policy, self.verdicts, self.observations, self.as_of = policy, verdicts, observations, as_of
        self.eligible = verdicts[policy.eligible.at]

    # --- points -------------------------------------------------------------------------------------------------

    def weight(self, weight: Weight | None) -> Amount:
        if weight is None:
            return NOTHING
        if not isinstance(weight, Branch):
            return Amount.of(weight)
        then, otherwise = self.weight(weight.then), self.weight(weight.otherwise)
        match self.verdicts[weight.when.at]:
            case Verdict.MET:
                return then
            case Verdict.UNMET:
                return otherwise
            case Verdict.UNKNOWN:
                return then.or_(otherwise)

    def volet(self, volet: Volet) -> VoletDecision:
        gate = Verdict.MET if volet.gate is None else self.verdicts[volet.gate.at]
        opened = all_of([self.eligible, gate])
        own = tuple(self.indicator(indicator, opened) for indicator in volet.indicators)
        verdict = self.verdicts[volet.id]
        block = self.weight(volet.weight)
        attained = block.if_(verdict) if volet.pays == "block" else total(one.attained for one in own)
        return VoletDecision(
            volet=volet,
            verdict=verdict,
            gate=gate,
            possible=block if volet.pays == "block" else total(one.possible for one in own),
            attained=attained,
            paid=attained.if_(opened),
            indicators=own,
        )

    def indicator(self, indicator: Indicator, opened: Verdict) -> IndicatorDecision:
        outcome, tree = self.outcome(indicator), indicator.when
        weight = self.weight(indicator.weight)
        attained = weight.if_(self.verdicts[indicator.id])
        how, basis = self.basis(indicator) if outcome == "granted" else (None, None)
        why = reason(tree, self.verdicts, self.observations) if outcome == "refused" else None
        return IndicatorDecision(
            indicator=indicator,
            outcome=outcome,
            how=how,
            grade=basis,
            reason=why,
            unknown=self.unknown(indicator) if outcome == "undetermined" else None,
            possible=weight.less(weight.if_(self.out_of_play(indicator))),
            attained=attained,
            paid=attained.if_(opened),
        )

    def out_of_play(self, indicator: Indicator) -> Verdict:
        return self.verdicts[f"{indicator.id}#out"] if removable(indicator) else Verdict.UNMET

    def outcome(self, indicator: Indicator) -> OutcomeWord:
        granted, out = self.verdicts[indicator.id], self.out_of_play(indicator)
        if granted is Verdict.MET:
            return "granted"
        if out is Verdict.MET:
            return "out_of_play"
        return "refused" if granted is out is Verdict.UNMET else "undetermined"

    def basis(self, indicator: Indicator) -> tuple[How, Grade | None]:
        if self.verdicts[indicator.when.at] is not Verdict.MET:
            return "neutralisation", None
        basis = grade(indicator.when, self.verdicts, self.observations, indicator.evidence)
        return how_met(indicator.when, self.verdicts), basis

    def unknown(self, indicator: Indicator) -> Unknown:
        doubtful = [step.when for step in indicator.neutralisations] + [indicator.when]
        return next(
            awaited(node, self.verdicts, self.observations)
            for node in reversed(doubtful)
            if self.verdicts[node.at] is Verdict.UNKNOWN
        )

    # --- components ---------------------------------------------------------------------------------------------

    def component(self, component: Component) -> ComponentDecision:
        gate = Verdict.MET if component.gate is None else self.verdicts[component.gate.at]
        opened = all_of([self.eligible, gate])
        periods: list[PeriodDecision] = []
        attained_before = paid_before = NOTHING
        for period in component.periods:
            one = self.period(component, period, attained_before, paid_before, opened)
            attained_before, paid_before = attained_before + one.attained, paid_before + one.paid
            periods.append(one)
        best = max(tier.euros for period in component.periods for tier in period.tiers)
        return ComponentDecision(
            component=component,
            outcome=_component_outcome(attained_before, periods),
            gate=gate,
            possible=Amount.of(best),
            attained=attained_before,
            paid=paid_before,
            periods=tuple(periods),
        )

    def period(
        self,
        component: Component,
        period: Period,
        attained_before: Amount,
        paid_before: Amount,
        opened: Verdict,
    ) -> PeriodDecision:
        last = period.ends.last
        if last is None or self.as_of < last:
            return PeriodDecision(period, True, None, NOTHING, NOTHING)
        reached, tier = NOTHING, None
        for step in period.tiers:
            met, amount = self.verdicts[step.when.at], Amount.of(step.euros)
            if met is Verdict.MET:
                reached, tier = amount, step.id
            elif met is Verdict.UNKNOWN:
                reached = reached.or_(amount)
        attained, paid = (_due(component.pays, reached, before) for before in (attained_before, paid_before))
        return PeriodDecision(period, False, tier, attained, paid.if_(opened))


def _due(pays: Literal["complement", "once"], reached: Amount, before: Amount) -> Amount:
    """What a period owes, given what earlier periods paid: the complement, or nothing after any payment."""
    if pays == "complement":
        return reached.less(before)
    if before.most == 0:
        return reached
    return NOTHING if before.least > 0 else NOTHING.or_(reached)


def _component_outcome(attained: Amount, periods: list[PeriodDecision]) -> OutcomeWord:
    if attained.least > 0:
        return "granted"
    return "undetermined" if attained.most > 0 or any(one.pending for one in periods) else "refused"


def tree_of(decision: Decision, indicator: str) -> Node:
    """The linked tree of an indicator, by its id."""
    return next(one.indicator.when for one in decision.indicators if one.indicator.id == indicator)
