"""The network: derives what the algebra derives, proves it, and never decides on half a derivation."""

from __future__ import annotations

import gc
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import durable_rules_engine as steps
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import network_host
from engine.conditions import All, Any, Exempt, Fact, Node, Not, Outcome, walk
from engine.network import EngineFault, Firing, agree, compile_network
from engine.network_host import Act, Host, HostFault, Rule, Test, check_identities, check_limits, fingerprint
from engine.network_host import Fact as Told
from engine.verdict import Verdict, derive
from tests.strategies import Case, Claims, cases, link, observations, observed

UNMET, UNKNOWN, MET = Verdict.UNMET, Verdict.UNKNOWN, Verdict.MET


def leaf(at: str = "") -> Node:
    return Fact(at=at, fact="fact", tests=())


# Every kind of gate, and a claim that names another: five observed leaves, seven nodes to derive.
LEAF = leaf()
INNER = Any(at="", of=(LEAF, Not(at="", of=LEAF)))
SAMPLE = link(
    [
        All(at="", of=(LEAF, INNER, Exempt(at="", when=LEAF, require=LEAF))),
        Not(at="", of=Outcome(at="", of="0")),
        Any(at="", of=()),
    ]
)
SEEN = dict.fromkeys(observed(SAMPLE), UNKNOWN)


# --- it derives what the algebra derives --------------------------------------------------------------------


@given(case=cases(), data=st.data())
@settings(max_examples=150)
def test_derives_what_the_algebra_derives(case: Case, data: st.DataObject) -> None:
    """Of any claims and any observations, dossier after dossier: nothing of one is left in the next."""
    claims, first = case
    network = compile_network(claims)
    for leaves in (first, data.draw(observations(claims)), first):
        derived = network.derive(leaves).verdicts
        expected = derive(claims, leaves)
        agree(expected, derived)
        assert list(derived.items()) == list(expected.items())


@pytest.mark.parametrize("one", Verdict)
@pytest.mark.parametrize("others", Verdict)
def test_a_gate_may_be_wide(one: Verdict, others: Verdict) -> None:
    """Forty children, for which the engine's own conjunction has no room; one may stand out."""
    claims = link([kind(at="", of=(LEAF,) * 40) for kind in (All, Any)])
    leaves = dict.fromkeys(observed(claims), others) | {"claim-0.39": one, "claim-1.7": one}
    agree(derive(claims, leaves), compile_network(claims).derive(leaves).verdicts)


@pytest.mark.parametrize("seen", Verdict)
def test_a_gate_may_be_deep(seen: Verdict) -> None:
    """Two hundred gates on top of each other."""
    tree = LEAF
    for index in range(200):
        tree = Not(at="", of=tree) if index % 2 else Exempt(at="", when=All(at="", of=(tree,)), require=LEAF)
    claims = link([tree])
    leaves = dict.fromkeys(observed(claims), seen)
    agree(derive(claims, leaves), compile_network(claims).derive(leaves).verdicts)


def test_a_claim_may_be_named_by_many() -> None:
    """Three hundred outcomes of one claim: more than the engine bears of rules on one test."""
    claims = link([LEAF, All(at="", of=(Outcome(at="", of="0"),) * 300)])
    for seen in Verdict:
        leaves = {"claim-0": seen}
        agree(derive(claims, leaves), compile_network(claims).derive(leaves).verdicts)


# --- it proves it -------------------------------------------------------------------------------------------


@given(cases())
@settings(max_examples=100)
def test_the_proof_is_whole(case: Case) -> None:
    """Every node that is not observed is concluded by one firing, from verdicts already established."""
    claims, leaves = case
    derivation = compile_network(claims).derive(leaves)
    known = dict(leaves)
    for firing in derivation.proof:
        at, verdict = firing.conclusion
        assert at not in known
        assert all(known[fact] is found for fact, found in firing.facts)
        known[at] = verdict
    assert known == derivation.verdicts


