"""What the leaves of several policies ask, each question once, with the name of its columns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from sys import intern

from msgspec import Struct

from engine.claims import leaves
from engine.columnar.pools import asked
from engine.conditions import Observed, Record
from engine.policy import Policy

FIXED = 2**20
"""What a gap is raised by where it is not the doctor's to bring; no gap is as wide."""


class Question(Struct, frozen=True):
    """A leaf under a policy, and the name of what it is answered in."""

    name: str
    leaf: Observed
    policy: Policy

    @property
    def why(self) -> str:
        """The column of the reason why it is unmet, or unknown."""
        return f"y{self.name}"

    @property
    def gap(self) -> str:
        """The column of how far it is from being met."""
        return f"g{self.name}"

    @property
    def grade(self) -> str:
        """The column of the grade that it gives when met."""
        return f"h{self.name}"

    def saw(self, part: str) -> str:
        """The column of a value that it looked at."""
        return f"{part}_{self.name}"


def questions(policies: Iterable[Policy]) -> dict[object, Question]:
    """The questions of policies, in the order in which they are first asked, by `question_key`."""
    found: dict[object, Question] = {}
    for policy in policies:
        for leaf in leaves(policy):
            found.setdefault(question_key(leaf, policy), Question(f"v{len(found)}", leaf, policy))
    return found


def question_key(leaf: Observed, policy: Policy) -> object:
    """What a leaf asks, and what it looks at beside itself and the dossier: alike for those alike."""
    calendar = tuple(policy.calendar[name] for name in ("campaign", "year", "assessment"))
    return asked(leaf), calendar, _spelt(policy), policy.not_produced if isinstance(leaf, Record) else None


@lru_cache(maxsize=256)
def _spelt(policy: Policy) -> str:
    """A vocabulary as text: two that are equal may be two objects, and not the same two in every process."""
    return intern(repr(policy.vocabulary))
