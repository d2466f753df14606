"""A run read again: what a doctor of it was decided on, and under what, as the manifest tells.

The run holds no dossier. The source is asked again, and refused where it is no longer what the run read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from errno import ENOENT
from pathlib import Path

import pyarrow.dataset as datasets
from msgspec import MsgspecError, Struct, json
from pyarrow.lib import ArrowException

from engine.loading import PolicyFiles
from engine.problems import Invalid, Problem
from engine.running.manifest import MANIFEST, SCHEMA, From, Manifest
from engine.schema import valid
from engine.sourcing.opening import open_source
from engine.sourcing.sources import Source
from engine.tabular import unreadable
from engine.yamltext import Page

SHOWN = 80
"""The letters shown of a kind of manifest that is not known."""


def read_run(folder: Path) -> Kept:
    """The run in a folder. Raises Invalid when it is none."""
    file = folder / MANIFEST
    try:
        manifest = json.decode(file.read_bytes(), type=Manifest)
    except OSError as error:
        raise Invalid([Problem("unreadable", str(file), details={"why": error.strerror or str(error)})]) from None
    except MsgspecError as error:
        raise Invalid([Problem("not_a_run", str(file), details={"why": str(error)})]) from None
    if manifest.schema != SCHEMA:
        raise Invalid([Problem("not_a_run", str(file), details={"why": manifest.schema[:SHOWN]})])
    return Kept(folder, manifest)


class Kept(Struct, frozen=True):
    """A run that was made, and what it says of itself."""

    folder: Path
    manifest: Manifest

    def check_asked(self, year: int | None, readings: Mapping[str, str], as_of: date | None) -> None:
        """Raises Invalid when anything else is asked for than what the run decided under."""
        made = self.manifest
        asked = {"--year": year, "--as-of": as_of, **_named(readings)}
        under = {"--year": made.year, "--as-of": made.as_of, **_named(made.readings)}
        for name, value in asked.items():
            if value is not None and value != under.get(name):
                details = {"name": name, "value": str(value), "kept": str(under.get(name, "–"))}
                raise Invalid([Problem("run_under_other", str(self.folder), details=details)])

    def check_policy(self, files: PolicyFiles) -> None:
        """Raises Invalid when the policy is not the one that the run decided by."""
        if files.digest != self.manifest.policy:
            raise Invalid([Problem("run_policy_changed", str(self.folder), details={"name": str(files.folder)})])

    def page(self, doctor: str) -> Page:
        """The page of a doctor of the run, valid under its schema, from the source as the run read it.

        Raises Invalid: the source is gone or has changed, the run did not read this doctor, the page is not valid.
        """
        with self.source() as source:
            if not any(self._holds(table, doctor) for table in ("doctors", "quarantine")):
                details = {"name": doctor, "nearest": "", "valid": ""}
                raise Invalid([Problem("unknown_doctor", str(self.folder), details=details)])
            page = next(iter(source.pages([doctor])))
        if isinstance(page, Invalid):
            raise page
        return valid(page, "dossier")

    def _holds(self, table: str, doctor: str) -> bool:
        """Whether a table of the run has a row of a doctor."""
        file = self.folder / f"{table}.parquet"
        try:
            opened = datasets.dataset(str(file), format="parquet")
            return bool(opened.count_rows(filter=datasets.field("doctor") == doctor))
        except FileNotFoundError:
            raise Invalid([Problem("unreadable", str(file), details={"why": os.strerror(ENOENT)})]) from None
        except (OSError, ArrowException) as error:
            raise unreadable(str(file), error) from None

    @contextmanager
    def source(self) -> Iterator[Source]:
        """The source, as the run read it. Raises Invalid."""
        with source_as_read(self.folder, self.manifest.source) as source:
            yield source


@contextmanager
def source_as_read(folder: Path, found: From) -> Iterator[Source]:
    """A source, as what is in a folder was made of it. Raises Invalid: it is gone, or has changed since."""
    where = {"where": found.where}
    with ExitStack() as opened:
        try:
            source = opened.enter_context(open_source(found.where))
            digests = source.digest()
        except Invalid as invalid:
            gone = Problem("run_source_gone", str(folder), details=where)
            raise Invalid([gone, *invalid.problems]) from None
        if digests != found.digests:
            raise Invalid([Problem("run_source_changed", str(folder), details=where)])
        yield source


def _named(readings: Mapping[str, str]) -> dict[str, str]:
    return {f"--reading {name}": option for name, option in readings.items()}
