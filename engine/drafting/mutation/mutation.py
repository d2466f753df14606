"""What becomes of each mutant of a policy: killed by one of its own cases, rejected, proved alike, or surviving.

A mutant is rejected that no case kills and that cannot be linked under some choice of readings: no case is needed,
for `forfait policy check` tells of it.

A mutant is alike when every dossier gets the same verdicts and the same amounts under it, whatever the readings:
there is no case to write, for none could tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import Literal

from msgspec import Struct

from engine.cases import TOTALS
from engine.drafting.branches import every_choice
from engine.drafting.cases.trying import Name, Trial, Variation, holds, trials, varied
from engine.drafting.mutation.changing import scalars
from engine.drafting.mutation.counting_bench import CountingBench, counts_alone
from engine.drafting.mutation.equivalence import same_form
from engine.drafting.mutation.mutants import Mutant, mutants
from engine.linking import link
from engine.loading import PolicyFiles, read_policy
from engine.policy import Policy
from engine.problems import Invalid
from engine.remembered import Linked, parts_of

CHUNK = 8
"""Mutants handed to a process at a time."""

Fate = Literal["killed", "rejected", "alike", "survived"]


class Tried(Struct, frozen=True):
    """A mutant, and what became of it."""

    mutant: Mutant
    fate: Fate


def tried(files: PolicyFiles, jobs: int) -> Iterator[Tried]:
    """Every mutant of a policy with its fate, in the order of the policy's lines, `jobs` of them tried at a time.

    Each process reads the policy's folder for itself. Raises Invalid for a policy or a case that cannot be read.
    """
    everything = tuple(mutants(files))
    if jobs == 1:
        bench = Bench(files)
        yield from (Tried(mutant, bench.fate(mutant)) for mutant in everything)
        return
    numbers = [(files.folder, number) for number in range(len(everything))]
    with get_context("spawn").Pool(jobs, initializer=_deaf) as pool:
        for mutant, fate in zip(everything, pool.imap(_fate, numbers, CHUNK), strict=True):
            yield Tried(mutant, fate)


def _deaf() -> None:
    """An interruption is for the process that waits, which ends the others."""
    signal(SIGINT, SIG_IGN)


def _fate(numbered: tuple[Path, int]) -> Fate:
    """What becomes of the mutant of that number: a process is told no more than where the policy is."""
    folder, number = numbered
    bench, everything = _bench(folder)
    return bench.fate(everything[number])


@lru_cache(maxsize=1)
def _bench(folder: Path) -> tuple[Bench, tuple[Mutant, ...]]:
    files = read_policy(folder)
    return Bench(files), tuple(mutants(files))


class Bench:
    """A policy's cases, ready to be tried against its mutants.

    Raises Invalid for a policy or a case that cannot be read.
    """

    def __init__(self, files: PolicyFiles) -> None:
        self.files = files
        self.counting = CountingBench(files)
        self.trials = trials(files)
        self.choices = list({id(trial.policy): trial.case.readings for trial in self.trials}.values())
        self.words = {id(trial): frozenset(scalars(trial.case.page.data)) for trial in self.trials}

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of a mutant."""
        pages = mutant.applied(self.files)
        parts_of(pages).update(_untouched(self.files, mutant))
        # By the days of the calendar, conditions and counts may both be looking.
        decides = not counts_alone(mutant)
        counts = not decides or not mutant.part
        if (decides and self.killed(mutant, pages)) or (counts and self.counting.killed(mutant, pages)):
            return "killed"
        try:
            alike = (not decides or self.alike(pages)) and (not counts or self.counting.alike(mutant, pages))
            return "alike" if alike else "survived"
        except Invalid:
            return "rejected"

    def killed(self, mutant: Mutant, pages: PolicyFiles) -> bool:
        """Whether a case no longer gets what it expects; one whose policy cannot be linked says nothing."""
        policies: dict[int, Policy | None] = {}
        variations: dict[tuple[int, frozenset[Name] | None], Variation] = {}
        for trial in self.in_order(mutant):
            own, key = id(trial.policy), (id(trial.policy), trial.about)
            if own not in policies:
                policies[own] = _linked(pages, trial.case.readings)
            policy = policies[own]
            if policy is None:
                continue
            if key not in variations:
                variations[key] = varied(trial.policy, policy, trial.about)
            if not holds(trial, variations[key]):
                return True
        return False

    def alike(self, pages: PolicyFiles) -> bool:
        """Whether changed pages decide every dossier as the policy does, under each of its readings.

        Raises Invalid for pages that cannot be linked under each of these, or under those that a case takes.
        """
        choices = [{}, *every_choice(self.files, link(self.files, {}).readings), *self.choices]
        changed = [(taken, link(pages, taken)) for taken in choices]
        return all(same_form(link(self.files, taken), after) for taken, after in changed)

    def in_order(self, mutant: Mutant) -> list[Trial]:
        """The cases that can tell a mutant, the likeliest first: those about the page that is changed, which take
        the options that the change is written for. An entry of a list is told by a dossier that names it."""
        told = self.trials
        if mutant.part == "tables":
            names = {str(mutant.change.at.path[-1]), *scalars(mutant.change.at.data)}
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


def _linked(pages: PolicyFiles, readings: Mapping[str, str]) -> Policy | None:
    try:
        return link(pages, readings)
    except Invalid:
        return None


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
