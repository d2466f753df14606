"""Whom to check: the doctors of a run drawn by a strategy, each decided again to tell what they have at stake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any as Anything
from typing import Literal, get_args

from msgspec import Struct

from engine.control.drawing import Drawn, Stratum, draw, needed
from engine.control.frame import CENTS, Frame, frame
from engine.control.stakes import Stakes, stakes
from engine.control.strata import Field, cuts, strata
from engine.decision import decide, judge
from engine.dispute.contradictions import Contradiction, contradictions
from engine.dispute.pricing import alternatives
from engine.dossier import Value, read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.network import EngineFault
from engine.policy import Policy
from engine.problems import Invalid, Problem, unknown_name
from engine.running.impact.who import WANTED, Who
from engine.running.kept import Kept
from engine.schema import check
from engine.sourcing.sources import Source, TablesSource
from engine.standing import standing_on
from engine.yamltext import Page

Strategy = Literal["value-at-risk", "random", "stratified"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
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


class Target(Struct, frozen=True, kw_only=True):
    """A doctor to check: who it is, what is paid, of which stratum by what chance, and what the dossier tells.

    `chance` is None where none was given: to those with most at stake. `readings` are the other readings that would
    change the decision, each with its option.
    """

    doctor: str
    name: str | None
    fields: Mapping[str, Value]
    departments: tuple[str, ...]
    points: Decimal
    paid: Decimal
    stratum: tuple[str, ...]
    chance: Fraction | None
    stakes: Stakes
    contradictions: tuple[Contradiction, ...]
    readings: tuple[tuple[str, str], ...]

    @property
    def euros(self) -> Decimal:
        """What would be lost if all that rests on a declaration alone were refuted."""
        return self.stakes.together.euros

    @property
    def rank(self) -> tuple[int, str]:
        """See `ranked_by`."""
        return ranked_by(self.euros, self.doctor)


def ranked_by(euros: Decimal, doctor: str) -> tuple[int, str]:
    """What doctors are ranked by: those with most at stake come first, then those of the smallest numbers."""
    return (-int(euros * CENTS), doctor)


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
    for item in request.only:
        if item not in policy.vocabulary.items:
            raise Invalid(
                [Problem("unknown_item", place="--item", details=unknown_name(item, policy.vocabulary.items))]
            )
    among = frame(request.run, policy, request.only)
    with request.run.source() as source:
        deciding = _Deciding(request, policy, source, among)
        if request.strategy == "value-at-risk":
            targets = deciding.greatest(told)
            return Plan(request, policy, among, (), (), targets)
        layers = _layers(request, policy, source, among)
        drawn = _drawn(layers, request)
        bands = tuple(Decimal(one) / CENTS for one in cuts(among.most.to_pylist()))
        return Plan(request, policy, among, drawn, bands, deciding.all(drawn, told))


def _check(request: Request) -> None:
    for name, value, limit in (("--doctors", request.doctors, 1), ("--seed", request.seed, 0)):
        if value < limit:
            raise Invalid([Problem("below_minimum", place=name, details={"value": str(value), "limit": str(limit)})])


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


class _Deciding:
    """Decides doctors of a run again, as `explain` would."""

    def __init__(self, request: Request, policy: Policy, source: Source, among: Frame) -> None:
        self.request, self.policy, self.source, self.among = request, policy, source, among

    def all(self, drawn: Sequence[Drawn], told: Told) -> tuple[Target, ...]:
        """Everyone drawn, stratum by stratum."""
        of = {number: one for one in drawn for number in one.doctors}
        found: dict[str, Target] = {}
        for number, page in zip(sorted(of), self.pages(sorted(of)), strict=True):
            found[number] = self.target(page, of[number])
            told(len(found), len(of))
        return tuple(found[number] for number in of)

    def greatest(self, told: Told) -> tuple[Target, ...]:
        """Those with most at stake, then by number.

        Doctors are weighed in the order of the most that each could lose, until even that would not bring the next
        one among those wanted.
        """
        wanted = min(self.request.doctors, self.among.size)
        ranked = iter(self.among.ranked())
        best: list[tuple[tuple[int, str], Page]] = []
        while some := list(islice(ranked, wanted + AHEAD)):
            most, number = some[0]
            if len(best) == wanted and best[-1][0] < (-most, number):
                break
            best += [(self.weighed(page), page) for page in self.pages(sorted(one for _, one in some))]
            best = sorted(best, key=lambda one: one[0])[:wanted]
        targets = []
        for _, page in best:
            targets.append(self.target(page, None))
            told(len(targets), wanted)
        return tuple(targets)

    def weighed(self, page: Page) -> tuple[int, str]:
        """What a doctor has at stake, as doctors are ranked by it."""
        decision = judge(self.policy, read_dossier(page, self.policy), self.request.run.manifest.as_of)
        return ranked_by(stakes(decision, self.request.only).together.euros, decision.dossier.doctor)

    def pages(self, numbers: Sequence[str]) -> Iterator[Page]:
        """The pages of doctors. Raises Invalid where one cannot be decided, whom the run decided."""
        return map(sound, self.source.pages(numbers))

    def target(self, page: Page, drawn: Drawn | None) -> Target:
        """A doctor decided again."""
        decision = decide(self.policy, read_dossier(page, self.policy), self.request.run.manifest.as_of)
        dossier, beside = decision.dossier, (one.paid.least for one in decision.components)
        others = alternatives(self.request.files, page, decision)
        locations = standing_on(dossier, self.policy, decision.as_of).locations(decision.as_of)
        target = Target(
            doctor=dossier.doctor,
            name=dossier.name,
            fields=dossier.fields,
            departments=tuple(sorted({row.name for row in locations})),
            points=decision.paid.least,
            paid=sum(beside, decision.euros(decision.paid).least),
            stratum=drawn.key if drawn else (),
            chance=drawn.chance if drawn else None,
            stakes=stakes(decision, self.request.only),
            contradictions=tuple(contradictions(decision)),
            readings=tuple((one.reading, one.option) for one in others),
        )
        most = self.among.most_of(target.doctor)
        if -target.rank[0] > most:
            raise EngineFault(f"{target.doctor}: {target.euros} ≠ {most}")
        return target


def sound(page: Page | Invalid) -> Page:
    """The page of a doctor whom a run decided. Raises Invalid."""
    if isinstance(page, Invalid):
        raise page
    problems = check(page, "dossier")
    if problems:
        raise Invalid(problems)
    return page
