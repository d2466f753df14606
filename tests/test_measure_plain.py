"""The measures of each year, interpreted from their files, against the count written by hand from the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from random import Random

import pytest

from engine.loading import bundled_policies, years
from engine.measuring.linking import flows_of, link_measures
from engine.measuring.measures import Measuring
from engine.measuring.plain import Measured, Tally, measured
from tests.conftest import policy_files
from tests.plain_count import Rate, Readings, Side, count
from tests.plain_flows import Row
from tests.random_flows import Drawing

YEARS = sorted(years(bundled_policies()))
DOCTORS = tuple(f"9990000000{rank}" for rank in range(8))
ROWS = 40
READINGS: dict[str, tuple[dict[str, str], Readings]] = {
    "defaults": ({}, Readings()),
    "resumed": ({"reprise-teletransmission": "reprise"}, Readings(resumed_counts_as_started=False)),
    "no-fse": ({"aucune-fse": "non-calculable"}, Readings(whole_year_without_any=False)),
    "with-card": ({"telemedecine-avec-carte": "comptee"}, Readings(remote_with_card_left_out=False)),
    "schemes": ({"regimes-usages": "regime-general"}, Readings(other_usages_all_schemes=False)),
    "prescriptions": ({"unite-ordonnances": "lettre"}, Readings(prescriptions_by_date=False)),
    "mails": ({"unite-messages": "lettre"}, Readings(messages_by_date=False)),
    "reimbursed": ({"prise-en-charge": "denominateur"}, Readings(reimbursed_above_too=False)),
}
OTHERS = "others"
READINGS[OTHERS] = (
    {name: option for chosen, _ in READINGS.values() for name, option in chosen.items()},
    Readings(*(False for _ in fields(Readings))),
)
"""Every other option at once."""
Facts = dict[str, object]


@cache
def measures(year: int, reading: str) -> tuple[Measuring, ...]:
    return link_measures(policy_files(year), READINGS[reading][0])


def of_plain(rate: Rate) -> Facts:
    """What the count by hand says of a measure."""
    period = (rate.start, rate.end)
    return {
        "rate": (rate.numerator, rate.denominator),
        "period": period,
        **{name: _side(side) for name, side in rate.sides.items()},
    }


def _side(side: Side) -> tuple[object, ...]:
    excluded = sorted(side.excluded.items())
    return side.total, side.counted, side.other, side.out_of_period, side.quarantined, excluded


def of_policy(measuring: Measuring, found: Measured) -> Facts:
    """The same, from the measure files."""
    sides = {"denominator": found.denominator} if found.denominator else {}
    if not found.denominator or hasattr(measuring.numerator, "flow"):
        sides["numerator"] = found.numerator
    return {
        "rate": (found.numerator.number, found.denominator.number if found.denominator else None),
        "period": (found.days.first, found.days.last),
        **{name: _tally(one) for name, one in sides.items()},
    }


def _tally(one: Tally) -> tuple[object, ...]:
    excluded = sorted((reason, rows) for reason, rows in one.excluded.items() if rows)
    return one.read, one.counted, one.other, one.out_of_period, one.quarantined, excluded


def by_policy(year: int, reading: str, flows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Facts]]:
    known = flows_of(policy_files(year))
    found: dict[str, dict[str, Facts]] = {}
    for doctor in sorted({str(row["doctor"]) for rows in flows.values() for row in rows}):
        own = {name: [row for row in rows if row["doctor"] == doctor] for name, rows in flows.items()}
        found[doctor] = {one.id: of_policy(one, measured(one, known, own)) for one in measures(year, reading)}
    return found


def by_hand(year: int, reading: str, flows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Facts]]:
    found = count(flows, year, READINGS[reading][1])
    return {doctor: {name: of_plain(rate) for name, rate in rates.items()} for doctor, rates in found.items()}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("year", YEARS)
def test_the_files_count_as_the_texts_do(year: int, reading: str, seed: int) -> None:
    """On rows of every sort, wrong ones among them: exclusion by exclusion, and what is set aside."""
    flows = Drawing(Random(f"{reading} {seed}"), year).flows(DOCTORS, ROWS)
    assert by_policy(year, reading, flows) == by_hand(year, reading, flows)


def beginning(random: Random, year: int, doctors: Sequence[str]) -> list[Row]:
    """Acts of doctors who send few claims, on the days on which a period turns."""
    drawing = Drawing(random, year)
    turning = [(1, 1), (1, 31), (5, 1), (11, 30), (12, 1), (12, 31)]
    days = [date(year, month, day) for month, day in turning]
    days += [date(year - 1, 1, 1), date(year - 1, 12, 31), date(year - 2, 12, 31), date(year + 1, 1, 1)]
    acts = []
    for doctor in doctors:
        acts += drawing.acts(doctor, ["papier", "degrade"], [drawing.any_day() for _ in range(12)])
        acts += drawing.acts(doctor, ["sesam_vitale", "sesam_sans_vitale"], random.sample(days, random.randrange(4)))
    return acts


@pytest.mark.parametrize("reading", ["defaults", "resumed", "no-fse"])
@pytest.mark.parametrize("year", YEARS)
def test_the_period_of_who_begins_is_the_same(year: int, reading: str) -> None:
    flows = {"acts": beginning(Random(reading), year, [f"999000000{rank:02d}" for rank in range(100)])}
    assert by_policy(year, reading, flows) == by_hand(year, reading, flows)
