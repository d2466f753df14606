"""A dossier whose facts are unknowns of the solver: the doctor, counts, facts, and a bounded number of rows.

Rows are what *stands*: declarations are those no later statement replaced, a prefill the one of the last day, papers
those not superseded. Any such rows can be written as a real dossier (`witness`); what is left out, and why so many
rows are enough, is argued in docs/proofs.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import z3

from engine.conditions import Attribute, Empty, Fact, Observed, Rate, Record
from engine.dossier import ROW_FIELDS
from engine.policy import FieldType, Policy
from engine.proving.needs import Pool
from engine.proving.terms import FALSE, TRUE, Term, among, both, either, inverse
from engine.proving.texts import DEPARTMENT, Place, Texts, doctor_place

FIRST_DAY, LAST_DAY = date.min.toordinal(), date.max.toordinal()
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The years that the schema of a dossier takes."""
MOST = 10**15 - 1
"""The greatest number that a dossier may hold."""
NEVER_NONE = {("declaration", "sworn"), ("document", "status"), ("document", "kind")}
"""What the schema of a dossier never lets be looked for and not found."""

OWN = {
    "declaration": {"choice", "channel", "declared_on", "requested_on", "sworn"},
    "prefill": {"choice"},
    "document": {"issuer", "issued_on", "received_on", "status"},
}
"""The fields that the schema of a dossier gives to each kind of row, beside the attributes of the vocabulary."""

Span = tuple[date | None, date | None, bool]
"""The days a count must end in, and whether a condition told them."""
CountKey = tuple[str, Span]


@dataclass(frozen=True, slots=True)
class Given:
    """A field as it may be: given or not; looked for and not found, or else worth a term."""

    place: Place
    given: Term
    none: Term
    term: Term
    earlier: bool = False

    @property
    def usable(self) -> Term:
        return both([self.given, inverse(self.none)])


@dataclass(frozen=True, slots=True)
class Slot:
    """A row that may be there. `campaign` is 0 for the dossier's own, then 1 for the one before."""

    kind: str
    name: str
    campaign: int
    there: Term
    fields: Mapping[str, Given]
    named: Term | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """The two counts of a rate."""

    there: Term
    numerator: Term
    denominator: Term


@dataclass(frozen=True, slots=True)
class Findings:
    """What controls established of an item."""

    refuted: Term
    not_produced: Term


@dataclass(frozen=True)
class Facts:
    """The symbolic dossier. `constraints` hold of every real one; `last_day` is the last on which a row is known."""

    texts: Texts
    window_end: date | None
    last_day: date
    doctor: Mapping[str, Given]
    locations: Sequence[Slot]
    facts: Mapping[str, Sequence[Slot]]
    counts: Mapping[CountKey, Counts]
    rows: Mapping[Pool, Sequence[Slot]]
    findings: Mapping[tuple[str, int], Findings]
    constraints: Sequence[Term] = field(default_factory=tuple)

    @property
    def switches(self) -> list[Term]:
        """What a dossier may do without: its rows, and what was found of them."""
        slots = [*self.locations, *(slot for slots in (*self.facts.values(), *self.rows.values()) for slot in slots)]
        found = [term for one in self.findings.values() for term in (one.refuted, one.not_produced)]
        return [*found, *(slot.there for slot in slots)]

    @property
    def nones(self) -> list[Term]:
        """Where something may have been looked for and not found."""
        slots = [*self.locations, *(slot for slots in (*self.facts.values(), *self.rows.values()) for slot in slots)]
        return [field.none for fields in (self.doctor, *(slot.fields for slot in slots)) for field in fields.values()]

    def pool(self, kind: str, name: str, campaign: int) -> Sequence[Slot]:
        return self.rows.get(Pool(kind, name, campaign), ())

    def papers(self, item: str | None, campaign: int) -> list[Slot]:
        """The papers that cover an item, or all of a campaign."""
        return [
            slot
            for pool, slots in self.rows.items()
            if (pool.kind, pool.campaign) == ("document", campaign) and item in (None, pool.name)
            for slot in slots
        ]

    def day_of(self, slot: Slot) -> Term:
        """The day of a declaration; without one, it was made after every other."""
        day = slot.fields["declared_on"]
        return day.term if day.usable is TRUE else z3.If(day.usable, day.term, LAST_DAY)

    def in_time(self, slot: Slot) -> Term:
        """Whether a declaration was made before the window closed, when later ones replace what is not said again."""
        if self.window_end is None:
            return TRUE
        day = slot.fields["declared_on"]
        return both([day.usable, day.term <= self.window_end.toordinal()])


