"""What the hand-written sides know of the rules of 2023: points, lists of choices and of specialties."""

from __future__ import annotations

EQUIPMENT = ("logiciel", "sesam-vitale", "teletransmission", "horaires")
"""The indicators of the first volet, which is paid as a block."""
BLOCK = 280
SERVICES = {
    "dcmt": 22.5,
    "pse": 30.5,
    "aat": 30.5,
    "cm-atmp": 30.5,
    "spe": 18,
    "dsg": 18,
    "dmp": 48,
    "mss": 40,
    "ordonnances": 40,
    "apcv": 40,
    "codage": 50,
    "coordination": 120,
    "services": 70,
    "maitre-de-stage": 50,
    "video": 50,
    "equipements-connectes": 25,
    "sas": 200,
}
"""The points of each indicator of the second."""
ALL = BLOCK + sum(SERVICES.values())
POINT = 7
GENERALISTS = ("medecine-generale", "medecine-generale-diplome", "medecine-generale-ordre")
EXEMPT = (
    "anesthesie-reanimation-chirurgicale",
    "chirurgie-generale",
    "radiodiagnostic-imagerie-medicale",
    "neurochirurgie",
    "ophtalmologie",
    "chirurgie-urologique",
    "stomatologie",
    "reanimation-medicale",
    "nephrologie",
    "anatomo-cyto-pathologie",
    "biologie-medicale",
    "chirurgie-orthopedique-traumatologie",
    "chirurgie-infantile",
    "chirurgie-maxillo-faciale",
    "chirurgie-maxillo-faciale-stomatologie",
    "chirurgie-plastique",
    "chirurgie-thoracique-cardio-vasculaire",
    "chirurgie-vasculaire",
    "chirurgie-viscerale-digestive",
    "medecine-bucco-dentaire",
    "chirurgie-orale-medecins",
    "hematologie",
    "medecine-nucleaire",
    "oncologie-medicale",
    "oncologie-radiotherapie",
    "radiotherapie",
    "medecine-genetique",
)
"""Specialties that need no prescribing software."""
COORDINATED = ("msp", "esp", "ess", "cpts", "reseau", "had-ehpad", "asalee")
SUPPORT = ("structure-appui", "maia", "pfidass", "clic", "autre")
CONNECTED = (
    "oxymetre",
    "stethoscope",
    "dermatoscope",
    "otoscope",
    "glucometre",
    "ecg",
    "doppler",
    "echographe",
    "tensiometre",
    "camera",
    "vision-audition",
    "efr",
)
