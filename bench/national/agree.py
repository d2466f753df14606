"""Whether a side says what the product's derivation says, doctor by doctor and column by column.

.venv/bin/python bench/national/agree.py TRUTH.parquet SIDE.parquet
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any as Anything

import pyarrow as arrow
from msgspec import Struct
from pyarrow import compute, parquet
from sides import common, verdicts


class Agreement(Struct, frozen=True):
    """How many doctors were compared, those on whom a side says otherwise, and the columns where it does."""

    compared: int
    differing: tuple[str, ...]
    columns: tuple[tuple[str, int], ...]


def agreement(truth: Anything, side: Anything) -> Agreement:
    """Compare a side's rows of the doctors of `truth` with it. A doctor whom the side leaves out differs."""
    truth = plain(truth)
    wanted = compute.is_in(side["doctor"], value_set=truth["doctor"])
    said = plain(side.select(truth.column_names).filter(wanted))
    missing = sorted(set(truth["doctor"].to_pylist()) - set(said["doctor"].to_pylist()))
    if missing:
        kept = compute.invert(compute.is_in(truth["doctor"], value_set=arrow.array(missing)))
        truth = truth.filter(kept)
    columns: Counter[str] = Counter()
    doctors = set(missing)
    for name in truth.column_names:
        alike = compute.fill_null(compute.equal(truth[name], said[name].cast(truth[name].type)), False)
        both = compute.and_(compute.is_null(truth[name]), compute.is_null(said[name]))
        unlike = truth["doctor"].filter(compute.invert(compute.or_(alike, both))).to_pylist()
        if unlike:
            columns[name] = len(unlike)
            doctors.update(unlike)
    return Agreement(truth.num_rows + len(missing), tuple(sorted(doctors)), tuple(columns.most_common()))


def plain(table: Anything) -> Anything:
    """The compared columns, sorted by doctor, words as plain text."""
    table = common(table)
    plainly = [
        column.cast(arrow.string()) if arrow.types.is_dictionary(column.type) else column for column in table.columns
    ]
    return arrow.table(plainly, names=table.column_names).sort_by("doctor").combine_chunks()


if __name__ == "__main__":
    truth, side = (parquet.read_table(file) for file in sys.argv[1:])
    writes_why = any(name.endswith(".reason") for name in side.column_names)
    found = agreement(truth if writes_why else verdicts(truth), side)
    print(f"{found.compared} doctors compared, {len(found.differing)} differ")
    for name, count in found.columns:
        print(f"  {name}: {count}")
    print(" ".join(found.differing[:20]))
