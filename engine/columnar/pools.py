"""What the leaves of some policies look at in a dossier, each thing once: it becomes columns of one wide row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from engine.conditions import Attribute, Empty, Entry, Fact, FieldTest, Observed, Rate, Record, RowKind
from engine.dossier import ROW_FIELDS
from engine.policy import FieldType, Policy
from engine.standing import FILED_BY

DEPARTMENT = "location.department"


class Pool(Struct, frozen=True):
    """Rows that a record may look at: of an item, or of a kind of document covering an item."""

    row: RowKind
    name: str
    of: str | None
    earlier: bool

    @property
    def item(self) -> str | None:
        """The item that a control would establish something about."""
        return self.of if self.row == "document" else self.name


class Counted(Struct, frozen=True):
    """The counts of a measure over a span; `told` when the leaf names the span, so that a count must be dated in it.

    `day` is that on which a place of practice must be in force to be waited for (None: that of the decision).
    """

    measure: str
    span: tuple[date | None, date | None]
    told: bool
    day: date | None


class Looked(Struct, frozen=True):
    """What is looked at, in the order found: pools with their fields, counts, facts, and tests on the department.

    A test on the department goes with the day on which a location must be in force (None: that of the decision).
    """

    pools: dict[Pool, dict[str, None]] = field(default_factory=dict)
    counts: dict[Counted, None] = field(default_factory=dict)
    facts: dict[str, None] = field(default_factory=dict)
    departments: dict[tuple[FieldTest, date | None], None] = field(default_factory=dict)

    def add(self, leaf: Observed, policy: Policy) -> None:
        """Add what one leaf looks at."""
        match leaf:
            case Rate() | Empty():
                self.counts[counted(leaf, policy)] = None
            case Fact(fact=fact):
                self.facts[fact] = None
            case Attribute(test=test) if test.fields == (DEPARTMENT,):
                self.departments[test, policy.calendar["assessment"].last] = None
            case Record():
                self._record(leaf)
            case _:
                pass

    def _record(self, leaf: Record) -> None:
        for pool in pools(leaf):
            fields = self.pools.setdefault(pool, {})
            fields.update(dict.fromkeys(name for test in leaf.where for name in test.fields))
            fields.update(dict.fromkeys(same.mine for same in leaf.same))
            fields["status" if pool.row == "document" else "choice"] = None
            if pool.row == "prefill":
                # A prefill yields to a declaration of another choice made in time.
                declared = self.pools.setdefault(Pool("declaration", pool.name, None, pool.earlier), {})
                declared.update({"choice": None, FILED_BY["declaration"]: None})
        for same in leaf.same:
            for pool in stated(same.item):
                self.pools.setdefault(pool, {}).update({same.theirs: None, "choice": None})
            self.pools[stated(same.item)[0]][FILED_BY["declaration"]] = None


def looked(leaves: Iterable[tuple[Observed, Policy]]) -> Looked:
    """What leaves look at, each under its own policy."""
    found = Looked()
    for leaf, policy in leaves:
        found.add(leaf, policy)
    return found


def pools(leaf: Record) -> list[Pool]:
    """The pools of a record, one for each of its names."""
    return [Pool(leaf.row, name, leaf.of, leaf.earlier) for name in leaf.names]


def stated(item: str) -> tuple[Pool, Pool]:
    """The pools of an item's own statement: what was declared, and what was prefilled."""
    return Pool("declaration", item, None, False), Pool("prefill", item, None, False)


def counted(leaf: Rate | Empty, policy: Policy) -> Counted:
    """The counts that a leaf compares."""
    span = leaf.during or policy.calendar["year"]
    day = policy.calendar["assessment"].last
    return Counted(leaf.measure, (span.first, span.last), leaf.during is not None, day)


def cut_off(leaf: Fact, policy: Policy) -> date:
    """The last day on which an observation still tells of the leaf's span."""
    span: Entry = leaf.counts_from or policy.calendar["assessment"]
    return span.last or date.max


def asked(node: Observed) -> Observed:
    """What a node asks, wherever it stands and whatever it is called."""
    return replace(node, at="", label=None, sources=(), presumed=False, readings=())


def type_of(name: str, policy: Policy) -> FieldType:
    """The type of a field of a row."""
    return ROW_FIELDS[name] if name in ROW_FIELDS else policy.vocabulary.fields[name].type
