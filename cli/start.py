"""Where the `forfait` command starts."""

from __future__ import annotations

import gc
import sys

MANY = 200_000
"""Things made before those no longer used are looked for: more than a command makes for one doctor."""


def main() -> None:
    """The command, as all that a process does: what it makes is not looked through for what could be given back."""
    gc.set_threshold(MANY)
    try:
        # Only now, since loading it makes many things too.
        from cli.main import run_command

        run_command()
    finally:
        # DuckDB's binding says at the end what is not given back, object by object.
        if "duckdb" not in sys.modules:
            gc.freeze()
