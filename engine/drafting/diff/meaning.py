"""What the difference between two policies means for every possible doctor: proved, then decided again to be sure.

The second policy is put on the days of the first (`diff_days`), so that one dossier can be asked of both. A dossier
that one grants and the other refuses is then moved to the second policy's own year, and the engine decides it there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any as Anything

from engine.decision import judge
from engine.dossier import Dossier, read_dossier
from engine.drafting.diff.days import same_days
from engine.drafting.diff.meant import Meant, Witness
from engine.loading import PolicyFiles
from engine.offsets import Move
from engine.policy import Policy
from engine.proving.meaning import compare
from engine.yamltext import parse_json

UNSAFE = re.compile(r"[^\w.=-]+")


def comparable(one: Policy, other: Policy, indicator: str | None = None) -> list[str]:
    """The claims that both policies make, in the order of the second: or one indicator's, if both have it."""
    theirs = set(_claims(one))
    return [name for name in _claims(other) if name in theirs and indicator in (None, name)]


def _claims(policy: Policy) -> Iterator[str]:
    yield policy.eligible.at
    for volet in policy.volets:
        if volet.pays == "block":
            yield volet.id
        yield from (indicator.id for indicator in volet.indicators)
    for component in policy.components:
        yield from (tier.when.at for period in component.periods for tier in period.tiers)


def meanings(one: Policy, other: Policy, files: PolicyFiles, claims: Iterable[str]) -> Iterator[Meant]:
    """What each of these claims comes to in the other policy, which is linked from `files`."""
    same = same_days(one, other, files)
    pair = _Pair(one, other, same)
    for claim in claims:
        found = compare(one, same, claim)
        pages = ((True, found.granted_by_one), (False, found.granted_by_other))
        yield Meant(claim, found.word, tuple(pair.witness(claim, page, first) for first, page in pages if page))


class _Pair:
    """Two policies, the second also on the days of the first, and the ways to its own."""

    def __init__(self, one: Policy, other: Policy, same: Policy) -> None:
        self.one, self.other, self.same = one, other, same
        self.moves = [Move(same, other)]
        if unkept := self.moves[0].offsets.unkept:
            self.moves.append(Move(same, other, first=unkept))

    def witness(self, claim: str, page: dict[str, Anything], first: bool) -> Witness:
        """The doctor of a page, in either year: moved there as the days that are tested allow."""
        moved = [self.moved(claim, page, first, move) for move in self.moves]
        return next((one for one in moved if one.confirmed), moved[0])

    def moved(self, claim: str, page: dict[str, Anything], first: bool, move: Move) -> Witness:
        """The doctor as one move brings it to the second policy's year; read as the policy that grants reads it."""
        here = _read(page, self.one if first else self.same)
        dossiers = here, move.dossier(here)
        one, other = (judge(*pair).verdicts[claim] for pair in zip((self.one, self.other), dossiers, strict=True))
        return Witness(first, (page, move.page(page)), dossiers, (one, other))


def _read(page: dict[str, Anything], policy: Policy) -> Dossier:
    return read_dossier(parse_json(json.dumps(page), "witness.json"), policy)


def witness_files(meant: Iterable[Meant], names: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Each witness as two dossiers, one for each side: the path of each, and its content."""
    for one in meant:
        for witness in one.witnesses:
            grants, refuses = names if witness.first else (names[1], names[0])
            for side, page in zip(names, witness.pages, strict=True):
                folder = _safe(f"{one.claim}")
                does = "grants" if side == grants else "refuses"
                yield f"{folder}/{_safe(grants)}-not-{_safe(refuses)}/{does}-{_safe(side)}.json", _pretty(page)


def _safe(name: str) -> str:
    """A name as part of a path."""
    return UNSAFE.sub("-", name).strip("-.") or "side"


def _pretty(page: object) -> str:
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"
