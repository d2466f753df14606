"""The chain: each entry bears the hash of the one before it, and a digest of what it says.

What an entry says can be dropped and the chain still be proved. The digest is salted, and the salt goes with what it
says: of a dropped entry, nobody can then confirm a guess of who it was about.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any as Anything

from msgspec import Struct

from engine.text import canonical_json

FIRST = "0" * 64
"""What stands for the hash of an entry before the first."""
ANCHOR = re.compile(r"(\d{1,15})-([0-9a-f]{64})")


class Link(Struct, frozen=True):
    """What is kept of an entry for ever: its number, when it was written, the digest of what it says, two hashes."""

    sequence: int
    written_at: str
    digest: str
    previous: str
    hash: str

    @property
    def anchor(self) -> str:
        """A short text to print or publish: with it, a register cut after this entry, or made anew, shows."""
        return f"{self.sequence}-{self.hash}"


def salted(salt: str, said: Mapping[str, Anything]) -> str:
    """The digest of what an entry says, in canonical JSON (RFC 8785), after its salt."""
    return hashlib.sha256(salt.encode() + canonical_json(said)).hexdigest()


def after(last: Link | None, written_at: str, digest: str) -> Link:
    """The link that comes after the last one; the first when there is none."""
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, FIRST)
    return Link(sequence, written_at, digest, previous, hashed(sequence, written_at, digest, previous))


def hashed(sequence: int, written_at: str, digest: str, previous: str) -> str:
    """The hash of a link."""
    data = {"sequence": sequence, "written_at": written_at, "digest": digest, "previous": previous}
    return hashlib.sha256(canonical_json(data)).hexdigest()
