"""A policy's folder as it stood at a revision of its git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from msgspec.structs import replace

from engine.loading import PARTS, PolicyFiles, read_policy
from engine.problems import Invalid, Problem
from engine.yamltext import MAX_BYTES, Page

SECONDS = 60
GIT = ("git", "-c", "core.fsmonitor=false")


def read_at(folder: Path, revision: str) -> PolicyFiles:
    """The pages of a folder as of a revision (`HEAD~1`, a tag, a commit).

    Raises Invalid: no git, no repository, no such revision, no such folder then, or a policy with faults, each told
    of the folder under its revision and not of the copy that was read.
    """
    shown = f"{folder}@{revision}"
    if not folder.is_dir():
        raise Invalid([Problem("not_a_policy", str(folder))])
    commit = _git(folder, shown, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    archive = _git(folder, shown, "archive", "--format=tar", commit.decode().strip())
    with TemporaryDirectory() as copy:
        try:
            with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as files:
                files.extractall(copy, filter="data")
            return _named(read_policy(Path(copy)), copy, shown)
        except Invalid as invalid:
            faults = [replace(one, file=one.file.replace(copy, shown, 1)) for one in invalid.problems]
            raise Invalid(faults) from None
        except (tarfile.TarError, OSError) as error:
            _fail(shown, str(error))


def _git(folder: Path, shown: str, *asked: str) -> bytes:
    """What git answers about a folder."""
    try:
        answer = subprocess.run(
            [*GIT, "-C", str(folder), *asked],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Invalid([Problem("no_git", shown)]) from None
    except subprocess.TimeoutExpired:
        _fail(shown, f"> {SECONDS} s")
    if answer.returncode or len(answer.stdout) > MAX_BYTES:
        _fail(shown, answer.stderr.decode(errors="replace").strip().removeprefix("fatal: "))
    return answer.stdout


def _fail(shown: str, why: str) -> NoReturn:
    raise Invalid([Problem("no_such_revision", shown, details={"why": why})])


def _named(files: PolicyFiles, copy: str, shown: str) -> PolicyFiles:
    """The same pages, each under the name that people know it by."""

    def named(page: Page) -> Page:
        return replace(page, file=page.file.replace(copy, shown, 1))

    parts = {part: {name: named(page) for name, page in getattr(files, part).items()} for part in PARTS}
    return replace(files, folder=Path(shown), policy=named(files.policy), **parts)
