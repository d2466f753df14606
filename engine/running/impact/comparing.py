"""The same population decided by two policies, in its own year and in the other's, and compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from engine.decision import day_of
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.offsets import Move
from engine.policy import Policy
from engine.problems import Invalid, Problem
from engine.running.impact.measured import Measured, measure
from engine.running.impact.moving import Moved, Unnamed
from engine.running.impact.pair import Pair
from engine.running.impact.who import Who
from engine.running.manifest import From, Manifest
from engine.running.run import Request, Told, run
from engine.sourcing.opening import open_source
from engine.sourcing.sources import Source


class Asked(Struct, frozen=True, kw_only=True):
    """What is compared: two policies' files, each under its readings, on the doctors of a source."""

    files: tuple[PolicyFiles, PolicyFiles]
    readings: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    data: str
    sample: int
    jobs: int = 1

    @property
    def policies(self) -> tuple[Policy, Policy]:
        """Both policies, each under its readings. Raises Invalid."""
        one, other = (linked(files, asked) for files, asked in zip(self.files, self.readings, strict=True))
        return one, other


class Compared(Struct, frozen=True):
    """What came of it: both policies, what each run says of itself, and what changes.

    `year` is that of the source; `left_out` counts its rows about what the other year has no name for.
    """

    policies: tuple[Policy, Policy]
    manifests: tuple[Manifest, Manifest]
    year: int
    left_out: int
    measured: Measured

    @property
    def source(self) -> From:
        """Where the dossiers are, before any was moved."""
        return next(made.source for made in self.manifests if made.year == self.year)


def compare(asked: Asked, told: Told = lambda *_: None, scratch: Path | None = None) -> Compared:
    """Decide the doctors of a source by both policies, and compare; `told` hears how far the runs are.

    A policy of another year than the source decides it moved there: days by their distance to the calendar.
    `scratch` is where the runs are written meanwhile (None: where the system has such things). Raises Invalid as
    `run` does, and when the source has no campaign of either year or changes meanwhile; EngineFault when derivations
    diverge or the figures do not add up; OSError when nothing can be written.
    """
    told("source", 0, 0)
    policies = asked.policies
    with TemporaryDirectory(prefix="forfait-", dir=scratch) as folder, open_source(asked.data) as source:
        digests = source.digest()
        base = _base(source, policies)
        who = Who(base.year, base.calendar["assessment"].last or day_of(base, None))
        moved = next((policy for policy in policies if policy.year != base.year), None)
        left_out = _prepare(source, base, moved, who, Path(folder) / "moved")
        manifests, runs = [], []
        for side, (files, readings, policy) in enumerate(zip(asked.files, asked.readings, policies, strict=True)):
            here = asked.data if policy.year == base.year else str(Path(folder) / "moved")
            runs.append(Path(folder) / f"run-{side}")
            request = Request(
                files=files,
                data=here,
                out=runs[-1],
                readings=readings,
                sample=asked.sample,
                jobs=asked.jobs,
                priced=False,
            )
            manifests.append(run(request, told).manifest)
            if policy.year == base.year and manifests[-1].source.digests != digests:
                raise Invalid([Problem("source_changed", source.where)])
        measured = measure(Pair(*runs), *policies, who.table())
    return Compared(policies, (manifests[0], manifests[1]), base.year, left_out, measured)


def _base(source: Source, policies: tuple[Policy, Policy]) -> Policy:
    """The policy whose year the doctors of the source are of: the first that has any. Raises Invalid."""
    for policy in policies:
        numbers = source.numbers(policy.year)
        if len(numbers.read) > len(numbers.odd):
            return policy
    years = dict.fromkeys(str(policy.year) for policy in policies)
    raise Invalid([Problem("no_doctor_of_year", source.where, details={"years": ", ".join(years)})])


def _prepare(source: Source, base: Policy, moved: Policy | None, who: Who, folder: Path) -> int:
    """Learn who the doctors are, and write the source moved to the other year; how many rows that left out."""
    unnamed = Unnamed(moved) if moved else None
    for table, rows in source.parts():
        who.add(table, rows)
        if unnamed:
            unnamed.look(table, rows)
    if moved is None or unnamed is None:
        return 0
    folder.mkdir()
    with Moved(folder, Move(base, moved)) as writing:
        for table, rows in source.parts():
            writing.add(table, unnamed.without(table, rows))
    return unnamed.rows
