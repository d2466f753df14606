"""Policies as they are linked, kept from one command to the next: the one without a choice, and every other reading.

Nothing but the plain data of a policy can come back: a file that names anything else is passed over, and the policies
are linked again. What else is made of a policy's pages is kept the same way (`remade`, `put_by`).
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any as Anything
from typing import TypeVar, cast

from msgspec import Struct

from engine.cache import keep, recall
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.sharing import shared

Asked = tuple[tuple[str, str], ...]
Link = Callable[[PolicyFiles, Mapping[str, str]], Policy]
T = TypeVar("T")
CLASSES = ("engine.conditions", "engine.policy", "engine.measuring.measures", "engine.measuring.written")
NUMBERS = {("datetime", "date"), ("decimal", "Decimal"), ("fractions", "Fraction"), ("msgspec._utils", "rebuild")}
"""What a policy is made of beside the classes of the engine; and what makes a class again from its fields."""


@lru_cache(maxsize=16)
def compiled(files: PolicyFiles, link: Link) -> Mapping[Asked, Policy]:
    """The policies that come with the product, by the readings asked for; none where the pages are not kept.

    Each option is there with those it requires that are not taken anyway. Whatever is the same in several is there
    once.
    """
    if not files.key:
        return {}
    name = f"{files.key}.policies"
    kept = remade(name)
    whole = isinstance(kept, dict) and all(isinstance(policy, Policy) for policy in kept.values())
    return cast(Mapping[Asked, Policy], kept) if whole and () in kept else put_by(name, _linked(files, link))


def _linked(files: PolicyFiles, link: Link) -> dict[Asked, Policy]:
    policy = link(files, {})
    linked: dict[Asked, Policy] = {(): policy}
    for name, reading in policy.readings.items():
        for option in reading.options.values():
            if option.name != reading.default and option.silent is None:
                asked = {**option.require, name: option.name}
                # Where options exclude each other, together they are no reading of the text.
                with suppress(Invalid):
                    linked[_chosen(policy, asked)] = link(files, asked)
    return linked


def _chosen(policy: Policy, asked: Mapping[str, str]) -> Asked:
    """What is asked for and is not the default."""
    return tuple(sorted((name, option) for name, option in asked.items() if option != policy.readings[name].default))


def put_by(name: str, plain: T) -> T:
    """Plain data kept under a name; gives it back with whatever is the same in it being there once."""
    kept = shared(plain)
    keep(name, pickle.dumps(kept, protocol=pickle.HIGHEST_PROTOCOL))
    return kept


def remade(name: str) -> Anything:
    """The plain data kept under a name; None when there is none, or it cannot be read."""
    kept = recall(name)
    if kept is None:
        return None
    try:
        return _Reader(io.BytesIO(kept)).load()
    except Exception:  # bytes that nobody vouches for may raise anything
        return None


class _Reader(pickle.Unpickler):
    """Brings back plain data, and nothing that could act."""

    def find_class(self, module: str, name: str) -> Anything:
        if module in CLASSES or (module, name) in NUMBERS:
            found = super().find_class(module, name)
            if module not in CLASSES or issubclass(found, Struct):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")
