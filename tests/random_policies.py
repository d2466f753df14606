"""Policies drawn at random: the made-up year, its indicators replaced by trees that no law would write.

Every kind of node, of test and of weight, at the limits of what the language allows. They are written, checked and
linked like any policy, with the made-up year's readings wherever one may be chosen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any as Anything

from msgspec.structs import replace

from engine.drafting.mutation.mutants import Mutant, mutants
from engine.linking import link
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.schema import check
from engine.yamltext import parse_json
from tests.made_up import FILES, pages

Plain = Anything

CLOSED = ("year", "assessment", "campaign", "decision", "spring", "stamp", "first-half", "second-half")
"""The entries of the made-up year's calendar that end."""
TEXT, SOURCE = {"fr": "Texte", "en": "Text"}, {"document": "law", "section": "One", "lines": [1, 2]}
CHOICES = {"graft": ("counts", "ignored"), "waiver": ("granted", "refused"), "again": ("more", "never")}
"""Readings of two options, which may stand anywhere."""
MORE_FIELDS = """\
hospital_practitioner: { type: boolean, label: TEXT }
caisse: { type: text, label: TEXT }
boats: { type: integer, label: TEXT }
lit: { type: boolean, label: TEXT }
lit_on: { type: date, label: TEXT }
colour: { type: text, label: TEXT, values: { red: TEXT, green: TEXT, blue: TEXT } }
trade: { type: text, table: guilds, label: TEXT }
"""
MORE_MEASURES = """\
calls:
  label: TEXT
  numerator: { one: TEXT, many: TEXT }
  denominator: { one: TEXT, many: TEXT }
  above_one: counted
murmurs:
  label: TEXT
  numerator: { one: TEXT, many: TEXT }
  denominator: { one: TEXT, many: TEXT }
  above_one: { choose: graft, counts: counted, ignored: unknown }
"""
FILED = {"declaration": ("declared_on", "requested_on"), "prefill": (), "document": ("received_on", "issued_on")}
ITEMS = ("logbook", "lamp", "orchard", "ferry", "meadow")


@cache
def made_up() -> PolicyFiles:
    """The made-up year with more to ask about, and a point that makes whole cents of every weight."""
    more = {"vocabulary/fields.yaml": MORE_FIELDS, "vocabulary/measures.yaml": MORE_MEASURES}
    filled = {file: text.replace("TEXT", "{ fr: Texte, en: Text }") for file, text in more.items()}
    changes = {file: FILES[file] + text for file, text in filled.items()}
    changes["policy.yaml"] = FILES["policy.yaml"].replace("euros: 3.25", "euros: 2.4")
    with TemporaryDirectory() as folder:
        return pages(Path(folder), changes)


def random_policy(random: Random) -> tuple[PolicyFiles, Policy]:
    """A policy of the made-up year that links, under its default readings and under some others."""
    while True:
        files = _Drawn(random).files()
        try:
            return files, link(files, {})
        except Invalid:
            continue


def random_mutant(files: PolicyFiles, random: Random, changes: int = 1) -> tuple[PolicyFiles, Policy]:
    """A policy with some things changed, one after the other, that links."""
    while True:
        changed = files
        for _ in range(changes):
            changed = random.choice(_mutants(changed)).applied(changed)
        try:
            return changed, link(changed, {})
        except Invalid:
            continue


@cache
def _mutants(files: PolicyFiles) -> Sequence[Mutant]:
    return tuple(mutants(files))


