"""The rules of 2023 written for OpenFisca-Core: from the tables of a folder to a Parquet file.

    PYTHON bench/national/by_openfisca.py DATA OUT.parquet      # PYTHON: one that has OpenFisca-Core

The rules are in `openfisca_rules.py`. Prints the seconds of each part as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any as Anything

import numpy as np
import pyarrow as pa
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_inputs import loaded
from openfisca_rules import MET, UNKNOWN, UNMET, system, variables
from pyarrow import parquet
from shape import ALL, BLOCK, EQUIPMENT, POINT, SERVICES

PERIOD = "2023"
OUTCOMES = pa.array(["refused", "undetermined", "granted"])
"""Outcomes in the order of the verdicts."""
PARTS = ("tables to columns", "columns to OpenFisca", "formulas", "writing")


def decided(doctors: Anything, value: Callable[[str], Anything]) -> Anything:
    """The columns asked of every side, from the values of variables."""
    count = len(doctors)
    columns: dict[str, Anything] = {"doctor": doctors, "eligible": truth(value("eligible"))}
    bounds = ("least", "most")
    for which in bounds:
        paid_points = value(f"block_paid_{which}") + value(f"every_paid_{which}")
        columns[f"possible.{which}"] = _cents(np.full(count, int(ALL * 100)))
        columns[f"attained.{which}"] = _cents((value(f"block_{which}") + value(f"every_{which}")) * 50)
        columns[f"paid.{which}"] = _cents(paid_points * 50)
        columns[f"euros.{which}"] = _cents(paid_points * 50 * POINT + value(f"vsm_paid_{which}") * 100)
    for volet, of, possible in (("volet-1", "block", BLOCK), ("volet-2", "every", ALL - BLOCK)):
        columns[volet] = truth(value(volet.replace("-", "_")))
        columns[f"{volet}.gate"] = truth(np.full(count, MET) if of == "block" else value("volet_1"))
        for which in bounds:
            columns[f"{volet}.possible.{which}"] = _cents(np.full(count, int(possible * 100)))
            columns[f"{volet}.attained.{which}"] = _cents(value(f"{of}_{which}") * 50)
            columns[f"{volet}.paid.{which}"] = _cents(value(f"{of}_paid_{which}") * 50)
    nothing = _cents(np.zeros(count, np.int64))
    for name in EQUIPMENT:
        columns[f"volet-1.{name}.outcome"] = _told(value(name.replace("-", "_")))
        columns |= {f"volet-1.{name}.{what}.{which}": nothing for what in ("attained", "paid") for which in bounds}
    for name in SERVICES:
        short = name.replace("-", "_")
        columns[f"volet-2.{name}.outcome"] = _told(value(short))
        for which in bounds:
            columns[f"volet-2.{name}.attained.{which}"] = _cents(value(f"{short}_{which}") * 50)
            columns[f"volet-2.{name}.paid.{which}"] = _cents(value(f"{short}_paid_{which}") * 50)
    least, most = value("vsm_least"), value("vsm_most")
    columns["vsm.outcome"] = _told(np.where(least > 0, MET, np.where(most > 0, UNKNOWN, UNMET)))
    for which in bounds:
        columns[f"vsm.attained.{which}"] = _cents(value(f"vsm_{which}") * 100)
        columns[f"vsm.paid.{which}"] = _cents(value(f"vsm_paid_{which}") * 100)
    return pa.table(columns)


def truth(verdict: Anything) -> Anything:
    return pa.array(verdict == MET, mask=verdict == UNKNOWN)


def _told(verdict: Anything) -> Anything:
    return pa.DictionaryArray.from_arrays(verdict.astype(np.int8), OUTCOMES)


def _cents(hundredths: Anything) -> Anything:
    """Hundredths, never below zero, as decimals: each is two words, the second of them zero."""
    words = np.zeros((len(hundredths), 2), np.int64)
    words[:, 0] = hundredths
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(hundredths), [None, pa.py_buffer(words)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    marks = [time.perf_counter()]
    doctors, arrays = loaded(asked.data)
    marks.append(time.perf_counter())
    simulation = SimulationBuilder().build_default_simulation(system(variables()), count=len(doctors))
    for name in list(arrays):
        simulation.set_input(name, PERIOD, arrays.pop(name))
    marks.append(time.perf_counter())
    for one in (
        "eligible",
        "volet_2",
        *(f"{of}_paid_{which}" for of in ("block", "every", "vsm") for which in ("least", "most")),
    ):
        simulation.calculate(one, PERIOD)
    for name in SERVICES:
        for which in ("least", "most"):
            simulation.calculate(f"{name.replace('-', '_')}_paid_{which}", PERIOD)
    marks.append(time.perf_counter())
    found = decided(doctors, lambda name: simulation.calculate(name, PERIOD))
    parquet.write_table(found, asked.out, compression="zstd")
    marks.append(time.perf_counter())
    parts = zip(PARTS, pairwise(marks), strict=True)
    print(json.dumps({name: round(after - before, 3) for name, (before, after) in parts}))


if __name__ == "__main__":
    main()
