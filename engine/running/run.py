"""The run: every doctor of a source decided or quarantined, written as tables and a manifest, whole or not at all."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any as Anything
from typing import Literal

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine import VERSION
from engine.amount import NOTHING, Amount
from engine.columnar.layout import BOUNDS
from engine.decision import day_of
from engine.engines.engines import DEFAULT, connect
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.network import EngineFault
from engine.policy import Policy
from engine.problems import Invalid, Problem
from engine.running.deciding import Deciding
from engine.running.draft import draft
from engine.running.manifest import Counts, From, Made, Manifest, Sample, write_manifest
from engine.running.sampling import chosen
from engine.running.singly import Singly, Under
from engine.running.writing import Results
from engine.sourcing.sources import open_source

BATCH = 100_000
"""The doctors decided at once."""
TOGETHER = 500
"""Fewer doctors than this are all decided singly, in less time than it takes to write what an engine is asked."""
SAMPLE = 1_000
"""The doctors held against both single derivations, unless another number is asked for."""

Stage = Literal["source", "deciding", "sealing"]
Told = Callable[[Stage, int, int], None]
"""Hears what a run is at, how many doctors are through and how many there are."""


class Request(Struct, frozen=True, kw_only=True):
    """What is asked of a run: the policy's files, where the dossiers are, the folder to write, and how.

    If `priced`, the column `readings` tells which other readings would change each decision.
    """

    files: PolicyFiles
    data: str
    out: Path
    readings: Mapping[str, str] = {}
    as_of: date | None = None
    engine: str = DEFAULT
    memory: str | None = None
    sample: int = SAMPLE
    seed: int = 0
    jobs: int = 1
    batch: int = BATCH
    together: int = TOGETHER
    sort_by: str = "specialty"
    priced: bool = True

    @property
    def policy(self) -> Policy:
        """The policy under the readings asked for. Raises Invalid."""
        return linked(self.files, self.readings)

    @property
    def under(self) -> Under:
        """What the doctors are decided under, as other processes are told."""
        readings = tuple(sorted(self.readings.items()))
        return Under(self.files.folder, self.files.digest, readings, self.as_of, self.priced)


class Report(Struct, frozen=True):
    """What a run came to: its manifest, all that is paid, in points and in euros, and of what sort the doctors are.

    `sorts` is an Arrow table of the doctors' numbers and the field that they are told apart by, as the source has it.
    """

    manifest: Manifest
    points: Amount
    euros: Amount
    sorts: Anything


class _Counted(Struct):
    """What the batches came to so far."""

    singly: int = 0
    quarantined: int = 0
    points: Amount = NOTHING
    euros: Amount = NOTHING


def run(request: Request, told: Told = lambda *_: None) -> Report:
    """Decide every doctor of a source, in a new folder; `told` hears how far it is.

    Raises Invalid: the folder is there, the source cannot be read or changed meanwhile; EngineFault: a derivation
    diverges from another, or someone read is neither decided nor quarantined; OSError: it cannot be written. Then
    nothing is left.
    """
    for name, value in {"--sample": request.sample, "--seed": request.seed}.items():
        if value < 0:
            raise Invalid([Problem("below_minimum", place=name, details={"value": str(value), "limit": "0"})])
    with draft(request.out) as folder:
        return _run(request, folder, told)


def _run(request: Request, folder: Path, told: Told) -> Report:
    told("source", 0, 0)
    policy, counted = request.policy, _Counted()
    with ExitStack() as opened:
        source = opened.enter_context(open_source(request.data))
        found = From(source.kind, source.where, source.digest())
        numbers = source.numbers(policy.year)
        everyone = len(numbers.read)
        sample = chosen(numbers.read, request.sample, request.seed)
        scratch = Path(opened.enter_context(TemporaryDirectory(dir=folder)))
        engine = opened.enter_context(connect(request.engine, source, scratch, request.memory))
        results = opened.enter_context(Results(folder, policy))
        deciding = Deciding(
            request.files,
            policy,
            request.as_of,
            engine,
            source,
            frozenset(numbers.read) if everyone < request.together else numbers.odd | engine.singly,
            opened.enter_context(Singly(request.under, request.jobs)),
            sample,
            request.sort_by,
            request.priced,
        )
        sorts = []
        # A source without anyone is a batch too: of nobody.
        for first in range(0, max(everyone, 1), request.batch):
            told("deciding", first, everyone)
            heard = partial(_heard, told, first, everyone)
            batch = deciding.batch(numbers.read[first : first + request.batch], heard)
            results.write(batch.doctors, batch.nodes, batch.refused)
            sorts.append(batch.sorts)
            counted.singly += batch.singly
            counted.quarantined += len(batch.refused)
            counted.points += _sum(batch.doctors, "paid")
            counted.euros += _sum(batch.doctors, "euros")
        told("sealing", everyone, everyone)
        if source.digest() != found.digests:
            raise Invalid([Problem("source_changed", source.where)])
        made = Made(engine.backend.name, request.memory, counted.singly, _versions(engine.versions))
    tables = results.written()
    counts = Counts(everyone, tables["doctors"].rows, counted.quarantined, numbers.elsewhere)
    if counts.decided + counts.quarantined != counts.read:
        raise EngineFault(f"{counts.read} ≠ {counts.decided} + {counts.quarantined}")
    manifest = Manifest(
        year=policy.year,
        as_of=day_of(policy, request.as_of),
        policy=policy.digest,
        readings=dict(sorted(policy.choices.items())),
        priced=request.priced,
        source=found,
        counts=counts,
        sample=Sample(request.seed, request.sample, len(sample)),
        tables=tables,
        made=made,
    )
    write_manifest(folder, manifest)
    return Report(manifest, counted.points, counted.euros, arrow.concat_tables(sorts))


def _heard(told: Told, before: int, everyone: int, done: int) -> None:
    told("deciding", before + done, everyone)


def _sum(table: Anything, name: str) -> Amount:
    """The sum of a column of amounts, from least to most."""
    least, most = (computed.sum(table[f"{name}.{bound}"]).as_py() for bound in BOUNDS)
    return NOTHING if least is None else Amount(least, most)


def _versions(engine: Mapping[str, str]) -> dict[str, str]:
    own = {"product": VERSION, "python": platform.python_version(), "arrow": arrow.__version__}
    return {**own, **engine}
