"""What `by_sql_nodes.py` says of each condition in SQL: leaves, why they are unmet, what stands above them."""

from __future__ import annotations

from collections.abc import Iterator

from shape import CONNECTED, COORDINATED, EXEMPT, GENERALISTS, SUPPORT

MEASURES = {
    "teletransmission": "3 * {n} >= 2 * {d}",
    "dcmt": "10 * {n} >= 9 * {d}",
    "pse": "10 * {n} >= 8 * {d}",
    "aat": "10 * {n} >= 7 * {d}",
    "cm_atmp": "100 * {n} >= 45 * {d}",
    "spe": "10 * {n} >= 2 * {d}",
    "dsg": "10 * {n} >= {d}",
    "dmp": "10 * {n} >= {d}",
    "mss": "100 * {n} >= 5 * {d}",
    "ordonnances": "10 * {n} >= 3 * {d}",
}
UNLIKE = ("dmp", "mss", "ordonnances")
FLAGS = (
    "sas_departement",
    "sas_plateforme",
    "sas_regulation",
    "sas_cpts",
    "sas_outil_local",
    "sesam_vitale_addendum_8",
    "sesam_vitale_avenants",
    "facturation_conforme",
)
NUMBERS = ("apcv_fse", "sas_minutes_hebdomadaires")
FACTS = (*FLAGS, *NUMBERS)
REFUSED = {
    "coordination": ("groupe-qualite", "paerpa", "dac-individuel", "prado"),
    "video": ("grand-public",),
    "device": ("application", "balance", "toise", "thermometre"),
}
VIDEO = ("solution-complete", "abonnement-payant")
OPENED, CLOSED = "DATE '2023-12-11'", "DATE '2024-02-04'"
PLAIN = ("segur", "lap", "horaires")
"""Items that are declared without being sworn."""
ITEMS = {
    "logiciel-segur": "segur",
    "logiciel-lap": "lap",
    "horaires": "horaires",
    "codage": "codage",
    "coordination": "coordination",
    "services": "services",
    "maitre-de-stage": "stage",
    "video": "video",
    "equipements-connectes": "device",
}
SWORN = ("sworn", "fell", "said")
"""What is asked of declarations that are sworn: of a control, and of the attribute that a rule reads."""
PAPERS = {"logiciel-segur": "segur", "logiciel-lap": "lap"}
WRITTEN = ("editor", "software", "acquired_on", "nominative", "certification", "certified_on", "procedure_started_on")
Tests = list[tuple[str, str]]
"""The tests of a record: each with the reason it gives."""
OTHER = "not_qualifying"
LISTED = "choice"
"""The reason of a choice that is not of the list, which says more where the list refuses it by name."""
WAYS: dict[str, Tests] = {  # what is declared on amelipro or on paper, by its item first, and what is tested of it
    "segur": [],
    "segur_dpi": [("NULL::BOOLEAN", OTHER)],
    "lap": [],
    "codage": [],
    "coordination": [(f"coordination_choice IN {COORDINATED}", LISTED)],
    "coordination_meet": [("coordination_choice = 'rcp'", OTHER), ("NULL::BOOLEAN", OTHER)],
    "services": [(f"services_choice IN {SUPPORT}", LISTED)],
    "services_help": [("services_choice = 'ressource'", OTHER), ("services_said = 'true'", OTHER)],
    "services_asalee": [("services_choice = 'asalee'", OTHER)],
    "stage": [("stage_choice = 'externat'", LISTED)],
    "stage_intern": [("stage_choice = 'niveau-1'", LISTED)],
    "video": [(f"video_choice IN {VIDEO}", LISTED)],
    "video_free": [("video_choice = 'gratuite-professionnelle'", OTHER), ("video_said = 'true'", OTHER)],
    "device": [
        (f"device_choice IN {CONNECTED}", LISTED),
        ("device_said BETWEEN '2023-01-01' AND '2023-12-31'", "out_of_period"),
    ],
    "device_rent": [(f"device_choice IN {CONNECTED}", LISTED), ("FALSE", "out_of_period")],
}


