"""A plan drawn by chance and what the control found of those drawn → what was wrongly paid to all drawn among.

Counted of a doctor is what the findings take away: the dossier decided on the day of the last of them without any,
and with those about what the plan opened to control. As for what is at stake, where facts are unknown what counts is
the least that is paid, and who is paid more with the findings counts for nothing, not for less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from engine.amount import ZERO
from engine.control.cases import Case, Finding, standing
from engine.control.estimating import Estimate, Sample, estimate
from engine.control.frame import CENTS
from engine.control.planned import Layer, Planned
from engine.control.recovery import account
from engine.control.redeciding import redecide
from engine.control.stakes import stakes
from engine.control.strata import OTHERS, TOGETHER
from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid, Problem
from engine.running.kept import source_as_read
from engine.schema import valid
from engine.standing import standing_on
from engine.yamltext import Page

Told = Callable[[int, int], None]
"""Hears how many doctors are decided again, and of how many."""


class Estimated(Struct, frozen=True):
    """What was wrongly paid, in cents, and to how many doctors; `strata` are the euros of each alone."""

    planned: Planned
    policy: Policy
    cents: Estimate
    doctors: Estimate
    strata: Mapping[Layer, Estimate]


def estimated(
    planned: Planned, files: PolicyFiles, cases: Mapping[str, Case], told: Told = lambda *_: None
) -> Estimated:
    """The estimate that the findings of the doctors of a plan allow.

    Raises Invalid: another policy, a source that is gone or has changed, a doctor of whom something open to control
    has no finding; EngineFault as deciding does.
    """
    manifest = planned.manifest
    planned.check_policy(files)
    policy = linked(files, manifest.readings)
    _check_names(planned, policy)
    found: dict[str, Fraction] = {}
    problems: list[Problem] = []
    numbers = sorted(planned.doctors)
    with source_as_read(planned.folder, manifest.source) as source:
        for number, page in zip(numbers, source.pages(numbers), strict=True):
            if isinstance(page, Invalid):
                raise page
            try:
                found[number] = _Doctor(planned, files, policy, valid(page, "dossier")).undue(cases.get(number))
            except Invalid as invalid:
                problems += invalid.problems
            told(len(found), len(numbers))
    if problems:
        raise Invalid(problems)
    samples = {
        one: [found[number] for number in numbers if planned.doctors[number] == one.key] for one in manifest.strata
    }
    return Estimated(
        planned,
        policy,
        estimate([_sample(one, cents) for one, cents in samples.items()]),
        estimate([_sample(one, [Fraction(each > 0) for each in cents]) for one, cents in samples.items()], most=1),
        {one: estimate([_sample(one, cents)]) for one, cents in samples.items()},
    )


def _check_names(planned: Planned, policy: Policy) -> None:
    """Raises Invalid when a plan names lists or items that its policy does not have."""
    manifest = planned.manifest
    lists = {
        name
        for one in manifest.strata
        for field, value in zip(manifest.by, one.key, strict=True)
        if field == "group" and value != OTHERS
        for name in value.split(TOGETHER)
        if name
    }
    if not (lists <= set(policy.tables) and set(manifest.items) <= set(policy.vocabulary.items)):
        raise Invalid([Problem("plan_altered", str(planned.folder))])


def _sample(stratum: Layer, found: Sequence[Fraction]) -> Sample:
    return Sample(stratum.doctors, tuple(found))


class _Doctor(Struct, frozen=True):
    """A doctor of a plan, of whom the control found something, or should have."""

    planned: Planned
    files: PolicyFiles
    policy: Policy
    page: Page

    def undue(self, case: Case | None) -> Fraction:
        """What the findings of the case take away, in cents. Raises Invalid: not everything is found."""
        manifest = self.planned.manifest
        before = judge(self.policy, read_dossier(self.page, self.policy), manifest.as_of)
        doctor = before.dossier.doctor
        if case is None:
            raise Invalid([Problem("estimate_no_case", doctor)])
        opened = [one.item for one in stakes(before, manifest.items).open]
        if lacking := [name for item in opened for name in _lacking(item, before, case)]:
            raise Invalid([Problem("estimate_no_finding", doctor, details={"name": name}) for name in lacking])
        acts = tuple(act for act in case.acts if not isinstance(act, Finding) or act.item in opened)
        found = account(redecide(before, self.files, self.page, replace(case, acts=acts)))
        return Fraction(max(ZERO, found.unfound.least - found.after.least) * CENTS)


def _lacking(item: str, before: Decision, case: Case) -> list[str]:
    """What nothing is found of, though it is declared: the item, or each of its choices that no finding is about."""
    dossier = before.dossier
    found = {one.choice for one in standing(case.findings) if one.item == item}
    if None in found:
        return []
    rows = standing_on(dossier, before.policy, before.as_of).standing_rows(item, dossier.year)
    declared = {row.fields.get("choice") for row in rows}
    if not found or None in declared:
        return [item]
    return [f"{item}, {choice}" for choice in sorted(map(str, declared - found))]
