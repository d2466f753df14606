"""Why a tree is met, unmet or unknown: what a grant rests on, what a refusal turns on, what is awaited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.conditions import All, Any, Attribute, Exempt, Node, Not, Outcome, children
from engine.observation import GRADES, REASONS, UNKNOWNS, Grade, Observation, Reason, Unknown
from engine.policy import Evidence
from engine.verdict import Verdict

How = Literal["fact", "exemption", "neutralisation"]
Verdicts = Mapping[str, Verdict]
Observations = Mapping[str, Observation]


def how_met(node: Node, verdicts: Verdicts) -> How:
    """Whether a met tree holds by facts alone, or an exemption did part of the work."""
    match node:
        case All(of=of):
            return "exemption" if any(how_met(child, verdicts) == "exemption" for child in of) else "fact"
        case Any(of=of):
            met = [child for child in of if verdicts[child.at] is Verdict.MET]
            return "exemption" if met and all(how_met(child, verdicts) == "exemption" for child in met) else "fact"
        case Exempt(require=require):
            return how_met(require, verdicts) if verdicts[require.at] is Verdict.MET else "exemption"
        case _:
            return "fact"


def grade(node: Node, verdicts: Verdicts, observations: Observations, evidence: Evidence) -> Grade | None:
    """What a met tree rests on: the weakest part of an `all`, the strongest met branch of an `any`.

    Where a justificatif is required, the declaration that goes with it sets no grade.
    """

    def of(child: Node) -> Grade | None:
        return grade(child, verdicts, observations, evidence)

    match node:
        case All(of=parts):
            return min((one for part in parts if (one := of(part))), key=GRADES.index, default=None)
        case Any(of=branches):
            met = [branch for branch in branches if verdicts[branch.at] is Verdict.MET]
            return max((one for branch in met if (one := of(branch))), key=GRADES.index, default=None)
        case Exempt(when=when, require=require):
            return of(require) if verdicts[require.at] is Verdict.MET else of(when)
        case Not() | Outcome():
            return None
        case _:
            found = observations[node.at].grade
            return None if found == "declared" and evidence == "justificatif" else found


def reason(node: Node, verdicts: Verdicts, observations: Observations) -> Reason:
    """Why an unmet tree is unmet: the first failing part of an `all`, the most telling branch of an `any`."""
    match node:
        case All(of=of):
            return reason(next(part for part in of if verdicts[part.at] is Verdict.UNMET), verdicts, observations)
        case Any(of=of):
            ways = [reason(branch, verdicts, observations) for branch in of]
            return max(ways, key=REASONS.index, default="not_eligible")
        case Exempt(require=require):
            return reason(require, verdicts, observations)
        case Not():
            return "excluded"
        case Outcome():
            return "prerequisite"
        case Attribute():
            return "not_eligible"
        case _:
            return observations[node.at].reason or "not_eligible"


def awaited(node: Node, verdicts: Verdicts, observations: Observations) -> Unknown:
    """Why an unknown tree is unknown: the most telling of the unknown leaves it hangs on."""
    if not children(node):
        return "missing" if isinstance(node, Outcome) else observations[node.at].unknown or "missing"
    ways = [
        awaited(child, verdicts, observations) for child in children(node) if verdicts[child.at] is Verdict.UNKNOWN
    ]
    return max(ways, key=UNKNOWNS.index)
