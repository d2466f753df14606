"""A policy's own cases, made ready to be tried against many policies that differ from it by little.

A case hangs on few of a policy's indicators: under each policy it is decided by these alone, and not at all where
none of them differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from engine.cases import Case, differences, read_cases
from engine.claims import claims
from engine.conditions import Outcome, walk
from engine.decision import judge
from engine.dossier import Dossier, read_dossier
from engine.linking import link
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid

Name = str
"""Of what is decided: an indicator, a volet, a component, who is eligible."""


class Trial(Struct, frozen=True, eq=False):
    """A case, its policy, its dossier, and the names of what it expects something of (None: of the whole)."""

    case: Case
    policy: Policy
    dossier: Dossier
    about: frozenset[Name] | None


class Variation(Struct, frozen=True, eq=False):
    """Another policy, of which only what some names hang on is kept.

    `same` says that nothing kept differs; `speaks` that its words do: a dossier must be read again.
    """

    policy: Policy
    same: bool
    speaks: bool


def trials(files: PolicyFiles) -> list[Trial]:
    """Every case of a policy, ready. Raises Invalid for a policy or a case that cannot be read."""
    own: dict[tuple[tuple[str, str], ...], Policy] = {}
    found: list[Trial] = []
    for case in read_cases(files):
        taken = tuple(sorted(case.readings.items()))
        if taken not in own:
            own[taken] = link(files, case.readings)
        found.append(ready(case, own[taken]))
    return found


def ready(case: Case, policy: Policy) -> Trial:
    """The case under its own policy. Raises Invalid for a dossier that is none."""
    about = frozenset({case.about, *(case.expect.get("outcomes") or ())})
    known = {one.id for one in policy.indicators} | {one.id for one in policy.components}
    return Trial(case, policy, read_dossier(case.page, policy), about if about <= known else None)


def day_of(trial: Trial) -> date:
    """The day on which a case is decided."""
    day = trial.case.as_of or trial.policy.calendar["decision"].last
    assert day is not None, "linking requires a day of decision"
    return day


def varied(before: Policy, after: Policy, about: frozenset[Name] | None) -> Variation:
    """How a policy differs from the one that cases were made ready under, in what some names hang on."""
    kept = about and reached(before, about) | reached(after, about)
    policy, speaks = narrowed(after, kept), after.vocabulary != before.vocabulary
    return Variation(policy, not speaks and _decides(narrowed(before, kept)) == _decides(policy), speaks)


def holds(trial: Trial, variation: Variation) -> bool:
    """Whether a case gets what it expects under another policy."""
    if variation.same:
        return True
    policy = variation.policy
    try:
        dossier = read_dossier(trial.case.page, policy) if variation.speaks else trial.dossier
    except Invalid:
        return False
    return not differences(trial.case, judge(policy, dossier, trial.case.as_of))


def reached(policy: Policy, about: frozenset[Name]) -> frozenset[Name]:
    """The names that some hang on, by the outcomes that their conditions name."""
    below, found, pending = _asked(policy), set[Name](), [*about]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += below.get(name, ())
    return frozenset(found)


@lru_cache(maxsize=256)
def _asked(policy: Policy) -> dict[Name, set[Name]]:
    """The names that the conditions of each name ask for the outcome of."""
    below: dict[Name, set[Name]] = {}
    for name, tree in claims(policy):
        asked = {_owner(node.of) for node in walk(tree) if isinstance(node, Outcome)}
        below.setdefault(_owner(name), set()).update(asked)
    return below


def _owner(claim: str) -> Name:
    """What a claim belongs to."""
    return claim.partition("#")[0].partition("~")[0]


def narrowed(policy: Policy, kept: frozenset[Name] | None) -> Policy:
    """A policy that decides of nothing but what is kept."""
    if kept is None:
        return policy
    volets = tuple(
        replace(
            volet,
            gate=volet.gate if volet.id in kept else None,
            indicators=tuple(one for one in volet.indicators if one.id in kept),
        )
        for volet in policy.volets
    )
    return replace(policy, volets=volets, components=tuple(one for one in policy.components if one.id in kept))


def _decides(policy: Policy) -> tuple[object, ...]:
    """All that a decision looks at in a policy."""
    days: Mapping[str, object] = policy.calendar
    looked = [days[name] for name in ("campaign", "year", "assessment", "decision")]
    return (policy.eligible, policy.volets, policy.components, policy.point_value, policy.not_produced, looked)
