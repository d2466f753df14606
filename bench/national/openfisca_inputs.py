"""What the OpenFisca side is fed with: its input variables, and their arrays from the tables of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any as Anything

import polars as pl
import pyarrow as pa
from flat import FALLEN, FLAGS, ITEMS, MEASURES, NUMBERS, PAPERS, SUMMARIES, flat
from shape import CONNECTED, COORDINATED, EXEMPT, GENERALISTS, SUPPORT

UNKNOWN = 1
SPECIALTIES = (*GENERALISTS, *EXEMPT)
VIDEO = ("solution-complete", "abonnement-payant", "gratuite-professionnelle")
CHOICES = tuple(dict.fromkeys((*COORDINATED, *SUPPORT, *CONNECTED, "ressource", "externat", "niveau-1", *VIDEO)))
CHANNELS = ("amelipro", "amelipro_horaires", "papier", "caisse")
CERTIFICATIONS = ("definitive_en_vigueur", "definitive_anterieure", "provisoire")
KINDS = ("facture", "attestation-editeur")
STATUSES = ("installe", "remplacant", "collaborateur", "salarie")
SECTORS = ("1", "2")
CODES: dict[str, tuple[str, ...]] = {"specialty": SPECIALTIES, "sector": SECTORS, "status": STATUSES}
CODES |= {f"{item}_channel": CHANNELS for item in ITEMS.values()}
CODES |= {f"{item}_choice": CHOICES for item in ITEMS.values() if item not in PAPERS.values()}
CODES |= {
    f"{name}_paper_{what}": known
    for name in PAPERS.values()
    for what, known in (("kind", KINDS), ("certification", CERTIFICATIONS))
}
"""Texts that rules compare with a list: their place in it, from one; zero for any other, -1 for none."""
SOFTWARE = tuple(f"{name}_{what}" for name in PAPERS.values() for what in ("choice", "paper_software"))
DATES = ("activity_start", "activity_end", *(f"{item}_declared_on" for item in ITEMS.values()))
WRITTEN_DATES = tuple(
    f"{name}_paper_{what}"
    for name in PAPERS.values()
    for what in ("acquired_on", "certified_on", "procedure_started_on")
)
WRITTEN_DATES = (*WRITTEN_DATES, "equipements_connectes_acquired_on")
TRUTHS = (*FLAGS, *(f"{item}_sworn" for item in ITEMS.values()))
WRITTEN_TRUTHS = (
    "services_job_description",
    "video_secure",
    *(f"{name}_paper_nominative" for name in PAPERS.values()),
)
STATED = tuple(f"{name}_paper_editor" for name in PAPERS.values())
COUNTS = tuple(f"{name}_{what}" for name in (*MEASURES, *SUMMARIES) for what in ("numerator", "denominator"))
INTEGERS = (*COUNTS, *NUMBERS)
PRESENT = ("segur_prefill", "horaires_prefill", "coordination_asalee", *(f"{name}_fallen" for name in FALLEN))
CODES |= {f"{name}_fallen_choice": CHOICES for name in FALLEN}
NUMBERED = (*INTEGERS, *CODES, *SOFTWARE, "segur_prefill_choice", *TRUTHS, *WRITTEN_TRUTHS, *STATED, *PRESENT)
"""Inputs that are whole numbers."""
DATED = (*DATES, *WRITTEN_DATES)


def loaded(data: Path) -> tuple[Anything, dict[str, Anything]]:
    """The doctors' numbers, and the array of each input."""
    found = flat(data).with_columns(*_typed()).collect(engine="streaming")
    doctors = found["doctor"].to_arrow().cast(pa.string())
    arrays = {name: found[name].to_numpy() for name in NUMBERED}
    arrays |= {name: found[name].to_numpy().astype("datetime64[D]") for name in DATED}
    return doctors, arrays


def _typed() -> Iterator[pl.Expr]:
    col, when = pl.col, pl.when
    for name in INTEGERS:
        yield col(name).fill_null(-1).cast(pl.Int32)
    for name, known_texts in CODES.items():
        places = {text: place for place, text in enumerate(known_texts, start=1)}
        code_of = col(name).replace_strict(places, default=0, return_dtype=pl.Int32)
        yield when(col(name).is_null()).then(-1).otherwise(code_of).cast(pl.Int32).alias(name)
    # Names of software are free: two are compared by a number made of each.
    for name in (*SOFTWARE, "segur_prefill"):
        number = when(col(name).is_null()).then(-1).otherwise(col(name).hash() % 2**31)
        yield number.cast(pl.Int32).alias("segur_prefill_choice" if name == "segur_prefill" else name)
    for name in TRUTHS:
        yield (col(name).cast(pl.Int32) * 2).fill_null(UNKNOWN)
    for name in WRITTEN_TRUTHS:
        yield ((col(name) == "true").cast(pl.Int32) * 2).fill_null(UNKNOWN)
    for name in STATED:
        yield ((col(name) != "none").cast(pl.Int32) * 2).fill_null(UNKNOWN)
    for name in PRESENT:
        yield (
            when(col(name).is_null() | (col(name).cast(pl.String) == "false"))
            .then(0)
            .otherwise(1)
            .cast(pl.Int32)
            .alias(name)
        )
    for name in WRITTEN_DATES:
        yield col(name).str.to_date(strict=False)
