"""Which verdicts a condition can take, told from its form alone: every condition below it is taken to be free.

Where conditions below hang together this allows too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from engine.claims import claims
from engine.conditions import All, Always, Any, Exempt, Node, Not, Outcome, Silent
from engine.policy import Policy
from engine.verdict import Verdict, all_of, any_of, negate

Verdicts = frozenset[Verdict]


def possible(policy: Policy) -> dict[str, Verdicts]:
    """The verdicts that each condition of a policy can take, by its place."""
    found: dict[str, Verdicts] = {}

    def take(node: Node) -> Verdicts:
        match node:
            case All(of=of):
                verdicts = frozenset(map(all_of, _ways(map(take, of))))
            case Any(of=of):
                verdicts = frozenset(map(any_of, _ways(map(take, of))))
            case Not(of=child):
                verdicts = frozenset(map(negate, take(child)))
            case Exempt(when=when, require=require):
                verdicts = frozenset(map(any_of, _ways([take(when), take(require)])))
            case Outcome(of=claim):
                verdicts = found[claim]
            case Always():
                verdicts = frozenset({Verdict.MET})
            case Silent():
                verdicts = frozenset({Verdict.UNKNOWN})
            case _:
                verdicts = frozenset(Verdict)
        found[node.at] = verdicts
        return verdicts

    for _, tree in claims(policy):
        take(tree)
    return found


def _ways(children: Iterable[Verdicts]) -> Iterable[tuple[Verdict, ...]]:
    """One combination for each set of verdicts that matters: the order of the children does not."""
    return product(*dict.fromkeys(children))
