"""The rules of one year, linked: every reading settled, every name resolved, everything frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from engine.conditions import Entry, Node, Source, Table, Text

Evidence = Literal["automated", "sworn", "justificatif"]
FieldType = Literal["text", "date", "integer", "year", "boolean"]


class Document(Struct, frozen=True):
    """A registered source and the years it governs."""

    id: str
    title: Text
    publisher: str
    governs: tuple[int, ...]


class Support(Struct, frozen=True):
    """Who reads the texts this way, and where it is written if a registered document says it."""

    who: Text
    sources: tuple[Source, ...]


class NotComputable(Struct, frozen=True):
    """Why the texts make an option not computable, and what it could be worth: (least, most or None)."""

    why: Text
    unit: Literal["points", "euros"]
    bounds: tuple[Decimal, Decimal | None]


class Option(Struct, frozen=True):
    """One answer to a contested question; `require` maps other readings to the option this one needs."""

    name: str
    says: Text
    support: tuple[Support, ...]
    require: Mapping[str, str]
    silent: NotComputable | None


class Reading(Struct, frozen=True):
    """One question on which the sources disagree or are silent."""

    id: str
    contradiction: str
    question: Text
    default: str
    why: Text
    options: Mapping[str, Option]


class Field(Struct, frozen=True):
    """A field of the doctor or of a row, or a fact: its type, label, and the values it may take.

    A `fixed` fact is none the doctor could have changed (where a service is deployed, say).
    """

    name: str
    type: FieldType
    label: Text
    values: Mapping[str, Text]
    table: Table | None
    unit: Unit | None = None
    fixed: bool = False


class Unit(Struct, frozen=True):
    """What is counted, singular and plural."""

    one: Text
    many: Text


class Measure(Struct, frozen=True):
    """An automated rate: what its two counts count, and what a rate above one means."""

    name: str
    label: Text
    numerator: Unit
    denominator: Unit
    above_one: Literal["invalid", "unknown", "counted"]
    exclusions: Mapping[str, Text]
    readings: tuple[tuple[str, str], ...] = ()


class Paper(Struct, frozen=True):
    """A paper that a control asks for: the kinds that will do, the fields it has to show.

    It was to be `sent` to the caisse, or else to be kept. Without sources, no text names it: it is usual.
    """

    kinds: tuple[str, ...]
    shows: tuple[str, ...]
    sent: bool
    sources: tuple[Source, ...]


class Item(Struct, frozen=True):
    """What a doctor declares; `choices` are the tables its choice must come from (none: any text).

    `control` lists the papers that prove it, and decides nothing.
    """

    name: str
    label: Text
    choices: tuple[Table, ...]
    control: tuple[Paper, ...] = ()


class Vocabulary(Struct, frozen=True):
    """The names a dossier of this year may use, with their types and labels."""

    fields: Mapping[str, Field]
    measures: Mapping[str, Measure]
    facts: Mapping[str, Field]
    items: Mapping[str, Item]
    documents: Mapping[str, Text]


class Branch(Struct, frozen=True):
    """A weight that depends on a condition."""

    when: Node
    then: Weight
    otherwise: Weight


Weight = Decimal | Branch


class Neutralisation(Struct, frozen=True):
    """An indicator counted as met, or removed from play, when a condition holds."""

    effect: Literal["met", "removed"]
    when: Node


class Indicator(Struct, frozen=True, cache_hash=True):
    """One line of a volet. `weight` is None in a volet paid as a block."""

    id: str
    volet: str
    title: Text
    evidence: Evidence
    weight: Weight | None
    sources: tuple[Source, ...]
    presumed: bool
    readings: tuple[tuple[str, str], ...]
    keep: tuple[Text, ...]
    neutralisations: tuple[Neutralisation, ...]
    when: Node


class Volet(Struct, frozen=True, cache_hash=True):
    """A part paid in points: as a block when all its indicators are reached, or indicator by indicator."""

    id: str
    title: Text
    pays: Literal["block", "indicators"]
    weight: Weight | None
    gate: Node | None
    sources: tuple[Source, ...]
    presumed: bool
    readings: tuple[tuple[str, str], ...]
    indicators: tuple[Indicator, ...]


class Tier(Struct, frozen=True):
    """An amount in euros and the condition that reaches it."""

    id: str
    label: Text
    euros: Decimal
    when: Node


class Period(Struct, frozen=True):
    """A period of a component: pending until `ends` has ended, paid in the window `paid`; tiers ascend."""

    id: str
    label: Text
    ends: Entry
    paid: Entry
    sources: tuple[Source, ...]
    tiers: tuple[Tier, ...]


class Component(Struct, frozen=True, cache_hash=True):
    """What is paid beside the points."""

    id: str
    title: Text
    evidence: Evidence
    pays: Literal["complement", "once"]
    gate: Node | None
    sources: tuple[Source, ...]
    presumed: bool
    readings: tuple[tuple[str, str], ...]
    periods: tuple[Period, ...]


class Published(Struct, frozen=True):
    """A total that a text announces, under the readings it supposes; `volet` None means the whole."""

    volet: str | None
    points: Decimal
    sources: tuple[Source, ...]
    under: Mapping[str, str]


class Policy(Struct, frozen=True, eq=False):
    """The rules of one year under one choice of readings; two are equal only when they are the same object.

    `choices` names the option taken for every reading; `digest` is that of the policy's files, readings apart.
    """

    year: int
    title: Text
    point_value: Decimal
    point_sources: tuple[Source, ...]
    documents: Mapping[str, Document]
    calendar: Mapping[str, Entry]
    eligible: Node
    volets: tuple[Volet, ...]
    components: tuple[Component, ...]
    readings: Mapping[str, Reading]
    choices: Mapping[str, str]
    vocabulary: Vocabulary
    tables: Mapping[str, Table]
    not_produced: Literal["unmet", "ignored"]
    findings_readings: tuple[tuple[str, str], ...]
    published: tuple[Published, ...]
    digest: str

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(indicator for volet in self.volets for indicator in volet.indicators)


def points_of(policy: Policy) -> Iterator[Decimal]:
    """Every number of points that a volet or an indicator weighs, whatever that hangs on."""
    for weight in [*(volet.weight for volet in policy.volets), *(one.weight for one in policy.indicators)]:
        yield from _points(weight)


def _points(weight: Weight | None) -> Iterator[Decimal]:
    match weight:
        case None:
            return
        case Branch(then=then, otherwise=otherwise):
            yield from _points(then)
            yield from _points(otherwise)
        case _:
            yield weight


def euros_of(policy: Policy) -> Iterator[Decimal]:
    """Every amount that a tier of a component pays, in euros."""
    for component in policy.components:
        yield from (tier.euros for period in component.periods for tier in period.tiers)
