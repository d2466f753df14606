"""What article R.311-3-1-2 of the Code des relations entre le public et l’administration owes an explanation.

The part played by the processing, the data and their origins, the parameters and their weights applied to the person,
and the operations carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from engine.amount import total
from engine.dossier import Dossier
from engine.record import amount
from engine.telling.parts import Part, each_line
from engine.telling.phrases import Json, read_amount
from engine.telling.sentences import Sentences, rows_seen

Told = Literal["alone", "found", "read", "signed"]
"""What is said of the part played by the processing, as `crpa.contribution_…` has it."""


def owed(
    words: Sentences, record: Json, dossier: Dossier, contribution: tuple[Told, ...] = ("alone", "read")
) -> list[Part]:
    """The four elements, each a part; `contribution` is what to say of the first, by default to an agent."""
    told = _Owed(words, record, dossier)
    return [told.contribution(contribution), told.data(), told.parameters(), told.operations()]


class _Owed:
    def __init__(self, words: Sentences, record: Json, dossier: Dossier) -> None:
        self.words, self.record, self.dossier = words, record, dossier
        self.policy, self.say = words.policy, words.say

    def contribution(self, told: Iterable[Told]) -> Part:
        parts = (Part(self.say(f"crpa.contribution_{one}")) for one in told)
        return Part(self.say("crpa.contribution"), parts=tuple(parts))

    def data(self) -> Part:
        trees = [self.record["eligible"]["tree"], *(one["tree"] for one in self.record["indicators"])]
        tiers = [t["tree"] for c in self.record["components"] for p in c["periods"] for t in p["tiers"]]
        told = dict.fromkeys(self.words.row(row) for tree in [*trees, *tiers] for row in rows_seen(tree))
        fields = [
            self.say("row.field", field=self.words.field(key), found=self.words.value(key, value))
            for key, value in self.dossier.plain()["fields"].items()
        ]
        about = Part(self.say("crpa.doctor", fields=self.say("missing.separator").join(fields)))
        return Part(self.say("crpa.data"), parts=(about, *(Part(line) for line in told)))

    def parameters(self) -> Part:
        value = self.words.euros(self.record["policy"]["point_value"])
        told = [Part(self.say("crpa.point_value", value=value))]
        for volet in self.record["volets"]:
            weight = self.words.amount(volet["points"]["possible"], "points")
            told.append(
                Part(self.say(f"crpa.volet_{volet['pays']}", title=self.words.claim(volet["id"]), points=weight))
            )
        for one in self.record["indicators"]:
            weight = self.words.amount(one["points_possible"], "points")
            if one["points_possible"] != "0":
                told.append(Part(self.say("crpa.weight", title=self.words.claim(one["id"]), points=weight)))
        for entry in self.policy.calendar.values():
            days = (day.isoformat() if day else "" for day in (entry.first, entry.last))
            first, last = (self.words.day(day) if day else "" for day in days)
            label = self.words.text(entry.label) if entry.label else entry.name
            key = "open" if entry.is_open else "day" if first == last else "span"
            told.append(Part(self.say(f"crpa.{key}", label=label, first=first, last=last)))
        return Part(self.say("crpa.parameters"), parts=tuple(told))

    def operations(self) -> Part:
        points, euros = self.record["points"]["paid"], self.record["euros"]["paid"]
        sums = [self.words.amount(volet["points"]["paid"], "points") for volet in self.record["volets"]]
        told = [
            self.say("crpa.observed"),
            self.say("crpa.derived"),
            self.say("crpa.sum", terms=" + ".join(sums), total=self.words.amount(points, "points")),
            self.say(
                "crpa.product",
                points=self.words.amount(points, "points"),
                value=self.words.euros(self.record["policy"]["point_value"]),
                euros=self.words.amount(euros, "euros"),
            ),
            *self.beside(),
            self.say(
                "crpa.digests", policy=self.record["policy"]["digest"], dossier=self.record["dossier"]["digest"]
            ),
        ]
        return Part(self.say("crpa.operations"), parts=each_line(told))

    def beside(self) -> Iterator[str]:
        """What is paid apart from the points, and what both come to."""
        apart = [read_amount(one["euros"]["paid"]) for one in self.record["components"]]
        if apart:
            whole = total([read_amount(self.record["euros"]["paid"]), *apart])
            euros, all_ = (self.words.amount(amount(one), "euros") for one in (total(apart), whole))
            yield self.say("crpa.beside", euros=euros, total=all_)
