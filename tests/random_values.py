"""Values drawn at random for the dossiers of a policy: near the limits that its conditions set, or of any kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from random import Random

from engine.claims import leaves
from engine.conditions import Attribute, Day, Fact, InTable, Is, Number, Rate, Record, Test
from engine.policy import FieldType, Policy

ODDITIES = ("again", "otherwise", "supersedes", "finding", "places", "periods", "earlier", "spelling", "wrong")
"""What makes a dossier more than one plain row for each thing."""
NAMES = (
    "Alpha",
    "alpha",
    " ALPHA",
    "Alpha  ",
    "Beta",
    "Alpha Beta",
    "alpha  beta",
    "Bêta",
    "BETA",
    "Straße",
    "strasse",
)
DAY = timedelta(days=1)


class LookedAt:
    """What the conditions of some policies of one year look at."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        known = list(policies)
        self.policy = known[0]
        self.vocabulary = self.policy.vocabulary
        self.leaves = list(dict.fromkeys(leaf for policy in known for leaf in leaves(policy)))
        self.records = [leaf for leaf in self.leaves if isinstance(leaf, Record)]
        self.fields = {leaf.test.fields[0]: leaf.test for leaf in self.leaves if isinstance(leaf, Attribute)}
        self.facts = {leaf.fact: leaf for leaf in self.leaves if isinstance(leaf, Fact)}
        self.rates = [leaf for leaf in self.leaves if isinstance(leaf, Rate)]
        entries = [entry for policy in known for entry in policy.calendar.values()]
        ends = {end for entry in entries for end in (entry.first, entry.last) if end is not None}
        self.days = sorted({end + move for end in ends for move in (-DAY, 0 * DAY, DAY)})


class Values:
    """What is drawn of one dossier: how odd it is, how much of it is told, and each of its values."""

    def __init__(self, looked_at: LookedAt, random: Random, *, plain: bool) -> None:
        self.drawing, self.random = looked_at, random
        self.policy, self.vocabulary = looked_at.policy, looked_at.vocabulary
        self.odd = set(
            random.sample(ODDITIES, random.choice([0] * 10 + [1, 1, 2, 5]))
            or random.choice([[], [], [], ["finding"]])
        )
        self.often = random.choice([0.4, 0.7, 0.9, 1.0])
        self.well = random.choice([0.5, 0.8, 0.97])
        self.told = random.choice([0.5, 0.97] + [1.0] * 14)
        self.gap = random.choice([0.0] * 6 + [0.01, 0.05])
        if plain:
            self.odd, self.told, self.gap, self.well = set(), 1.0, 0.0, 0.97

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def day(self) -> str:
        days = self.drawing.days
        return (self.random.choice(days) + timedelta(days=self.random.choice([0, 0, 0, 10, -40, 400]))).isoformat()

    def choice(self, item: str) -> str:
        tables = self.vocabulary.items[item].choices
        if not tables:
            return self.random.choice(NAMES if self.chance(0.5) else NAMES[:1])
        entry = self.random.choice([entry for table in tables for entry in table.entries])
        return self.random.choice([*entry.aliases, entry.label.fr]) if self.misspells() else entry.code

    def passing(self, test: Test, type: FieldType) -> str | None:
        """A value that passes a test, if there is one to be thought of."""
        match test:
            case Is(values=values):
                return self.random.choice(values)
            case InTable(table=table):
                accepted = [entry.code for entry in table.entries if not entry.refused]
                return self.random.choice(accepted) if accepted else None
            case Number(threshold=threshold) if type in ("integer", "year"):
                return str(int(threshold) + self.random.choice([0, 1, 1, 5]))
            case Day(relation=relation, entry=entry) if type == "date" and entry.first and entry.last:
                last = entry.first - DAY if relation == "before" else entry.last
                first = entry.first if relation in ("within", "during") else last - 60 * DAY
                return self.random.choice([first, last, min(first + 3 * DAY, last)]).isoformat()
            case _:
                return None

    def value(self, name: str, type: FieldType) -> str:
        """Any value of a type, and of the list that the vocabulary gives."""
        field = self.vocabulary.fields.get(name)
        match type:
            case "date":
                return self.day()
            case "integer":
                return str(self.random.choice([0, 1, 2, 4, 5, 11, 12, 15, 40]))
            case "year":
                return str(self.policy.year + self.random.choice([-5, -1, 0, 1]))
            case "boolean":
                return self.random.choice(["true", "false"])
            case _:
                if field and field.table:
                    return self.random.choice(field.table.entries).code
                return self.random.choice(list(field.values)) if field and field.values else self.random.choice(NAMES)

    def misspells(self) -> bool:
        return "spelling" in self.odd and self.chance(0.2)

    def spelled(self, name: str, value: str) -> str:
        """A value that is listed, by its code or by another name of it; or one that is none."""
        if "wrong" in self.odd and self.chance(0.02):
            return self.random.choice(["", "nowhere", "2023-02-30", "-1", "1.5", "x" * 600])
        field = self.vocabulary.fields.get(name)
        if self.misspells() and field and field.table and (entry := field.table.find(value)):
            return self.random.choice([*entry.aliases, entry.label.fr])
        return value
