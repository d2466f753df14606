"""Why whole parts are not paid, in plain sentences: what is a block, what hangs on a condition, the sum of it.

Everything is read in the record: which part waits for which, how many points each holds back, what they come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.amount import NOTHING, Amount, total
from engine.record import amount
from engine.telling.missing import missing
from engine.telling.parts import Part
from engine.telling.phrases import Json, read_amount
from engine.telling.sentences import MET, Sentences

LACKING = {"refused": "reason", "undetermined": "unknown"}
"""Under which key a record says why an indicator is not granted."""


def cause(words: Sentences, record: Json, *, full: bool = False) -> list[Part]:
    """What holds whole parts back, one sentence a part, then what that comes to; nothing where nothing does.

    What was missing stands under what hangs on a condition, all of it in `full`.
    """
    return list(_Cause(words, record, full=full).parts())


class _Cause:
    def __init__(self, words: Sentences, record: Json, *, full: bool) -> None:
        self.words, self.record, self.full, self.say = words, record, full, words.say
        self.eligible = record["eligible"]

    def parts(self) -> Iterator[Part]:
        held = [one for one in self.record["volets"] if self.barriers(one) and self.worth(one) != NOTHING]
        if held and self.eligible["verdict"] != MET:
            yield self.condition("eligible", self.eligible["verdict"], self.eligible["tree"])
        for volet in held:
            if self.unfinished(volet):
                yield self.block(volet)
        for volet in held:
            if shut(volet):
                told = {"title": self.words.claim(volet["id"]), "attained": self.worth_told(volet)}
                lacking = missing(self.words, volet["missing"], full=self.full)
                yield self.condition("gate", volet["gate"]["verdict"], volet["gate"], lacking, **told)
        if held:
            yield self.sum(held)
        for one in self.record["components"]:
            if shut(one) and one["euros"]["attained"] != "0":
                told = {
                    "title": self.words.claim(one["id"]),
                    "attained": self.words.amount(one["euros"]["attained"], "euros"),
                }
                yield self.condition("gate", one["gate"]["verdict"], one["gate"], **told)

    # --- what holds a part back -----------------------------------------------------------------------------------

    def barriers(self, volet: Json) -> list[str]:
        """The verdicts of what keeps a volet from being paid."""
        gate = [volet["gate"]["verdict"]] if shut(volet) else []
        block = [volet["verdict"]] if self.unfinished(volet) else []
        return [one for one in (self.eligible["verdict"], *gate, *block) if one != MET]

    def unfinished(self, volet: Json) -> bool:
        """Whether a volet paid as a block is not reached in whole."""
        return bool(volet["pays"] == "block" and volet["verdict"] != MET)

    def worth(self, volet: Json) -> Amount:
        """What a volet would pay if nothing held it back: the whole of a block, else what its indicators hold."""
        return read_amount(volet["points"]["possible" if volet["pays"] == "block" else "attained"])

    def worth_told(self, volet: Json) -> str:
        return self.words.amount(amount(self.worth(volet)), "points")

    # --- in words ---------------------------------------------------------------------------------------------------

    def condition(self, kind: str, verdict: str, tree: Json, parts: Sequence[Part] = (), /, **told: str) -> Part:
        text = self.say(f"cause.{kind}_{verdict}", condition=self.words.label(tree), **told)
        return Part(text, "unmet" if verdict == "unmet" else "unknown", parts=tuple(parts))

    def block(self, volet: Json) -> Part:
        """What a block pays, on what condition, and which of its indicators do not hold."""
        said = [self.say("cause.block", title=self.words.claim(volet["id"]), points=self.worth_told(volet))]
        for outcome, why in LACKING.items():
            lacking = [
                self.say("cause.lacking", title=self.words.claim(one["id"]), why=self.say(f"{why}.{one[why]}"))
                for one in self.record["indicators"]
                if (one["volet"], one["outcome"]) == (volet["id"], outcome)
            ]
            if lacking:
                number = "one" if len(lacking) == 1 else "many"
                said.append(self.say(f"cause.{outcome}_{number}", lacking=self.words.joined(lacking, "and")))
        return Part(" ".join(said), "unmet" if volet["verdict"] == "unmet" else "unknown")

    def sum(self, held: Sequence[Json]) -> Part:
        """What all that is held back comes to, added up where each part of it is settled."""
        value = Decimal(self.record["policy"]["point_value"])
        points = [self.worth(volet) for volet in held]
        euros = [one * value for one in points]
        told = {"points": self.added(points, "points"), "euros": self.added(euros, "euros")}
        sure = all("unmet" in self.barriers(volet) for volet in held)
        return Part(self.say("cause.lost" if sure else "cause.pending", **told))

    def added(self, terms: Sequence[Amount], unit: str) -> str:
        whole = self.words.amount(amount(total(terms)), unit)
        if len(terms) == 1 or not all(one.settled for one in terms):
            return whole
        write = self.words.euros if unit == "euros" else self.words.number
        said = " + ".join(write(str(one.least)) for one in terms)
        return self.say("cause.added", terms=said, total=whole)


def shut(one: Json) -> bool:
    """Whether a volet or a component hangs on a condition that is not met."""
    return bool(one["gate"] and one["gate"]["verdict"] != MET)
