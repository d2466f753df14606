"""What keeps a notice from being written, each thing by its name: better no letter than one that a court annuls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.amount import ZERO, Amount
from engine.control.exchange import Exchange
from engine.control.limitation import Basis, bases
from engine.control.notice import Notice
from engine.control.payments import paid
from engine.problems import Problem, unknown_name
from engine.telling.legal import legal, legal_text
from engine.telling.phrases import Phrases
from engine.text import decimal_text
from engine.words import Lang

REMEDIES = ("cra", "silence", "court")


def owed_by_law(basis: Basis | None) -> dict[str, str]:
    """The legal references that a notice cannot do without, and what is lacking where one of them is not there.

    Those of its basis come first; where none is chosen, the remedies alone are known.
    """
    entries = {basis.notice: "notice_no_law", **dict.fromkeys(basis.answer, "notice_no_delay")} if basis else {}
    return entries | dict.fromkeys(REMEDIES, "notice_no_remedy")


def lacking(notice: Notice, lang: Lang) -> list[Problem]:
    """Everything that a notice lacks, in the order of the letter; nothing where it can be written.

    What article R.133-9-1 asks is looked at: cause, nature, amount and dates of the payments, delay, remedies; then
    what makes them hold: the evidence asked for, the answers, the sums, the basis and its limitation, who signs.
    """
    return [*_Lacking(notice, lang).all()]


class _Lacking:
    def __init__(self, notice: Notice, lang: Lang) -> None:
        self.notice, self.lang = notice, lang
        self.redecision, self.account = notice.redecision, notice.account
        self.words = Phrases(notice.redecision.after.policy, lang)

    def all(self) -> Iterator[Problem]:
        yield from self.parties()
        yield from self.cause()
        yield from self.exchange()
        yield from self.amount()
        yield from self.payments()
        yield from self.basis()
        yield from self.law()
        yield from self.signatory()

    def parties(self) -> Iterator[Problem]:
        dossier = self.redecision.after.dossier
        if not dossier.name:
            yield Problem("notice_no_name")
        if not dossier.fields.get("caisse"):
            yield Problem("notice_no_caisse")

    # --- the cause ----------------------------------------------------------------------------------------------

    def cause(self) -> Iterator[Problem]:
        causes = self.notice.causes
        if not causes:
            yield Problem("notice_no_finding", details={"day": self.day(self.notice.dated)})
        for one in causes:
            yield from self.grounded(one)

    # --- the exchange -------------------------------------------------------------------------------------------

    def exchange(self) -> Iterator[Problem]:
        """All that the doctor said is answered, no delay given on what is held against him runs, nothing is newer."""
        causes, dated = self.notice.causes, self.notice.dated
        said = [*(each for one in causes for each in one.said), *self.notice.other_words]
        for each in dict.fromkeys(said):
            if not each.answers:
                details = {"entry": str(each.observation.id), "day": self.day(each.observation.received_on)}
                yield Problem("notice_unanswered", details=details)
        for request in dict.fromkeys(each for one in causes for each in one.requests):
            if request.answer_by >= dated:
                details = {"entry": str(request.id), "day": self.day(request.answer_by)}
                yield Problem("notice_request_runs", details=details)
        for correction in self.redecision.case.corrections:
            if correction.on > dated:
                details = {"entry": str(correction.corrects), "day": self.day(correction.on)}
                yield Problem("notice_corrected_since", details=details)

    def grounded(self, one: Exchange) -> Iterator[Problem]:
        """A finding against the doctor is reasoned; one of a paper not produced follows requests, all run out."""
        finding, details = one.finding, {"item": self.words.item(one.finding.item), "entry": str(one.finding.id)}
        if not (finding.ground or "").strip():
            doctor = self.redecision.case.doctor
            yield Problem("notice_no_ground", details={**details, "doctor": doctor})
        if finding.outcome == "not_produced":
            until = [request.answer_by for request in one.requests if request.asked_on <= finding.decided_on]
            if not until:
                yield Problem("notice_not_asked", details=details)
            elif max(until) >= finding.decided_on:
                yield Problem("notice_delay_running", details={**details, "day": self.day(max(until))})

    # --- nature, amount, payments -------------------------------------------------------------------------------

    def amount(self) -> Iterator[Problem]:
        account = self.account
        if not account.settled or account.owed is None:
            yield Problem("notice_unsettled")
            return
        if not account.moved:
            yield Problem("notice_no_nature")
        if account.owed <= ZERO:
            yield Problem("notice_nothing_owed")
        for line in account.lines:
            if line.unfound.most < line.before.most:
                yield Problem("notice_learnt", details={"title": self.words.text(line.title)})

    def payments(self) -> Iterator[Problem]:
        payments, before = self.notice.payments, self.account.before
        if not payments:
            yield Problem("notice_no_payment")
            return
        for one in payments:
            if one.day > self.notice.dated:
                details = {"day": self.day(one.day), "reference": one.reference}
                yield Problem("notice_paid_later", details=details)
        sum_ = paid(payments)
        if before.settled and before != Amount.of(sum_):
            details = {"paid": self.euros(decimal_text(sum_)), "decided": self.euros(decimal_text(before.most))}
            yield Problem("notice_not_reconciled", details=details)
        for under in dict.fromkeys(one.pays for one in payments if one.pays):
            yield from self.paid_apart(under)

    def paid_apart(self, under: str) -> Iterator[Problem]:
        """What was paid for the points, or for a component, is what was decided of it."""
        parts = self.account.parts
        if under not in parts:
            yield Problem("notice_unknown_part", details=unknown_name(under, parts))
            return
        sum_, (decided, _) = paid(one for one in self.notice.payments if one.pays == under), self.account.of(under)
        if sum_ != decided:
            details = {"paid": self.euros(decimal_text(sum_)), "decided": self.euros(decimal_text(decided))}
            yield Problem("notice_part_not_reconciled", details={**details, "name": under})

    # --- the law ------------------------------------------------------------------------------------------------

    def basis(self) -> Iterator[Problem]:
        basis = self.notice.basis
        if basis is None:
            yield Problem("notice_no_basis", details={"valid": ", ".join(bases())})
            return
        label = legal_text(basis.name, self.lang, "label")
        known = {one.number for one in self.notice.letters if one.kind in basis.interrupted_by}
        for number in self.notice.interruptions:
            if number not in known:
                yield Problem("notice_no_letter", details={"letter": number, "label": label})
        if basis.establish and not self.notice.established:
            yield Problem("notice_not_established", details={"label": label})
        for one, limit in zip(self.notice.claimed, self.notice.limits(basis), strict=True):
            if self.notice.dated > limit.last:
                details = {"day": self.day(one.day), "reference": one.reference, "last": self.day(limit.last)}
                yield Problem("notice_lapsed", details={**details, "label": label})

    def law(self) -> Iterator[Problem]:
        known = legal()
        for name, code in owed_by_law(self.notice.basis).items():
            if not known.get(name, {}).get("text", {}).get(self.lang):
                yield Problem(code, details={"name": name})

    def signatory(self) -> Iterator[Problem]:
        if not self.notice.signatory.name:
            yield Problem("notice_no_signatory")
        if not self.notice.signatory.capacity:
            yield Problem("notice_no_capacity")

    # --- small things -------------------------------------------------------------------------------------------

    def day(self, day: date) -> str:
        return self.words.day(day.isoformat())

    def euros(self, value: str) -> str:
        return self.words.euros(value)
