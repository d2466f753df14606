"""The columns of the product's table of conditions, each from the columns that `by_sql_nodes.py` makes."""

from __future__ import annotations

from collections.abc import Iterator

from shape import EQUIPMENT, SERVICES

Named = Iterator[tuple[str, str]]
NEVER = "FALSE"
MISSING = "'document_missing'"
NOBODY = "NULL::VARCHAR"
PAIRS = {  # conditions declared by either channel: the place above the two leaves, and their name
    "volet-2.codage#attestation": "codage",
    "volet-2.coordination#dispositif": "coordination",
    "volet-2.coordination#reunions": "coordinationmeet",
    "volet-2.services#dispositif": "services",
    "volet-2.services#ressource": "serviceshelp",
    "volet-2.services#asalee-services": "servicesasalee",
    "volet-2.maitre-de-stage#externat": "stage",
    "volet-2.maitre-de-stage#interne": "stageintern",
    "volet-2.video#solution": "video",
    "volet-2.video#gratuite": "videofree",
    "volet-2.equipements-connectes#achat": "device",
    "volet-2.equipements-connectes#location": "devicerent",
}
CHANNELS = ("amelipro", "papier")
RATES = ("pse", "aat", "cm-atmp", "spe", "dsg", "dmp", "mss", "ordonnances")
UNLIKE = ("dmp", "mss", "ordonnances")
VSM = {"fin-2023": "vsm", "mi-2024": "vsm_later"}
LOGICIEL = {
    "when": "i_logiciel",
    "segur": "l_prefill OR t_segur_declare",
    "segur-declare": "t_segur_declare",
    "segur-declaration": "g_segur_declared",
    "segur-preuve": "l_segur_bought",
    "segur-hopital": NEVER,
    "dpi-declaration": "g_segur_dpi",
    "lap": "l_exempt OR t_lap_declare OR t_sons",
    "lap-dispense": "l_exempt",
    "lap-exige": "t_lap_declare OR t_sons",
    "lap-declare": "t_lap_declare",
    "lap-declaration": "g_lap_declared",
    "lap-preuve": "t_lap_pieces",
    "lap-pieces": "t_lap_pieces",
    "lap-acquisition": "l_lap_attested",
    "lap-certification": "l_lap_current OR g_lap_autre",
    "lap-autre": "g_lap_autre",
    "lap-autre.1": "l_lap_earlier OR l_lap_provisional",
    "lap-sons": "t_sons",
    "lap-sons-non-declare": "NOT l_lap_any",
    "lap-sons-piece": "t_sons_piece",
    "sons-autre": "g_sons_autre",
    "sons-autre.1": "l_lap_sons_earlier OR l_lap_sons_provisional",
}
RECORDS = {  # leaves that look at declarations and papers: their name
    "segur-declaration-amelipro": "segur_amelipro",
    "segur-declaration-papier": "segur_papier",
    "segur-achat": "segur_bought",
    "dpi-declaration-amelipro": "segurdpi_amelipro",
    "dpi-declaration-papier": "segurdpi_papier",
    "lap-declaration-amelipro": "lap_amelipro",
    "lap-declaration-papier": "lap_papier",
    "lap-attestation": "lap_attested",
    "lap-en-vigueur": "lap_current",
    "lap-anterieur": "lap_earlier",
    "lap-provisoire": "lap_provisional",
    "lap-demarche": "lap_started",
    "lap-sons-non-declare.not": "lap_any",
    "sons-attestation-en-vigueur": "lap_sons_current",
    "sons-attestation-anterieur": "lap_sons_earlier",
    "sons-attestation-provisoire": "lap_sons_provisional",
    "sons-demarche": "lap_sons_started",
}
NONE_SUCH = (
    "segur-attestation",
    "dpi-attestation",
    "lap-achat",
    "lap-deja-valide",
    "lap-sons-deja-valide",
    "sons-achat-en-vigueur",
    "sons-achat-anterieur",
    "sons-achat-provisoire",
)
"""Papers that nobody of the population has."""
SAS = {
    "departement": "sas_departement",
    "plateforme.1": "sas_plateforme",
    "agenda": "sas_minutes_hebdomadaires",
    "organisation.1": "sas_regulation",
    "organisation.2": "sas_cpts",
    "outil-local.1": "sas_outil_local",
}
SESAM = {
    "addendum-8": "sesam_vitale_addendum_8",
    "avenants": "sesam_vitale_avenants",
    "facturation": "facturation_conforme",
}


