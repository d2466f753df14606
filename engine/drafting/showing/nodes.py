"""A condition → what it asks, in plain words, with no dossier in sight: one titled part a node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from engine.asked import asks, entry, field_test, plain_test, sources
from engine.conditions import (
    All,
    Always,
    Any,
    Attribute,
    Day,
    Empty,
    Entry,
    Exempt,
    Fact,
    FieldTest,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    Silent,
    Source,
    Stated,
    Test,
    children,
)
from engine.policy import Field, Policy
from engine.telling.parts import Part
from engine.telling.phrases import Json, retyped, telling
from engine.telling.sentences import Sentences
from engine.words import Lang

Readings = tuple[tuple[str, str], ...]
Quote = Callable[[Source], tuple[str, ...]]
"""The lines of a passage, as its document writes them; none when the document is not at hand."""

DAY, CHANNEL, SWORN = "declared_on", "channel", "sworn"
"""The fields of a declaration that its sentence says by itself: when, how, and on one's honour."""

CHOICE = "choice"
"""The field that names an entry of a list: its label is quoted, for it may hold commas."""

LONGEST = 20
"""A passage of more lines is named and not quoted: those within it that say each rule are."""


def nothing(_: Source) -> tuple[str, ...]:
    """The words of no passage, where no document was given."""
    return ()


