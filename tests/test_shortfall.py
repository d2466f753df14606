"""What was missing: the smallest changes, no larger and no smaller, and deciding again grants what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.conditions import Node, Observed, walk
from engine.decision import Decision, judge
from engine.dispute.shortfall import Shortfall, Shortfalls
from engine.dispute.ways import Flip, Way, minimal, ways
from engine.dossier import read_dossier
from engine.linking import linked
from engine.text import in_order
from engine.verdict import Verdict, derive
from tests.conftest import Example, campaigns, decided, known, policy_files
from tests.strategies import place, trees

MOST_LEAVES = 6


def leaves_of(tree: Node) -> list[Node]:
    return [node for node in walk(tree) if isinstance(node, Observed)]


def by_brute_force(tree: Node, found: Mapping[str, Verdict]) -> list[Way]:
    """Every smallest set of leaves that, each given the right verdict, make the tree met."""
    places = list(found)
    met: list[Way] = []
    for answers in product((None, True, False), repeat=len(places)):
        changed = {at: answer for at, answer in zip(places, answers, strict=True) if answer is not None}
        verdicts = {**found, **{at: Verdict.MET if answer else Verdict.UNMET for at, answer in changed.items()}}
        if derive([(tree.at, tree)], verdicts)[tree.at] is Verdict.MET:
            met.append(frozenset(Flip(at, answer) for at, answer in changed.items()))
    return minimal(met)


@given(trees(size=MOST_LEAVES), st.data())
def test_the_ways_of_a_tree_are_all_the_smallest_and_only_those(drawn: Node, data: st.DataObject) -> None:
    tree = place(drawn, "claim", ())
    leaves = leaves_of(tree)
    assume(0 < len(leaves) <= MOST_LEAVES)
    found = {leaf.at: data.draw(st.sampled_from(Verdict)) for leaf in leaves}
    verdicts = derive([(tree.at, tree)], found)
    expected = by_brute_force(tree, found)
    assert ways(tree, verdicts, {tree.at: tree}, lambda leaf, met: True) == expected


def first(decision: Decision, claim: str) -> Shortfall | None:
    return next(iter(Shortfalls(decision).of(claim)), None)


def test_with_its_first_shortfall_every_refused_indicator_is_granted(example: Example) -> None:
    """But where the law asks for what no doctor can change: where the SAS is deployed."""
    decision, left = decided(example), []
    for one in decision.indicators:
        if one.outcome == "refused":
            shortfall = first(decision, one.indicator.id)
            granted = shortfall and shortfall.decision.verdicts[one.indicator.id] is Verdict.MET
            if not granted:
                left.append(one.indicator.id)
    assert [name for name in left if not name.endswith(".sas")] == []


def test_no_change_of_a_shortfall_can_be_spared(example: Example) -> None:
    decision = decided(example)
    kept = list(decision.dossier.rows)
    for one in decision.indicators:
        shortfall = first(decision, one.indicator.id) if one.outcome == "refused" else None
        for spared in shortfall.changes if shortfall and len(shortfall.changes) > 1 else ():
            others = [change for change in shortfall.changes if change is not spared] if shortfall else []
            gone = [change.before for change in others]
            rows = [row for row in kept if row not in gone] + [change.after for change in others if change.after]
            dossier = type(decision.dossier)(
                decision.dossier.doctor, None, decision.dossier.year, decision.dossier.fields, tuple(rows)
            )
            without = judge(decision.policy, dossier, decision.as_of)
            assert without.verdicts[one.indicator.id] is not Verdict.MET


def asked(shortfall: Shortfall) -> set[tuple[object, ...]]:
    """Everything that a shortfall asks: which rows are changed, added or taken away, and what of each field."""
    found = set[tuple[object, ...]]()
    for change in shortfall.changes:
        row = in_order(change.before.plain()) if change.before else "added"
        after = change.after and (change.after.type, change.after.name, change.after.items)
        found |= {(row, after), *((row, after, *one) for one in change.wanted.items())}
    return found


def test_no_shortfall_asks_for_all_that_another_does_and_more(example: Example) -> None:
    """A choice that does not qualify is mended by another choice: not by another choice sent on paper too."""
    decision = decided(example)
    for one in decision.indicators:
        if one.outcome == "refused":
            found = [asked(shortfall) for shortfall in Shortfalls(decision).of(one.indicator.id)]
            assert [other for other in found if any(fewer < other for fewer in found)] == []


def test_one_act_short_of_two_thirds_says_one_act_and_what_it_cost() -> None:
    decision = decided(next(one for one in campaigns() if one.number == "99900000029"))
    shortfall = first(decision, "volet-1.teletransmission")
    assert shortfall is not None
    (change,) = shortfall.changes
    assert change.before is not None
    assert change.after is not None
    counts = (change.before.fields["numerator"], change.after.fields["numerator"], change.among)
    block = decision.volets[0].possible
    assert (counts, shortfall.decision.paid) == ((1999, 2000, 3000), decision.attained + block)


# --- what was known when --------------------------------------------------------------------------------------------


def as_of(number: str, year: int, day: date) -> Decision:
    policy = linked(policy_files(year), {})
    return judge(policy, read_dossier(known()[number].page, policy), day)


def test_three_days_tell_three_consistent_stories_of_one_dossier() -> None:
    """Before the paper came the payment was open, on the day of decision too, and it was settled once it was read."""
    days = (date(2024, 1, 15), date(2024, 6, 30), date(2024, 7, 31))
    decisions = [as_of("99900000110", 2023, day) for day in days]
    ranges = [(one.paid.least, one.paid.most) for one in decisions]
    assert all(low <= high for low, high in ranges)
    assert ranges[0][0] <= ranges[1][0] <= ranges[2][0] == ranges[2][1] <= ranges[1][1] <= ranges[0][1]


def test_what_came_later_is_never_in_what_was_known(example: Example) -> None:
    decision = decided(example)
    seen = [row.row for observation in decision.observations.values() for row in observation.seen]
    assert [row for row in decision.later if row in seen] == []
