"""The rules of 2023 by hand in SQL, with every condition: what `by_sql.py` writes, why, and a table of conditions.

    .venv/bin/python bench/national/by_sql_nodes.py DATA OUT     # OUT: a folder

Both tables have the columns of the product's: why each indicator is refused or what a grant rests on; each node's
verdict, what each leaf observed, and why it is unmet. Of an item declared twice one declaration is taken.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import by_sql
import duckdb
from hand_leaves import (
    CLOSED,
    FACTS,
    ITEMS,
    MEASURES,
    OPENED,
    PAPERS,
    PLAIN,
    SWORN,
    WRITTEN,
    gates,
    indicators,
    leaves,
    short,
    whys,
)
from hand_reasons import WORD, WORDS, explained
from shape import EQUIPMENT, SERVICES
from shown_nodes import NOBODY, shown

HERE = Path(__file__).resolve().parent
REPEATED = ("codage", "coordination")
"""Items that some declare twice: the last declared in time counts."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    run(asked.data, asked.out)


def run(data: Path, out: Path) -> None:
    """Decide everybody of a folder of tables and write one row a doctor in each of two tables."""
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": by_sql.THREADS, "preserve_insertion_order": False}) as connection:
        connection.execute(f"SET VARIABLE data = {by_sql.text(str(data))}")
        connection.execute(by_sql.RULES.read_text("utf-8"))
        connection.execute((HERE / "nodes.sql").read_text("utf-8"))
        connection.execute(f"CREATE TYPE word AS ENUM {WORDS}")
        connection.execute(f"CREATE TEMP TABLE flat AS {flat()}")
        for name, query in (("doctors", doctors()), ("nodes", nodes())):
            target = by_sql.text(str(out / f"{name}.parquet"))
            connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet, COMPRESSION zstd)")


def doctors() -> str:
    """One row a doctor: what is granted and paid, and why."""
    told = dict(explained())
    granted = ", ".join(f"i_{short(name)} AS {short(name)}" for name in (*EQUIPMENT, *SERVICES))
    tiers = ", ".join(
        f"CASE WHEN l_{of}_nine THEN 4 WHEN l_{of}_half THEN 2 WHEN NOT l_{of}_half THEN 1 ELSE 0 END AS {period}"
        for of, period in (("vsm", "summary"), ("vsm_later", "summary_later"))
    )
    columns = ", ".join(f'{worded(sql)} AS "{name}"' for name, sql in told.items())
    return by_sql.query(f"(SELECT doctor, eligible, {granted}, {tiers}, {columns} FROM ({conditions()}))", [*told])


def nodes() -> str:
    """One row a doctor: all conditions under their own names."""
    columns = ", ".join(f'{worded(sql)} AS "{at}"' for at, sql in shown())
    return f"SELECT doctor, {columns} FROM ({conditions()})"


def conditions() -> str:
    """One row a doctor: verdicts of leaves and of what stands above them."""
    seen = ", ".join(f"{worded(sql)} AS {name}" for name, sql in (*leaves(), *whys()))
    above = ", ".join(f"{sql} AS {name}" for name, sql in gates())
    granted = ", ".join(f"{sql} AS {name}" for name, sql in indicators())
    return f"""
SELECT *, {" AND ".join(f"i_{short(name)}" for name in EQUIPMENT)} AS volet_1,
    {" AND ".join(f"i_{short(name)}" for name in SERVICES)} AS volet_2
FROM (SELECT *, {granted} FROM (SELECT *, {above} FROM (SELECT *, {seen} FROM flat)))"""


def worded(sql: str) -> str:
    """An expression with its reasons and grades as values of one type, which is written quicker than texts are."""
    return WORD.sub(r"\g<0>::word", sql).replace(NOBODY, "NULL::word")


# --- what is there -----------------------------------------------------------------------------------------------


def flat() -> str:
    """One row a doctor with everything that conditions look at."""
    return f"""
SELECT doctors.*, rates.* EXCLUDE doctor, facts.* EXCLUDE doctor, papers.* EXCLUDE doctor, prefilled.* EXCLUDE doctor,
    declared.* EXCLUDE (doctor, filed, upheld),
    coalesce(filed, FALSE) AS filed, coalesce(upheld, FALSE) AS codage_upheld
FROM (SELECT doctor, specialty, sector, status, hospital_practitioner, activity_start, activity_end
      FROM rows_of('doctors')) AS doctors
LEFT JOIN ({_rates()}) AS rates USING (doctor)
LEFT JOIN ({_facts()}) AS facts USING (doctor)
LEFT JOIN ({_declared()}) AS declared USING (doctor)
LEFT JOIN ({_papers()}) AS papers USING (doctor)
LEFT JOIN (SELECT doctor, max(choice) FILTER (item = 'logiciel-segur') AS prefill_segur,
        bool_or(item = 'horaires') AS prefill_horaires FROM rows_of('prefills') GROUP BY doctor) AS prefilled
    USING (doctor)"""