class Rules(Sentences):
    """Tells the rules of a linked policy, each beside the passages it comes from."""

    def __init__(self, policy: Policy, lang: Lang, quote: Quote = nothing) -> None:
        super().__init__(policy, lang)
        self.quote = quote
        self.quoted: set[Source] = set()

    def afresh(self) -> Rules:
        """The same, with no passage quoted yet: each is quoted once in what is read together."""
        self.quoted.clear()
        return self

    # --- nodes --------------------------------------------------------------------------------------------------

    def node(self, node: Node, inherited: tuple[Source, ...] = (), shaped: Readings = ()) -> Part:
        """What a condition asks, with all below it; what it shares with those above it is not said again."""
        own = "" if node.label is None else self.text(node.label)
        sentence = self.sentence(node)
        below = self._below(node, (*shaped, *node.readings))
        return Part(
            own or sentence[:1].upper() + sentence[1:],
            aside=sentence if own else "",
            parts=(*below, *self.origin_of(node.sources, node.readings, inherited, shaped)),
        )

    def _below(self, node: Node, shaped: Readings) -> Iterator[Part]:
        match node:
            case Exempt(when=when, require=require):
                yield Part(self.say("show.exempt_when"), parts=(self.node(when, node.sources, shaped),))
                yield Part(self.say("show.exempt_require"), parts=(self.node(require, node.sources, shaped),))
            case _:
                yield from (self.node(child, node.sources, shaped) for child in children(node))

    def sentence(self, node: Node) -> str:
        """What one node asks by itself."""
        match node:
            case All():
                return self.say("show.all")
            case Any():
                return self.say("show.any")
            case Not():
                return self.say("show.not")
            case Exempt():
                return self.say("show.exempt")
            case Always():
                return self.say("node.always")
            case Attribute(test=test):
                return self._field(test)
            case Fact():
                return self._fact_asked(node)
            case Rate():
                return self._rate_asked(node)
            case Empty(measure=measure):
                return self.say("show.empty", label=self.text(self.policy.vocabulary.measures[measure].label))
            case Record():
                return self._record_sentence(node)
            case Outcome(of=of):
                return self.say("show.outcome", name=self.claim(of))
            case Silent(question=question):
                return self.say("show.silent", question=self.text(question))

    # --- leaves -------------------------------------------------------------------------------------------------

    def _field(self, test: FieldTest, row: str = "", item: str | None = None) -> str:
        expected = self.expected(_asked(test), row, item)
        names = [self.row_field({"type": row}, name) for name in test.fields]
        if test.span:
            first, last = names
            return self.say("show.span", first=first, last=last, expected=expected)
        return self.say("missing.field", field=self.joined(names), expected=expected)

    def _fact_asked(self, node: Fact) -> str:
        field = self.policy.vocabulary.facts[node.fact]
        expected = self.joined([self._fact_expected(test, field) for test in node.tests], "and")
        sentence = self.say("missing.field", field=self.text(field.label), expected=expected)
        return self._in_time(sentence, node.closes, node.counts_from)

    def _fact_expected(self, test: Test, field: Field) -> str:
        """What is expected of an automated value; a whole number of something says of what."""
        match test:
            case Number(relation=relation, threshold=number) if field.unit and number.denominator == 1:
                return self.say(f"test.{relation}", value=self.counted(int(number), field.unit))
            case _:
                return self.fact_test(plain_test(test), field.name)

    def _rate_asked(self, node: Rate) -> str:
        measure = self.policy.vocabulary.measures[node.measure]
        sentence = self.say(
            "show.rate",
            label=self.text(measure.label),
            expected=self.threshold(asks(node)),
            numerator=self.text(measure.numerator.many),
            denominator=self.text(measure.denominator.many),
            zero=self.say(f"show.zero_{node.zero}"),
        )
        if node.during:
            sentence = self.say("show.with", act=sentence, details=self.days(node.during))
        return self._in_time(sentence, None, node.counts_from)

    def _in_time(self, sentence: str, closes: Entry | None, counts_from: Entry | None) -> str:
        """The sentence, with the day until which a value may still come, and that from which it is final."""
        if closes and closes.last:
            sentence = self.say("show.closes", act=sentence, day=self.day(closes.last.isoformat()))
        if counts_from and counts_from.last:
            sentence = self.say("show.counts_from", act=sentence, day=self.day(counts_from.last.isoformat()))
        return sentence

    def days(self, one: Entry) -> str:
        """The days of a calendar entry: `du 1er janvier 2023 au 31 décembre 2023`."""
        return self.span("within", entry(one) or {})

    # --- rows ---------------------------------------------------------------------------------------------------

    def _record_sentence(self, node: Record) -> str:
        """`Déclarer « X », du 11 décembre au 4 février (sur amelipro), en l’attestant sur l’honneur ; choix : …`."""
        spoken = {test.fields: test for test in node.where if node.row == "declaration" and not test.span}
        day, channel, sworn = (spoken.get((name,)) for name in (DAY, CHANNEL, SWORN))
        act = self._act(node)
        if day:
            act = self.say("show.any_day" if _open(day) else "show.on_days", act=act, days=self.expected(_asked(day)))
        if channel:
            act = self.say("show.through", act=act, channel=self.expected(_asked(channel)))
        if sworn:
            act = self.say("show.sworn", act=act)
        item = None if node.row == "document" else node.names[0]
        details = [self._field(test, node.row, item) for test in node.where if test not in (day, channel, sworn)]
        details += [self._same(one.mine, one.theirs, one.item) for one in node.same]
        if details:
            act = self.say("show.with", act=act, details=self.say("missing.separator").join(details))
        if node.filed:
            act = self.say("show.filed", act=act)
        return self._in_time(act, None if day else node.closes, node.counts_from)

    def _act(self, node: Record) -> str:
        """What the doctor, or for a prefill the Assurance Maladie, does."""
        earlier = self.say("node.earlier") if node.earlier else ""
        if node.row != "document":
            items = self.joined([self.item(name) for name in node.names])
            return self.say(f"show.{node.row}", item=items) + earlier
        kinds = self.joined([self.document(kind) for kind in node.names])
        if node.of is None:
            return self.say("show.paper", kinds=kinds) + earlier
        return self.say("show.document", kinds=kinds, item=self.item(node.of)) + earlier

    def expected(self, asked: Json, row: str = "", item: str | None = None) -> str:
        """All that is expected of a field, in a kind of row and for an item where it stands in one."""
        field = asked["fields"][0]
        return self.joined([self._one(test, field, row, item) for test in telling(asked["tests"])], "and")

    def _one(self, test: Json, field: str, row: str, item: str | None) -> str:
        match test:
            case {"is": values}:
                told = [self.row_value({"type": row, "name": item}, field, retyped(value)) for value in values]
                quoted = [self.say("row.quoted", text=one) for one in told]
                return self.joined(quoted if field == CHOICE else told)
            case _:
                return self.test(test, field, item)

    def _same(self, mine: str, theirs: str, item: str) -> str:
        expected = self.say("test.same", field=self.field(theirs), item=self.item(item))
        return self.say("missing.field", field=self.field(mine), expected=expected)

    # --- where it comes from ------------------------------------------------------------------------------------

    def origin_of(
        self,
        passages: tuple[Source, ...],
        readings: Readings = (),
        inherited: tuple[Source, ...] = (),
        shaped: Readings = (),
    ) -> Iterator[Part]:
        """The readings that shaped a rule, and the passages it comes from, unless said above already."""
        new = [
            self.say("show.under", name=name, option=option)
            for name, option in readings
            if (name, option) not in shaped
        ]
        if new:
            yield Part(self.say("show.taken", readings=self.joined(new, "and")), fine=True)
        if passages and passages != inherited:
            governs = any(self.policy.year in self.policy.documents[one.document].governs for one in passages)
            yield from self.passage_parts(passages, "view.source" if governs else "view.presumed")

    def passage_parts(self, passages: Iterable[Source], key: str = "view.source") -> Iterator[Part]:
        """Where it is written: in one line, or with its words, a passage a line."""
        told = list(passages)
        quoted = {source: self._lines(source) for source in told}
        unquoted = [source for source in told if not quoted[source]]
        for source in told:
            if quoted[source]:
                lines = tuple(Part(line, kind="quote") for line in quoted[source])
                yield Part(self._named(key, [source]), fine=True, parts=lines)
        if unquoted:
            yield Part(self._named(key, unquoted), fine=True)

    def _named(self, key: str, passages: Sequence[Source]) -> str:
        return self.say(key, passages=self.passages(sources(tuple(passages))))

    def _lines(self, source: Source) -> tuple[str, ...]:
        """The words of a passage, the first time it is told."""
        lines = tuple(line for line in self.quote(source) if line.strip())
        if source in self.quoted or len(lines) > LONGEST:
            return ()
        self.quoted.add(source)
        return lines


def _asked(test: FieldTest) -> Json:
    """The tests on a field as plain data; that it be given goes without saying where more is asked."""
    more = tuple(one for one in test.tests if not isinstance(one, Stated))
    return field_test(replace(test, tests=more or test.tests))


def _open(test: FieldTest) -> bool:
    """Whether a day is asked with no limit."""
    return any(isinstance(one, Day) and one.entry.is_open for one in test.tests)
