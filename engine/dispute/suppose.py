"""A dossier's page with some facts supposed other than they are: plain text data, to be checked and read again.

A supposition is written PATH=VALUE, where the path is that of the campaign as a dossier's file shows it:
`measures.teletransmission.numerator=2000`, `facts.apcv_fse=1`, `documents.facture[2].certified_on=2023-06-01`,
`specialty=ophtalmologie`. A row is named by its measure, fact, item, kind or department, or by its id; one not there
is added. An empty value takes the field away, or the row when the path stops at it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any as Anything
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from engine.bundled import bundled
from engine.dossier import DOCTOR_FIELDS, NAMED_BY, ROW_FIELDS, Dossier, RowType, read_dossier
from engine.policy import Policy, Vocabulary
from engine.problems import Invalid, Problem, unknown_name
from engine.schema import valid
from engine.yamltext import Page, Plain

TABLES: Mapping[str, RowType] = {f"{type}s": type for type in NAMED_BY}
ROW = re.compile(r"(?P<name>[^.\[\]]+)(\[(?P<number>[1-9]\d{0,3})\])?")
OPTION = "--suppose"
Row = dict[str, Plain]


class Supposition(Struct, frozen=True):
    """One supposition as written: a path in the campaign, and the value there (None: none)."""

    path: str
    value: str | None

    @property
    def written(self) -> str:
        return f"{self.path}={self.value or ''}"


def suppositions(written: Iterable[str]) -> tuple[Supposition, ...]:
    """The suppositions asked for, in order. Raises Invalid for one not written PATH=VALUE."""
    found = []
    for text in written:
        path, equals, value = text.partition("=")
        if not (path.strip() and equals):
            raise Invalid([Problem("bad_supposition", OPTION, details={"value": text})])
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise Invalid([Problem("half_character", OPTION)])
        found.append(Supposition(path.strip(), value.strip() or None))
    return tuple(found)


class Supposed(Struct, frozen=True):
    """A page with suppositions made, not yet checked; `paths` gives, by place in it, the path that was written."""

    page: Page
    paths: Mapping[str, str]

    def named(self, problem: Problem) -> Problem:
        """The same problem, where the user wrote what causes it."""
        parts = problem.place.split(".")
        places = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        return replace(problem, place=next((self.paths[one] for one in places if one in self.paths), problem.place))


def suppose(page: Page, policy: Policy, asked: Iterable[Supposition]) -> Supposed:
    """The page with every supposition made, one after the other, in the campaign of the policy's year.

    Raises Invalid: a path that leads nowhere, or to several rows.
    """
    data = deepcopy(page.data)
    campaign = data["campaigns"].get(str(policy.year)) or {}
    above = f"campaigns.{policy.year}"
    made = [_Supposer(campaign, policy.vocabulary, one) for one in asked]
    for one in made:
        one.apply()
    paths = {".".join([above, *place]): path for one in made for place, path in one.places()}
    # Nobody wrote this page: it has no lines to show.
    return Supposed(Page(OPTION, data, {}), paths)


def supposed_dossier(page: Page, policy: Policy, asked: Iterable[Supposition]) -> Dossier:
    """The dossier as supposed, read and checked as any other. Raises Invalid, in the user's own paths."""
    supposed = suppose(page, policy, asked)
    try:
        return read_dossier(valid(supposed.page, "dossier"), policy)
    except Invalid as invalid:
        raise Invalid(supposed.named(problem) for problem in invalid.problems) from None


