"""Whether a change that should never cost does: proved for every complete dossier, or shown by the smallest to lose.

What the change cannot reach is the same before and after: it stands in the proof as a mere Boolean. A loss found so
is then looked for with every gate in full, and decided by the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

import z3

from engine.amount import Amount, total
from engine.conditions import Fact
from engine.decision import judge
from engine.formula import Formula, decision_day
from engine.policy import Policy
from engine.problems import Invalid
from engine.proving.amounts import Sums
from engine.proving.changes import Change, before_and_after, touched
from engine.proving.meaning import Mismatch, deciding, weighed
from engine.proving.needs import Pool, cone, needed
from engine.proving.slots import symbolic
from engine.proving.solving import Question
from engine.proving.terms import Term
from engine.proving.witness import Page, page_of, plainer_than, read, shrunk


@dataclass(frozen=True, slots=True)
class Loss:
    """A dossier that is paid more before a change than after it."""

    before: Page
    after: Page
    paid_before: Amount
    paid_after: Amount


def paid(policy: Policy, page: Page) -> Amount:
    """All that the engine pays on a page, in euros."""
    decision = judge(policy, read(page, policy))
    return decision.euros(decision.paid) + total(one.paid for one in decision.components)


def loss(policy: Policy, change: Change) -> Loss | None:
    """A dossier that the change costs something; None when it is proved that there is none.

    Raises Mismatch when the engine does not lose what the solver found lost.
    """
    reached = touched(policy, change)
    outcomes = [name for name in deciding(policy) if name in reached]
    if not outcomes or not _Trial(policy, change, outcomes).possible():
        return None
    gates = opening(policy) | _weighed_by(policy, reached)
    trial = _Trial(policy, change, [name for name in deciding(policy) if name in reached or name in gates])
    model = trial.smallest()
    return None if model is None else trial.shown(model)


def loss_again(policy: Policy, known: Loss) -> Loss | None:
    """The same loss under another reading of the policy; None when there it loses nothing, or cannot be read."""
    try:
        was, now = paid(policy, known.before), paid(policy, known.after)
    except Invalid:
        return None
    lost = now.least < was.least and now.most < was.most
    return Loss(known.before, known.after, was, now) if lost else None


def opening(policy: Policy) -> set[str]:
    """Eligibility and the gates."""
    gates = [*(volet.gate for volet in policy.volets), *(component.gate for component in policy.components)]
    return {policy.eligible.at} | {gate.at for gate in gates if gate}


def _weighed_by(policy: Policy, claims: Container[str]) -> set[str]:
    """The indicators whose weight hangs on one of these claims."""
    return {one.id for one in policy.indicators if any(name in claims for name in weighed(one.weight))}


class _Trial:
    """One change on one dossier, of which some claims are told in full and all others by a Boolean."""

    def __init__(self, policy: Policy, change: Change, told: list[str]) -> None:
        self.policy, self.change, self.told = policy, change, set(told)
        goals = [(policy, name) for name in told]
        leaves = [
            (policy, leaf) for leaf in {leaf.at: leaf for name in told for leaf in cone(policy, [name])}.values()
        ]
        most = needed(goals)
        if change.kind != "numerator":
            pool = Pool("document" if change.kind == "paper" else "declaration", change.name, 0)
            most[pool] = most.get(pool, 0) + 1
        day = decision_day(policy)
        self.facts = symbolic(leaves, most, day)
        self.before_facts, self.after_facts, terms = before_and_after(change, self.facts, policy)
        before = Formula(policy, self.before_facts)
        known = [before[name].known for name in told]
        same = {leaf: pair for leaf, pair in before.seen.items() if not change.touches(leaf)}
        after = Formula(policy, self.after_facts, seen=same)
        known += [after[name].known for name in told]
        self.sums = [Sums(policy, self.truth(formula), day) for formula in (before, after)]
        facts_known = [before[leaf.at].known for _, leaf in leaves if isinstance(leaf, Fact) and leaf.closes is None]
        self.question = Question([*self.facts.constraints, *terms, *known, *facts_known])

    def truth(self, formula: Formula) -> Callable[[str], Term]:
        return lambda name: formula[name].met if name in self.told else z3.Bool(f"claim {name}")

    @property
    def lost(self) -> Term:
        was, now = (one.total for one in self.sums)
        return now < was

    def possible(self) -> bool:
        """Whether some dossier loses."""
        return self.question.model(self.lost) is not None

    def smallest(self) -> Term | None:
        """The smallest dossier that loses, as a model of the solver."""
        return self.question.smallest([self.lost], (self.facts.nones, self.before_facts.switches))

    def shown(self, model: Term) -> Loss:
        before = page_of(model, self.before_facts, self.policy)
        after = page_of(model, self.after_facts, self.policy)
        afters = _afters(before, after)

        def losing(page: Page) -> Page | None:
            return next((other for other in afters(page) if self.loses(page, other)), None)

        if losing(before) is None:
            raise Mismatch(f"{self.change}: {before} {after}")
        small = shrunk(before, [self.policy], lambda page: losing(page) is not None)
        after = losing(small) or after
        if self.change.kind != "numerator":
            after = plainer_than(small, after, [self.policy], lambda page: self.loses(small, page))
        return Loss(small, after, paid(self.policy, small), paid(self.policy, after))

    def loses(self, before: Page, after: Page) -> bool:
        try:
            was, now = paid(self.policy, before), paid(self.policy, after)
        except Invalid:
            return False
        return now.least < was.least and now.most < was.most


def _afters(before: Page, after: Page) -> Callable[[Page], Iterator[Page]]:
    """What turns the page before into the page after, as a function of smaller pages.

    A numerator is raised by one, to the whole of its denominator, or as far as it was.
    """
    year = max(before["campaigns"])
    was, now = before["campaigns"][year], after["campaigns"][year]
    new = [
        (table, row)
        for table, rows in now.items()
        if isinstance(rows, list)
        for row in rows
        if row not in was.get(table, [])
    ]

    def add(page: Page) -> Iterator[Page]:
        campaign = page["campaigns"][year]
        for way in range(RAISED):
            added: Page = {}
            for table, row in new:
                added[table] = _put(added.get(table, campaign.get(table, [])), row, way)
            yield {**page, "campaigns": {**page["campaigns"], year: {**campaign, **added}}}

    return add


RAISED = 3
"""The ways to raise a numerator."""


def _put(rows: list[Page], new: Page, way: int) -> list[Page]:
    """The rows with one more; a count is raised where it stands."""
    if "numerator" not in new:
        return [*rows, new]
    return [_raised(row, new, way) if _counts_the_same(row, new) else row for row in rows]


def _raised(row: Page, new: Page, way: int) -> Page:
    most = max(row["denominator"], row["numerator"])
    ways = (min(row["numerator"] + 1, most), most, max(new["numerator"], row["numerator"]))
    return {**row, "numerator": ways[way]}


def _counts_the_same(row: Page, new: Page) -> bool:
    return all(row.get(key) == new.get(key) for key in ("measure", "period_end"))
