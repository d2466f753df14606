"""A command whose output or errors were closed by who started it, as `>&-` does."""

from __future__ import annotations

import os
import sys
from io import FileIO, TextIOWrapper


def opened_streams() -> None:
    """Have the output and the errors always be there; writing to an output that was closed fails as to any other.

    Nothing else can then be opened under their numbers, and be written over.
    """
    if sys.stdout is None:
        # Nothing is held back: what was refused once would be written again at the end.
        nowhere = FileIO(os.open(os.devnull, os.O_RDONLY), "w")
        sys.stdout = TextIOWrapper(nowhere, encoding="utf-8", write_through=True)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
