"""Raw flows drawn at random: few patients and days, so that they meet; ends of months; everything that can be wrong.

The same `Random` draws the same rows on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.csv as comma
from pyarrow import parquet

from tests.plain_flows import DAY, FLOWS, TEXT, YES_NO, Row, Value

ARROW = {"text": arrow.string(), "day": arrow.date32(), "yes or no": arrow.bool_(), "number": arrow.int64()}
USUAL: Mapping[str, Value] = {
    "scheme": "regime_general",
    "nir": "definitif",
    "ame": False,
    "ehpad": False,
    "pdsa": False,
}
"""What a row mostly holds in columns that would otherwise leave nearly every row out."""


MISTYPED = ("01/03/2023", "1.5", "oui", "2023-02-30", "x")
"""Texts that are a value of no type but text."""


class Drawing:
    """Rows of every flow for some doctors; so many cells in a hundred are wrong or empty.

    With `mistyped`, some hold a text where a number, a day or a truth should be.
    """

    def __init__(self, random: Random, year: int, wrong: int = 2, *, mistyped: bool = False) -> None:
        self.random, self.year, self.wrong, self.mistyped = random, year, wrong, mistyped
        months = [date(year, month, 1) for month in range(1, 13)]
        ends = [day - timedelta(days=1) for day in (*months, date(year + 1, 1, 1))]
        self.days = [
            *months,
            *ends,
            date(year + 1, 1, 1),
            date(year - 1, 1, 1),
            date(year - 2, 12, 31),
            date(year, 2, 28),
        ]
        self.serial = 0

    def flows(self, doctors: Sequence[str | None], rows: int) -> dict[str, list[Row]]:
        """Up to so many rows of each flow for each doctor, in no order."""
        found: dict[str, list[Row]] = {}
        for name in FLOWS:
            own = [self.row(name, doctor) for doctor in doctors for _ in range(self.random.randrange(rows + 1))]
            own += [{**row} for row in own if self.chance(self.wrong)]
            self.random.shuffle(own)
            found[name] = own
        return found

    def acts(self, doctor: str, modes: Sequence[str], days: Sequence[date]) -> list[Row]:
        """Sound acts of a doctor, one of one of these modes on each of these days."""
        return [
            {**self.sound("acts", doctor), "mode": self.random.choice(modes), "performed_on": day} for day in days
        ]

    def row(self, flow: str, doctor: str | None) -> Row:
        """A row, sound or not."""
        row = dict(self.sound(flow, doctor))
        _, _, columns, optional = FLOWS[flow]
        for name, values in columns.items():
            if self.chance(self.wrong * (10 if name in optional else 1)):
                row[name] = None
            elif self.chance(self.wrong) and isinstance(values, range):
                row[name] = self.random.choice((-1, values.stop))
            elif self.chance(self.wrong) and isinstance(values, tuple) and values != YES_NO:
                row[name] = self.random.choice(("?", "SESAM_VITALE", "é" * 300))
            elif self.mistyped and self.chance(self.wrong) and _kind(values) != "text":
                row[name] = self.random.choice(MISTYPED)
        return row

    def sound(self, flow: str, doctor: str | None) -> Row:
        """A row that is sound, but for its doctor."""
        return {"doctor": doctor, **{name: self.value(name, values) for name, values in FLOWS[flow][2].items()}}

    def value(self, name: str, values: object) -> Value:
        if name in USUAL and not self.chance(15):
            return USUAL[name]
        if values == TEXT:
            return self.text(name)
        if values == DAY:
            return self.random.choice(self.days) if self.chance(60) else self.any_day()
        if isinstance(values, range):
            return (
                self.random.choice((0, 2, 3, 5, 9)) if len(values) <= 10 else self.random.choice((0, 2, 3, 120, 999))
            )
        assert isinstance(values, tuple)
        found: Value = self.random.choice(values)
        return found

    def text(self, name: str) -> str:
        if any(name == key for key, *_ in FLOWS.values()):
            self.serial += 1
            return f"{name}-{self.serial}"
        return f"{name}-{self.random.randrange(6)}"

    def any_day(self) -> date:
        return date(self.year - 1, 10, 1) + timedelta(days=self.random.randrange(520))

    def chance(self, hundredths: int) -> bool:
        return self.random.randrange(100) < hundredths


def write(folder: Path, flows: Mapping[str, Sequence[Row]], suffix: str = ".parquet") -> Path:
    """A folder of flows; in CSV every cell is a text."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_, _, columns, _) in FLOWS.items():
        rows = flows.get(name, ())
        kinds = {"doctor": "text", **{column: _kind(values) for column, values in columns.items()}}
        if suffix == ".csv":
            table = arrow.table(
                {column: arrow.array([_written(row.get(column)) for row in rows], arrow.string()) for column in kinds}
            )
            comma.write_csv(table, folder / f"{name}.csv")
        else:
            table = arrow.table(
                {
                    column: arrow.array([row.get(column) for row in rows], ARROW[kind])
                    for column, kind in kinds.items()
                }
            )
            parquet.write_table(table, folder / f"{name}.parquet")
    return folder


def _kind(values: object) -> str:
    if values == DAY:
        return "day"
    if values == YES_NO:
        return "yes or no"
    return "number" if isinstance(values, range) else "text"


def _written(value: Anything) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
