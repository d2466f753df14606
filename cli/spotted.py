"""What is told of a place in a file: the place on a line of its own, then what there is to say, set in."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from cli.failing import printable

INDENT = "  "


def draw_spotted(out: Console, spot: str, lines: Iterable[str]) -> None:
    """Draw a place and its lines; the place is never broken, so that it can be clicked or searched for."""
    out.print(Text(printable(spot), style="bold"), soft_wrap=True)
    for line in lines:
        set_in = wrap(
            printable(line),
            out.width,
            initial_indent=INDENT,
            subsequent_indent=INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        out.print(Text("\n".join(set_in)), soft_wrap=True)
