"""A plan as plain data: its manifest, from which it can be drawn again, and its doctors, as JSON and as rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any as Anything

from msgspec import to_builtins

from engine import VERSION
from engine.control.drawing import margin
from engine.control.plan import Plan
from engine.control.stakes import Loss, Stake
from engine.control.target import Target
from engine.telling.phrases import Phrases
from engine.text import canonical_json, decimal_text

SCHEMA = "control-plan/1"
Json = dict[str, Anything]
WORDS = " "
"""What parts several values in one cell."""


def manifest(plan: Plan) -> Json:
    """What the plan was drawn of and how: without a clock, so that the same question gives the same answer."""
    told = _told(plan)
    return {**told, "digest": digest_of_manifest(told)}


def digest_of_manifest(told: Mapping[str, Anything]) -> str:
    """The digest of what a manifest says, but for itself and for what made it. Raises ValueError: no such data."""
    sealed = {name: value for name, value in told.items() if name not in ("digest", "made")}
    return f"sha256:{hashlib.sha256(canonical_json(sealed)).hexdigest()}"


def _told(plan: Plan) -> Json:
    request, run = plan.request, plan.request.run.manifest
    by_chance = request.strategy != "value-at-risk"
    return {
        "schema": SCHEMA,
        "year": run.year,
        "as_of": run.as_of.isoformat(),
        "policy": run.policy,
        "readings": dict(run.readings),
        "source": to_builtins(run.source),
        "strategy": request.strategy,
        "doctors": request.doctors,
        "items": list(request.only),
        **({"seed": request.seed} if by_chance else {}),
        **({"by": list(request.by), "bands": [money(one) for one in plan.bands]} if request.by and by_chance else {}),
        "population": {
            "read": run.counts.read,
            "decided": run.counts.decided,
            "quarantined": run.counts.quarantined,
            "open": plan.frame.size,
            "most": money(plan.frame.total),
            "digest": plan.frame.digest,
        },
        **({"strata": list(_strata(plan)), "margin_tenths": margin(plan.strata)} if by_chance else {}),
        "drawn": {
            "doctors": len(plan.targets),
            "euros": money(plan.euros),
            "digest": digest_of((one.doctor, WORDS.join(one.stratum)) for one in plan.targets),
        },
        "made": {"product": VERSION},
    }


def doctors(plan: Plan) -> list[Json]:
    """The doctors of the plan, in its order."""
    return [{"rank": rank, **_doctor(one)} for rank, one in enumerate(plan.targets, start=1)]


def money(value: Decimal) -> str:
    """Euros as text, to the cent."""
    return f"{value:.2f}"


def _strata(plan: Plan) -> Iterator[Json]:
    for one in plan.strata:
        yield {"key": list(one.key), "doctors": one.size, "drawn": len(one.doctors), "chance": _chance(one.chance)}


def digest_of(doctors: Iterable[tuple[str, str]]) -> str:
    """The digest of the numbers of doctors, each with its stratum, in an order."""
    drawn = "".join(f"{number} {stratum}\n" for number, stratum in doctors)
    return f"sha256:{hashlib.sha256(drawn.encode()).hexdigest()}"


def _chance(chance: Fraction) -> str:
    return f"{chance.numerator}/{chance.denominator}"


def _doctor(one: Target) -> Json:
    plain: Json = {
        "doctor": one.doctor,
        "name": one.name,
        "specialty": one.fields.get("specialty"),
        "departments": list(one.departments),
        "caisse": one.fields.get("caisse"),
        "paid": {"points": decimal_text(one.points), "euros": money(one.paid)},
        "stratum": list(one.stratum) if one.chance is not None else None,
        "chance": _chance(one.chance) if one.chance is not None else None,
        "at_stake": _loss(one.stakes.together),
        "items": [_item(stake) for stake in one.stakes.items],
        "contradictions": [
            {"kind": found.kind, "rows": [row.plain() for row in found.rows]} for found in one.contradictions
        ],
        "readings": [f"{reading}={option}" for reading, option in one.readings],
    }
    return {key: value for key, value in plain.items() if value is not None}


def _item(stake: Stake) -> Json:
    read = [indicator.id for indicator in stake.indicators]
    return {"item": stake.item, "grade": stake.grade, "indicators": read, **_loss(stake.loss)}


def _loss(loss: Loss) -> Json:
    return {
        "points": decimal_text(loss.points),
        "euros": money(loss.euros),
        "alone": {"points": decimal_text(loss.points_alone), "euros": money(loss.euros_alone)},
        "flips": dict(loss.flips),
    }


# --- as rows --------------------------------------------------------------------------------------------------------


def plan_rows(plan: Plan) -> Iterator[tuple[str, ...]]:
    """The plan as a table, its heads first, a row a doctor. A chance is two columns: so many drawn, of so many."""
    yield (
        *("rank", "doctor", "name", "specialty", "departments", "caisse", "stratum", "drawn", "of"),
        *("paid_points", "paid_euros", "at_stake_points", "at_stake_euros", "alone_points", "alone_euros"),
        *("open_items", "contradictions", "readings"),
    )
    sizes = {one.key: one for one in plan.strata}
    for rank, one in enumerate(plan.targets, start=1):
        stratum, at_stake = sizes.get(one.stratum), one.stakes.together
        yield (
            *(str(rank), one.doctor, one.name or "", str(one.fields.get("specialty", ""))),
            *(WORDS.join(one.departments), str(one.fields.get("caisse", "")), WORDS.join(one.stratum)),
            *((str(len(stratum.doctors)), str(stratum.size)) if stratum else ("", "")),
            *(decimal_text(one.points), money(one.paid), decimal_text(at_stake.points), money(at_stake.euros)),
            *(decimal_text(at_stake.points_alone), money(at_stake.euros_alone)),
            WORDS.join(stake.item for stake in one.stakes.open),
            WORDS.join(found.kind for found in one.contradictions),
            WORDS.join(f"{reading}={option}" for reading, option in one.readings),
        )


def item_rows(plan: Plan, phrases: Phrases) -> Iterator[tuple[str, ...]]:
    """What each doctor has at stake, item by item, as a table, its heads first."""
    yield (
        *("doctor", "item", "label", "rests_on", "indicators"),
        *("alone_points", "alone_euros", "points", "euros", "falls"),
    )
    for one in plan.targets:
        for stake in one.stakes.items:
            loss = stake.loss
            yield (
                *(one.doctor, stake.item, phrases.item(stake.item), phrases.say(f"grade.{stake.grade}")),
                WORDS.join(indicator.id for indicator in stake.indicators),
                *(decimal_text(loss.points_alone), money(loss.euros_alone)),
                *(decimal_text(loss.points), money(loss.euros)),
                WORDS.join(loss.flips),
            )
