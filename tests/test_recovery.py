"""Hundreds of controls drawn at random: to the cent, what was paid less what is due is what is owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from random import Random

import pytest
from msgspec import Struct
from msgspec.structs import replace

from engine.amount import ZERO, total
from engine.control.cases import Case, Finding, Outcome
from engine.control.limitation import bases
from engine.control.notice import Notice, Signatory
from engine.control.notice_lacking import lacking
from engine.control.notice_parts import notice_letter
from engine.control.payments import Payment, paid
from engine.control.recovery import Account, account
from engine.control.redeciding import Redecision, redecide
from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.problems import Invalid
from engine.telling.phrases import Phrases
from engine.words import LANGS, Lang
from engine.yamltext import Page
from tests.conftest import campaigns, known, policy_files
from tests.controlled import BY, CARE, DATED, FOUND, OPENING, PAID, SOFTWARE, case_of, found
from tests.random_dossiers import Drawing
from tests.test_letter import all_texts

DRAWN = 500
WRITTEN = 8
OUTCOMES: tuple[Outcome, ...] = ("refuted", "refuted", "not_produced", "not_produced", "confirmed")
OF_MONEY = {"notice_not_reconciled", "notice_part_not_reconciled", "notice_unsettled"}
CENT = Decimal("0.01")


class Drawn(Struct, frozen=True):
    """A redecision, its account, and payments that come to what was decided before."""

    made: Redecision
    account: Account
    payments: tuple[Payment, ...]


@cache
def drawn() -> tuple[Drawn, ...]:
    """As many redecisions as are promised: of bundled doctors and of dossiers drawn at random, half and half."""
    found: list[Drawn] = []
    for number, (decision, page) in enumerate(dossiers()):
        random = Random(number)
        year = decision.policy.year
        case = Case(doctor=decision.dossier.doctor, year=year, acts=(OPENING, *findings(random, decision)))
        made = redecide(decision, policy_files(year), page, case, max(DATED, decision.as_of))
        counted = account(made)
        found.append(Drawn(made, counted, payments(random, counted)))
        if len(found) == DRAWN:
            break
    return tuple(found)


def dossiers() -> Iterator[tuple[Decision, Page]]:
    """Decisions with the pages they were made from."""
    drawing = {year: Drawing([linked(policy_files(year), {})]) for year in sorted({one.year for one in campaigns()})}
    random = Random("recovery")
    while True:
        example = random.choice(campaigns())
        yield example.decision, known()[example.number].page
        year = random.choice(list(drawing))
        policy = linked(policy_files(year), {})
        page = drawing[year].page(random, "99900000003", plain=random.random() < 0.6)
        try:
            yield judge(policy, read_dossier(page, policy)), page
        except Invalid:
            continue


def findings(random: Random, decision: Decision) -> list[Finding]:
    """A few findings on what the doctor declared or was prefilled with, some of them on one choice."""
    declared = [row for row in decision.dossier.rows if row.type in ("declaration", "prefill")]
    made = []
    for number in range(2, 2 + random.randint(1, 3)) if declared else ():
        row = random.choice(declared)
        choice = row.fields.get("choice") if random.random() < 0.3 else None
        made.append(
            Finding(
                id=number,
                by=BY,
                item=row.name,
                choice=None if choice is None else str(choice),
                outcome=random.choice(OUTCOMES),
                decided_on=DATED,
                ground="Vérifié sur place.",
            )
        )
    return made


def payments(random: Random, counted: Account) -> tuple[Payment, ...]:
    """What was paid apart, each in one to three payments of cents that come to it."""
    made = []
    for under in counted.parts:
        rest, _ = counted.of(under)
        for number in range(random.randint(0, 2)):
            share = (rest * random.randint(1, 99) / 100).quantize(CENT)
            if 0 < share < rest:
                made.append(Payment(date(2024, 5, 1 + number), share, f"{under}-{number}", under))
                rest -= share
        if rest > 0:
            made.append(Payment(date(2024, 7, 31), rest, under, under))
    return tuple(made)


def settled() -> list[Drawn]:
    return [one for one in drawn() if one.account.settled]


def test_the_draw_shows_what_is_promised_of_it() -> None:
    """Enough are settled, owed something, closed a volet, and owe nothing, for the other promises to be tried."""
    owed = [one for one in settled() if one.account.owed]
    closed = [one for one in owed if any(line.cause == "closed" for line in one.account.lines)]
    assert len(drawn()) == DRAWN
    assert len(settled()) > DRAWN // 2
    assert len(owed) > DRAWN // 5
    assert len(closed) > DRAWN // 20
    assert len(settled()) > len(owed)


def test_the_lines_come_to_the_totals() -> None:
    for one in settled():
        lines, counted = one.account.lines, one.account
        assert total(line.before for line in lines) == counted.before
        assert total(line.unfound for line in lines) == counted.unfound
        assert total(line.after for line in lines) == counted.after
        parts = [counted.of(under) for under in counted.parts]
        assert sum(before for before, _ in parts) == counted.before.most
        assert sum(after for _, after in parts) == counted.after.most


POINT = 7
"""The euros of a point in 2023; volet 1 pays 280 points or none, volet 2 pays 883 of which each of these so many."""
BLOCK, OTHERS, SUMMARIES = 280, 883, Decimal(3000)
POINTS = {CARE: 120, "video": 50, "codage": 50, "services": 70}
LEARNT = "learnt"
"""Stands for a paper of volet 1 that was rejected after the payment, and before any finding."""
WORKED = [
    ((), 0, {}),
    ((CARE,), 120, {CARE: "found"}),
    (("video", "codage"), 100, {"video": "found", "codage": "found"}),
    ((SOFTWARE,), 280 + 883, {"volet-1": "found", **dict.fromkeys(POINTS, "closed")}),
    ((SOFTWARE, CARE), 280 + 883, {"volet-1": "found", **dict.fromkeys(POINTS, "closed"), CARE: "found"}),
    ((LEARNT,), 280 + 883, {"volet-1": "learnt", **dict.fromkeys(POINTS, "learnt")}),
    ((LEARNT, SOFTWARE, CARE), 280 + 883, {"volet-1": "learnt", **dict.fromkeys(POINTS, "learnt")}),
]


@pytest.mark.parametrize(("found_of", "lost", "causes"), WORKED, ids=str)
def test_worked_out_by_hand(found_of: tuple[str, ...], lost: int, causes: dict[str, str]) -> None:
    """Of the doctor whom 2023 pays every point, and the lump sum for nine summaries in ten, which hangs on no volet.

    A volet that is no longer reached closes the other: of that, a line is the cause only if its own condition fell.
    What was lost already when nothing was found was learnt since, whatever was found of it.
    """
    items = [item for item in found_of if item != LEARNT]
    case = case_of([OPENING, *(found(item, "refuted", number) for number, item in enumerate(items, 2))])
    page = known()[PAID.number].page
    counted = account(redecide(*paid_for(page, rejected=LEARNT in found_of), case, FOUND))
    whole = POINT * (BLOCK + OTHERS) + SUMMARIES
    unfound = SUMMARIES if LEARNT in found_of else whole
    after = whole - POINT * lost
    assert [one.most for one in (counted.before, counted.unfound, counted.after)] == [whole, unfound, after]
    assert counted.owed == POINT * lost
    lines = {line.id.removeprefix("volet-2."): line for line in counted.lines}
    assert {name: lines[name].cause for name in ("volet-1", *POINTS, "vsm")} == {
        **dict.fromkeys(("volet-1", *POINTS, "vsm"), "same"),
        **causes,
    }
    assert {name: lines[name].before.most for name in POINTS} == {name: POINT * one for name, one in POINTS.items()}
    assert {name: lines[name].after.most == 0 for name in POINTS} == {name: name in causes for name in POINTS}


def paid_for(page: Page, *, rejected: bool) -> tuple[Decision, PolicyFiles, Page]:
    """What a doctor was paid for, from papers that were rejected months later, or never."""
    campaign = page.data["campaigns"][str(PAID.year)]
    late = {"status": "rejected", "status_on": "2024-11-04"} if rejected else {}
    papers = [{**row, **late} for row in campaign["documents"]]
    changed = Page(page.file, {**page.data, "campaigns": {str(PAID.year): {**campaign, "documents": papers}}}, {})
    files = policy_files(PAID.year)
    policy = linked(files, {})
    return judge(policy, read_dossier(changed, policy)), files, changed


def test_what_was_paid_less_what_is_due_is_what_is_owed() -> None:
    for one in settled():
        assert paid(one.payments) == one.account.before.most
        assert paid(one.payments) - one.account.after.most == one.account.owed
        gaps = [line.before.most - line.after.most for line in one.account.lines]
        assert sum(gaps) == one.account.owed


def test_every_amount_is_a_whole_number_of_cents() -> None:
    for one in settled():
        amounts = [amount.most for line in one.account.lines for amount in (line.before, line.after)]
        amounts.append(one.account.owed or ZERO)
        assert all(amount == amount.quantize(CENT) for amount in amounts)


def test_what_is_not_settled_is_never_owed() -> None:
    """Nothing is claimed of a range, nor of a sum of which one line is a range."""
    unsettled = [one for one in drawn() if not one.account.settled]
    assert unsettled
    assert [one.account.owed for one in unsettled] == [None] * len(unsettled)
    assert all("notice_unsettled" in of_money(one) for one in unsettled)


def of_money(one: Drawn, payments: tuple[Payment, ...] | None = None) -> set[str]:
    """The lacks of a notice that are about amounts."""
    notice = Notice(
        redecision=one.made,
        account=one.account,
        payments=one.payments if payments is None else payments,
        dated=DATED,
        basis=bases()["l133-4"],
        signatory=Signatory("Anne Roy", "directrice de la caisse"),
    )
    return {problem.code for problem in lacking(notice, "fr")} & OF_MONEY


def test_payments_that_come_to_what_was_decided_reconcile_and_a_cent_more_does_not() -> None:
    for one in settled():
        if not one.payments:
            continue
        assert of_money(one) == set()
        first, *others = one.payments
        dearer = Payment(first.day, first.amount + CENT, first.reference, first.pays)
        assert of_money(one, (dearer, *others)) == {"notice_not_reconciled", "notice_part_not_reconciled"}


def test_payments_swapped_between_what_they_paid_do_not_reconcile() -> None:
    """The sum is right, and each part of it is wrong."""
    swapped = 0
    for one in settled():
        points, *others = one.account.parts
        if others and one.account.of(points)[0] != one.account.of(others[0])[0] and len(one.payments) > 1:
            other = {points: others[0], others[0]: points}
            made = [replace(each, pays=other.get(each.pays or "", each.pays)) for each in one.payments]
            assert of_money(one, tuple(made)) == {"notice_part_not_reconciled"}
            swapped += 1
    assert swapped > DRAWN // 20


def notices() -> Iterator[Notice]:
    """The notices that lack nothing, of the redecisions after which something is owed."""
    for one in settled():
        notice = Notice(
            redecision=one.made,
            account=one.account,
            payments=one.payments,
            dated=DATED,
            basis=bases()["repetition-indu"],
            signatory=Signatory("Anne Roy", "directrice de la caisse"),
        )
        if {problem.code for problem in lacking(notice, "fr")} <= {"notice_not_asked"}:
            yield notice


@pytest.mark.parametrize("lang", LANGS)
def test_a_letter_is_written_of_any_of_them(lang: Lang) -> None:
    """It gives the amount claimed, and a reason for each line that moved by the findings alone."""
    told = 0
    for notice in islice(notices(), WRITTEN):
        basis = bases()["repetition-indu"]
        made = notice_letter(notice, basis, lang)
        texts = list(all_texts(made))
        words = Phrases(notice.redecision.after.policy, lang)
        assert words.euros(str(notice.account.owed)) in texts
        for line in notice.account.moved:
            assert words.text(line.title) in texts
        told += 1
    assert told == WRITTEN