class _Drawn:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.earlier: list[str] = []

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, *of: Anything) -> Anything:
        return self.random.choice(of)

    # --- pages ------------------------------------------------------------------------------------------------------

    def files(self) -> PolicyFiles:
        whole = made_up()
        indicators = dict(whole.indicators)
        for name, page in whole.indicators.items():
            self.write(indicators, name, self.indicator(name, page.data))
            self.earlier.append(name)
        top = dict(whole.policy.data)
        top["eligible"] = self.node(2)
        top["volets"] = [dict(volet) for volet in top["volets"]]
        # Few enough for what is not known to bear on one of them alone, as columns want it.
        top["volets"][1]["indicators"] = self.random.sample(top["volets"][1]["indicators"], self.one(2, 3, 4))
        top["volets"][1]["gate"] = self.one({"outcome": "base"}, self.node(1))
        policy = {"policy": whole.policy}
        self.write(policy, "policy", top, schema="policy")
        return replace(whole, indicators=indicators, policy=policy["policy"])

    def write(self, into: dict[str, Anything], name: str, data: Plain, schema: str = "indicator") -> None:
        page = parse_json(json.dumps(data), into[name].file)
        problems = check(page, schema)
        assert not problems, problems
        into[name] = page

    def indicator(self, name: str, written: Plain) -> Plain:
        drawn = {key: written[key] for key in ("id", "year", "title", "source")}
        drawn["evidence"] = self.one("sworn", "automated", "justificatif")
        if name.startswith("care."):
            drawn["points"] = self.weight(2)
        if self.chance(0.3):
            drawn["neutralised"] = [self.neutralisation() for _ in range(self.one(1, 1, 2))]
        return {**drawn, "when": self.node(3)}

    def weight(self, depth: int) -> Plain:
        if depth == 0 or self.chance(0.75):
            return str(self.one("0", "5", "9.75", "20.5", "3.5", "70"))
        return {"when": self.node(1), "then": self.weight(depth - 1), "else": self.weight(depth - 1)}

    def neutralisation(self) -> Plain:
        return {"as": self.one("met", "removed"), "label": TEXT, "source": SOURCE, "when": self.node(1)}

    # --- nodes ------------------------------------------------------------------------------------------------------

    def node(self, depth: int) -> Plain:
        if depth == 0 or self.chance(0.3):
            return self.leaf()
        match self.random.randrange(12):
            case 0 | 1 | 2 | 9 | 10:
                return {"all": self.several(depth)}
            case 3 | 4 | 5:
                return {"any": self.several(depth)}
            case 6:
                return {"not": self.node(depth - 1)}
            case 7:
                return {"exempt": {"when": self.node(depth - 1), "require": self.node(depth - 1)}}
            case _:
                return self.chosen(self.node(depth - 1), self.node(depth - 1))

    def several(self, depth: int) -> list[Plain]:
        nodes = [self.node(depth - 1) for _ in range(self.one(1, 2, 2, 3))]
        if self.chance(0.1):
            nodes.append(self.chosen(self.node(depth - 1), None))
        return nodes

    def chosen(self, one: Plain, other: Plain) -> Plain:
        """One or the other, as a reading has it."""
        reading = self.random.choice(list(CHOICES))
        first, second = CHOICES[reading]
        pair = [one, other] if self.chance(0.7) else [other, one]
        return {"choose": reading, first: pair[0], second: pair[1]}

    def maybe(self, one: Plain, other: Plain) -> Plain:
        return self.chosen(one, other) if self.chance(0.08) else one

    def leaf(self) -> Plain:
        match self.random.randrange(20):
            case 0:
                return {"silent": TEXT} if self.chance(0.1) else self.leaf()
            case 1 | 2 if self.earlier:
                return {"outcome": self.random.choice(self.earlier)}
            case 3 | 4 | 5:
                return {"rate": self.rate()}
            case 6 | 7 | 8:
                return {"fact": self.fact()}
            case 9 | 10 | 11:
                return {"attribute": self.attribute()}
            case _:
                return {"record": self.record()}

    def entry(self) -> str:
        return str(self.random.choice(CLOSED))

    def span(self, body: Plain) -> Plain:
        if self.chance(0.2):
            body["counts_from"] = self.maybe("year", "campaign")
        return body

    def rate(self) -> Plain:
        relation, threshold = self.one("at_least", "more_than"), self.one("3/7", "70 %", "0.05", "1", "2/3")
        body = {"measure": self.one("trades", "echoes", "calls", "murmurs"), relation: self.maybe(threshold, "90 %")}
        if self.chance(0.5):
            body["zero"] = self.one("unmet", "met", "removed")
        if self.chance(0.3):
            body["during"] = self.one("first-half", "second-half", "year")
        return self.span(body)

    def fact(self) -> Plain:
        tests: Plain = self.one(
            {"fact": "beacons", self.one("at_least", "more_than"): self.maybe("12", "15")},
            {"fact": "tides", "more_than": "4", "at_least": "5"},
            {"fact": "acres", "at_least": self.one("0", "2", "5/2")},
            {"fact": "quarried", "is": self.one("true", "false")},
            {"fact": "grafted_on", **self.day_test()},
            {"fact": self.one("beacons", "grafted_on", "quarried"), "stated": "true"},
        )
        if self.chance(0.4):
            tests["closes"] = self.one(*CLOSED, "papers")
        return self.span(dict(tests))

    def day_test(self) -> Plain:
        return {self.one("until", "within", "before"): self.maybe(self.one(*CLOSED, "papers"), "spring")}

    def attribute(self) -> Plain:
        return self.one(
            {"field": "sector", "is": self.one(["blue", "green"], "grey")},
            {"field": "specialty", "table": self.maybe(self.one("healers", "surgeons"), "guilds")},
            {"field": "specialty", "is": "hermit"},
            {"field": "first_declaration", self.one("at_least", "more_than"): "2030"},
            {"field": "hospital_practitioner", "is": self.one("true", "false")},
            {"field": "activity_start", **self.day_test()},
            {"field": "activity_start to activity_end", "during": self.one(*CLOSED, "papers")},
            {"field": "location.department", "is": ["aa", "38"]},
            {"field": "caisse", "stated": "true"},
        )

    # --- records ----------------------------------------------------------------------------------------------------

    def record(self) -> Plain:
        row = self.one("declaration", "declaration", "prefill", "document", "document")
        item = self.random.choice(ITEMS)
        body: Plain = {row: item}
        if row == "document":
            body[row] = self.one("bill", ["bill", "letter"])
            if self.chance(0.97):
                body["of"] = item
        where = dict(self.where(row) for _ in range(self.one(0, 1, 1, 2, 3)))
        if row == "prefill" and self.chance(0.9):
            where = {"choice": self.one({"table": "lamps"}, "oil", {"stated": "true"})}
        if where:
            body["where"] = where
        if self.chance(0.25):
            body["same"] = {self.random.choice(ITEMS): {self.one("model", "choice"): self.one("choice", "model")}}
        if self.chance(0.2):
            body["campaign"] = "earlier"
        elif self.chance(0.3):
            body["closes"] = self.one(*CLOSED, "papers")
        if row == "declaration" and self.chance(0.2):
            body["filed"] = "true"
        return self.span(body)

    def where(self, row: str) -> tuple[str, Plain]:
        match self.random.randrange(10):
            case 0 | 1 | 2 if FILED[row]:
                name = self.random.choice([*FILED[row], " or ".join(FILED[row])])
                return name, self.day_test()
            case 3:
                return "rented_from to rented_to", {"during": self.one(*CLOSED, "papers")}
            case 4:
                return self.one("lit_on", "lit_on or rented_from"), self.one(self.day_test(), {"stated": "true"})
            case 5:
                return "boats", {self.one("at_least", "more_than"): self.one("4", "9/2")}
            case 6:
                return "lit", self.one("true", ["true", "false"], {"stated": "true"})
            case 7:
                return "colour", self.one("red", ["red", "blue"], {"stated": "true"})
            case 8:
                return self.one("choice", "choice or model"), self.one({"table": "lamps"}, "oil", {"stated": "true"})
            case _:
                return self.one("trade", "model"), self.one({"table": "healers"}, {"table": "guilds", "is": "cook"})
