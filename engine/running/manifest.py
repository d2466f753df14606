"""What a run says of itself: what it decided, on what, under what, and the digest of every table it wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct, json

from engine.problems import Invalid, Problem

MANIFEST = "manifest.json"
SCHEMA = "run/1"


class From(Struct, frozen=True):
    """Where the dossiers are, as it was given, and the digest of each table or file there."""

    kind: str
    where: str
    digests: Mapping[str, str]


class Counts(Struct, frozen=True):
    """Doctors: those read, who are those decided and those quarantined; and those without a campaign of the year."""

    read: int
    decided: int
    quarantined: int
    elsewhere: int


class Sample(Struct, frozen=True):
    """The doctors decided by both single derivations, and held against the rows written."""

    seed: int
    size: int
    doctors: int


class Written(Struct, frozen=True):
    """A table of the run."""

    rows: int
    digest: str


class Made(Struct, frozen=True):
    """How the run was made: all that may differ where the same question was asked of another engine or machine."""

    engine: str
    memory: str | None
    singly: int
    versions: Mapping[str, str]


class Manifest(Struct, frozen=True, kw_only=True):
    """A run: without a clock, so that the same question gives the same answer."""

    schema: str = SCHEMA
    year: int
    as_of: date
    policy: str
    readings: Mapping[str, str]
    priced: bool
    source: From
    counts: Counts
    sample: Sample
    tables: Mapping[str, Written]
    made: Made


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest in a folder, last. Raises OSError."""
    (folder / MANIFEST).write_bytes(json.format(json.encode(manifest), indent=2) + b"\n")


def digest_of(file: Path) -> str:
    """SHA-256 of a file. Raises Invalid when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    except OSError as error:
        raise Invalid([Problem("unreadable", str(file), details={"why": error.strerror or str(error)})]) from None
