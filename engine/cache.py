"""A policy's pages kept from one command to the next: plain JSON in the user's own cache folder, by their digest.

Nothing hangs on it. A folder or file that is missing, damaged, not writable, or that someone else could have written
is passed over without a word, and the pages are read and checked again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any as Anything

FOLDER = "forfait-structure"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
KEPT = 32
"""At most so many policies are kept, the latest written."""


def recall(key: str) -> Anything:
    """What was kept under a key, None when there is nothing to trust."""
    try:
        folder = _folder()
        with (folder / f"{key}.json").open("rb") as file:
            if not (_ours(os.fstat(file.fileno())) and _ours(folder.stat())):
                return None
            digest, _, body = file.read().partition(b"\n")
        return json.loads(body) if digest == _digest(body) else None
    except (OSError, RuntimeError, ValueError):
        return None


def keep(key: str, value: Anything) -> None:
    """Keep plain data under a key, if that can be done."""
    with suppress(OSError, RuntimeError, ValueError):
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        fresh = folder / f"{key}.{os.getpid()}"
        try:
            fresh.write_bytes(_digest(body) + b"\n" + body)
            fresh.chmod(0o600)
            fresh.replace(folder / f"{key}.json")
        finally:
            fresh.unlink(missing_ok=True)
        for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()


def _folder() -> Path:
    """The user's cache folder, where the XDG specification puts it."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / FOLDER


def _ours(found: os.stat_result) -> bool:
    """Whether nobody else could have written it."""
    return found.st_uid == os.geteuid() and not found.st_mode & OTHERS_WRITE


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
