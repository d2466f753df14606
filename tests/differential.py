"""One policy and many dossiers through every derivation of the tree: where they differ, and the least that does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any as Anything

import ibis
import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct
from msgspec.structs import replace

from engine.claims import leaves
from engine.columnar.crowds import Touched
from engine.columnar.layout import DOCTOR, READINGS, Line, doctor_line, node_line
from engine.columnar.observing import Observing, merged_table, observed_table, wanted
from engine.columns import Columns
from engine.conditions import Record
from engine.decision import Decision, decide, judge
from engine.dispute.pricing import Alternative, alternatives
from engine.dossier import Dossier, read_dossier
from engine.loading import PolicyFiles
from engine.network import agree
from engine.policy import Policy
from engine.problems import Invalid
from engine.schema import valid
from engine.sourcing.staging import valued
from engine.standing import standing_on
from engine.tables import TABLES, Cells, dossier_data, rows_of, some_of
from engine.tabular import arrow_schema
from engine.yamltext import Page, Path_
from tests.pinned import Beyond, Unthought, verdicts

Lines = dict[str, Line]
SLICES = 8


class Compared(Struct, frozen=True):
    """How many doctors were held against the first derivation, by which way, and those who came out otherwise.

    `saw` counts what leaves saw of those vouched for: kind of leaf, verdict, reason or kind of unknown.
    """

    decided: frozenset[str]
    observed: int
    left: int
    refused: int
    differing: Mapping[str, str]
    saw: Counter[tuple[str, str, str]]

    @property
    def columns(self) -> int:
        return len(self.decided)


class Bench:
    """A policy, a day, and columns made for them once."""

    def __init__(self, files: PolicyFiles, policy: Policy, as_of: date | None = None, *, priced: bool = True) -> None:
        self.files, self.policy, self.as_of = files, policy, as_of
        self.columns = Columns(files, policy, as_of, priced=priced)
        self.questions = list(self.columns.questions.values())
        self.observing = Observing(policy, self.questions, self.columns.spread.as_of)
        self.touched = Touched(self.columns.crowds, self.questions)
        self.backend = ibis.polars.connect()

    def compare(self, pages: Sequence[Page], priced: Callable[[int], bool] = lambda _: True) -> Compared:
        """Every page through columns and through the first derivation; `priced`: readings too, by rank."""
        own, alone, crowded = self.together(pages)
        differing: dict[str, str] = {}
        saw: Counter[tuple[str, str, str]] = Counter()
        kept: list[Page] = []
        expected: dict[str, Line] = {}
        for rank, page in enumerate(pages):
            number = page.data["doctor"]
            try:
                decision = self.decided(page)
            except Invalid as invalid:
                if number in own:
                    differing[number] = f"vouched for, and refused: {invalid.problems[0].code}"
                continue
            kept.append(page)
            others = alternatives(self.files, page, decision) if self.columns.priced and priced(rank) else None
            line = expected_line(decision, others)
            if number not in own:
                expected[number] = line
                continue
            saw.update(_seen(decision))
            if wrong := differences(line, own[number]):
                differing[number] = f"columns: {wrong}"
        observed, left = self.singly([page for page in kept if page.data["doctor"] in alone], crowded)
        for number, line in expected.items():
            if number not in observed:
                if number not in left:
                    differing[number] = "decided by nobody"
            elif wrong := differences(line, observed[number]):
                differing[number] = f"after: {wrong}"
        return Compared(frozenset(own), len(observed), len(left), len(pages) - len(kept), differing, saw)

    def decided(self, page: Page) -> Decision:
        """The decision by the first derivation. Raises Invalid."""
        return judge(self.policy, self.read(page), self.as_of)

    def read(self, page: Page) -> Dossier:
        """The dossier of a page that keeps the schema. Raises Invalid."""
        return read_dossier(valid(page, "dossier"), self.policy)

    def four(self, page: Page) -> bool:
        """Whether the formula applied; the network always does. Raises Invalid, EngineFault where one differs."""
        decision = decide(self.policy, self.read(page), self.as_of)
        standing = standing_on(decision.dossier, self.policy, decision.as_of)
        try:
            told = verdicts(self.policy, standing)
        except (Beyond, Unthought):
            return False
        agree(decision.verdicts, told)
        return True

    def together(self, pages: Sequence[Page]) -> tuple[Lines, set[str], Anything]:
        """What columns say of those they vouch for, who the others are, and what leaves see of the crowded."""
        typed, wrong = tables(pages)
        wide = self.columns.wide(typed)
        own, alone = self.found(self.columns.derived(wide))
        crowded = self.backend.to_pyarrow(self.columns.partly(wide), engine="streaming")
        unread = computed.is_in(crowded[DOCTOR], arrow.array(sorted(wrong), arrow.string()))
        sound = {number: line for number, line in own.items() if number not in wrong}
        return sound, alone | wrong, crowded.filter(computed.invert(unread))

    def singly(self, pages: Sequence[Page], crowded: Anything) -> tuple[Lines, set[str]]:
        """The same for doctors whose leaves are observed one by one, or some of them; their dossiers can be read."""
        only = dict(zip(crowded[DOCTOR].to_pylist(), self.touched.of(crowded), strict=True))
        rows = wanted(only, self.questions)
        whole, partly, left = list[Line](), dict[str, Line](), set[str]()
        for page in pages:
            number = page.data["doctor"]
            try:
                asked = only.get(number)
                line = self.observing.line(page if asked is None else some_page(page, rows[number]), asked)
            except Invalid:
                continue
            if line is None:
                left.add(number)
            elif number in only:
                partly[number] = line
            else:
                whole.append(line)
        if not (whole or partly):
            return {}, left
        tables = [observed_table(whole, self.questions), merged_table(crowded, partly, self.questions)]
        found, doubted = self.found(self.columns.after(ibis.memtable(arrow.concat_tables(tables))))
        return found, left | doubted

    def found(self, expression: Anything) -> tuple[Lines, set[str]]:
        results = self.columns.results(self.backend.to_pyarrow(expression, engine="streaming"))
        rows = zip(results.doctors.to_pylist(), results.nodes.to_pylist(), strict=True)
        return {one[DOCTOR]: {**other, **one} for one, other in rows}, set(results.singly)

    def differs(self, page: Page) -> str | None:
        """How one dossier comes out otherwise."""
        return next(iter(self.compare([page]).differing.values()), None)


def some_page(page: Page, wanted: Collection[tuple[str, str]]) -> Page:
    """A page as tables give it when only some of its rows are wanted."""
    rows: dict[str, list[Cells]] = {table: [] for table in TABLES}
    for table, row in rows_of(page.data):
        rows[table].append(row)
    return replace(page, data=dossier_data(page.data["doctor"], some_of(rows, wanted)))


def expected_line(decision: Decision, others: Sequence[Alternative] | None) -> Line:
    """What columns must say of a decision; of its readings nothing where `others` were not sought."""
    expected = {**node_line(decision), **doctor_line(decision, others or ())}
    if others is None:
        del expected[READINGS]
    return expected


def differences(expected: Line, found: Line) -> str:
    """The columns that are not what the first derivation says."""
    if expected.items() <= found.items():
        return ""
    return "; ".join(
        f"{name}: {value!s} expected, {found[name]!s} found"
        for name, value in expected.items()
        if found[name] != value
    )


def _seen(decision: Decision) -> Iterator[tuple[str, str, str]]:
    for leaf in leaves(decision.policy):
        one = decision.observations[leaf.at]
        kind = f"{leaf.row}" if isinstance(leaf, Record) else type(leaf).__name__.lower()
        yield kind, one.verdict.name.lower(), one.reason or one.unknown or ""


# --- tables ---------------------------------------------------------------------------------------------------------


def tables(pages: Sequence[Page]) -> tuple[dict[str, Anything], set[str]]:
    """The tables of these dossiers, typed as an engine is given them, and whose texts are not of their type."""
    rows: dict[str, list[Anything]] = {table: [] for table in TABLES}
    for page in pages:
        for table, row in rows_of(page.data):
            rows[table].append(row)
    wrong: set[str] = set()
    return {table: ibis.memtable(_typed(table, own, wrong)) for table, own in rows.items()}, wrong


def _typed(table: str, rows: Sequence[Mapping[str, str]], wrong: set[str]) -> Anything:
    columns = []
    doctors = arrow.array([row["doctor"] for row in rows], arrow.string())
    for name, type in TABLES[table].items():
        given = arrow.array([row.get(name) for row in rows], arrow.string())
        columns.append(valued(given, type))
        wrong.update(doctors.filter(computed.xor(given.is_valid(), columns[-1].is_valid())).to_pylist())
    return arrow.table(columns, arrow_schema(table))


# --- the least that differs -----------------------------------------------------------------------------------------


def shrunk(page: Page, differing: Callable[[Sequence[Page]], Mapping[str, object]]) -> Page:
    """The dossier without all that can be left out of it while it still differs.

    Everything that could be left out is tried at once, each in a doctor of its own; then more and more of what could
    be left out by itself.
    """
    while True:
        paths = sorted(_parts(page.data), key=len)
        alone = differing([_smaller(page, [path], rank) for rank, path in enumerate(paths)])
        could = [path for rank, path in enumerate(paths) if str(rank) in alone]
        if not could:
            return page
        sizes = sorted({1, *(len(could) * part // SLICES or 1 for part in range(1, SLICES + 1))})
        together = [_smaller(page, could[:size], size) for size in sizes]
        found = differing(together)
        page = next(one for one in reversed(together) if one.data["doctor"] in found)


def _smaller(page: Page, paths: Sequence[Path_], number: int) -> Page:
    """The dossier without these parts, as another doctor's."""
    gone = set(paths)

    def left(data: Anything, at: Path_ = ()) -> Anything:
        if isinstance(data, dict):
            return {key: left(value, (*at, key)) for key, value in data.items() if (*at, key) not in gone}
        if isinstance(data, list):
            return [left(value, (*at, place)) for place, value in enumerate(data) if (*at, place) not in gone]
        return data

    return Page("", {**left(page.data), "doctor": str(number)}, {})


def _parts(data: Anything, at: Path_ = ()) -> Iterator[Path_]:
    """Where everything stands that a dossier can do without."""
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in below:
        if (*at, key) not in (("doctor",), ("campaigns",)):
            yield (*at, key)
        yield from _parts(value, (*at, key))
