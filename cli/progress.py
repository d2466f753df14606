"""What a long command is at, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.language import spoken

Told = Callable[[str, int, int], None]
"""Hears what a command is at, how much is through and how much there is."""


@contextmanager
def progress(of: str = "run") -> Iterator[Told]:
    """What a run is at and how much is through, in the words of a table: drawn on a terminal only."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from cli.console import console
    from engine.words import say

    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as drawn:
        task = drawn.add_task("", total=None)

        def told(stage: str, done: int, total: int) -> None:
            drawn.update(task, description=say(spoken(), f"{of}.{stage}"), completed=done, total=total or None)

        yield told
