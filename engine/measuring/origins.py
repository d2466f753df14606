"""Where a count says that it comes from: the flows it was made from, and the readings that are not the defaults.

Dossiers, decisions, letters and notices carry the origin of what they hold: so does each of these tell the readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

CHOSEN = re.compile(r" \(([a-z0-9-]+=[a-z0-9-]+(?:, [a-z0-9-]+=[a-z0-9-]+)*)\)$")


def origin(flows: Iterable[str], readings: Mapping[str, str]) -> str:
    """The origin of a count, from the labels of its flows and the options taken."""
    chosen = ", ".join(f"{name}={option}" for name, option in readings.items())
    return ", ".join(flows) + (f" ({chosen})" if chosen else "")


def readings_of(origin: str) -> str:
    """The readings that an origin tells, as they are written on a command line; nothing when it tells none."""
    found = CHOSEN.search(origin)
    return found[1] if found else ""
