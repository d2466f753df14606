"""Nothing is lost: what became of the rows of every doctor, for each side of a measure, adds up to those read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy

from engine.measuring.fates import sides
from engine.measuring.folding import NEVER, Folded
from engine.measuring.manifest import Account, Lack
from engine.measuring.measures import Measuring
from engine.measuring.owners import Owners
from engine.network import EngineFault


class Accounts:
    """What became of all rows so far, for each side of each measure that looks at rows of its own."""

    def __init__(self, measures: Iterable[Measuring], owners: Owners) -> None:
        self.measures, self.owners = tuple(measures), owners
        self.counts: dict[tuple[str, str], Counter[tuple[str, str | None]]] = {}
        self.undone: Counter[str] = Counter()
        self.begun: Counter[str] = Counter()

    def add(self, doctors: Sequence[str], folded: Iterable[Folded]) -> None:
        """What became of the rows of more doctors. Raises EngineFault when one's do not add up to those read."""
        for one in folded:
            flows = {side.name: side.asked.flow for side in sides(one.measuring)}
            if one.undone is not None:
                name, first = one.measuring.id, numpy.datetime64(one.measuring.period.span.first, "D")
                self.undone[name] += int((one.undone != NEVER).sum())
                self.begun[name] += int((one.first > first).sum())
            for side, fates in one.fates.items():
                total = self.counts.setdefault((one.measuring.id, side), Counter())
                for fate in fates:
                    total[fate.what, fate.reason] += int(fate.rows.sum())
                read = self.owners.of[flows[side]]
                for doctor, added in zip(doctors, sum(fate.rows for fate in fates).tolist(), strict=True):
                    if added != read[doctor]:
                        raise EngineFault(f"{one.measuring.id}, {side}, {doctor}: {read[doctor]} ≠ {added}")

    def told(self) -> Iterator[Account]:
        """What became of all rows; those of nobody are in quarantine. Raises EngineFault when they do not add up."""
        for measuring in self.measures:
            for one in sides(measuring):
                if (measuring.id, one.name) in self.counts or not self.owners.doctors:
                    yield self._account(measuring.id, one.name, one.asked.flow)

    def lacks(self) -> Iterator[Lack]:
        """What the flows seem to lack: no row at all where some are looked for."""
        for measuring in self.measures:
            for one in sides(measuring):
                what = {what for (what, _), rows in self.counts.get((measuring.id, one.name), {}).items() if rows}
                if "out_of_period" in what and what.isdisjoint(("counted", "excluded")):
                    yield Lack("period", measuring.id, one.name, one.asked.flow)
            if self.begun[measuring.id] and not self.undone[measuring.id]:
                side = sides(measuring)[0]
                yield Lack("before", measuring.id, side.name, side.asked.flow)

    def _account(self, measure: str, side: str, flow: str) -> Account:
        counts = self.counts.get((measure, side), Counter())
        plain: Mapping[str, int] = {what: count for (what, reason), count in counts.items() if reason is None}
        account = Account(
            measure=measure,
            side=side,
            flow=flow,
            read=self.owners.of[flow].total(),
            other=plain.get("other", 0),
            quarantined=plain.get("quarantined", 0) + self.owners.of_nobody(flow),
            out_of_period=plain.get("out_of_period", 0),
            excluded={reason: count for (_, reason), count in counts.items() if reason},
            counted=plain.get("counted", 0),
        )
        became = account.other + account.quarantined + account.out_of_period + account.counted
        if became + sum(account.excluded.values()) != account.read:
            raise EngineFault(f"{measure}, {side}: {account.read} ≠ {became} + {sum(account.excluded.values())}")
        return account
