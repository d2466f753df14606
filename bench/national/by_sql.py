"""The rules of 2023 written by hand in SQL, run by DuckDB: from the tables of a folder to a Parquet file.

    .venv/bin/python bench/national/by_sql.py DATA OUT.parquet [--profile]

The rules are in `rules.sql`. Here is the last query, which is the same few columns for each indicator.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import duckdb
from shape import ALL, BLOCK, EQUIPMENT, POINT, SERVICES

RULES = Path(__file__).resolve().parent / "rules.sql"
THREADS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    run(asked.data, asked.out)


def run(data: Path, out: Path) -> None:
    """Decide everybody of a folder of tables and write one row a doctor."""
    with duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False}) as connection:
        connection.execute(f"SET VARIABLE data = {text(str(data))}")
        connection.execute(RULES.read_text("utf-8"))
        connection.execute(f"COPY ({query()}) TO {text(str(out))} (FORMAT parquet, COMPRESSION zstd)")


def query(granted: str = "granted", told: Sequence[str] = ()) -> str:
    """One row a doctor: outcomes and points of each indicator, and the totals.

    `granted` has what is granted, as in `rules.sql`; and the columns of `told`, which are written as they are.
    """
    columns = ["doctor", "eligible"]
    columns += [f'{_points(ALL)} AS "possible.{bound}"' for bound in ("least", "most")]
    columns += [
        f'{_halves("block_" + bound, "services_" + bound)} AS "attained.{bound}"' for bound in ("least", "most")
    ]
    columns += [f'{_paid(bound)} AS "paid.{bound}"' for bound in ("least", "most")]
    columns += [
        f'({_paid(bound)} * {POINT} + vsm_paid_{bound})::DECIMAL(12, 2) AS "euros.{bound}"'
        for bound in ("least", "most")
    ]
    columns += ['volet_1 AS "volet-1"', 'TRUE AS "volet-1.gate"', *_volet("volet-1", BLOCK, "block", "eligible")]
    columns += [
        'volet_2 AS "volet-2"',
        'volet_1 AS "volet-2.gate"',
        *_volet("volet-2", ALL - BLOCK, "services", "opened"),
    ]
    for name in EQUIPMENT:
        columns += [f'told({name.replace("-", "_")}) AS "volet-1.{name}.outcome"']
        columns += [
            f'{_points(0)} AS "volet-1.{name}.{what}.{bound}"'
            for what in ("attained", "paid")
            for bound in ("least", "most")
        ]
    for name, points in SERVICES.items():
        at, met = f"volet-2.{name}", name.replace("-", "_")
        columns += [f'told({met}) AS "{at}.outcome"']
        columns += [
            f'at_least({met}, {points}) AS "{at}.attained.least"',
            f'at_most({met}, {points}) AS "{at}.attained.most"',
        ]
        columns += [
            f'at_least({met} AND opened, {points}) AS "{at}.paid.least"',
            f'at_most({met} AND opened, {points}) AS "{at}.paid.most"',
        ]
    columns += ['told(CASE WHEN vsm_least > 0 THEN TRUE WHEN vsm_most = 0 THEN FALSE END) AS "vsm.outcome"']
    columns += ['vsm_least AS "vsm.attained.least"', 'vsm_most AS "vsm.attained.most"']
    columns += ['vsm_paid_least AS "vsm.paid.least"', 'vsm_paid_most AS "vsm.paid.most"']
    columns += [f'"{name}"' for name in told]
    least = " + ".join(
        f"CASE WHEN {name.replace('-', '_')} THEN {2 * points:.0f} ELSE 0 END" for name, points in SERVICES.items()
    )
    most = " + ".join(
        f"CASE WHEN NOT {name.replace('-', '_')} THEN 0 ELSE {2 * points:.0f} END"
        for name, points in SERVICES.items()
    )
    every = " AND ".join(name.replace("-", "_") for name in SERVICES)
    return f"""
SELECT {", ".join(columns)}
FROM (
    SELECT *, eligible AND volet_1 AS opened,
        CASE WHEN volet_1 THEN {2 * BLOCK} ELSE 0 END AS block_least,
        CASE WHEN NOT volet_1 THEN 0 ELSE {2 * BLOCK} END AS block_most,
        {least} AS services_least, {most} AS services_most, {every} AS volet_2,
        CASE WHEN eligible THEN vsm_least ELSE 0 END::DECIMAL(12, 2) AS vsm_paid_least,
        CASE WHEN NOT eligible THEN 0 ELSE vsm_most END::DECIMAL(12, 2) AS vsm_paid_most
    FROM (
        SELECT *, logiciel AND sesam_vitale AND teletransmission AND horaires AS volet_1,
            greatest(lowest(summary), lowest(summary_later))::DECIMAL(12, 2) AS vsm_least,
            greatest(highest(summary), highest(summary_later))::DECIMAL(12, 2) AS vsm_most
        FROM {granted}
    )
)"""


def _volet(at: str, possible: float, name: str, opened: str) -> list[str]:
    bounds = [f'{_points(possible)} AS "{at}.possible.{bound}"' for bound in ("least", "most")]
    bounds += [f'{_halves(f"{name}_{bound}")} AS "{at}.attained.{bound}"' for bound in ("least", "most")]
    bounds += [f'{_halves(f"CASE WHEN {opened} THEN {name}_least ELSE 0 END")} AS "{at}.paid.least"']
    return [*bounds, f'{_halves(f"CASE WHEN NOT {opened} THEN 0 ELSE {name}_most END")} AS "{at}.paid.most"']


def _paid(bound: str) -> str:
    if bound == "least":
        return _halves(
            "CASE WHEN eligible THEN block_least ELSE 0 END", "CASE WHEN opened THEN services_least ELSE 0 END"
        )
    return _halves(
        "CASE WHEN NOT eligible THEN 0 ELSE block_most END", "CASE WHEN NOT opened THEN 0 ELSE services_most END"
    )


def _halves(*numbers: str) -> str:
    return f"(({' + '.join(numbers)})::DECIMAL(10, 1) * 0.5)::DECIMAL(12, 2)"


def _points(points: float) -> str:
    return f"{points}::DECIMAL(12, 2)"


def text(written: str) -> str:
    """A text as SQL writes it."""
    return "'" + written.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
