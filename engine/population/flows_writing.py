"""Writing raw flows: some doctors at a time, a manifest, and the folder whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
from msgspec import Struct, json
from pyarrow import parquet

from engine.population.chance import Chance
from engine.population.filling import MOST
from engine.population.flows_drawing import Doctors, flow_rows
from engine.population.flows_plan import DOCTOR, DrawnFlow, FlowsPlan
from engine.population.writing import BATCH, MANIFEST, SEEDS, check_bounds, digest_of_file
from engine.running.draft import draft
from engine.tabular import ARROW

MOST_LINES = 1_000_000
"""How many rows may be asked for, for each doctor: those of one doctor are held at once."""
DICTIONARY = 2**24
"""The bytes of names that a part of a file may list once: those of all the people of its doctors."""


class FlowsWritten(Struct, frozen=True):
    """What was written: how many rows in each flow."""

    rows: Mapping[str, int]


def write_flows(
    plan: FlowsPlan,
    doctors: int,
    seed: int,
    folder: Path,
    lines: int | None = None,
    told: Callable[[str, int], None] = lambda _, __: None,
) -> FlowsWritten:
    """Write the raw flows of fictitious doctors in a new folder; `told` hears of a flow, and how many doctors it has.

    They are the doctors that `write_population` draws from the same number and seed. With `lines`, all that the plan
    scales comes to about so many rows of its flow; without, what each doctor leaves hangs on no other doctor. The
    folder is whole or absent; the same plan, numbers and seed give the same bytes.

    Raises Invalid: the folder is there, a number is out of bounds; OSError when it cannot be written.
    """
    size = () if lines is None else (("--lines", lines, 1, doctors * MOST_LINES),)
    check_bounds(("--doctors", doctors, 1, MOST), ("--seed", seed, 0, SEEDS - 1), *size)
    scale = Fraction(1) if lines is None else Fraction(lines, max(1, _expected(plan, doctors, seed)))
    rows: dict[str, int] = {}
    with draft(folder) as written:
        for name, flow in plan.flows.items():
            rows[name] = _flow(flow, _batches(plan, doctors, seed, scale), written, partial(told, name))
        manifest = {
            "synthetic": True,
            "year": plan.year,
            "doctors": doctors,
            "seed": seed,
            "lines": lines,
            "flows": {
                name: {"rows": count, "digest": digest_of_file(written / f"{name}.parquet")}
                for name, count in rows.items()
            },
            "figures": plan.figures,
        }
        (written / MANIFEST).write_bytes(json.format(json.encode(manifest), indent=2) + b"\n")
    return FlowsWritten(rows)


def _flow(flow: DrawnFlow, batches: Iterable[Doctors], folder: Path, told: Callable[[int], None]) -> int:
    """Write a flow, each part of it for a reader to skip whole; how many rows it has."""
    rows = 0
    with parquet.ParquetWriter(
        str(folder / f"{flow.flow.name}.parquet"),
        _schema(flow),
        store_schema=False,
        compression="zstd",
        use_dictionary=[name for name in (DOCTOR, *flow.flow.columns) if name not in flow.serial],
        dictionary_pagesize_limit=DICTIONARY,
    ) as writer:
        for batch in batches:
            for part in flow_rows(flow, batch, rows):
                writer.write_table(part, row_group_size=max(1, part.num_rows))
                rows += part.num_rows
            told(batch.first + batch.chance.count)
    return rows


def _schema(flow: DrawnFlow) -> Anything:
    """The columns of a flow as they are held: words and names by their ranks, which no file tells."""
    named = arrow.dictionary(arrow.int32(), arrow.string())
    columns = {name: ARROW[column.type] for name, column in flow.flow.columns.items()}
    own = {
        name: named if type == arrow.string() and name not in flow.serial else type for name, type in columns.items()
    }
    return arrow.schema({DOCTOR: named, **own})


def _batches(plan: FlowsPlan, doctors: int, seed: int, scale: Fraction) -> Iterator[Doctors]:
    """Those of a population, drawn again for each flow rather than held."""
    for batch, first in enumerate(range(0, doctors, BATCH)):
        yield Doctors(plan, Chance(seed, batch, min(BATCH, doctors - first)), first, scale)


def _expected(plan: FlowsPlan, doctors: int, seed: int) -> int:
    """How many rows the flow that tells the size has as it is planned."""
    value, flow = plan.scaled
    parts = [part for part in plan.flows[flow].parts if part.count == value]
    batches = _batches(plan, doctors, seed, Fraction(1))
    return sum(int(batch.counts(part).sum()) for batch in batches for part in parts)