def leaves() -> Iterator[tuple[str, str]]:
    """What each leaf that looks at the dossier comes to."""
    yield "l_sector", "sector IN ('1', '2')"
    yield "l_installed", "status = 'installe'"
    yield "l_other_status", "status IN ('remplacant', 'collaborateur', 'salarie')"
    yield (
        "l_active",
        "activity_start <= DATE '2023-12-31' AND (activity_end IS NULL OR activity_end >= DATE '2023-01-01')",
    )
    yield "l_hospital", "hospital_practitioner"
    yield "l_exempt", f"specialty IN {EXEMPT}"
    yield "l_general", f"specialty IN {GENERALISTS}"
    for place, (name, target) in enumerate(MEASURES.items()):
        yield f"l_{name}", _rate(name, place, target)
    for place, name in enumerate(("vsm", "vsm_later"), start=len(MEASURES)):
        yield f"l_{name}_half", _rate(name, place, "2 * {n} >= {d}")
        yield f"l_{name}_nine", _rate(name, place, "10 * {n} >= 9 * {d}")
    for place, name in enumerate(FACTS):
        least = {"apcv_fse": 1, "sas_minutes_hebdomadaires": 120}.get(name)
        test = f"{name} = 'true'" if least is None else f"{name}::BIGINT >= {least}"
        yield f"l_{name}", f"CASE WHEN has(told, {place}) THEN {test} END"
    corrected = f"prefill_segur <> segur_choice AND segur_declared_on <= {CLOSED}"
    yield "l_prefill", f"prefill_segur IS NOT NULL AND NOT coalesce({corrected}, FALSE)"
    yield "l_prefill_horaires", "coalesce(prefill_horaires, FALSE)"
    for name, (_, tests) in _declarations().items():
        yield f"l_{name}", _record(name, tests)
    for name, tests in _documents().items():
        yield f"l_{name}", _paper(name, tests)


def _rate(name: str, place: int, target: str) -> str:
    n, d = f"{name}_n", f"{name}_d"
    known = f"has(counted, {place}) AND {n} IS NOT NULL AND {d} IS NOT NULL"
    if name in UNLIKE:
        known += f" AND {n} <= {d}"
    return f"CASE WHEN {known} THEN {d} > 0 AND {target.format(n=n, d=d)} END"


def _declarations() -> dict[str, tuple[str, Tests]]:
    """Each way of declaring: its item and its tests."""
    window = f"{{0}}_declared_on BETWEEN {OPENED} AND {CLOSED}"
    found: dict[str, tuple[str, Tests]] = {}
    for name, tests in WAYS.items():
        item = name.partition("_")[0]
        for channel in ("amelipro", "papier"):
            entered = [(f"{item}_channel = '{channel}'", OTHER), (window.format(item), "window")]
            sworn = [] if item in PLAIN else [(f"{item}_sworn", OTHER)]
            found[f"{name.replace('_', '')}_{channel}"] = item, [*entered, *sworn, *tests]
    either = "lap_channel IN ('amelipro', 'papier')"
    found["lap_any"] = "lap", [(either, OTHER), (window.format("lap"), "window")]
    for name, channel, test in (
        ("service", "amelipro_horaires", ("horaires_declared_on <= DATE '2023-12-31'", "declared_late")),
        ("saisie", "amelipro", (window.format("horaires"), "window")),
        ("papier", "papier", (window.format("horaires"), "window")),
        ("caisse", "caisse", ("horaires_declared_on <= DATE '2024-01-31'", "declared_late")),
    ):
        found[f"horaires_{name}"] = "horaires", [(f"horaires_channel = '{channel}'", OTHER), test]
    asalee = [("coordination_sworn", OTHER), ("filed", OTHER)]
    found["coordination_filed"] = "coordination", asalee
    return found


def _record(name: str, tests: Tests) -> str:
    item = _declarations()[name][0]
    fell = f" OR {item}_fell IS NOT NULL" if _swearable(item) and name != "coordination_filed" else ""
    met = " AND ".join(f"({test})" for test, _ in tests)
    return f"CASE WHEN {item}_channel IS NULL{fell} THEN FALSE ELSE {met} END"


