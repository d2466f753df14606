"""The rules of 2023 written by hand with polars: from the tables of a folder to a Parquet file.

    .venv/bin/python bench/national/by_polars.py DATA OUT.parquet

What somebody who knows the rules, their default readings and the shape of the synthetic population would write. A
condition is true, false, or null where it is not known: the logic of polars is the right one. What the rows of a
doctor say is gathered in one number a table, a pair of bits for each thing asked (`rules.sql` says how).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
from polars_amounts import amounts, tiers, together
from shape import CONNECTED, COORDINATED, EXEMPT, GENERALISTS, SUPPORT

YEAR = 2023
OPENED, CLOSED = date(2023, 12, 11), date(2024, 2, 4)
EQUIPPED = date(2024, 1, 31)
YEAR_END = date(2023, 12, 31)
RATES = {  # the place of each measure in the number, and its target: so many out of so many
    "teletransmission": (0, 2, 3),
    "dcmt": (1, 9, 10),
    "pse": (2, 8, 10),
    "aat": (3, 7, 10),
    "cm_atmp": (4, 45, 100),
    "spe": (5, 2, 10),
    "dsg": (6, 1, 10),
    "dmp": (7, 1, 10),
    "mss": (8, 5, 100),
    "ordonnances": (9, 3, 10),
}
UNLIKE = ("dmp", "mss", "ordonnances")
"""Measures whose two counts do not count the same thing: above one, something is wrong."""
SUMMARY, LATER = 20, 23
FLAGS = ("sas_departement", "sas_plateforme", "sas_regulation", "sas_cpts")
LEAST = {"apcv_fse": 1, "sas_minutes_hebdomadaires": 120}
FACTS = (*LEAST, *FLAGS)

col, lit, when = pl.col, pl.lit, pl.when


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    run(asked.data, asked.out)


def run(data: Path, out: Path) -> None:
    """Decide everybody of a folder of tables and write one row a doctor."""
    amounts(granted(data)).sink_parquet(out, compression="zstd", maintain_order=False)


def rows_of(data: Path, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(data / f"{table}.parquet").filter(col("year") == YEAR)


def counted(met: pl.Expr, place: int) -> pl.Expr:
    """Of counts and facts: 1 missed, 2 reached, both where it is not known."""
    return when(met).then(2 * 4**place).when(~met).then(4**place).otherwise(3 * 4**place).cast(pl.Int64)


def reached(seen: pl.Expr, place: int) -> pl.Expr:
    pair = seen & 3 * 4**place
    return when(pair == 2 * 4**place).then(True).when(pair == 4**place).then(False)


def matched(met: pl.Expr, place: int) -> pl.Expr:
    """Of records: 1 a row may do, 2 a row does, neither is no."""
    return when(met).then(2 * 4**place).when(~met).then(0).otherwise(4**place).cast(pl.Int64)


def there(seen: pl.Expr, place: int) -> pl.Expr:
    pair = seen.fill_null(0) & 3 * 4**place
    return when(pair >= 2 * 4**place).then(True).when(pair == 0).then(False)


def rates(data: Path) -> pl.LazyFrame:
    """Counts of the year; of the summary's two periods, the tiers reached: a bit each for none, half, nine tenths."""
    counts = rows_of(data, "measures")
    alone = counts.filter(col("location").is_null()).select(
        "doctor", "measure", "period_end", "numerator", "denominator"
    )
    places = rows_of(data, "locations").group_by("doctor").agg(places=col("id").count())
    # Acts counted where they were done add up; without those of a place, nothing is known.
    together = (
        counts.filter(col("location").is_not_null())
        .join(places, on="doctor")
        .group_by("doctor", "measure", "period_end")
        .agg(
            col("numerator").sum(), denominator=when(pl.len() == col("places").first()).then(col("denominator").sum())
        )
    )
    n, d, measure = col("numerator"), col("denominator"), col("measure")
    tier = when((d == 0) | (2 * n < d)).then(1).when(10 * n < 9 * d).then(2).otherwise(4).cast(pl.Int64)
    period = when(col("period_end") <= YEAR_END).then(2**SUMMARY).otherwise(2**LATER)
    said = when(measure == "vsm").then(tier * period)
    for name, (place, of, out_of) in RATES.items():
        met = (d > 0) & (n * out_of >= d * of)
        said = said.when(measure == name).then(counted(when(n <= d).then(met) if name in UNLIKE else met, place))
    return pl.concat([alone, together]).group_by("doctor").agg(rates=said.bitwise_or())


