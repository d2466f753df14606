"""Published totals against the sum of the weights, every indicator granted.

A total that a text announces and that its rows do not give is a fault, unless a reading claims the difference: the
option under which the weights give it, or one that cannot be computed and whose bounds hold it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.amount import NOTHING, Amount, total
from engine.choices import silent
from engine.conditions import All, Any, Exempt, Node, Not, Outcome
from engine.cursor import Cursor
from engine.drafting.draft import Draft
from engine.linking import linked
from engine.policy import Branch, NotComputable, Policy, Volet, Weight
from engine.problems import Problem
from engine.text import amount_text
from engine.verdict import Verdict, all_of, any_of, negate

UNBOUNDED = Decimal(10**9)
"""What an option without a greatest value may be worth: more than a total can be written."""


def totals(draft: Draft) -> Iterator[Problem]:
    """Each announced total that the weights do not give under the readings it supposes.

    What is said of a volet is not said again of a text that repeats its total, nor of the whole.
    """
    written = draft.top.get("published")
    wrong: list[tuple[str, Mapping[str, str]]] = []
    # A volet's own total tells more than the whole's.
    for one in sorted(written.each() if written else (), key=lambda one: "volet" not in one.data):
        policy, claimed = _supposed(draft, one)
        volets = [volet for volet in policy.volets if one.data.get("volet") in (None, volet.id)]
        if any((volet.id, policy.choices) in wrong for volet in volets):
            continue
        given, announced = total([*map(reached, volets), *claimed]), Decimal(one["points"].text)
        if not given.least <= announced <= given.most:
            wrong += [(volet.id, policy.choices) for volet in volets]
            yield one["points"].problem(
                "total_differs",
                announced=amount_text(announced),
                given=amount_text(given),
                rows=" + ".join(row for volet in volets for row in _rows(volet)),
            )


def unannounced(draft: Draft) -> Iterator[Problem]:
    """Each volet whose weights no announced total is there to check under the default readings."""
    policy = draft.policy
    checked = {one.volet for one in policy.published if dict(one.under).items() <= dict(policy.choices).items()}
    for written, volet in zip(draft.top["volets"].each(), policy.volets, strict=True):
        if not {volet.id, None} & checked:
            yield written["id"].problem("total_missing", name=volet.id)


def reached(volet: Volet) -> Amount:
    """What a volet is worth with every indicator granted."""
    return total(worth(weight) for weight in (volet.weight, *(one.weight for one in volet.indicators)))


def worth(weight: Weight | None) -> Amount:
    """A weight with every indicator granted: a range where it hangs on the doctor."""
    match weight:
        case None:
            return NOTHING
        case Decimal():
            return Amount.of(weight)
        case Branch():
            then, otherwise = worth(weight.then), worth(weight.otherwise)
            return {
                Verdict.MET: then,
                Verdict.UNMET: otherwise,
                Verdict.UNKNOWN: then.or_(otherwise),
            }[_granted(weight.when)]


def _granted(node: Node) -> Verdict:
    """The verdict of a condition with every indicator granted: what it asks of the doctor stays unknown."""
    match node:
        case All(of=of):
            return all_of(map(_granted, of))
        case Any(of=of):
            return any_of(map(_granted, of))
        case Not(of=child):
            return negate(_granted(child))
        case Exempt(when=when, require=require):
            return any_of([_granted(when), _granted(require)])
        case Outcome():
            return Verdict.MET
        case _:
            return Verdict.UNKNOWN


def _supposed(draft: Draft, published: Cursor) -> tuple[Policy, list[Amount]]:
    """The policy under what a total supposes, and what the options that cannot be computed would add."""
    under: dict[str, str] = published.data.get("under") or {}
    readings = draft.policy.readings
    claims = {name: claim for name, option in under.items() if (claim := silent(readings, name, option))}
    computable = {name: option for name, option in under.items() if name not in claims}
    return linked(draft.files, computable), [_bounds(claim) for claim in claims.values()]


def _bounds(claim: NotComputable) -> Amount:
    if claim.unit != "points":
        return NOTHING
    least, most = claim.bounds
    return Amount(least, UNBOUNDED if most is None else most)


def _rows(volet: Volet) -> Iterator[str]:
    """The weights that add up, each with its name."""
    named = [(volet.id, volet.weight), *((one.id.rpartition(".")[2], one.weight) for one in volet.indicators)]
    yield from (f"{amount_text(worth(weight))} ({name})" for name, weight in named if weight is not None)
