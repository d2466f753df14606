"""A redecision in words: what was overpaid or is still due, what changed it, the findings and the exchange."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any as Anything

from engine.amount import Amount
from engine.control.exchange import exchanges, other_words
from engine.control.exchange_told import finding_part, said_parts
from engine.control.limitation import Basis, Letter, bases, limit, registered_letters
from engine.control.payments import Payment, paid
from engine.control.recovery import Account, Cause, Line, account
from engine.control.redeciding import Redecision, bearing
from engine.decision import Decision
from engine.record import Json, amount
from engine.telling.comparison import differences, totals
from engine.telling.contested import contested, one_reading
from engine.telling.legal import legal_text
from engine.telling.parts import Explanation, Part
from engine.telling.sentences import Sentences
from engine.words import Lang

CAUSES: tuple[Cause, ...] = ("found", "closed", "learnt")


def redecision_told(redecision: Redecision, payments: Sequence[Payment] | None, lang: Lang) -> Explanation:
    """Both decisions side by side; `payments` are those of the doctor, where they were given."""
    return _Told(redecision, payments, lang).whole()


class _Told(Sentences):
    def __init__(self, redecision: Redecision, payments: Sequence[Payment] | None, lang: Lang) -> None:
        super().__init__(redecision.after.policy, lang, brief=True)
        self.redecision, self.payments, self.account = redecision, payments, account(redecision)
        self.case, self.before, self.after = redecision.case, redecision.before, redecision.after
        self.until = self.after.as_of
        self.exchanged = exchanges(self.case, self.until)
        self.record = redecision.record

    def whole(self) -> Explanation:
        was, now = (self.say(f"redecide.{key}") for key in ("was", "now"))
        name = self.after.dossier.name or self.say("view.unnamed")
        return Explanation(
            title=self.say("redecide.title"),
            intro=(
                self.text(self.policy.title),
                self.say("view.doctor", name=name, number=self.after.dossier.doctor),
                self.say("redecide.opened", day=self.day(self.case.opening.opened_on.isoformat())),
                self.say("redecide.days", before=self.on(self.before), after=self.on(self.after)),
            ),
            totals=totals(self, self.before, self.after, was, now),
            sections=tuple(self.sections()),
        )

    def sections(self) -> Iterator[Part]:
        yield self.due()
        if self.payments is not None:
            yield self.paid(self.payments)
            yield self.lapsing(self.payments)
        yield from self.changes()
        yield self.findings()
        if words := other_words(self.case, self.until, self.exchanged):
            yield Part(self.say("redecide.other_words"), parts=tuple(said_parts(self, words)))
        yield from self.readings()

    def on(self, decision: Decision) -> str:
        return self.day(decision.as_of.isoformat())

    # --- euros --------------------------------------------------------------------------------------------------

    def due(self) -> Part:
        """What was paid and is not due, or the reverse, with every line that moved, by what moved it."""
        groups = [self.moved(cause) for cause in CAUSES]
        return Part(owed_told(self, self.account), parts=tuple(part for part in groups if part))

    def moved(self, cause: Cause) -> Part | None:
        lines = [line for line in self.account.moved if line.cause == cause]
        if not lines:
            return None
        parts = tuple(Part(self.text(line.title), aside=change_told(self, line)) for line in lines)
        return Part(self.say(f"redecide.cause_{cause}"), parts=parts)

    def paid(self, payments: Sequence[Payment]) -> Part:
        """The payments, and whether they come to what the decision before pays."""
        parts = [Part(payment_told(self, one)) for one in payments]
        sum_, before = paid(payments), self.account.before
        details = {"paid": self.euros(str(sum_)), "decided": self.amount(amount(before), "euros")}
        key = "reconciled" if before == Amount.of(sum_) else "not_reconciled"
        return Part(self.say("redecide.payments"), parts=(*parts, Part(self.say(f"redecide.{key}", **details))))

    def lapsing(self, payments: Sequence[Payment]) -> Part:
        """The last day to claim each payment back, under each basis that rests on nothing to establish."""
        letters = registered_letters(self.case, self.until)
        parts = []
        for basis in (one for one in bases().values() if not one.establish):
            text = self.say("redecide.basis", name=basis.name, label=legal_text(basis.name, self.lang, "label"))
            lines = []
            for one in payments:
                found = limit(basis, one.day, letters)
                told = self.say("redecide.last_day", day=self.day(found.plain.isoformat()))
                since = tuple(self.interruptions(basis, one.day, found.letters))
                lines.append(Part(payment_told(self, one), aside=told, parts=since))
            parts.append(Part(text, parts=tuple(lines)))
        parts.append(Part(self.say("redecide.to_verify"), fine=True))
        return Part(self.say("redecide.limitation"), parts=tuple(parts))

    def interruptions(self, basis: Basis, paid_on: date, letters: Sequence[Letter]) -> Iterator[Part]:
        """What the last day would be if a letter, after those before it, started the delay again."""
        for count, letter in enumerate(letters, 1):
            last = limit(basis, paid_on, letters[:count]).last
            details = {"letter": letter.number, "sent": self.day(letter.sent_on.isoformat())}
            key = "if_interrupted" if count == 1 else "if_interrupted_again"
            yield Part(self.say(f"redecide.{key}", last=self.day(last.isoformat()), **details))

    # --- what changed, and why ----------------------------------------------------------------------------------

    def changes(self) -> Iterator[Part]:
        """What the findings changed; apart from it, what became known since."""
        unfound = self.redecision.unfound
        learnt = differences(self, self.before, unfound)
        if learnt:
            yield Part(self.say("redecide.learnt", day=self.on(self.before)), parts=learnt)
        found = differences(self, unfound, self.after)
        yield Part(self.say("redecide.changed"), parts=found or (Part(self.say("redecide.unchanged")),))

    def findings(self) -> Part:
        found = [
            finding_part(self, one, [self.claim(name) for name in bearing(self.redecision, one.finding)])
            for one in self.exchanged
        ]
        return Part(self.say("redecide.findings"), parts=tuple(found) or (Part(self.say("redecide.no_finding")),))

    def readings(self) -> Iterator[Part]:
        """The reading that says what a paper not produced does, where one was not; then every other that matters."""
        named = [name for name, _ in self.policy.findings_readings]
        unproduced = any(one.outcome == "not_produced" for one in self.redecision.findings)
        if unproduced:
            parts = tuple(one_reading(self, self.record, name) for name in named)
            yield Part(self.say("redecide.not_produced"), parts=parts)
        told = named if unproduced else []
        others = [one for one in paying_otherwise(self.record) if one["reading"] not in told]
        yield contested(self, {**self.record, "contested": others}, full=False)


def paying_otherwise(record: Mapping[str, Anything]) -> list[Json]:
    """The other readings of a record under which something else would be paid."""
    beside = {one["id"]: one["euros"]["paid"] for one in record["components"]}
    return [
        one
        for one in record["contested"]
        if one["euros"]["paid"] != record["euros"]["paid"] or one["components"] != beside
    ]


def owed_told(words: Sentences, account: Account) -> str:
    """What was paid and is not due, or is still due, in one sentence."""
    owed = account.owed
    if owed is None:
        before, after = (words.amount(amount(one), "euros") for one in (account.before, account.after))
        return words.say("redecide.unsettled", before=before, after=after)
    key = "overpaid" if owed > 0 else "still_due" if owed < 0 else "nothing_due"
    return words.say(f"redecide.{key}", euros=words.euros(str(abs(owed))))


def change_told(words: Sentences, line: Line) -> str:
    """What a line paid and pays."""
    was, now = (words.amount(amount(one), "euros") for one in (line.before, line.after))
    return words.say("compare.change", was=was, now=now)


def payment_told(words: Sentences, payment: Payment) -> str:
    """A payment: its day, amount and reference."""
    details = {"day": words.day(payment.day.isoformat()), "euros": words.euros(str(Decimal(payment.amount)))}
    return words.say("redecide.payment", reference=payment.reference, **details)
