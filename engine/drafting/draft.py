"""A policy being written, as its checks see it: its pages, and the policy linked under every choice of readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from engine.choices import check_choices, link_readings
from engine.conditions import Node
from engine.cursor import Cursor
from engine.drafting.branches import every_choice, every_counting
from engine.drafting.places import conditions, entries, places
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.measuring.linking import counting_readings, link_measures
from engine.measuring.measures import Measuring
from engine.policy import Policy
from engine.problems import Invalid, Problem


class Version(Struct, frozen=True, eq=False):
    """The policy under one choice of readings, and where its conditions and its calendar's entries are written."""

    policy: Policy
    places: Mapping[str, Cursor]
    entries: Mapping[str, Cursor]

    def conditions(self) -> Iterator[tuple[Node, Cursor]]:
        """Every condition, and where it is written."""
        for node in conditions(self.policy):
            yield node, self.places[node.at]


class Draft(Struct, frozen=True, eq=False):
    """The pages of a policy, and its versions: the defaults first. `countings` are those of how rates are counted."""

    files: PolicyFiles
    versions: tuple[Version, ...]
    countings: tuple[tuple[Measuring, ...], ...]

    @property
    def policy(self) -> Policy:
        """The policy under the default readings."""
        return self.versions[0].policy

    @property
    def top(self) -> Cursor:
        """The page of the policy itself."""
        return Cursor.top(self.files.policy)


def drafted(files: PolicyFiles) -> Draft:
    """The draft that these pages make. Raises Invalid with what is wrong under any choice of readings."""
    readings = link_readings(files.readings, files.policy.data["sources"])
    problems: list[Problem] = []
    versions: list[Version] = []
    for choices in every_choice(files, readings):
        try:
            check_choices(files.readings, readings, choices)
            policy = linked(files, choices)
            versions.append(Version(policy, places(files, policy), entries(files, policy)))
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    return Draft(files, tuple(versions), tuple(_countings(files)))


def _countings(files: PolicyFiles) -> Iterator[tuple[Measuring, ...]]:
    """How rates are counted, under each choice of readings. Raises Invalid with what is wrong under any."""
    readings, problems = counting_readings(files), list[Problem]()
    for choices in every_counting(files):
        try:
            check_choices(files.countings, readings, choices)
            yield link_measures(files, choices)
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
