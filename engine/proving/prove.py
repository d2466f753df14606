"""Every property of a policy, under each reading: proved for every possible dossier, or refuted by one.

A proof made once holds under every reading that leaves all it looked at the very same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any as Anything
from typing import Literal, get_args

from engine.amount import Amount
from engine.claims import claims
from engine.conditions import Exempt
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.policy import Component, Policy, Volet
from engine.problems import Invalid
from engine.proving import totals
from engine.proving.changes import Change, changes, touched
from engine.proving.exemptions import costing, exemptions, without
from engine.proving.matter import mattering
from engine.proving.meaning import looks
from engine.proving.monotone import Loss, loss, loss_again, paid
from engine.proving.witness import Page

Property = Literal["numerator", "paper", "declaration", "maximum", "reached", "gate", "exempt", "option"]
PROPERTIES: tuple[Property, ...] = get_args(Property)


@dataclass(frozen=True, slots=True)
class Refutation:
    """A dossier that breaks a property, or two: before and after a change; and what is paid before and after."""

    pages: tuple[Page, ...] = ()
    paid: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """One property of one thing (a measure, an item, a volet…) under one reading: proved, or refuted.

    `asked` is the option asked for, those it requires left unsaid; nothing for the default readings. `again` says
    that it was settled before, by the very same.
    """

    name: Property
    about: str
    asked: Mapping[str, str]
    choices: Mapping[str, str]
    refutation: Refutation | None
    again: bool = False

    @property
    def what(self) -> tuple[str, str]:
        return self.name, self.about


def variants(files: PolicyFiles) -> Iterator[tuple[dict[str, str], Policy]]:
    """The policy under its default readings, then under each other computable option, with those it requires."""
    default = linked(files, {})
    yield {}, default
    for name, reading in sorted(default.readings.items()):
        for option in reading.options.values():
            if option.name != reading.default and not option.silent:
                asked = {name: option.name}
                try:
                    yield asked, linked(files, {**option.require, **asked})
                except Invalid:
                    continue


def prove(files: PolicyFiles, step: Callable[[int, int], None] = lambda done, of: None) -> Iterator[Settled]:
    """Settle every property. `step` is told how many readings are done, of how many.

    Raises Undecided when the solver gives up, Mismatch when the engine decides a dossier otherwise than the solver.
    """
    known = list(variants(files))
    prover = _Prover(known[0][1])
    for done, (asked, policy) in enumerate(known):
        step(done, len(known))
        yield from prover.under(asked, policy)
    step(len(known), len(known))


Question = tuple[tuple[Property, str], Anything, Callable[[], Refutation | None]]


@dataclass
class _Prover:
    default: Policy
    proofs: list[tuple[Anything, Refutation | None]] = field(default_factory=list)
    losses: dict[Change, Loss] = field(default_factory=dict)
    whole: list[Page] = field(default_factory=list)
    """Dossiers that attain a stated total: most things show in a doctor who has everything."""

    def under(self, asked: Mapping[str, str], policy: Policy) -> Iterator[Settled]:
        """Every property under one reading."""
        for what, hangs_on, find in self._questions(asked, policy):
            key = what, hangs_on
            before = next((one for one in self.proofs if one[0] == key), None)
            if before is None:
                self.proofs.append((key, find()))
            refutation = (before or self.proofs[-1])[1]
            yield Settled(*what, asked, policy.choices, refutation, before is not None)

    def _questions(self, asked: Mapping[str, str], policy: Policy) -> Iterator[Question]:
        """What is to settle, all that its answer hangs on, and how to find what refutes it."""
        worth, trees, looked = _worth(policy), dict(claims(policy)), looks(policy)
        for change in changes(policy):
            reached = [(name, trees[name]) for name in sorted(touched(policy, change))]
            yield (change.kind, change.name), (reached, worth, looked), partial(self._loss, policy, change)
        for target in (totals.WHOLE, *(volet.id for volet in policy.volets)):
            for total in totals.stated(policy, target):
                about = f"{target} {total}".strip()
                yield ("maximum", about), worth, partial(_exceeding, policy, target, total)
                yield ("reached", about), (worth, trees, looked), partial(self._reached, policy, target, total)
        for part in totals.gated(policy):
            yield ("gate", part.id), (worth, part.gate), partial(_leaking, policy, part)
        for exemption in exemptions(policy):
            yield ("exempt", exemption.at), (trees, worth, looked), partial(_costing, policy, exemption)
        for name, option in asked.items():
            yield ("option", f"{name}={option}"), (), partial(self._matters, policy)

    def _loss(self, policy: Policy, change: Change) -> Refutation | None:
        before = self.losses.get(change)
        found = before and loss_again(policy, before)
        found = found or loss(policy, change)
        if found is None:
            return None
        self.losses.setdefault(change, found)
        return Refutation((found.before, found.after), (found.paid_before, found.paid_after))

    def _reached(self, policy: Policy, target: str, total: Decimal) -> Refutation | None:
        page = totals.reaching(policy, target, total, self.whole)
        if page is None:
            return Refutation()
        if page not in self.whole:
            self.whole.append(page)
        return None

    def _matters(self, policy: Policy) -> Refutation | None:
        return None if mattering(self.default, policy, self.whole) else Refutation()


def _exceeding(policy: Policy, target: str, total: Decimal) -> Refutation | None:
    page = totals.exceeding(policy, target, total)
    return None if page is None else Refutation((page,))


def _leaking(policy: Policy, part: Volet | Component) -> Refutation | None:
    return Refutation() if totals.leaking(policy, part) else None


def _costing(policy: Policy, exemption: Exempt) -> Refutation | None:
    page = costing(policy, exemption)
    if page is None:
        return None
    return Refutation((page,), (paid(without(policy, exemption), page), paid(policy, page)))


def _worth(policy: Policy) -> Anything:
    """Everything that verdicts are turned into amounts by."""
    volets = [
        (one.pays, one.weight, one.gate, [(indicator.id, indicator.weight) for indicator in one.indicators])
        for one in policy.volets
    ]
    components = [(one.pays, one.gate, one.periods) for one in policy.components]
    return volets, components, policy.point_value