def span_of(leaf: Rate | Empty, policy: Policy) -> Span:
    """The days that a leaf counts in."""
    entry = leaf.during or policy.calendar["year"]
    return entry.first, entry.last, leaf.during is not None


def cut_off(leaf: Fact, policy: Policy) -> date:
    """The last day on which a value observed still tells of the year."""
    return (leaf.counts_from or policy.calendar["assessment"]).last or date.max


def symbolic(
    leaves: Sequence[tuple[Policy, Observed]], most: Mapping[Pool, int], last_day: date, *, complete: bool = True
) -> Facts:
    """The dossier that these leaves may look at, with `most` rows of each pool.

    `complete`: nothing they read is missing.
    """
    policies = list({id(policy): policy for policy, _ in leaves}.values())
    texts = Texts(policies, [leaf for _, leaf in leaves])
    return _Builder(policies, leaves, texts, most, last_day, complete).facts()


class _Builder:
    def __init__(
        self,
        policies: Sequence[Policy],
        leaves: Sequence[tuple[Policy, Observed]],
        texts: Texts,
        most: Mapping[Pool, int],
        last_day: date,
        complete: bool,
    ) -> None:
        self.policies, self.leaves, self.texts, self.most = policies, leaves, texts, most
        self.last_day, self.complete = last_day, complete
        self.constraints: list[Term] = []
        self.ends = {
            (test.fields[1], test.span)
            for _, leaf in leaves
            for test in (
                leaf.where if isinstance(leaf, Record) else [leaf.test] if isinstance(leaf, Attribute) else []
            )
            if test.span
        }

    def facts(self) -> Facts:
        ends = [policy.calendar["campaign"].last for policy in self.policies]
        closed = [end for end in ends if end is not None]
        asked = [leaf for _, leaf in self.leaves]
        doctor = [
            name for leaf in asked if isinstance(leaf, Attribute) for name in leaf.test.fields if name != DEPARTMENT
        ]
        return Facts(
            texts=self.texts,
            window_end=max(closed) if len(closed) == len(ends) and closed else None,
            last_day=self.last_day,
            doctor={name: self.given(doctor_place(name), name) for name in dict.fromkeys(doctor)},
            locations=self.locations(),
            facts={
                name: self.observed(name)
                for name in dict.fromkeys(leaf.fact for leaf in asked if isinstance(leaf, Fact))
            },
            counts=self.counts(),
            rows={pool: self.slots(pool, count) for pool, count in self.most.items() if pool.kind != "location"},
            findings={
                (pool.name, pool.campaign): self.finding(f"{pool.name}~{pool.campaign}")
                for pool in self.most
                if pool.kind != "location" and pool.name
            },
            constraints=self.constraints,
        )

    # --- fields -------------------------------------------------------------------------------------------------

    def given(self, place: Place, name: str, *, earlier: bool = False) -> Given:
        """A field of unknown value, within what its type and its list allow."""
        type = self.texts.type(place)
        term = z3.Bool(name) if type == "boolean" else z3.Int(name)
        given = FALSE if _never(place) else TRUE if self.always(place) else z3.Bool(f"{name}?")
        none = FALSE if self.never_none(place, earlier=earlier) else z3.Bool(f"{name}~none")
        allowed = self.allowed(place, type, term, earlier=earlier)
        self.constraints += [either([inverse(given), none, allowed])]
        return Given(place, given, none, term, earlier)

    def always(self, place: Place) -> bool:
        """Whether a field is never missing: in a complete dossier, all but the open end of a span."""
        return place.kind == "location" or (self.complete and (place.field, True) not in self.ends)

    def never_none(self, place: Place, *, earlier: bool) -> bool:
        if place.kind in ("doctor", "location"):
            return place.kind == "location" or self.texts.type(place) != "text"
        if place.field == "choice" and place.kind in ("declaration", "prefill"):
            return self.texts.values(place, earlier=earlier) is not None
        return (place.kind, place.field) in NEVER_NONE

    def allowed(self, place: Place, type: FieldType, term: Term, *, earlier: bool) -> Term:
        match type:
            case "boolean":
                return TRUE
            case "date":
                last = self.last_day.toordinal() if _filing(place) else LAST_DAY
                return both([term >= FIRST_DAY, term <= last])
            case "text":
                values = self.texts.values(place, earlier=earlier)
                if values is None:
                    return either([term >= len(self.texts.strings), among(term, self.texts.free(place))])
                return among(term, [self.texts.numbers[text] for text in values])
            case "year":
                return both([term >= FIRST_YEAR, term <= LAST_YEAR])
            case "integer":
                return both([term >= -MOST, term <= MOST])

    # --- rows ---------------------------------------------------------------------------------------------------

    def locations(self) -> list[Slot]:
        place = Place("location", "", "department")
        slots = []
        for number in range(self.most.get(Pool("location", "", 0), 0)):
            department = self.given(place, f"location~{number}")
            there = TRUE if self.complete and number == 0 else z3.Bool(f"location~{number}~there")
            slots.append(Slot("location", "", 0, there, {"department": department}))
        return slots

    def observed(self, fact: str) -> list[Slot]:
        """A row for each last day that some condition reads it by, earlier first."""
        told = [(policy, leaf) for policy, leaf in self.leaves if isinstance(leaf, Fact) and leaf.fact == fact]
        days = sorted({min(cut_off(leaf, policy), self.last_day) for policy, leaf in told})
        may_miss = not self.complete or all(leaf.closes for _, leaf in told)
        slots: list[Slot] = []
        for number, _ in enumerate(days):
            name = f"fact {fact}~{number}"
            day = self.observed_on(f"{name} on", days, number)
            there = z3.Bool(f"{name}~there") if may_miss or len(days) > 1 else TRUE
            if slots:
                self.constraints += [day.term > slots[-1].fields["observed_on"].term]
            value = self.given(Place("fact", fact, "value"), name)
            slots.append(Slot("fact", fact, 0, there, {"value": value, "observed_on": day}))
        return slots

    def observed_on(self, name: str, days: Sequence[date], number: int) -> Given:
        """Complete values tell of their whole span: each is observed on its last day, or on none in particular."""
        place = Place("fact", "", "observed_on")
        if self.complete:
            # A value that no other condition reads by another day needs no day.
            given = TRUE if len(days) > 1 else FALSE
            return Given(place, given, FALSE, z3.IntVal(days[number].toordinal()))
        term, given = z3.Int(name), z3.Bool(f"{name}?")
        self.constraints += [term >= FIRST_DAY, term <= self.last_day.toordinal()]
        return Given(place, given, FALSE, term)

    def counts(self) -> dict[CountKey, Counts]:
        found: dict[CountKey, Counts] = {}
        for policy, leaf in self.leaves:
            if not isinstance(leaf, Rate | Empty):
                continue
            key = leaf.measure, span_of(leaf, policy)
            if key not in found:
                name = f"measure {leaf.measure} {key[1][0]} {key[1][1]} {key[1][2]}"
                numerator, denominator = z3.Int(f"{name}~n"), z3.Int(f"{name}~d")
                self.constraints += [numerator >= 0, denominator >= 0, numerator <= MOST, denominator <= MOST]
                there = TRUE if self.complete else z3.Bool(f"{name}~there")
                found[key] = Counts(there, numerator, denominator)
            if policy.vocabulary.measures[leaf.measure].above_one == "invalid":
                self.constraints.append(found[key].numerator <= found[key].denominator)
        return found

    def slots(self, pool: Pool, count: int) -> list[Slot]:
        return [self.slot(pool, number) for number in range(count)]

    def slot(self, pool: Pool, number: int) -> Slot:
        name = f"{pool.kind} {pool.name}~{pool.campaign}~{number}"
        listed = "" if pool.kind == "document" else pool.name
        asked = self.texts.fields(pool.kind, listed)
        asked += ["declared_on"] if pool.kind == "declaration" and "declared_on" not in asked else []
        fields = {
            one: self.given(Place(pool.kind, listed, one), f"{name} {one}", earlier=pool.campaign > 0)
            for one in asked
        }
        named = None
        if pool.kind == "document":
            named = z3.Int(f"{name} kind")
            self.constraints.append(among(named, [self.texts.numbers[kind] for kind in self.texts.kinds]))
        return Slot(pool.kind, pool.name, pool.campaign, z3.Bool(f"{name}~there"), fields, named)

    def finding(self, name: str) -> Findings:
        refuted, unproduced = z3.Bool(f"refuted {name}"), z3.Bool(f"not produced {name}")
        self.constraints.append(either([inverse(refuted), inverse(unproduced)]))
        return Findings(refuted, unproduced)


def _never(place: Place) -> bool:
    """Whether a kind of row never has a field."""
    return place.field in ROW_FIELDS and place.field not in OWN.get(place.kind, ROW_FIELDS)


def _filing(place: Place) -> bool:
    return (place.kind, place.field) in {("declaration", "declared_on"), ("document", "received_on")}
