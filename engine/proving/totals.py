"""The most that a policy can come to, whether that is what the texts state, and what a closed gate lets through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import z3

from engine.claims import claims
from engine.conditions import Node, Outcome
from engine.decision import judge
from engine.formula import decision_day
from engine.policy import Component, Policy, Volet
from engine.problems import Invalid
from engine.proving.amounts import Sums, Truth
from engine.proving.meaning import Mismatch, Together
from engine.proving.solving import Question
from engine.proving.terms import Term, inverse
from engine.proving.witness import Page, page_of, read, shrunk

Target = str
"""A volet, by its name, or the whole policy."""
WHOLE: Target = ""


def stated(policy: Policy, target: Target) -> list[Decimal]:
    """The totals that the texts announce under the policy's readings; else the sum of its weights."""
    told = {
        one.points
        for one in policy.published
        if (one.volet or WHOLE) == target
        and all(policy.choices[name] == option for name, option in one.under.items())
    }
    return sorted(told) or [_every_indicator_granted(policy, target)]


def _every_indicator_granted(policy: Policy, target: Target) -> Decimal:
    """The sum of the weights when every indicator is granted."""
    sums = Sums(policy, lambda _: z3.BoolVal(True), decision_day(policy))
    units = z3.simplify(points(sums, target)).as_long()
    return Decimal(units) / Decimal(sums.unit)


def points(sums: Sums, target: Target) -> Term:
    """The points attained in a volet, or in all."""
    volets = [volet for volet in sums.policy.volets if target in (WHOLE, volet.id)]
    return z3.Sum([z3.IntVal(0), *(sums.attained(volet) for volet in volets)])


def attained(policy: Policy, page: Page, target: Target) -> tuple[Decimal, Decimal]:
    """The least and the most points that the engine attains on a page."""
    decision = judge(policy, read(page, policy))
    found = [one.attained for one in decision.volets if target in (WHOLE, one.volet.id)]
    return sum((one.least for one in found), Decimal(0)), sum((one.most for one in found), Decimal(0))


def supposed(policy: Policy) -> Truth:
    """Any truth of the claims: a Boolean for each, the same for those that only name another."""
    trees = dict(claims(policy))

    def truth(name: str) -> Term:
        tree = trees[name]
        return truth(tree.of) if isinstance(tree, Outcome) else z3.Bool(f"claim {name}")

    return truth


def exceeding(policy: Policy, target: Target, most: Decimal) -> Page | None:
    """A dossier that attains more than the total; None when it is proved that there is none."""
    free = Sums(policy, supposed(policy), decision_day(policy))
    if Question([]).model(points(free, target) > free.number(most)) is None:
        return None
    page = _coming_to(policy, target, lambda sums: points(sums, target) > sums.number(most), lambda n: n > most)
    return page and shrunk(page, [policy], lambda other: _attains_more(policy, other, target, most))


def _attains_more(policy: Policy, page: Page, target: Target, most: Decimal) -> bool:
    try:
        return attained(policy, page, target)[0] > most
    except Invalid:
        return False


def reaching(policy: Policy, target: Target, total: Decimal, known: Sequence[Page]) -> Page | None:
    """A dossier that attains the total, one of those known if it does; None when it is proved that there is none."""
    for page in known:
        try:
            if attained(policy, page, target) == (total, total):
                return page
        except Invalid:
            continue
    return _coming_to(policy, target, lambda sums: points(sums, target) == sums.number(total), lambda n: n == total)


def _coming_to(
    policy: Policy, target: Target, wanted: Callable[[Sums], Term], right: Callable[[Decimal], bool]
) -> Page | None:
    """A dossier whose points are as wanted. Raises Mismatch when the engine counts otherwise."""
    names = list(_counted(policy, target))
    together = Together([(policy, name) for name in names])
    formula = together.formula(policy)
    sums = Sums(policy, lambda name: formula[name].met, decision_day(policy))
    known = [formula[name].known for name in names]
    model = together.question.smallest([wanted(sums), *known], (together.facts.nones,))
    if model is None:
        return None
    page = page_of(model, together.facts, policy)
    least, most = attained(policy, page, target)
    if least != most or not right(least):
        raise Mismatch(f"{target} {least} {most}: {page}")
    return page


def _counted(policy: Policy, target: Target) -> Iterator[str]:
    """The claims that the points of a volet hang on."""
    for volet in policy.volets:
        if target in (WHOLE, volet.id):
            trees = [f"{volet.id}#points", *(f"{one.id}#points" for one in volet.indicators)]
            yield volet.id
            yield from (one.id for one in volet.indicators)
            yield from (name for name, _ in claims(policy) if name.startswith(tuple(trees)))


def gated(policy: Policy) -> list[Volet | Component]:
    """What is paid only when a gate is open."""
    parts: list[Volet | Component] = [*policy.volets, *policy.components]
    return [part for part in parts if part.gate is not None]


def leaking(policy: Policy, part: Volet | Component) -> bool:
    """Whether anything can be paid behind a gate that is not met, or that names a volet of which nothing is paid."""
    assert part.gate is not None, "only what has a gate is asked"
    truth = supposed(policy)
    sums = Sums(policy, truth, decision_day(policy))
    paid = sums.paid(part) if isinstance(part, Volet) else sums.component(part)
    blocks = [volet for volet in policy.volets if volet.pays == "block" and volet.id == _named_by(part.gate)]
    closed = [inverse(truth(part.gate.at)), *(sums.paid(volet) == 0 for volet in blocks)]
    return any(Question([]).model(paid > 0, shut) is not None for shut in closed)


def _named_by(gate: Node) -> str:
    """The volet that a gate asks to be reached, when it asks that alone."""
    return gate.of if isinstance(gate, Outcome) else ""
