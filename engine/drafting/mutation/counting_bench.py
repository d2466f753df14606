"""A policy's cases of counting, ready to be tried against mutants of what it says of counting."""

from __future__ import annotations

from collections.abc import Mapping

from engine.drafting.branches import every_counting
from engine.drafting.mutation.mutants import Mutant
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.measuring.alike import counted_alike
from engine.measuring.cases import counting_cases, differences
from engine.measuring.linking import flows_of, link_measures, measures_of
from engine.measuring.measures import Measuring
from engine.policy import Policy
from engine.problems import Invalid

PARTS = ("measures", "countings")
"""The parts of a policy that say how rates are counted, and nothing else; so does its vocabulary of flows."""
FLOWS = ("vocabulary", "flows")
Taken = tuple[tuple[str, str], ...]


def counts_alone(mutant: Mutant) -> bool:
    """Whether what is changed is looked at by counts, and by no decision."""
    return mutant.part in PARTS or (mutant.part, mutant.name) == FLOWS


class CountingBench:
    """The cases of counting of a policy. Raises Invalid for a policy or a case that cannot be read."""

    def __init__(self, files: PolicyFiles) -> None:
        self.files, self.flows = files, flows_of(files)
        self.policy = linked(files, {})
        self.cases = list(counting_cases(files))
        self.choices = [*every_counting(files), *(case.readings for case in self.cases)]

    def policy_of(self, mutant: Mutant, pages: PolicyFiles) -> Policy:
        """The policy whose days and words are counted with: a change of how rates are counted leaves it as it is."""
        return self.policy if counts_alone(mutant) else linked(pages, {})

    def killed(self, mutant: Mutant, pages: PolicyFiles) -> bool:
        """Whether a case no longer comes to what it expects; one whose measures cannot be linked says nothing."""
        known, flows = dict[Taken, Mapping[str, Measuring]](), flows_of(pages)
        for case in sorted(self.cases, key=lambda case: case.about != mutant.name):
            taken = tuple(sorted(case.readings.items()))
            if taken not in known:
                known[taken] = self.under(mutant, pages, case.readings)
            measuring = known[taken].get(case.about)
            if measuring is not None and differences(case, measuring, flows):
                return True
        return False

    def under(self, mutant: Mutant, pages: PolicyFiles, readings: Mapping[str, str]) -> Mapping[str, Measuring]:
        try:
            found = measures_of(pages, self.policy_of(mutant, pages), readings)
        except Invalid:
            return {}
        return {one.id: one for one in found}

    def alike(self, mutant: Mutant, pages: PolicyFiles) -> bool:
        """Whether changed pages surely count all rows as the policy does, under each of its readings.

        Raises Invalid for pages that cannot be linked under each of these.
        """
        policy, flows = self.policy_of(mutant, pages), flows_of(pages)
        pairs = [(link_measures(self.files, taken), measures_of(pages, policy, taken)) for taken in self.choices]
        return flows == self.flows and all(
            len(before) == len(after)
            and all(counted_alike(one, other, self.flows) for one, other in zip(before, after, strict=True))
            for before, after in pairs
        )
