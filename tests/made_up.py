"""A year that no law ever wrote: 2031, with its own indicators, weights, lists, days and contested readings.

It is decided by the same Python as the real years: no rule lives in Python. `law` is the year as written; `policy`
writes it to a folder with `changes` of whole files, which `edit` makes out of two words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any as Anything

from engine.decision import Decision, IndicatorDecision, decide
from engine.dossier import Dossier, read_dossier
from engine.linking import link
from engine.loading import PolicyFiles, read_policy
from engine.policy import Policy
from engine.problems import Invalid
from engine.schema import check
from engine.yamltext import parse_json

YEAR = 2031
DOCTOR = "99900000003"
TEXT, SOURCE = "{ fr: Texte, en: Text }", "{ document: law, section: One, lines: [1, 2] }"

_POLICY = """\
year: 2031
title: TEXT
point_value: { euros: 3.25, source: SOURCE }
sources:
  law: { title: TEXT, publisher: Gazette, governs: [2031] }
  old: { title: TEXT, publisher: Gazette, governs: [2029, 2030] }
calendar:
  year: { from: 2031-03-01, to: 2032-02-29, label: TEXT }
  assessment: { on: 2032-02-29, label: TEXT }
  campaign: { from: 2032-03-01, to: 2032-03-31, label: TEXT }
  decision: { on: 2032-09-30, label: TEXT }
  papers: { open: true, label: TEXT }
  spring: { from: 2031-03-21, to: 2031-06-20, label: TEXT }
  stamp:
    choose: stamp-day
    ides: { on: 2032-03-15, label: TEXT }
    calends: { on: 2032-04-01, label: TEXT }
  first-half: { from: 2031-03-01, to: 2031-08-31, label: TEXT }
  second-half: { from: 2031-09-01, to: 2032-02-29, label: TEXT }
  treasury: { from: 2032-10-01, to: 2032-12-31, label: TEXT }
eligible:
  all:
    - attribute: { field: sector, is: [blue, green] }
    - attribute: { field: activity_start to activity_end, during: year }
volets:
  - { id: base, title: TEXT, pays: block, points: 47, source: SOURCE, indicators: [register, exchange] }
  - id: care
    title: TEXT
    pays: indicators
    gate: { outcome: base }
    source: SOURCE
    indicators: [beacon, lantern, orchard, harbour, ferry, meadow, quarry, tide]
components: [garden]
findings: { not_produced: { choose: unshown, falls: unmet, stays: ignored } }
published:
  - { volet: base, points: 47, source: SOURCE }
  - { points: 110, source: SOURCE, under: { target: high } }
"""

# Each indicator: its evidence, its other keys, its tree.
_INDICATORS = {
    "base/register": """\
evidence: sworn
neutralised:
  choose: waiver
  granted: { as: met, when: { attribute: { field: first_declaration, is: 2031 } }, label: TEXT, source: SOURCE }
  refused: ~
when:
  exempt:
    when: { id: lifted, attribute: { field: specialty, table: { choose: guild, wide: healers, narrow: surgeons } } }
    require:
      id: filed
      record:
        declaration: logbook
        where: { channel: [courier, pigeon], declared_on or requested_on: { within: campaign }, sworn: true }
""",
    "base/exchange": """\
evidence: automated
when:
  rate:
    measure: trades
    more_than: 3/7
    zero: { choose: nothing, shut: unmet, out: removed, given: met }
    counts_from: year
""",
    "care/beacon": """\
evidence: automated
points: 9.75
when: { fact: { fact: beacons, at_least: { choose: target, low: 12, high: 15, vague: silent }, closes: assessment } }
""",
    "care/lantern": """\
evidence: justificatif
points: 12.25
when:
  all:
    - { id: said, record: { declaration: lamp, where: { declared_on: { within: campaign } } } }
    - id: shown
      record:
        document: [bill, letter]
        of: lamp
        where:
          received_on: { until: papers }
          issued_on: { before: stamp }
          choice or model: { table: lamps }
        same: { lamp: { model: choice } }
""",
    "care/orchard": """\
evidence: automated
points: { when: { id: lit, outcome: care.beacon }, then: 6, else: 20.5 }
when:
  any:
    - { id: prefilled, record: { prefill: orchard, where: { choice: { table: trees } } } }
    - choose: graft
      counts: { id: grafted, fact: { fact: grafted_on, within: spring } }
      ignored: ~
""",
    "care/harbour": """\
evidence: automated
points: 5
neutralised:
  - { as: removed, when: { attribute: { field: specialty, is: hermit } }, label: TEXT, source: SOURCE }
when: { attribute: { field: location.department, is: [aa, bb] } }
""",
    "care/ferry": """\
evidence: sworn
points: 3.5
when:
  any:
    - { id: before, record: { declaration: ferry, campaign: earlier, where: { sworn: true } } }
    - { id: now, record: { declaration: ferry, filed: true, where: { declared_on: { within: campaign } } } }