def test_the_proof_reads() -> None:
    """A rule, what it consumed in the order of the text, what it concluded."""
    claims: Claims = (
        ("rate", leaf("rate")),
        ("aid", Exempt(at="aid", when=leaf("aid.when"), require=Outcome(at="aid.require", of="rate"))),
        ("void", Any(at="void", of=())),
    )
    proof = compile_network(claims).derive({"rate": UNMET, "aid.when": UNKNOWN}).proof
    assert sorted(proof, key=lambda firing: firing.conclusion) == [
        Firing("exempt: unknown", (("aid.when", UNKNOWN), ("aid.require", UNMET)), ("aid", UNKNOWN)),
        Firing("outcome: unmet", (("rate", UNMET),), ("aid.require", UNMET)),
        Firing("any: unmet", (), ("void", UNMET)),
    ]


@given(cases())
@settings(max_examples=40)
def test_the_same_leaves_give_the_same_proof(case: Case) -> None:
    """In one network or two, and in whatever order the leaves are given."""
    claims, leaves = case
    network = compile_network(claims)
    first = network.derive(leaves)
    backwards = dict(reversed(leaves.items()))
    assert network.derive(backwards) == compile_network(claims).derive(leaves) == first


@given(case=cases(), order=st.randoms())
@settings(max_examples=60)
def test_no_verdict_hangs_on_the_order_of_facts(case: Case, order: random.Random) -> None:
    """With what the engine is told shuffled at every step, the same firings happen, in another order."""
    claims, leaves = case
    expected = compile_network(claims).derive(leaves)
    run = Host.run

    def shuffled(self: Host, facts: Sequence[Told], act: Act) -> None:
        def reordered(rule: int, consumed: list[Told]) -> Iterable[Told]:
            posted = list(act(rule, consumed))
            return order.sample(posted, len(posted))

        run(self, order.sample(facts, len(facts)), reordered)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Host, "run", shuffled)
        derived = compile_network(claims).derive(leaves)
    assert derived.verdicts == expected.verdicts
    assert set(derived.proof) == set(expected.proof)


@pytest.fixture
def steps_taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which rulesets were made and unmade during a test."""
    taken: list[str] = []

    def watch(name: str, step: Callable[..., object]) -> None:
        def watched(*given: object) -> object:
            taken.append(name)
            return step(*given)

        monkeypatch.setattr(steps, name, watched)

    watch("create_ruleset", steps.create_ruleset)
    watch("delete_ruleset", steps.delete_ruleset)
    return taken


def test_threads_may_share_a_network(steps_taken: list[str]) -> None:
    """Four threads on one network and its one ruleset: each gets the verdicts of its own leaves."""
    network = compile_network(SAMPLE)

    def differs(seed: int) -> bool:
        drawn = random.Random(seed)
        leaves = {at: drawn.choice(list(Verdict)) for at in SEEN}
        return network.derive(leaves).verdicts != derive(SAMPLE, leaves)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads that take over from each other as often as they can
    try:
        with ThreadPoolExecutor(4) as threads:
            assert not any(threads.map(differs, range(400)))
    finally:
        sys.setswitchinterval(interval)
    assert steps_taken == ["create_ruleset"]


def test_a_ruleset_lasts_until_a_fault(steps_taken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is registered once, dropped with the first fault, and in the end with its network."""
    network = compile_network(SAMPLE)
    for _ in range(3):
        network.derive(SEEN)
    assert steps_taken == ["create_ruleset"]
    with monkeypatch.context() as patch:
        tamper(patch, TAMPERINGS["an action fails"][0])
        with pytest.raises(EngineFault):
            network.derive(SEEN)
    network.derive(SEEN)
    assert steps_taken == ["create_ruleset", "delete_ruleset", "create_ruleset"]
    del network
    gc.collect()
    assert steps_taken == ["create_ruleset", "delete_ruleset"] * 2


# --- it never decides on half a derivation ------------------------------------------------------------------


def test_every_leaf_must_be_observed() -> None:
    """A leaf that was not observed is not taken for unknown; the fault names it."""
    network = compile_network(SAMPLE)
    missing = observed(SAMPLE)[2]
    with pytest.raises(EngineFault, match=f"{missing}: not observed"):
        network.derive({at: seen for at, seen in SEEN.items() if at != missing})
    agree(derive(SAMPLE, SEEN), network.derive(SEEN).verdicts)


