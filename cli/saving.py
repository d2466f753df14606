"""A text delivered: printed, or written in a file, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import typer


def save(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises OSError when it cannot be written."""
    given, path = path, path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        if path.exists():
            fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(given)) from None
    finally:
        fresh.unlink(missing_ok=True)


def deliver(text: str, out: Path | None) -> None:
    """Print the text of a document, or write it in a file. Raises OSError when it cannot be written."""
    if out is None:
        typer.echo(text, nl=False)
    else:
        save(out, text.encode())
