"""How many rows are enough: what a smallest dossier with given verdicts holds of each kind of row.

Rows only ever raise the verdict of the leaf that looks at them. A condition that is met rests on one row of each leaf
it needs; one that is missed needs none, but where a `not` or another item's statement is concerned. docs/proofs.md
has the argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
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


def named(policy: Policy, names: Iterable[str]) -> list[str]:
    """Some claims, and every claim that they name."""
    trees, found, pending = dict(claims(policy)), dict[str, None](), list(names)
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = None
            pending += [node.of for node in walk(_tree(trees, name)) if isinstance(node, Outcome)]
    return list(found)


def cone(policy: Policy, names: Iterable[str]) -> list[Observed]:
    """Every leaf that some claims hang on, each once."""
    trees = dict(claims(policy))
    nodes = [node for name in named(policy, names) for node in walk(_tree(trees, name))]
    return list({node.at: node for node in nodes if isinstance(node, Observed)}.values())


def _tree(trees: Mapping[str, Node], at: str) -> Node:
    """The tree of a claim, or the part of one that stands at a place."""
    if at in trees:
        return trees[at]
    return next(node for tree in trees.values() for node in walk(tree) if node.at == at)


def campaigns_before(leaves: Iterable[Observed]) -> int:
    """How many earlier campaigns are enough: one for each way of looking for the latest that holds something."""
    return len({(leaf.row, leaf.names, leaf.of) for leaf in leaves if isinstance(leaf, Record) and leaf.earlier})


def needed(goals: Iterable[tuple[Policy, str]]) -> dict[Pool, int]:
    """The rows of each pool that suffice for any verdicts of these claims and of those they name, met and missed.

    The same claim of several policies counts as one: one of them met, another missed.
    """
    policies: dict[str, list[Policy]] = {}
    for policy, goal in goals:
        for name in named(policy, [goal]):
            policies.setdefault(name, []).append(policy)
    leaves = [leaf for name, several in policies.items() for policy in several for leaf in cone(policy, [name])]
    depth = campaigns_before(leaves)
    total: Counter[Pool] = Counter()
    for name, several in policies.items():
        for met in (True, False):
            rows: Counter[Pool] = Counter()
            for policy in several:
                rows |= _rows(_tree(dict(claims(policy)), name), met, depth)
            total += rows
    total += Counter(dict.fromkeys(_support(leaves), 1))
    for leaf in leaves:
        for pool in _pools(leaf, depth):
            total[pool] = 1 if pool.kind == "prefill" else max(total[pool], 1)
    return dict(total)


def _support(leaves: Iterable[Observed]) -> list[Pool]:
    """One statement more wherever a leaf compares with it, or a prefill may yield to it."""
    found: list[Pool] = []
    for leaf in leaves:
        if isinstance(leaf, Record):
            found += [Pool("declaration", same.item, 0) for same in leaf.same]
            found += [Pool("declaration", name, 0) for name in leaf.names if leaf.row == "prefill"]
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


def _rows(node: Node, met: bool, depth: int) -> Counter[Pool]:
    """The rows that a condition's being met, or missed, rests on; those of the claims it names are counted there."""
    match node:
        case All(of=of):
            return _several(of, met, depth, together=met)
        case Any(of=of):
            return _several(of, met, depth, together=not met)
        case Exempt(when=lifted, require=require):
            return _several((lifted, require), met, depth, together=not met)
        case Not(of=child):
            return _rows(child, not met, depth)
        case Outcome():
            return Counter()
        case _:
            return _leaf(node, met, depth)


def _several(nodes: Iterable[Node], met: bool, depth: int, *, together: bool) -> Counter[Pool]:
    found: Counter[Pool] = Counter()
    for node in nodes:
        rows = _rows(node, met, depth)
        found = found + rows if together else found | rows
    return found


def _leaf(leaf: Observed, met: bool, depth: int) -> Counter[Pool]:
    if not met:
        # A row that a later campaign holds hides those of the campaigns before.
        hidden = isinstance(leaf, Record) and leaf.earlier and depth > 1
        return Counter(_pools(leaf, depth)) if hidden else Counter()
    return Counter(dict.fromkeys((pool for pool in _pools(leaf, depth) if pool.kind != "prefill"), 1))
