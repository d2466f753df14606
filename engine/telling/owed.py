"""What article R.311-3-1-2 of the Code des relations entre le public et l’administration owes an explanation.

The part played by the processing, the data and their origins, the parameters and their weights applied to the person,
and the operations carried out.
"""

from __future__ import annotations

from engine.dossier import Dossier
from engine.telling.parts import Part, each_line
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences, rows_seen


def owed(words: Sentences, record: Json, dossier: Dossier) -> list[Part]:
    """The four elements, each a part."""
    told = _Owed(words, record, dossier)
    return [told.contribution(), told.data(), told.parameters(), told.operations()]


class _Owed:
    def __init__(self, words: Sentences, record: Json, dossier: Dossier) -> None:
        self.words, self.record, self.dossier = words, record, dossier
        self.policy, self.say = words.policy, words.say

    def contribution(self) -> Part:
        told = [Part(self.say(f"crpa.contribution_{number}")) for number in (1, 2)]
        return Part(self.say("crpa.contribution"), parts=tuple(told))

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
            self.say(
                "crpa.digests", policy=self.record["policy"]["digest"], dossier=self.record["dossier"]["digest"]
            ),
        ]
        return Part(self.say("crpa.operations"), parts=each_line(told))