def _swearable(item: str) -> bool:
    return item not in PLAIN


def _documents() -> dict[str, Tests]:
    """Each paper looked for, its item first in its name, and what is tested of it."""
    lap = "lap_paper_{0}".format
    same = lambda item: (f"{item}_paper_software = {item}_choice", "document_mismatch")  # noqa: E731
    editor = lambda item: (f"{item}_paper_editor <> 'none'", "document_incomplete")  # noqa: E731
    bought = lambda item: (  # noqa: E731
        f"{item}_paper_acquired_on <= '2024-01-31' AND {item}_paper_acquired_on <> 'none'",
        "out_of_period",
    )
    nominative = (f"{lap('nominative')} = 'true'", "document_mismatch")
    stated = (f"{lap('software')} IS NOT NULL", "document_incomplete")
    certified = (f"{lap('certified_on')} <= '2024-01-31'", "out_of_period")
    years = (f"{lap('certified_on')} BETWEEN '2022-01-01' AND '2023-12-31'", "out_of_period")
    is_ = lambda kind: (f"{lap('certification')} = '{kind}'", "document_mismatch")  # noqa: E731
    started = (f"{lap('procedure_started_on')} < '2024-01-31'", "out_of_period")
    named = [nominative, editor("lap"), bought("lap")]
    return {
        "segur_bought": [editor("segur"), bought("segur"), same("segur")],
        "lap_attested": [*named, same("lap")],
        "lap_current": [certified, is_("definitive_en_vigueur"), same("lap")],
        "lap_earlier": [certified, is_("definitive_anterieure"), same("lap")],
        "lap_provisional": [years, is_("provisoire"), same("lap")],
        "lap_started": [started, same("lap")],
        "lap_sons_current": [*named, stated, certified, is_("definitive_en_vigueur")],
        "lap_sons_earlier": [*named, stated, certified, is_("definitive_anterieure")],
        "lap_sons_provisional": [*named, stated, years, is_("provisoire")],
        "lap_sons_started": [started],
    }


def _paper(name: str, tests: Tests) -> str:
    item = name.partition("_")[0]
    met = " AND ".join(f"({test})" for test, _ in tests)
    return f"CASE WHEN {item}_paper_kind IS NULL OR {item}_paper_status = 'rejected' THEN FALSE ELSE {met} END"


def whys() -> Iterator[tuple[str, str]]:
    """Why each record that is unmet is so."""
    for name, (item, tests) in _declarations().items():
        yield f"w_{name}", _why_declared(name, item, tests)
    for name, tests in _documents().items():
        yield f"w_{name}", _why_paper(name, tests)


def _why_declared(name: str, item: str, tests: Tests) -> str:
    cases = [f"WHEN {item}_channel IS NULL THEN 'not_declared'"]
    if _swearable(item) and name != "coordination_filed":
        cases.append(f"WHEN {item}_fell IS NOT NULL THEN {item}_fell")
    reasons = {reason: test for test, reason in reversed(tests)}
    if "choice" in reasons and item in REFUSED:
        cases.append(f"WHEN {item}_choice IN {_listed(REFUSED[item])} THEN 'not_qualifying'")
    if "declared_late" in reasons:
        cases.append(f"WHEN NOT ({reasons['declared_late']}) THEN 'declared_late'")
    if "window" in reasons:
        cases.append(f"WHEN {item}_declared_on > {CLOSED} THEN 'declared_late'")
        cases.append(f"WHEN {item}_declared_on < {OPENED} THEN 'declared_early'")
    if "out_of_period" in reasons:
        cases.append(f"WHEN NOT ({reasons['out_of_period']}) THEN 'out_of_period'")
    return f"CASE {' '.join(cases)} ELSE 'not_qualifying' END"


