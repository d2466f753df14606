"""`forfait doctors`: who is in the data."""

from __future__ import annotations

from cli.language import Language, Spoken, spoken
from cli.options import Data, check_source


def doctors(data: Data = None, lang: Spoken = Language.fr) -> None:
    """List the doctors of the data, with their campaigns."""
    from cli.console import console, table
    from engine.stores import bundled_examples
    from engine.stores import doctors as known_doctors
    from engine.words import say

    if data is not None:
        check_source(data)
    rows = [
        (one.number, one.name or say(spoken(), "view.unnamed"), ", ".join(map(str, one.years)))
        for one in known_doctors(data or bundled_examples())
    ]
    heads = [say(spoken(), f"head.{name}") for name in ("number", "name", "campaigns")]
    console().print(table(heads, rows))
