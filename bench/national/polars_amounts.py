"""What is granted in points and euros, by polars: the columns of `doctors.parquet`."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from shape import ALL, BLOCK, EQUIPMENT, POINT, SERVICES

OUTCOMES = pl.Enum(["granted", "refused", "undetermined", "out_of_play"])
AMOUNT = pl.Decimal(12, 2)

col, lit, when = pl.col, pl.lit, pl.when


def together(found: pl.LazyFrame) -> pl.LazyFrame:
    """With what all indicators of a volet come to, and whether the second is opened."""
    volets = {"volet-1": pl.all_horizontal(*EQUIPMENT), "volet-2": pl.all_horizontal(*SERVICES)}
    return found.with_columns(**volets).with_columns(opened=col("eligible") & col("volet-1"))


def tiers(periods: list[pl.Expr]) -> dict[str, pl.Expr]:
    """The lowest and the highest that the summary may be worth: of each period the bits of the tiers reached."""
    return {"vsm_least": _lowest(periods), "vsm_most": _highest(periods)}


def _lowest(periods: list[pl.Expr]) -> pl.Expr:
    """The lowest tier, in euros, that the counts of the periods may have reached."""
    tiers = [when(one == 4).then(3000).when(one.is_in([2, 6])).then(1500).otherwise(0) for one in periods]
    return pl.max_horizontal(*tiers)


def _highest(periods: list[pl.Expr]) -> pl.Expr:
    return pl.max_horizontal(
        *[when(one == 1).then(0).when(one.is_in([2, 3])).then(1500).otherwise(3000) for one in periods]
    )


def amounts(found: pl.LazyFrame, told: Iterable[str] = ()) -> pl.LazyFrame:
    """Outcomes and points of each indicator, and the totals; `told` are further columns as they are.

    Points are counted in halves.
    """
    halves = {name: int(2 * points) for name, points in SERVICES.items()}
    eligible, opened = col("eligible"), col("opened")
    found = found.with_columns(
        block_least=_least(col("volet-1"), 2 * BLOCK),
        block_most=_most(col("volet-1"), 2 * BLOCK),
        services_least=pl.sum_horizontal(*[_least(col(name), points) for name, points in halves.items()]),
        services_most=pl.sum_horizontal(*[_most(col(name), points) for name, points in halves.items()]),
    ).with_columns(
        block_paid_least=_least(eligible, col("block_least")),
        block_paid_most=_most(eligible, col("block_most")),
        services_paid_least=_least(opened, col("services_least")),
        services_paid_most=_most(opened, col("services_most")),
        vsm_paid_least=_least(eligible, col("vsm_least")),
        vsm_paid_most=_most(eligible, col("vsm_most")),
    )
    nothing = lit(0).cast(AMOUNT)
    columns: dict[str, pl.Expr] = {"doctor": col("doctor"), "eligible": eligible}
    for bound in ("least", "most"):
        paid = col(f"block_paid_{bound}") + col(f"services_paid_{bound}")
        columns[f"possible.{bound}"] = _points(lit(int(2 * ALL)))
        columns[f"attained.{bound}"] = _points(col(f"block_{bound}") + col(f"services_{bound}"))
        columns[f"paid.{bound}"] = _points(paid)
        columns[f"euros.{bound}"] = _cents(paid * (50 * POINT) + col(f"vsm_paid_{bound}") * 100)
    for volet, name, possible, gate in (
        ("volet-1", "block", BLOCK, lit(True)),
        ("volet-2", "services", ALL - BLOCK, col("volet-1")),
    ):
        columns |= {volet: col(volet), f"{volet}.gate": gate}
        for bound in ("least", "most"):
            columns[f"{volet}.possible.{bound}"] = _points(lit(int(2 * possible)))
            columns[f"{volet}.attained.{bound}"] = _points(col(f"{name}_{bound}"))
            columns[f"{volet}.paid.{bound}"] = _points(col(f"{name}_paid_{bound}"))
    for name in EQUIPMENT:
        columns[f"volet-1.{name}.outcome"] = _told(col(name))
        columns |= {
            f"volet-1.{name}.{what}.{bound}": nothing for what in ("attained", "paid") for bound in ("least", "most")
        }
    for name, points in halves.items():
        columns[f"volet-2.{name}.outcome"] = _told(col(name))
        for what, met in (("attained", col(name)), ("paid", col(name) & opened)):
            columns[f"volet-2.{name}.{what}.least"] = _points(_least(met, points))
            columns[f"volet-2.{name}.{what}.most"] = _points(_most(met, points))
    sure, possible_euros = col("vsm_least") > 0, col("vsm_most") > 0
    columns["vsm.outcome"] = (
        when(sure)
        .then(lit("granted"))
        .when(possible_euros)
        .then(lit("undetermined"))
        .otherwise(lit("refused"))
        .cast(OUTCOMES)
    )
    for bound in ("least", "most"):
        columns[f"vsm.attained.{bound}"] = _cents(col(f"vsm_{bound}") * 100)
        columns[f"vsm.paid.{bound}"] = _cents(col(f"vsm_paid_{bound}") * 100)
    return found.select(**columns, **{name: col(name) for name in told})


def _told(met: pl.Expr) -> pl.Expr:
    return (
        when(met)
        .then(lit("granted", OUTCOMES))
        .when(~met)
        .then(lit("refused", OUTCOMES))
        .otherwise(lit("undetermined", OUTCOMES))
    )


def _least(met: pl.Expr, points: pl.Expr | int) -> pl.Expr:
    return when(met).then(points).otherwise(0)


def _most(met: pl.Expr, points: pl.Expr | int) -> pl.Expr:
    return when(~met).then(0).otherwise(points)


def _points(halves: pl.Expr) -> pl.Expr:
    return _cents(halves * 50)


def _cents(hundredths: pl.Expr) -> pl.Expr:
    """Hundredths as a decimal of two places, exactly."""
    return (hundredths.cast(pl.Decimal(14, 0)) * lit("0.01").cast(pl.Decimal(3, 2))).cast(AMOUNT)
