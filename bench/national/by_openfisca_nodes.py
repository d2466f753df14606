"""The rules of 2023 for OpenFisca-Core, with every condition: what `by_openfisca.py` writes, why, and their table.

    PYTHON bench/national/by_openfisca_nodes.py DATA OUT      # PYTHON: one that has OpenFisca-Core; OUT: a folder

One entity; each condition, what its leaves observed, why they are unmet, why an indicator is refused and what a
grant rests on are variables with formulas, which say what `by_sql_nodes.py` says; amounts are those of
`openfisca_rules.py`. Prints the seconds of each part as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any as Anything

import numpy as np
import polars as pl
import pyarrow as pa
from by_openfisca import PERIOD, decided, truth
from by_polars_nodes import COUNTS, flat
from flat import NUMBERS, SUMMARIES
from hand_leaves import gates, indicators, leaves, short, whys
from hand_reasons import WORDS, explained
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_rules import UNKNOWN, amounts, system, variable
from openfisca_sql import DAY, LATEST, NUMBER, TEXT, TRUTH, Reader, texts
from pyarrow import parquet
from shape import EQUIPMENT, SERVICES
from shown_nodes import shown

SLICE = 100_000
"""Doctors computed at once: OpenFisca keeps every variable that it computes."""
DAYS = ("acquired_on", "certified_on", "started_on", "device_said")
"""How the names of days written as texts end."""
CODES = ("_fell",)
"""How the names of words end that come as codes."""
CONDITIONS = dict((*leaves(), *whys(), *gates(), *indicators()))
SHOWN = dict(shown())
NAMED = {sql: sql if re.fullmatch(r"[a-z_\d]+", sql) else name for name, sql in reversed(SHOWN.items())}
"""The variable that gives what is shown of an expression: the first shown, where it has no name of its own."""
EXPLAINED = dict(explained())
WRITTEN = (*CONDITIONS.values(), *SHOWN.values(), *EXPLAINED.values())
TEXTS = tuple(dict.fromkeys((*WORDS, *(text for sql in WRITTEN for text in texts(sql)))))
"""Every text that a formula names, by its code; words come as codes of their own."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    print(json.dumps({name: round(seconds, 3) for name, seconds in run(asked.data, asked.out).items()}))


def run(data: Path, out: Path) -> Mapping[str, float]:
    """Decide everybody of a folder of tables and write one row a doctor in each of two tables. Returns seconds."""
    parts = Parts()
    with parts("tables to columns"):
        doctors, inputs, kinds = loaded(data)
    with parts("rules read"):
        reader = Reader(kinds | {name: TEXT for name, _ in whys()}, TEXTS)
        rules = system(variables(reader, inputs))
    writers: dict[str, Anything] = {}
    for at in range(0, len(doctors), SLICE):
        some = doctors[at : at + SLICE]
        with parts("columns to OpenFisca"):
            simulation = SimulationBuilder().build_default_simulation(rules, count=len(some))
            for name, array in inputs.items():
                simulation.set_input(name, PERIOD, array[at : at + SLICE])
        with parts("formulas"):
            for name in rules.variables:
                simulation.calculate(name, PERIOD)
        with parts("writing"):
            value = lambda name: simulation.calculate(name, PERIOD)  # noqa: B023, E731
            tables = {"doctors": explaining(some, value), "nodes": conditions(some, reader, value)}
            for name, table in tables.items():
                if name not in writers:
                    file = out / f"{name}.parquet"
                    writers[name] = parquet.ParquetWriter(
                        file, table.schema, compression="zstd", write_statistics=False
                    )
                writers[name].write_table(table)
    for writer in writers.values():
        writer.close()
    return parts.seconds


