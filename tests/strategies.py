"""Random claims: trees of every kind of gate that name each other's outcomes, and verdicts for their leaves.

The nodes drawn have no place (`at` is empty): `link` and `place` give each its own. A test that needs leaves
of some kind passes a strategy of such leaves, without a place as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from msgspec.structs import replace

from engine.conditions import All, Always, Any, Exempt, Fact, Node, Not, Outcome, children, walk
from engine.verdict import Verdict

Claims = tuple[tuple[str, Node], ...]
Case = tuple[Claims, dict[str, Verdict]]

verdicts = st.sampled_from(Verdict)

plain_leaves: st.SearchStrategy[Node] = st.just(Fact(at="", fact="fact", tests=()))


def gates(inner: st.SearchStrategy[Node], width: int = 5) -> st.SearchStrategy[Node]:
    """Every kind of gate over nodes of `inner`, empty ones included."""
    several = st.lists(inner, max_size=width).map(tuple)
    return st.one_of(
        several.map(lambda of: All(at="", of=of)),
        several.map(lambda of: Any(at="", of=of)),
        inner.map(lambda of: Not(at="", of=of)),
        st.tuples(inner, inner).map(lambda pair: Exempt(at="", when=pair[0], require=pair[1])),
    )


def trees(leaves: st.SearchStrategy[Node] = plain_leaves, size: int = 12) -> st.SearchStrategy[Node]:
    """Trees of about `size` leaves at most; an outcome names a number, for `place` to settle."""
    outcomes = st.integers(0, 9).map(lambda of: Outcome(at="", of=str(of)))
    return st.recursive(st.one_of(leaves, outcomes), gates, max_leaves=size)


def place(tree: Node, at: str, earlier: Sequence[str]) -> Node:
    """The same tree at `at`, every node below at a place of its own, its outcomes naming `earlier` claims.

    With no earlier claim to name, an outcome becomes `Always`.
    """
    below = [place(child, f"{at}.{index}", earlier) for index, child in enumerate(children(tree))]
    match tree:
        case All() | Any():
            return replace(tree, at=at, of=tuple(below))
        case Not():
            return replace(tree, at=at, of=below[0])
        case Exempt():
            return replace(tree, at=at, when=below[0], require=below[1])
        case Outcome(of=number):
            return Outcome(at=at, of=earlier[int(number) % len(earlier)]) if earlier else Always(at=at)
        case _:
            return replace(tree, at=at)


def link(drawn: Sequence[Node]) -> Claims:
    """Claims made of trees without a place, each after those it names."""
    names = [f"claim-{index}" for index in range(len(drawn))]
    return tuple([(name, place(drawn[i], name, names[:i])) for i, name in enumerate(names)])


def claim_sets(leaves: st.SearchStrategy[Node] = plain_leaves, most: int = 6) -> st.SearchStrategy[Claims]:
    """Up to `most` claims that name each other's outcomes."""
    return st.lists(trees(leaves), min_size=1, max_size=most).map(link)


def observed(claims: Claims) -> list[str]:
    """The places a dossier must give a verdict for: every leaf but outcomes."""
    nodes = [node for _, tree in claims for node in walk(tree)]
    return [node.at for node in nodes if not isinstance(node, All | Any | Not | Exempt | Outcome)]


def observations(claims: Claims) -> st.SearchStrategy[dict[str, Verdict]]:
    """Any verdicts for those places."""
    return st.fixed_dictionaries(dict.fromkeys(observed(claims), verdicts))


def cases(leaves: st.SearchStrategy[Node] = plain_leaves, most: int = 6) -> st.SearchStrategy[Case]:
    """Claims, and verdicts observed for them."""
    return claim_sets(leaves, most).flatmap(lambda claims: st.tuples(st.just(claims), observations(claims)))
