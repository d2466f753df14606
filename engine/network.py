"""The second derivation: the claims of a policy as one durable-rules ruleset, chained to its fixpoint.

Every node is a number in the network, and its verdict a fact addressed to each gate that waits for it. A gate
takes two firings. *Gather* collects the verdicts of all its children and posts their tally: how many are met,
unknown, unmet. Then exactly one of the three verdict rules of its kind matches the tally; these rules are the
Kleene tables once more, written apart from `verdict` and shared by all the gates of a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock

from msgspec import Struct

from engine.conditions import (
    All,
    Always,
    Any,
    Attribute,
    Empty,
    Exempt,
    Fact,
    Node,
    Not,
    Outcome,
    Rate,
    Record,
    Silent,
    children,
)
from engine.network_host import Fact as Told
from engine.network_host import Host, Rule, Test, check_identities
from engine.verdict import Verdict

UNMET, UNKNOWN, MET = Verdict.UNMET, Verdict.UNKNOWN, Verdict.MET


class EngineFault(RuntimeError):
    """A derivation is not whole, or two of them diverge: there is no decision. The message names the node."""


class Firing(Struct, frozen=True):
    """One step of the proof: a rule, the (place, verdict) pairs it consumed, and the pair it concluded."""

    rule: str
    facts: tuple[tuple[str, Verdict], ...]
    conclusion: tuple[str, Verdict]


class Derivation(Struct, frozen=True):
    """The verdict of every node by its place; and, in order, one firing for each that was not observed."""

    verdicts: Mapping[str, Verdict]
    proof: tuple[Firing, ...]


_WORDS = {verdict: verdict.word for verdict in Verdict}
_Table = dict[Verdict, tuple[Test, ...]]


def _some(verdict: Verdict) -> Test:
    return ("$gte", _WORDS[verdict], 1)


def _none(verdict: Verdict) -> Test:
    return ("$lte", _WORDS[verdict], 0)


# Of each table exactly one line holds, whatever the tally: no verdict hangs on the order of firings.
_EVERY: _Table = {
    UNMET: (_some(UNMET),),
    UNKNOWN: (_none(UNMET), _some(UNKNOWN)),
    MET: (_none(UNMET), _none(UNKNOWN)),
}
_ONE: _Table = {
    MET: (_some(MET),),
    UNKNOWN: (_none(MET), _some(UNKNOWN)),
    UNMET: (_none(MET), _none(UNKNOWN)),
}
_MIRROR: _Table = {MET: (_some(UNMET),), UNKNOWN: (_some(UNKNOWN),), UNMET: (_some(MET),)}
_RELAY: _Table = {MET: (_some(MET),), UNKNOWN: (_some(UNKNOWN),), UNMET: (_some(UNMET),)}

_TABLES = {"all": _EVERY, "any": _ONE, "not": _MIRROR, "exempt": _ONE, "outcome": _RELAY}
_KINDS = tuple(_TABLES)
_CONCLUSIONS = [(kind, verdict, tests) for kind, table in _TABLES.items() for verdict, tests in table.items()]
_OBSERVED, _DECISION = "observed", "decision"

# Gather rules are told apart by shard and only then by gate, so that no test has too many others beside it.
_SHARD = 32


class _Place(Struct, frozen=True):
    """What the network knows of a node: `inputs` are the indexes of the places it waits for."""

    at: str
    kind: str
    inputs: tuple[int, ...] = ()


class _Plan:
    """The claims as places, in the order of `verdict.derive`, and the rules that chain them.

    The last place is the decision itself: it waits for every claim, and concludes only that all is done.
    """

    def __init__(self, claims: Iterable[tuple[str, Node]]) -> None:
        self.places: list[_Place] = []
        roots: dict[str, int] = {}
        for name, tree in claims:
            if name != tree.at:
                raise ValueError(f"the claim {name!r} is at another place: {tree.at!r}")
            roots[name] = self._add(tree, roots)
        if not roots:
            raise ValueError("no claim to derive")
        self.places.append(_Place("the decision", _DECISION, tuple(roots.values())))
        self.index: dict[str, int] = {}
        for index, place in enumerate(self.places):
            if self.index.setdefault(place.at, index) != index:
                raise ValueError(f"two nodes at {place.at!r}")
        self.gates = [index for index, place in enumerate(self.places) if place.inputs]
        self.rules = [Rule((("$eq", "kind", _KINDS.index(kind)), *tests)) for kind, _, tests in _CONCLUSIONS]
        for gate in self.gates:
            tests: tuple[Test, ...] = (("$eq", "shard", gate // _SHARD), ("$eq", "gate", gate))
            self.rules.append(Rule(tests, count=len(self.places[gate].inputs)))
        # Facts are numbered: first the tallies, by gate, then the verdicts, once for each gate that waits.
        self.waiting: list[list[tuple[int, int]]] = [[] for _ in self.places]
        number = len(self.places)
        for gate in self.gates:
            for child in self.places[gate].inputs:
                self.waiting[child].append((number, gate))
                number += 1
        check_identities(range(number))

    def _add(self, node: Node, roots: Mapping[str, int]) -> int:
        if isinstance(node, Outcome):
            if node.of not in roots:
                raise ValueError(f"{node.at!r} names {node.of!r}, which no earlier claim settles")
            inputs: tuple[int, ...] = (roots[node.of],)
        else:
            inputs = tuple([self._add(child, roots) for child in children(node)])
        self.places.append(_Place(node.at, _kind(node), inputs))
        return len(self.places) - 1


def _kind(node: Node) -> str:
    match node:
        case All():
            return "all"
        case Any():
            return "any"
        case Not():
            return "not"
        case Exempt():
            return "exempt"
        case Outcome():
            return "outcome"
        case Always() | Attribute() | Fact() | Rate() | Empty() | Record() | Silent():
            return _OBSERVED


class _Chaining:
    """One derivation under way: what the rules do when they fire, and a check on every step they take."""

    def __init__(self, plan: _Plan, observed: Mapping[int, Verdict]) -> None:
        self._plan = plan
        self._verdicts = dict(observed)
        self._tallied: dict[int, tuple[tuple[str, Verdict], ...]] = {}
        self._proof: list[Firing] = []
        self._complete = False

    def opening(self) -> Iterator[Told]:
        """What is known before any rule fires: the observations, and the tallies of gates without a child."""
        for index, place in enumerate(self._plan.places):
            if place.kind == _OBSERVED:
                yield from self._tell(index)
            elif not place.inputs:
                yield self._tally(index)

    def act(self, rule: int, consumed: Sequence[Told]) -> Iterable[Told]:
        """The facts that a firing posts. Raises EngineFault on a step that the plan does not allow."""
        if rule < len(_CONCLUSIONS):
            return self._conclude(rule, consumed)
        return self._gather(self._plan.gates[rule - len(_CONCLUSIONS)], consumed)

    def whole(self) -> Derivation:
        """The finished derivation. Raises EngineFault, naming the first node left out, when it is not."""
        if not self._complete or len(self._verdicts) != len(self._plan.places) - 1:
            raise EngineFault(f"{self.pending()}: no verdict was derived")
        verdicts = {place.at: self._verdicts[index] for index, place in enumerate(self._plan.places[:-1])}
        return Derivation(verdicts, tuple(self._proof))

    def pending(self) -> str:
        """The first node that has no verdict yet, or the decision itself."""
        return next(place.at for index, place in enumerate(self._plan.places) if index not in self._verdicts)

    def _gather(self, gate: int, consumed: Sequence[Told]) -> Iterable[Told]:
        place = self._plan.places[gate]
        awaited = [(gate, child, self._verdicts.get(child)) for child in sorted(place.inputs)]
        if sorted((fact["gate"], fact["node"], fact["verdict"]) for fact in consumed) != awaited:
            raise EngineFault(f"{place.at}: gathered other verdicts than those it waits for")
        if place.kind == _DECISION:
            self._complete = True
            return ()
        return (self._tally(gate),)

    def _conclude(self, rule: int, consumed: Sequence[Told]) -> Iterable[Told]:
        kind, verdict, _ = _CONCLUSIONS[rule]
        gate = consumed[0]["gate"]
        place = self._plan.places[gate]
        if gate in self._verdicts or gate not in self._tallied or place.kind != kind:
            raise EngineFault(f"{place.at}: concluded twice, too early, or by the rules of another kind")
        self._verdicts[gate] = verdict
        self._proof.append(Firing(f"{kind}: {_WORDS[verdict]}", self._tallied[gate], (place.at, verdict)))
        return self._tell(gate)

    def _tell(self, index: int) -> Iterator[Told]:
        """A verdict, addressed to each gate that waits for it."""
        verdict = int(self._verdicts[index])
        for number, gate in self._plan.waiting[index]:
            yield {"id": number, "shard": gate // _SHARD, "gate": gate, "node": index, "verdict": verdict}

    def _tally(self, gate: int) -> Told:
        place = self._plan.places[gate]
        facts = tuple([(self._plan.places[child].at, self._verdicts[child]) for child in place.inputs])
        verdicts = [verdict for _, verdict in facts]
        self._tallied[gate] = facts
        tally = {word: verdicts.count(verdict) for verdict, word in _WORDS.items()}
        return {"id": gate, "kind": _KINDS.index(place.kind), "gate": gate, **tally}


class Network:
    """Compiled claims. Threads may share it: their derivations take turns."""

    def __init__(self, plan: _Plan) -> None:
        """Made by `compile_network`."""
        self._plan = plan
        self._lock = Lock()
        self._host: Host | None = Host(plan.rules)

    def derive(self, leaves: Mapping[str, Verdict]) -> Derivation:
        """The verdict of every node, chained from those observed, and the proof.

        `leaves` holds the verdict of every leaf that is not an `Outcome`, and nothing else. The same leaves
        give the same firings in the same order. Raises EngineFault unless every node gets one verdict and no
        more; the ruleset is then dropped, and built anew for the next call.
        """
        chaining = _Chaining(self._plan, self._observed(leaves))
        with self._lock:
            # Nobody's while it runs: after a fault it is forgotten, and the next call makes another.
            host, self._host = self._host or Host(self._plan.rules), None
            try:
                host.run(list(chaining.opening()), chaining.act)
                derivation = chaining.whole()
            except EngineFault:
                raise
            except Exception as error:
                raise EngineFault(f"{chaining.pending()}: {type(error).__name__}: {error}") from error
            self._host = host
        return derivation

    def _observed(self, leaves: Mapping[str, Verdict]) -> dict[int, Verdict]:
        observed: dict[int, Verdict] = {}
        for at, verdict in leaves.items():
            index = self._plan.index.get(at)
            if index is None or self._plan.places[index].kind != _OBSERVED:
                raise EngineFault(f"{at}: observed, but not a leaf of this policy")
            if not isinstance(verdict, Verdict):
                raise EngineFault(f"{at}: {verdict!r} is not a verdict")
            observed[index] = verdict
        for index, place in enumerate(self._plan.places):
            if place.kind == _OBSERVED and index not in observed:
                raise EngineFault(f"{place.at}: not observed")
        return observed


def compile_network(claims: Iterable[tuple[str, Node]]) -> Network:
    """One ruleset for all the claims of a policy.

    `claims` are (name, tree) pairs, each after those its `outcome` leaves name; a tree's own place is its
    claim's name. Raises ValueError when they are not so, when two nodes are at one place, when there is no
    claim, and when they go beyond what durable-rules can take.
    """
    return Network(_Plan(claims))


def agree(first: Mapping[str, Verdict], second: Mapping[str, Verdict]) -> None:
    """Raises EngineFault, naming the first node on which two derivations diverge, unless they are alike."""
    for at in (*first, *second):
        one, other = first.get(at), second.get(at)
        if one is None or one is not other:
            words = ["not derived" if verdict is None else verdict.word for verdict in (one, other)]
            raise EngineFault(f"{at}: {words[0]} in the first derivation, {words[1]} in the second")
