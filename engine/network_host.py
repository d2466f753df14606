"""A strict driver for durable-rules: one ruleset, one derivation at a time, the safe part of its language.

It calls the steps of the C engine itself. The package's own driver swallows exceptions, gives up when the
clock moves, starts threads, and warns under Python 3.12; docs/durable-rules.md says why each limit is here.
"""

from __future__ import annotations

import weakref
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import durable_rules_engine as steps
from msgspec import Struct, json

# A property of a fact against a literal: no other test may enter the engine.
Test = tuple[Literal["$eq", "$gte", "$lte"], str, int]

# Small integers by property; `id` is unique among the facts of a derivation.
Fact = dict[str, int]

# What a firing does: the rule's index and the facts it consumed go in, the facts it posts come out.
Act = Callable[[int, list[Fact]], Iterable[Fact]]

_STATE = "derivation"  # the one live state
_TAKEN_IN = 0  # the engine's code for a fact that is new and that some rule waits for

# What the engine takes. Beyond, it refuses with a bare number, wraps, hangs or overwrites memory.
_RULES = 4096
_BRANCHES = 511  # distinct tests that may come first, or after the same first tests
_SAME_TESTS = 255  # rules on the very same tests
_ROOTS = 64  # first tests that one fact may pass
_COUNT = 65_535


class HostFault(RuntimeError):
    """The engine did not do what it was told."""


class Rule(Struct, frozen=True):
    """Fires on the facts that pass every one of `tests`, taken `count` at a time."""

    tests: tuple[Test, ...]
    count: int = 1


class Host:
    """One registered ruleset, unregistered when forgotten; not to be run again once a run has failed."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Register the rules. Raises ValueError where they go beyond what the engine can take."""
        check_limits(rules)
        # Rules are named by number: no text of a policy goes in, since the engine confuses some texts.
        ruleset = json.encode({str(index): _definition(rule) for index, rule in enumerate(rules)}).decode()
        self._handle: int = steps.create_ruleset("network", ruleset)
        weakref.finalize(self, steps.delete_ruleset, self._handle).atexit = False

    def run(self, facts: Sequence[Fact], act: Act) -> None:
        """Assert the facts and fire rules until none is left to fire, with one call of `act` for each firing.

        Raises HostFault when the engine refuses a fact or fires nothing, the engine's own errors, and all
        that `act` raises.
        """
        if not facts:
            raise HostFault("nothing to derive from")  # the engine would crash on an empty list
        state = self._assert(facts)
        started: tuple[str, str] | None = steps.start_action_for_state(self._handle, state)
        if started is None:
            raise HostFault("no rule fired")  # and its state must leak: before a firing, deleting it would crash
        try:
            firing: str | None = started[1]
            while firing is not None:
                ((rule, matches),) = json.decode(firing).items()
                consumed = [match["m"] for match in (matches if isinstance(matches, list) else [matches])]
                for fact in act(int(rule), consumed):
                    self._assert([fact])
                firing = steps.complete_and_start_action(self._handle, state)
        finally:
            steps.delete_state(self._handle, _STATE)

    def _assert(self, facts: Sequence[Fact]) -> int:
        told = [{**fact, "sid": _STATE, "id": str(fact["id"])} for fact in facts]
        code, state = steps.assert_facts(self._handle, json.encode(told).decode())
        if code != _TAKEN_IN:
            raise HostFault(f"a fact was not taken in (code {code}): {facts}")
        return int(state)


def _definition(rule: Rule) -> dict[str, object]:
    tests: list[object] = []
    for relation, name, literal in rule.tests:
        tests.append({name: literal} if relation == "$eq" else {relation: {name: literal}})
    return {"all": [{"m": {"$and": tests}}], "count": rule.count}


def check_limits(rules: Sequence[Rule]) -> None:
    """Raises ValueError, saying which limit of the engine these rules exceed."""
    branches: defaultdict[tuple[Test, ...], set[Test]] = defaultdict(set)
    for rule in rules:
        for depth, test in enumerate(rule.tests):
            branches[rule.tests[:depth]].add(test)
    same = Counter(rule.tests for rule in rules)
    # At worst a fact passes every comparison; but of equalities, only one for each of its properties.
    first = branches[()]
    equalities = {name for relation, name, _ in first if relation == "$eq"}
    comparisons = [test for test in first if test[0] != "$eq"]
    _at_most(_RULES, "rules", len(rules))
    _at_most(_COUNT, "facts in one firing", *(rule.count for rule in rules))
    _at_most(_BRANCHES, "distinct tests at one place", *map(len, branches.values()))
    _at_most(_SAME_TESTS, "rules on the same tests", *same.values())
    _at_most(_ROOTS, "first tests that one fact may pass", len(equalities) + len(comparisons))


def _at_most(limit: int, what: str, *numbers: int) -> None:
    if max(numbers, default=0) > limit:
        raise ValueError(f"{max(numbers)} {what}: durable-rules takes {limit}")


def check_identities(ids: Iterable[int]) -> None:
    """Raises ValueError where two facts of these `id`s would be one and the same to the engine."""
    taken = {fingerprint(f"sid-{_STATE}"): "of the state itself"}
    for name in map(str, ids):
        other = taken.setdefault(fingerprint(name), name)
        if other != name:
            raise ValueError(f"the facts {name} and {other} are the same to durable-rules")


def fingerprint(text: str) -> int:
    """The 32-bit FNV-1a hash of an ASCII text: all that the engine knows of an identity."""
    value = 0x811C9DC5
    for byte in text.encode("ascii"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value
