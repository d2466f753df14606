"""The algebra of three verdicts: what is known stays known, whatever is learnt later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.claims import CyclicOutcomes, claims, out_of_play, standing
from engine.conditions import All, Any, Exempt, Fact, Node, Not, Outcome, walk
from engine.policy import Indicator, Neutralisation, Policy
from engine.verdict import Verdict, all_of, any_of, derive, negate
from tests.made_up import edit, law, policy
from tests.strategies import Claims, claim_sets, observations, verdicts

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
several = st.lists(verdicts, max_size=6)

Effect = Literal["met", "removed"]


@pytest.fixture
def year() -> Policy:
    return law()


def leaf(at: str) -> Fact:
    return Fact(at=at, fact="fact", tests=())


def value(tree: Node, leaves: Mapping[str, Verdict]) -> Verdict:
    """The verdict of a tree that stands alone."""
    return derive([(tree.at, tree)], leaves)[tree.at]


# --- the tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (MET, MET, MET, MET),
        (MET, UNKNOWN, UNKNOWN, MET),
        (MET, UNMET, UNMET, MET),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, UNMET, UNMET, UNKNOWN),
        (UNMET, UNMET, UNMET, UNMET),
    ],
)
def test_and_and_or_follow_the_strong_tables_of_kleene(
    left: Verdict, right: Verdict, both: Verdict, either: Verdict
) -> None:
    assert (all_of([left, right]), any_of([left, right])) == (both, either)


def test_not_turns_met_into_unmet_and_leaves_the_unknown_unknown() -> None:
    assert [negate(one) for one in (MET, UNKNOWN, UNMET)] == [UNMET, UNKNOWN, MET]


def test_nothing_to_meet_is_met_and_no_way_to_meet_it_is_unmet() -> None:
    assert (all_of([]), any_of([])) == (MET, UNMET)


@given(several)
def test_de_morgan(drawn: list[Verdict]) -> None:
    """Not all of them is one of them not; not one of them is all of them not."""
    assert negate(all_of(drawn)) is any_of(map(negate, drawn))
    assert negate(any_of(drawn)) is all_of(map(negate, drawn))


@given(several.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_order_does_not_matter(pair: tuple[list[Verdict], list[Verdict]]) -> None:
    one, other = pair
    assert (all_of(one), any_of(one)) == (all_of(other), any_of(other))


@given(several, several)
def test_grouping_does_not_matter(first: list[Verdict], second: list[Verdict]) -> None:
    assert all_of([all_of(first), all_of(second)]) is all_of(first + second)
    assert any_of([any_of(first), any_of(second)]) is any_of(first + second)


@given(verdicts, several)
def test_repeating_a_condition_adds_nothing(one: Verdict, others: list[Verdict]) -> None:
    assert all_of([one, any_of([one, *others])]) is one
    assert any_of([one, all_of([one, *others])]) is one


@given(verdicts, verdicts)
def test_an_exemption_is_met_when_lifted_or_required_is(lifted: Verdict, required: Verdict) -> None:
    tree = Exempt(at="x", when=leaf("x.when"), require=leaf("x.require"))
    assert value(tree, {"x.when": lifted, "x.require": required}) is any_of([lifted, required])


@given(verdicts)
def test_an_outcome_is_what_its_condition_is(verdict: Verdict) -> None:
    asking = Not(at="second", of=Outcome(at="second.of", of="first"))
    derived = derive([("first", leaf("first")), ("second", asking)], {"first": verdict})
    assert derived == {"first": verdict, "second.of": verdict, "second": negate(verdict)}


def test_a_leaf_nobody_looked_at_is_an_error_not_an_unknown() -> None:
    with pytest.raises(KeyError):
        value(All(at="x", of=(leaf("seen"), leaf("forgotten"))), {"seen": MET})


# --- learning -------------------------------------------------------------------------------------------------------


@st.composite
def learning(draw: st.DrawFn) -> tuple[Claims, dict[str, Verdict], dict[str, Verdict]]:
    """Claims, what is known of their leaves, and what is known once some of the unknown is learnt."""
    drawn = draw(claim_sets(most=4))
    before = draw(observations(drawn))
    after = {at: draw(verdicts) if verdict is UNKNOWN else verdict for at, verdict in before.items()}
    return drawn, before, after


@given(learning())
def test_learning_a_fact_never_flips_a_settled_verdict(
    case: tuple[Claims, dict[str, Verdict], dict[str, Verdict]],
) -> None:
    drawn, before, after = case
    early, late = derive(drawn, before), derive(drawn, after)
    settled = {at: verdict for at, verdict in early.items() if verdict is not UNKNOWN}
    assert settled == {at: late[at] for at in settled}


@given(learning())
def test_who_knows_everything_is_left_with_no_doubt(
    case: tuple[Claims, dict[str, Verdict], dict[str, Verdict]],
) -> None:
    drawn, before, _ = case
    known = {at: MET if verdict is UNKNOWN else verdict for at, verdict in before.items()}
    assert UNKNOWN not in derive(drawn, known).values()


@given(claim_sets())
def test_every_node_gets_a_verdict(drawn: Claims) -> None:
    leaves = {node.at: UNKNOWN for _, tree in drawn for node in walk(tree) if not isinstance(node, Outcome)}
    assert set(derive(drawn, leaves)) == {node.at for _, tree in drawn for node in walk(tree)}


# --- the claims of a policy -----------------------------------------------------------------------------------------


def test_a_condition_is_settled_after_those_it_names(year: Policy) -> None:
    order = [name for name, _ in claims(year)]
    named = {(name, node.of) for name, tree in claims(year) for node in walk(tree) if isinstance(node, Outcome)}
    late = {(name, of) for name, of in named if order.index(of) >= order.index(name)}
    assert late == set()


def test_everything_that_pays_is_a_claim(year: Policy) -> None:
    names = {name for name, _ in claims(year)}
    assert names >= {
        "eligible",
        "base",
        "base.register",
        "care#gate",
        "care.orchard#lit",
        "garden#gate",
        "garden#plot-one",
        "garden#park-two",
    }


def test_conditions_that_depend_on_each_other_are_refused(year: Policy) -> None:
    first, second = year.volets[1].indicators[:2]
    volet = replace(
        year.volets[1],
        indicators=(
            replace(first, when=Outcome(at=first.when.at, of=second.id)),
            replace(second, when=Outcome(at=second.when.at, of=first.id)),
        ),
    )
    with pytest.raises(CyclicOutcomes) as raised:
        claims(replace(year, volets=(year.volets[0], volet), components=()))
    assert {first.id, second.id} <= set(raised.value.cycle)


def test_a_node_may_bear_any_id(tmp_path: Path) -> None:
    """The names the engine makes for itself never meet those of a policy."""
    for word in ("standing", "out", "tree", "lifted0", "empty1", "neutralised1", "points"):
        changed = policy(tmp_path / word, edit("care/quarry.yaml", "id: dug", f"id: {word}"))
        places = [node.at for _, tree in claims(changed) for node in walk(tree)]
        assert (word, len(places)) == (word, len(set(places)))


# --- neutralisation -------------------------------------------------------------------------------------------------


def neutralised(year: Policy, effects: Sequence[Effect]) -> Policy:
    """A year of one indicator, neutralised in that order of effects; its leaves are `tree`, `n0`, `n1`…"""
    steps = tuple(Neutralisation(effect, leaf(f"n{index}")) for index, effect in enumerate(effects))
    indicator: Indicator = replace(year.indicators[0], when=leaf("tree"), neutralisations=steps)
    volet = replace(year.volets[0], indicators=(indicator,))
    return replace(year, eligible=leaf("eligible"), volets=(volet,), components=())


def as_the_text_says(effects: Sequence[Effect], holds: Sequence[bool], tree: bool) -> tuple[bool, bool, bool]:
    """Granted, out of play, and not in the way of the volet, when everything is known."""
    first = next((effect for effect, held in zip(effects, holds, strict=True) if held), None)
    granted = first == "met" or (first is None and tree)
    return granted, first == "removed", granted or first == "removed"


def shared(answers: set[bool]) -> Verdict:
    return UNKNOWN if len(answers) > 1 else MET if True in answers else UNMET


@given(
    st.lists(st.tuples(st.sampled_from(["met", "removed"]), verdicts), max_size=3),
    verdicts,
)
def test_the_first_neutralisation_that_holds_decides(steps: list[tuple[Effect, Verdict]], tree: Verdict) -> None:
    """Where one is unknown, the outcome is what every possibility shares, else unknown."""
    effects, whens = [effect for effect, _ in steps], [when for _, when in steps]
    year = neutralised(law(), effects)
    (indicator,) = year.indicators
    leaves = {"eligible": MET, "tree": tree, **{f"n{index}": when for index, when in enumerate(whens)}}
    derived = derive(claims(year), leaves)

    known: dict[Verdict, tuple[bool, ...]] = {MET: (True,), UNMET: (False,), UNKNOWN: (False, True)}
    worlds = [
        as_the_text_says(effects, [*holds], of) for *holds, of in product(*(known[one] for one in (*whens, tree)))
    ]
    granted, out, stands = (shared({world[index] for world in worlds}) for index in range(3))

    assert derived[indicator.id] is granted
    assert derived.get(out_of_play(indicator), UNMET) is out
    assert derived[year.volets[0].id] is derived[standing(indicator)] is stands


def test_a_volet_asks_for_every_indicator_in_play(year: Policy) -> None:
    volet = next(tree for name, tree in claims(year) if name == "base")
    assert isinstance(volet, All | Any)
    asked = [node.of for node in walk(volet) if isinstance(node, Outcome)]
    assert asked == [standing(indicator) for indicator in year.volets[0].indicators]
