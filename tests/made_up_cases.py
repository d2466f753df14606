"""The made-up year with cases of its own: few, so that what they defend and what they leave open is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.made_up import write

DOCTOR = 'doctor: { specialty: cook, sector: blue, activity_start: "2020-05-01" }'
BEACONS = f"""\
about: care.beacon
{DOCTOR}
cases:
  - name: twelve
    title: {{ fr: Douze phares, en: Twelve beacons }}
    campaign: {{ facts: [ {{ fact: beacons, value: 12 }} ] }}
    expect: {{ outcome: granted, points: 9.75 }}
  - name: eleven
    title: {{ fr: Onze phares, en: Eleven beacons }}
    campaign: {{ facts: [ {{ fact: beacons, value: 11 }} ] }}
    expect: {{ outcome: refused, reason: threshold_missed }}
"""
TIDES = f"""\
about: care.tide
{DOCTOR}
cases:
  - name: many
    title: {{ fr: Beaucoup de marées, en: Many tides }}
    campaign: {{ facts: [ {{ fact: tides, value: 40 }} ] }}
    expect: {{ outcome: granted }}
"""
LANTERNS = f"""\
about: care.lantern
{DOCTOR}
cases:
  - name: oil
    title: {{ fr: Lampe à huile, en: Oil lamp }}
    campaign:
      declarations: [ {{ item: lamp, choice: oil, declared_on: 2032-03-01 }} ]
      documents:
        - kind: bill
          items: [lamp]
          issued_on: 2032-03-14
          received_on: 2032-09-01
          attributes: {{ model: oil }}
    expect: {{ outcome: granted, points: 12.25 }}
"""
CASES: Mapping[str, str] = {
    "cases/beacon.yaml": BEACONS,
    "cases/tide.yaml": TIDES,
    "cases/lantern.yaml": LANTERNS,
}


def with_cases(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The year's folder with its cases, written under `folder`."""
    return write(folder, {**CASES, **(changes or {})})


def fails(name: str) -> dict[str, str]:
    """The cases of beacons, twelve of them said to be refused under another name."""
    wrong = BEACONS.replace("outcome: granted, points: 9.75", "outcome: refused")
    return {"cases/beacon.yaml": wrong.replace("twelve", name)}
