"""Numbers, dates, names and passages as people write them, in French or English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any as Anything

from engine.amount import Amount
from engine.conditions import Table, TableEntry, Text
from engine.days import day_in_words, is_day
from engine.dossier import NONE
from engine.policy import Field, Policy, Unit
from engine.text import decimal_text
from engine.words import NO_BREAK, Lang, say, whole_quantities

PERCENT_STEP = Decimal("0.01")
FRENCH_PLURAL = 2
Json = Mapping[str, Anything]


class Figures:
    """Says numbers, days and amounts in one language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def say(self, key: str, /, **details: object) -> str:
        """A sentence of the product's own."""
        return say(self.lang, key, **details)

    def number(self, value: Decimal | int | str) -> str:
        """`1 163` or `30,5`."""
        amount = Decimal(value)
        written = self._digits(decimal_text(abs(amount)))
        return f"-{written}" if amount.is_signed() else written

    def day(self, iso: str) -> str:
        """`4 février 2024`, and `1er` for the first of a month in French."""
        return day_in_words(iso, self.lang)

    def euros(self, value: str) -> str:
        """`1 960,00 €`."""
        amount = Decimal(value)
        written = self.say("number.euros", value=self._digits(f"{abs(amount):.2f}"))
        return f"-{written}" if amount.is_signed() else written

    def _digits(self, plain: str) -> str:
        """A number's digits in groups of three, and its decimals, as the language parts them."""
        whole, _, decimals = plain.partition(".")
        first, *groups = f"{int(whole):,}".split(",")
        for group in groups:
            first = self.say("number.grouped", before=first, after=group)
        return self.say("number.pointed", whole=first, decimals=decimals) if decimals else first

    def amount(self, value: Anything, unit: str) -> str:
        """Points or euros of a record, one number or a range, with the unit: `582,5 points`."""
        write = self.euros if unit == "euros" else self.number
        if isinstance(value, dict):
            ends = {"from_": write(value["from"]), "to": write(value["to"])}
            return self.say(f"amount.{unit}_range", **ends)
        return self.say(f"amount.{unit}_{'one' if self.singular(Decimal(value)) else 'many'}", value=write(value))

    def singular(self, value: Decimal | int) -> bool:
        """Whether a number takes the singular: below 2 in French, 1 alone in English."""
        return 0 <= value < FRENCH_PLURAL if self.lang == "fr" else value == 1


