"""The count in plain Python says what the guide says, on examples counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any as Anything

import pytest

from tests.measuring import ACT, BEFORE, DOCTOR, SERIAL, YEAR, act
from tests.plain_count import Rate, Readings, count
from tests.plain_flows import Row

PATIENT = ACT["patient"]


def form(kind: str, **changed: Anything) -> Row:
    own = {
        "doctor": DOCTOR,
        "form": str(next(SERIAL)),
        "kind": kind,
        "patient": PATIENT,
        "filed_on": date(YEAR, 3, 1),
    }
    known = {"channel": "en_ligne", "scheme": "regime_general", "reimbursed": True, "attached": True}
    return {**own, **known, "subsistence": False, "family": "active", "matricule_digit": 1, **changed}


def measured(rows: Mapping[str, list[Row]], readings: Readings | None = None) -> dict[str, Rate]:
    return count(rows, YEAR, readings)[DOCTOR]


def transmission(*acts: Row, readings: Readings | None = None) -> Rate:
    return measured({"acts": list(acts)}, readings)["teletransmission"]


def test_gross_638_net_6806() -> None:
    """The doctor of the issue: 63,8 % of all acts, 68,06 % of those that count."""
    counted = [act(**BEFORE), *(act() for _ in range(3574)), *(act(mode="papier") for _ in range(1677))]
    left_out = [act(mode="papier", ehpad=True) for _ in range(350)]
    rate = transmission(*counted, *left_out)
    assert (rate.numerator, rate.denominator) == (3574, 5251)
    assert round(10_000 * 3574 / 5251) == 6806
    assert round(1_000 * 3574 / 5601) == 638
    assert rate.sides["denominator"].excluded == {"ehpad": 350}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ame": True}, "ame"),
        ({"nir": "provisoire"}, "nir_provisoire"),
        ({"age_months": 2}, "nourrisson"),
        ({"ehpad": True, "mode": "degrade"}, "ehpad"),
        ({"kind": "teleconsultation", "mode": "papier"}, "telemedecine"),
        ({"kind": "teleexpertise", "mode": "degrade"}, "telemedecine"),
        ({"mode": "s3404"}, "s3404"),
        ({"ame": True, "mode": "s3404"}, "ame"),
        ({"age_months": 0, "ehpad": True, "mode": "papier"}, "nourrisson"),
    ],
)
def test_an_act_left_out_is_so_under_the_first_reason(changed: Mapping[str, Anything], reason: str) -> None:
    rate = transmission(act(**BEFORE), act(), act(**changed))
    assert (rate.numerator, rate.denominator, rate.sides["denominator"].excluded) == (1, 1, {reason: 1})


@pytest.mark.parametrize(
    "changed",
    [
        {"age_months": 3},
        {"ehpad": True},
        {"ehpad": True, "mode": "sesam_sans_vitale"},
        {"kind": "teleconsultation", "mode": "sesam_sans_vitale"},
        {"scheme": "msa"},
        {"location": None},
    ],
)
def test_an_act_that_nothing_leaves_out_counts(changed: Mapping[str, Anything]) -> None:
    rate = transmission(act(**BEFORE), act(**changed))
    assert (rate.numerator, rate.denominator) == (1, 1)


@pytest.mark.parametrize(
    ("sent", "start"),
    [
        ([date(2023, 5, 1)], date(2023, 6, 1)),
        ([date(2023, 5, 31), date(2023, 7, 2)], date(2023, 6, 1)),
        ([date(2023, 1, 31)], date(2023, 2, 1)),
        ([date(2023, 12, 1)], date(2024, 1, 1)),
        ([date(2022, 12, 31), date(2023, 5, 1)], date(2023, 1, 1)),
        ([date(2021, 12, 31), date(2023, 5, 1)], date(2023, 6, 1)),
        ([], date(2023, 1, 1)),
    ],
)
def test_who_begins_is_counted_from_the_month_after(sent: list[date], start: date) -> None:
    paper = [act(mode="papier", performed_on=date(2023, month, 15)) for month in range(1, 13)]
    rate = transmission(*paper, *(act(performed_on=day) for day in sent))
    assert rate.start == start
    after = [day for day in sent if start <= day <= date(2023, 12, 31)]
    assert (rate.numerator, rate.denominator) == (
        len(after),
        len(after) + max(0, 13 - start.month) * (start.year == 2023),
    )


def test_who_begins_again_began_once_under_the_other_reading() -> None:
    acts = [act(performed_on=date(2021, 12, 31)), act(performed_on=date(2023, 5, 1))]
    assert transmission(*acts).start == date(2023, 6, 1)
    assert transmission(*acts, readings=Readings(resumed_counts_as_started=False)).start == date(2023, 1, 1)


@pytest.mark.parametrize(
    "changed",
    [{"mode": None}, {"mode": "?"}, {"age_months": -1}, {"patient": None}, {"performed_on": None}, {"act": None}],
)
def test_a_bad_row_is_set_aside_and_begins_nothing(changed: Mapping[str, Anything]) -> None:
    rate = transmission(
        act(performed_on=date(2023, 2, 1), **changed) if "performed_on" not in changed else act(**changed)
    )
    side = rate.sides["denominator"]
    assert (rate.denominator, rate.start, side.quarantined, side.read) == (0, date(2023, 1, 1), 1, 1)


def test_of_one_act_twice_neither_counts() -> None:
    rate = transmission(act(**BEFORE), act(act="same"), act(act="same"), act())
    assert (rate.denominator, rate.sides["denominator"].quarantined) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "changed", "reason"),
    [
        ("aat", {"scheme": "msa"}, "autre_regime"),
        ("dcmt", {"subsistence": True}, "subsistance"),
        ("dcmt", {"attached": False}, "hors_caisse"),
        ("dcmt", {"family": "annulee"}, "famille_annulee"),
        ("dcmt", {"family": "epuree"}, "famille_annulee"),
        ("dcmt", {"family": "sans_beneficiaire"}, "famille_sans_beneficiaire"),
        ("dcmt", {"matricule_digit": 5}, "matricule_5_a_9"),
        ("spe", {"reimbursed": False}, "non_prise_en_charge"),
        ("dsg", {"reimbursed": False}, "non_prise_en_charge"),
        ("aat", {"reimbursed": False, "subsistence": True, "matricule_digit": 9}, None),
    ],
)
def test_a_form_left_out(kind: str, changed: Mapping[str, Anything], reason: str | None) -> None:
    rows = [form(kind), form(kind, channel="papier"), form(kind, **changed), form("pse")]
    rate = measured({"forms": rows})[kind]
    side = rate.sides["denominator"]
    assert side.excluded == ({reason: 1} if reason else {})
    assert (rate.numerator, rate.denominator, side.other) == ((1, 2, 1) if reason else (2, 3, 1))


@pytest.mark.parametrize(("kind", "column"), [("dcmt", "family"), ("dcmt", "attached"), ("spe", "reimbursed")])
def test_what_is_not_known_and_decides_is_set_aside(kind: str, column: str) -> None:
    rate = measured({"forms": [form(kind, **{column: None}), form("aat", **{column: None})]})
    assert (rate[kind].denominator, rate[kind].sides["denominator"].quarantined) == (0, 1)
    assert rate["aat"].denominator == 1


def test_what_is_left_out_already_hangs_on_nothing_unknown() -> None:
    """Of an unknown reason before, on the other hand, everything hangs."""
    rows = [form("dcmt", subsistence=True, family=None), form("dcmt", subsistence=None, family="epuree")]
    side = measured({"forms": rows})["dcmt"].sides["denominator"]
    assert (side.excluded, side.quarantined) == ({"subsistance": 1}, 1)


def test_a_record_fed_twice_a_day_counts_once_and_again_on_another_day() -> None:
    days = [date(YEAR, 3, 1), date(YEAR, 3, 1), date(YEAR, 3, 2), date(YEAR - 1, 3, 2)]
    feeds: list[Row] = [
        {"doctor": DOCTOR, "feed": str(rank), "dmp": "d", "fed_on": day} for rank, day in enumerate(days)
    ]
    rate = measured({"acts": [act(), act(), act(patient="q")], "dmp_feeds": feeds})["dmp"]
    assert (rate.numerator, rate.denominator) == (2, 2)
    assert (rate.sides["numerator"].counted, rate.sides["numerator"].out_of_period) == (3, 1)


def test_messages_to_patients_by_secure_messaging() -> None:
    own: Row = {
        "doctor": DOCTOR,
        "patient": PATIENT,
        "sent_on": date(YEAR, 1, 1),
        "recipient": "patient",
        "secure": True,
    }
    changes: list[dict[str, Anything]] = [
        {},
        {},
        {"recipient": "professionnel"},
        {"secure": False},
        {"patient": None},
    ]
    rows: list[Row] = [{**own, "message": str(rank), **changed} for rank, changed in enumerate(changes)]
    by_date, by_mail = (measured({"messages": rows}, Readings(messages_by_date=one))["mss"] for one in (True, False))
    assert (by_date.numerator, by_date.sides["numerator"].quarantined, by_date.sides["numerator"].other) == (1, 1, 2)
    assert (by_mail.numerator, by_mail.sides["numerator"].quarantined) == (3, 0)


def test_prescriptions_of_medicines_and_devices() -> None:
    own: Row = {"doctor": DOCTOR, "patient": PATIENT, "prescribed_on": date(YEAR, 1, 1), "scheme": "autre"}
    changes = [("teleservice", "lpp"), ("teleservice", "medicament"), ("papier", "medicament"), ("papier", "autre")]
    rows: list[Row] = [
        {**own, "prescription": str(rank), "channel": channel, "product": product}
        for rank, (channel, product) in enumerate(changes)
    ]
    assert [
        (rate.numerator, rate.denominator)
        for by_date in (True, False)
        for rate in [measured({"prescriptions": rows}, Readings(prescriptions_by_date=by_date))["ordonnances"]]
    ] == [(1, 1), (2, 1)]


def test_claims_made_with_the_application() -> None:
    acts = [act(apcv=True, claim="a"), act(apcv=True, claim="a"), act(), act(apcv=True, mode="papier")]
    assert measured({"acts": acts})["apcv_fse"].numerator == 1


def test_minutes_a_week_over_the_year() -> None:
    own: Row = {
        "doctor": DOCTOR,
        "opened_on": date(YEAR, 1, 1),
        "online": True,
        "unknown_patients": True,
        "pdsa": False,
    }
    changes: list[dict[str, Anything]] = [
        {"minutes": 6_257},
        {"minutes": 999, "pdsa": True},
        {"minutes": 9, "online": False},
    ]
    rows: list[Row] = [{**own, "slot": str(rank), **changed} for rank, changed in enumerate(changes)]
    assert measured({"sas_slots": rows})["sas_minutes_hebdomadaires"].numerator == 119


def test_nothing_is_lost() -> None:
    rows = [act(), act(**BEFORE), act(ame=True), act(mode="?"), act(act=None)]
    for rate in measured({"acts": rows, "forms": [form("aat"), form("dcmt", family=None)]}).values():
        assert all(side.read == side.total for side in rate.sides.values())