def facts(data: Path) -> pl.LazyFrame:
    fact, value = col("fact"), col("value")
    number = value.cast(pl.Int64, strict=False)
    said = when(fact == "").then(0)
    for place, name in enumerate(FACTS):
        met = number >= LEAST[name] if name in LEAST else value == "true"
        said = said.when(fact == name).then(counted(met, place))
    return rows_of(data, "facts").group_by("doctor").agg(facts=said.bitwise_or())


def declared(data: Path) -> pl.LazyFrame:
    """Declarations: each has at most one attribute that a rule reads."""
    name, value = col("name"), col("value")
    said = (
        rows_of(data, "attributes")
        .filter(col("of") == "declarations", name.is_in(["job_description", "secure", "acquired_on"]))
        .select(
            "doctor",
            "row",
            fits=when(name == "acquired_on")
            .then(value.is_between(lit("2023-01-01"), lit("2023-12-31")))
            .otherwise(value == "true"),
        )
    )
    # What a control refuted, or asked for and was not shown: the declaration falls, of that choice or of any.
    fallen = (
        rows_of(data, "findings")
        .filter(col("outcome").is_in(["refuted", "not_produced"]))
        .select("doctor", "item", against=col("choice"), fallen=lit(True))
        .unique()
    )
    item, choice, channel, on = col("item"), col("choice"), col("channel"), col("declared_on")
    entered = channel.is_in(["amelipro", "papier"]) & on.is_between(OPENED, CLOSED)
    falls = col("fallen").is_not_null() & (col("against") == choice).fill_null(True)
    attested = entered & col("sworn") & ~falls
    hours = (
        entered | ((channel == "amelipro_horaires") & (on <= YEAR_END)) | ((channel == "caisse") & (on <= EQUIPPED))
    )
    supported = when(choice == "ressource").then(col("fits")).otherwise(choice.is_in(SUPPORT))
    filmed = (
        when(choice == "gratuite-professionnelle")
        .then(col("fits"))
        .otherwise(choice.is_in(["solution-complete", "abonnement-payant"]))
    )
    coordinates = matched(attested & choice.is_in(COORDINATED), 4) + matched(col("sworn") & (choice == "asalee"), 5)
    trains = matched(attested & (choice == "externat"), 8) + matched(attested & (choice == "niveau-1"), 9)
    seen = (
        when(item == "logiciel-segur").then(matched(entered, 0))
        .when(item == "logiciel-lap").then(matched(entered, 1))
        .when(item == "horaires").then(matched(hours, 2))
        .when(item == "codage").then(matched(attested, 3))
        .when(item == "coordination").then(coordinates)
        .when(item == "services").then(matched(attested & supported, 6) + matched(attested & (choice == "asalee"), 7))
        .when(item == "maitre-de-stage").then(trains)
        .when(item == "video").then(matched(attested & filmed, 10))
        .when(item == "equipements-connectes").then(matched(attested & col("fits") & choice.is_in(CONNECTED), 11))
        .otherwise(0)
    )  # fmt: skip
    return (
        rows_of(data, "declarations")
        .select("doctor", "row", "item", "choice", "channel", "declared_on", "sworn")
        .join(said, on=["doctor", "row"], how="left")
        .join(fallen, on=["doctor", "item"], how="left")
        .group_by("doctor")
        .agg(
            declared=seen.bitwise_or(),
            declared_segur=when(item == "logiciel-segur").then(choice).max(),
            declared_lap=when(item == "logiciel-lap").then(choice).max(),
        )
    )


