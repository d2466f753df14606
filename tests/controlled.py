"""Cases of control made up for tests: what was asked of a bundled doctor, received, said, found, and paid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any as Anything

from msgspec.structs import replace

from engine.control.cases import (
    Act,
    Answer,
    Case,
    Finding,
    Notification,
    Observation,
    Opening,
    Outcome,
    Receipt,
    Request,
)
from engine.control.limitation import bases
from engine.control.notice import Notice, Signatory
from engine.control.payments import Payment
from engine.control.recovery import account
from engine.control.redeciding import Redecision, redecide
from tests.conftest import Example, known, policy_files

PAID = Example("99900000011", 2023)
"""A doctor who is paid every point and the whole lump sum beside them."""
SOFTWARE, CARE = "logiciel-lap", "coordination"
OPENED, ASKED, UNTIL, FOUND, DATED = (date(2025, *day) for day in ((1, 10), (1, 12), (2, 12), (3, 1), (4, 20)))
BY = "Mme Roy"
OPENING = Opening(id=1, by=BY, opened_on=OPENED)
REQUEST = Request(id=2, by=BY, items=(SOFTWARE, CARE), asked_on=ASKED, answer_by=UNTIL, letter="1A 200 4005 6")
RECEIPT = Receipt(id=3, by=BY, item=CARE, received_on=date(2025, 2, 1), what="Attestation de la MSP", complete=True)
SAID = Observation(id=4, by=BY, about=SOFTWARE, received_on=date(2025, 2, 3), text="Mon éditeur se tait.")
ANSWER = Answer(id=5, by=BY, observation=4, on=date(2025, 2, 20), text="Un courriel n’est pas une attestation.")
NOT_PRODUCED = Finding(
    id=6,
    by=BY,
    item=SOFTWARE,
    choice=None,
    outcome="not_produced",
    decided_on=FOUND,
    ground="La facture ne désigne pas le médecin, et l’attestation demandée n’a pas été produite.",
    reference="CTRL-44-2025-0042",
)
CONFIRMED = Finding(
    id=7,
    by=BY,
    item=CARE,
    choice=None,
    outcome="confirmed",
    decided_on=FOUND,
    ground="Adhésion établie par la MSP.",
)
TOLD = Notification(id=8, by=BY, what="Constats", sent_on=date(2025, 3, 5), answer_by=date(2025, 4, 5), letter="1A 9")
ACTS = (OPENING, REQUEST, RECEIPT, SAID, ANSWER, NOT_PRODUCED, CONFIRMED, TOLD)
PAYMENTS = (
    Payment(date(2024, 4, 30), Decimal("8141.00"), "FS-2023-44-004512"),
    Payment(date(2024, 7, 31), Decimal("3000.00"), "VSM-2023-44-000871"),
)


def case_of(acts: Iterable[Act] = ACTS, example: Example = PAID) -> Case:
    """A case with these acts."""
    return Case(doctor=example.number, year=example.year, acts=tuple(acts))


def found(item: str, outcome: Outcome, number: int = 2, choice: str | None = None, on: date = FOUND) -> Finding:
    """A finding, with a ground."""
    return Finding(
        id=number, by=BY, item=item, choice=choice, outcome=outcome, decided_on=on, ground="Vérifié sur place."
    )


@cache
def again(case: Case | None = None, example: Example = PAID, as_of: date | None = None) -> Redecision:
    """The redecision of an example with the findings of a case."""
    page = known()[example.number].page
    return redecide(example.decision, policy_files(example.year), page, case or case_of(example=example), as_of)


@cache
def complete(case: Case | None = None) -> Notice:
    """A notice that lacks nothing."""
    made = again(case, as_of=DATED)
    return Notice(
        redecision=made,
        account=account(made),
        payments=PAYMENTS,
        dated=DATED,
        basis=bases()["l133-4"],
        signatory=Signatory("Anne Roy", "directrice de la caisse"),
    )


def changed(**fields: Anything) -> Notice:
    """The notice that lacks nothing, with something else in it."""
    return replace(complete(), **fields)
