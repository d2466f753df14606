"""How tests look at one leaf of the made-up year, or at one made for the occasion."""

from __future__ import annotations

from datetime import date
from typing import Any as Anything

from engine.claims import claims
from engine.conditions import Observed, walk
from engine.observation import Observation
from engine.observe import observe
from engine.policy import Policy
from engine.standing import Standing
from tests.made_up import dossier, law

DECISION = date(2032, 9, 30)


def see(
    leaf: Observed,
    as_of: date = DECISION,
    /,
    earlier: dict[int, Anything] | None = None,
    under: Policy | None = None,
    **tables: Anything,
) -> Observation:
    """What a leaf sees in a dossier of the made-up year."""
    year = under or law()
    return observe(leaf, Standing(dossier(year, earlier, **tables), as_of, year.calendar["campaign"], "unmet"), year)


def leaf(at: str, under: Policy | None = None) -> Observed:
    """A leaf of the made-up year, by its place."""
    nodes = {node.at: node for _, tree in claims(under or law()) for node in walk(tree)}
    found = nodes[at]
    assert isinstance(found, Observed)
    return found
