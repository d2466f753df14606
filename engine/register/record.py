"""A case as JSON data (`schemas/control-case.schema.json`): its acts as they stand, and its findings as rows."""

from __future__ import annotations

from typing import Any as Anything

from msgspec import to_builtins

from engine.control.cases import Case, finding_rows

SCHEMA = "control-case/1"


def case_data(case: Case) -> dict[str, Anything]:
    """The case; what is not given is left out. Its findings that stand are those that a dossier can take."""
    return {
        "schema": SCHEMA,
        "doctor": case.doctor,
        "year": case.year,
        "status": case.status,
        "acts": [{"act": type(act).__name__.lower(), **_given(act)} for act in case.acts],
        "corrections": [_given(one) for one in case.corrections],
        "findings": finding_rows(case),
    }


def _given(one: Anything) -> dict[str, Anything]:
    """What is given of an act."""
    return {key: value for key, value in to_builtins(one).items() if value is not None}
