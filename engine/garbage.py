"""Python's search for garbage, kept away from where it finds none: each time it looks through all that is there."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def set_aside() -> None:
    """What is there for good is no garbage: a seventh of a run went into looking it through for every batch.

    `gc.unfreeze` takes it back.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def unsearched() -> Iterator[None]:
    """While so much is made that will stay, nothing is looked through: that took as long as making it."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
