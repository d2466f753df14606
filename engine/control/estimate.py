"""A plan drawn by chance and what the control found of those drawn → what was wrongly paid to all drawn among.

Counted of a doctor is what the findings take away: the dossier decided on the day of the last of them without any,
and with those about what the plan opened to control. As for what is at stake, where facts are unknown what counts is
the least that is paid, and who is paid more with the findings counts for nothing, not for less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

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
from engine.telling.phrases import Phrases
from engine.words import LANGS
from engine.yamltext import Page

Told = Callable[[int, int], None]
"""Hears how many doctors are decided again, and of how many."""
Lacking = tuple[str, str | None]
"""An item, and one of its choices where what is missing is a finding about that choice."""


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
    unopened: list[str] = []
    lacking: list[Problem] = []
    numbers = sorted(planned.doctors)
    with source_as_read(planned.folder, manifest.source) as source:
        for number, page in zip(numbers, source.pages(numbers), strict=True):
            if isinstance(page, Invalid):
                raise page
            doctor, case = _Doctor(planned, files, policy, valid(page, "dossier")), cases.get(number)
            if case is None:
                unopened.append(number)
            elif items := doctor.lacking(case):
                lacking.append(_no_finding(number, items, policy))
            else:
                found[number] = doctor.undue(case)
            told(len(found), len(numbers))
    _check_found(unopened, lacking)
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


def _no_finding(doctor: str, lacking: Sequence[Lacking], policy: Policy) -> Problem:
    """That nothing was found about these items of a doctor, or these choices of them."""
    told = {}
    for lang in LANGS:
        phrases = Phrases(policy, lang)
        named = []
        for item, choice in lacking:
            labels = [phrases.item(item), *([phrases.value("choice", choice, item)] if choice else [])]
            names = [item, *([choice] if choice else [])]
            named.append(phrases.say("control_estimate.item", label=", ".join(labels), name=", ".join(names)))
        told[f"items_{lang}"] = ", ".join(named)
    return Problem("estimate_no_finding", doctor, details=told)


def _check_found(unopened: Sequence[str], lacking: Sequence[Problem]) -> None:
    """Raises Invalid when there are doctors without a case, or without some finding: who, and last what to do."""
    problems = list(lacking)
    if unopened:
        problems.append(Problem("estimate_no_case", details={"doctors": ", ".join(unopened)}))
    if problems:
        raise Invalid([*problems, Problem("estimate_unfinished")])


def _sample(stratum: Layer, found: Sequence[Fraction]) -> Sample:
    return Sample(stratum.doctors, tuple(found))


class _Doctor(Struct, frozen=True, dict=True):
    """A doctor of a plan, of whom the control found something, or should have."""

    planned: Planned
    files: PolicyFiles
    policy: Policy
    page: Page

    @cached_property
    def before(self) -> Decision:
        """The dossier decided as the plan decided it."""
        return judge(self.policy, read_dossier(self.page, self.policy), self.planned.manifest.as_of)

    @cached_property
    def opened(self) -> list[str]:
        """The items that the plan opens to control."""
        return [one.item for one in stakes(self.before, self.planned.manifest.items).open]

    def lacking(self, case: Case) -> list[Lacking]:
        """What is open to control, and nothing is found about."""
        return [one for item in self.opened for one in _lacking(item, self.before, case)]

    def undue(self, case: Case) -> Fraction:
        """What the findings of the case take away, in cents."""
        acts = tuple(act for act in case.acts if not isinstance(act, Finding) or act.item in self.opened)
        found = account(redecide(self.before, self.files, self.page, replace(case, acts=acts)))
        return Fraction(max(ZERO, found.unfound.least - found.after.least) * CENTS)


def _lacking(item: str, before: Decision, case: Case) -> list[Lacking]:
    """What nothing is found of, though it is declared: the item, or each of its choices that no finding is about."""
    dossier = before.dossier
    found = {one.choice for one in standing(case.findings) if one.item == item}
    if None in found:
        return []
    rows = standing_on(dossier, before.policy, before.as_of).standing_rows(item, dossier.year)
    declared = {row.fields.get("choice") for row in rows}
    if not found or None in declared:
        return [(item, None)]
    return [(item, choice) for choice in sorted(map(str, declared - found))]
