"""A population drawn, moved and decided doctor by doctor on both sides: what a comparison is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any as Anything

from msgspec import Struct
from pyarrow import parquet

from engine.columnar.layout import as_table, doctor_line, doctors_schema, node_line, nodes_schema
from engine.decision import Decision, day_of, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import bundled_policies
from engine.offsets import Move
from engine.policy import Policy
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.problems import Invalid
from engine.running.impact.comparing import Compared
from engine.running.impact.measured import Measured, measure
from engine.running.impact.moving import Moved, Unnamed
from engine.running.impact.pair import Pair
from engine.running.impact.who import Who
from engine.running.manifest import Counts, From, Made, Manifest, Sample
from engine.running.run import Request
from engine.schema import check
from engine.sourcing.opening import open_source
from engine.tables import dossier_data
from engine.yamltext import Page
from tests.conftest import policy_files
from tests.drawn import by_doctor, texts_of

Side = tuple[int, Mapping[str, str]]
"""A policy: its year, and the readings it is taken under."""


class Both(Struct, frozen=True, dict=True):
    """The decisions on both sides, doctor by doctor, and the folders that a run of each would have left."""

    folder: Path
    policies: tuple[Policy, Policy]
    decisions: tuple[Sequence[Decision], Sequence[Decision]]
    who: Anything

    @property
    def pair(self) -> Pair:
        return Pair(self.folder / "0", self.folder / "1")

    @cached_property
    def measured(self) -> Measured:
        return measure(self.pair, *self.policies, self.who)

    def compared(self) -> Compared:
        """As from two runs."""
        source = From("folder", "population", {"doctors": "sha256:0"})
        one, other = (
            manifest(policy, source, len(made)) for policy, made in zip(self.policies, self.decisions, strict=True)
        )
        first = self.policies[0].year
        return Compared(self.policies, (one, other), first, 0, self.measured)


def both(folder: Path, doctors: int, first: Side, second: Side, seed: int = 2) -> Both:
    """Draw doctors of the first policy's year; decide them singly by both policies, moved for the second."""
    one, other = (linked(policy_files(year), dict(readings)) for year, readings in (first, second))
    write_population(read_plan(bundled_policies() / str(one.year)), doctors, seed, folder / "source")
    who = moved(folder / "source", folder / "moved", one, other)
    made = decided(folder / "source", one), decided(folder / "moved", other)
    for side, decisions in enumerate(made):
        (folder / str(side)).mkdir()
        write_decided(folder / str(side), decisions[0].policy, decisions)
    return Both(folder, (one, other), made, who)


def moved(source: Path, folder: Path, one: Policy, other: Policy) -> Anything:
    """Write the source moved to the other policy's year; who its doctors are."""
    folder.mkdir()
    unnamed, who = Unnamed(other), Who(one.year, one.calendar["assessment"].last)  # type: ignore[arg-type]
    with open_source(str(source)) as opened, Moved(folder, Move(one, other)) as writing:
        for table, rows in opened.parts():
            unnamed.look(table, rows)
            who.add(table, rows)
        for table, rows in opened.parts():
            writing.add(table, unnamed.without(table, rows))
    return who.table()


def decided(folder: Path, policy: Policy) -> list[Decision]:
    """Every doctor of tables decided by the first derivation."""
    pages = (Page("", dossier_data(number, texts_of(own)), {}) for number, own in sorted(by_doctor(folder).items()))
    return [judge(policy, read_dossier(page, policy)) for page in pages]


def write_decided(folder: Path, policy: Policy, decisions: Sequence[Decision]) -> None:
    """Write decisions as a run writes them."""
    lines = [(doctor_line(decision, ()), node_line(decision)) for decision in decisions]
    parquet.write_table(as_table([line for line, _ in lines], doctors_schema(policy)), folder / "doctors.parquet")
    parquet.write_table(as_table([line for _, line in lines], nodes_schema(policy)), folder / "nodes.parquet")


def manifest(policy: Policy, source: From, decided: int, quarantined: int = 0) -> Manifest:
    """What a run of so many doctors would say of itself."""
    return Manifest(
        year=policy.year,
        as_of=day_of(policy, None),
        policy=policy.digest,
        readings=policy.choices,
        priced=False,
        source=source,
        counts=Counts(decided + quarantined, decided, quarantined, 0),
        sample=Sample(0, 0, 0),
        tables={},
        made=Made("", None, 0, {}),
    )


def run_singly(request: Request, _: object = None) -> Anything:
    """In place of a run: every doctor decided singly, without other readings. A run takes seconds to begin."""
    policy, decisions, refused = request.policy, [], 0
    with open_source(request.data) as source:
        numbers = source.numbers(policy.year).read
        for page in source.pages(numbers):
            try:
                decisions.append(judge(policy, read_dossier(_sound(page), policy)))
            except Invalid:
                refused += 1
        where = From(source.kind, source.where, source.digest())
    request.out.mkdir()
    write_decided(request.out, policy, decisions)
    return SimpleNamespace(manifest=manifest(policy, where, len(decisions), refused))


def _sound(page: Page | Invalid) -> Page:
    problems = page.problems if isinstance(page, Invalid) else check(page, "dossier")
    if isinstance(page, Invalid) or problems:
        raise Invalid(problems)
    return page