def shown() -> Named:
    """Every column but the doctor's number."""
    yield from _eligible()
    yield from _logiciel()
    yield from _equipment()
    yield from _services()
    yield from _claims()


def attribute(at: str, verdict: str, value: str) -> Named:
    yield at, verdict
    yield f"{at}|value", value
    yield f"{at}|reason", f"CASE WHEN NOT ({verdict}) THEN 'not_eligible' END"


def record(at: str, name: str) -> Named:
    yield at, f"l_{name}"
    yield f"{at}|reason", f"CASE WHEN NOT l_{name} THEN w_{name} END"


def fact(at: str, name: str, place: int, *, number: bool = False) -> Named:
    yield at, f"l_{name}"
    value = f"{name}::BIGINT" if number else f"{name} = 'true'"
    yield f"{at}|value", f"CASE WHEN has(told, {place}) THEN {value} END"
    yield f"{at}|reason", f"CASE WHEN NOT l_{name} THEN '{'threshold_missed' if number else 'not_recorded'}' END"


def rate(at: str, verdict: str, name: str, place: int) -> Named:
    n, d = f"{name}_n", f"{name}_d"
    known = f"has(counted, {place}) AND {n} IS NOT NULL AND {d} IS NOT NULL"
    yield at, verdict
    yield f"{at}|numerator", f"CASE WHEN {known} THEN {n} END"
    yield f"{at}|denominator", f"CASE WHEN {known} THEN {d} END"
    empty = f"CASE WHEN {d} = 0 THEN 'not_calculable' ELSE 'threshold_missed' END"
    yield f"{at}|reason", f"CASE WHEN NOT ({verdict}) THEN {empty} END"


def silent(at: str) -> Named:
    yield at, "NULL::BOOLEAN"
    yield f"{at}|reason", NOBODY


def none_such(at: str) -> Named:
    yield at, NEVER
    yield f"{at}|reason", MISSING


def pair(at: str, name: str) -> Named:
    yield at, f"g_{name}"
    for number, channel in enumerate(CHANNELS, start=1):
        yield from record(f"{at}.{number}", f"{name}_{channel}")


def _eligible() -> Named:
    yield "eligible", "eligible"
    yield from attribute("eligible#secteur", "l_sector", "sector")
    yield "eligible#statut", "g_status"
    yield from attribute("eligible#statut.1", "l_installed", "status")
    yield "eligible#statut.2", "l_other_status AND NULL"
    yield from attribute("eligible#statut.2.1", "l_other_status", "status")
    yield from silent("eligible#statut.2.2")
    yield from attribute("eligible#activite", "l_active", "activity_start")


def _logiciel() -> Named:
    at = "volet-1.logiciel#{}".format
    for name, sql in LOGICIEL.items():
        yield at(name), sql
    for name, leaf in RECORDS.items():
        yield from record(at(name), leaf)
    for name in NONE_SUCH:
        yield from none_such(at(name))
    for name in ("segur-prerempli", "lap-sons-prerempli"):
        yield at(name), "l_prefill"
        yield at(f"{name}|reason"), "CASE WHEN NOT l_prefill THEN 'not_prefilled' END"
    yield from attribute(at("praticien-hospitalier"), "l_hospital", "hospital_practitioner")
    yield from attribute(at("specialite-exoneree"), "l_exempt", "specialty")