""",
    "care/meadow": """\
evidence: sworn
points: 8
when: { record: { declaration: meadow, where: { rented_from to rented_to: { during: spring } }, closes: papers } }
""",
    "care/quarry": """\
evidence: automated
points: 7
when: { not: { id: dug, fact: { fact: quarried, is: true } } }
""",
    "care/tide": """\
evidence: automated
points: 11.5
when: { any: [ { fact: { fact: tides, more_than: 4 } }, { silent: TEXT } ] }
""",
}

_VOCABULARY = {
    "vocabulary/fields.yaml": """\
specialty: { type: text, table: guilds, label: TEXT }
sector: { type: text, label: TEXT, values: { blue: TEXT, green: TEXT, grey: TEXT } }
activity_start: { type: date, label: TEXT }
activity_end: { type: date, label: TEXT }
first_declaration: { type: integer, label: TEXT }
channel: { type: text, label: TEXT, values: { courier: TEXT, pigeon: TEXT, rumour: TEXT } }
declared_on: { type: date, label: TEXT }
requested_on: { type: date, label: TEXT }
sworn: { type: boolean, label: TEXT }
issued_on: { type: date, label: TEXT }
received_on: { type: date, label: TEXT }
model: { type: text, label: TEXT }
rented_from: { type: date, label: TEXT }
rented_to: { type: date, label: TEXT }
""",
    "vocabulary/measures.yaml": """\
trades:
  label: TEXT
  numerator: { one: TEXT, many: TEXT }
  denominator: { one: TEXT, many: TEXT }
  above_one: invalid
  exclusions: { gifts: TEXT }
echoes:
  label: TEXT
  numerator: { one: TEXT, many: TEXT }
  denominator: { one: TEXT, many: TEXT }
  above_one: unknown
""",
    "vocabulary/facts.yaml": """\
beacons: { type: integer, label: TEXT }
grafted_on: { type: date, label: TEXT }
quarried: { type: boolean, label: TEXT }
tides: { type: integer, label: TEXT }
acres: { type: integer, label: TEXT }
""",
    "vocabulary/items.yaml": """\
logbook: { label: TEXT }
lamp: { label: TEXT, choices: [lamps] }
orchard: { label: TEXT }
ferry: { label: TEXT }
meadow: { label: TEXT }
""",
    "vocabulary/documents.yaml": "bill: { label: TEXT }\nletter: { label: TEXT }\n",
}

# All that a doctor can have: 47 points of base, 63 of care, 250.75 € of garden.
EVERYTHING: Mapping[str, Anything] = {
    "specialty": "cook",
    "sector": "blue",
    "first_declaration": 2030,
    "activity_start": "2020-05-01",
    "locations": [{"id": "home", "department": "aa"}],
    "measures": [{"measure": "trades", "numerator": 4, "denominator": 7}],
    "facts": [
        {"fact": "beacons", "value": 15},
        {"fact": "quarried", "value": False},
        {"fact": "tides", "value": 5},
        {"fact": "acres", "value": 5},
    ],
    "prefills": [{"item": "orchard", "choice": "apple"}],
    "declarations": [
        {"item": "logbook", "channel": "courier", "declared_on": "2032-03-31", "sworn": True},
        {"item": "lamp", "choice": "oil", "declared_on": "2032-03-01"},
        {"item": "ferry", "declared_on": "2032-03-09"},
        {"item": "meadow", "attributes": {"rented_from": "2031-06-20", "rented_to": "2031-07-01"}},
    ],
    "documents": [
        {
            "kind": "bill",
            "items": ["lamp"],
            "issued_on": "2032-03-14",
            "received_on": "2032-09-01",
            "attributes": {"model": "oil"},
        }
    ],
}


def _table(name: str, entries: str, refused: str = "{}") -> str:
    return f"id: {name}\ntitle: TEXT\nsource: SOURCE\nentries: {entries}\nrefused: {refused}\n"


_TABLES = {
    "tables/guilds.yaml": _table(
        "guilds",
        '{ healer: { label: { fr: Guérisseur, en: Healer }, aliases: ["07"] }, cook: { label: TEXT },'
        " hermit: { label: { fr: Ermite, en: Hermit } }, surgeon: { label: { fr: Chirurgien, en: Surgeon } } }",
    ),
    "tables/healers.yaml": _table(
        "healers", "{ healer: { label: TEXT }, surgeon: { label: { fr: Chirurgien, en: Surgeon } } }"
    ),
    "tables/surgeons.yaml": _table("surgeons", "{ surgeon: { label: TEXT } }"),
    "tables/lamps.yaml": _table(
        "lamps",
        "{ oil: { label: TEXT }, gas: { label: { fr: Gaz, en: Gas } } }",
        "{ torch: { label: { fr: Torche, en: Torch } } }",
    ),
    "tables/trees.yaml": _table("trees", "{ apple: { label: { fr: Pomme, en: Apple } }, pear: { label: TEXT } }"),
}


def _reading(name: str, first: str, *others: str, silent: str = "") -> str:
    options = "".join(f"  {option}: {{ says: TEXT, support: [ {{ who: TEXT }} ] }}\n" for option in (first, *others))
    if silent:
        bounds = "silent: { points: [0, 9.75], why: TEXT }"
        options += f"  {silent}: {{ says: TEXT, support: [ {{ who: TEXT }} ], {bounds} }}\n"
    return f"id: {name}\ncontradiction: C01\nquestion: TEXT\ndefault: {first}\nwhy: TEXT\noptions:\n{options}"


_READINGS = {
    "stamp-day": _reading("stamp-day", "ides", "calends"),
    "waiver": _reading("waiver", "granted", "refused"),
    "guild": _reading("guild", "wide", "narrow"),
    "nothing": _reading("nothing", "shut", "out", "given"),
    "target": _reading("target", "low", "high", silent="vague"),
    "graft": _reading("graft", "counts", "ignored"),
    "unshown": _reading("unshown", "falls", "stays"),
    "again": _reading("again", "more", "never"),
}

_GARDEN = """\
id: garden
year: 2031
title: TEXT
evidence: automated
source: SOURCE
pays: { choose: again, more: complement, never: once }
gate: { outcome: base.exchange }
periods:
  - id: one
    label: TEXT
    ends: first-half
    paid: treasury
    tiers:
      - { id: plot, label: TEXT, euros: 110.10, when: { id: plot-one, fact: { fact: acres, at_least: 2 } } }
      - { id: park, label: TEXT, euros: 250.75, when: { id: park-one, fact: { fact: acres, at_least: 5 } } }
  - id: two
    label: TEXT
    ends: second-half
    paid: treasury
    tiers:
      - { id: park, label: TEXT, euros: 250.75, when: { id: park-two, fact: { fact: acres, at_least: 4 } } }
