"""What `by_sql_nodes.py` says of each indicator beside its outcome: why it is refused, and what a grant rests on.

In terms of the conditions of `hand_leaves.py`. Of several ways that are all closed the nearest tells why; which one
that is was worked out from the rules and from what the population has, and only what remains open is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hand_leaves import FACTS, MEASURES, UNLIKE, short
from shape import EQUIPMENT, SERVICES
from shown_nodes import NOBODY

WORDS = (
    "not_eligible", "prerequisite", "not_prefilled", "not_recorded", "not_declared", "not_qualifying", "excluded",
    "threshold_missed", "not_calculable", "out_of_period", "declared_early", "declared_late", "document_missing",
    "document_mismatch", "document_incomplete", "document_rejected", "not_produced", "refuted",
    "not_yet", "silent", "missing", "anomaly", "contradictory",
    "declared", "prefilled", "documented", "measured",
)  # fmt: skip
"""Reasons, what is awaited, and grades."""
WORD = re.compile(f"'({'|'.join(WORDS)})'")
MINUTES = FACTS.index("sas_minutes_hebdomadaires")
DECLARED = ("codage", "coordination", "services", "maitre-de-stage", "video", "equipements-connectes")
"""Indicators that a sworn declaration grants."""
WHY_DECLARED = {
    # A declaration of the right channel is nearer than the same one looked for on the other: amelipro tells for both.
    "codage": "w_codage_amelipro",
    "coordination": "w_coordination_amelipro",
    "services": "CASE WHEN g_servicesasalee THEN 'excluded' ELSE w_services_amelipro END",
    "maitre-de-stage": "w_stage_amelipro",
    # As near as the paid solutions, where it is secure; and nothing refuses it expressly.
    "video": "CASE WHEN video_said = 'true' THEN w_videofree_amelipro ELSE w_video_amelipro END",
    "equipements-connectes": "w_device_amelipro",
}
LOGICIEL = """CASE
    WHEN NOT (l_prefill OR t_segur_declare) THEN
        CASE WHEN NOT g_segur_declared THEN w_segur_amelipro ELSE w_segur_bought END
    WHEN l_prefill AND NOT l_lap_any THEN
        CASE WHEN l_lap_sons_earlier OR l_lap_sons_provisional THEN w_lap_sons_started ELSE w_lap_sons_current END
    WHEN NOT g_lap_declared THEN w_lap_amelipro
    WHEN NOT l_lap_attested THEN w_lap_attested
    WHEN l_lap_earlier OR l_lap_provisional THEN w_lap_started
    ELSE w_lap_current END"""
SAS = """CASE
    WHEN NOT l_sas_departement THEN 'not_recorded'
    WHEN l_sas_outil_local THEN 'document_missing'
    WHEN NOT l_sas_plateforme THEN 'not_recorded'
    WHEN NOT l_sas_minutes_hebdomadaires THEN 'threshold_missed'
    ELSE 'not_recorded' END"""
HOURS = (
    "CASE WHEN horaires_channel IN ('amelipro_horaires', 'caisse') THEN 'declared_late' ELSE w_horaires_saisie END"
)
WAITS = {  # what an indicator that is not known waits for, where it is not always for something missing
    "maitre-de-stage": "CASE WHEN g_stageintern THEN 'silent' ELSE 'missing' END",
    "sas": f"CASE WHEN twice(told, {MINUTES}) THEN 'contradictory' ELSE 'missing' END",
}
GRADES = {  # what a grant rests on; a declaration sets no grade where a paper goes with it
    "logiciel": """CASE WHEN i_logiciel THEN
        CASE WHEN t_sons THEN 'prefilled' WHEN t_segur_declare THEN 'documented' ELSE 'prefilled' END END""",
    "sesam-vitale": "CASE WHEN t_sesam THEN 'measured' END",
    "horaires": "CASE WHEN l_prefill_horaires THEN 'prefilled' WHEN g_hours THEN 'declared' END",
    "dcmt": "CASE WHEN l_dcmt THEN 'measured' END",
    "codage": "CASE WHEN i_codage THEN CASE WHEN codage_upheld THEN 'documented' ELSE 'declared' END END",
}


def explained() -> Iterator[tuple[str, str]]:
    """The columns of doctors that say why, by their names."""
    at = {name: f"volet-1.{name}" for name in EQUIPMENT} | {name: f"volet-2.{name}" for name in SERVICES}
    for name, sql in reasons():
        yield f"{at[name]}.reason", sql
    for name, sql in grades():
        yield f"{at[name]}.grade", sql
    yield "grade", weakest()
    yield "readings", NOBODY


def reasons() -> Iterator[tuple[str, str]]:
    """Why each indicator is refused, or what it waits for: its name, and a text that is NULL where it is granted."""
    yield "logiciel", _why("logiciel", LOGICIEL)
    yield "sesam-vitale", NOBODY
    yield "teletransmission", _rate("teletransmission")
    yield "horaires", _why("horaires", HOURS)
    for name in SERVICES:
        if short(name) in MEASURES:
            yield name, _rate(short(name))
        elif name in DECLARED:
            yield name, _why(name, WHY_DECLARED[name])
    yield "apcv", _why("apcv", "'threshold_missed'")
    yield "sas", _why("sas", SAS)


def grades() -> Iterator[tuple[str, str]]:
    """What each granted indicator rests on."""
    for name in (*EQUIPMENT, *SERVICES):
        grade = "declared" if name in DECLARED else "measured"
        yield name, GRADES.get(name, f"CASE WHEN i_{short(name)} THEN '{grade}' END")


def weakest() -> str:
    """The weakest grade of what is paid. The two volets are paid under the same conditions."""
    sworn = " OR ".join(f"i_{short(name)}" for name in DECLARED if name != "codage")
    declared = f"(g_hours AND NOT l_prefill_horaires) OR (i_codage AND NOT codage_upheld) OR {sworn}"
    prefilled = "i_logiciel AND (t_sons OR t_segur_declare IS NULL OR NOT t_segur_declare)"
    measured = " OR ".join(f"l_{name}" for name in (*MEASURES, "apcv_fse"))
    return f"""CASE
    WHEN NOT (eligible AND volet_1) THEN {NOBODY}
    WHEN {declared} THEN 'declared'
    WHEN l_prefill_horaires OR ({prefilled}) THEN 'prefilled'
    WHEN i_logiciel OR i_codage THEN 'documented'
    WHEN t_sesam OR i_sas OR {measured} THEN 'measured' END"""


def _why(name: str, refused: str) -> str:
    met = f"i_{short(name)}"
    waits = WAITS.get(name, "'missing'")
    return f"CASE WHEN NOT {met} THEN {refused} WHEN {met} IS NULL THEN {waits} END"


def _rate(name: str) -> str:
    place = list(MEASURES).index(name)
    anomaly = f"WHEN {name}_n > {name}_d THEN 'anomaly' " if name in UNLIKE else ""
    return f"""CASE
    WHEN NOT i_{name} THEN CASE WHEN {name}_d = 0 THEN 'not_calculable' ELSE 'threshold_missed' END
    WHEN i_{name} IS NULL THEN
        CASE WHEN twice(counted, {place}) THEN 'contradictory' {anomaly}ELSE 'missing' END END"""