def _equipment() -> Named:
    yield "volet-1.sesam-vitale#when", "t_sesam"
    for place, (name, leaf) in enumerate(SESAM.items(), start=5):
        yield from fact(f"volet-1.sesam-vitale#{name}", leaf, place)
    yield "volet-1.sesam-vitale#neutralised1", "TRUE"
    yield "volet-1.sesam-vitale#neutralised1|reason", NOBODY
    yield from rate("volet-1.teletransmission#taux", "l_teletransmission", "teletransmission", 0)
    for name in ("when", "declaration"):
        yield f"volet-1.horaires#{name}", "g_hours"
    leaves = {"service-horaires": "service", "saisie": "saisie", "papier": "papier", "caisse": "caisse"}
    for name, leaf in leaves.items():
        yield from record(f"volet-1.horaires#{name}", f"horaires_{leaf}")
    yield "volet-1.horaires#prerempli", "l_prefill_horaires"
    yield "volet-1.horaires#prerempli|reason", "CASE WHEN NOT l_prefill_horaires THEN 'not_prefilled' END"


def _services() -> Named:
    yield from rate("volet-2.dcmt#when", "l_dcmt", "dcmt", 1)
    yield from attribute("volet-2.dcmt#neutralised1", "l_general", "specialty")
    for place, name in enumerate(RATES, start=2):
        short = name.replace("-", "_")
        yield from rate(f"volet-2.{name}#when", f"l_{short}", short, place)
    yield from fact("volet-2.apcv#when", "apcv_fse", 8, number=True)
    for at, name in PAIRS.items():
        yield from pair(at, name)
    for name in ("coordination", "services", "maitre-de-stage", "video", "equipements-connectes", "sas"):
        yield f"volet-2.{name}#when", f"i_{name.replace('-', '_')}"
    yield "volet-2.services#asalee", "t_asalee"
    yield "volet-2.services#asalee-libre", "NOT l_coordination_filed"
    yield from record("volet-2.services#asalee-libre.not", "coordination_filed")
    yield "volet-2.maitre-de-stage#internat", "t_internat"
    yield "volet-2.maitre-de-stage#discipline", "l_general OR NULL"
    yield from attribute("volet-2.maitre-de-stage#generaliste", "l_general", "specialty")
    yield from silent("volet-2.maitre-de-stage#discipline.2")
    for place, (name, leaf) in enumerate(SAS.items()):
        places = {"sas_minutes_hebdomadaires": 9, "sas_regulation": 2, "sas_cpts": 3, "sas_outil_local": 4}
        number = leaf == "sas_minutes_hebdomadaires"
        yield from fact(f"volet-2.sas#{name}", leaf, places.get(leaf, place), number=number)
    yield "volet-2.sas#participation", "t_platform"
    yield "volet-2.sas#plateforme", "t_platform"
    yield "volet-2.sas#organisation", "g_sas_organised"
    yield "volet-2.sas#outil-local", NEVER
    yield from none_such("volet-2.sas#attestation-cpts")
    for place, (period, name) in enumerate(VSM.items(), start=10):
        yield from rate(f"vsm#{period}.moitie", f"l_{name}_half", name, place)
        yield from rate(f"vsm#{period}.neuf-dixiemes", f"l_{name}_nine", name, place)


def _claims() -> Named:
    """What the product makes of each indicator beside its own condition."""
    for volet, names in (("volet-1", EQUIPMENT), ("volet-2", SERVICES)):
        for name in names:
            at, met = f"{volet}.{name}", f"i_{name.replace('-', '_')}"
            yield from ((f"{at}{part}", met) for part in ("", "~standing"))
            yield f"{volet}~{at}", met
            lifted = {"sesam-vitale": ("TRUE", "t_sesam"), "dcmt": ("l_general", "l_dcmt")}.get(name)
            for claim in ("", "~standing"):
                yield f"{at}{claim}~tree", lifted[1] if lifted else met
                if lifted:
                    yield f"{at}{claim}~lifted0", lifted[0]
                    yield f"{at}{claim}~1", lifted[1]
    yield "volet-1", "volet_1"
    yield "volet-2", "volet_2"
    yield "volet-2#volet-1-atteint", "volet_1"
