"""How many rows are enough: what a smallest dossier with given verdicts holds of each kind of row.

Rows only ever raise the verdict of the leaf that looks at them. A condition that is met rests on one row of each leaf
it needs; one that is missed needs none, but where a `not` or another item's statement is concerned. docs/proofs.md
has the argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from engine.claims import claims
from engine.conditions import All, Any, Attribute, Exempt, Node, Not, Observed, Outcome, Record, walk
from engine.policy import Policy
from engine.proving.texts import DEPARTMENT


class Pool(NamedTuple):
    """The rows of one kind and item (of a paper: the item it covers) in one campaign: 0 is the dossier's own."""

    kind: str
    name: str
    campaign: int


def cone(policy: Policy, names: Iterable[str]) -> list[Observed]:
    """Every leaf that some claims hang on, each once."""
    trees, seen, leaves = dict(claims(policy)), set[str](), dict[str, Observed]()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in walk(trees[name]):
            if isinstance(node, Outcome):
                pending.append(node.of)
            elif isinstance(node, Observed):
                leaves[node.at] = node
    return list(leaves.values())


def campaigns_before(leaves: Iterable[Observed]) -> int:
    """How many earlier campaigns are enough: one for each way of looking for the latest that holds something."""
    return len({(leaf.row, leaf.names, leaf.of) for leaf in leaves if isinstance(leaf, Record) and leaf.earlier})


def needed(goals: Iterable[tuple[Policy, str]]) -> dict[Pool, int]:
    """The rows of each pool that suffice for any verdicts of these claims, once met and once missed each.

    The same claim of several policies counts as one.
    """
    named: dict[str, list[Policy]] = {}
    for policy, name in goals:
        named.setdefault(name, []).append(policy)
    leaves = [leaf for name, policies in named.items() for policy in policies for leaf in cone(policy, [name])]
    depth = campaigns_before(leaves)
    total: Counter[Pool] = Counter()
    for name, policies in named.items():
        sides: tuple[Counter[Pool], Counter[Pool]] = (Counter(), Counter())
        for policy in policies:
            reader = _Reader(policy, depth)
            sides = (sides[0] | reader.rows(name, met=True), sides[1] | reader.rows(name, met=False))
        total += sides[0] + sides[1]
    total += Counter(dict.fromkeys(_support(leaves), 1))
    for leaf in leaves:
        for pool in _pools(leaf, depth):
            total[pool] = 1 if pool.kind == "prefill" else max(total[pool], 1)
    return dict(total)


def _support(leaves: Iterable[Observed]) -> set[Pool]:
    """One statement more wherever a leaf compares with it, or a prefill may yield to it."""
    found = set()
    for leaf in leaves:
        if isinstance(leaf, Record):
            found |= {Pool("declaration", same.item, 0) for same in leaf.same}
            found |= {Pool("declaration", name, 0) for name in leaf.names if leaf.row == "prefill"}
    return found


def _pools(leaf: Observed, depth: int) -> list[Pool]:
    """The pools that a leaf looks at."""
    match leaf:
        case Attribute(test=test) if test.fields == (DEPARTMENT,):
            return [Pool("location", "", 0)]
        case Record():
            names = (leaf.of or "",) if leaf.row == "document" else leaf.names
            campaigns = range(1, depth + 1) if leaf.earlier else range(1)
            own = [Pool(leaf.row, name, campaign) for name in names for campaign in campaigns]
            beside = [Pool("declaration", pool.name, pool.campaign) for pool in own if pool.kind == "prefill"]
            same = [Pool(kind, one.item, 0) for one in leaf.same for kind in ("declaration", "prefill")]
            return [*own, *beside, *same]
        case _:
            return []


class _Reader:
    def __init__(self, policy: Policy, depth: int) -> None:
        self.trees, self.depth = dict(claims(policy)), depth
        self.known: dict[tuple[str, bool], Counter[Pool]] = {}

    def rows(self, claim: str, *, met: bool) -> Counter[Pool]:
        """The rows that a claim's being met, or missed, rests on."""
        if (claim, met) not in self.known:
            self.known[claim, met] = self.node(self.trees[claim], met)
        return self.known[claim, met]

    def node(self, node: Node, met: bool) -> Counter[Pool]:
        match node:
            case All(of=of):
                return self.several(of, met, together=met)
            case Any(of=of):
                return self.several(of, met, together=not met)
            case Exempt(when=lifted, require=require):
                return self.several((lifted, require), met, together=not met)
            case Not(of=child):
                return self.node(child, not met)
            case Outcome(of=claim):
                return self.rows(claim, met=met)
            case _:
                return self.leaf(node, met)

    def several(self, nodes: Iterable[Node], met: bool, *, together: bool) -> Counter[Pool]:
        found: Counter[Pool] = Counter()
        for node in nodes:
            rows = self.node(node, met)
            found = found + rows if together else found | rows
        return found

    def leaf(self, leaf: Observed, met: bool) -> Counter[Pool]:
        if not met:
            # A row that a later campaign holds hides those of the campaigns before.
            hidden = isinstance(leaf, Record) and leaf.earlier and self.depth > 1
            return Counter(_pools(leaf, self.depth)) if hidden else Counter()
        rows = Counter(dict.fromkeys(_pools(leaf, self.depth), 1))
        return Counter({pool: count for pool, count in rows.items() if pool.kind != "prefill"})
