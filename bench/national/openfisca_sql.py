"""The conditions written by hand in SQL (`hand_leaves.py`, `shown_nodes.py`) as formulas of OpenFisca, over numpy.

A truth is 0 unmet, 1 unknown, 2 met, as in `openfisca_rules.py`; a count or the code of a text is below zero where it
is not known; a day is no day. Texts are codes of the list that is given.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any as Anything

import numpy as np
import sqlglot
from openfisca_rules import MET, UNKNOWN, UNMET, every, holds, known, some
from sqlglot import expressions as exp

TRUTH, NUMBER, TEXT, DAY = "truth", "number", "text", "day"
NOTHING = {TRUTH: UNKNOWN, NUMBER: np.int32(-1), TEXT: np.int32(-1), DAY: np.datetime64("NaT")}
COMPARED = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
}
LATEST = np.datetime64("9999-12-31")
"""A text that is no day, where days are written as texts: it comes after all of them."""
ISO = re.compile(r"\d{4}-\d\d-\d\d")
Get = Callable[[str], Anything]
Made = Callable[[Get], Anything]


class Reader:
    """Reads expressions over columns of known kinds, with the texts that they name."""

    def __init__(self, kinds: Mapping[str, str], texts: Sequence[str]) -> None:
        self.kinds = kinds
        self.codes = {text: np.int32(code) for code, text in enumerate(texts)}

    def formula(self, sql: str) -> Callable[..., Anything]:
        """The formula of a variable."""
        made = self.made(parsed(sql))

        def formula(doctor: Anything, period: Anything) -> Anything:
            found = made(lambda name: doctor(name, period))
            return found if isinstance(found, np.ndarray) else np.full(doctor.count, found)

        return formula

    def kind_of(self, sql: str) -> str:
        """What an expression gives."""
        return self.kind(parsed(sql))

    def kind(self, node: exp.Expression) -> str:
        match node:
            case exp.Column():
                return self.kinds.get(node.name, TRUTH)
            case exp.Case():
                return self.kind(node.args["ifs"][0].args["true"])
            case exp.Cast():
                return {"BIGINT": NUMBER, "TEXT": TEXT, "BOOLEAN": TRUTH, "DATE": DAY}[node.to.sql("duckdb")]
            case exp.Literal():
                return TEXT if node.is_string else NUMBER
            case exp.Paren():
                return self.kind(node.this)
            case _:
                return TRUTH

    def made(self, node: exp.Expression, beside: str = TEXT) -> Made:
        """An expression as a function of the columns; a text is a day beside days."""
        match node:
            case exp.Column():
                name = node.name
                return lambda get: get(name)
            case exp.Paren() | exp.Cast() if not isinstance(node.this, exp.Null):
                return self.made(node.this, DAY if isinstance(node, exp.Cast) and self.kind(node) == DAY else beside)
            case exp.Boolean() | exp.Null() | exp.Cast():
                found = (MET if node.this else UNMET) if isinstance(node, exp.Boolean) else NOTHING[self.kind(node)]
                return lambda get: found
            case exp.Literal():
                value = self.literal(node, beside)
                return lambda get: value
            case exp.Mul():
                left, right = self.made(node.this), self.made(node.expression)
                return lambda get: left(get) * right(get)
            case exp.Coalesce():
                first, second = self.made(node.this), self.made(node.expressions[0])
                return lambda get: either((found := first(get)) == UNKNOWN, second(get), found)
            case exp.Case():
                return self.case(node)
            case _:
                return self.truth(node)

    def truth(self, node: exp.Expression) -> Made:
        match node:
            case exp.Anonymous(this="has"):
                # What is there twice is nothing here, as in the tables that polars makes flat.
                return lambda get: MET
            case exp.Anonymous(this="twice"):
                column, place = node.expressions[0].name, int(node.expressions[1].this)
                return lambda get: holds(((get(column) >> 2 * place) & 3) > 1)
            case exp.And() | exp.Or():
                join = every if isinstance(node, exp.And) else some
                parts = [self.made(part) for part in node.flatten()]
                return lambda get: join(*(part(get) for part in parts))
            case exp.Not(this=exp.Is() as one):
                there = self.there(one.this)
                return lambda get: holds(there(get))
            case exp.Not():
                denied = self.made(node.this)
                return lambda get: MET - denied(get)
            case exp.Is():
                there = self.there(node.this)
                return lambda get: holds(~there(get))
            case exp.Between():
                of, low, high = node.this, node.args["low"], node.args["high"]
                return self.made(exp.and_(exp.GTE(this=of, expression=low), exp.LTE(this=of.copy(), expression=high)))
            case exp.In():
                column, there = self.made(node.this), self.there(node.this)
                codes = [self.literal(one, TEXT) for one in node.expressions]
                return lambda get: known(reduce(np.logical_or, (column(get) == code for code in codes)), there(get))
            case _:
                return self.compared(node)

    def compared(self, node: exp.Expression) -> Made:
        sides = (node.this, node.expression)
        kind = DAY if DAY in map(self.kind, sides) else TEXT
        left, right = (self.made(side, kind) for side in sides)
        there = [self.there(column) for side in sides for column in side.find_all(exp.Column)]
        compare = COMPARED[type(node)]
        return lambda get: known(compare(left(get), right(get)), reduce(np.logical_and, (one(get) for one in there)))

    def there(self, node: exp.Expression) -> Callable[[Get], Anything]:
        """Where there is something, as numpy's own truth."""
        column = next(node.find_all(exp.Column)).name
        match self.kinds.get(column, TRUTH):
            case "truth":
                return lambda get: get(column) != UNKNOWN
            case "day":
                return lambda get: ~np.isnat(get(column))
            case _:
                return lambda get: get(column) >= 0

    def case(self, node: exp.Case) -> Made:
        cases = [(self.made(one.this), self.made(one.args["true"])) for one in reversed(node.args["ifs"])]
        other = node.args.get("default")
        last = self.made(other) if other else lambda get: NOTHING[self.kind(node)]

        def chosen(get: Get) -> Anything:
            found = last(get)
            for when, then in cases:
                found = either(when(get) == MET, then(get), found)
            return found

        return chosen

    def literal(self, node: exp.Expression, beside: str) -> Anything:
        text = node.this
        if not node.is_string:
            return np.int64(text)
        if beside == DAY:
            return np.datetime64(text) if ISO.fullmatch(text) else LATEST
        return self.codes[text]


def parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, dialect="duckdb")


def texts(sql: str) -> list[str]:
    """The texts that an expression names."""
    return [one.this for one in parsed(sql).find_all(exp.Literal) if one.is_string]


def either(condition: Anything, one: Anything, other: Anything) -> Anything:
    return other + (one - other) * condition
