"""Policies as they are linked, kept from one command to the next: the one without a choice, and every other reading.

Nothing but the plain data of a policy can come back: a file that names
anything else is passed over, and the policies are linked again.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any as Anything
from typing import cast

from msgspec import Struct

from engine.cache import keep, recall
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.sharing import shared

Asked = tuple[tuple[str, str], ...]
Link = Callable[[PolicyFiles, Mapping[str, str]], Policy]
CLASSES = ("engine.conditions", "engine.policy")
NUMBERS = {("datetime", "date"), ("decimal", "Decimal"), ("fractions", "Fraction"), ("msgspec._utils", "rebuild")}
"""What a policy is made of beside the classes of the engine; and what makes a class again from its fields."""


@lru_cache(maxsize=16)
def compiled(files: PolicyFiles, link: Link) -> Mapping[Asked, Policy]:
    """The policies that come with the product, by the readings asked for; none where the pages are not kept.

    Each option is there with those it requires. Whatever is the same in several is there once.
    """
    if not files.key:
        return {}
    name = f"{files.key}.policies"
    kept = _read(recall(name))
    if kept is None:
        kept = shared(_linked(files, link))
        keep(name, pickle.dumps(kept, protocol=pickle.HIGHEST_PROTOCOL))
    return kept


def _linked(files: PolicyFiles, link: Link) -> dict[Asked, Policy]:
    policy = link(files, {})
    linked: dict[Asked, Policy] = {(): policy}
    for name, reading in policy.readings.items():
        for option in reading.options.values():
            if option.name != reading.default and option.silent is None:
                asked = {**option.require, name: option.name}
                # Where options exclude each other, together they are no reading of the text.
                with suppress(Invalid):
                    linked[tuple(sorted(asked.items()))] = link(files, asked)
    return linked


class _Reader(pickle.Unpickler):
    """Brings back plain data, and nothing that could act."""

    def find_class(self, module: str, name: str) -> Anything:
        if module in CLASSES or (module, name) in NUMBERS:
            found = super().find_class(module, name)
            if module not in CLASSES or issubclass(found, Struct):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no plain data")


def _read(kept: bytes | None) -> Mapping[Asked, Policy] | None:
    """The policies that were kept; None when there are none, or when they cannot be read."""
    if kept is None:
        return None
    try:
        found = _Reader(io.BytesIO(kept)).load()
    except Exception:  # bytes that nobody vouches for may raise anything; the policies are then linked again
        return None
    whole = isinstance(found, dict) and all(isinstance(policy, Policy) for policy in found.values())
    return cast(Mapping[Asked, Policy], found) if whole and () in found else None
