"""Which rows columns vouch for: those that the reader of dossiers would surely take as they are.

Each test is sufficient, never necessary: a row that fails one is read with all its doctor's by the reader itself
(`dossier.read_dossier`), which decides whether it is wrong and says why. So nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any as Anything

import ibis
from ibis import _

from engine.columnar.asking import TRUE, Term, absent, both, constant, either, sure, which
from engine.dossier import ROW_FIELDS
from engine.policy import Field, FieldType, Policy, Vocabulary
from engine.tables import DOCTORS, NUMBER, ROWS, TABLES

LINE_ENDS = "[\n\r\u0085\u2028\u2029]"
NAMES = r"^[a-z0-9][a-z0-9_.-]*$"
DAY = (
    r"^([12][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|3[0])|(0[13578]|1[02])-31)"
    r"|([12][0-9](0[84]|[2468][840]|[13579][26])|2000)-02-29)$"
)
"""Days there surely are."""
COUNT = r"^(0|[1-9][0-9]{0,8})$"
MOST = 10**9 - 1
"""The greatest count vouched for: multiplied by the terms of a rate, it stays far from the end of 64 bits."""
FIRST, LAST = date(1000, 1, 1), date(9999, 12, 31)
YEARS = (1900, 2999)
"""The years that the schema of a dossier takes."""
LONGEST: Mapping[str, int] = {"id": 80, "measure": 80, "fact": 80, "item": 80, "kind": 80, "ground": 5000}
"""The letters that the schema of a dossier gives a text, where they are not `LETTERS`."""
LETTERS = 500
EMPTY = ("origin", "ground")
"""The texts that may be empty."""
NAMED: Mapping[str, tuple[str, ...]] = {
    "measures": ("measure",),
    "facts": ("fact",),
    "prefills": ("item",),
    "declarations": ("item",),
    "documents": ("kind",),
    "document_items": ("item",),
    "findings": ("item", "outcome"),
    "locations": ("department",),
    "attributes": ("name",),
}
REPLACED = ("locations", "declarations", "documents")
"""The tables of which a row superseded stands no more, whatever it says."""
NOT_FOUND = ("issued_on", "received_on")
"""The dates of papers that may be looked for and not found: tables say so among their attributes."""
LISTED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("documents", "status"): ("received", "validated", "rejected"),
    ("findings", "outcome"): ("confirmed", "refuted", "not_produced"),
}
"""The lists of the schema itself."""


def vouched(table: str, policies: Iterable[Policy], year: int) -> Term:
    """Whether a row of a table of dossiers is surely well formed, and its names known; never NULL."""
    known = list(policies)
    shape = [_well_formed(table, name, type, year) for name, type in TABLES[table].items()]
    # Of a later campaign only the shape is checked, as the reader does.
    later = both(_.year > year, *(_shaped(_where(_.year > year, _[name])) for name in NAMED.get(table, ())))
    return sure(both(*shape, either(later, both(*_named(table, known, year)))))


def _well_formed(table: str, name: str, type: FieldType, year: int) -> Term:
    column = _[name]
    if name == "doctor":
        # Rows of whoever is not in the table of doctors are nobody's here.
        return matches(column, NUMBER).fill_null(False) if table == DOCTORS else TRUE
    if name == "year":
        return both(column.notnull(), column >= YEARS[0], column <= YEARS[1])
    if name == "supersedes":
        # What is replaced is told for these tables alone (`spread`), and for the campaign decided alone.
        return either(column.isnull(), _.year == year) if table in REPLACED else column.isnull()
    match type:
        case "date":
            return either(column.isnull(), both(column >= FIRST, column <= LAST))
        case "year":
            return either(column.isnull(), both(column >= YEARS[0], column <= YEARS[1]))
        case "integer":
            return either(column.isnull(), both(column >= 0, column <= MOST))
        case "boolean":
            return TRUE
        case "text":
            if (table, name) in LISTED:
                return either(column.isnull(), column.isin(LISTED[table, name]))
            if table == "attributes":
                return TRUE
            sizes = column.length() <= LONGEST.get(name, LETTERS)
            filled = TRUE if name in EMPTY else column != ""
            return either(column.isnull(), both(sizes, filled, column != "none"))


def _named(table: str, policies: list[Policy], year: int) -> list[Term]:
    """What the vocabularies of the year say of a row; rows of later campaigns are never looked up."""
    vocabularies = [policy.vocabulary for policy in policies]
    first = vocabularies[0]
    own = _.year == year
    match table:
        case "doctors":
            fields = ("specialty", "status", "sector", "caisse")
            return [either(~own, sure(_listed(_[name], first.fields.get(name)))) for name in fields]
        case "locations":
            return [_.department.notnull()]
        case "measures":
            return [either(both(~own, _shaped(_where(~own, _.measure))), both(*_measured(policies)))]
        case "facts":
            typed = _kept(_.fact, first.facts, _.value.isnull())
            return [either(both(~own, _shaped(_where(~own, _.fact)), _short(_.value)), typed)]
        case "prefills" | "declarations":
            channel = first.fields.get("channel")
            items = _items(first, own)
            return [either(*items), TRUE if table == "prefills" else _listed(_.channel, channel)]
        case "documents":
            return [_.kind.isin(list(first.documents))]
        case "document_items":
            return [_.item.isin(list(first.items))]
        case "attributes":
            return [_attributes(first.fields)]
        case "findings":
            return [own, _.outcome.notnull(), _.decided_on.notnull(), either(*_items(first, own))]
        case _:
            return [TRUE]


def _items(vocabulary: Vocabulary, own: Term) -> list[Term]:
    """The item is one of the vocabulary; in the year's own campaign, what was chosen of it is of its lists."""
    return [
        both(_.item == name, either(_.choice.isnull(), ~own, _.choice.isin(codes)))
        if (codes := [entry.code for table in item.choices for entry in table.entries])
        else _.item == name
        for name, item in vocabulary.items.items()
    ]


