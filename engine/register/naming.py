"""The items and choices that an act names, as the policy of the year and the doctor's dossier know them."""

from __future__ import annotations

from msgspec.structs import replace

from engine.dossier import Dossier
from engine.policy import Policy
from engine.problems import Invalid, Problem, unknown_name
from engine.register.acts import Asked, Deed, Found, Observed, Received

NAMING_ITEM = ("declaration", "prefill", "finding")
SHOWN = 80
"""The letters shown of a name that is none."""


def named(deed: Deed, policy: Policy) -> Deed:
    """The deed with its choice as its list codes it.

    Raises Invalid when an item is none of the policy's, or a choice none of its item's; the nearest is offered.
    """
    match deed:
        case Asked(items=items):
            for item in items:
                _check_item(item, policy)
        case Received(item=item) | Observed(item=str(item)):
            _check_item(item, policy)
        case Found(item=item, choice=choice):
            _check_item(item, policy)
            return replace(deed, choice=None if choice is None else _code(item, choice, policy))
        case _:
            pass
    return deed


def check_held(found: Found, dossier: Dossier) -> None:
    """Raises Invalid when nothing in the dossier declares, prefills or documents what a finding is about."""
    rows = (row for row in dossier.rows if row.campaign == dossier.year)
    about = (row for row in rows if found.item in ((row.name,) if row.type in NAMING_ITEM else row.items))
    if any(found.choice in (None, row.fields.get("choice")) for row in about):
        return
    wanted = found.item if found.choice is None else f"{found.item}, {found.choice}"
    raise Invalid([Problem("not_in_dossier", details={"name": wanted})])


def _check_item(item: str, policy: Policy) -> None:
    known = policy.vocabulary.items
    if item not in known:
        raise Invalid([Problem("unknown_item", details=unknown_name(item[:SHOWN], known))])


def _code(item: str, choice: str, policy: Policy) -> str:
    tables = policy.vocabulary.items[item].choices
    if not tables:
        return choice
    found = next((entry for table in tables if (entry := table.find(choice))), None)
    if found is None:
        codes = [entry.code for table in tables for entry in table.entries]
        raise Invalid([Problem("not_in_table", details=unknown_name(choice[:SHOWN], codes))])
    return found.code
