"""What a long command is at, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.language import spoken

if TYPE_CHECKING:
    from engine.running.run import Told


@contextmanager
def progress() -> Iterator[Told]:
    """What a run is at and how many doctors are through: drawn on a terminal only."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from cli.console import console
    from engine.words import say

    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as drawn:
        task = drawn.add_task("", total=None)

        def told(stage: str, done: int, total: int) -> None:
            drawn.update(task, description=say(spoken(), f"run.{stage}"), completed=done, total=total or None)

        yield told
