"""A folder of flows: each a file, Parquet or CSV, its columns checked; who is in it; and how an engine reads it.

Files that an engine can read where they are stay there: typed Parquet in the order of the doctors' numbers. Others
are copied so, and a text that is no value of its column's type is told there beside it (`WRONG`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct
from pyarrow import parquet

from engine.measuring.columns import WRONG
from engine.measuring.measures import DOCTOR, Flow
from engine.measuring.survey import Survey, survey
from engine.problems import Invalid, Problem
from engine.running.manifest import digest_of
from engine.sourcing.staging import Staged, as_it_should_be, in_order, is_typed, valued
from engine.tables import NUMBER, Columns
from engine.tabular import SUFFIXES, FileHeld, check_columns, file_of, schema_of, texts, unreadable


class FlowsFolder(Struct, frozen=True):
    """The flows of a folder that are asked for, and the file of each."""

    where: str
    flows: Mapping[str, Flow]
    held: Mapping[str, FileHeld]

    def digest(self) -> dict[str, str]:
        """Of each file. Raises Invalid."""
        return {name: digest_of(held.file) for name, held in sorted(self.held.items())}

    def survey(self, name: str) -> Survey:
        """Whose the rows of a flow are, and which bear a name that another bears. Raises Invalid."""
        return survey(self._read(name, [DOCTOR, self.flows[name].key]))

    def of_some(self, name: str, doctors: Sequence[str | None]) -> Iterator[Anything]:
        """The doctor and the key, as texts, of every row where one of these stands for a doctor. Raises Invalid."""
        key, known = self.flows[name].key, arrow.array(doctors, arrow.string())
        for batch in self._read(name, [DOCTOR, key]):
            rows = arrow.table({"doctor": texts(batch.column(0)), "key": texts(batch.column(1))})
            yield rows.filter(computed.is_in(rows["doctor"], known))

    def of_doctor(self, name: str, doctor: str) -> Anything:
        """The rows of one doctor, as they are in the file. Raises Invalid."""
        held = self.held[name]
        batches = list(held.batches(held.schema.names, [doctor]))
        return arrow.Table.from_batches(batches, held.schema) if batches else held.schema.empty_table()

    def staged(self, scratch: Path, memory: int | None) -> Staged:
        """See `Stageable`."""
        files, tables = {}, {}
        for name, held in self.held.items():
            columns, copy = columns_of(self.flows[name]), scratch / f"{name}.parquet"
            if as_it_should_be(held.file, columns):
                files[name], tables[name] = held.file, columns
            elif is_typed(held.file, columns):
                files[name], tables[name] = in_order(held.file, copy, memory), columns
            else:
                tables[name] = {**columns, WRONG: "text"}
                rough = _copied(held, columns, scratch / f"{name}.rough.parquet")
                files[name] = in_order(rough, copy, memory)
                rough.unlink()
        return Staged(tables, files)

    def _read(self, name: str, columns: list[str]) -> Iterator[Anything]:
        """These columns of all rows; of Parquet each different text once a part, since few are different."""
        held = self.held[name]
        if held.file.suffix != ".parquet":
            yield from held.batches(columns, None)
            return
        try:
            opened = parquet.ParquetFile(held.file, read_dictionary=[DOCTOR])
            for batch in opened.iter_batches(columns=columns):
                yield batch.select(columns)
        except (arrow.ArrowException, OSError) as error:
            raise unreadable(held.place, error) from None


def open_flows(folder: Path, flows: Mapping[str, Flow]) -> FlowsFolder:
    """The flows of a folder. Raises Invalid: none, one missing, twice or unreadable, a column missing or odd."""
    if not any((folder / f"{name}{suffix}").exists() for name in flows for suffix in SUFFIXES):
        raise Invalid([Problem("no_flows", str(folder), details={"names": ", ".join(flows)})])
    held = {}
    for name, flow in flows.items():
        held[name] = FileHeld(file_of(folder, name))
        needed = {DOCTOR, *(column.name for column in flow.columns.values() if not column.optional)}
        check_columns(held[name].place, held[name].schema, columns_of(flow), needed)
    return FlowsFolder(str(folder), flows, held)


def columns_of(flow: Flow) -> Columns:
    """The columns of a flow: whose row it is, then its own."""
    return {DOCTOR: "text", **{name: column.type for name, column in flow.columns.items()}}


def is_number(doctor: str | None) -> bool:
    """Whether a text is a doctor's number."""
    return doctor is not None and re.fullmatch(NUMBER.strip("^$"), doctor) is not None


def _copied(held: FileHeld, columns: Columns, file: Path) -> Path:
    """A copy of a flow as its rows come, typed, in which is told which column cannot be read."""
    schema = schema_of({**columns, WRONG: "text"})
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in held.batches(held.schema.names, None):
            writer.write_batch(arrow.record_batch(_typed(batch, columns), schema))
    return file


def _typed(batch: Anything, columns: Columns) -> list[Anything]:
    """The columns of some rows, typed; then the first of each row that cannot be read, if any."""
    made, wrong = [], arrow.nulls(batch.num_rows, arrow.string())
    for name, type in columns.items():
        if name not in batch.schema.names:
            made.append(arrow.nulls(batch.num_rows, schema_of({name: type}).field(0).type))
            continue
        given = texts(batch.column(name))
        made.append(valued(given, type))
        unread = computed.xor(given.is_valid(), made[-1].is_valid())
        wrong = computed.coalesce(wrong, computed.if_else(unread, name, arrow.scalar(None, arrow.string())))
    return [*made, wrong]
