"""A policy's own cases, decided, and those that do not get what they expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from engine.cases import Case, differences
from engine.decision import Decision, judge
from engine.drafting.cases.trying import narrowed, reached, trials
from engine.loading import PolicyFiles
from engine.measuring.cases import Counted, counted


class Tested(Struct, frozen=True, eq=False):
    """A case, the decision on what it hangs on, and what it expected and did not get: (expected, found) by key."""

    case: Case
    decision: Decision
    differences: Mapping[str, tuple[str, str]]


def tested(files: PolicyFiles) -> Iterator[Tested]:
    """Every case of a policy, decided. Raises Invalid for a policy or a case that cannot be read."""
    for trial in trials(files):
        policy = narrowed(trial.policy, trial.about and reached(trial.policy, trial.about))
        decision = judge(policy, trial.dossier, trial.case.as_of)
        yield Tested(trial.case, decision, differences(trial.case, decision))


def every_case(files: PolicyFiles) -> Iterator[Tested | Counted]:
    """Every case of a policy: of deciding, then of counting. Raises Invalid, as each of them."""
    yield from tested(files)
    yield from counted(files)
