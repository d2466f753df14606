"""What several indicators can come to together, where facts are unknown: exact bounds, not sums of bounds.

Indicators that hang on the same unknown fact are completed together: every assignment of their unknown leaves is
derived. Leaves that ask the same thing get the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product

from msgspec.structs import replace

from engine.amount import Amount, total
from engine.claims import Claim, out_of_play, removable
from engine.conditions import Node, Observed, Outcome, walk
from engine.policy import Branch, Indicator, Weight
from engine.verdict import Verdict, derive

MOST_QUESTIONS = 10
"""Beyond this many unknown questions together, the sum of the bounds is given: it holds the true range."""

Verdicts = Mapping[str, Verdict]
Measured = Callable[[Verdicts, Indicator], Amount]


class Completions:
    """The possible completions of one decision's verdicts."""

    def __init__(self, order: Sequence[Claim], verdicts: Verdicts) -> None:
        self.order, self.trees, self.verdicts = order, dict(order), verdicts

    @cached_property
    def leaves(self) -> dict[str, Verdict]:
        nodes = [node for _, tree in self.order for node in walk(tree)]
        return {node.at: self.verdicts[node.at] for node in nodes if isinstance(node, Observed)}

    def alone(self, indicator: Indicator, measured: Measured) -> Amount:
        """The least and the most that `measured` of one indicator can be."""
        amount = measured(self.verdicts, indicator)
        return amount if amount.settled else self.extent([indicator], measured)

    def extent(self, indicators: Sequence[Indicator], measured: Measured) -> Amount:
        """The least and the most that `measured` of all these indicators can add up to."""
        bounds = [(indicator, measured(self.verdicts, indicator)) for indicator in indicators]
        # What is settled whatever the facts turn out to be adds the same to every completion.
        unsettled = [indicator for indicator, amount in bounds if not amount.settled]
        settled = total(amount for _, amount in bounds if amount.settled)
        if not unsettled:
            return settled
        return settled + total(self._together(group, measured) for group in self._linked(unsettled))

    def _together(self, group: Sequence[Indicator], measured: Measured) -> Amount:
        names = {name for indicator in group for name in claims_of(indicator, self.trees)}
        order = [claim for claim in self.order if claim[0] in names]
        questions: dict[Node, list[str]] = {}
        for node in self._unknown(names):
            questions.setdefault(question(node), []).append(node.at)
        if not questions or len(questions) > MOST_QUESTIONS:
            return total(measured(self.verdicts, indicator) for indicator in group)
        sums = []
        for answers in product((Verdict.UNMET, Verdict.MET), repeat=len(questions)):
            answered = {
                at: answer for places, answer in zip(questions.values(), answers, strict=True) for at in places
            }
            verdicts = derive(order, {**self.leaves, **answered})
            sums.append(total(measured(verdicts, indicator) for indicator in group))
        return Amount(min(one.least for one in sums), max(one.most for one in sums))

    def _linked(self, indicators: Sequence[Indicator]) -> list[list[Indicator]]:
        """The indicators in groups that share no unknown question with each other."""
        groups: list[tuple[set[Node], list[Indicator]]] = []
        for indicator in indicators:
            asked = {question(node) for node in self._unknown(set(claims_of(indicator, self.trees)))}
            touching = [group for group in groups if group[0] & asked]
            groups = [group for group in groups if not group[0] & asked]
            members = [one for _, group in touching for one in group]
            groups.append((asked.union(*(one for one, _ in touching)), [*members, indicator]))
        return [group for _, group in groups]

    def _unknown(self, names: set[str]) -> list[Node]:
        nodes = [node for name in sorted(names) for node in walk(self.trees[name])]
        return [node for node in nodes if isinstance(node, Observed) and self.verdicts[node.at] is Verdict.UNKNOWN]


def claims_of(indicator: Indicator, trees: Mapping[str, Node]) -> Iterator[str]:
    """Every claim that the outcome or the weight of an indicator hangs on, each once; `trees` are all, by name."""
    pending = [indicator.id, *_weighed(indicator.weight)]
    pending += [out_of_play(indicator)] if removable(indicator) else []
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            yield name
            pending += [node.of for node in walk(trees[name]) if isinstance(node, Outcome)]


def question(node: Node) -> Node:
    """What a leaf asks, wherever it stands and whatever it is called."""
    return replace(node, at="", label=None, sources=(), presumed=False, readings=())


def _weighed(weight: Weight | None) -> Iterator[str]:
    if isinstance(weight, Branch):
        yield weight.when.at
        yield from _weighed(weight.then)
        yield from _weighed(weight.otherwise)