"""


def _indicator(place: str, body: str) -> str:
    return f"id: {place.replace('/', '.')}\nyear: 2031\ntitle: TEXT\nsource: SOURCE\n{body}"


def _filled(text: str) -> str:
    return text.replace("TEXT", TEXT).replace("SOURCE", SOURCE)


FILES: Mapping[str, str] = {
    name: _filled(text)
    for name, text in {
        "policy.yaml": _POLICY,
        **{f"{place}.yaml": _indicator(place, body) for place, body in _INDICATORS.items()},
        **_VOCABULARY,
        **_TABLES,
        **{f"readings/{name}.yaml": text for name, text in _READINGS.items()},
        "components/garden.yaml": _GARDEN,
    }.items()
}


def edit(file: str, old: str, new: str) -> dict[str, str]:
    """A change of one file of the year: `new` where `old` stood, once."""
    text = FILES[file]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    return {file: text.replace(old, _filled(new))}


def write(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """The year's folder, written under `folder`."""
    year = folder / str(YEAR)
    for name, text in {**FILES, **(changes or {})}.items():
        path = year / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return year


def pages(folder: Path, changes: Mapping[str, str] | None = None) -> PolicyFiles:
    """The year's pages, each checked against its schema."""
    return read_policy(write(folder, changes))


def policy(folder: Path, changes: Mapping[str, str] | None = None, /, **readings: str) -> Policy:
    """The year, linked under the readings named (`stamp_day` is `stamp-day`)."""
    return link(pages(folder, changes), {name.replace("_", "-"): option for name, option in readings.items()})


@cache
def law(**readings: str) -> Policy:
    """The year as it is written above, linked once for each choice of readings."""
    with TemporaryDirectory() as folder:
        return policy(Path(folder), **readings)


def dossier(year: Policy, earlier: Mapping[int, Anything] | None = None, /, **campaign: Anything) -> Dossier:
    """A dossier of the year, checked as a user's file is; `earlier` holds the campaigns before it."""
    campaigns = {str(YEAR): campaign, **{str(number): rows for number, rows in (earlier or {}).items()}}
    page = parse_json(json.dumps({"doctor": DOCTOR, "campaigns": campaigns}), "dossier.json")
    problems = check(page, "dossier")
    if problems:
        raise Invalid(problems)
    return read_dossier(page, year)


def full(year: Policy, earlier: Mapping[int, Anything] | None = None, /, **instead: Anything) -> Decision:
    """The decision on the doctor who has everything, but for what is named `instead`."""
    return decide(year, dossier(year, earlier, **{**EVERYTHING, **instead}))


def indicator(decision: Decision, name: str) -> IndicatorDecision:
    """What was decided of one indicator."""
    return next(one for one in decision.indicators if one.indicator.id == name)


def outcome(decision: Decision, name: str) -> str:
    """The outcome of one indicator."""
    return indicator(decision, name).outcome
