"""Two trees of conditions → what differs: nodes are found again by their name, and by their shape without one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.conditions import Exempt, Node, Source, Text, children, walk
from engine.drafting.diff.differing import Aspect, Change, Plain, Side, Subject, Within
from engine.drafting.diff.plain import alike, asked, kind, likeness, name, same, shape, text, tree

Both = tuple[tuple[Source, ...], tuple[Source, ...]]
"""The passages of either side."""


@dataclass
class Found:
    """What a comparison has found so far: rules, and apart from them labels and places in the sources.

    `years` is how many years the second policy comes after the first.
    """

    years: int
    changes: list[Change] = field(default_factory=list)
    labels: list[Change] = field(default_factory=list)
    sources: list[Change] = field(default_factory=list)

    def words(self, subject: Subject, at: str, was: Text | None, now: Text | None) -> None:
        """A label, if it says something else than the same of its own year."""
        if not alike(was, now, self.years):
            before, after = (Side(text(one)) if one else None for one in (was, now))
            self.labels.append(Change(subject, "label", at, before, after))

    def passages(self, subject: Subject, at: str, was: Sequence[Source], now: Sequence[Source]) -> None:
        """Other passages for the same rule."""
        if set(was) != set(now):
            self.sources.append(Change(subject, "source", at, Side(None, tuple(was)), Side(None, tuple(now))))


@dataclass(frozen=True)
class Above:
    """What stands above two nodes: a place, the label people know them by, and the passages they inherit."""

    within: Within
    at: str = ""
    label: Mapping[str, str] | None = None
    sources: Both = ((), ())


class Trees:
    """Compares the trees of one subject."""

    def __init__(self, subject: Subject, found: Found) -> None:
        self.subject, self.found = subject, found
        self.met: set[str] = set()
        self.gone: list[tuple[Node, Above]] = []
        self.come: list[tuple[Node, Above]] = []

    def compare(self, one: Node, other: Node, within: Within = "condition", inherited: Both = ((), ())) -> None:
        """Everything that differs between two trees that stand for the same thing, and the passages they inherit."""
        self._pair(one, other, Above(within, sources=inherited))
        self._elsewhere()

    def _pair(self, one: Node, other: Node, above: Above) -> None:
        label = text(other.label) or text(one.label) or above.label
        here = Above(above.within, other.at, label, (one.sources, other.sources))
        self.met |= {named for node in (one, other) if (named := name(node))}
        self.found.words(self.subject, other.at, one.label, other.label)
        if here.sources != above.sources:
            self.found.passages(self.subject, other.at, one.sources, other.sources)
        if isinstance(one, Exempt) and isinstance(other, Exempt):
            self._pair(one.when, other.when, replace(here, within="exemption"))
            self._pair(one.require, other.require, here)
        elif isinstance(one, Exempt):
            self._emit("exemption", one, other, here, _rule(one.when), None)
            self._pair(one.require, other, here)
        elif isinstance(other, Exempt):
            self._emit("exemption", one, other, here, None, _rule(other.when))
            self._pair(one, other.require, here)
        elif type(one) is type(other) or (children(one) and children(other)):
            self._alike(one, other, here)
        else:
            self._emit("form", one, other, here, _rule(one), _rule(other))

    def _alike(self, one: Node, other: Node, here: Above) -> None:
        """Two leaves of one kind, or two gates."""
        if type(one) is not type(other):
            gates = (Side({"kind": kind(node)}, node.sources) for node in (one, other))
            self._emit("form", one, other, here, *gates)
        was, now = ({(aspect, at): value for aspect, at, value in asked(node)} for node in (one, other))
        for aspect, before, after in _differing(was, now, self.found.years):
            was_side = None if before is None else Side(before, one.sources)
            now_side = None if after is None else Side(after, other.sources)
            self._emit(aspect, one, other, here, was_side, now_side)
        pairs, gone, come = aligned(children(one), children(other))
        for before_node, after_node in pairs:
            self._pair(before_node, after_node, here)
        self.gone += [(node, here) for node in gone]
        self.come += [(node, here) for node in come]

    def _elsewhere(self) -> None:
        """Nodes found on one side alone: those that stand elsewhere on the other are compared there."""
        while self.gone or self.come:
            gone, come, self.gone, self.come = self.gone, self.come, [], []
            was, now = self._places(gone), self._places(come)
            for named in now:
                if named in was and named not in self.met:
                    (one, left), (other, above) = was[named], now[named]
                    self._emit("moved", one, other, above, Side(left.at, one.sources), Side(above.at, other.sources))
                    self._pair(one, other, above)
            for root, above in gone:
                if name(root) not in self.met:
                    self._emit("condition", root, root, above, _rule(root), None)
            for root, above in come:
                if name(root) not in self.met:
                    self._emit("condition", root, root, above, None, _rule(root))

    def _places(self, roots: Sequence[tuple[Node, Above]]) -> dict[str, tuple[Node, Above]]:
        """The named nodes of some trees that were not met yet, and what stands above each."""
        found: dict[str, tuple[Node, Above]] = {}
        for root, above in roots:
            parents = {child.at: node.at for node in walk(root) for child in children(node)}
            for node in walk(root):
                named = name(node)
                if named and named not in self.met:
                    found[named] = node, replace(above, at=parents.get(node.at, above.at))
        return found

    def _emit(self, aspect: Aspect, one: Node, other: Node, here: Above, was: Side | None, now: Side | None) -> None:
        at = (one if now is None else other).at
        label = _called(other) if aspect == "moved" else here.label
        self.found.changes.append(Change(self.subject, aspect, at, was, now, here.within, label))


def _rule(node: Node) -> Side:
    return Side(tree(node), node.sources, node)


def _called(node: Node) -> dict[str, str]:
    """What people know a node by: its label, or its name."""
    named = name(node) or ""
    return text(node.label) or {"fr": named, "en": named}


def _differing(
    was: Mapping[tuple[Aspect, str], Plain], now: Mapping[tuple[Aspect, str], Plain], years: int
) -> Iterator[tuple[Aspect, Plain, Plain]]:
    """What two leaves ask differently, in the text's order.

    A field whose test is of another kind on the other side (a list, then values) differs once, not twice.
    """
    elsewhere = {at: (aspect, at) for aspect, at in now if at and (aspect, at) not in was}
    matched = set()
    for key, before in was.items():
        match = key if key in now else elsewhere.get(key[1], key)
        matched.add(match)
        after = now.get(match)
        if not same(before, after, years):
            yield match[0], before, after
    for key, after in now.items():
        if key not in matched and after is not None:
            yield key[0], None, after


def aligned(ones: Sequence[Node], others: Sequence[Node]) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
    """Which children stand for each other, and those left on either side.

    By name; then those that ask exactly the same; then, without a name on one side at least, those that look at
    the same thing; at last, where as many are left on each side and none has a name, those in the same order.
    """
    left, right = list(ones), list(others)
    pairs: list[tuple[Node, Node]] = []
    for recognised in (name, shape, likeness):
        for one in list(left):
            key = recognised(one)
            other = next((node for node in right if key is not None and recognised(node) == key), None)
            if other is None or (recognised is likeness and name(one) and name(other)):
                continue
            pairs.append((one, other))
            left.remove(one)
            right.remove(other)
    if len(left) == len(right) and not any(map(name, (*left, *right))):
        return [*pairs, *zip(left, right, strict=True)], [], []
    return pairs, left, right
