"""The rules of 2023 by hand with polars, with every condition: what `by_polars.py` writes, and a table of conditions.

    .venv/bin/python bench/national/by_polars_nodes.py DATA OUT     # OUT: a folder

The tables are made flat by polars; the conditions are those of `by_sql_nodes.py`, whose SQL polars reads as
expressions of its own. Doctors with two rows of one thing may be decided wrong, and are told apart by nothing.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

import by_polars
import polars as pl
from flat import counts
from hand_leaves import FACTS, ITEMS, PAPERS, PLAIN, SWORN, WRITTEN, gates, indicators, leaves, short, whys
from shape import EQUIPMENT, SERVICES
from shown_nodes import shown

HAS = re.compile(r"has\(\w+, \d+\)")
"""What is there twice is null here."""
FIELDS = ("specialty", "sector", "status", "hospital_practitioner", "activity_start", "activity_end")

COUNTS = ("numerator", "denominator")
CODED = {
    "doctors": ("specialty", "sector", "status"),
    "declarations": ("choice", "channel"),
    "attributes": ("value",),
    "findings": ("choice", "outcome"),
    "documents": ("kind", "status"),
    "prefills": ("choice",),
}
"""Texts that are gathered as numbers, which is quicker."""

col, when = pl.col, pl.when


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    run(asked.data, asked.out)


def run(data: Path, out: Path) -> None:
    """Decide everybody of a folder of tables and write one row a doctor in each of two tables."""
    out.mkdir(parents=True, exist_ok=True)
    by_polars.run(data, out / "doctors.parquet")
    found = flat(data).with_columns(_made((*leaves(), *whys()))).with_columns(_made(gates()))
    found = found.with_columns(_made(indicators())).with_columns(
        volet_1=pl.all_horizontal(f"i_{short(name)}" for name in EQUIPMENT),
        volet_2=pl.all_horizontal(f"i_{short(name)}" for name in SERVICES),
    )
    found.select("doctor", *_made(shown())).sink_parquet(
        out / "nodes.parquet", compression="zstd", maintain_order=False
    )


def _made(columns: Iterable[tuple[str, str]]) -> list[pl.Expr]:
    return [pl.sql_expr(HAS.sub("TRUE", sql)).alias(name) for name, sql in columns]


def flat(data: Path, declarations: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """One row a doctor with everything that conditions look at: of all declarations, unless some are given."""
    made = rows_of(data, "declarations") if declarations is None else declarations
    found = rows_of(data, "doctors").select("doctor", *FIELDS)
    for part in (counts(data), _facts(data), _declared(data, made), _papers(data), _prefilled(data)):
        found = found.join(part, on="doctor", how="left")
    names = {f"{name}_{long}": f"{name}_{long[0]}" for name in _measured(found) for long in COUNTS}
    return found.rename(names).with_columns(col("filed").fill_null(False))


def rows_of(data: Path, table: str) -> pl.LazyFrame:
    return coded(table, by_polars.rows_of(data, table))


def coded(table: str, rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(col(name).cast(pl.Categorical) for name in CODED.get(table, ()))


def _measured(found: pl.LazyFrame) -> list[str]:
    names = found.collect_schema().names()
    return [name.removesuffix("_numerator") for name in names if name.endswith("_numerator")]


def _facts(data: Path) -> pl.LazyFrame:
    mine = {name: col("fact") == name for name in FACTS}
    once = (when(of.sum() == 1).then(when(of).then(col("value")).max()).alias(name) for name, of in mine.items())
    return rows_of(data, "facts").group_by("doctor").agg(once)


def _declared(data: Path, made: pl.LazyFrame) -> pl.LazyFrame:
    said = (
        rows_of(data, "attributes")
        .filter(col("of") == "declarations", col("name").is_in(["job_description", "secure", "acquired_on"]))
        .select("doctor", "row", said=col("value"))
    )
    found = (
        rows_of(data, "findings")
        .filter(col("outcome").is_in(["refuted", "not_produced"]))
        .select("doctor", "item", against=col("choice"), outcome=col("outcome"))
    )
    item, choice = col("item"), col("choice")
    columns = [
        when(item == long).then(col(what)).max().alias(f"{name}_{what}")
        for long, name in ITEMS.items()
        for what in ("channel", "declared_on", "choice", *(SWORN if name not in PLAIN else ()))
    ]
    filed = ((item == "coordination") & (choice == "asalee") & col("sworn")).any().alias("filed")
    return (
        made.select("doctor", "row", "item", "choice", "channel", "declared_on", "sworn")
        .join(said, on=["doctor", "row"], how="left")
        .join(found, on=["doctor", "item"], how="left")
        .with_columns(fell=when((col("against") == choice).fill_null(True)).then(col("outcome")))
        .group_by("doctor")
        .agg(*columns, filed)
    )


def _papers(data: Path) -> pl.LazyFrame:
    said = (
        rows_of(data, "attributes")
        .filter(col("of") == "documents", col("name").is_in(WRITTEN))
        .group_by("doctor", "row")
        .agg(when(col("name") == name).then(col("value")).max().alias(name) for name in WRITTEN)
    )
    return (
        rows_of(data, "documents")
        .filter(~((col("status") == "rejected") & col("id").is_not_null()).fill_null(False))
        .select("doctor", "row", "kind", "status")
        .join(rows_of(data, "document_items").select("doctor", "row", "item"), on=["doctor", "row"])
        .join(said, on=["doctor", "row"])
        .group_by("doctor")
        .agg(
            when(col("item") == item).then(col(what)).max().alias(f"{name}_paper_{what}")
            for item, name in PAPERS.items()
            for what in ("kind", "status", *WRITTEN)
        )
    )


def _prefilled(data: Path) -> pl.LazyFrame:
    item = col("item")
    segur = when(item == "logiciel-segur").then(col("choice")).max()
    return (
        rows_of(data, "prefills")
        .group_by("doctor")
        .agg(prefill_segur=segur, prefill_horaires=(item == "horaires").any())
    )


if __name__ == "__main__":
    main()
