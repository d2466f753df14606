"""The columns of a run's results, from the conditions of a policy and what they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import ibis

from engine.claims import leaves
from engine.columnar.asking import Term, absent, both, constant, which
from engine.columnar.doubts import Verdicts
from engine.columnar.layout import saw
from engine.columnar.leaves import Sight
from engine.columnar.results import Outputs
from engine.columnar.worth import Bounds, Valued, summed, word
from engine.conditions import All, Any, Exempt, Node, Not, Outcome
from engine.observation import GRADES
from engine.policy import Evidence, Indicator, Policy

NO_WORD = absent("int8")


def doctor_columns(outputs: Outputs, valued: Valued, sights: Mapping[str, Sight], whys: Mapping[str, Term]) -> None:
    """The columns of the table of doctors. `whys` tell of each node why it is unmet or unknown."""
    policy, verdicts = valued.policy, valued.verdicts
    outputs.doctor("eligible", valued.eligible.verdict)
    for what in ("possible", "attained", "paid"):
        _amount(outputs, what, valued.total(what)[1])
    _amount(outputs, "euros", _euros(valued))
    grades = {one.id: _indicator_grade(one, verdicts, sights) for one in policy.indicators}
    weakest = []
    for volet in policy.volets:
        paid = valued.volets[volet.id]
        outputs.doctor(volet.id, verdicts[volet.id].verdict)
        outputs.doctor(f"{volet.id}.gate", verdicts[volet.gate.at].verdict if volet.gate else constant(True))
        for what in ("possible", "attained", "paid"):
            _amount(outputs, f"{volet.id}.{what}", getattr(paid, what)[1])
        pays = paid.paid[1].most > 0
        weakest += [which((pays, grades[one.id]), otherwise=NO_WORD) for one in volet.indicators]
        for indicator in volet.indicators:
            attained, owed = paid.indicators[indicator.id]
            outputs.doctor(f"{indicator.id}.outcome", valued.outcome(indicator)[1])
            outputs.doctor(f"{indicator.id}.reason", _reason(indicator, valued, whys))
            outputs.doctor(f"{indicator.id}.grade", grades[indicator.id])
            _amount(outputs, f"{indicator.id}.attained", attained)
            _amount(outputs, f"{indicator.id}.paid", owed)
    for component in policy.components:
        owes = valued.components[component.id]
        outputs.doctor(f"{component.id}.outcome", owes.outcome[1])
        _amount(outputs, f"{component.id}.attained", owes.attained[1])
        _amount(outputs, f"{component.id}.paid", owes.paid[1])
    outputs.doctor("grade", ibis.least(*weakest) if len(weakest) > 1 else (weakest or [NO_WORD])[0])


def node_columns(
    outputs: Outputs, policy: Policy, verdicts: Verdicts, sights: Mapping[str, Sight], whys: Mapping[str, Term]
) -> None:
    """The columns of the table of conditions."""
    for at, settled in verdicts.items():
        outputs.node(at, settled.verdict)
    for leaf in leaves(policy):
        sight = dict(sights[leaf.at].saw)
        for part in saw(leaf, policy):
            if part == "reason":
                unmet = ~verdicts[leaf.at].verdict
                outputs.node(f"{leaf.at}|reason", which((unmet, whys[leaf.at]), otherwise=NO_WORD))
            else:
                outputs.node(f"{leaf.at}|{part}", sight[part])


def _amount(outputs: Outputs, name: str, bounds: Bounds) -> None:
    outputs.amount(name, (bounds.least, bounds.most))


def _euros(valued: Valued) -> Bounds:
    """All that is paid: points at their value, and components."""
    points, value = valued.total("paid")[1], Fraction(valued.policy.point_value)
    owed = summed(component.paid[1] for component in valued.components.values())
    return Bounds(_times(points.least, value) + owed.least, _times(points.most, value) + owed.most)


def _times(points: Term, value: Fraction) -> Term:
    """Points at their value, where that makes whole hundredths of them."""
    times = points * value.numerator
    return times if value.denominator == 1 else times // value.denominator


def _reason(indicator: Indicator, valued: Valued, whys: Mapping[str, Term]) -> Term:
    """Why an indicator is refused, or what an undetermined one waits for."""
    outcome = valued.outcome(indicator)[1]
    steps = [indicator.when, *(step.when for step in reversed(indicator.neutralisations))]
    waits = [(valued.verdicts[node.at].verdict.isnull(), whys[node.at]) for node in steps]
    refused = (outcome == word("refused"), whys[indicator.when.at])
    undetermined = (outcome == word("undetermined"), which(*waits, otherwise=NO_WORD))
    return which(refused, undetermined, otherwise=NO_WORD)


def _indicator_grade(indicator: Indicator, verdicts: Verdicts, sights: Mapping[str, Sight]) -> Term:
    granted = both(verdicts[indicator.id].verdict, verdicts[indicator.when.at].verdict)
    grade = _grade(indicator.when, indicator.evidence, verdicts, sights)
    return NO_WORD if grade is None else which((granted, grade), otherwise=NO_WORD)


def _grade(node: Node, evidence: Evidence, verdicts: Verdicts, sights: Mapping[str, Sight]) -> Term | None:
    """What a met tree rests on, as `reasons.Reasons.grade` has it; None where nothing gives a grade."""
    match node:
        case All(of=parts):
            return _extreme(ibis.least, (_grade(part, evidence, verdicts, sights) for part in parts))
        case Any(of=branches):
            found = [(verdicts[one.at].verdict, _grade(one, evidence, verdicts, sights)) for one in branches]
            met = (which((v, one), otherwise=NO_WORD) for v, one in found if one is not None)
            return _extreme(ibis.greatest, met)
        case Exempt(when=when, require=require):
            held = verdicts[require.at].verdict
            one, other = (_grade(each, evidence, verdicts, sights) for each in (require, when))
            if one is None and other is None:
                return None
            return which((held, NO_WORD if one is None else one), otherwise=NO_WORD if other is None else other)
        case Not() | Outcome():
            return None
        case _:
            grade = sights[node.at].grade
            if grade is None or evidence != "justificatif":
                return grade
            # Where a justificatif is required, the declaration that goes with it sets no grade.
            return which((grade == GRADES.index("declared"), NO_WORD), otherwise=grade)


def _extreme(choose: object, grades: Iterable[Term | None]) -> Term | None:
    known = [one for one in grades if one is not None]
    if len(known) < 2:  # noqa: PLR2004
        return known[0] if known else None
    return choose(*known)  # type: ignore[operator]
