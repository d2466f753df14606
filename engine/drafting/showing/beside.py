"""What rules refer to, in plain words: the closed lists they read, and the contested readings that shaped them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.conditions import (
    Attribute,
    Empty,
    Fact,
    FieldTest,
    InTable,
    Node,
    Rate,
    Record,
    Table,
    TableEntry,
    Test,
    walk,
)
from engine.drafting.places import trees
from engine.drafting.showing.nodes import Rules
from engine.measuring.linking import Countings
from engine.policy import Option, Reading
from engine.telling.parts import Part

MOST_ENTRIES = 40
"""A longer list is counted, and not given in full."""


class Beside:
    """Tells the lists and readings of a policy, or of one indicator or component of it."""

    def __init__(self, rules: Rules, only: str | None, countings: Countings) -> None:
        self.rules, self.policy, self.say, self.text = rules, rules.policy, rules.say, rules.text
        self.only, self.countings = only, countings
        self.choices = {**self.policy.choices, **countings.choices}
        self.nodes = [node for tree in trees(self.policy) if only in (None, owner(tree)) for node in walk(tree)]

    def lists(self) -> Part:
        """The lists that the conditions read."""
        used = {table.id for node in self.nodes for table in self.tables_of(node)}
        tables = [table for name, table in sorted(self.policy.tables.items()) if name in used]
        return Part(self.say("show.lists"), parts=tuple(map(self.table, tables)))

    def tables_of(self, node: Node) -> Iterator[Table]:
        """The lists that a leaf tests against, or that give the choices of what it wants declared."""
        match node:
            case Attribute(test=FieldTest(tests=tests)) | Fact(tests=tests):
                yield from _tables(tests)
            case Record(row=row, names=items, where=where):
                yield from _tables(test for one in where for test in one.tests)
                if row != "document":
                    yield from (table for item in items for table in self.policy.vocabulary.items[item].choices)
            case _:
                pass

    def table(self, table: Table) -> Part:
        """One list: what it holds, and what the texts refuse."""
        accepted = [entry for entry in table.entries if not entry.refused]
        refused = [entry for entry in table.entries if entry.refused]
        lines = [Part(self.entries(accepted))] if accepted else []
        lines += [Part(self.say("show.refused", names=self.entries(refused)))] if refused else []
        return Part(
            self.text(table.title),
            aside=self.say("show.entries", count=len(accepted)),
            parts=(*lines, *self.rules.afresh().origin_of(table.sources)),
        )

    def entries(self, entries: list[TableEntry]) -> str:
        labels = [self.text(entry.label) for entry in entries[:MOST_ENTRIES]]
        listed = self.say("missing.separator").join(labels)
        left = len(entries) - len(labels)
        return self.say("show.more", names=listed, count=left) if left > 0 else listed

    def measures(self) -> set[str]:
        """The rates and facts that the conditions look at; or the one that is shown alone."""
        rates = {node.measure for node in self.nodes if isinstance(node, Rate | Empty)}
        facts = {node.fact for node in self.nodes if isinstance(node, Fact)}
        return rates | facts | {self.only or ""}

    def readings(self) -> Part:
        """The contested readings: all of them, or those that shaped what is shown alone."""
        known = {**self.policy.readings, **self.countings.readings}
        used = set(known) if self.only is None else set(self.shaping())
        kept = [known[name] for name in sorted(used)]
        return Part(self.say("show.contested"), parts=tuple(map(self.reading, kept)))

    def shaping(self) -> Iterator[str]:
        """The readings that shaped what is shown alone, its conditions and its weight."""
        yield from (name for node in self.nodes for name, _ in node.readings)
        counted = [one for one in self.countings.measures if one.id in self.measures()]
        yield from (name for one in counted for name, _ in one.readings)
        shaped = {one.id: one.readings for one in self.policy.indicators}
        shaped |= {one.id: one.readings for one in self.policy.components}
        yield from (name for name, _ in shaped.get(self.only or "", ()))

    def reading(self, reading: Reading) -> Part:
        """One question: its options, the one taken marked, who supports each, why the default is what it is."""
        self.rules.afresh()
        contradiction = self.say("view.reading_id", name=reading.id, contradiction=reading.contradiction)
        return Part(
            self.text(reading.question),
            aside=contradiction,
            parts=(
                *(self.option(reading, option) for option in reading.options.values()),
                Part(self.say("show.why", why=self.text(reading.why))),
            ),
        )

    def option(self, reading: Reading, option: Option) -> Part:
        notes = [self.say("show.default")] if option.name == reading.default else []
        notes += [self.say("show.not_computable")] if option.silent else []
        support = [
            Part(self.text(one.who), parts=tuple(self.rules.passage_parts(one.sources))) for one in option.support
        ]
        required = [
            Part(self.say("show.requires", reading=self.say("show.under", name=name, option=needed)))
            for name, needed in option.require.items()
        ]
        return Part(
            self.say("show.option", name=option.name, says=self.text(option.says)),
            "met" if self.choices[reading.id] == option.name else "none",
            ", ".join(notes),
            parts=(*support, *required),
        )


def owner(node: Node) -> str:
    """Whose condition it is: its name begins with that of its indicator or component."""
    return node.at.partition("#")[0]


def _tables(tests: Iterable[Test]) -> Iterator[Table]:
    yield from (test.table for test in tests if isinstance(test, InTable))
