"""What a day leaves to do, as plain data: targets, the ways of reaching them, step by step, and their worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from engine.conditions import Condition, Observed, Record
from engine.decision import Decision
from engine.dispute.mending import Change, Wanted
from engine.policy import Component, Indicator, Period, Tier

FILING = ("channel", "declared_on", "requested_on", "received_on")
"""How and when a row is filed: what alternatives that ask the same thing differ in."""


class Target(Struct, frozen=True):
    """An indicator to be granted, or a tier of a component to be reached."""

    indicator: Indicator | None = None
    component: Component | None = None
    period: Period | None = None
    tier: Tier | None = None

    @property
    def claim(self) -> str:
        if self.indicator:
            return self.indicator.id
        assert self.tier is not None
        return self.tier.when.at


class Window(Struct, frozen=True):
    """When and how something can be filed: by these channels (none: no matter), from `first` (None: at once)."""

    channels: tuple[str, ...]
    first: date | None
    last: date


class Step(Struct, frozen=True):
    """One thing to do, or (`awaited`) to be known: the leaves it serves, and the windows in which it can be."""

    change: Change
    leaves: tuple[Observed, ...]
    windows: tuple[Window, ...]
    awaited: bool

    @property
    def last(self) -> date:
        return max(window.last for window in self.windows)

    @property
    def due(self) -> tuple[Window, ...]:
        """When it is to be done; never, for what is only awaited."""
        return () if self.awaited else self.windows

    @property
    def names(self) -> tuple[str, ...]:
        """The items, or the kinds of paper, any of which will do."""
        row = self.change.after
        assert row is not None
        lists = [leaf.names for leaf in self.leaves if isinstance(leaf, Record)]
        if self.change.before is not None or not lists:
            return (row.name,)
        return tuple(name for name in lists[0] if all(name in names for names in lists))

    @property
    def wanted(self) -> dict[str, Wanted]:
        """What is asked of it, apart from how and when it is filed."""
        return {name: asked for name, asked in sorted(self.change.wanted.items()) if name not in FILING}

    @property
    def said(self) -> object:
        """What it asks, however it is filed."""
        row = self.change.after
        assert row is not None
        automated = [_asked(leaf) for leaf in self.leaves if not isinstance(leaf, Record)]
        return row.type, row.name, row.items, self.names, tuple(self.wanted.items()), self.awaited, tuple(automated)


Steps = tuple[Step, ...]


class Duty(Struct, frozen=True):
    """What would grant a target: the ways of it, shortest first, and what it is worth."""

    target: Target
    ways: tuple[Steps, ...]
    points: Decimal
    euros: Decimal

    @property
    def awaited(self) -> bool:
        """Whether the doctor has nothing to do but wait for what is not yet known."""
        return all(step.awaited for step in self.ways[0])

    @property
    def last(self) -> date:
        """The last day on which it can be begun and still be done."""
        return max(min(step.last for step in way if self.awaited or not step.awaited) for way in self.ways)


class Kept(Struct, frozen=True):
    """What is reached on what is known, and must hold until a day; `leaves` are what may still change."""

    target: Target
    until: date | None
    leaves: tuple[Observed, ...]


class Closed(Struct, frozen=True):
    """What can no longer be granted, the last day on which it could, and what it would have been worth."""

    target: Target
    last: date
    points: Decimal
    euros: Decimal


class Duties(Struct, frozen=True):
    """Everything that a day leaves to do. `idle`: if nothing more is done; `best`: if everything possible is."""

    as_of: date
    idle: Decision
    best: Decision
    to_do: tuple[Duty, ...]
    awaited: tuple[Duty, ...]
    kept: tuple[Kept, ...]
    closed: tuple[Closed, ...]
    unsettled: tuple[Target, ...]
    beyond: tuple[Target, ...]


def merged(found: list[Steps]) -> tuple[Steps, ...]:
    """The ways that ask the same things made one, with every window in which each can be filed."""
    groups: dict[tuple[object, ...], list[Steps]] = {}
    for way in found:
        groups.setdefault(tuple(step.said for step in way), []).append(way)
    return tuple(tuple(_step(list(same)) for same in zip(*group, strict=True)) for group in groups.values())


def _step(same: list[Step]) -> Step:
    windows: dict[tuple[date | None, date], dict[str, None]] = {}
    for window in (window for step in same for window in step.windows):
        windows.setdefault((window.first, window.last), {}).update(dict.fromkeys(window.channels))
    return replace(same[0], windows=tuple(Window(tuple(names), *days) for days, names in windows.items()))


def _asked(leaf: Condition) -> Condition:
    """What a leaf asks, wherever it stands."""
    return replace(leaf, at="", label=None, sources=(), presumed=False, readings=())