class Phrases(Figures):
    """Says the small things of a decision in one language: every value of a record in its readable form."""

    def __init__(self, policy: Policy, lang: Lang) -> None:
        super().__init__(lang)
        self.policy = policy

    def text(self, text: Text) -> str:
        """A text of the policy."""
        return whole_quantities(text.fr if self.lang == "fr" else text.en)

    def fraction(self, text: str) -> str:
        """A threshold: a percentage when it is a whole one, else the fraction itself."""
        value = Fraction(text)
        hundredth = value * 100
        return (
            self.say("value.percent", value=self.number(int(hundredth))) if hundredth.denominator == 1 else str(value)
        )

    def exact(self, text: str) -> str:
        """A number that a test compares with."""
        value = Fraction(text)
        return self.number(int(value)) if value.denominator == 1 else str(value)

    def percent(self, numerator: int, denominator: int) -> str:
        """A rate as a percentage, cut after two decimals so that none is shown as reached when it is not."""
        hundredths = numerator * 10000 // denominator
        return self.say("value.percent", value=self.number(hundredths * PERCENT_STEP))

    def counted(self, number: int, unit: Unit) -> str:
        """`1 acte`, `3 000 actes`."""
        return f"{self.number(number)}{NO_BREAK}{self.text(unit.one if self.singular(number) else unit.many)}"

    # --- names --------------------------------------------------------------------------------------------------

    def field(self, name: str) -> str:
        """The label of a field of the doctor or of a row."""
        if name == "choice" or name not in self.policy.vocabulary.fields:
            return self.say("field." + name.replace(".", "_"))
        return self.text(self.policy.vocabulary.fields[name].label)

    def value(self, name: str, found: Anything, item: str | None = None) -> str:
        """A value of a field; `item` names the item whose choice it is."""
        if found is None:
            return self.say("value.absent")
        if found == NONE:
            return self.say("value.none")
        if name == "choice" and item and item in self.policy.vocabulary.items:
            return self.entry_label(self.policy.vocabulary.items[item].choices, str(found))
        return self.typed(self.policy.vocabulary.fields.get(name), found)

    def typed(self, field: Field | None, found: Anything) -> str:
        """A value under the type and list its field gives it; None is nothing given."""
        if found is None:
            return self.say("value.absent")
        if isinstance(found, bool):
            return self.say("value.yes" if found else "value.no")
        if field and field.type == "year":
            return str(found)
        if isinstance(found, int):
            return self.counted(found, field.unit) if field and field.unit else self.number(found)
        text = str(found)
        if (field and field.type == "date") or (not field and is_day(text)):
            return self.day(text)
        if field and field.table:
            return self.entry_label((field.table,), text)
        if field and text in field.values:
            return self.text(field.values[text])
        return text

    def entry_label(self, tables: Sequence[Table], code: str) -> str:
        """The label of a table's entry, or the code itself in a free list."""
        entry = find_entry(tables, code)
        return self.text(entry.label) if entry else code

    def item(self, name: str) -> str:
        """What is declared."""
        return self.text(self.policy.vocabulary.items[name].label)

    def document(self, kind: str) -> str:
        """A kind of paper."""
        return self.text(self.policy.vocabulary.documents[kind])

    def joined(self, words: Sequence[str], conjunction: str = "or") -> str:
        """`a, b ou c`."""
        *start, last = words
        return self.say(f"list.{conjunction}", start=", ".join(start), last=last) if start else last

    def passages(self, sources: Sequence[Json]) -> str:
        """Where it is written: each document once, with its sections and lines."""
        by_document: dict[str, list[str]] = {}
        for source in sources:
            first, last = source["lines"]
            key = "source.line" if first == last else "source.lines"
            place = self.say(key, section=source["section"], first=first, last=last)
            by_document.setdefault(source["document"], []).append(place)
        written = []
        for name, places in by_document.items():
            document = self.policy.documents[name]
            key = "source.document" if self.policy.year in document.governs else "source.presumed"
            title, year = self.text(document.title), self.policy.year
            written.append(self.say(key, title=title, places=", ".join(places), year=year))
        return self.say("source.separator").join(written)

    # --- tests --------------------------------------------------------------------------------------------------

    def test(self, test: Json, field: str, item: str | None = None) -> str:
        """What a test expects: `au plus tard le 4 février 2024`, `70 %`, `l’un de…`."""
        ((kind, asked),) = test.items()
        match kind:
            case "is":
                return self.joined([self.value(field, retyped(value), item) for value in asked])
            case "table":
                return self.say("test.table", title=self.text(self.policy.tables[asked].title))
            case "at_least" | "more_than":
                return self.say(f"test.{kind}", value=self.exact(asked))
            case "until" | "within" | "before" | "during":
                return self.span(kind, asked)
            case _:
                return self.say("test.stated")

    def span(self, kind: str, entry: Json) -> str:
        """What a test of dates expects."""
        if entry.get("open"):
            return self.say("test.open")
        first, last = (self.day(entry[end]) if end in entry else "" for end in ("from", "to"))
        if kind in ("within", "during") and first == last:
            return self.say("test.on", day=last)
        return self.say(f"test.{kind}", first=first, last=last)

    def tests(self, asked: Json, item: str | None = None) -> str:
        """All that is expected of one field."""
        expected = [self.test(test, asked["fields"][0], item) for test in telling(asked["tests"])]
        return self.joined(expected, "and")


def telling(tests: Sequence[Json]) -> list[Json]:
    """The tests worth saying: not the list that an enumeration narrows, nor the day that a span ends on."""
    kinds = {kind: asked for test in tests for kind, asked in test.items()}
    spare = {"table"} if "is" in kinds else set()
    spans = [kinds[kind]["to"] for kind in ("within", "during") if kind in kinds and "to" in kinds[kind]]
    if "until" in kinds and kinds["until"].get("to") in spans:
        spare.add("until")
    return [test for test in tests if not spare & set(test)]


def find_entry(tables: Sequence[Table], code: str) -> TableEntry | None:
    """The first entry that a code, alias or label names."""
    return next((entry for table in tables if (entry := table.find(code))), None)


def retyped(value: str) -> Anything:
    """A value of a test as the dossier types it: truth values are no text there."""
    return {"true": True, "false": False}.get(value, value)


def read_amount(told: Anything) -> Amount:
    """An amount as a record has it, settled or not."""
    least, most = (told["from"], told["to"]) if isinstance(told, dict) else (told, told)
    return Amount(Decimal(least), Decimal(most))
