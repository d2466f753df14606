"""A decision, then what a control found → the same dossier decided before and after, and what made the difference.

Three decisions, not two: what was decided and paid; what would be, on the day of the last, had the control found
nothing; what is, with all that it found. The first gap is what became known since, the second the control's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from engine.claims import looking, own_claims
from engine.control.cases import FINDING_ID, Case, Finding, standing, with_findings
from engine.decision import Decision, decide, judge
from engine.dispute.pricing import alternatives
from engine.dossier import read_dossier
from engine.loading import PolicyFiles
from engine.policy import Component, Indicator
from engine.problems import Invalid, Problem
from engine.record import Json, record
from engine.yamltext import Page


class Redecision(Struct, frozen=True):
    """What was decided, what would be without the findings of the case, and what is with them.

    `findings` are those that stand and were made by the day of the last; `page` is the dossier's, with all of them.
    The second is only compared, and has no derivation of its own.
    """

    case: Case
    files: PolicyFiles
    page: Page
    findings: tuple[Finding, ...]
    before: Decision
    unfound: Decision
    after: Decision

    @property
    def record(self) -> Json:
        """The decision after the findings as its record, with what other readings would change."""
        return record(self.after, alternatives(self.files, self.page, self.after))


def redecide(before: Decision, files: PolicyFiles, page: Page, case: Case, as_of: date | None = None) -> Redecision:
    """The decision on a dossier, and those on the same dossier on a later day without and with a case's findings.

    `page` is the dossier's as it was decided. The day is by default that of the last finding, or of the decision if
    it is later. Raises Invalid: another year's case, a day before the decision's, what a dossier with these findings
    must not say.
    """
    policy, number = before.policy, before.dossier.doctor
    if (case.doctor, case.year) != (number, policy.year):
        details = {"doctor": case.doctor, "year": str(case.year)}
        raise Invalid([Problem("case_of_another", details=details)])
    found = [*standing(case.findings)]
    day = as_of or max([before.as_of, *(one.decided_on for one in found)])
    if day < before.as_of:
        raise Invalid([Problem("redecided_before", details={"day": str(day), "before": str(before.as_of)})])
    joined = with_findings(page, case)
    return Redecision(
        case=case,
        files=files,
        page=joined,
        findings=tuple(one for one in found if one.decided_on <= day),
        before=before,
        unfound=before if day == before.as_of else judge(policy, before.dossier, day),
        after=decide(policy, read_dossier(joined, policy), day),
    )


def bearing(redecision: Redecision, finding: Finding) -> Iterator[str]:
    """The indicators and components in whose conditions a finding was looked at, in the order of the policy."""
    own = f"{FINDING_ID}{finding.id}"
    seen_at = {
        at
        for at, seen in redecision.after.observations.items()
        if any(row.id == own for one in seen.seen for row in one.findings)
    }
    policy = redecision.after.policy
    parts: list[Indicator | Component] = [*policy.indicators, *policy.components]
    for part in parts:
        if any(leaf.at in seen_at for _, tree in own_claims(part) for leaf in looking(tree)):
            yield part.id
