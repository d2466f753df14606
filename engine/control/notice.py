"""What the notice of an undue payment is made of, before it is a letter: the redecision, payments, basis, signatory.

Article R.133-9-1 of the Code de la sécurité sociale says what such a notice states; `notice_lacking` holds to that.
"""

from __future__ import annotations

import operator
from datetime import date
from pathlib import Path

from msgspec import Struct

from engine.control.exchange import Exchange, Said, exchanges, other_words
from engine.control.limitation import Basis, Letter, Limit, limit, registered_letters
from engine.control.payments import Payment, paid
from engine.control.recovery import Account
from engine.control.redeciding import Redecision
from engine.cursor import Cursor
from engine.problems import Invalid
from engine.schema import check
from engine.yamltext import read_page

PLACES = ("place", "contact", "cra", "court", "sending", "answer")


class Letterhead(Struct, frozen=True):
    """What a caisse writes on all its letters; what is not given is left to be completed.

    `answer` is the time it gives to pay or to answer, where the law sets none.
    """

    address: tuple[str, ...] = ()
    place: str | None = None
    contact: str | None = None
    cra: str | None = None
    court: str | None = None
    sending: str | None = None
    answer: str | None = None


class Signatory(Struct, frozen=True):
    """Who signs, and in what capacity; nothing where it is not said."""

    name: str | None = None
    capacity: str | None = None


class Notice(Struct, frozen=True):
    """A notice, complete or not.

    `established` says how what the basis rests on was established; `interruptions` are the numbers of the registered
    letters that, as the agent says, started the delay again; `address` is the doctor's.
    """

    redecision: Redecision
    account: Account
    payments: tuple[Payment, ...]
    dated: date
    basis: Basis | None
    signatory: Signatory = Signatory()
    established: str | None = None
    interruptions: tuple[str, ...] = ()
    letterhead: Letterhead = Letterhead()
    address: tuple[str, ...] = ()

    @property
    def causes(self) -> tuple[Exchange, ...]:
        """The findings that count against the doctor under the reading applied, with what went before each."""
        idle = {"confirmed"}
        if self.redecision.after.policy.not_produced == "ignored":
            idle.add("not_produced")
        found = exchanges(self.redecision.case, self.dated)
        return tuple(one for one in found if one.finding.outcome not in idle)

    @property
    def other_words(self) -> tuple[Said, ...]:
        """What the doctor said of anything else."""
        return other_words(self.redecision.case, self.dated, self.causes)

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The registered letters sent before the day of the notice, or on it."""
        return registered_letters(self.redecision.case, self.dated)

    @property
    def claimed(self) -> tuple[Payment, ...]:
        """The payments that are claimed back, in part or whole: all but those of what is due as it was paid."""
        overpaid = {under for under in self.account.parts if operator.gt(*self.account.of(under))}
        return tuple(one for one in self.payments if one.pays is None or one.pays in overpaid)

    @property
    def sure(self) -> bool:
        """Whether each of these payments is claimed back: the books say what it paid, or all that was paid is."""
        return all(one.pays for one in self.payments) or paid(self.payments) == self.account.owed

    def limits(self, basis: Basis) -> tuple[Limit, ...]:
        """The last day to claim each of these payments under a basis, in their order, interruptions included."""
        letters = [one for one in self.letters if one.number in self.interruptions]
        return tuple(limit(basis, one.day, letters) for one in self.claimed)


def read_letterhead(file: Path) -> Letterhead:
    """The letterhead of a YAML or JSON file. Raises Invalid: it cannot be read, or breaks its schema."""
    page = read_page(file)
    problems = check(page, "letterhead")
    if problems:
        raise Invalid(problems)
    top = Cursor.top(page)
    address = top.get("address")
    told = {key: found.text for key in PLACES if (found := top.get(key)) is not None}
    return Letterhead(address=tuple(line.text for line in address.each()) if address else (), **told)
