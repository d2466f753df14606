"""A text delivered: printed, or written in a file, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

import typer

KEPT = 100
"""As much of a name as leaves room beside it."""


def save(path: Path, content: bytes, *, public: bool = False) -> None:
    """Write a file whole or not at all, on the disk before this returns. Raises OSError when it cannot be written.

    A new file is for its owner alone, for most name a doctor; a public one is for whom the system says.
    """
    try:
        _save(path.resolve(), content, 0o666 if public else 0o600)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _save(path: Path, content: bytes, mode: int) -> None:
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    fresh = path.with_name(f".{path.name[:KEPT]}.{token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if path.exists():
                os.fchmod(file.fileno(), path.stat().st_mode)
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def deliver(text: str, out: Path | None, *, public: bool = False) -> None:
    """Print the text of a document, or write it in a file as `save` does. Raises OSError when it cannot be."""
    if out is None:
        typer.echo(text, nl=False)
    else:
        save(out, text.encode(), public=public)
