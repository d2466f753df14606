"""Values of rows read as columns hold them: texts read as days, numbers and words of a list, or as they are.

A text that is no such value reads as NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from ibis import _
from msgspec import Struct

from engine.columnar.asking import Term, absent, both, constant, which
from engine.columnar.held import DIGITS, FIRST, LAST, LESS, MOST, TRUTH, Held
from engine.dossier import NONE, ROW_FIELDS
from engine.policy import Field, FieldType, Policy
from engine.tables import ATTRIBUTES, ROWS

ISO = (
    r"^([12][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|3[0])|(0[13578]|1[02])-31)"
    r"|([12][0-9](0[84]|[2468][840]|[13579][26])|2000)-02-29)$"
)
"""Days there surely are; Spark lets an end of line come after, but that makes more letters than these."""
DATED = 10
NO_COUNT = r"[^0-9]|^0[0-9]|^$"
"""What is found in a text that is no count."""


class Reading(Held, frozen=True):
    """How the values of a field are held, and so read. The `codes` of a table are too many to be held as words."""

    codes: tuple[str, ...] = ()

    def of(self, text: Term) -> Term:
        """What a text reads as."""
        if not self.numbered:
            return text
        nothing, less = absent(self.dtype), (text == NONE, constant(LESS, self.dtype))
        if self.words:
            places = ((text == word, constant(place, self.dtype)) for place, word in enumerate(self.words))
            return which(less, *places, otherwise=nothing)
        if self.type == "date":
            is_one = both(text.length() == DATED, text.re_search(ISO))
            read = which((is_one, text), otherwise=absent("string")).cast("date")
            return which(less, otherwise=_days(read))
        is_one = both(text.length() <= DIGITS, ~text.re_search(NO_COUNT))
        return which(less, otherwise=which((is_one, text), otherwise=absent("string")).cast(self.dtype))

    def of_column(self, column: Term, type: FieldType) -> Term:
        """What a column of a type reads as; NULL where it is beyond what is vouched for."""
        match type:
            case "text":
                return self.of(column)
            case "boolean":
                no, yes = (constant(place, self.dtype) for place in range(len(TRUTH)))
                return which((column.isnull(), absent(self.dtype)), (column, yes), otherwise=no)
            case "date":
                return _days(which((column.between(FIRST, LAST), column), otherwise=absent("date")))
            case _:
                return which((column.between(0, MOST), column), otherwise=absent(self.dtype))


def _days(dates: Term) -> Term:
    """Dates as they are held."""
    return dates.delta(constant(FIRST), unit="day")


def reading(type: FieldType, listed: Iterable[str] = ()) -> Reading:
    """How the values of a type are held, texts of a list by their place in it."""
    return Reading(type, TRUTH) if type == "boolean" else Reading(type, tuple(listed) if type == "text" else ())


def of_field(field: Field) -> Reading:
    """How the values of a field of a vocabulary are held."""
    if field.type == "text" and field.table:
        return Reading("text", codes=tuple(entry.code for entry in field.table.entries))
    return reading(field.type, field.values)


class Values(Struct, frozen=True, dict=True):
    """What tells of what the text `value` of a row is; how it is held for each name, and in which column."""

    named: Term
    known: Mapping[str, Reading]

    def column(self, name: str) -> str:
        """The column that holds the values of that name."""
        return self.held[self.known[name]][0]

    @cached_property
    def held(self) -> dict[Reading, tuple[str, list[str]]]:
        """The column of each way of holding values, with the names of those that are held so."""
        found: dict[Reading, tuple[str, list[str]]] = {}
        for name, one in self.known.items():
            column = f"value_{len(found)}" if one.numbered else "value"
            found.setdefault(one, (column, []))[1].append(name)
        return found

    @property
    def read(self) -> dict[str, Term]:
        """The columns, but that of texts as they are."""
        nothing = absent("string")
        return {
            column: one.of(which((self.named.isin(names), _.value), otherwise=nothing))
            for one, (column, names) in self.held.items()
            if column != "value"
        }


def values_of(table: str, policies: Iterable[Policy]) -> Values:
    """How the texts `value` of a table are held; no name is known of a table that has none."""
    vocabulary = next(iter(policies)).vocabulary
    if table == "facts":
        return Values(_.fact, {name: of_field(field) for name, field in vocabulary.facts.items()})
    # No attribute is named as a column of a table is.
    columns = {name for known in ROWS.values() for name in known} | ROW_FIELDS.keys()
    own = {name: of_field(field) for name, field in vocabulary.fields.items() if name not in columns}
    return Values(_.name, own if table == ATTRIBUTES else {})
