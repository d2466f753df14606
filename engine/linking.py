"""The pages of a policy, and a choice of readings → one linked, frozen Policy: linked once, and kept.

What links (`linker`) is loaded only where a policy that was linked before was not kept (`compiled`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from engine.compiled import compiled
from engine.loading import PolicyFiles
from engine.policy import Policy


def link(files: PolicyFiles, asked: Mapping[str, str]) -> Policy:
    """The policy under the readings asked for, and under the default wherever none is.

    Raises Invalid: a name that does not exist, indicators that depend on each other, a reading or option that does
    not exist or cannot be computed.
    """
    from engine.linker import Linker  # noqa: PLC0415

    return Linker(files, asked).policy()


def linked(files: PolicyFiles, asked: Mapping[str, str]) -> Policy:
    """`link`, remembered for each choice of readings: in a run, most decisions share their policy.

    A default that is asked for by its name is the same choice as when it is not.
    """
    chosen = {name: option for name, option in asked.items() if option != _default(files, name)}
    return _linked(files, tuple(sorted(chosen.items())))


def _default(files: PolicyFiles, name: str) -> str | None:
    """The option of a reading that is taken where none is asked for; None where there is no such reading."""
    page = files.readings.get(name)
    return None if page is None else str(page.data["default"])


@lru_cache(maxsize=256)
def _linked(files: PolicyFiles, asked: tuple[tuple[str, str], ...]) -> Policy:
    return compiled(files, link).get(asked) or link(files, dict(asked))
