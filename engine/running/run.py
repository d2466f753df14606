"""The run: every doctor of a source decided or quarantined, written as tables and a manifest, whole or not at all."""

from __future__ import annotations

import gc
import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any as Anything
from typing import Literal

import pyarrow as arrow
from msgspec import Struct

from engine import VERSION
from engine.columnar.layout import check_amounts
from engine.decision import day_of
from engine.engines.engines import DEFAULT, connect, read_memory
from engine.garbage import set_aside
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
from engine.sourcing.opening import open_source
from engine.sourcing.sources import Source
from engine.tables import DOCTORS
from engine.tabular import texts

BATCH = 200_000
"""The doctors decided at once, where memory is not counted."""
EACH, LEAST = 40_000, 2_000
"""The bytes that a doctor of a batch takes, about, and the fewest doctors of a batch where bytes are counted."""
TOGETHER = 500
"""Fewer doctors than this are all decided singly, in less time than it takes to write what an engine is asked."""
SAMPLE = 1_000
"""The doctors held against both single derivations, unless another number is asked for."""
REPRICED = 100
"""Those of them of whom other readings are sought singly too, which takes as long as all else."""

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
    def at_once(self) -> int:
        """The doctors of a batch: as many as fit in the memory given. Raises Invalid."""
        return self.batch if self.memory is None else min(self.batch, max(LEAST, read_memory(self.memory) // EACH))

    @property
    def under(self) -> Under:
        """What the doctors are decided under, as other processes are told."""
        readings = tuple(sorted(self.readings.items()))
        return Under(self.files.folder, self.files.digest, readings, self.as_of, self.priced)


class Report(Struct, frozen=True):
    """What a run came to: its manifest, and of what sort the doctors are.

    `sorts` is an Arrow table of the doctors' numbers and the field that they are told apart by, as the source has it.
    """

    manifest: Manifest
    sorts: Anything


class _Counted(Struct):
    """What the batches came to so far."""

    singly: int = 0
    quarantined: int = 0
    twice: int = 0


def run(request: Request, told: Told = lambda *_: None) -> Report:
    """Decide every doctor of a source, in a new folder; `told` hears how far it is.

    Raises Invalid: the folder is there, the source cannot be read, changed meanwhile or has nobody of the year;
    EngineFault: a derivation diverges from another, or someone read is neither decided nor quarantined; OSError: it
    cannot be written. Then nothing is left.
    """
    for name, value in {"--sample": request.sample, "--seed": request.seed}.items():
        if value < 0:
            raise Invalid([Problem("below_minimum", place=name, details={"value": str(value), "limit": "0"})])
    with draft(request.out) as folder:
        return _run(request, folder, told)


def _run(request: Request, folder: Path, told: Told) -> Report:
    told("source", 0, 0)
    policy, counted = request.policy, _Counted()
    check_amounts(policy)
    with ExitStack() as opened:
        opened.callback(gc.unfreeze)
        set_aside()
        source = opened.enter_context(open_source(request.data))
        found = From(source.kind, source.where, source.digest())
        numbers = source.numbers(policy.year)
        everyone, size = len(numbers.read), request.at_once
        if numbers.elsewhere and not everyone:
            raise _other_years(source, policy.year)
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
            opened.enter_context(Singly(request.under, request.jobs, expected=len(sample))),
            sample,
            chosen(sample, REPRICED, request.seed),
            request.sort_by,
            request.priced,
            # Two batches at a time take more memory than one.
            ahead=engine.apart and request.memory is None,
        )
        heard, sorts = partial(_heard, told, everyone), list[Anything]()
        # Whatever fails, the engine is let go of before it is closed.
        for batch in opened.enter_context(closing(deciding.batches(numbers.read, size, heard))):
            if not sorts:
                set_aside()
            results.write(batch.doctors, batch.nodes, batch.refused)
            sorts.append(batch.sorts)
            counted.singly += batch.singly
            counted.quarantined += len(batch.refused)
            counted.twice += len(sample.intersection(batch.numbers).difference(one for one, _ in batch.refused))
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
        sample=Sample(request.seed, request.sample, counted.twice),
        tables=tables,
        made=made,
    )
    write_manifest(folder, manifest)
    return Report(manifest, arrow.concat_tables(sorts))


def _heard(told: Told, everyone: int, done: int) -> None:
    told("deciding", done, everyone)


def _other_years(source: Source, year: int) -> Invalid:
    """What is told of a source that has doctors, and nobody of the year."""
    years: set[str] = set()
    for table, rows in source.parts():
        if table == DOCTORS:
            years.update(texts(rows.column("year")).unique().to_pylist())
    return Invalid(
        [Problem("no_campaign", source.where, details={"year": str(year), "names": ", ".join(sorted(years))})]
    )


def _versions(engine: Mapping[str, str]) -> dict[str, str]:
    own = {"product": VERSION, "python": platform.python_version(), "arrow": arrow.__version__}
    return {**own, **engine}
