"""A redecision as JSON data under `schemas/redecision.schema.json`, without sentences; amounts exact, in text."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import json

from engine import VERSION
from engine.amount import Amount
from engine.control.cases import Kept
from engine.control.exchange import Exchange, Said, exchanges, other_words
from engine.control.limitation import bases, limit, registered_letters
from engine.control.payments import Payment, paid
from engine.control.recovery import Account, account
from engine.control.redeciding import Redecision, bearing
from engine.decision import Decision
from engine.record import Json, amount
from engine.text import decimal_text

SCHEMA = "redecision/1"


def redecision_record(redecision: Redecision, payments: Sequence[Payment] | None) -> Json:
    """The redecision, its account, what it rests on, and the payments where they were given."""
    case, after, found = redecision.case, redecision.after, account(redecision)
    exchanged = exchanges(case, after.as_of)
    decisions = {"before": redecision.before, "unfound": redecision.unfound, "after": after}
    return {
        "schema": SCHEMA,
        "doctor": case.doctor,
        "year": case.year,
        "policy": {"digest": after.policy.digest},
        "readings": dict(sorted(after.policy.choices.items())),
        "engine": {"version": VERSION},
        **{name: _decision(one) for name, one in decisions.items()},
        "account": _account(found),
        "outcomes": _outcomes(decisions),
        "findings": [{**_exchange(one), "bears_on": list(bearing(redecision, one.finding))} for one in exchanged],
        "other_words": [_said(one) for one in other_words(case, after.as_of, exchanged)],
        "payments": None if payments is None else _payments(redecision, found, payments),
    }


def _decision(decision: Decision) -> Json:
    return {
        "as_of": decision.as_of.isoformat(),
        "dossier": {"digest": decision.dossier.digest},
        "points": amount(decision.paid),
        "euros": amount(decision.euros(decision.paid)),
        "components": {one.component.id: amount(one.paid) for one in decision.components},
    }


def _account(found: Account) -> Json:
    amounts = ("before", "unfound", "after")
    lines = [
        {"id": line.id, "under": line.under, "cause": line.cause}
        | {name: amount(getattr(line, name)) for name in amounts}
        for line in found.lines
    ]
    return {
        "lines": lines,
        **{name: amount(getattr(found, name)) for name in amounts},
        "owed": None if found.owed is None else decimal_text(found.owed),
    }


def _outcomes(decisions: dict[str, Decision]) -> Json:
    """The indicators that do not come out alike, with outcome and reason under each decision."""
    told: dict[str, Json] = {}
    for name, decision in decisions.items():
        for one in decision.indicators:
            told.setdefault(one.indicator.id, {})[name] = {"outcome": one.outcome, "reason": one.reason}
    return {name: each for name, each in told.items() if len({str(one) for one in each.values()}) > 1}


def _exchange(one: Exchange) -> Json:
    return {
        "finding": _plain(one.finding),
        "requests": [_plain(each) for each in one.requests],
        "receipts": [_plain(each) for each in one.receipts],
        "said": [_said(each) for each in one.said],
    }


def _said(one: Said) -> Json:
    return {"observation": _plain(one.observation), "answers": [_plain(each) for each in one.answers]}


def _plain(act: Kept) -> Json:
    """An act of the case as plain data; what is not given is left out."""
    given: Json = json.decode(json.encode(act))
    return {name: value for name, value in given.items() if value is not None}


def _payments(redecision: Redecision, found: Account, payments: Sequence[Payment]) -> Json:
    """The payments, whether they come to what was decided, and the last day to claim each back under each basis."""
    letters = registered_letters(redecision.case, redecision.after.as_of)
    rows = []
    for one in payments:
        limits = {}
        for name, basis in bases().items():
            last = limit(basis, one.day, letters)
            sent = [{"letter": letter.number, "sent_on": letter.sent_on.isoformat()} for letter in last.letters]
            limits[name] = {"plain": last.plain.isoformat(), "last": last.last.isoformat(), "interrupted_by": sent}
        rows.append(
            {
                "date": one.day.isoformat(),
                "amount": decimal_text(one.amount),
                "reference": one.reference,
                "pays": one.pays,
                "limits": limits,
            }
        )
    sum_ = paid(payments)
    return {"rows": rows, "paid": decimal_text(sum_), "reconciled": found.before == Amount.of(sum_)}
