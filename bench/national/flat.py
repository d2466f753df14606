"""The tables of a folder as one flat row a doctor, by polars: what sides that know one doctor at a time are fed with.

Each thing that rules ask of has its column, null where it is not known. One row a doctor holds one declaration and
one paper an item: of several declarations the last made in time stands, of several papers one not rejected.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

YEAR = 2023
CLOSED, YEAR_END = date(2024, 2, 4), date(2023, 12, 31)
MEASURES = ("teletransmission", "dcmt", "pse", "aat", "cm_atmp", "spe", "dsg", "dmp", "mss", "ordonnances")
SUMMARIES = ("vsm", "vsm_later")
NUMBERS = ("apcv_fse", "sas_minutes_hebdomadaires")
FLAGS = ("sas_departement", "sas_plateforme", "sas_regulation", "sas_cpts")
ITEMS = {
    "logiciel-segur": "segur",
    "logiciel-lap": "lap",
    "horaires": "horaires",
    "codage": "codage",
    "coordination": "coordination",
    "services": "services",
    "maitre-de-stage": "maitre_de_stage",
    "video": "video",
    "equipements-connectes": "equipements_connectes",
}
SAID = {"services": "job_description", "video": "secure", "equipements_connectes": "acquired_on"}
"""The attribute of a declaration that a rule reads."""
PAPERS = {"logiciel-segur": "segur", "logiciel-lap": "lap"}
WRITTEN = ("editor", "software", "acquired_on", "nominative", "certification", "certified_on", "procedure_started_on")
REPEATED = ("codage", "coordination")
"""Items that some declare twice."""
FALLEN = ("codage", "coordination")

col, when = pl.col, pl.when


def flat(data: Path, doctors: int | None = None) -> pl.LazyFrame:
    """One row a doctor, of the first ones or of all."""
    known = _rows(data, "doctors").select("doctor", "specialty", "sector", "status", "activity_start", "activity_end")
    if doctors is not None:
        known = known.sort("doctor").head(doctors)
    known = known.join(counts(data).drop("counted"), on="doctor", how="left")
    for part in (_facts, _declarations, _papers, _prefills, _findings):
        known = known.join(part(data), on="doctor", how="left")
    return known


def _rows(data: Path, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(data / f"{table}.parquet").filter(col("year") == YEAR)


def counts(data: Path) -> pl.LazyFrame:
    """Counts of a measure: known when there is one row of them, or one of each place of practice."""
    later = (col("measure") == "vsm") & (col("period_end") > YEAR_END)
    counts = _rows(data, "measures").with_columns(
        measure=when(later).then(pl.lit("vsm_later")).otherwise(col("measure"))
    )
    places = _rows(data, "locations").group_by("doctor").agg(places=col("id").count())
    alone = counts.filter(col("location").is_null()).select("doctor", "measure", "numerator", "denominator")
    together = (
        counts.filter(col("location").is_not_null())
        .join(places, on="doctor")
        .group_by("doctor", "measure")
        .agg(
            col("numerator").sum(), denominator=when(pl.len() == col("places").first()).then(col("denominator").sum())
        )
    )
    columns = []
    for name in (*MEASURES, *SUMMARIES):
        mine = col("measure") == name
        for what in ("numerator", "denominator"):
            columns += [when(mine.sum() == 1).then(when(mine).then(col(what)).max()).alias(f"{name}_{what}")]
    rows = tally("measure", (*MEASURES, *SUMMARIES)).alias("counted")
    return pl.concat([alone, together]).group_by("doctor").agg(*columns, rows)


def tally(column: str, names: Iterable[str]) -> pl.Expr:
    """How many rows there are of each thing, two bits a thing."""
    return pl.sum_horizontal(
        (col(column) == name).sum().cast(pl.Int64) * 4**place for place, name in enumerate(names)
    )


def _facts(data: Path) -> pl.LazyFrame:
    """Automated values; those of one day that differ are not known."""
    value = col("value")
    columns = []
    for name in (*NUMBERS, *FLAGS):
        told = when(col("fact") == name).then(
            value.cast(pl.Int64, strict=False) if name in NUMBERS else value == "true"
        )
        columns += [when(told.min() == told.max()).then(told.max()).alias(name)]
    return _rows(data, "facts").group_by("doctor").agg(columns)


def _declarations(data: Path) -> pl.LazyFrame:
    names = tuple(SAID.values())
    said = (
        _rows(data, "attributes")
        .filter(col("of") == "declarations", col("name").is_in(names))
        .select("doctor", "row", said=col("value"))
    )
    item = col("item")
    columns = []
    for name, short in ITEMS.items():
        for what in ("channel", "declared_on", "sworn", "choice"):
            columns += [when(item == name).then(col(what)).max().alias(f"{short}_{what}")]
        if short in SAID:
            columns += [when(item == name).then(col("said")).max().alias(f"{short}_{SAID[short]}")]
    wide = standing(data).join(said, on=["doctor", "row"], how="left").group_by("doctor").agg(columns)
    return wide.join(asalee(data), on="doctor", how="left")


def asalee(data: Path) -> pl.LazyFrame:
    """Who declared the device asalee for coordination, by any declaration."""
    mine = (col("item") == "coordination") & (col("choice") == "asalee") & col("sworn")
    return _made(data).filter(mine).select("doctor", coordination_asalee=pl.lit(True)).unique()


def _made(data: Path) -> pl.LazyFrame:
    return _rows(data, "declarations").select("doctor", "row", "item", "choice", "channel", "declared_on", "sworn")


def standing(data: Path) -> pl.LazyFrame:
    """The declarations that stand, one an item."""
    made = _made(data)
    said_twice = (
        made.filter(col("item").is_in(REPEATED))
        .group_by("doctor")
        .agg(twice=col("item").n_unique() < pl.len())
        .filter(col("twice"))
        .select("doctor")
    )
    # The last made in time counts; when none was, the first of those that came late; of one day, the last row.
    late = col("declared_on") > CLOSED
    delay = when(late).then(col("declared_on") - pl.lit(CLOSED)).otherwise(pl.lit(CLOSED) - col("declared_on"))
    ranked = (
        made.join(said_twice, on="doctor", how="semi")
        .with_columns(late=late, delay=delay)
        .sort("late", "delay", "row", descending=[False, False, True])
    )
    kept = ranked.unique(["doctor", "item"], keep="first", maintain_order=True).select(made.collect_schema().names())
    return pl.concat([made.join(said_twice, on="doctor", how="anti"), kept])


def _papers(data: Path) -> pl.LazyFrame:
    said = (
        _rows(data, "attributes")
        .filter(col("of") == "documents", col("name").is_in(WRITTEN))
        .group_by("doctor", "row")
        .agg(when(col("name") == name).then(col("value")).max().alias(name) for name in WRITTEN)
    )
    shown = (
        _rows(data, "documents")
        .filter(col("status") != "rejected")
        .select("doctor", "row", "kind")
        .join(_rows(data, "document_items").select("doctor", "row", "item"), on=["doctor", "row"])
        .join(said, on=["doctor", "row"])
    )
    mine = {name: col("item") == item for item, name in PAPERS.items()}
    return shown.group_by("doctor").agg(
        when(mine[name]).then(col(what)).max().alias(f"{name}_paper_{what}")
        for name in mine
        for what in ("kind", *WRITTEN)
    )


def _prefills(data: Path) -> pl.LazyFrame:
    item = col("item")
    return (
        _rows(data, "prefills")
        .group_by("doctor")
        .agg(
            segur_prefill=when(item == "logiciel-segur").then(col("choice")).max(),
            horaires_prefill=(item == "horaires").any(),
        )
    )


def _findings(data: Path) -> pl.LazyFrame:
    against = _rows(data, "findings").filter(col("outcome").is_in(["refuted", "not_produced"]))
    columns = []
    for name in FALLEN:
        mine = col("item") == name
        columns += [
            mine.any().alias(f"{name}_fallen"),
            when(mine).then(col("choice")).max().alias(f"{name}_fallen_choice"),
        ]
    return against.group_by("doctor").agg(columns)