class _Supposer:
    """One supposition being made in a campaign."""

    def __init__(self, campaign: dict[str, Anything], vocabulary: Vocabulary, asked: Supposition) -> None:
        self.campaign, self.vocabulary, self.asked = campaign, vocabulary, asked
        self.table, self.touched, self.at = "", Row(), tuple[str, ...]()

    def places(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Where the supposition stands, and where its row does, each with the path written so far."""
        if not self.table:
            yield (self.asked.path,), self.asked.path
            return
        rows = self.campaign.get(self.table, [])
        for index in (str(index) for index, row in enumerate(rows) if row is self.touched):
            yield (self.table, index), ".".join(self.asked.path.split(".")[:2])
            yield (self.table, index, *self.at), self.asked.path

    def apply(self) -> None:
        top, *rest = self.asked.path.split(".")
        if top in DOCTOR_FIELDS:
            if rest:
                self.malformed()
            _put(self.campaign, top, self.asked.value)
        elif top in TABLES:
            self.in_table(top, rest)
        else:
            self.fail_name("unknown_field", top, [*DOCTOR_FIELDS, *TABLES])

    def in_table(self, table: str, rest: list[str]) -> None:
        if not rest:
            self.malformed()
        called, *field = rest
        if not field and self.asked.value is None:
            gone = self.row(table, called, adding=False)
            self.campaign[table] = [row for row in self.campaign[table] if row is not gone]
            return
        if not field and table == "facts":
            field = ["value"]
        if not field:
            self.malformed()
        place = self.place(table, field)
        row = self.row(table, called, adding=self.asked.value is not None)
        self.table, self.touched, self.at = table, row, place
        *groups, key = place
        for group in groups:
            row = row.setdefault(group, {})
        value: Plain = self.asked.value
        if value is not None and place == ("items",):
            value = [item.strip() for item in value.split(",")]
        _put(row, key, value)

    def place(self, table: str, field: list[str]) -> tuple[str, ...]:
        """Where a field stands in a row of the table: a column of its own, or an attribute."""
        columns = _columns(table)
        free = set(self.vocabulary.fields) - set(ROW_FIELDS) if "attributes" in columns else set()
        if field[0] == "exclusions" and field[0] in columns and len(field) > 1:
            return ("exclusions", ".".join(field[1:]))
        if field[0] == "attributes" and "attributes" in columns:
            field = field[1:]
            columns = frozenset()
        name = ".".join(field)
        plain = columns - {"attributes", "exclusions"}
        if name in plain:
            return (name,)
        if name not in free:
            self.fail_name("unknown_field", name, plain | free)
        return ("attributes", name)

    def row(self, table: str, called: str, *, adding: bool) -> Row:
        """The row that a name or an id designates; a name of which there is none adds a row."""
        shape = ROW.fullmatch(called)
        if shape is None:
            self.malformed()
        name, number = shape["name"], int(shape["number"] or 0)
        rows: list[Row] = self.campaign.get(table) or []
        naming = NAMED_BY[TABLES[table]]
        found = [row for row in rows if row.get("id") == name] or [row for row in rows if row[naming] == name]
        if number == 0 and len(found) > 1:
            choices = [row.get("id") or f"{name}[{index}]" for index, row in enumerate(found, start=1)]
            self.fail("several_rows", name=name, names=", ".join(choices))
        index = max(number - 1, 0)
        if index < len(found):
            return found[index]
        known = self.names(table)
        if not found and known is not None and name not in known:
            ids = [row["id"] for row in rows if row.get("id")]
            self.fail_name(f"unknown_{naming}", name, [*known, *ids])
        if not adding or index > len(found):
            self.fail("no_such_row", name=called, count=str(len(found)))
        added: Row = {naming: found[0][naming] if found else name}
        self.campaign[table] = [*rows, added]
        return added

    def names(self, table: str) -> Iterable[str] | None:
        """The names that rows of a table may have; None where any is good."""
        match TABLES[table]:
            case "measure":
                return self.vocabulary.measures
            case "fact":
                return self.vocabulary.facts
            case "document":
                return self.vocabulary.documents
            case "location":
                return None
            case _:
                return self.vocabulary.items

    def malformed(self) -> NoReturn:
        raise Invalid([Problem("bad_supposition", OPTION, details={"value": self.asked.written})])

    def fail(self, code: str, **details: str) -> NoReturn:
        raise Invalid([Problem(code, OPTION, place=self.asked.path, details=details)])

    def fail_name(self, code: str, name: str, valid: Iterable[str]) -> NoReturn:
        self.fail(code, **unknown_name(name, set(valid)))


def _put(holder: dict[str, Plain], key: str, value: Plain) -> None:
    """Set a field, or take it away."""
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value


@cache
def _columns(table: str) -> frozenset[str]:
    """What the schema lets a row of a table hold."""
    common = json.loads((bundled("schemas") / "common.schema.json").read_text("utf-8"))
    return frozenset(common["$defs"]["campaign"]["properties"][table]["items"]["properties"])