def _rates() -> str:
    names = (*MEASURES, "vsm", "vsm_later")
    columns = ", ".join(
        f"max({long}) FILTER (measure = '{name}') AS {name}_{short}"
        for name in names
        for long, short in (("numerator", "n"), ("denominator", "d"))
    )
    return f"""
SELECT doctor, {columns}, {_tally("measure", names)} AS counted FROM (
    SELECT doctor, numerator, denominator,
        CASE WHEN measure = 'vsm' AND period_end > DATE '2023-12-31' THEN 'vsm_later' ELSE measure END AS measure
    FROM rows_of('measures') WHERE location IS NULL
    UNION ALL
    SELECT doctor, sum(numerator), CASE WHEN count(*) = any_value(places) THEN sum(denominator) END, measure
    FROM rows_of('measures')
    JOIN (SELECT doctor, count(id) AS places FROM rows_of('locations') GROUP BY doctor) USING (doctor)
    WHERE location IS NOT NULL GROUP BY doctor, measure)
GROUP BY doctor"""


def _facts() -> str:
    columns = ", ".join(f"max(\"value\") FILTER (fact = '{name}') AS {name}" for name in FACTS)
    return f"SELECT doctor, {columns}, {_tally('fact', FACTS)} AS told FROM rows_of('facts') GROUP BY doctor"


def _tally(column: str, names: tuple[str, ...]) -> str:
    """How many rows there are of each thing, two bits a thing."""
    cases = " ".join(f"WHEN '{name}' THEN {1 << 2 * place}" for place, name in enumerate(names))
    return f"sum(CASE {column} {cases} ELSE 0 END)::BIGINT"


def _declared() -> str:
    columns = [
        f"{_standing(item).format(what)} FILTER (item = '{item}') AS {name}_{what}"
        for item, name in ITEMS.items()
        for what in ("channel", "declared_on", "choice", *(SWORN if name not in PLAIN else ()))
    ]
    return f"""
SELECT doctor, {", ".join(columns)}, bool_or(item = 'coordination' AND choice = 'asalee' AND sworn) AS filed,
    bool_or(item = 'codage' AND upheld) AS upheld
FROM (SELECT one.doctor, one."row", one.item, one.choice, channel, declared_on, sworn, fell, upheld, said
    FROM rows_of('declarations') AS one
    LEFT JOIN (SELECT doctor, item, choice, outcome = 'confirmed' AS upheld,
            CASE WHEN outcome IN ('refuted', 'not_produced') THEN outcome::word END AS fell
        FROM rows_of('findings')) AS found
        ON found.doctor = one.doctor AND found.item = one.item AND coalesce(found.choice = one.choice, TRUE)
    LEFT JOIN (SELECT doctor, "row", "value" AS said FROM rows_of('attributes')
        WHERE "of" = 'declarations' AND "name" IN ('job_description', 'secure', 'acquired_on')) AS attribute
        ON attribute.doctor = one.doctor AND attribute."row" = one."row")
GROUP BY doctor"""


def _standing(item: str) -> str:
    """How what an item's declaration says is gathered."""
    if item not in REPEATED:
        return "any_value({})"
    made = f"CASE WHEN declared_on <= {CLOSED} THEN 1000 * (declared_on - {OPENED}) ELSE -1000000 END"
    return f'arg_max_null({{}}, {made} + "row")'


def _papers() -> str:
    columns = ", ".join(
        f"any_value({what}) FILTER (item = '{item}') AS {name}_paper_{what}"
        for item, name in PAPERS.items()
        for what in ("kind", "status", *WRITTEN)
    )
    written = ", ".join(f'any_value("value") FILTER ("name" = \'{name}\') AS {name}' for name in WRITTEN)
    return f"""
SELECT doctor, {columns}
FROM (SELECT * FROM rows_of('documents') WHERE NOT coalesce(status = 'rejected' AND id IS NOT NULL, FALSE)) AS paper
JOIN rows_of('document_items') USING (doctor, "row")
JOIN (SELECT doctor, "row", {written} FROM rows_of('attributes') WHERE "of" = 'documents' GROUP BY doctor, "row")
    USING (doctor, "row")
GROUP BY doctor"""


if __name__ == "__main__":
    main()
