"""A folder that appears whole or not at all, whatever happens to the process that writes it.

It is written beside its place, under a name of its own, and takes its place in one step. The draft is locked for as
long as its process lives: the system lets go of the lock of a process that is killed, by which the next run knows
what was left over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from engine.problems import Invalid, Problem

SUFFIX = ".draft"


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """A folder to write in, which becomes `folder` when the block ends; nothing of it stays when the block fails.

    Drafts of the same folder whose process is gone are removed first. Raises Invalid when `folder` is there already,
    OSError when it cannot be written.
    """
    _refuse(folder)
    with _above(folder):
        for left in folder.parent.glob(f".{_escaped(folder.name)}.*{SUFFIX}"):
            _remove_left_over(left)
        written, lock = _locked(folder)
        try:
            yield written
            for one in (*written.iterdir(), written):
                _flush(one)
            _refuse(folder)
            written.rename(folder)
            _flush(folder.parent)
        finally:
            shutil.rmtree(written, ignore_errors=True)
            os.close(lock)


@contextmanager
def _above(folder: Path) -> Iterator[None]:
    """The folders that a folder is in, made where they are not there, and unmade when the block fails."""
    missing = [one for one in folder.parents if not one.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        # One that others write in by now is theirs too: it is not empty, and stays.
        with suppress(OSError):
            for one in missing:
                one.rmdir()
        raise


def _refuse(folder: Path) -> None:
    if folder.exists() or folder.is_symlink():
        raise Invalid([Problem("folder_exists", str(folder))])


def _escaped(name: str) -> str:
    """A name as a pattern that no other name fits."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _locked(folder: Path) -> tuple[Path, int]:
    """A new draft, and the lock that holds it."""
    while True:
        written = folder.parent / f".{folder.name}.{token_hex(4)}{SUFFIX}"
        try:
            written.mkdir()
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(folder)) from None
        lock = _lock(written)
        if lock is not None:
            return written, lock


def _lock(folder: Path) -> int | None:
    """The lock on a folder; None when another process holds it, or removed the folder."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between its making and its locking, another run may have taken the draft for one left over.
        if os.fstat(opened).st_ino == folder.stat().st_ino:
            return opened
    except OSError:
        pass
    os.close(opened)
    return None


def _remove_left_over(folder: Path) -> None:
    lock = _lock(folder)
    if lock is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _flush(path: Path) -> None:
    """What was written is on the disk before the name that says it is whole."""
    with suppress(OSError):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
