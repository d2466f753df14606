"""A paper that the caisse judged after the day of the decision can still be among what was missing."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import json

from engine.decision import decide
from engine.dossier import read_dossier
from engine.linking import linked
from engine.record import record as written
from engine.yamltext import Page
from tests.conftest import known, policy_files

JUDGED, BEFORE = "2024-07-15", date(2024, 7, 1)


def test_a_paper_judged_later_is_mended_as_it_was_known() -> None:
    """It reads as received: neither validated nor rejected yet."""
    data: Any = json.decode(json.encode(known()["99900000003"].page.data))
    papers = [one for one in data["campaigns"]["2023"]["documents"] if one["kind"] == "attestation-editeur"]
    for paper in papers:
        paper["status_on"] = JUDGED
        paper["attributes"]["nominative"] = "false"
    policy = linked(policy_files(2023), {})
    record = written(decide(policy, read_dossier(Page("", data, {}), policy), BEFORE))
    refused = next(one for one in record["indicators"] if one["id"] == "volet-1.logiciel")
    changes = [change for one in refused["missing"] for change in one["changes"]]
    mended = [one for one in changes if one["before"] and one["before"]["type"] == "document"]
    assert mended != []
    assert True in {one["after"]["fields"]["nominative"] for one in mended}
    assert {one["after"]["fields"]["status"] for one in mended} == {"received"}
