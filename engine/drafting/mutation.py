"""Which mutants of a policy its own cases kill."""

from __future__ import annotations

from collections.abc import Iterator

from engine.cases import TOTALS
from engine.drafting.mutants import Mutant
from engine.drafting.trying import Name, Trial, Variation, holds, trials, varied
from engine.linking import link
from engine.loading import PolicyFiles
from engine.problems import Invalid
from engine.remembered import Linked, parts_of
from engine.yamltext import Plain


class Bench:
    """A policy's cases, ready to be tried against its mutants.

    Raises Invalid for a policy or a case that cannot be read.
    """

    def __init__(self, files: PolicyFiles) -> None:
        self.files = files
        self.trials = trials(files)
        self.words = {id(trial): frozenset(_scalars(trial.case.page.data)) for trial in self.trials}

    def killed(self, mutant: Mutant) -> bool:
        """Whether a case no longer gets what it expects; under a policy that cannot be linked, none does."""
        pages = mutant.applied(self.files)
        parts_of(pages).update(_untouched(self.files, mutant))
        variations: dict[tuple[int, frozenset[Name] | None], Variation] = {}
        for trial in self.in_order(mutant):
            key = (id(trial.policy), trial.about)
            if key not in variations:
                try:
                    after = link(pages, trial.case.readings)
                except Invalid:
                    return True
                variations[key] = varied(trial.policy, after, trial.about)
            if not holds(trial, variations[key]):
                return True
        return False

    def in_order(self, mutant: Mutant) -> list[Trial]:
        """The cases that can tell a mutant, the likeliest first: those about the page that is changed, which take
        the options that the change is written for. An entry of a list is told by a dossier that names it."""
        told = self.trials
        if mutant.part == "tables":
            names = {str(mutant.change.at.path[-1]), *_scalars(mutant.change.at.data)}
            told = [trial for trial in told if not names.isdisjoint(self.words[id(trial)])]
        under = mutant.under
        about = {mutant.name, TOTALS} if mutant.change.kind == "weight" else {mutant.name}
        return sorted(
            told,
            key=lambda trial: (
                trial.case.about not in about,
                any(trial.policy.choices[name] != option for name, option in under),
            ),
        )


def _scalars(data: Plain) -> Iterator[str]:
    """Every text in a page's data that is a value."""
    match data:
        case dict():
            for value in data.values():
                yield from _scalars(value)
        case list():
            for value in data:
                yield from _scalars(value)
        case str():
            yield data
        case _:
            pass


def _untouched(files: PolicyFiles, mutant: Mutant) -> dict[str, list[Linked]]:
    """The parts of a policy that a change cannot have touched: linked once, they need not be linked again."""
    parts = {name: list(linked) for name, linked in parts_of(files).items()}
    own = {page.file for page in (*files.indicators.values(), *files.components.values())}
    match mutant.part:
        case "indicators" | "components":
            del parts[mutant.change.at.page.file]
            return parts
        case "readings":
            return parts
        case "":
            return {name: linked for name, linked in parts.items() if name in own or name == "vocabulary"}
        case _:
            return {}