def _listed(column: Term, field: Field | None) -> Term:
    """Whether a text is NULL or one that the vocabulary lists, by its code."""
    if field and field.table:
        return either(column.isnull(), column.isin([entry.code for entry in field.table.entries]))
    if field and field.values:
        return either(column.isnull(), column.isin(list(field.values)))
    return TRUE


def _measured(policies: list[Policy]) -> list[Term]:
    """The measure is one of every vocabulary; no rate above one where any of them forbids it."""
    names = set.intersection(*(set(policy.vocabulary.measures) for policy in policies))
    bound = {
        name
        for policy in policies
        for name, measure in policy.vocabulary.measures.items()
        if measure.above_one == "invalid"
    }
    within = either(_.numerator.isnull(), _.denominator.isnull(), _.numerator <= _.denominator)
    return [_.measure.isin(sorted(names)), either(~_.measure.isin(sorted(bound)), within)]


def _attributes(fields: Mapping[str, Field]) -> Term:
    """The attribute is of the vocabulary, named as no column of a table is, and of its type."""
    columns = {name for table in ROWS.values() for name in table} | ROW_FIELDS.keys()
    own = {name: field for name, field in fields.items() if name not in columns}
    sought = both(_.of == "documents", _.name.isin(NOT_FOUND), _.value == "none")
    said = _kept(_.name, own, _.value.isnull(), _.value == "none")
    return either(sought, both(_.of.isin(["declarations", "documents"]), said))


def _kept(name: Term, fields: Mapping[str, Field], *otherwise: Term) -> Term:
    """Whether a value is one of its field's, which a name tells, or as is always allowed."""
    by_type: dict[FieldType, list[str]] = {}
    listed: list[Term] = []
    for one, field in fields.items():
        if field.type == "text" and (field.table or field.values):
            listed.append(both(name == one, either(*otherwise, _listed(_.value, field))))
        else:
            by_type.setdefault(field.type, []).append(one)
    plain = [
        both(name.isin(names), either(*otherwise, _typed(_where(name.isin(names), _.value), type)))
        for type, names in by_type.items()
    ]
    return either(*plain, *listed)


def _typed(value: Term, found: Field | FieldType) -> Term:
    """Whether a text is a value of its type."""
    match found if isinstance(found, str) else found.type:
        case "date":
            return matches(value, DAY)
        case "integer" | "year":
            return matches(value, COUNT)
        case "boolean":
            return value.isin(["true", "false"])
        case _:
            return both(_short(value), TRUE if isinstance(found, str) else _listed(value, found))


def matches(text: Term, pattern: str) -> Term:
    """Whether the whole of a text is as a pattern says: to Spark, its end may stand before a last end of line."""
    return both(text.re_search(pattern), ~text.re_search(LINE_ENDS))


def _short(value: Term) -> Term:
    return either(value.isnull(), value.length() <= LETTERS)


def _where(here: Term, text: Term) -> Term:
    """A text where a condition holds: engines that work out every side of a choice look at no other text then."""
    return which((here, text), otherwise=absent("string"))


def _shaped(name: Term) -> Term:
    return both(name.notnull(), matches(name, NAMES))


def text_as(type: FieldType, value: Term, nothing: Anything) -> Term:
    """A text as a value of its type, `nothing` for `none`, and NULL where it is of another type."""
    match type:
        case "date":
            dated = ibis.cases((matches(value, DAY), value), else_=absent("string")).cast("date")
            return ibis.cases((value == "none", constant(nothing)), else_=dated)
        case "integer" | "year":
            number = ibis.cases((matches(value, COUNT), value), else_=absent("string")).cast("int64")
            return ibis.cases((value == "none", constant(nothing, "int64")), else_=number)
        case _:
            return value
