"""Which rows columns vouch for: those that the reader of dossiers would surely take as they are.

Each test is sufficient, never necessary: a row that fails one is read with all its doctor's by the reader itself
(`dossier.read_dossier`), which decides whether it is wrong and says why. So nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ibis import _

from engine.columnar.asking import TRUE, Term, absent, both, either, sure, which
from engine.columnar.held import FIRST, LAST, MOST
from engine.columnar.reading import Reading, Values, of_field, reading, values_of
from engine.dossier import NONE
from engine.policy import Field, FieldType, Policy, Vocabulary
from engine.tables import DOCTORS, NUMBER, TABLES

LINE_ENDS = "[\n\r\u0085\u2028\u2029]"
NAMES = r"^[a-z0-9][a-z0-9_.-]{0,79}$"
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
KNOWN = {table: tuple(name for name in names if name in LONGEST) for table, names in NAMED.items()}
"""The names that are those of a vocabulary, or else of the shape of one."""
SHAPED_BEFORE = ("measures", "facts")
"""The tables of which rows of earlier campaigns, too, are of their shape alone."""
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
    """Whether a row of a table of dossiers is surely well formed, and its names known; never NULL.

    The row has its `values_of` besides.
    """
    known = list(policies)
    shape = [_well_formed(table, name, type, year) for name, type in TABLES[table].items()]
    # Of some other campaigns only the shape is checked, as the reader does.
    others = _.year != year if table in SHAPED_BEFORE else _.year > year
    shaped = both(others, *(_shaped(_where(others, _[name])) for name in NAMED.get(table, ())))
    return sure(both(*shape, either(shaped, both(*_named(table, known, year)))))


def row_field(table: str, name: str, policy: Policy) -> Reading:
    """How a column of a row that is vouched for can be held: as words, where it is one of a list."""
    if (table, name) in LISTED:
        return reading("text", LISTED[table, name])
    field = policy.vocabulary.fields.get(name)
    return of_field(field) if name == "channel" and field else reading(TABLES[table][name])


def _well_formed(table: str, name: str, type: FieldType, year: int) -> Term:
    column = _[name]
    if name == "doctor":
        # Rows of whoever is not in the table of doctors are nobody's here.
        return matches(column, NUMBER).fill_null(False) if table == DOCTORS else TRUE
    if name == "year":
        return column.between(*YEARS)
    if name == "supersedes":
        # What is replaced is told for these tables alone (`known`), and for the campaign decided alone.
        return either(column.isnull(), _.year == year) if table in REPLACED else column.isnull()
    match type:
        case "date":
            return either(column.isnull(), column.between(FIRST, LAST))
        case "year":
            return either(column.isnull(), column.between(*YEARS))
        case "integer":
            return either(column.isnull(), column.between(0, MOST))
        case "boolean":
            return TRUE
        case "text":
            if (table, name) in LISTED:
                return either(column.isnull(), column.isin(LISTED[table, name]))
            if (table, name) == ("attributes", "value"):
                # Those of the campaign and before are looked up by their names.
                return either(_.year <= year, column.isnull(), column.length() <= LETTERS)
            if table == "attributes" or name in KNOWN.get(table, ()):
                return TRUE
            sizes = column.length() <= LONGEST.get(name, LETTERS)
            filled = TRUE if name in EMPTY else column != ""
            return either(column.isnull(), both(sizes, filled, column != NONE))


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
            return _measured(policies)
        case "facts":
            return [_kept(values_of(table, policies))]
        case "prefills" | "declarations":
            channel = first.fields.get("channel")
            items = _items(first, own)
            return [either(*items), TRUE if table == "prefills" else _listed(_.channel, channel)]
        case "documents":
            return [_.kind.isin(list(first.documents))]
        case "document_items":
            return [_.item.isin(list(first.items))]
        case "attributes":
            return [_attributes(values_of(table, policies))]
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


def _attributes(values: Values) -> Term:
    """The attribute is of the vocabulary, and of its type; or says that the date of a paper was not found."""
    sought = both(_.of == "documents", _.name.isin(NOT_FOUND), _.value == NONE)
    return either(sought, both(_.of.isin(["declarations", "documents"]), _kept(values)))


def _kept(values: Values) -> Term:
    """Whether a value is NULL, or one of its field's."""
    held = values.held.items()
    return either(
        *(
            both(values.named.isin(names), either(_.value.isnull(), _read(one, column)))
            for one, (column, names) in held
        )
    )


def _read(one: Reading, column: str) -> Term:
    if column != "value":
        return _[column].notnull()
    return _.value.isin([*one.codes, NONE]) if one.codes else _.value.length() <= LETTERS


def matches(text: Term, pattern: str) -> Term:
    """Whether the whole of a text is as a pattern says: to Spark, its end may stand before a last end of line."""
    return both(text.re_search(pattern), ~text.re_search(LINE_ENDS))


def _where(here: Term, text: Term) -> Term:
    """A text where a condition holds: engines that work out every side of a choice look at no other text then."""
    return which((here, text), otherwise=absent("string"))


def _shaped(name: Term) -> Term:
    return both(name.notnull(), name != NONE, matches(name, NAMES))
