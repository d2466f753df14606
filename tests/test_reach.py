"""What is not decided again, because a change of facts cannot reach it, would have been decided as it was."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.claims import leaves
from engine.decision import judge
from engine.dispute.reach import out_of_reach
from engine.dispute.shortfall import Shortfalls
from engine.observe import observe
from engine.standing import standing_on
from tests.conftest import Example, campaigns, decided

SOME = pytest.mark.parametrize("doctor", campaigns()[::2], ids=str)


@SOME
def test_leaves_out_of_reach_of_a_row_see_the_same_without_it(doctor: Example) -> None:
    """Each row of each dossier is taken away in turn."""
    decision = decided(doctor)
    policy, dossier, seen = decision.policy, decision.dossier, decision.observations
    by_place = {leaf.at: leaf for leaf in leaves(policy)}
    for row in dossier.rows:
        fewer = replace(dossier, rows=tuple(other for other in dossier.rows if other is not row))
        standing = standing_on(fewer, policy, decision.as_of)
        for at, before in out_of_reach(policy, seen, [row]).items():
            assert observe(by_place[at], standing, policy) == before, f"{at} without {row}"


@SOME
def test_a_shortfall_announces_what_deciding_anew_gives(doctor: Example) -> None:
    decision = decided(doctor)
    refused = [one.indicator.id for one in decision.indicators if one.outcome == "refused"]
    for shortfall in [one for claim in refused for one in Shortfalls(decision).of(claim)]:
        announced = shortfall.decision
        assert announced == judge(announced.policy, announced.dossier, announced.as_of)


def test_most_leaves_are_out_of_reach_of_most_rows() -> None:
    """The promises above would hold of nothing if everything were looked at again."""
    decision = decided(campaigns()[0])
    row = next(row for row in decision.dossier.rows if row.type == "declaration")
    everything = leaves(decision.policy)
    assert len(out_of_reach(decision.policy, decision.observations, [row])) > len(everything) // 2
