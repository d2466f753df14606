"""What raw flows hold, and which of their rows are sound, in plain Python: for the count written from the texts.

A row is a mapping of columns to values: text, date, int, bool, None for an empty cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

Value = str | int | bool | date | None
Row = Mapping[str, Value]
Truth = bool | None

YES_NO = (True, False)
SCHEMES = ("regime_general", "msa", "autre")
ONLINE_OR_PAPER = ("en_ligne", "papier")
SECURE = ("sesam_vitale", "sesam_sans_vitale")
TEXT, DAY = "any text", "a day"

# What each flow has to hold: its key, its day, the values of each column; then the columns that may be empty.
FLOWS: Mapping[str, tuple[str, str, Mapping[str, object], frozenset[str]]] = {
    "acts": (
        "act",
        "performed_on",
        {
            "act": TEXT,
            "claim": TEXT,
            "patient": TEXT,
            "location": TEXT,
            "performed_on": DAY,
            "scheme": SCHEMES,
            "mode": (*SECURE, "degrade", "papier", "s3404"),
            "kind": ("consultation", "visite", "acte_technique", "teleconsultation", "teleexpertise"),
            "ame": YES_NO,
            "nir": ("definitif", "provisoire"),
            "age_months": range(1_000_000_000),
            "ehpad": YES_NO,
            "apcv": YES_NO,
        },
        frozenset({"location"}),
    ),
    "forms": (
        "form",
        "filed_on",
        {
            "form": TEXT,
            "kind": ("aat", "cm_atmp", "pse", "dcmt", "spe", "dsg"),
            "patient": TEXT,
            "location": TEXT,
            "filed_on": DAY,
            "channel": ONLINE_OR_PAPER,
            "scheme": SCHEMES,
            "reimbursed": YES_NO,
            "attached": YES_NO,
            "subsistence": YES_NO,
            "family": ("active", "annulee", "epuree", "sans_beneficiaire"),
            "matricule_digit": range(10),
        },
        frozenset({"location", "reimbursed", "attached", "subsistence", "family", "matricule_digit"}),
    ),
    "dmp_feeds": (
        "feed",
        "fed_on",
        {"feed": TEXT, "dmp": TEXT, "location": TEXT, "fed_on": DAY, "scheme": SCHEMES},
        frozenset({"location", "scheme"}),
    ),
    "messages": (
        "message",
        "sent_on",
        {
            "message": TEXT,
            "patient": TEXT,
            "location": TEXT,
            "sent_on": DAY,
            "recipient": ("patient", "professionnel"),
            "secure": YES_NO,
            "scheme": SCHEMES,
        },
        frozenset({"patient", "location", "scheme"}),
    ),
    "prescriptions": (
        "prescription",
        "prescribed_on",
        {
            "prescription": TEXT,
            "patient": TEXT,
            "location": TEXT,
            "prescribed_on": DAY,
            "channel": ("teleservice", "papier"),
            "product": ("medicament", "lpp", "autre"),
            "scheme": SCHEMES,
        },
        frozenset({"location"}),
    ),
    "sas_slots": (
        "slot",
        "opened_on",
        {
            "slot": TEXT,
            "opened_on": DAY,
            "minutes": range(1_000_000_000),
            "online": YES_NO,
            "unknown_patients": YES_NO,
            "pdsa": YES_NO,
        },
        frozenset(),
    ),
}


# --- the rows of a doctor that are sound ----------------------------------------------------------------------------


def fault(flow: str, row: Row, keys: Counter[Value]) -> str | None:
    """What is wrong with a row whatever it is counted for; `keys` are those of all rows of its doctor."""
    key, _, columns, optional = FLOWS[flow]
    if row.get(key) is None:
        return "no_key"
    if keys[row.get(key)] > 1:
        return "key_twice"
    faults = {_fault(values, row.get(name), name in optional) for name, values in columns.items()}
    return next((one for one in ("bad_value", "unknown_word", "missing_value") if one in faults), None)


def _fault(values: object, value: Value, optional: bool) -> str | None:
    if value is None:
        return None if optional else "missing_value"
    if isinstance(values, range):
        return None if type(value) is int and value in values else "bad_value"
    if values == DAY:
        return None if type(value) is date else "bad_value"
    if values == YES_NO:
        return None if type(value) is bool else "bad_value"
    if isinstance(values, tuple):
        return None if value in values else "unknown_word"
    return None


def is_doctor(number: Value) -> bool:
    return isinstance(number, str) and re.fullmatch(r"[0-9]{1,20}", number) is not None
