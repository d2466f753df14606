"""The sheet of a control in words: titled parts, for a screen, a page or a paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from engine.asked import sources
from engine.control.sheet import Asked, Sheet
from engine.control.stakes import Loss
from engine.dossier import Row
from engine.observation import Grade
from engine.policy import Paper
from engine.telling.contested import contradicted, one_reading
from engine.telling.parts import Explanation, Part, each_line
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences
from engine.words import Lang

SITUATION = ("specialty", "status", "sector", "caisse")
RECEIVED = ("issuer", "issued_on", "received_on", "status")
LISTED = {"is", "table", "stated"}
"""The tests of which the value found says enough."""
PREFILLED: Grade = "prefilled"


def told(sheet: Sheet, record: Json, answer_by: date | None, lang: Lang) -> Explanation:
    """The sheet, ready to be drawn; `record` is the decision's, `answer_by` the day given to the doctor to answer."""
    return _Teller(sheet, record, answer_by, lang).whole()


class _Teller(Sentences):
    def __init__(self, sheet: Sheet, record: Json, answer_by: date | None, lang: Lang) -> None:
        super().__init__(sheet.decision.policy, lang)
        self.sheet, self.record, self.answer_by = sheet, record, answer_by
        self.decision, self.dossier = sheet.decision, sheet.decision.dossier

    def whole(self) -> Explanation:
        asked = [*self.common(), *(self.asked(one) for one in self.sheet.asked)]
        sections = [
            Part(self.say("control_sheet.to_ask"), parts=tuple(asked))
            if asked
            else Part(self.say("control_sheet.nothing")),
            *self.idle(),
            *contradicted(self, self.record),
            *([self.delays()] if asked else []),
            *self.readings(),
        ]
        return Explanation(
            title=self.say("control_sheet.title", title=self.text(self.policy.title)),
            intro=tuple(self.intro()),
            totals=tuple(self.totals()),
            sections=tuple(sections),
        )

    def intro(self) -> Iterator[str]:
        name = self.dossier.name or self.say("view.unnamed")
        yield self.say("view.doctor", name=name, number=self.dossier.doctor)
        known = [self.value(key, self.dossier.fields[key]) for key in SITUATION if key in self.dossier.fields]
        if known:
            yield ", ".join(known)
        yield self.say("view.as_of", day=self.day(self.decision.as_of.isoformat()))
        yield self.say("control_sheet.policy", digest=self.policy.digest)

    def totals(self) -> Iterator[tuple[str, str, str]]:
        paid, together = self.decision.paid.least, self.sheet.stakes.together
        yield self.say("view.paid"), self.points(paid), self.euros(str(paid * self.policy.point_value))
        for one in self.decision.components:
            if one.paid.least:
                title = self.say("view.beside", title=self.text(one.component.title))
                yield title, "", self.euros(str(one.paid.least))
        yield self.say("control_sheet.together"), self.points(together.points), self.euros(str(together.euros))

    def points(self, value: object) -> str:
        return self.amount(str(value), "points")

    # --- item by item -------------------------------------------------------------------------------------------

    def common(self) -> Iterator[Part]:
        """The papers that prove every item, told once."""
        if self.sheet.common:
            papers = tuple(self.paper(paper) for paper in self.sheet.common)
            kept = Part(self.say("control_sheet.kept"), parts=papers)
            yield Part(self.say("control_sheet.common"), kind="title", parts=(kept,))

    def idle(self) -> Iterator[Part]:
        """The items on which nothing hangs."""
        if self.sheet.idle:
            items = each_line(self.item(item) for item in self.sheet.idle)
            yield Part(self.say("control_sheet.no_stake"), parts=items)

    def asked(self, one: Asked) -> Part:
        stake = one.stake
        proofs = list(self.proofs(one))
        parts = [
            self.at_stake(stake.loss),
            *([Part(self.say("control_sheet.on_what"), parts=tuple(proofs))] if proofs else []),
            *self.papers(one, sent=True),
            *self.papers(one, sent=False),
            *self.checks(one),
            *self.sources(one),
        ]
        aside = self.say(f"grade.{stake.grade}")
        return Part(self.item(stake.item), aside=aside, kind="title", parts=tuple(parts))

    def at_stake(self, loss: Loss) -> Part:
        """What the item brings alone, and with all that falls with it."""
        alone = self.say(
            "control_sheet.alone", points=self.points(loss.points_alone), euros=self.euros(str(loss.euros_alone))
        )
        whole = self.say("control_sheet.cascade", points=self.points(loss.points), euros=self.euros(str(loss.euros)))
        lines = [alone] if loss.euros == loss.euros_alone else [alone, whole]
        return Part(self.say("control_sheet.stake"), parts=each_line(lines))

    def proofs(self, one: Asked) -> Iterator[Part]:
        """What is on file, but for papers, which are told where it is said that they were received."""
        rows = [proof.row for proof in one.proofs if proof.row["type"] != "document"]
        yield from each_line(dict.fromkeys(self.row(row) for row in rows))

    def papers(self, one: Asked, *, sent: bool) -> Iterator[Part]:
        """The papers that were to be sent, and whether they came; or those that were to be kept."""
        wanted = [paper for paper in one.papers if paper.sent is sent]
        if not wanted:
            return
        if sent and one.stake.grade == PREFILLED:
            yield Part(self.say("control_sheet.prefilled"))
            return
        parts = [self.paper(paper) for paper in wanted]
        if sent:
            parts += self.received(one.on_file)
        yield Part(self.say("control_sheet.sent" if sent else "control_sheet.kept"), parts=tuple(parts))

    def paper(self, paper: Paper) -> Part:
        shown = self.say("control_sheet.shows", fields=", ".join(self.field(name) for name in paper.shows))
        if paper.sources:
            origin = self.say("view.source", passages=self.passages(sources(paper.sources)))
        else:
            origin = self.say("control_sheet.unnamed")
        kinds = self.joined([self.document(kind) for kind in paper.kinds])
        return Part(kinds, parts=(Part(shown), Part(origin, fine=True)))

    def received(self, rows: Sequence[Row]) -> Iterator[Part]:
        if not rows:
            yield Part(self.say("control_sheet.not_received"))
        for row in rows:
            yield Part(self.say("control_sheet.received", row=self.row(row.plain(), RECEIVED)))

    def checks(self, one: Asked) -> Iterator[Part]:
        """What the papers have to establish: what each field that was tested holds, once."""
        told = dict.fromkeys(self.checked(check, proof.row) for proof in one.proofs for check in proof.checks)
        lines = [line for line in told if not any(other.startswith(f"{line} ") for other in told)]
        if lines:
            yield Part(self.say("control_sheet.to_check"), parts=each_line(lines))

    def checked(self, check: Json, row: Json) -> str:
        """What a field holds, and within which bounds it had to be."""
        field, found = self.field(check["field"]), self.value(check["field"], check["found"], row["name"])
        plain = self.say("row.field", field=field, found=found)
        bounds = [test for test in check["asks"].get("tests", ()) if not LISTED & set(test)]
        if not bounds:
            return plain
        expected = self.tests({**check["asks"], "tests": bounds}, row["name"])
        return self.say("control_sheet.checked", said=plain, expected=expected)

    def sources(self, one: Asked) -> Iterator[Part]:
        """Where the conditions are written, presumed ones apart."""
        for key, presumed in (("view.source", False), ("view.presumed", True)):
            leaves = [proof.leaf for proof in one.proofs if proof.leaf.presumed is presumed]
            passages = {str(each): each for leaf in leaves for each in sources(leaf.sources)}
            if passages:
                yield Part(self.say(key, passages=self.passages(list(passages.values()))), fine=True)

    def readings(self) -> Iterator[Part]:
        """The readings that shaped what these items were granted by, with what the others would pay."""
        taken = [pair for one in self.sheet.asked for proof in one.proofs for pair in proof.leaf.readings]
        told = [one_reading(self, self.record, name) for name in dict.fromkeys(name for name, _ in taken)]
        if told:
            yield Part(self.say("control_sheet.readings"), parts=tuple(told))

    # --- delays -------------------------------------------------------------------------------------------------

    def delays(self) -> Part:
        lines = [self.answer(), *(self.entry(one.name) for one in self.sheet.days), *self.unproduced()]
        return Part(self.say("control_sheet.delays"), parts=each_line(lines))

    def answer(self) -> str:
        if self.answer_by is None:
            return self.say("control_sheet.answer_unset")
        return self.say("control_sheet.answer_by", day=self.day(self.answer_by.isoformat()))

    def entry(self, name: str) -> str:
        one = self.policy.calendar[name]
        first, last = (self.day(day.isoformat()) if day else "" for day in (one.first, one.last))
        label = self.text(one.label) if one.label else one.name
        key = "open" if one.is_open else "day" if first == last else "span"
        return self.say(f"crpa.{key}", label=label, first=first, last=last)

    def unproduced(self) -> Iterator[str]:
        """What becomes of the points of what is asked for and not produced: a reading."""
        for name, option in self.policy.findings_readings:
            reading = self.policy.readings[name]
            says = self.text(reading.options[option].says)
            yield self.say(
                "control_sheet.unproduced", question=self.text(reading.question), says=says, name=name, option=option
            )
