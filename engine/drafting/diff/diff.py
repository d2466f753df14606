"""Two policies compared by identity, not by lines: what is added, removed or changed, with both sources.

Indicators, volets, components, lists, readings and calendar entries are matched by their names, nodes by their names
and by their shape where they have none. A rule shaped by a contested reading is compared under the readings taken,
and then under every other option that both policies hold: what only another option shows is told with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.drafting.diff.differing import Change, Diff, Plain
from engine.drafting.diff.lists import Lists
from engine.drafting.diff.nodes import Found
from engine.drafting.diff.parts import Paid
from engine.drafting.diff.plain import bare
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.text import in_order

WHOLE = ("condition", "form", "moved", "neutralisation", "exemption")
"""What comes, goes or is rewritten as a whole: told once, its variants under other readings are no news."""


def diff(one: Policy, other: Policy) -> Diff:
    """Everything that differs between two policies, each under the readings it was linked with."""
    found = Found(other.year - one.year)
    Paid(one, other, found).compare()
    Lists(one, other, found).compare()
    ruled = {(change.subject, change.at) for change in found.changes}
    moved = tuple(change for change in found.sources if (change.subject, change.at) not in ruled)
    return Diff(one, other, tuple(found.changes), tuple(found.labels), moved)


def under_other_readings(whole: Diff, one: PolicyFiles, other: PolicyFiles) -> Diff:
    """The same, with what only the other options of the readings that both policies hold would show.

    An option that cannot be taken together with the readings asked for is passed over.
    """
    known = {_key(change) for change in whole.changes}
    shown = {_place(change) for change in whole.changes}
    changes = list(whole.changes)
    for name, option in _shared_options(whole.one, whole.other):
        asked = [{**not_default(policy), name: option} for policy in (whole.one, whole.other)]
        try:
            pair = [linked(files, choices) for files, choices in zip((one, other), asked, strict=True)]
        except Invalid:
            continue
        for change in diff(*pair).changes:
            if _key(change) not in known and not (change.aspect in WHOLE and _place(change) in shown):
                known.add(_key(change))
                changes.append(replace(change, under=(name, option)))
    return replace(whole, changes=tuple(changes))


def not_default(policy: Policy) -> dict[str, str]:
    """The choices of a policy that are not defaults."""
    return {name: option for name, option in policy.choices.items() if option != policy.readings[name].default}


def _shared_options(one: Policy, other: Policy) -> Iterator[tuple[str, str]]:
    """The options, other than those taken, that both policies hold and can compute."""
    for name, reading in other.readings.items():
        if name not in one.readings:
            continue
        for option, known in reading.options.items():
            theirs = one.readings[name].options.get(option)
            taken = option == one.choices[name] == other.choices[name]
            if theirs and not (taken or known.silent or theirs.silent):
                yield name, option


def _place(change: Change) -> tuple[Plain, ...]:
    return change.subject, change.aspect, change.at, change.kind


def _key(change: Change) -> tuple[Plain, ...]:
    sides = (change.was and bare(change.was.value), change.now and bare(change.now.value))
    return change.subject, change.aspect, change.at, in_order(sides)
