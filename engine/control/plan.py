"""Whom to check: the doctors of a run drawn by a strategy, each decided again to tell what they have at stake."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any as Anything
from typing import Literal

from msgspec import Struct

from engine.control.drawing import Drawn, Stratum, draw, needed
from engine.control.frame import CENTS, Frame, frame
from engine.control.strata import Field, cuts, strata
from engine.control.target import Rank, Target, Targeting
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid, Problem, unknown_name
from engine.running.impact.who import WANTED, Who
from engine.running.kept import Kept
from engine.schema import valid
from engine.sourcing.sources import Source, TablesSource
from engine.yamltext import Page

Strategy = Literal["value-at-risk", "random", "stratified"]
AHEAD = 20
"""The doctors weighed beyond those wanted before it is asked whether another could have more at stake."""
Told = Callable[[int, int], None]
"""Hears how many doctors are decided, and how many are wanted."""


class Request(Struct, frozen=True, kw_only=True):
    """What is asked: so many doctors of a run, by a strategy; `only` names the items to be checked (none: all)."""

    run: Kept
    files: PolicyFiles
    doctors: int
    strategy: Strategy
    seed: int
    by: tuple[Field, ...]
    only: tuple[str, ...] = ()

    @property
    def policy(self) -> Policy:
        """The policy that the run decided by. Raises Invalid when it is no longer the same."""
        self.run.check_policy(self.files)
        return linked(self.files, self.run.manifest.readings)


class Plan(Struct, frozen=True):
    """The doctors to check, in order, and what they were drawn of; `bands` are where those of the stakes begin."""

    request: Request
    policy: Policy
    frame: Frame
    strata: tuple[Drawn, ...]
    bands: tuple[Decimal, ...]
    targets: tuple[Target, ...]

    @property
    def euros(self) -> Decimal:
        """What the doctors of the plan have at stake together."""
        return sum((one.euros for one in self.targets), Decimal(0))


def plan(request: Request, told: Told = lambda *_: None) -> Plan:
    """Draw doctors and decide each again.

    Raises Invalid: an item that the policy does not have, too many strata for so few doctors, a source that is gone
    or has changed; EngineFault where a doctor has more at stake than the run's columns allow.
    """
    _check(request)
    policy = request.policy
    _check_items(request.only, policy)
    among = frame(request.run, policy, request.only)
    targeting = Targeting(request.files, policy, request.run.manifest.as_of, among, request.only)
    with request.run.source() as source:
        if request.strategy == "value-at-risk":
            targets = _greatest(targeting, source, request.doctors, told)
            return Plan(request, policy, among, (), (), targets)
        drawn = _drawn(_layers(request, policy, source, among), request)
        bands = tuple(Decimal(one) / CENTS for one in cuts(among.most.to_pylist()))
        return Plan(request, policy, among, drawn, bands, _all(targeting, source, drawn, told))


def _check(request: Request) -> None:
    for name, value, limit in (("--doctors", request.doctors, 1), ("--seed", request.seed, 0)):
        if value < limit:
            raise Invalid([Problem("below_minimum", place=name, details={"value": str(value), "limit": str(limit)})])


def _check_items(items: Collection[str], policy: Policy) -> None:
    known = policy.vocabulary.items
    for item in items:
        if item not in known:
            raise Invalid([Problem("unknown_item", place="--item", details=unknown_name(item, known))])


def _layers(request: Request, policy: Policy, source: Source, among: Frame) -> Sequence[Stratum]:
    if not among.size:
        return ()
    if request.strategy == "random":
        return (Stratum((), among.doctors.to_pylist()),)
    who = Who(policy.year, request.run.manifest.as_of)
    for table, rows in _rows(source):
        who.add(table, rows)
    return strata(among, who.table(), policy, request.by, request.doctors)


def _drawn(layers: Sequence[Stratum], request: Request) -> tuple[Drawn, ...]:
    least = needed({one.key: len(one.doctors) for one in layers})
    if request.doctors < least:
        details = {"strata": str(len(layers)), "doctors": str(request.doctors), "limit": str(least)}
        raise Invalid([Problem("too_many_strata", place="--by", details=details)])
    return draw(layers, request.doctors, request.seed)


def _rows(source: Source) -> Iterator[tuple[str, Anything]]:
    """The rows of a source that tell who its doctors are."""
    if not isinstance(source, TablesSource):
        yield from source.parts()
        return
    for table, columns in WANTED.items():
        held = source.tables.held[table]
        for batch in held.batches([name for name in columns if name in held.schema.names], None):
            yield table, batch


def _all(targeting: Targeting, source: Source, drawn: Sequence[Drawn], told: Told) -> tuple[Target, ...]:
    """Everyone drawn, stratum by stratum."""
    of = {number: one for one in drawn for number in one.doctors}
    numbers = sorted(of)
    found: dict[str, Target] = {}
    for number, page in zip(numbers, map(_sound, source.pages(numbers)), strict=True):
        found[number] = targeting.target(page, of[number])
        told(len(found), len(of))
    return tuple(found[number] for number in of)


def _greatest(targeting: Targeting, source: Source, asked: int, told: Told) -> tuple[Target, ...]:
    """Those with most at stake, then by number.

    Doctors are weighed in the order of the most that each could lose, until even that would not bring the next one
    among those wanted.
    """
    wanted = min(asked, targeting.among.size)
    ranked = iter(targeting.among.ranked())
    best: list[tuple[Rank, Page]] = []
    while some := list(islice(ranked, wanted + AHEAD)):
        most, number = some[0]
        if len(best) == wanted and best[-1][0] < (-most, number):
            break
        pages = map(_sound, source.pages(sorted(one for _, one in some)))
        best = sorted([*best, *((targeting.rank(page), page) for page in pages)], key=lambda one: one[0])[:wanted]
    targets: list[Target] = []
    for _, page in best:
        targets.append(targeting.target(page, None))
        told(len(targets), wanted)
    return tuple(targets)


def _sound(page: Page | Invalid) -> Page:
    """The page of a doctor whom a run decided. Raises Invalid."""
    if isinstance(page, Invalid):
        raise page
    return valid(page, "dossier")
