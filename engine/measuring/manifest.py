"""What a count of flows says of itself: from what, under what, what became of every row, and each table written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, json

from engine.running.manifest import MANIFEST, From, Written

SCHEMA = "measure/1"


class Lack(Struct, frozen=True):
    """What the flows seem to lack, so that a count may be wrong: a flow has no row of some days, whoever's.

    `period`: of those counted; `before`: of those in which a doctor must have a row to be counted from the first day,
    without which everybody who has one later begins later.
    """

    code: Literal["period", "before"]
    measure: str
    side: str
    flow: str


class Account(Struct, frozen=True):
    """What became of the rows read for one side of a measure, of all doctors: they add up to `read`."""

    measure: str
    side: str
    flow: str
    read: int
    other: int
    quarantined: int
    out_of_period: int
    excluded: Mapping[str, int]
    counted: int


class FlowRead(Struct, frozen=True):
    """A flow: its rows, and those whose doctor's number is none."""

    rows: int
    of_nobody: int
    digest: str


class Made(Struct, frozen=True):
    """How it was made: all that may differ where the same question was asked of another engine or machine."""

    engine: str
    memory: str | None
    versions: Mapping[str, str]


class Manifest(Struct, frozen=True, kw_only=True):
    """A count of flows: without a clock, so that the same question gives the same answer.

    `without_dossier` are the doctors counted of whom `data`, if there is any, holds no dossier of the year.
    """

    schema: str = SCHEMA
    year: int
    policy: str
    readings: Mapping[str, str]
    where: str
    flows: Mapping[str, FlowRead]
    data: From | None
    without_dossier: int
    doctors: int
    lacks: tuple[Lack, ...]
    accounts: tuple[Account, ...]
    tables: Mapping[str, Written]
    made: Made


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest in a folder, last. Raises OSError."""
    (folder / MANIFEST).write_bytes(json.format(json.encode(manifest), indent=2) + b"\n")
