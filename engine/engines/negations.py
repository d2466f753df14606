"""Whether a negation is unknown, asked of what it negates: the same answer, which every engine writes alike.

Ibis 12 writes the question of `NOT x` as `NOT x IS NULL`, by which SQL understands the contrary of `x IS NULL`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Anything

import ibis.expr.operations as ops


def plainly_asked(expression: Anything) -> Anything:
    """The same expression, in which only what is no negation is asked whether it is NULL."""
    return expression.op().replace(_asked).to_expr()


def _asked(node: Anything, parts: Mapping[str, Anything] | None) -> Anything:
    made = node.__recreate__(parts) if parts else node
    if isinstance(made, ops.IsNull | ops.NotNull):
        what = made.arg
        while isinstance(what, ops.Not):
            what = what.arg
        return made if what is made.arg else type(made)(what)
    return made
