"""A complete notice → the letter that notifies it, as titled sections: ready for a screen or a page."""

from __future__ import annotations

from collections.abc import Iterator, Set
from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from engine.amount import ZERO
from engine.control.exchange_told import finding_part, said_parts
from engine.control.limitation import Basis, Limit, bases
from engine.control.notice import Notice
from engine.control.payments import paid
from engine.control.recovery import POINTS
from engine.control.redeciding import bearing
from engine.control.redeciding_told import payment_told
from engine.dispute.pricing import flips
from engine.telling.contested import contested_in_letter, one_reading_in_letter
from engine.telling.legal import cited, legal_text
from engine.telling.letter import Writer
from engine.telling.letter_parts import Block, Grid, Items, Letter, Line, Section, Text
from engine.telling.owed import owed
from engine.telling.parts import Part
from engine.telling.phrases import Json
from engine.words import Lang


def notice_letter(notice: Notice, basis: Basis, lang: Lang) -> Letter:
    """The letter of a notice that lacks nothing, under the basis chosen."""
    return _NoticeWriter(notice, basis, lang).whole()


class _NoticeWriter(Writer):
    def __init__(self, notice: Notice, basis: Basis, lang: Lang) -> None:
        after = notice.redecision.after
        super().__init__(notice.redecision.record, after.dossier, after.policy, lang)
        self.notice, self.basis = notice, basis
        self.redecision, self.account, self.until = notice.redecision, notice.account, notice.dated
        self.sum = self.euros(str(self.account.owed or ZERO))
        self.head = notice.letterhead

    def whole(self) -> Letter:
        title, say = self.text(self.policy.title), self.say
        subject = say("notice.subject", title=title, euros=self.sum)
        opened = self.day(self.redecision.case.opening.opened_on.isoformat())
        signatory = self.notice.signatory
        sections = [
            Section(say("notice.claimed"), tuple(self.claimed())),
            Section(say("notice.cause"), tuple(self.cause())),
            Section(say("notice.payments" if self.notice.sure else "notice.payments_all"), tuple(self.paid())),
            Section(say("notice.readings"), tuple(self.readings())),
            Section(say("notice.basis"), tuple(self.lapsing())),
            Section(say("notice.answer"), tuple(self.answering())),
            Section(self.titles["remedies"], tuple(self.remedies())),
            Section(say("letter.processing"), tuple(self.processing())),
        ]
        return Letter(
            lang=self.lang,
            day=self.until.isoformat(),
            author=self.caisse,
            title=subject,
            sender=(self.caisse, *(self.head.address or (self.todo("address"),))),
            recipient=(
                self.name,
                say("letter.number", number=self.dossier.doctor),
                *(self.notice.address or (self.todo("doctor_address"),)),
            ),
            place=say("notice.place", place=self.head.place or self.todo_own("place"), day=self.on(self.until)),
            about=(
                self.labelled("reference", say("notice.reference", number=self.dossier.doctor, day=opened)),
                self.labelled("sending", self.head.sending or self.todo("sending")),
                self.labelled("subject", subject),
            ),
            opening=(
                say("letter.greeting"),
                say("notice.opening", title=title, opened=opened, euros=self.sum),
                cited(self.basis.notice, self.lang),
            ),
            sections=tuple(self.numbered(sections)),
            closing=(self.labelled("contact", self.head.contact or self.todo("contact")), say("letter.closing")),
            signature=(
                say("letter.signed", caisse=self.caisse),
                signatory.name or "",
                signatory.capacity or "",
            ),
            notes=tuple(self.small_print()),
            footer=say("letter.footer"),
        )

    def todo_own(self, what: str) -> str:
        return self.say("letter.todo", what=self.say(f"notice.todo_{what}"))

    def on(self, day: object) -> str:
        return self.day(str(day))

    # --- what is claimed ----------------------------------------------------------------------------------------

    def claimed(self) -> Iterator[Block]:
        """Nature and amount, and the computation before and after, line by line."""
        value = self.euros(str(self.policy.point_value))
        yield Text(self.say(f"notice.nature_{self.nature()}", title=self.text(self.policy.title), value=value))
        yield Text(self.say("notice.amount", euros=self.sum))
        before, after = self.redecision.before.as_of, self.redecision.after.as_of
        yield Text(self.say("notice.computed", before=self.on(before), after=self.on(after)))
        head = tuple(self.say(f"notice.{key}") for key in ("line", "was", "now", "gap"))
        rows = [(self.text(line.title), line.before.most, line.after.most) for line in self.account.moved]
        same = sum((line.after.most for line in self.account.lines if line.before == line.after), ZERO)
        rows.append((self.say("notice.unmoved"), same, same))
        rows.append((self.say("notice.total"), self.account.before.most, self.account.after.most))
        yield Grid(head, tuple(self.row_of(*row) for row in rows), amounts=3, total=True)
        yield from self.closed()

    def nature(self) -> Literal["points", "beside", "both"]:
        """What the lines that moved are paid in."""
        points = {line.under == POINTS for line in self.account.moved}
        return "both" if len(points) > 1 else "points" if True in points else "beside"

    def row_of(self, title: str, was: Decimal, now: Decimal) -> tuple[str, ...]:
        return (title, *(self.euros(str(amount)) for amount in (was, now, was - now)))

    def closed(self) -> Iterator[Block]:
        """What is no longer paid though its own conditions hold, and where that is written; what was learnt since."""
        closed = {line.id for line in self.account.moved if line.cause == "closed"}
        if closed:
            yield Text(self.say("notice.closed"))
        parts = [*self.record["volets"], *self.record["components"]]
        held = {one["volet"] for one in self.record["indicators"] if one["id"] in closed} | closed
        for one in parts:
            if one["id"] in held and one["gate"] and one["gate"]["sources"]:
                yield Text(self.say("view.source", passages=self.passages(one["gate"]["sources"])), fine=True)
        if any(line.cause == "learnt" for line in self.account.moved):
            yield Text(self.say("notice.learnt"))

    # --- the cause ----------------------------------------------------------------------------------------------

    def cause(self) -> Iterator[Block]:
        """Each finding with the papers and the exchange; what came of it; what the doctor said of anything else."""
        for one in self.notice.causes:
            part = finding_part(self, one, [self.claim(name) for name in bearing(self.redecision, one.finding)])
            title = self.say("letter.labelled", label=part.text, text=part.aside)
            yield Section(title, (Items("", tuple(self.flat(part.parts))),))
        for flipped in self.flipped():
            title = self.say("notice.consequence", title=self.claim(flipped["id"]))
            yield Section(title, tuple(self.consequence(flipped)))
        if words := self.notice.other_words:
            yield Section(self.say("redecide.other_words"), (Items("", tuple(self.flat(said_parts(self, words)))),))
        yield Text(cited("burden", self.lang))

    def flipped(self) -> Iterator[Json]:
        """What comes out otherwise by the findings, where it moved a line: its own, or that of its volet."""
        moved = {line.id for line in self.account.moved}
        other = flips(self.redecision.unfound, self.redecision.after)
        for one in [*self.record["indicators"], *self.record["components"]]:
            if one["id"] in other and moved & {one["id"], one.get("volet")}:
                yield one

    def consequence(self, one: Json) -> Iterator[Block]:
        """What was found of a part that comes out otherwise, and the passages of its rule."""
        yield Text(self.labelled("outcome", self.why(one)))
        found = without(self.told[one["id"]], self.lacking(one) | self.findings_said()).parts
        yield from self.items("found", [part for part in found if not part.fine])
        for part in found:
            if part.fine:
                yield Text(part.text, fine=True)

    def findings_said(self) -> set[str]:
        """How the explanation tells the findings of the case, which the letter tells in full, once."""
        return {self.row(row.plain()) for row in self.dossier.rows if row.type == "finding"}

    # --- payments, readings, basis ------------------------------------------------------------------------------

    def paid(self) -> Iterator[Block]:
        head = tuple(self.say(f"notice.{key}") for key in ("paid_on", "paid_under", "paid_amount"))
        payments, claimed = self.notice.payments, self.notice.claimed
        rows = [(self.on(one.day), one.reference, self.euros(str(one.amount))) for one in claimed]
        total = (self.say("notice.total"), "", self.euros(str(paid(claimed))))
        yield Grid(head, (*rows, total), amounts=1, total=True)
        if paid(claimed) != self.account.owed:
            yield Text(self.say("notice.of_which", euros=self.sum))
        others = [Line(payment_told(self, one)) for one in payments if one not in claimed]
        if others:
            yield Items(self.say("notice.not_claimed"), tuple(others))
        yield Text(self.say("notice.reconciled", euros=self.euros(str(paid(payments)))))

    def readings(self) -> Iterator[Block]:
        """The reading applied to papers not produced, then the others under which something else would be paid."""
        named = [name for name, _ in self.policy.findings_readings]
        unproduced = any(one.outcome == "not_produced" for one in self.redecision.findings)
        told = named if unproduced else []
        for name in told:
            yield from self.listed(one_reading_in_letter(self, self.record, name))
        others = [one for one in self.record["contested"] if one["reading"] not in told and self.moves(one)]
        parts = contested_in_letter(self, {**self.record, "contested": others}, self.at_issue())
        if parts:
            yield Text(self.say("notice.contested_intro"))
            yield Items("", tuple(self.flat(parts)))
        elif not told:
            yield Text(self.say("notice.uncontested"))

    def moves(self, other: Json) -> bool:
        """Whether another reading pays something else of what is claimed: the points, or a component that moved."""
        moved = {line.id for line in self.account.moved}
        beside = {one["id"]: one["euros"]["paid"] for one in self.record["components"] if one["id"] in moved}
        paid = {name: euros for name, euros in other["components"].items() if name in beside}
        return (other["euros"]["paid"], paid) != (self.record["euros"]["paid"], beside)

    def at_issue(self) -> Json:
        """What the sums claimed hang on in the record: what moved by itself, and the gates of what they closed."""
        moved = self.account.moved
        own = {line.id for line in moved if line.cause != "closed"}
        closed = {line.id for line in moved if line.cause == "closed"}
        indicators, components = self.record["indicators"], self.record["components"]
        gates = own | closed | {one["volet"] for one in indicators if one["id"] in closed}
        return {
            **self.record,
            "indicators": [one for one in indicators if own & {one["id"], one["volet"]}],
            "components": [one for one in components if one["id"] in own],
            "volets": [one for one in self.record["volets"] if one["id"] in gates],
        }

    def listed(self, part: Part) -> Iterator[Block]:
        yield Text(part.text)
        yield Items("", tuple(self.flat(part.parts)))

    def lapsing(self) -> Iterator[Block]:
        """The basis chosen; the last day to claim each payment back, under it and, told apart, under the others."""
        yield Text(cited(self.basis.name, self.lang))
        if self.basis.establish:
            yield Text(self.say("notice.established", how=self.notice.established))
        others = [one for one in bases().values() if one != self.basis and not one.establish]
        shown = [self.basis, *others]
        head = (self.say("notice.paid_on"), *(self.named(one) for one in shown))
        limits = [self.notice.limits(one) for one in shown]
        rows = [
            (self.on(payment.day), *(self.on(of_basis[index].last) for of_basis in limits))
            for index, payment in enumerate(self.notice.claimed)
        ]
        yield Text(self.say("notice.last_days"))
        yield Grid(head, tuple(rows))
        yield from self.interruptions(limits[0])
        yield Text(cited("counting", self.lang), fine=True)
        label = legal_text(self.basis.name, self.lang, "label")
        yield Text(self.say("notice.others", label=label), fine=True)

    def named(self, basis: Basis) -> str:
        """A basis by its label, with the delay it sets."""
        label, lapse = (legal_text(basis.name, self.lang, part) for part in ("label", "lapse"))
        return self.say("notice.basis_label", label=label, lapse=lapse)

    def interruptions(self, limits: tuple[Limit, ...]) -> Iterator[Block]:
        """The letters that started the delay again under the basis chosen."""
        letters = dict.fromkeys(letter for one in limits for letter in one.letters)
        lines = [Line(self.say("notice.interrupted", letter=one.number, day=self.on(one.sent_on))) for one in letters]
        if lines:
            label = legal_text(self.basis.name, self.lang, "label")
            yield Items(self.say("notice.interruptions", label=label), tuple(lines))

    # --- delay, remedies, processing ----------------------------------------------------------------------------

    def answering(self) -> Iterator[Block]:
        """What is asked and what follows under the basis chosen; the caisse’s own time where the law sets none."""
        for name in self.basis.answer:
            yield Text(cited(name, self.lang))
        if not self.basis.time_set:
            within = self.head.answer or self.todo_own("answer")
            yield Text(self.say("notice.answer_within", within=within))

    def remedies(self) -> Iterator[Block]:
        yield Text(cited("cra", self.lang))
        yield Text(self.labelled("where_cra", self.head.cra or self.todo("cra")))
        yield Text(cited("silence", self.lang))
        yield Text(cited("court", self.lang))
        yield Text(self.labelled("where_court", self.head.court or self.todo("court")))

    def processing(self) -> Iterator[Block]:
        """The four elements that article R.311-3-1-2 of the CRPA owes, weights and days in one line each."""
        contribution, _, parameters, operations = owed(self, self.record, self.dossier, ("found", "signed"))
        yield Text(cited("algorithm", self.lang))
        yield Items(contribution.text, tuple(self.flat(contribution.parts)))
        yield Items(self.say("crpa.data"), tuple(self.origins()))
        told = [part.text for part in parameters.parts]
        weights, days = 1 + len(self.record["volets"]), len(told) - len(self.policy.calendar)
        lines = [*told[:weights], " ".join(told[weights:days]), " ".join(told[days:])]
        yield Items(parameters.text, tuple(Line(line) for line in lines if line))
        yield Items(operations.text, tuple(self.flat(operations.parts)))

    def small_print(self) -> Iterator[str]:
        """What the signatory must complete, and have verified, before sending."""
        head = self.head
        given = [head.address, head.place, head.contact, head.cra, head.court, head.sending, self.notice.address]
        if not all(given if self.basis.time_set else [*given, head.answer]):
            yield self.say("letter.note_draft")
        yield self.say("letter.note_verify")


def without(part: Part, texts: Set[str]) -> Part:
    """A part without the lines below it that say one of these."""
    return replace(part, parts=tuple(without(one, texts) for one in part.parts if one.text not in texts))
