"""The options of a policy's readings that its own cases show: those that what a case expects hangs on.

Every case takes an option of every reading, and hangs on few of them. It shows the one that it takes where another
option, all other readings being as they were, gives it something else than it expects. An option with no other to be
told from, the rest being silent, decides nothing, and is not to be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from engine.drafting.branches import Pair
from engine.drafting.cases.trying import Name, Trial, Variation, holds, varied
from engine.linking import link
from engine.loading import PolicyFiles
from engine.policy import Policy, Reading
from engine.problems import Invalid


def contested(readings: Mapping[str, Reading]) -> Iterator[Pair]:
    """Each option that can be computed of each reading that has several, as a (reading, option) pair."""
    for name, reading in readings.items():
        computable = [option.name for option in reading.options.values() if not option.silent]
        if len(computable) > 1:
            yield from ((name, option) for option in computable)


def shown_options(files: PolicyFiles, trials: Iterable[Trial]) -> frozenset[Pair]:
    """The (reading, option) pairs that some of a policy's cases show."""
    rivals, shown = _Rivals(files), set[Pair]()
    for trial in trials:
        pending = [pair for pair in contested(trial.policy.readings) if pair not in shown]
        taken = [pair for pair in pending if trial.policy.choices[pair[0]] == pair[1]]
        shown.update(pair for pair in taken if rivals.tell(trial, pair[0]))
    return frozenset(shown)


class _Rivals:
    """A policy under the other options of a reading, each linked once."""

    def __init__(self, files: PolicyFiles) -> None:
        self.files = files
        self.linked = cache(self.link)
        self.varied = cache(self.vary)

    def tell(self, trial: Trial, reading: str) -> bool:
        """Whether a case no longer gets what it expects under another option of a reading."""
        found = (self.varied(trial.policy, other, trial.about) for other in self.linked(trial.policy, reading))
        return any(not holds(trial, variation) for variation in found)

    def link(self, policy: Policy, reading: str) -> tuple[Policy, ...]:
        """The policy under each other option; an option that excludes another one taken is left out."""
        found = []
        for option in policy.readings[reading].options:
            if option != policy.choices[reading]:
                try:
                    found.append(link(self.files, {**policy.choices, reading: option}))
                except Invalid:
                    continue
        return tuple(found)

    def vary(self, policy: Policy, other: Policy, about: frozenset[Name] | None) -> Variation:
        return varied(policy, other, about)