@pytest.mark.parametrize("at", ["claim-9", "claim-0", "claim-1.0", "the decision", ""])
def test_only_leaves_are_observed(at: str) -> None:
    """Nothing can be slipped in for a gate, an outcome or a place unheard of."""
    with pytest.raises(EngineFault, match=f"{at}: observed, but not a leaf"):
        compile_network(SAMPLE).derive(SEEN | {at: MET})


@pytest.mark.parametrize("seen", [1, True, None, "met", 3])
def test_only_verdicts_are_observed(seen: object) -> None:
    """A number or a word that looks like a verdict is none."""
    wrong = SEEN | {observed(SAMPLE)[0]: seen}
    with pytest.raises(EngineFault, match="is not a verdict"):
        compile_network(SAMPLE).derive(wrong)  # type: ignore[arg-type]


Tampering = Callable[[list[Told], Act], tuple[list[Told], Act]]


def told(change: Callable[[list[Told]], list[Told]]) -> Tampering:
    return lambda facts, act: (change(facts), act)


def posted(change: Callable[[list[Told]], list[Told]]) -> Tampering:
    return lambda facts, act: (facts, lambda rule, consumed: change(list(act(rule, consumed))))


def first(**properties: int) -> Tampering:
    return told(lambda facts: [facts[0] | properties, *facts[1:]])


def tallies_again(facts: list[Told]) -> list[Told]:
    return facts + [fact | {"id": fact["id"] + 10_000} for fact in facts if "kind" in fact]


def another_kind(facts: list[Told], act: Act) -> tuple[list[Told], Act]:
    return facts, lambda rule, consumed: act((rule + 3) % 15 if "kind" in consumed[0] else rule, consumed)


