"""The policies that a command is about: a year, a folder, or all of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import policy_files
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.loading import PolicyFiles

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

    base = root or bundled_policies()
    if target is None:
        return [_shown(folder) for folder in years(base).values()]
    if target.isascii() and target.isdecimal() and not Path(target).exists():
        known = years(base)
        if int(target) not in known:
            details = {"name": target, "valid": ", ".join(map(str, known))}
            raise Invalid([Problem("unknown_year", details=details)])
        return [_shown(known[int(target)])]
    folder = Path(target)
    if (folder / "policy.yaml").is_file():
        return [folder]
    return list(years(folder).values())


def one_policy(target: str, root: Path | None) -> PolicyFiles:
    """The pages of a year, or of a policy's folder. Raises Invalid when there is no such policy."""
    from engine.loading import read_policy

    if target.isascii() and target.isdecimal():
        return policy_files(int(target), root)
    if not Path(target).is_dir():
        raise Invalid([Problem("not_a_policy", target)])
    return read_policy(Path(target))


def _shown(folder: Path) -> Path:
    """The folder as a reader would name it, from where the command runs."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
