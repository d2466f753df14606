"""How the made-up year counts: its flows, two rates and a fact, one contested question, and a few cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any as Anything

from engine.loading import PolicyFiles, read_policy
from engine.measuring.linking import flows_of, link_measures
from engine.measuring.measures import Measuring
from engine.measuring.plain import Measured, Row, measured
from tests.made_up import SOURCE, TEXT, edit, write

FLOWS = """\
bargains:
  label: TEXT
  key: bargain
  day: struck_on
  columns:
    bargain: { type: text, label: TEXT }
    buyer: { type: text, label: TEXT, pseudonym: true }
    struck_on: { type: date, label: TEXT }
    kind: { type: text, label: TEXT, values: { sale: TEXT, gift: TEXT, barter: TEXT } }
    sealed: { type: boolean, label: TEXT, optional: true }
    weight: { type: integer, least: 0, most: 99, label: TEXT }
lights:
  label: TEXT
  key: light
  day: lit_on
  columns:
    light: { type: text, label: TEXT }
    lit_on: { type: date, label: TEXT }
    hill: { type: text, label: TEXT, optional: true }
    minutes: { type: integer, label: TEXT }
"""
TRADES = """\
id: trades
year: 2031
gives: measure
source: SOURCE
locations: together
period:
  span: year
  starts:
    first: { sealed: true }
    unless: { within: year-before }
    without: { choose: never-sealed, whole-year: whole, no-day: nothing }
    told: { first: TEXT, begun: TEXT, before: TEXT, never: TEXT }
denominator:
  flow: bargains
  exclude:
    - reason: gifts
      when: { kind: gift }
    - reason: feathers
      when: { weight: { less_than: 3 }, not: { kind: sale } }
  count: rows
numerator:
  where: { sealed: true }
  count: rows
"""
ECHOES = """\
id: echoes
year: 2031
gives: measure
source: SOURCE
locations: together
period: { span: spring }
denominator:
  flow: bargains
  where: { any: [{ kind: sale }, { weight: { at_least: 10 } }] }
  count: { distinct: [buyer, struck_on] }
numerator:
  flow: lights
  where: { hill: [high, low] }
  count: { distinct: [hill, lit_on] }
"""
BEACONS = """\
id: beacons
year: 2031
gives: fact
source: SOURCE
locations: together
period: { span: year }
numerator: { flow: lights, count: { sum: minutes, per: week } }
"""
NEVER_SEALED = """\
id: never-sealed
about: counting
contradiction: C54
question: TEXT
default: whole-year
why: TEXT
options:
  whole-year: { says: TEXT, support: [{ who: TEXT, source: SOURCE }] }
  no-day: { says: TEXT, support: [{ who: TEXT, source: SOURCE }] }
"""
CASES = """\
about: trades
usual:
  bargains: { buyer: b1, struck_on: 2031-06-01, kind: sale, sealed: true, weight: 50 }
cases:
  - name: a-year-already-begun
    title: TEXT
    rows:
      bargains:
        - { struck_on: 2031-02-28 }
        - { times: 2 }
        - { sealed: false }
        - { kind: gift }
        - { kind: barter, weight: 2 }
        - { kind: barter, weight: 3 }
    expect: { numerator: 3, denominator: 4, excluded: { gifts: 1, feathers: 1 }, out_of_period: 1 }
"""


USUAL_BARGAIN: Row = {"buyer": "b1", "struck_on": date(2031, 6, 1), "kind": "sale", "sealed": True, "weight": 50}
USUAL_LIGHT: Row = {"lit_on": date(2031, 4, 1), "hill": "high", "minutes": 60}


def filled(text: str) -> str:
    return text.replace("TEXT", TEXT).replace("SOURCE", SOURCE)


COUNTING: Mapping[str, str] = {
    **edit(
        "policy.yaml",
        "  papers: {",
        "  year-before: { about: counting, from: 2030-03-01, to: 2031-02-28, label: TEXT }\n  papers: {",
    ),
    **edit("vocabulary/measures.yaml", "{ gifts: ", "{ feathers: TEXT, gifts: "),
    "vocabulary/flows.yaml": filled(FLOWS),
    "measures/trades.yaml": filled(TRADES),
    "measures/echoes.yaml": filled(ECHOES),
    "measures/beacons.yaml": filled(BEACONS),
    "readings/never-sealed.yaml": filled(NEVER_SEALED),
    "measures/cases/trades.yaml": filled(CASES),
}


def counting(folder: Path, changes: Mapping[str, str] | None = None) -> PolicyFiles:
    """The pages of the year with how it counts, written under `folder`."""
    return read_policy(write(folder, {**COUNTING, **(changes or {})}))


def change(file: str, old: str, new: str) -> dict[str, str]:
    """A change of one page of counting: `new` where `old` stood, once."""
    text = COUNTING[file]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    return {file: text.replace(old, filled(new))}


@cache
def written() -> PolicyFiles:
    with TemporaryDirectory() as folder:
        return counting(Path(folder))


def measuring(name: str, **readings: str) -> Measuring:
    """One measure of the year, under the readings named (`never_sealed` is `never-sealed`)."""
    asked = {reading.replace("_", "-"): option for reading, option in readings.items()}
    return next(one for one in link_measures(written(), asked) if one.id == name)


def counted(name: str, rows: Mapping[str, Sequence[Mapping[str, Anything]]], **readings: str) -> Measured:
    """What one measure comes to for a doctor with these rows, each given the columns that it leaves out."""
    usual: Mapping[str, Row] = {"bargains": USUAL_BARGAIN, "lights": USUAL_LIGHT}
    keys = {"bargains": "bargain", "lights": "light"}
    full = {
        flow: [{keys[flow]: f"{flow}-{number}", **usual[flow], **row} for number, row in enumerate(listed)]
        for flow, listed in rows.items()
    }
    return measured(measuring(name, **readings), flows_of(written()), full)
