"""What one indicator can come to is found without completing what is settled."""

from __future__ import annotations

from datetime import date

import pytest

from engine.claims import claims
from engine.decision import _attained, _possible, judge
from engine.ranges import Completions
from tests.conftest import Example, campaigns


@pytest.mark.parametrize("day", [None, date(2024, 1, 15), date(2024, 3, 1)], ids=str)
@pytest.mark.parametrize("doctor", campaigns()[::4], ids=str)
def test_an_indicator_alone_comes_to_what_it_comes_to_among_several(doctor: Example, day: date | None) -> None:
    decision = judge(doctor.decision.policy, doctor.decision.dossier, day)
    completions = Completions(claims(decision.policy), decision.verdicts)
    for one in decision.indicators:
        assert one.possible == completions.extent([one.indicator], _possible)
        assert one.attained == completions.extent([one.indicator], _attained)