# What is done to the opening facts or to those that firings post, and how the fault must read.
TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "a fact lost": (told(lambda facts: facts[:2] + facts[3:]), "^claim-0.1.1: no verdict was derived"),
    "every fact lost": (told(lambda facts: []), "HostFault: nothing to derive from"),
    "a fact doubled": (told(lambda facts: facts + facts[:1]), "HostFault: a fact was not taken in"),
    "a verdict changed": (first(verdict=MET), "gathered other verdicts"),
    "no verdict at all": (first(verdict=7), "gathered other verdicts"),
    "addressed to nobody": (first(gate=9_999), "HostFault: a fact was not taken in"),
    "addressed to another": (first(gate=3), "gathered other verdicts"),
    "conclusions lost": (posted(lambda facts: facts[1:]), "no verdict was derived"),
    "tallies doubled": (posted(tallies_again), "concluded twice"),
    "another rule fired": (another_kind, "by the rules of another kind"),
    "an action fails": (posted(lambda facts: [{"id": 1 // 0}]), "ZeroDivisionError"),
}


def tamper(patch: pytest.MonkeyPatch, tampering: Tampering) -> None:
    """Let every host run on what `tampering` makes of its facts and its actions."""
    run = Host.run
    patch.setattr(Host, "run", lambda host, facts, act: run(host, *tampering(list(facts), act)))


@pytest.mark.parametrize(("tampering", "says"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_disturbance_is_a_fault(tampering: Tampering, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside ends in a fault that names a node; the next derivation is right again."""
    network = compile_network(SAMPLE)
    before = network.derive(SEEN)
    with monkeypatch.context() as patch:
        tamper(patch, tampering)
        for _ in range(2):
            with pytest.raises(EngineFault, match=says) as caught:
                network.derive(SEEN)
            assert str(caught.value).split(": ")[0] in {*before.verdicts, "the decision"}
    assert network.derive(SEEN) == before


def test_an_interruption_is_not_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C passes through, and leaves the network fit for use."""

    def interrupted(rule: int, consumed: list[Told]) -> Iterable[Told]:
        raise KeyboardInterrupt

    network = compile_network(SAMPLE)
    with monkeypatch.context() as patch:
        tamper(patch, lambda facts, act: (facts, interrupted))
        with pytest.raises(KeyboardInterrupt):
            network.derive(SEEN)
    agree(derive(SAMPLE, SEEN), network.derive(SEEN).verdicts)


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ({"a": MET, "b": MET}, {"a": MET, "b": UNMET}, "b: met in the first derivation, unmet in the second"),
        ({"a": MET}, {}, "a: met in the first derivation, not derived in the second"),
        ({}, {"a": UNKNOWN}, "a: not derived in the first derivation, unknown in the second"),
    ],
)
def test_two_derivations_must_agree(first: dict[str, Verdict], second: dict[str, Verdict], says: str) -> None:
    """A divergence is a fault, and says where."""
    with pytest.raises(EngineFault, match=says):
        agree(first, second)
    agree(first, dict(first))


# --- it takes no more than the engine can -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ((), "no claim"),
        ((("a", leaf("b")),), "another place"),
        ((("a", Not(at="a", of=leaf("a"))),), "two nodes at 'a'"),
        ((("a", leaf("a")), ("a", leaf("a"))), "two nodes at 'a'"),
        ((("a", Outcome(at="a", of="b")), ("b", leaf("b"))), "no earlier claim"),
        ((("a", Outcome(at="a", of="a")),), "no earlier claim"),
    ],
)
def test_claims_must_be_linked(claims: Claims, says: str) -> None:
    """Claims that could not be settled one after the other are not compiled."""
    with pytest.raises(ValueError, match=says):
        compile_network(claims)


def test_a_year_fits_many_times_over() -> None:
    """Fifteen hundred gates in five hundred claims compile and derive: a real year has some two hundred."""
    claims = link([All(at="", of=(LEAF, Not(at="", of=Any(at="", of=(LEAF, LEAF))))) for _ in range(500)])
    gates = sum(not isinstance(node, Fact) for _, tree in claims for node in walk(tree))
    assert gates == 1500
    leaves = {at: Verdict(index % 3) for index, at in enumerate(observed(claims))}
    agree(derive(claims, leaves), compile_network(claims).derive(leaves).verdicts)


def test_too_many_gates_are_refused() -> None:
    """Before the engine sees them, with the limit named."""
    claims = link([Not(at="", of=LEAF)] * 4_090)
    with pytest.raises(ValueError, match="4106 rules: durable-rules takes 4096"):
        compile_network(claims)


def rules(count: int, *before: Test, relation: Literal["$eq", "$gte"] = "$gte") -> list[Rule]:
    return [Rule((*before, (relation, "a", literal))) for literal in range(count)]


ONE: tuple[Test, ...] = (("$eq", "b", 1),)


@pytest.mark.parametrize(
    ("within", "beyond", "says"),
    [
        (rules(511, relation="$eq"), rules(512, relation="$eq"), "512 distinct tests at one place"),
        (rules(511, *ONE), rules(512, *ONE), "512 distinct tests at one place"),
        (rules(64), rules(65), "65 first tests"),
        ([Rule(ONE)] * 255, [Rule(ONE)] * 256, "256 rules on the same tests"),
        ([Rule(ONE, 65_535)], [Rule(ONE, 65_536)], "65536 facts in one firing"),
    ],
)
def test_the_limits_of_the_engine_are_checked(within: list[Rule], beyond: list[Rule], says: str) -> None:
    """Each limit at its edge: some of them the engine itself does not notice."""
    check_limits(within)
    with pytest.raises(ValueError, match=says):
        check_limits(beyond)


def test_facts_the_engine_would_confuse_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two numbers of one hash, which it takes for one fact; compiling looks at every fact there can be."""
    assert fingerprint("40189") == fingerprint("797186")
    with pytest.raises(ValueError, match="the facts 797186 and 40189 are the same"):
        check_identities([40_189, 797_186])
    monkeypatch.setattr(network_host, "fingerprint", len)
    with pytest.raises(ValueError, match="are the same to durable-rules"):
        compile_network(SAMPLE)


def test_a_host_needs_a_fact_and_a_firing() -> None:
    """Without either the engine would crash."""
    host = Host([Rule(ONE, count=2)])
    with pytest.raises(HostFault, match="nothing to derive from"):
        host.run([], lambda rule, consumed: ())
    with pytest.raises(HostFault, match="no rule fired"):
        host.run([{"id": 1, "b": 1}], lambda rule, consumed: ())
