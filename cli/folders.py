"""The policies that a command is about: a year, a folder, or all of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import year_folder
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.loading import PolicyFiles

YEAR = re.compile(r"[0-9]{4}")
LONGEST = 4096
"""No path is longer."""
SHOWN = 80
"""The letters shown of what is neither."""

OnePolicy = Annotated[str, typer.Argument(metavar="metavar.target", help="help.one_policy")]
Target = Annotated[
    str | None,
    typer.Argument(metavar="metavar.target", help="help.target"),
]


def policy_folders(target: str | None, root: Path | None) -> list[Path]:
    """The folders of the policies meant, named from where the command runs when they are below.

    `target` is a year of `root` (default: the policies of the product), a policy's folder, or a folder of policies;
    without one, every year of `root`. Raises Invalid when there is no such year, or no policy in the folder.
    """
    from engine.loading import bundled_policies, years

    if target is None:
        return [_shown(folder) for folder in years(root or bundled_policies()).values()]
    folder = policy_folder(target, root)
    if (folder / "policy.yaml").is_file():
        return [folder if str(folder) == target else _shown(folder)]
    return list(years(folder).values())


def one_policy(target: str, root: Path | None) -> PolicyFiles:
    """The pages of a year, or of a policy's folder. Raises Invalid when there is no such policy."""
    from engine.loading import read_policy

    return read_policy(policy_folder(target, root))


def policy_folder(target: str, root: Path | None) -> Path:
    """The folder meant by a path, or else by a year of `root` (default: the policies of the product).

    Raises Invalid when there is neither.
    """
    if len(target) < LONGEST and Path(target).is_dir():
        return Path(target)
    if not YEAR.fullmatch(target):
        raise Invalid([Problem("not_a_policy", target[:SHOWN])])
    return year_folder(int(target), root)


def _shown(folder: Path) -> Path:
    """The folder as a reader would name it, from where the command runs."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
