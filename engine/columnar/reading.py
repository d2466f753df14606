"""Texts of rows read as values of their fields: days, numbers, and words of a list, each by its place in the list.

A text that is no such value reads as NULL. Words are whole numbers while the rows of a doctor are gathered, which
engines do in half the time that they take for texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ibis import _
from msgspec import Struct

from engine.columnar.asking import DTYPES, LESS, NOTHING, Term, absent, both, constant, which
from engine.dossier import NONE, ROW_FIELDS
from engine.policy import Field, FieldType, Policy
from engine.tables import ATTRIBUTES, ROWS

DAY = (
    r"^([12][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|3[0])|(0[13578]|1[02])-31)"
    r"|([12][0-9](0[84]|[2468][840]|[13579][26])|2000)-02-29)$"
)
"""Days there surely are; Spark lets an end of line come after, but that makes more letters than these."""
DATED = 10
NO_COUNT = r"[^0-9]|^0[0-9]|^$"
"""What is found in a text that is no count."""
DIGITS = 9
MOST = 10**DIGITS - 1
"""The greatest count vouched for: multiplied by the terms of a rate, it stays far from the end of 64 bits."""


class Reading(Struct, frozen=True):
    """How the values of a field are held while they are gathered: by their type, or as places in a list of words.

    The `codes` of a table are too many for that: they are held as texts.
    """

    type: FieldType
    words: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """The type of what holds them."""
        return "int8" if self.words else DTYPES[self.type]

    def of(self, text: Term) -> Term:
        """What a text reads as."""
        if self.words:
            places = [(text == word, constant(place, "int8")) for place, word in enumerate(self.words)]
            return which(*places, (text == NONE, constant(LESS, "int8")), otherwise=absent("int8"))
        match self.type:
            case "date":
                is_one = both(text.length() == DATED, text.re_search(DAY))
            case "integer" | "year":
                is_one = both(text.length() <= DIGITS, ~text.re_search(NO_COUNT))
            case _:
                return text
        read = which((is_one, text), otherwise=absent("string")).cast(self.dtype)
        return which((text == NONE, constant(NOTHING[self.type], self.dtype)), otherwise=read)

    def of_column(self, column: Term, type: FieldType) -> Term:
        """What a column of a type reads as."""
        if type == "boolean":
            no, yes = (constant(place, "int8") for place in range(2))
            return which((column.isnull(), absent("int8")), (column, yes), otherwise=no)
        return self.of(column) if type == "text" else column

    def plain(self, held: Term) -> Term:
        """What is so held, as the columns of what is looked at hold it."""
        if not self.words:
            return held
        texts = [(held == place, constant(word)) for place, word in enumerate(self.words)]
        return which(*texts, (held == LESS, constant(NONE)), otherwise=absent("string"))


def reading(type: FieldType, listed: Iterable[str] = ()) -> Reading:
    """How the values of a type are held, texts of a list by their place in it."""
    words = tuple(listed)
    return Reading("text", ("false", "true")) if type == "boolean" else Reading(type, words if type == "text" else ())


def of_field(field: Field) -> Reading:
    """How the values of a field of a vocabulary are held."""
    if field.type == "text" and field.table:
        return Reading("text", codes=tuple(entry.code for entry in field.table.entries))
    return reading(field.type, field.values)


class Values(Struct, frozen=True):
    """What tells of what the text `value` of a row is; how it is held for each name, and in which column."""

    named: Term
    known: Mapping[str, Reading]

    def column(self, name: str) -> str:
        """The column that holds the values of that name."""
        return self.held[self.known[name]][0]

    @property
    def held(self) -> dict[Reading, tuple[str, list[str]]]:
        """The column of each way of holding values, with the names of those that are held so."""
        found: dict[Reading, tuple[str, list[str]]] = {}
        for name, one in self.known.items():
            column = "value" if one.dtype == "string" else f"value_{len(found)}"
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