class Parts:
    """The seconds of each part, one slice after another."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - start


def loaded(data: Path) -> tuple[pl.DataFrame, dict[str, Anything], Mapping[str, str]]:
    """What is shown of doctors as it is, the array of each input, and the kinds of the inputs."""
    known = pl.Series(TEXTS, dtype=pl.Categorical)  # held while texts are coded: they keep the codes given here
    if known.to_physical().to_list() != list(range(len(TEXTS))):
        raise AssertionError("polars gives codes in another order")
    found = flat(data)
    schema = found.collect_schema()
    shown_whole = [name for name in SHOWN.values() if name in schema and _kind(name, schema[name]) == TEXT]
    kinds = {name: _kind(name, type) for name, type in schema.items() if name != "doctor"}
    typed = [_typed(name, kind).alias(f"{name}|typed") for name, kind in kinds.items()]
    frame = found.select("doctor", *dict.fromkeys(shown_whole), *typed).collect(engine="streaming")
    inputs = {name: frame[f"{name}|typed"].to_numpy() for name in kinds}
    inputs |= {name: inputs[name].astype("datetime64[D]") for name, kind in kinds.items() if kind == DAY}
    for name in SUMMARIES:
        inputs |= {f"{name}_{what}": inputs[f"{name}_{what[0]}"] for what in COUNTS}
    return frame.select("doctor", *dict.fromkeys(shown_whole)), inputs, kinds


def _kind(name: str, type: pl.DataType) -> str:
    if type == pl.Date or name.endswith(DAYS):
        return DAY
    if name in NUMBERS or type == pl.Int64:
        return NUMBER
    return TRUTH if type == pl.Boolean else TEXT


def _typed(name: str, kind: str) -> pl.Expr:
    """A column as numpy and formulas take it."""
    column = pl.col(name)
    match kind:
        case "truth":
            return (column.cast(pl.Int32) * 2).fill_null(int(UNKNOWN))
        case "number":
            return column.cast(pl.Int32, strict=False).fill_null(-1)
        case "text" if name.endswith(CODES):
            return column.cast(pl.Int32).fill_null(-1)
        case "text":
            return column.cast(pl.Categorical).to_physical().cast(pl.Int32).fill_null(-1)
        case _ if name.endswith(DAYS):
            written = column.cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
            return written.fill_null(pl.when(column.is_not_null()).then(LATEST.item()))
        case _:
            return column


def variables(reader: Reader, inputs: Mapping[str, Anything]) -> Iterator[Anything]:
    """Inputs, conditions, what is shown of them, and amounts."""
    for name, array in inputs.items():
        yield variable(name, holds=date if array.dtype.kind == "M" else int)
    for name, sql in CONDITIONS.items():
        yield variable(name, reader.formula(sql))
    for name in (*EQUIPMENT, *SERVICES):
        yield variable(short(name), reader.formula(f"i_{short(name)}"))
    for name, sql in SHOWN.items():
        if NAMED[sql] == name != sql:
            yield variable(name, reader.formula(sql))
    for name, sql in EXPLAINED.items():
        yield variable(name, reader.formula(sql))
    yield from amounts()


def explaining(doctors: pl.DataFrame, value: Anything) -> Anything:
    """The table of doctors."""
    table = decided(doctors["doctor"].to_arrow(), value)
    for name in EXPLAINED:
        table = table.append_column(name, _told(value(name), TEXT))
    return table


def conditions(doctors: pl.DataFrame, reader: Reader, value: Anything) -> Anything:
    """The table of conditions."""
    made: dict[str, Anything] = {name: doctors[name].to_arrow() for name in doctors.columns}
    for sql in SHOWN.values():
        if sql not in made:
            made[sql] = _told(value(NAMED[sql]), reader.kind_of(sql))
    return pa.table({"doctor": made["doctor"]} | {name: made[sql] for name, sql in SHOWN.items()})


def _told(values: Anything, kind: str) -> Anything:
    match kind:
        case "truth":
            return truth(values)
        case "number":
            return pa.array(values.astype(np.int64), mask=values < 0)
        case "text":
            return pa.DictionaryArray.from_arrays(values.astype(np.int8), WORDS, mask=values < 0)
        case _:
            return pa.array(values)


if __name__ == "__main__":
    main()
