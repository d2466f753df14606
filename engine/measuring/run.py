"""Flows counted: every rate and fact that they give, for every doctor, written as tables, whole or not at all."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pyarrow as arrow
from msgspec import Struct

from engine import VERSION
from engine.choices import settle
from engine.engines.engines import connect, read_memory
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.measuring.accounts import Accounts
from engine.measuring.asking import Asking
from engine.measuring.carrying import Carried
from engine.measuring.counting import Counting
from engine.measuring.fates import sides
from engine.measuring.folder import open_flows
from engine.measuring.linking import counting_readings, flows_of, link_measures
from engine.measuring.manifest import FlowRead, Made, Manifest, write_manifest
from engine.measuring.owners import Owners, owners_of, rows_at_once
from engine.measuring.quarantine import of_nobody, ordered
from engine.measuring.writing import Owned, Results
from engine.policy import Policy
from engine.problems import Invalid, Problem
from engine.running.draft import draft
from engine.running.manifest import From
from engine.sourcing.sources import FolderSource

DEFAULT = "duckdb"
"""The engine of a count that names none: what does not fit in memory, it goes to the disk with."""

Stage = Literal["reading", "counting", "sealing"]
Told = Callable[[Stage, int, int], None]
"""Hears what a count is at, how many rows are through and how many there are."""


class Request(Struct, frozen=True, kw_only=True):
    """What is asked: the policy's files, where the flows are, the folder to write, and how.

    `data` is a folder of dossiers to put the counts in; `recorded_on` the day that they are recorded on.
    """

    files: PolicyFiles
    flows: Path
    out: Path
    data: Path | None = None
    readings: Mapping[str, str] = {}
    engine: str = DEFAULT
    memory: str | None = None
    recorded_on: date | None = None
    rows: int | None = None

    @property
    def at_once(self) -> int:
        """The rows of a batch. Raises Invalid."""
        return self.rows or rows_at_once(None if self.memory is None else read_memory(self.memory))


def measure(request: Request, told: Told = lambda *_: None) -> Manifest:
    """Count all flows of a folder, in a new folder; `told` hears how far it is.

    Raises Invalid: the folder is there, flows or dossiers cannot be read or changed meanwhile, a reading is none;
    EngineFault: what became of rows does not add up; OSError: it cannot be written. Then nothing is left.
    """
    with draft(request.out) as folder:
        return _measure(request, folder, told)


def _check_day(recorded_on: date | None, policy: Policy) -> None:
    """Raises Invalid when the counts of a year are said to be recorded before it is over."""
    last = policy.calendar["year"].last
    if recorded_on is not None and last is not None and recorded_on < last:
        details = {"day": recorded_on.isoformat(), "last": last.isoformat()}
        raise Invalid([Problem("recorded_early", details=details)])


def _measure(request: Request, folder: Path, told: Told) -> Manifest:
    told("reading", 0, 0)
    files, policy = request.files, linked(request.files, {})
    _check_day(request.recorded_on, policy)
    measures = link_measures(files, request.readings)
    used = {one.asked.flow for measuring in measures for one in sides(measuring)}
    flows = {name: flow for name, flow in flows_of(files).items() if name in used}
    if not flows:
        raise Invalid([Problem("no_measures", str(files.folder), details={"year": str(files.year)})])
    source, data = open_flows(request.flows, flows), request.data and FolderSource(request.data)
    carried = Carried(data or None, files.year, [one.id for one in measures])
    digests, before = source.digest(), data and data.digest()
    owners = owners_of(source)
    without_dossier = carried.strangers(owners.doctors)
    accounts = Accounts(measures, owners)
    askings = {name: Asking(flow, measures) for name, flow in flows.items()}
    settled = settle(counting_readings(files), request.readings)
    unusual = {name: option for name, option in settled.items() if option != counting_readings(files)[name].default}
    with ExitStack() as opened:
        scratch = Path(opened.enter_context(TemporaryDirectory(dir=folder)))
        engine = opened.enter_context(connect(request.engine, source, scratch, request.memory))
        counting = Counting(engine, policy.vocabulary, measures, askings, owners)
        results = opened.enter_context(
            Results(folder, Owned(files.year, request.recorded_on, flows, unusual), carried)
        )
        done, rows = 0, sum(owners.doctors.values())
        for batch in owners.batches(request.at_once):
            told("counting", done, rows)
            counted = counting.count(batch)
            accounts.add(batch.doctors, counted.folded)
            results.write(batch.doctors, counted.folded, counted.quarantined)
            done += batch.rows
        for name, flow in flows.items():
            for some in owners.nobody(name, request.at_once):
                results.refuse(ordered([of_nobody(flow, rows) for rows in source.of_some(name, some)]))
        told("sealing", rows, rows)
        made = Made(engine.backend.name, request.memory, {**_versions(), **engine.versions})
    results.settle(owners.doctors)
    if source.digest() != digests or (data and data.digest() != before):
        raise Invalid([Problem("source_changed", str(request.flows))])
    manifest = Manifest(
        year=files.year,
        policy=files.digest,
        readings=dict(sorted(settled.items())),
        where=str(request.flows),
        flows={name: _read(name, owners, digests) for name in sorted(flows)},
        data=From(data.kind, data.where, before or {}) if data else None,
        without_dossier=without_dossier,
        doctors=len(owners.doctors),
        lacks=tuple(accounts.lacks()),
        accounts=tuple(accounts.told()),
        tables=results.written(),
        made=made,
    )
    write_manifest(folder, manifest)
    return manifest


def _read(name: str, owners: Owners, digests: Mapping[str, str]) -> FlowRead:
    return FlowRead(owners.of[name].total(), owners.of_nobody(name), digests[name])


def _versions() -> dict[str, str]:
    return {"product": VERSION, "python": platform.python_version(), "arrow": arrow.__version__}
