"""What is made of a policy's pages, kept from one command to the next in the user's own cache folder.

Nothing hangs on it. A folder or file that is missing, damaged, not writable, or that someone else could have written
is passed over without a word, and the pages are read and checked again.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER = "forfait-structure"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
KEPT = 32
"""At most so many files are kept, the latest written."""


def recall(name: str) -> bytes | None:
    """What was kept under a name, None when there is nothing to trust."""
    try:
        folder = _folder()
        with (folder / name).open("rb") as file:
            if not (_ours(os.fstat(file.fileno())) and _ours(folder.stat())):
                return None
            digest, _, body = file.read().partition(b"\n")
        return body if digest == _digest(body) else None
    except (OSError, RuntimeError, ValueError):
        return None


def keep(name: str, body: bytes) -> None:
    """Keep bytes under a name, if that can be done."""
    with suppress(OSError, RuntimeError, ValueError):
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = folder / f"{name}.{os.getpid()}"
        try:
            fresh.write_bytes(_digest(body) + b"\n" + body)
            fresh.chmod(0o600)
            fresh.replace(folder / name)
        finally:
            fresh.unlink(missing_ok=True)
        for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()


def as_on_disk(folder: Path, suffix: str) -> list[str]:
    """The files of a folder whose names end so, by name, with their sizes and when they were last written."""
    with os.scandir(folder) as found:
        files = sorted((file for file in found if file.name.endswith(suffix)), key=lambda file: file.name)
    return [f"{file.name} {(known := file.stat()).st_size} {known.st_mtime_ns}" for file in files]


def _folder() -> Path:
    """The user's cache folder, where the XDG specification puts it."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / FOLDER


def _ours(found: os.stat_result) -> bool:
    """Whether nobody else could have written it."""
    return found.st_uid == os.geteuid() and not found.st_mode & OTHERS_WRITE


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
