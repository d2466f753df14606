"""A plan of control read again from its folder: how it was drawn, of whom, and who was drawn."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import MsgspecError, Struct, json

from engine.control.plan import Strategy
from engine.control.plan_record import SCHEMA, WORDS, digest_of, digest_of_manifest
from engine.control.strata import Field
from engine.loading import PolicyFiles
from engine.problems import Invalid, Problem
from engine.running.manifest import MANIFEST, From

ROWS = "plan.csv"
TEXT = "'"
"""What may stand before a cell, for spreadsheets."""


class Layer(Struct, frozen=True):
    """A stratum: so many doctors, of whom so many were drawn."""

    key: tuple[str, ...]
    doctors: int
    drawn: int


class Among(Struct, frozen=True):
    """How many were drawn among."""

    open: int


class Sealed(Struct, frozen=True):
    """The digest of those drawn, each with its stratum."""

    digest: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a plan says of itself, as far as an estimate needs it (`schemas/control-plan.schema.json`)."""

    schema: str
    year: int
    as_of: date
    policy: str
    readings: Mapping[str, str]
    source: From
    strategy: Strategy
    items: tuple[str, ...]
    by: tuple[Field, ...] = ()
    bands: tuple[Decimal, ...] = ()
    population: Among
    strata: tuple[Layer, ...] = ()
    drawn: Sealed
    digest: str


class Planned(Struct, frozen=True):
    """A plan in its folder; `doctors` gives each one drawn their stratum, in the order of the plan."""

    folder: Path
    manifest: Manifest
    doctors: Mapping[str, tuple[str, ...]]

    def check_policy(self, files: PolicyFiles) -> None:
        """Raises Invalid when the policy is not the one that the plan was made by."""
        if files.digest != self.manifest.policy:
            raise Invalid([Problem("plan_policy_changed", str(self.folder), details={"name": str(files.folder)})])


def read_planned(folder: Path) -> Planned:
    """The plan in a folder, drawn by chance. Raises Invalid: it is none, was altered, or was not drawn by chance."""
    file = folder / MANIFEST
    try:
        content = file.read_bytes()
        manifest, digest = json.decode(content, type=Manifest), digest_of_manifest(json.decode(content))
        with (folder / ROWS).open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        doctors = {row["doctor"]: row["stratum"].removeprefix(TEXT) for row in rows}
    except OSError as error:
        where = str(error.filename or file)
        raise Invalid([Problem("unreadable", where, details={"why": error.strerror or str(error)})]) from None
    except (MsgspecError, RecursionError, ValueError, csv.Error, KeyError, AttributeError) as error:
        raise Invalid([Problem("not_a_plan", str(folder), details={"why": str(error)})]) from None
    if manifest.schema != SCHEMA:
        raise Invalid([Problem("not_a_plan", str(folder), details={"why": manifest.schema})])
    if manifest.digest != digest:
        raise Invalid([Problem("plan_altered", str(file))])
    if manifest.strategy == "value-at-risk":
        raise Invalid([Problem("estimate_by_value", str(folder))])
    strata = {WORDS.join(one.key): one for one in manifest.strata}
    counts = [sum(key == name for key in doctors.values()) for name in strata]
    as_drawn = (
        all(_sound(one, manifest) for one in strata.values())
        and len(rows) == len(doctors)
        and digest_of(doctors.items()) == manifest.drawn.digest
        and set(doctors.values()) <= set(strata)
        and counts == [one.drawn for one in strata.values()]
        and sum(one.doctors for one in strata.values()) == manifest.population.open
    )
    if not as_drawn:
        raise Invalid([Problem("plan_altered", str(folder / ROWS))])
    return Planned(folder, manifest, {number: strata[name].key for number, name in doctors.items()})


def _sound(stratum: Layer, manifest: Manifest) -> bool:
    """Whether a stratum could have been made as the plan says that its own were."""
    if not 0 < stratum.drawn <= stratum.doctors or len(stratum.key) != len(manifest.by):
        return False
    bands = {str(rank) for rank in range(len(manifest.bands) + 1)}
    return all(name != "stake" or value in bands for name, value in zip(manifest.by, stratum.key, strict=True))
