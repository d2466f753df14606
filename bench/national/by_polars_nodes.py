"""The rules of 2023 by hand with polars, with every condition: what `by_polars.py` writes, why, and all conditions.

    .venv/bin/python bench/national/by_polars_nodes.py DATA OUT     # OUT: a folder

The tables are made flat by polars; the conditions are those of `by_sql_nodes.py`, whose SQL polars reads as
expressions of its own. Of an item declared twice one declaration is taken. Both tables are made in one pass.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

import by_polars
import polars as pl
from flat import SUMMARIES, asalee, counts, standing, tally
from hand_leaves import FACTS, ITEMS, PAPERS, PLAIN, SWORN, WRITTEN, gates, indicators, leaves, short, whys
from hand_reasons import WORD, WORDS, explained
from polars_amounts import amounts, tiers, together
from shape import EQUIPMENT, SERVICES
from shown_nodes import NOBODY, shown

HAS = re.compile(r"has\(\w+, \d+\)")
"""What is there twice is null here."""
TWICE = re.compile(r"twice\((\w+), (\d+)\)")
TOLD = pl.Enum(WORDS)
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
    found = flat(data).with_columns(**_made((*leaves(), *whys()))).with_columns(**_made(gates()))
    found = found.with_columns(**_made(indicators())).with_columns(
        volet_1=pl.all_horizontal(f"i_{short(name)}" for name in EQUIPMENT),
        volet_2=pl.all_horizontal(f"i_{short(name)}" for name in SERVICES),
    )
    tables = {"doctors": doctors(found), "nodes": found.select("doctor", **_made(shown()))}
    sinks = [
        table.sink_parquet(out / f"{name}.parquet", compression="zstd", maintain_order=False, lazy=True)
        for name, table in tables.items()
    ]
    pl.collect_all(sinks, engine="streaming")


def doctors(found: pl.LazyFrame) -> pl.LazyFrame:
    """One row a doctor: what is granted and paid, and why."""
    told = _made(explained())
    granted = {name: col(f"i_{short(name)}") for name in (*EQUIPMENT, *SERVICES)}
    summaries = tiers([_reached(col(f"l_{name}_half"), col(f"l_{name}_nine")) for name in SUMMARIES])
    found = found.select("doctor", "eligible", **summaries, **granted, **told)
    return amounts(together(found), told)


def _reached(half: pl.Expr, nine: pl.Expr) -> pl.Expr:
    """The bit of the tier that a summary has reached, as `by_polars.py` has it."""
    return when(nine).then(4).when(half).then(2).when(~half).then(1).otherwise(0)


def _made(columns: Iterable[tuple[str, str]]) -> dict[str, pl.Expr]:
    """Expressions from SQL. Reasons and grades are codes until they are shown, which is quicker than texts."""
    return {name: _expression(name, sql) for name, sql in columns}


def _expression(name: str, sql: str) -> pl.Expr:
    bare = TWICE.sub(_twice, HAS.sub("TRUE", sql)).replace(NOBODY, "NULL::TINYINT UNSIGNED")
    coded = pl.sql_expr(WORD.sub(lambda found: str(WORDS.index(found[1])), bare))
    return coded.cast(pl.UInt8).cat.to(TOLD) if name.endswith(("reason", "grade", "readings")) else coded


def _twice(found: re.Match[str]) -> str:
    one = 4 ** int(found[2])
    return f"(({found[1]} & {3 * one}) > {one})"


def flat(data: Path) -> pl.LazyFrame:
    """One row a doctor with everything that conditions look at."""
    found = rows_of(data, "doctors").select("doctor", *FIELDS)
    made = coded("declarations", standing(data))
    for part in (counts(data), _facts(data), _declared(data, made), asalee(data), _papers(data), _prefilled(data)):
        found = found.join(part, on="doctor", how="left")
    names = {f"{name}_{long}": f"{name}_{long[0]}" for name in _measured(found) for long in COUNTS}
    found = found.rename(names | {"coordination_asalee": "filed"})
    return found.with_columns(col("filed", "codage_upheld").fill_null(False), col("counted", "told").fill_null(0))


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
    return rows_of(data, "facts").group_by("doctor").agg(*once, tally("fact", FACTS).alias("told"))


def _declared(data: Path, made: pl.LazyFrame) -> pl.LazyFrame:
    said = (
        rows_of(data, "attributes")
        .filter(col("of") == "declarations", col("name").is_in(["job_description", "secure", "acquired_on"]))
        .select("doctor", "row", said=col("value"))
    )
    found = rows_of(data, "findings").select("doctor", "item", against=col("choice"), outcome=col("outcome"))
    item, choice = col("item"), col("choice")
    fallen = pl.coalesce(when(col("outcome") == word).then(WORDS.index(word)) for word in ("refuted", "not_produced"))
    columns = [
        when(item == long).then(col(what)).max().alias(f"{name}_{what}")
        for long, name in ITEMS.items()
        for what in ("channel", "declared_on", "choice", *(SWORN if name not in PLAIN else ()))
    ]
    upheld = ((item == "codage") & (col("outcome") == "confirmed")).any().alias("codage_upheld")
    return (
        made.select("doctor", "row", "item", "choice", "channel", "declared_on", "sworn")
        .join(said, on=["doctor", "row"], how="left")
        .join(found, on=["doctor", "item"], how="left")
        .with_columns(fell=when((col("against") == choice).fill_null(True)).then(fallen))
        .group_by("doctor")
        .agg(*columns, upheld)
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
