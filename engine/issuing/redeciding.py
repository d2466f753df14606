"""A record decided again by the engine: from the facts it holds, or those of a dossier, under a policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.decision import decide
from engine.dispute.pricing import alternatives
from engine.dossier import NAMED_BY, ROW_FIELDS, RowType, read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.record import record as written
from engine.schema import valid
from engine.yamltext import Page

Json = dict[str, Any]


def decided_by(record: Json, files: PolicyFiles, page: Page) -> Json:
    """The record of the same year, readings and day as the engine decides it on a dossier.

    Raises Invalid when the policy has no such reading, or the dossier says what the policy does not know.
    """
    policy = linked(files, record["readings"])
    decision = decide(policy, read_dossier(page, policy), date.fromisoformat(record["as_of"]))
    return written(decision, alternatives(files, page, decision))


def dossier_page(record: Json, file: str) -> Page:
    """The dossier that a record holds, as a page that can be read again.

    Raises Invalid where its rows are none that a dossier may hold.
    """
    facts, own = record["dossier"], str(record["year"])
    campaigns: dict[str, dict[str, Any]] = {own: {name: _text(value) for name, value in facts["fields"].items()}}
    for row in facts["rows"]:
        campaign = campaigns.setdefault(str(row["campaign"]), {})
        campaign.setdefault(f"{row['type']}s", []).append(_row(row))
    named = {"name": facts["name"]} if "name" in facts else {}
    return valid(Page(file, {"doctor": record["doctor"], **named, "campaigns": campaigns}, {}), "dossier")


def _row(row: Json) -> Json:
    type: RowType = row["type"]
    told: Json = {NAMED_BY[type]: row["name"]}
    told |= {key: row[key] for key in ("items", "origin", "recorded_on", "id", "supersedes") if key in row}
    attributes: dict[str, str] = {}
    for name, value in row.get("fields", {}).items():
        beside = name in ROW_FIELDS or (type, name) == ("fact", "value")
        (told if beside else attributes)[name] = _text(value)
    if attributes:
        told["attributes"] = attributes
    if "exclusions" in row:
        told["exclusions"] = {name: str(count) for name, count in row["exclusions"].items()}
    return told


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def without_engine(record: Mapping[str, Any]) -> Json:
    """What two records of one decision have in common, whatever made them."""
    return {key: value for key, value in record.items() if key != "engine"}
