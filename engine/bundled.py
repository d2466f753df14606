"""The folders of data that come with the product, beside this package."""

from __future__ import annotations

from pathlib import Path


def bundled(name: str) -> Path:
    """The folder of that name."""
    return Path(__file__).parent.parent / name
