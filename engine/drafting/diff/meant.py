"""What the difference between two policies comes to, claim by claim, and who shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any as Anything
from typing import Literal

from engine.dossier import Dossier
from engine.policy import Policy
from engine.telling.parts import Part
from engine.telling.sentences import Sentences
from engine.verdict import Verdict
from engine.words import Lang

Word = Literal["equivalent", "stricter", "laxer", "incomparable"]
MEANINGS: tuple[Word, ...] = ("equivalent", "stricter", "laxer", "incomparable")


@dataclass(frozen=True, slots=True)
class Witness:
    """A doctor to whom one side grants more than the other: what the other refuses, or leaves open.

    `first` tells whether the first policy grants more. `pages` are the dossier for each side, in its own year;
    `dossiers` the same as read; `verdicts` what the engine decides of each under its own policy.
    """

    first: bool
    pages: tuple[Mapping[str, Anything], Mapping[str, Anything]]
    dossiers: tuple[Dossier, Dossier]
    verdicts: tuple[Verdict, Verdict]

    @property
    def confirmed(self) -> bool:
        """Whether the engine, with each side's own days, agrees that one grants more."""
        one, other = self.verdicts
        return one > other if self.first else other > one


@dataclass(frozen=True, slots=True)
class Meant:
    """What a claim that both policies hold comes to in the second, and the doctors who show it."""

    claim: str
    word: Word
    witnesses: tuple[Witness, ...] = ()


class Doctors:
    """Tells a witness in words."""

    def __init__(self, one: Policy, other: Policy, names: tuple[str, str], lang: Lang) -> None:
        self.sides = (Sentences(one, lang), Sentences(other, lang))
        self.names, self.say = names, self.sides[0].say
        self.decides = "under" if one.year == other.year else "decides"

    def told(self, witness: Witness) -> Part:
        """In one sentence where counts say it all: `Avec 2 actes télétransmis sur 3 actes, … accorde et … refuse.`"""
        lines, ends = list(self.lines(witness)), self.ends(witness)
        dossier = witness.dossiers[0]
        if lines and not dossier.fields and all(row.type == "measure" for row in dossier.rows):
            return Part(self.say("diff.shown", facts=self.sides[0].joined(lines, "and"), ends=ends))
        below = tuple(Part(line) for line in lines) or (Part(self.say("diff.shown_empty")),)
        return Part(self.say("diff.shown_by", ends=ends), parts=below)

    def ends(self, witness: Witness) -> str:
        """What each side decides, the one that grants more first."""
        both = list(zip(self.names, witness.verdicts, strict=True))
        (more, one), (less, other) = both if witness.first else reversed(both)
        if not witness.confirmed:
            return self.say("diff.unconfirmed", more=more, less=less)
        told = [
            self.say(f"diff.{self.decides}_{verdict.word}", name=name)
            for name, verdict in ((more, one), (less, other))
        ]
        return self.sides[0].joined(told, "and")

    def lines(self, witness: Witness) -> Iterator[str]:
        """What the doctor's dossier holds, as the side that grants reads it."""
        side = 0 if witness.first else 1
        words, dossier = self.sides[side], witness.dossiers[side]
        plain = dossier.plain()
        for name, value in plain["fields"].items():
            yield self.say("diff.of", name=words.field(name), value=words.value(name, value))
        for row in plain["rows"]:
            yield self.row(words, row)

    def row(self, words: Sentences, row: Mapping[str, Anything]) -> str:
        """One row of the dossier."""
        fields, known = row.get("fields", {}), words.policy.vocabulary.measures.get(row["name"])
        if row["type"] == "measure" and known and "numerator" in fields and "denominator" in fields:
            counts = {
                "numerator": words.counted(fields["numerator"], known.numerator),
                "denominator": words.counted(fields["denominator"], known.denominator),
            }
            return self.say("diff.counted", **counts)
        if row["type"] == "fact":
            value = words.typed(words.policy.vocabulary.facts[row["name"]], fields.get("value"))
            return self.say("diff.of", name=words.row_name(row), value=value)
        parts = [
            self.say("diff.of", name=words.row_field(row, key), value=words.row_value(row, key, value))
            for key, value in fields.items()
        ]
        tests = self.say("missing.separator").join(parts)
        return self.say("diff.valued", name=words.row_name(row), value=tests) if tests else words.row_name(row)
