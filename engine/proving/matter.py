"""Whether an option of a reading can change a decision: a dossier that it decides otherwise, or the proof of none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any as Anything

from engine.decision import Decision, judge
from engine.dispute.pricing import flips
from engine.formula import decision_day
from engine.policy import Policy
from engine.problems import Invalid
from engine.proving.amounts import Sums
from engine.proving.meaning import Together, Wanted, compare, deciding
from engine.proving.witness import Page, page_of, read
from engine.verdict import Verdict


def mattering(default: Policy, other: Policy, known: Sequence[Page]) -> Page | None:
    """A dossier that the two policies decide otherwise; None when it is proved that there is none.

    `known` are dossiers tried first, and completed with what a difference hangs on: most differences show in a doctor
    who has everything.
    """
    for page in _tried(default, other, known):
        if _differ(default, other, page):
            return page
    return _paid_otherwise(default, other)


def _tried(default: Policy, other: Policy, known: Sequence[Page]) -> Iterator[Page]:
    yield from known
    for page in _shown(default, other):
        yield page
        yield from (_over(page, whole) for whole in known)


def _shown(default: Policy, other: Policy) -> Iterator[Page]:
    """Dossiers for which a claim of both differs, or a claim of one alone holds."""
    ours, theirs = list(deciding(default)), list(deciding(other))
    for claim in dict.fromkeys([*ours, *theirs]):
        if claim in ours and claim in theirs:
            found = compare(default, other, claim)
            pages = [found.granted_by_one, found.granted_by_other]
        else:
            policy = default if claim in ours else other
            alone = Together([(policy, claim)])
            pages = [alone.shown([alone.pair(policy, claim).met], [Wanted(policy, claim, (Verdict.MET,))])]
        yield from (page for page in pages if page is not None)


def _over(page: Page, whole: Page) -> Page:
    """A doctor who has everything, but for what the page says of the doctor, and of the rows of its tables."""
    year = max(whole["campaigns"])
    if year not in page["campaigns"]:
        return whole
    campaign: dict[str, Anything] = dict(whole["campaigns"][year])
    for key, value in page["campaigns"][year].items():
        if isinstance(value, list):
            named = {_name(row) for row in value}
            campaign[key] = [*(row for row in campaign.get(key, []) if _name(row) not in named), *value]
        else:
            campaign[key] = value
    return {**whole, "campaigns": {**whole["campaigns"], **page["campaigns"], year: campaign}}


def _name(row: dict[str, Anything]) -> Anything:
    return next((row[key] for key in ("measure", "fact", "item") if key in row), repr(row.get("items")))


def _differ(one: Policy, other: Policy, page: Page) -> bool:
    try:
        decisions = [judge(policy, read(page, policy)) for policy in (one, other)]
    except Invalid:
        return False
    return bool(flips(*decisions)) or _amounts(decisions[0]) != _amounts(decisions[1])


def _amounts(decision: Decision) -> list[Anything]:
    return [decision.paid, decision.attained, *(one.paid for one in decision.components)]


def _paid_otherwise(one: Policy, other: Policy) -> Page | None:
    """A dossier paid otherwise, all conditions told in full."""
    goals = [(policy, claim) for policy in (one, other) for claim in deciding(policy)]
    together = Together(goals)
    ours, theirs = (_sums(together, policy) for policy in (one, other))
    known = [together.pair(policy, claim).known for policy, claim in goals]
    unlike = ours.total * theirs.scale != theirs.total * ours.scale
    model = together.question.smallest([unlike, *known], ())
    return None if model is None else page_of(model, together.facts, one)


def _sums(together: Together, policy: Policy) -> Sums:
    return Sums(policy, lambda name: together.pair(policy, name).met, decision_day(policy))
