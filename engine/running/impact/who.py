"""Who the doctors of a source are: what a comparison is broken down by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed

from engine.tables import DOCTORS
from engine.tabular import texts

SPECIALTY, DEPARTMENT = "specialty", "department"
SEVERAL = "*"
"""Stands for the département of a doctor who practises in several."""
WANTED: Mapping[str, tuple[str, ...]] = {
    DOCTORS: ("doctor", "year", SPECIALTY),
    "locations": ("doctor", "year", DEPARTMENT, "id", "supersedes", "from", "to"),
}


class Who:
    """Gathers, from the rows of a source, the specialty and the département of each doctor of a year."""

    def __init__(self, year: int, day: date) -> None:
        self.year, self.day = str(year), day.isoformat()
        self.parts: dict[str, list[Anything]] = {table: [] for table in WANTED}

    def add(self, table: str, rows: Anything) -> None:
        """More rows of a table, an Arrow batch."""
        if table not in WANTED:
            return
        none = arrow.nulls(rows.num_rows, arrow.string())
        columns = {name: texts(rows.column(name)) if name in rows.schema.names else none for name in WANTED[table]}
        found = arrow.table(columns)
        self.parts[table].append(found.filter(computed.equal(found["year"], self.year)))

    def table(self) -> Anything:
        """A row a doctor: number, specialty, département (`SEVERAL` where there are several, NULL where none is)."""
        doctors, places = (arrow.concat_tables(self._parts(table)) for table in WANTED)
        by_doctor = (
            self._in_force(places).group_by("doctor").aggregate([(DEPARTMENT, "count_distinct"), (DEPARTMENT, "min")])
        )
        one = computed.equal(by_doctor[f"{DEPARTMENT}_count_distinct"], 1)
        known = computed.if_else(one, by_doctor[f"{DEPARTMENT}_min"], SEVERAL)
        there = known.take(computed.index_in(doctors["doctor"], by_doctor["doctor"]))
        return doctors.select(["doctor", SPECIALTY]).append_column(DEPARTMENT, there)

    def _parts(self, table: str) -> list[Anything]:
        schema = arrow.schema([(name, arrow.string()) for name in WANTED[table]])
        return [schema.empty_table(), *self.parts[table]]

    def _in_force(self, places: Anything) -> Anything:
        """The places of practice on the day, but for those that another row replaces; days are told as ISO texts."""
        named = computed.binary_join_element_wise(places["doctor"], places["id"], " ")
        replacing = computed.binary_join_element_wise(places["doctor"], places["supersedes"], " ")
        kept = computed.invert(computed.is_in(named, replacing.combine_chunks().drop_null()))
        begun = computed.less_equal(places["from"].fill_null(self.day), self.day)
        going = computed.greater_equal(places["to"].fill_null(self.day), self.day)
        known = places[DEPARTMENT].is_valid()
        return places.filter(computed.and_(computed.and_(kept, known), computed.and_(begun, going)))
