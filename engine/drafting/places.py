"""Where each condition of a linked policy is written.

A linked condition has a name (`volet-2.aat#when`) and no file: linking has resolved every `choose`. Here the pages
are walked again, naming conditions as `grammar` names them, so that each can be shown where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.conditions import Node, walk
from engine.cursor import Cursor
from engine.grammar import Grammar
from engine.loading import PolicyFiles
from engine.policy import Branch, Policy, Weight

BESIDE_KIND = ("id", "label", "source")


def places(files: PolicyFiles, policy: Policy) -> dict[str, Cursor]:
    """Where each condition of a policy is written in its files, by its name: the mapping that holds its kind.

    A neutralisation for everyone has no condition of its own: it is shown where it stands.
    """
    return dict(_Walk(files, policy).everything())


def entries(files: PolicyFiles, policy: Policy) -> dict[str, Cursor]:
    """Where each entry of a policy's calendar is written, by its name."""
    settle = _settling(policy).settle
    written = {name: settle(cursor) for name, cursor in Cursor.top(files.policy)["calendar"].items()}
    return {name: cursor for name, cursor in written.items() if cursor is not None}


def conditions(policy: Policy) -> Iterator[Node]:
    """Every condition of a policy, each tree from its root down."""
    for tree in trees(policy):
        yield from walk(tree)


def trees(policy: Policy) -> Iterator[Node]:
    """The root of each tree: eligibility, weights, gates, indicators, neutralisations, tiers."""
    yield policy.eligible
    for volet in policy.volets:
        yield from _weighed(volet.weight)
        yield from [volet.gate] if volet.gate else []
        for indicator in volet.indicators:
            yield from _weighed(indicator.weight)
            yield indicator.when
            yield from (step.when for step in indicator.neutralisations if "~" not in step.when.at)
    for component in policy.components:
        yield from [component.gate] if component.gate else []
        yield from (tier.when for period in component.periods for tier in period.tiers)


def _weighed(weight: Weight | None) -> Iterator[Node]:
    if isinstance(weight, Branch):
        yield weight.when
        yield from _weighed(weight.then)
        yield from _weighed(weight.otherwise)


def _settling(policy: Policy) -> Grammar:
    """What takes, of each `choose`, the option that the policy took."""
    return Grammar(policy.year, policy.documents, policy.readings, policy.choices, policy.tables)


class _Walk:
    """One walk over the pages, every `choose` settled as the policy settled it."""

    def __init__(self, files: PolicyFiles, policy: Policy) -> None:
        self.files, self.policy = files, policy
        self.settle = _settling(policy).settle

    def everything(self) -> Iterator[tuple[str, Cursor]]:
        top = Cursor.top(self.files.policy)
        yield from self.node(top["eligible"], "eligible", "eligible")
        for volet in top["volets"].each():
            name = volet["id"].text
            yield from self.weight(volet.get("points"), name, f"{name}#points")
            yield from self.node(volet.get("gate"), name, f"{name}#gate")
        for indicator in self.policy.indicators:
            yield from self.indicator(indicator.id)
        for component in self.policy.components:
            yield from self.component(component.id)

    def indicator(self, name: str) -> Iterator[tuple[str, Cursor]]:
        top = Cursor.top(self.files.indicators[name])
        yield from self.weight(top.get("points"), name, f"{name}#points")
        yield from self.node(top["when"], name, f"{name}#when")
        neutralised = top.get("neutralised")
        for number, written in enumerate(neutralised.each() if neutralised else (), start=1):
            step, at = self.settle(written), f"{name}#neutralised{number}"
            if step is not None and "when" in step.data:
                yield from self.node(step["when"], name, at)
            elif step is not None:
                yield at, step

    def component(self, name: str) -> Iterator[tuple[str, Cursor]]:
        top = Cursor.top(self.files.components[name])
        yield from self.node(top.get("gate"), name, f"{name}#gate")
        for period in top["periods"].each():
            for tier in period["tiers"].each():
                yield from self.node(tier["when"], name, f"{name}#{period['id'].text}.{tier['id'].text}")

    def weight(self, cursor: Cursor | None, owner: str, at: str) -> Iterator[tuple[str, Cursor]]:
        settled = cursor and self.settle(cursor)
        if settled is None or not isinstance(settled.data, dict):
            return
        yield from self.node(settled["when"], owner, f"{at}.when")
        for key in ("then", "else"):
            yield from self.weight(settled[key], owner, f"{at}.{key}")

    def node(self, cursor: Cursor | None, owner: str, at: str) -> Iterator[tuple[str, Cursor]]:
        settled = cursor and self.settle(cursor)
        if settled is None:
            return
        name = settled.get("id")
        here = f"{owner}#{name.text}" if name else at
        yield here, settled
        for step, child in _below(settled):
            yield from self.node(child, owner, f"{here}{'.' if '#' in here else '#'}{step}")


def _below(node: Cursor) -> Iterator[tuple[str, Cursor]]:
    """The conditions written directly below one, each with the step that names it."""
    kind = next(key for key in node.data if key not in BESIDE_KIND)
    match kind:
        case "all" | "any":
            yield from ((str(number), child) for number, child in enumerate(node[kind].each(), start=1))
        case "not":
            yield "not", node[kind]
        case "exempt":
            yield from ((step, node[kind][step]) for step in ("when", "require"))
        case _:
            pass