def papers(data: Path) -> pl.LazyFrame:
    """Papers: an invoice, or a publisher's attestation in the doctor's name; one an item, none of earlier years."""
    names = [
        "editor",
        "software",
        "acquired_on",
        "nominative",
        "certification",
        "certified_on",
        "procedure_started_on",
    ]
    said = (
        rows_of(data, "attributes")
        .filter(col("of") == "documents", col("name").is_in(names))
        .group_by("doctor", "row")
        .agg(when(col("name") == name).then(col("value")).max().alias(name) for name in names)
    )
    item, certified, certification = col("item"), col("certified_on"), col("certification")
    in_time = lit(EQUIPPED.isoformat())
    bought = (col("editor") != "none") & (col("acquired_on") != "none") & (col("acquired_on") <= in_time)
    bought &= (col("kind") == "facture") | (col("nominative") == "true")
    current = (certified <= in_time) & (certification == "definitive_en_vigueur")
    otherwise = (certified <= in_time) & (certification == "definitive_anterieure")
    otherwise |= certified.is_between(lit("2022-01-01"), lit("2023-12-31")) & (certification == "provisoire")
    started = (col("kind") == "attestation-editeur") & (col("procedure_started_on") < in_time)
    proved = matched(bought, 1) + matched(current, 2) + matched(otherwise, 3) + matched(started, 4)
    return (
        rows_of(data, "documents")
        .filter(col("status") != "rejected")
        .select("doctor", "row", "kind")
        .join(rows_of(data, "document_items").select("doctor", "row", "item"), on=["doctor", "row"])
        .join(said, on=["doctor", "row"])
        .group_by("doctor")
        .agg(
            papers=when(item == "logiciel-segur")
            .then(matched(bought, 0))
            .when(item == "logiciel-lap")
            .then(proved)
            .bitwise_or(),
            paper_segur=when(item == "logiciel-segur").then(col("software")).max(),
            paper_lap=when(item == "logiciel-lap").then(col("software")).max(),
        )
    )


def prefilled(data: Path) -> pl.LazyFrame:
    item = col("item")
    return (
        rows_of(data, "prefills")
        .group_by("doctor")
        .agg(
            prefilled_segur=when(item == "logiciel-segur").then(col("choice")).max(), hours=(item == "horaires").any()
        )
    )


def granted(data: Path) -> pl.LazyFrame:
    """One row a doctor: what is granted."""
    rate, fact = (lambda place: reached(col("rates"), place)), (lambda place: reached(col("facts"), place))
    declares, paper = (lambda place: there(col("declared"), place)), (lambda place: there(col("papers"), place))
    unknown = lit(None, pl.Boolean)
    eligible = (
        col("sector").is_in(["1", "2"])
        & ((col("status") == "installe") | unknown)
        & (col("activity_start") <= YEAR_END)
        & (col("activity_end").is_null() | (col("activity_end") >= date(YEAR, 1, 1)))
    )
    # Another software declared in time corrects what was prefilled.
    kept = ((col("prefilled_segur") == col("declared_segur")) | ~declares(0)).fill_null(True)
    lap_proved = paper(1) & (paper(2) | (paper(3) & paper(4)))
    same_segur, same_lap = col("paper_segur") == col("declared_segur"), col("paper_lap") == col("declared_lap")
    prefill, lap, general = col("prefill"), col("lap_proved"), col("general")
    conditions: Mapping[str, pl.Expr] = {
        "logiciel": (prefill | (declares(0) & paper(0) & same_segur))
        & (col("specialty").is_in(EXEMPT) | (declares(1) & lap & same_lap) | (prefill & ~declares(1) & lap)),
        "sesam-vitale": lit(True),
        "teletransmission": rate(0),
        "horaires": declares(2) | col("hours").fill_null(False),
        "dcmt": general | rate(1),
        "pse": rate(2),
        "aat": rate(3),
        "cm-atmp": rate(4),
        "spe": rate(5),
        "dsg": rate(6),
        "dmp": rate(7),
        "mss": rate(8),
        "ordonnances": rate(9),
        "apcv": fact(FACTS.index("apcv_fse")),
        "codage": declares(3),
        "coordination": declares(4),
        "services": declares(6) | (declares(7) & ~declares(5)),
        # What a specialist's intern is, no text says.
        "maitre-de-stage": declares(8) | (declares(9) & (general | unknown)),
        "video": declares(10),
        "equipements-connectes": declares(11),
        "sas": fact(FACTS.index("sas_departement"))
        & fact(FACTS.index("sas_plateforme"))
        & fact(FACTS.index("sas_minutes_hebdomadaires"))
        & (fact(FACTS.index("sas_regulation")) | fact(FACTS.index("sas_cpts"))),
    }
    joined = rows_of(data, "doctors")
    for table in (rates, facts, declared, papers, prefilled):
        joined = joined.join(table(data), on="doctor", how="left")
    periods = [col("rates").fill_null(0) // 2**at % 8 for at in (SUMMARY, LATER)]
    joined = joined.with_columns(
        general=col("specialty").is_in(GENERALISTS),
        prefill=col("prefilled_segur").is_not_null() & kept,
        lap_proved=lap_proved,
    )
    return together(joined.select("doctor", eligible=eligible, **tiers(periods), **conditions))


if __name__ == "__main__":
    main()
