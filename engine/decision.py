"""A policy, a dossier, a day → a Decision: outcomes, points and euros, derived twice and required to agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.amount import NOTHING, ZERO, Amount, total
from engine.claims import claims, hanging_on, leaves, out_of_play, removable
from engine.dossier import Dossier, Row
from engine.network import Derivation, Network, agree, compile_network
from engine.observation import GRADES, Grade, Observation, Reason, Unknown
from engine.observe import observe
from engine.policy import Branch, Component, Indicator, Period, Policy, Tier, Volet, Weight
from engine.ranges import Completions, Measured
from engine.reasons import How, Reasons
from engine.standing import Standing, standing_on
from engine.verdict import Verdict, all_of, derive, negate

Observations = Mapping[str, Observation]
Verdicts = Mapping[str, Verdict]
Settled = tuple[Standing, Observations, Verdicts]
NOT_SEEN: Observations = {}
OutcomeWord = Literal["granted", "refused", "undetermined", "out_of_play"]


class IndicatorDecision(Struct, frozen=True):
    """What was decided of one indicator; its points are zero in a volet paid as a block.

    Why is told when it is asked for: of the many decisions that are only compared, nobody asks.
    """

    indicator: Indicator
    outcome: OutcomeWord
    possible: Amount
    attained: Amount
    paid: Amount
    reasons: Reasons

    @property
    def how(self) -> How | None:
        """What a granted indicator was granted by."""
        if self.outcome != "granted":
            return None
        return self.reasons.how(self.indicator.when) if self._by_its_tree else "neutralisation"

    @property
    def grade(self) -> Grade | None:
        """The weakest evidence that a granted indicator rests on."""
        if self.outcome != "granted" or not self._by_its_tree:
            return None
        return self.reasons.grade(self.indicator.when, self.indicator.evidence)

    @property
    def reason(self) -> Reason | None:
        """Why a refused indicator is."""
        return self.reasons.unmet(self.indicator.when) if self.outcome == "refused" else None

    @property
    def unknown(self) -> Unknown | None:
        """What an undetermined indicator waits for."""
        if self.outcome != "undetermined":
            return None
        doubtful = [step.when for step in self.indicator.neutralisations] + [self.indicator.when]
        verdicts = self.reasons.verdicts
        return next(self.reasons.unknown(node) for node in reversed(doubtful) if verdicts[node.at] is Verdict.UNKNOWN)

    @property
    def _by_its_tree(self) -> bool:
        return self.reasons.verdicts[self.indicator.when.at] is Verdict.MET


class VoletDecision(Struct, frozen=True):
    """What was decided of one volet: its own condition, its gate (met when it has none), and its points."""

    volet: Volet
    verdict: Verdict
    gate: Verdict
    possible: Amount
    attained: Amount
    paid: Amount
    indicators: tuple[IndicatorDecision, ...]


class PeriodDecision(Struct, frozen=True):
    """What one period of a component pays, in euros; `tier` is the highest reached for certain."""

    period: Period
    pending: bool
    tier: str | None
    attained: Amount
    paid: Amount


class ComponentDecision(Struct, frozen=True):
    """What was decided of a component, in euros; pending periods are outside the totals."""

    component: Component
    outcome: OutcomeWord
    gate: Verdict
    possible: Amount
    attained: Amount
    paid: Amount
    periods: tuple[PeriodDecision, ...]


class Decision(Struct, frozen=True):
    """The whole: every verdict and observation by place, and what they pay.

    `derivation` is the second derivation with its proof; None where only the first was asked for.
    """

    policy: Policy
    dossier: Dossier
    as_of: date
    verdicts: Mapping[str, Verdict]
    observations: Mapping[str, Observation]
    derivation: Derivation | None
    volets: tuple[VoletDecision, ...]
    components: tuple[ComponentDecision, ...]
    later: tuple[Row, ...]

    @property
    def reasons(self) -> Reasons:
        """Why each condition is met, unmet or unknown."""
        return Reasons(self.verdicts, self.observations, dict(claims(self.policy)))

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
        """The weakest grade of what is paid; None when nothing is, or nothing but by law."""
        paid = [one for volet in self.volets if volet.paid.most > 0 for one in volet.indicators]
        grades = [one.grade for one in paid if one.outcome == "granted" and one.grade]
        return min(grades, key=GRADES.index, default=None)


def decide(policy: Policy, dossier: Dossier, as_of: date | None = None) -> Decision:
    """The decision on a dossier as it stood at the end of a day (default: the calendar's day of decision).

    Raises EngineFault when the two derivations do not both come to the same complete end.
    """
    decision = judge(policy, dossier, as_of)
    derivation = compiled(policy).derive({at: seen.verdict for at, seen in decision.observations.items()})
    agree(decision.verdicts, derivation.verdicts)
    return replace(decision, derivation=derivation)


def day_of(policy: Policy, as_of: date | None) -> date:
    """The day at whose end dossiers are looked at: the one asked for, else the calendar's day of decision."""
    day = as_of or policy.calendar["decision"].last or policy.calendar["year"].last
    assert day is not None, "linking requires a closed year"
    return day


def settled(policy: Policy, standing: Standing, known: Observations = NOT_SEEN) -> Settled:
    """What stands of a dossier on a day, what every leaf sees in it, and the verdict of every node.

    `known` holds what some leaves are already known to see, by place.
    """
    seen = {leaf.at: known.get(leaf.at) or observe(leaf, standing, policy) for leaf in leaves(policy)}
    return standing, seen, derive(claims(policy), {at: one.verdict for at, one in seen.items()})


def settled_again(before: Decision, standing: Standing, known: Observations) -> Settled:
    """What `settled` gives for a dossier of which much is as it was: only what hangs on the rest is derived."""
    policy, verdicts = before.policy, before.verdicts
    seen = {leaf.at: known.get(leaf.at) or observe(leaf, standing, policy) for leaf in leaves(policy)}
    found = {at: one.verdict for at, one in seen.items() if one.verdict is not verdicts[at]}
    return standing, seen, derive(hanging_on(policy, found), {**verdicts, **found}, verdicts)


def judge(policy: Policy, dossier: Dossier, as_of: date | None = None) -> Decision:
    """What `decide` decides, by the first derivation alone: for comparing many readings of one dossier."""
    day = as_of or policy.calendar["decision"].last or policy.calendar["year"].last
    assert day is not None, "linking requires a closed year"
    return worth(policy, dossier, settled(policy, standing_on(dossier, policy, day)))


def worth(policy: Policy, dossier: Dossier, found: Settled) -> Decision:
    """What `judge` decides, once everything it hangs on is settled."""
    standing, observations, verdicts = found
    bench = _Judge(policy, verdicts, observations, standing.as_of)
    return Decision(
        policy=policy,
        dossier=dossier,
        as_of=standing.as_of,
        verdicts=verdicts,
        observations=observations,
        derivation=None,
        volets=tuple(bench.volet(volet) for volet in policy.volets),
        components=tuple(bench.component(component) for component in policy.components),
        later=standing.later,
    )


@lru_cache(maxsize=64)
def compiled(policy: Policy) -> Network:
    """The policy's rule network, compiled once for each linked policy."""
    return compile_network(claims(policy))


class _Judge:
    """Turns verdicts into outcomes and amounts."""

    def __init__(
        self,
        policy: Policy,
        verdicts: Mapping[str, Verdict],
        observations: Mapping[str, Observation],
        as_of: date,
    ) -> None:
        self.policy, self.verdicts, self.as_of = policy, verdicts, as_of
        self.reasons = Reasons(verdicts, observations, dict(claims(policy)))
        self.eligible = verdicts[policy.eligible.at]
        self.completions = Completions(claims(policy), verdicts)

    # --- points -------------------------------------------------------------------------------------------------

    def volet(self, volet: Volet) -> VoletDecision:
        gate = Verdict.MET if volet.gate is None else self.verdicts[volet.gate.at]
        opened = all_of([self.eligible, gate])
        own = tuple(self.indicator(indicator, opened) for indicator in volet.indicators)
        verdict = self.verdicts[volet.id]
        if volet.pays == "block":
            possible = _weighed(volet.weight, self.verdicts)
            attained = possible.if_(verdict)
        else:
            possible = self.together(volet, _possible, [one.possible for one in own])
            attained = self.together(volet, _attained, [one.attained for one in own])
        return VoletDecision(volet, verdict, gate, possible, attained, attained.if_(opened), own)

    def together(self, volet: Volet, measured: Measured, alone: Sequence[Amount]) -> Amount:
        """What a volet's indicators come to: the sum of what each does alone, where that is settled."""
        if all(one.settled for one in alone):
            return total(alone)
        return self.completions.extent(volet.indicators, measured)

    def indicator(self, indicator: Indicator, opened: Verdict) -> IndicatorDecision:
        attained = self.completions.alone(indicator, _attained)
        return IndicatorDecision(
            indicator=indicator,
            outcome=outcome_of(indicator, self.verdicts),
            possible=self.completions.alone(indicator, _possible),
            attained=attained,
            paid=attained.if_(opened),
            reasons=self.reasons,
        )

    # --- components ---------------------------------------------------------------------------------------------

    def component(self, component: Component) -> ComponentDecision:
        gate = Verdict.MET if component.gate is None else self.verdicts[component.gate.at]
        opened = all_of([self.eligible, gate])
        ended = [period for period in component.periods if self.ended(period)]
        ways = [_due(component.pays, reached) for reached in product(*(self.reached(period) for period in ended))]
        attained = _span([sum(way, ZERO) for way in ways])
        by_period = {period.id: _span([way[index] for way in ways]) for index, period in enumerate(ended)}
        return ComponentDecision(
            component=component,
            outcome=_component_outcome(attained, pending=len(ended) < len(component.periods)),
            gate=gate,
            possible=Amount.of(max(tier.euros for period in component.periods for tier in period.tiers)),
            attained=attained,
            paid=attained.if_(opened),
            periods=tuple(self.period(period, by_period.get(period.id), opened) for period in component.periods),
        )

    def ended(self, period: Period) -> bool:
        return period.ends.last is not None and self.as_of >= period.ends.last

    def reached(self, period: Period) -> list[Decimal]:
        """The amounts of the tiers that may be the highest reached; zero for none."""
        certain = max((tier.euros for tier in period.tiers if self.met(tier) is Verdict.MET), default=ZERO)
        above = [tier.euros for tier in period.tiers if self.met(tier) is Verdict.UNKNOWN and tier.euros > certain]
        return [certain, *above]

    def met(self, tier: Tier) -> Verdict:
        return self.verdicts[tier.when.at]

    def period(self, period: Period, attained: Amount | None, opened: Verdict) -> PeriodDecision:
        if attained is None:
            return PeriodDecision(period, pending=True, tier=None, attained=NOTHING, paid=NOTHING)
        tier = next((tier.id for tier in reversed(period.tiers) if self.met(tier) is Verdict.MET), None)
        return PeriodDecision(period, pending=False, tier=tier, attained=attained, paid=attained.if_(opened))


def _weighed(weight: Weight | None, verdicts: Mapping[str, Verdict]) -> Amount:
    """What a weight comes to under these verdicts."""
    if weight is None:
        return NOTHING
    if not isinstance(weight, Branch):
        return Amount.of(weight)
    then, otherwise = _weighed(weight.then, verdicts), _weighed(weight.otherwise, verdicts)
    match verdicts[weight.when.at]:
        case Verdict.MET:
            return then
        case Verdict.UNMET:
            return otherwise
        case Verdict.UNKNOWN:
            return then.or_(otherwise)


def outcome_of(indicator: Indicator, verdicts: Verdicts) -> OutcomeWord:
    """What an indicator comes to under the verdicts of its claims."""
    granted, out = verdicts[indicator.id], _out(indicator, verdicts)
    if granted is Verdict.MET:
        return "granted"
    if out is Verdict.MET:
        return "out_of_play"
    return "refused" if granted is out is Verdict.UNMET else "undetermined"


def _out(indicator: Indicator, verdicts: Mapping[str, Verdict]) -> Verdict:
    return verdicts[out_of_play(indicator)] if removable(indicator) else Verdict.UNMET


def _attained(verdicts: Mapping[str, Verdict], indicator: Indicator) -> Amount:
    return _weighed(indicator.weight, verdicts).if_(verdicts[indicator.id])


def _possible(verdicts: Mapping[str, Verdict], indicator: Indicator) -> Amount:
    return _weighed(indicator.weight, verdicts).if_(negate(_out(indicator, verdicts)))


def _due(pays: Literal["complement", "once"], reached: Sequence[Decimal]) -> list[Decimal]:
    """What each period owes, in order: the complement to what earlier ones paid, or nothing after any payment."""
    due: list[Decimal] = []
    for amount in reached:
        before = sum(due, ZERO)
        due.append(max(ZERO, amount - before) if pays == "complement" or before == ZERO else ZERO)
    return due


def _span(values: Sequence[Decimal]) -> Amount:
    return Amount(min(values), max(values))


def _component_outcome(attained: Amount, *, pending: bool) -> OutcomeWord:
    if attained.least > 0:
        return "granted"
    return "undetermined" if attained.most > 0 or pending else "refused"
