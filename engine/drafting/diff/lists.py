"""What rules refer to, compared between two policies: the calendar, the lists, the readings, the vocabulary."""

from __future__ import annotations

from typing import Any as Anything

from engine.asked import entry
from engine.conditions import Entry, Table, TableEntry, Text
from engine.drafting.diff.differing import Aspect, Plain, Subject
from engine.drafting.diff.parts import NOTHING, Said, Sources, Telling, either, matched
from engine.policy import Option, Reading
from engine.text import decimal_text

CALENDAR = Subject("calendar", "calendar")
VOCABULARY = ("fields", "measures", "facts", "items", "documents")


class Lists(Telling):
    """Compares everything that conditions name."""

    def compare(self) -> None:
        """The calendar, the tables, the readings and the vocabulary."""
        for entries in matched(self.one.calendar, self.other.calendar):
            self.entry(*entries)
        for tables in matched(self.one.tables, self.other.tables):
            self.table(*tables)
        for readings in matched(self.one.readings, self.other.readings):
            self.reading(*readings)
        for part in VOCABULARY:
            for name, *pair in _names(getattr(self.one.vocabulary, part), getattr(self.other.vocabulary, part)):
                self.name(Subject("vocabulary", part), name, *pair)

    def entry(self, was: Entry | None, now: Entry | None) -> None:
        """The days of an entry. One that has the same days in its own year merely follows the year."""
        known = either(was, now)
        aspect: Aspect = "shifted" if was and now and self.follows(was, now) else "days"
        sides = ((entry(one), one.sources) if one else NOTHING for one in (was, now))
        self.differ(CALENDAR, aspect, *sides, at=known.name, label=known.label)
        if was and now and was.label and now.label:
            self.named(CALENDAR, known.name, (was.label, was.sources), (now.label, now.sources))

    def follows(self, was: Entry, now: Entry) -> bool:
        """Whether an entry has the same days, each counted in its own policy's year."""
        years = self.found.years
        return years != 0 and all(
            one and other and (one.year + years, one.month, one.day) == (other.year, other.month, other.day)
            for one, other in ((was.first, now.first), (was.last, now.last))
        )

    # --- closed lists -------------------------------------------------------------------------------------------

    def table(self, was: Table | None, now: Table | None) -> None:
        """A list that comes or goes; or its entries."""
        known = either(was, now)
        subject = Subject("table", known.id)
        if was is None or now is None:
            sides: tuple[Said, Said] = (_size(was), _size(now))
            self.differ(subject, "table", *sides, label=known.title)
            return
        self.named(subject, subject.id, (was.title, was.sources), (now.title, now.sources))
        ones, others = ({line.code: line for line in table.entries} for table in (was, now))
        for lines in matched(ones, others):
            self.line(subject, *lines, (was.sources, now.sources))

    def line(
        self, subject: Subject, was: TableEntry | None, now: TableEntry | None, above: tuple[Sources, Sources]
    ) -> None:
        """An entry that comes, goes, or is refused where it was accepted; its aliases."""
        known = either(was, now)
        at, pair = f"{subject.id}.{known.code}", ((was, above[0]), (now, above[1]))
        aspect: Aspect = "refused" if was and now else "entry"
        accepted = (
            ("refused" if line.refused else "accepted", line.sources or sources) if line else NOTHING
            for line, sources in pair
        )
        self.differ(subject, aspect, *accepted, at=at, label=known.label)
        if was and now:
            self.named(subject, at, (was.label, was.sources), (now.label, now.sources))
            aliases = ((list(line.aliases), line.sources) for line in (was, now))
            self.differ(subject, "aliases", *aliases, at=at, label=known.label)

    # --- readings -----------------------------------------------------------------------------------------------

    def reading(self, was: Reading | None, now: Reading | None) -> None:
        """A question that comes or goes; or its default and its options."""
        known = either(was, now)
        subject = Subject("reading", known.id)
        if was is None or now is None:
            sides = ((one.default, _supported(one.options[one.default])) if one else NOTHING for one in (was, now))
            self.differ(subject, "reading", *sides, label=known.question)
            return
        self.named(subject, subject.id, (was.question, ()), (now.question, ()))
        defaults = ((one.default, _supported(one.options[one.default])) for one in (was, now))
        self.differ(subject, "default", *defaults)
        for options in matched(was.options, now.options):
            self.option(subject, *options)

    def option(self, subject: Subject, was: Option | None, now: Option | None) -> None:
        """An answer that comes or goes; or what it requires, and its bounds where it cannot be computed."""
        known = either(was, now)
        at = f"{subject.id}.{known.name}"
        sides = ((one.name, _supported(one)) if one else NOTHING for one in (was, now))
        self.differ(subject, "option", *sides, at=at, label=known.says)
        if was and now:
            self.named(subject, at, (was.says, _supported(was)), (now.says, _supported(now)))
            needs = ((dict(one.require) or None, _supported(one)) for one in (was, now))
            self.differ(subject, "require", *needs, at=at, label=known.says)
            self.differ(subject, "bounds", _bounds(was), _bounds(now), at=at, label=known.says)

    # --- vocabulary ---------------------------------------------------------------------------------------------

    def name(self, subject: Subject, name: str, was: Anything, now: Anything) -> None:
        """A name that a dossier may use: one that comes or goes; or its type, its values, what it allows."""
        known = either(was, now)
        label: Text = known if isinstance(known, Text) else known.label
        if was is None or now is None:
            sides = ((name, ()) if one else NOTHING for one in (was, now))
            self.differ(subject, "name", *sides, at=name, label=label)
            return
        before, after = _described(was), _described(now)
        for aspect in dict.fromkeys((*before, *after)):
            self.differ(subject, aspect, (before.get(aspect), ()), (after.get(aspect), ()), at=name, label=label)


def _names(ones: Anything, others: Anything) -> list[tuple[str, Anything, Anything]]:
    names = dict.fromkeys((*others, *ones))
    return [(name, ones.get(name), others.get(name)) for name in names]


def _described(named: Anything) -> dict[Aspect, Plain]:
    """What matters of a name of the vocabulary, its labels apart."""
    found: dict[Aspect, Plain] = {}
    if hasattr(named, "type"):
        found["type"] = named.type
        found["choices"] = [named.table.id] if named.table else sorted(named.values) or None
    if hasattr(named, "above_one"):
        found["above_one"] = named.above_one
        found["exclusions"] = sorted(named.exclusions) or None
    if hasattr(named, "choices"):
        found["choices"] = [table.id for table in named.choices] or None
    return found


def _size(table: Table | None) -> Said:
    return (len(table.entries), table.sources) if table else NOTHING


def _supported(option: Option) -> Sources:
    return tuple(source for support in option.support for source in support.sources)


def _bounds(option: Option) -> Said:
    if option.silent is None:
        return NOTHING
    least, most = option.silent.bounds
    bounds = {option.silent.unit: [decimal_text(least), None if most is None else decimal_text(most)]}
    return bounds, _supported(option)