def _why_paper(name: str, tests: Tests) -> str:
    item = name.partition("_")[0]
    cases = [f"WHEN {item}_paper_kind IS NULL THEN 'document_missing'"]
    cases.append(f"WHEN {item}_paper_status = 'rejected' THEN 'document_rejected'")
    for reason in ("document_incomplete", "document_mismatch", "out_of_period"):
        failed = [f"NOT ({test})" for test, gives in tests if gives == reason]
        if failed:
            cases.append(f"WHEN {' OR '.join(failed)} THEN '{reason}'")
    return f"CASE {' '.join(cases)} END"


def _listed(texts: tuple[str, ...]) -> str:
    return f"({', '.join(map(repr, texts))})"


def gates() -> Iterator[tuple[str, str]]:
    """Conditions above leaves, each from leaves alone."""
    pair = lambda name: f"(l_{name}_amelipro OR l_{name}_papier)"  # noqa: E731
    yield "g_status", "l_installed OR (l_other_status AND NULL)"
    yield "g_segur_declared", pair("segur")
    yield "g_segur_dpi", pair("segurdpi")
    yield "g_lap_declared", pair("lap")
    yield "g_lap_autre", "(l_lap_earlier OR l_lap_provisional) AND l_lap_started"
    yield "g_sons_autre", "(l_lap_sons_earlier OR l_lap_sons_provisional) AND l_lap_sons_started"
    yield (
        "g_hours",
        "l_horaires_service OR l_horaires_saisie OR l_horaires_papier OR l_horaires_caisse OR l_prefill_horaires",
    )
    for name in ("codage", "coordination", "coordinationmeet", "services", "serviceshelp", "servicesasalee", "stage",
                 "stageintern", "video", "videofree", "device", "devicerent"):  # fmt: skip
        yield f"g_{name}", pair(name)
    yield "g_sas_organised", "l_sas_regulation OR l_sas_cpts"


def indicators() -> Iterator[tuple[str, str]]:
    """Each indicator's own condition, and what counts it as met."""
    certified = "(l_lap_current OR g_lap_autre)"
    sons = "(l_lap_sons_current OR g_sons_autre)"
    segur = "g_segur_declared AND l_segur_bought"
    declared = f"g_lap_declared AND l_lap_attested AND {certified}"
    prefilled = f"l_prefill AND NOT l_lap_any AND {sons}"
    yield "eligible", "l_sector AND g_status AND l_active"
    yield "t_lap_pieces", f"l_lap_attested AND {certified}"
    yield "t_lap_declare", declared
    yield "t_sons_piece", sons
    yield "t_sons", prefilled
    yield "t_segur_declare", segur
    yield "i_logiciel", f"(l_prefill OR ({segur})) AND (l_exempt OR ({declared}) OR ({prefilled}))"
    yield "t_sesam", "l_sesam_vitale_addendum_8 AND l_sesam_vitale_avenants AND l_facturation_conforme"
    yield "i_sesam_vitale", "TRUE"
    yield "i_teletransmission", "l_teletransmission"
    yield "i_horaires", "g_hours"
    yield "i_dcmt", "l_general OR l_dcmt"
    for name in ("pse", "aat", "cm_atmp", "spe", "dsg", "dmp", "mss", "ordonnances"):
        yield f"i_{name}", f"l_{name}"
    yield "i_apcv", "l_apcv_fse"
    yield "i_codage", "g_codage"
    yield "i_coordination", "g_coordination OR g_coordinationmeet"
    yield "t_asalee", "g_servicesasalee AND NOT l_coordination_filed"
    yield "i_services", "g_services OR g_serviceshelp OR (g_servicesasalee AND NOT l_coordination_filed)"
    yield "t_internat", "g_stageintern AND (l_general OR NULL)"
    yield "i_maitre_de_stage", "g_stage OR (g_stageintern AND (l_general OR NULL))"
    yield "i_video", "g_video OR g_videofree"
    yield "i_equipements_connectes", "g_device OR g_devicerent"
    yield "t_platform", "l_sas_plateforme AND l_sas_minutes_hebdomadaires AND g_sas_organised"
    yield "i_sas", "l_sas_departement AND l_sas_plateforme AND l_sas_minutes_hebdomadaires AND g_sas_organised"


def short(name: str) -> str:
    return name.replace("-", "_")
