"""Why a tree is met, unmet or unknown: what a grant rests on, what a refusal turns on, what is awaited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from engine.conditions import All, Any, Attribute, Exempt, Fact, FieldTest, Node, Not, Outcome, Rate, Record, children
from engine.observation import GRADES, REASONS, UNKNOWNS, Check, Grade, Observation, Reason, Seen, Unknown
from engine.policy import Evidence
from engine.verdict import Verdict

NOT_THERE = ("superseded", "replaced", "yielded")
# What it would take to mend a failure, to compare ways of meeting a condition that all failed. A row with four
# wrong fields is still nearer than no row; one that should not be there counts as one that is missing; and a row
# that names another arrangement is furthest, or a doctor would be told of every arrangement never claimed.
FAILED_TEST, FAILED_FACT, MISSING_ROW, UNDOING, OTHER_CHOICE = 1, 2, 5, 5, 6
NEVER = (True, OTHER_CHOICE)
How = Literal["fact", "exemption", "neutralisation"]


class Reasons(Struct, frozen=True):
    """Reads the reasons off the verdicts and observations of one decision; `trees` are its claims, by name."""

    verdicts: Mapping[str, Verdict]
    observations: Mapping[str, Observation]
    trees: Mapping[str, Node]

    def how(self, node: Node) -> How:
        """Whether a met tree holds by facts alone, or an exemption did part of the work."""
        match node:
            case All(of=of):
                return "exemption" if any(self.how(child) == "exemption" for child in of) else "fact"
            case Any(of=of):
                met = [child for child in of if self.verdicts[child.at] is Verdict.MET]
                return "exemption" if met and all(self.how(child) == "exemption" for child in met) else "fact"
            case Exempt(require=require):
                return self.how(require) if self.verdicts[require.at] is Verdict.MET else "exemption"
            case _:
                return "fact"

    def grade(self, node: Node, evidence: Evidence) -> Grade | None:
        """What a met tree rests on: the weakest part of an `all`, the strongest met branch of an `any`.

        Where a justificatif is required, the declaration that goes with it sets no grade.
        """
        match node:
            case All(of=parts):
                grades = [one for part in parts if (one := self.grade(part, evidence))]
                return min(grades, key=GRADES.index, default=None)
            case Any(of=branches):
                met = [branch for branch in branches if self.verdicts[branch.at] is Verdict.MET]
                grades = [one for branch in met if (one := self.grade(branch, evidence))]
                return max(grades, key=GRADES.index, default=None)
            case Exempt(when=when, require=require):
                lifted = self.verdicts[require.at] is not Verdict.MET
                return self.grade(when if lifted else require, evidence)
            case Not() | Outcome():
                return None
            case _:
                found = self.observations[node.at].grade
                return None if found == "declared" and evidence == "justificatif" else found

    def unmet(self, node: Node) -> Reason:
        """Why an unmet tree is unmet: the first failing part of an `all`, the nearest branch of an `any`."""
        match node:
            case Record() | Rate() | Fact():
                return self.observations[node.at].reason or "not_eligible"
            case All(of=of):
                return self.unmet(next(part for part in of if self.verdicts[part.at] is Verdict.UNMET))
            case Any(of=of):
                return self.unmet(self.nearest(of)) if of else "not_eligible"
            case Exempt(require=require):
                return self.unmet(require)
            case Not():
                return "excluded"
            case Outcome():
                return "prerequisite"
            case Attribute():
                return "not_eligible"
            case _:
                return self.observations[node.at].reason or "not_eligible"

    def nearest(self, branches: Sequence[Node]) -> Node:
        """Of several unmet branches, the one that came nearest to being met; of equals, the one that says most."""
        gaps = [self.gap(branch) for branch in branches]
        least = min(gaps)
        near = [branch for branch, gap in zip(branches, gaps, strict=True) if gap == least]
        return near[0] if len(near) == 1 else max(near, key=lambda branch: REASONS.index(self.unmet(branch)))

    def gap(self, node: Node) -> tuple[bool, int]:
        """How far a node is from being met: whether by something not the doctor's to bring, then how much."""
        if self.verdicts[node.at] is Verdict.MET:
            return (False, 0)
        match node:
            case Record():
                return self._record_gap(node)
            case All(of=of):
                gaps = [self.gap(part) for part in of]
                return (any(fixed for fixed, _ in gaps), sum(cost for _, cost in gaps))
            case Any(of=of):
                return min((self.gap(branch) for branch in of), default=NEVER)
            case Exempt(when=when, require=require):
                return min(self.gap(when), self.gap(require))
            case Rate():
                return (False, FAILED_FACT)
            case Fact():
                return (True, FAILED_FACT)
            case Not():
                return (False, UNDOING)
            case _:
                return NEVER

    def _record_gap(self, leaf: Record) -> tuple[bool, int]:
        """The failed tests of the row that came nearest, or the row to bring where it is the doctor's to bring."""
        rows = [one for one in self.observations[leaf.at].seen if one.struck not in NOT_THERE]
        if rows:
            return (False, min(_failings(one) for one in rows))
        return (leaf.earlier or leaf.row == "prefill", MISSING_ROW)

    def unknown(self, node: Node) -> Unknown:
        """Why an unknown tree is unknown: the first unknown part of an `all`, the most telling branch of an `any`."""
        below = (self.trees[node.of],) if isinstance(node, Outcome) else children(node)
        doubtful = [child for child in below if self.verdicts[child.at] is Verdict.UNKNOWN]
        if not doubtful:
            return self.observations[node.at].unknown or "missing"
        if isinstance(node, All):
            return self.unknown(doubtful[0])
        return max((self.unknown(child) for child in doubtful), key=UNKNOWNS.index)


def _failings(one: Seen) -> int:
    failed = [check for check in one.checks if check.verdict is not Verdict.MET]
    return sum(OTHER_CHOICE if _other_kind(check) else FAILED_TEST for check in failed) or FAILED_TEST


def _other_kind(check: Check) -> bool:
    """Whether the row is of another kind than the test wants: a choice or category that is not the one asked."""
    return (
        isinstance(check.test, FieldTest)
        and check.reason in ("not_qualifying", "document_mismatch")
        and (isinstance(check.found, str))
    )
