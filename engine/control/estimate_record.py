"""An estimate as plain data: exact fractions of a euro, and the same to the cent."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any as Anything

from engine.control.estimate import Estimated
from engine.control.estimating import Estimate

SCHEMA = "control-estimate/1"
HALF = Fraction(1, 2)
CENTS = 100
Json = dict[str, Anything]


def estimate_record(made: Estimated) -> Json:
    """What was found and what it stands for, without a clock: the same plan and findings give the same bytes."""
    manifest = made.planned.manifest
    return {
        "schema": SCHEMA,
        "year": manifest.year,
        "as_of": manifest.as_of.isoformat(),
        "policy": manifest.policy,
        "readings": dict(manifest.readings),
        "strategy": manifest.strategy,
        "items": list(manifest.items),
        "plan": manifest.digest,
        "population": manifest.population.open,
        "drawn": len(made.planned.doctors),
        "euros": _euros(made.cents),
        "doctors": _doctors(made.doctors),
        "strata": [
            {"key": list(layer.key), "doctors": layer.doctors, "drawn": layer.drawn, "euros": _euros(one)}
            for layer, one in made.strata.items()
        ],
    }


def nearest(value: Fraction) -> int:
    """The nearest whole number, the greater of two as near."""
    return floor(value + HALF)


def euros(cents: Fraction | int) -> str:
    """So many cents in euros, to the nearest cent."""
    whole = nearest(Fraction(cents))
    return f"{'-' if whole < 0 else ''}{abs(whole) // CENTS}.{abs(whole) % CENTS:02}"


def _euros(one: Estimate) -> Json:
    bounds = {"low": one.low, "high": one.high}
    return {
        "found": euros(one.found),
        "total": euros(one.total),
        "exact": _exact(one.total / CENTS),
        **({"variance": _exact(one.variance / CENTS**2)} if one.variance is not None else {}),
        **{name: euros(bound) for name, bound in bounds.items() if bound is not None},
    }


def _doctors(one: Estimate) -> Json:
    bounds = {"low": one.low, "high": one.high}
    return {
        "found": int(one.found),
        "exact": _exact(one.total),
        **({"variance": _exact(one.variance)} if one.variance is not None else {}),
        **{name: bound for name, bound in bounds.items() if bound is not None},
    }


def _exact(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
