"""Tables of dossiers spoilt at random: cells, rows and children, most of which no reader of dossiers would take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pyarrow as arrow
from pyarrow import parquet

from engine.columnar.layout import DOCTOR
from engine.columns import Columns
from engine.dossier import read_dossier
from engine.engines.engines import connect
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.schema import check
from engine.sourcing.opening import open_source
from engine.sourcing.sources import Source
from engine.tables import CHILDREN, ROW, TABLES, rows_of
from engine.yamltext import Page

Row = dict[str, str]
Rows = list[tuple[str, Row]]
EXTREMES = (
    "", " ", "none", "~", "0", "-0", "-1", "01", "1.5", "1e9", "999999999999999", "1000000000000", "9" * 18, "9" * 30,
    "٣", "true", "false", "True", "0001-01-01", "0999-12-31", "9999-12-31", "2023-02-30", "2023-02-29", "2024-02-29",
    "2000-02-29", "2100-02-29", "1900-02-29", "2024-04-31", "2024-1-1", "x", "X", "x" * 81, "x" * 501, "x" * 5001,
    "é", "a\nb", "\x00", "amelipro", "received", "facture", "1899", "1900", "2999", "3000", "a b", "-a", "a.b_c-d",
)  # fmt: skip
MOST_SPOILT = 2
OWNING = ("year", ROW, "of")


def refused_and_vouched(
    files: PolicyFiles, policy: Policy, pages: Sequence[Page], random: Random, folder: Path
) -> tuple[dict[str, str], set[str]]:
    """Who of these doctors is refused by the reader once their rows are spoilt, and why; whom columns vouch for."""
    plain = [[(table, dict(row)) for table, row in rows_of(page.data)] for page in pages]
    rows = [row for own in plain for row in spoilt(own, random)]
    write(folder, rows)
    scratch = folder / "scratch"
    scratch.mkdir()
    with open_source(str(folder)) as source, connect("polars", source, scratch) as engine:
        numbers = source.numbers(policy.year)
        columns = Columns(files, policy)
        found = columns.results(engine.found(columns.expression(engine.tables("", "9" * 20))))
        together = set(found.doctors[DOCTOR].to_pylist())
        return refused(source, policy, numbers.read), together - numbers.odd - engine.singly


def refused(source: Source, policy: Policy, numbers: Sequence[str]) -> dict[str, str]:
    """Those of these doctors whose dossier cannot be read, and the code of what is wrong."""
    found: dict[str, str] = {}
    for number, page in zip(numbers, source.pages(numbers), strict=True):
        try:
            problems = page.problems if isinstance(page, Invalid) else check(page, "dossier")
            if isinstance(page, Invalid) or problems:
                raise Invalid(problems)
            read_dossier(page, policy)
        except Invalid as invalid:
            found[number] = invalid.problems[0].code
    return found


def write(folder: Path, rows: Rows) -> None:
    """Every table with columns of texts, in no order."""
    for table, columns in TABLES.items():
        own = [row for name, row in rows if name == table]
        whole = {name: arrow.array([row.get(name) for row in own], arrow.string()) for name in columns}
        parquet.write_table(arrow.table(whole), folder / f"{table}.parquet")


# --- one doctor's rows ----------------------------------------------------------------------------------------------


def spoilt(rows: Rows, random: Random) -> Rows:
    """The rows with a thing or two wrong, or merely otherwise; of some doctors as they were."""
    for _ in range(random.randint(0, MOST_SPOILT)):
        # Few tables have most of the rows.
        wanted = random.choice(sorted({table for table, _ in rows}))
        table, row = random.choice([one for one in rows if one[0] == wanted])
        random.choice(WAYS)(rows, table, row, random)
    return rows


def _cell(rows: Rows, table: str, row: Row, random: Random) -> None:
    """Another text in a cell, whatever it holds."""
    row[_column(table, random)] = random.choice(EXTREMES)


def _gone(rows: Rows, table: str, row: Row, random: Random) -> None:
    """A cell that is NULL."""
    row.pop(random.choice([name for name in row if name != DOCTOR] or [""]), None)


def _elsewhere(rows: Rows, table: str, row: Row, random: Random) -> None:
    """The text of another cell."""
    _, other = random.choice(rows)
    row[_column(table, random)] = other[random.choice(list(other))]


def _again(rows: Rows, table: str, row: Row, random: Random) -> None:
    """The same row twice: a child said twice, a row that its children cannot tell from the other."""
    rows.append((table, dict(row)))


def _moved(rows: Rows, table: str, row: Row, random: Random) -> None:
    """A row of another campaign."""
    row["year"] = random.choice([str(int(row.get("year", "2000")) + random.choice([-3, -1, 1])), "23", ""])


def _renumbered(rows: Rows, table: str, row: Row, random: Random) -> None:
    """A row of another number: its children are orphans, or those of another."""
    if ROW in TABLES[table]:
        row[ROW] = random.choice(["1", "2", "77", "0", "-1"])


def _orphan(rows: Rows, table: str, row: Row, random: Random) -> None:
    """A child of any row, or of none."""
    child = random.choice(list(CHILDREN))
    names = {
        "of": random.choice([*TABLES, "nothing"]),
        "name": random.choice(["software", "editor", "choice", "declared_on", "secure"]),
    }
    values = {"reason": "ehpad", "item": "codage", "count": "1", "value": random.choice(["true", "none", "x"])}
    given = {DOCTOR: row[DOCTOR], "year": row.get("year", ""), ROW: random.choice(["1", "2", "9"]), **names, **values}
    rows.append((child, {name: given[name] for name in CHILDREN[child]}))


def _same_id(rows: Rows, table: str, row: Row, random: Random) -> None:
    """Two rows of one id, or a row that replaces another."""
    others = [(name, other) for name, other in rows if "id" in TABLES[name]]
    if others:
        _, other = random.choice(others)
        other["id"] = "same"
        _, other = random.choice(others)
        other[random.choice(["id", "supersedes"])] = "same"


def _above(rows: Rows, table: str, row: Row, random: Random) -> None:
    """More counted than there was to count."""
    for name, other in rows:
        if name == "measures" and random.random() < 0.3:
            other["numerator"] = random.choice(["1000001", f"1{other.get('denominator', '0')}"])


def _column(table: str, random: Random) -> str:
    """Any column: seldom one that tells whose row it is, for which all that hangs on it would be refused."""
    owning = random.random() < 0.1
    return random.choice(
        [name for name in TABLES[table] if name != DOCTOR and (name in OWNING) == owning] or ["year"]
    )


WAYS = (
    *[_cell] * 9,
    *[_gone] * 3,
    _elsewhere,
    _elsewhere,
    _elsewhere,
    _again,
    _again,
    _moved,
    _renumbered,
    _orphan,
    _orphan,
    _same_id,
    _above,
)
