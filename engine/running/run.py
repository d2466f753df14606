"""The run: every doctor of a source decided or quarantined, written as tables and a manifest, whole or not at all."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any as Anything
from typing import Literal

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine import VERSION
from engine.amount import NOTHING, Amount
from engine.decision import day_of
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.network import EngineFault
from engine.policy import Policy
from engine.problems import Invalid, Problem
from engine.running.deciding import Deciding
from engine.running.draft import draft
from engine.running.layout import doctors_schema, nodes_schema
from engine.running.manifest import Counts, From, Made, Manifest, Sample, Written, digest_of, write_manifest
from engine.running.quarantine import SCHEMA, quarantine_table
from engine.running.sampling import chosen
from engine.running.singly import Singly, Under
from engine.running.sources import open_source
from engine.running.writing import TableOut

BATCH = 50_000
"""The doctors decided at once."""
SAMPLE = 1_000
"""The doctors held against both single derivations, unless another number is asked for."""

Stage = Literal["source", "deciding", "sealing"]
Told = Callable[[Stage, int, int], None]
"""Hears what a run is at, how many doctors are through and how many there are."""


class Request(Struct, frozen=True, kw_only=True):
    """What is asked of a run: the policy's files, where the dossiers are, the folder to write, and how."""

    files: PolicyFiles
    data: str
    out: Path
    readings: Mapping[str, str] = {}
    as_of: date | None = None
    sample: int = SAMPLE
    seed: int = 0
    jobs: int = 1
    batch: int = BATCH

    @property
    def policy(self) -> Policy:
        """The policy under the readings asked for. Raises Invalid."""
        return linked(self.files, self.readings)


class Report(Struct, frozen=True):
    """What a run came to: its manifest, and all that is paid, in points and in euros."""

    manifest: Manifest
    points: Amount
    euros: Amount


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
    for value in (request.sample, request.seed):
        if value < 0:
            raise Invalid([Problem("below_minimum", details={"value": str(value), "limit": "0"})])
    with draft(request.out) as folder:
        return _run(request, folder, told)


def _run(request: Request, folder: Path, told: Told) -> Report:
    policy = request.policy
    told("source", 0, 0)
    source = open_source(request.data)
    found = From(source.kind, source.where, source.digest())
    numbers = source.numbers(policy.year)
    everyone = len(numbers.read)
    sample = chosen(numbers.read, request.sample, request.seed)
    under = Under(request.files.folder, request.files.digest, tuple(request.readings.items()), request.as_of)
    schemas = {"doctors": doctors_schema(policy), "nodes": nodes_schema(policy), "quarantine": SCHEMA}
    counted = _Counted()
    with ExitStack() as opened:
        outs = {name: opened.enter_context(TableOut(_file(folder, name), one)) for name, one in schemas.items()}
        deciding = Deciding(policy, source, opened.enter_context(Singly(under, request.jobs)), sample)
        for first in range(0, everyone, request.batch):
            some = numbers.read[first : first + request.batch]
            batch = deciding.batch(some, lambda done, first=first: told("deciding", first + done, everyone))  # type: ignore[misc]
            for name, table in zip(outs, (batch.doctors, batch.nodes, quarantine_table(batch.refused)), strict=True):
                outs[name].write(table)
            counted.singly += batch.singly
            counted.quarantined += len(batch.refused)
            counted.points += _sum(batch.doctors, "paid")
            counted.euros += _sum(batch.doctors, "euros")
    told("sealing", everyone, everyone)
    if source.digest() != found.digests:
        raise Invalid([Problem("source_changed", source.where)])
    counts = Counts(everyone, outs["doctors"].rows, counted.quarantined, numbers.elsewhere)
    if counts.decided + counts.quarantined != counts.read:
        raise EngineFault(f"{counts.read} ≠ {counts.decided} + {counts.quarantined}")
    manifest = Manifest(
        year=policy.year,
        as_of=day_of(policy, request.as_of),
        policy=policy.digest,
        readings=dict(sorted(policy.choices.items())),
        source=found,
        counts=counts,
        sample=Sample(request.seed, request.sample, len(sample)),
        tables={name: Written(out.rows, digest_of(_file(folder, name))) for name, out in outs.items()},
        made=Made(engine="", memory=None, singly=counted.singly, versions=_versions()),
    )
    write_manifest(folder, manifest)
    return Report(manifest, counted.points, counted.euros)


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


def _sum(table: Anything, name: str) -> Amount:
    """The sum of a column of amounts, from least to most."""
    least, most = (computed.sum(table[f"{name}.{bound}"]).as_py() for bound in ("least", "most"))
    return NOTHING if least is None else Amount(least, most)


def _versions() -> dict[str, str]:
    return {"product": VERSION, "python": platform.python_version(), "arrow": arrow.__version__}
