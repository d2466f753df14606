"""The rules of 2023 for OpenFisca-Core: one entity, the doctor; variables with formulas over columns; parameters.

What is not known has to be carried by hand, since OpenFisca's values are never unknown: a verdict is 0 unmet,
1 unknown, 2 met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import reduce
from typing import Any as Anything

import numpy as np
from flat import FALLEN, MEASURES, SUMMARIES
from openfisca_core.entities import Entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from openfisca_inputs import CODES, DATED, NUMBERED
from shape import BLOCK, CONNECTED, COORDINATED, EQUIPMENT, EXEMPT, GENERALISTS, SERVICES, SUPPORT

START = "2023-01-01"
UNMET, UNKNOWN, MET = (np.int32(verdict) for verdict in range(3))

PARAMETERS = {
    "targets": {  # so many out of so many, in hundredths; two thirds has a rule of its own
        "dcmt": 90,
        "pse": 80,
        "aat": 70,
        "cm_atmp": 45,
        "spe": 20,
        "dsg": 10,
        "dmp": 10,
        "mss": 5,
        "ordonnances": 30,
    },
    "points": {name.replace("-", "_"): int(2 * points) for name, points in SERVICES.items()},
    "block": 2 * BLOCK,
    "minutes": 120,
    "claims": 1,
}
DAYS = {
    "opened": "2023-12-11",
    "closed": "2024-02-04",
    "equipped": "2024-01-31",
    "year_start": "2023-01-01",
    "year_end": "2023-12-31",
    "provisional": "2022-01-01",
}
DAY = {name: np.datetime64(day) for name, day in DAYS.items()}

Doctor = Entity("doctor", "doctors", "A doctor", "")


# --- three values


def holds(condition: Anything) -> Anything:
    return condition * MET  # numpy multiplies forty times as quickly as it chooses


def known(condition: Anything, there: Anything) -> Anything:
    return (condition & there) * MET + ~there * UNKNOWN


def every(*verdicts: Anything) -> Anything:
    return reduce(np.minimum, verdicts)


def some(*verdicts: Anything) -> Anything:
    return reduce(np.maximum, verdicts)


def code(name: str, *texts: str) -> list[int]:
    return [CODES[name].index(text) + 1 for text in texts]


# --- variables


def variable(name: str, formula: Callable[..., Anything] | None = None, holds: type = int) -> Anything:
    """A variable of the doctor for a year, with its formula if it has one."""
    body = {"value_type": holds, "entity": Doctor, "definition_period": DateUnit.YEAR, "label": name}
    return type(name, (Variable,), body | ({"formula": formula} if formula else {}))


def rate(measure: str) -> Callable[..., Anything]:
    """So many hundredths at least; above one is an anomaly where numerator and denominator differ in kind."""

    def formula(doctor: Anything, period: Anything, parameters: Anything) -> Anything:
        n, d = (doctor(f"{measure}_{what}", period).astype(np.int64) for what in ("numerator", "denominator"))
        if measure == "teletransmission":
            met = 3 * n >= 2 * d
        else:
            met = 100 * n >= getattr(parameters(period).targets, measure) * d
        there = (n >= 0) & (d >= 0)
        if measure in ("dmp", "mss", "ordonnances"):
            there &= n <= d
        return known((d > 0) & met, there)

    return formula


def entered(doctor: Anything, period: Anything, item: str) -> Anything:
    """Declared on amelipro or on paper while the window was open."""
    channel, on = doctor(f"{item}_channel", period), doctor(f"{item}_declared_on", period)
    return holds(
        np.isin(channel, code(f"{item}_channel", "amelipro", "papier"))
        & (on >= DAY["opened"])
        & (on <= DAY["closed"])
    )


def attested(doctor: Anything, period: Anything, item: str) -> Anything:
    """Declared in time, sworn, and not refuted since."""
    verdict = every(entered(doctor, period, item), doctor(f"{item}_sworn", period))
    if item not in FALLEN:
        return verdict
    against = doctor(f"{item}_fallen_choice", period)
    fallen = (doctor(f"{item}_fallen", period) > 0) & ((against < 0) | (against == doctor(f"{item}_choice", period)))
    return np.where(fallen, UNMET, verdict)


def chosen(doctor: Anything, period: Anything, item: str, *choices: str) -> Anything:
    return holds(np.isin(doctor(f"{item}_choice", period), code(f"{item}_choice", *choices)))


def until(day: Anything, last: str) -> Anything:
    return known(day <= DAY[last], ~np.isnat(day))


def bought(doctor: Anything, period: Anything, name: str) -> Anything:
    """An invoice, or a publisher's attestation in the doctor's name."""
    paper = lambda what: doctor(f"{name}_paper_{what}", period)  # noqa: E731
    kind = paper("kind")
    invoice = holds(kind == code(f"{name}_paper_kind", "facture")[0])
    attestation = every(holds(kind == code(f"{name}_paper_kind", "attestation-editeur")[0]), paper("nominative"))
    return every(paper("editor"), until(paper("acquired_on"), "equipped"), some(invoice, attestation))


def same(doctor: Anything, period: Anything, name: str) -> Anything:
    mine, theirs = doctor(f"{name}_paper_software", period), doctor(f"{name}_choice", period)
    return known(mine == theirs, (mine >= 0) & (theirs >= 0))


def lap_proved(doctor: Anything, period: Anything) -> Anything:
    certified = doctor("lap_paper_certified_on", period)
    certification = doctor("lap_paper_certification", period)
    of = lambda text: known(certification == code("lap_paper_certification", text)[0], certification >= 0)  # noqa: E731
    current = every(until(certified, "equipped"), of("definitive_en_vigueur"))
    earlier = every(until(certified, "equipped"), of("definitive_anterieure"))
    within = known((certified >= DAY["provisional"]) & (certified <= DAY["year_end"]), ~np.isnat(certified))
    provisional = every(within, of("provisoire"))
    started = doctor("lap_paper_procedure_started_on", period)
    attestation = holds(doctor("lap_paper_kind", period) == code("lap_paper_kind", "attestation-editeur")[0])
    begun = every(attestation, known(started < DAY["equipped"], ~np.isnat(started)))
    certain = some(current, every(some(earlier, provisional), begun))
    return np.where(doctor("lap_paper_kind", period) < 0, UNMET, every(bought(doctor, period, "lap"), certain))


def eligible(doctor: Anything, period: Anything) -> Anything:
    start, end = doctor("activity_start", period), doctor("activity_end", period)
    sector, status = doctor("sector", period), doctor("status", period)
    installed = np.where(status == code("status", "installe")[0], MET, UNKNOWN)
    practising = known(start <= DAY["year_end"], ~np.isnat(start))
    return every(
        known(sector > 0, sector >= 0), installed, practising, holds(np.isnat(end) | (end >= DAY["year_start"]))
    )


def generalist(doctor: Anything, period: Anything) -> Anything:
    return holds(np.isin(doctor("specialty", period), code("specialty", *GENERALISTS)))


def prefilled(doctor: Anything, period: Anything) -> Anything:
    """Prefilled, and no other software declared in time."""
    prefill, declared = doctor("segur_prefill_choice", period), doctor("segur_choice", period)
    corrected = (prefill != declared) & (declared >= 0) & (entered(doctor, period, "segur") == MET)
    return holds((prefill >= 0) & ~corrected)


def logiciel(doctor: Anything, period: Anything) -> Anything:
    prefill, proved = doctor("segur_prefilled", period), doctor("lap_proved", period)
    paper = np.where(
        doctor("segur_paper_kind", period) < 0,
        UNMET,
        every(bought(doctor, period, "segur"), same(doctor, period, "segur")),
    )
    segur = some(prefill, every(entered(doctor, period, "segur"), paper))
    declared = entered(doctor, period, "lap")
    exempt = holds(np.isin(doctor("specialty", period), code("specialty", *EXEMPT)))
    shown = np.where(proved == UNMET, UNMET, every(proved, same(doctor, period, "lap")))
    lap = some(exempt, every(declared, shown), every(prefill, MET - declared, proved))
    return every(segur, lap)


def sesam_vitale(doctor: Anything, period: Anything) -> Anything:
    return np.full(doctor.count, MET)


def horaires(doctor: Anything, period: Anything) -> Anything:
    channel, on = doctor("horaires_channel", period), doctor("horaires_declared_on", period)
    service = (channel == code("horaires_channel", "amelipro_horaires")[0]) & (on <= DAY["year_end"])
    fund = (channel == code("horaires_channel", "caisse")[0]) & (on <= DAY["equipped"])
    return some(
        entered(doctor, period, "horaires"),
        holds(service),
        holds(fund),
        holds(doctor("horaires_prefill", period) > 0),
    )


def dcmt(doctor: Anything, period: Anything) -> Anything:
    return some(doctor("generalist", period), doctor("dcmt_rate", period))


def apcv(doctor: Anything, period: Anything, parameters: Anything) -> Anything:
    claims = doctor("apcv_fse", period)
    return known(claims >= parameters(period).claims, claims >= 0)


def codage(doctor: Anything, period: Anything) -> Anything:
    return attested(doctor, period, "codage")


def coordination(doctor: Anything, period: Anything) -> Anything:
    return every(attested(doctor, period, "coordination"), chosen(doctor, period, "coordination", *COORDINATED))


def services(doctor: Anything, period: Anything) -> Anything:
    item = "services"
    sworn = attested(doctor, period, item)
    resource = every(chosen(doctor, period, item, "ressource"), doctor("services_job_description", period))
    free = holds(doctor("coordination_asalee", period) <= 0)
    asalee = every(chosen(doctor, period, item, "asalee"), free)
    return every(sworn, some(chosen(doctor, period, item, *SUPPORT), resource, asalee))


def maitre_de_stage(doctor: Anything, period: Anything) -> Anything:
    item = "maitre_de_stage"
    discipline = np.where(doctor("generalist", period) == MET, MET, UNKNOWN)
    intern = every(chosen(doctor, period, item, "niveau-1"), discipline)
    return every(attested(doctor, period, item), some(chosen(doctor, period, item, "externat"), intern))


def video(doctor: Anything, period: Anything) -> Anything:
    complete = chosen(doctor, period, "video", "solution-complete", "abonnement-payant")
    free = every(chosen(doctor, period, "video", "gratuite-professionnelle"), doctor("video_secure", period))
    return every(attested(doctor, period, "video"), some(complete, free))


def equipements_connectes(doctor: Anything, period: Anything) -> Anything:
    item = "equipements_connectes"
    on = doctor(f"{item}_acquired_on", period)
    bought_in_year = known((on >= DAY["year_start"]) & (on <= DAY["year_end"]), ~np.isnat(on))
    return every(attested(doctor, period, item), chosen(doctor, period, item, *CONNECTED), bought_in_year)


def sas(doctor: Anything, period: Anything, parameters: Anything) -> Anything:
    minutes = doctor("sas_minutes_hebdomadaires", period)
    enough = known(minutes >= parameters(period).minutes, minutes >= 0)
    organised = some(doctor("sas_regulation", period), doctor("sas_cpts", period))
    return every(doctor("sas_departement", period), doctor("sas_plateforme", period), enough, organised)


def volet_1(doctor: Anything, period: Anything) -> Anything:
    return every(*(doctor(name.replace("-", "_"), period) for name in EQUIPMENT))


def volet_2(doctor: Anything, period: Anything) -> Anything:
    return every(*(doctor(name.replace("-", "_"), period) for name in SERVICES))


def opened(doctor: Anything, period: Anything) -> Anything:
    return every(doctor("eligible", period), doctor("volet_1", period))


def bound(verdict: Anything, amount: Anything, which: str) -> Anything:
    """The least and the most that an amount paid under a condition can be."""
    return (verdict == MET if which == "least" else verdict != UNMET) * amount


def block(which: str) -> Callable[..., Anything]:
    def formula(doctor: Anything, period: Anything, parameters: Anything) -> Anything:
        return bound(doctor("volet_1", period), parameters(period).block, which)

    return formula


def points(name: str, which: str) -> Callable[..., Anything]:
    def formula(doctor: Anything, period: Anything, parameters: Anything) -> Anything:
        return bound(doctor(name, period), getattr(parameters(period).points, name), which)

    return formula


def services_total(which: str) -> Callable[..., Anything]:
    def formula(doctor: Anything, period: Anything) -> Anything:
        return sum(doctor(f"{name.replace('-', '_')}_{which}", period) for name in SERVICES)

    return formula


def paid(of: str, condition: str, which: str) -> Callable[..., Anything]:
    def formula(doctor: Anything, period: Anything) -> Anything:
        return bound(doctor(condition, period), doctor(f"{of}_{which}", period), which)

    return formula


def vsm(which: str) -> Callable[..., Anything]:
    """Euros for medical summaries: of two periods, the highest tier reached; without counts, any."""

    def formula(doctor: Anything, period: Anything) -> Anything:
        tiers = []
        for name in SUMMARIES:
            n, d = (doctor(f"{name}_{what}", period).astype(np.int64) for what in ("numerator", "denominator"))
            tier = np.where((d > 0) & (10 * n >= 9 * d), 3000, np.where((d > 0) & (2 * n >= d), 1500, 0))
            tiers.append(np.where((n >= 0) & (d >= 0), tier, 0 if which == "least" else 3000))
        return np.maximum(*tiers)

    return formula


def variables() -> Iterator[Anything]:
    for name in NUMBERED:
        yield variable(name)
    for name in DATED:
        yield variable(name, holds=date)
    for measure in MEASURES:
        yield variable("dcmt_rate" if measure == "dcmt" else measure, rate(measure))
    first = (eligible, generalist, lap_proved, logiciel, sesam_vitale, horaires, dcmt, apcv, codage, coordination)
    second = (services, maitre_de_stage, video, equipements_connectes, sas)
    for formula in (*first, *second):
        yield variable(formula.__name__, formula)
    yield variable("segur_prefilled", prefilled)
    yield from amounts()


def amounts() -> Iterator[Anything]:
    """What each indicator is worth, and what is paid of it."""
    for formula in (volet_1, volet_2, opened):
        yield variable(formula.__name__, formula)
    for which in ("least", "most"):
        yield variable(f"block_{which}", block(which))
        yield variable(f"block_paid_{which}", paid("block", "eligible", which))
        for name in SERVICES:
            short = name.replace("-", "_")
            yield variable(f"{short}_{which}", points(short, which))
            yield variable(f"{short}_paid_{which}", paid(short, "opened", which))
        yield variable(f"every_{which}", services_total(which))
        yield variable(f"every_paid_{which}", paid("every", "opened", which))
        yield variable(f"vsm_{which}", vsm(which))
        yield variable(f"vsm_paid_{which}", paid("vsm", "eligible", which))


def system(variables: Iterable[Anything]) -> Anything:
    """A system of rules: parameters and variables."""
    found = TaxBenefitSystem([Doctor])
    found.parameters = ParameterNode("", data=_dated(PARAMETERS))
    for one in variables:
        found.add_variable(one)
    return found


def _dated(node: Anything) -> Anything:
    return {
        key: _dated(value) if isinstance(value, dict) else {"values": {START: {"value": value}}}
        for key, value in node.items()
    }
