"""The columns of what a run writes: one row a doctor in each of two tables, whoever decided it.

`doctors` says what is paid and why; `nodes` what became of every condition, and what each leaf saw. Both schemas
follow from the policy alone. A condition is true, false, or NULL where it is unknown; points and euros are exact,
between a least and a most that are equal once everything is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any as Anything
from typing import get_args

import pyarrow as arrow

from engine.amount import Amount, total
from engine.claims import claims, leaves
from engine.conditions import Attribute, Fact, FieldTest, Observed, Rate, walk
from engine.decision import Decision, OutcomeWord
from engine.dispute.pricing import Alternative
from engine.dossier import DOCTOR_FIELDS, NONE
from engine.observation import GRADES, REASONS, UNKNOWNS, Observation
from engine.policy import FieldType, Policy, euros_of, points_of
from engine.problems import Invalid, Problem
from engine.tabular import ARROW
from engine.verdict import Verdict

DOCTOR, VOUCHED, READ = "doctor", "vouched", "read"
READINGS = "readings"
BOUNDS = ("least", "most")
AMOUNT = arrow.decimal128(12, 2)
WORD = arrow.dictionary(arrow.int8(), arrow.string())
HUNDREDTHS = 10**AMOUNT.scale
TRUTH: Mapping[Verdict, bool | None] = {Verdict.MET: True, Verdict.UNMET: False, Verdict.UNKNOWN: None}

OUTCOMES: tuple[str, ...] = get_args(OutcomeWord)
WHY: tuple[str, ...] = (*REASONS, *UNKNOWNS)
"""Why an indicator was refused, or cannot be told yet."""
WORDS: Mapping[str, tuple[str, ...]] = {"outcome": OUTCOMES, "reason": WHY, "grade": GRADES}
"""The words a column may hold, by the last part of its name."""

Line = dict[str, Anything]


def doctors_schema(policy: Policy) -> Anything:
    """The columns of the table of doctors, as an Arrow schema."""
    return arrow.schema(list(_doctors(policy)))


def nodes_schema(policy: Policy) -> Anything:
    """The columns of the table of conditions, as an Arrow schema."""
    return arrow.schema([(DOCTOR, arrow.string()), *((at, arrow.bool_()) for at in places(policy)), *_seen(policy)])


def check_amounts(policy: Policy) -> None:
    """Raises Invalid when points or euros of a policy are finer than the tables hold."""
    points = list(points_of(policy))
    for amount in (*points, *(each * policy.point_value for each in points), *euros_of(policy)):
        hundredths(amount)


def hundredths(amount: Decimal) -> int:
    """An amount in hundredths. Raises Invalid when it is finer."""
    exact = amount * HUNDREDTHS
    if exact != int(exact):
        raise Invalid([Problem("too_fine", details={"value": str(amount)})])
    return int(exact)


def places(policy: Policy) -> list[str]:
    """The places of every node of every claim, in the order of the claims, parents first."""
    return [node.at for _, tree in claims(policy) for node in walk(tree)]


def _doctors(policy: Policy) -> Iterator[tuple[str, Anything]]:
    yield DOCTOR, arrow.string()
    yield "eligible", arrow.bool_()
    for whole in ("possible", "attained", "paid", "euros"):
        yield from _bounds(whole)
    yield "grade", WORD
    for volet in policy.volets:
        yield volet.id, arrow.bool_()
        yield f"{volet.id}.gate", arrow.bool_()
        for what in ("possible", "attained", "paid"):
            yield from _bounds(f"{volet.id}.{what}")
    for indicator in policy.indicators:
        for word in WORDS:
            yield f"{indicator.id}.{word}", WORD
        for what in ("attained", "paid"):
            yield from _bounds(f"{indicator.id}.{what}")
    for component in policy.components:
        yield f"{component.id}.outcome", WORD
        for what in ("attained", "paid"):
            yield from _bounds(f"{component.id}.{what}")
    yield READINGS, arrow.string()


def _bounds(name: str) -> Iterator[tuple[str, Anything]]:
    for bound in BOUNDS:
        yield f"{name}.{bound}", AMOUNT


def _seen(policy: Policy) -> Iterator[tuple[str, Anything]]:
    """What each leaf saw; every one that can be unmet says why it is."""
    for leaf in leaves(policy):
        for part, type in saw(leaf, policy).items():
            yield f"{leaf.at}|{part}", type


def saw(leaf: Observed, policy: Policy) -> dict[str, Anything]:
    """The columns, with their types, of what a leaf saw: named after the leaf, `PLACE|numerator`."""
    match leaf:
        case Rate():
            return {"numerator": arrow.int64(), "denominator": arrow.int64(), "reason": WORD}
        case Fact(fact=fact):
            return {"value": ARROW[policy.vocabulary.facts[fact].type], "reason": WORD}
        case Attribute(test=test):
            return {**({"value": ARROW[_type(test)]} if test.fields[0] in DOCTOR_FIELDS else {}), "reason": WORD}
        case _:
            return {"reason": WORD}


def _type(test: FieldTest) -> FieldType:
    return DOCTOR_FIELDS[test.fields[0]]


# --- the rows of one decision ----------------------------------------------------------------------------------


def doctor_line(decision: Decision, others: Iterable[Alternative] | None) -> Line:
    """The row of the table of doctors; `others` are the other readings that would change it, None if not sought."""
    paid = total([decision.euros(decision.paid), *(component.paid for component in decision.components)])
    line: Line = {DOCTOR: decision.dossier.doctor, "eligible": TRUTH[decision.eligible], "grade": decision.grade}
    line |= _amounts("possible", decision.possible) | _amounts("attained", decision.attained)
    line |= _amounts("paid", decision.paid) | _amounts("euros", paid)
    for one in decision.volets:
        at = one.volet.id
        line |= {at: TRUTH[one.verdict], f"{at}.gate": TRUTH[one.gate]}
        line |= _amounts(f"{at}.possible", one.possible) | _amounts(f"{at}.attained", one.attained)
        line |= _amounts(f"{at}.paid", one.paid)
    for found in decision.indicators:
        at = found.indicator.id
        line |= {f"{at}.outcome": found.outcome, f"{at}.reason": found.reason or found.unknown}
        line |= {f"{at}.grade": found.grade}
        line |= _amounts(f"{at}.attained", found.attained) | _amounts(f"{at}.paid", found.paid)
    for owed in decision.components:
        at = owed.component.id
        line |= {f"{at}.outcome": owed.outcome}
        line |= _amounts(f"{at}.attained", owed.attained) | _amounts(f"{at}.paid", owed.paid)
    matter = None if others is None else " ".join(sorted(f"{one.reading}={one.option}" for one in others))
    return line | {READINGS: matter}


def _amounts(name: str, amount: Amount) -> Line:
    return {f"{name}.least": amount.least, f"{name}.most": amount.most}


def node_line(decision: Decision) -> Line:
    """The row of the table of conditions."""
    line: Line = {DOCTOR: decision.dossier.doctor}
    line |= {at: TRUTH[decision.verdicts[at]] for at in places(decision.policy)}
    for leaf in leaves(decision.policy):
        found = decision.observations[leaf.at]
        line |= {f"{leaf.at}|{part}": value_of(part, found) for part in saw(leaf, decision.policy)}
    return line


def value_of(part: str, found: Observation) -> Anything:
    """What a leaf saw, by the part of it that a column is named after."""
    match part:
        case "numerator":
            return found.count and found.count.numerator
        case "denominator":
            return found.count and found.count.denominator
        case "value":
            return None if found.value == NONE else found.value
        case _:
            return found.reason


def as_table(lines: Sequence[Line], schema: Anything) -> Anything:
    """Rows as an Arrow table of that schema."""
    return arrow.table([_column([line[one.name] for line in lines], one) for one in schema], schema=schema)


def _column(values: list[Anything], field: Anything) -> Anything:
    if field.type != WORD:
        return arrow.array(values, field.type)
    known = WORDS[field.name.replace("|", ".").rpartition(".")[2]]
    codes = [None if word is None else known.index(word) for word in values]
    return coded(arrow.array(codes, arrow.int8()), field.name)


def coded(codes: Anything, name: str) -> Anything:
    """A column of words from their places in the list that its name tells."""
    return arrow.DictionaryArray.from_arrays(codes, arrow.array(WORDS[name.replace("|", ".").rpartition(".")[2]]))
