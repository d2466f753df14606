"""A comparison as plain JSON data, without sentences: every figure exact, every breakdown whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any as Anything

from engine.amount import Amount
from engine.drafting.diff.diff import not_default
from engine.policy import Policy
from engine.record import amount
from engine.running.impact.comparing import Compared
from engine.running.impact.measured import Group
from engine.running.impact.outcomes import alone
from engine.running.manifest import Manifest
from engine.text import decimal_text

SCHEMA = "impact/1"
Json = Mapping[str, Anything]


def record(compared: Compared) -> dict[str, Anything]:
    """What changes, under which policies and on which source."""
    impact = compared.measured.impact
    sides = zip(compared.policies, compared.manifests, strict=True)
    source = compared.source
    return {
        "schema": SCHEMA,
        "sides": [_side(policy, manifest) for policy, manifest in sides],
        "source": {
            "kind": source.kind,
            "where": source.where,
            "digests": dict(source.digests),
            "year": compared.year,
            "left_out": compared.left_out,
        },
        "alone": [{"id": name, "side": side} for name, side in alone(*compared.policies).items()],
        "whole": _group(impact.whole),
        "by_title": [
            {"id": share.id, "side": share.side, **_both(share.before, share.after)} for share in impact.shares
        ],
        "tied": _both(*impact.tied),
        "by_specialty": _groups(impact.specialties),
        "by_department": _groups(impact.departments),
        "flips": [
            {
                "subject": flip.subject,
                "was": flip.was,
                "now": flip.now,
                "place": flip.cause.place,
                "side": flip.cause.side,
                "doctors": flip.doctors,
            }
            for flip in impact.flips
        ],
        "distribution": {
            "step": decimal_text(impact.step),
            "doctors": {str(number): count for number, count in impact.steps.items()},
        },
    }


def _side(policy: Policy, manifest: Manifest) -> Json:
    counts = manifest.counts
    return {
        "year": policy.year,
        "policy": policy.digest,
        "readings": not_default(policy),
        "as_of": manifest.as_of.isoformat(),
        "read": counts.read,
        "decided": counts.decided,
        "quarantined": counts.quarantined,
    }


def _groups(groups: Sequence[Group]) -> list[Json]:
    return [{"value": one.value, **_group(one)} for one in groups]


def _group(group: Group) -> Json:
    return {
        "doctors": group.doctors,
        "gaining": group.gaining,
        "losing": group.losing,
        "gained": decimal_text(group.gained),
        "lost": decimal_text(group.lost),
        **_both(group.before, group.after),
    }


def _both(before: Amount, after: Amount) -> Json:
    return {"before": amount(before), "after": amount(after)}
