"""`forfait policy prove`: what holds of a policy for every possible dossier, and what breaks it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.folders import Target, policy_folders
from cli.language import Language, Spoken, spoken
from cli.options import Policies

if TYPE_CHECKING:
    from cli.screen import Screen
    from engine.loading import PolicyFiles
    from engine.proving.prove import Settled
    from engine.proving.told import ProvedTold

EXIT_REFUTED = 1


def prove(
    target: Target = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="metavar.folder", help="help.prove_out"),
    ] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Prove what holds for every possible dossier, under each reading, or show the dossier that refutes it."""
    from cli.screen import screen
    from engine.loading import read_policy

    shown, sound = screen(), True
    for folder in policy_folders(target, policies):
        sound = _prove(shown, read_policy(folder), out) and sound
    if not sound:
        raise typer.Exit(EXIT_REFUTED)


def _prove(shown: Screen, files: PolicyFiles, out: Path | None) -> bool:
    """Draw what was settled of a policy; whether all is proved, or known to be refuted."""
    from cli.draw import draw_parts
    from engine.linking import linked
    from engine.proving.known import no_longer, read_known
    from engine.proving.told import ProvedTold
    from engine.telling.parts import Part
    from engine.words import say

    policy, lang = linked(files, {}), spoken()
    known = read_known(files, policy)
    settled = _settled(files)
    told, gone = ProvedTold(policy, known, lang), no_longer(known, settled)
    draw_parts(shown, [Part(say(lang, "prove.title", title=told.phrases.text(policy.title)))])
    draw_parts(shown, told.sections(settled))
    _dossiers(shown, told, settled, out and out / str(policy.year))
    new = [group for group in told.groups(settled) if told.known_as(group[0]) is None]
    end = say(lang, "prove.unsound", new=len(new), gone=len(gone)) if new or gone else say(lang, "prove.sound")
    draw_parts(shown, [*told.gone(gone), Part(end)])
    return not (new or gone)


def _settled(files: PolicyFiles) -> list[Settled]:
    """All that there is to settle; on a terminal, a bar shows how many readings are left."""
    from rich.progress import Progress

    from cli.console import console
    from engine.proving.prove import prove
    from engine.words import say

    terminal = console(stderr=True)
    with Progress(console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        task = progress.add_task(say(spoken(), "prove.progress"), total=None)
        return list(prove(files, lambda done, of: progress.update(task, completed=done, total=of)))


def _dossiers(shown: Screen, told: ProvedTold, settled: list[Settled], folder: Path | None) -> None:
    """Write the dossiers that refute something to a folder, or show them."""
    from engine.words import say

    found = list(told.dossiers(settled))
    if folder is None:
        for name, text in found:
            if not name.endswith("-after.yaml"):
                shown.write(["", say(spoken(), "prove.dossier", name=name), *text.splitlines()])
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in found:
        (folder / name).write_text(text, encoding="utf-8")
    shown.write(["", say(spoken(), "prove.written", folder=folder, count=len(found))])
