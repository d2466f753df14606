"""The cores that a command may compute on."""

from __future__ import annotations

import os


def free_cores() -> int:
    """How many cores this process may use, or where no system says so, how many there are."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
