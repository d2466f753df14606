"""A record sealed: with the digest of its canonical bytes and, where there is a key, an Ed25519 signature of them.

A sealed record is one JSON file under `schemas/receipt.schema.json`, canonical (RFC 8785) and ended by a line break,
so that no byte of it can change unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from engine.issuing.reading import check_schema, read_issued
from engine.problems import Invalid, Problem
from engine.text import canonical_json

if TYPE_CHECKING:
    from engine.issuing.keys import Signer

Json = dict[str, Any]
SCHEMA = "receipt/1"
SIGNED = b"forfait receipt/1\n"
"""What a signature is of begins so: signed by the same key, nothing else can pass for a record."""
Broken = Literal["not_canonical", "digest", "signature", "other_key", "unsigned"]


class Receipt(Struct, frozen=True):
    """A record with its seal; a bare record has none. `content` is the file as it was read."""

    record: Json
    digest: str | None
    key: str | None
    signature: str | None
    content: bytes

    @property
    def made_of(self) -> bytes:
        """The canonical bytes of the record, which are what is signed."""
        return canonical_json(self.record)

    @property
    def whole(self) -> bool:
        """Whether it is as it was issued; a bare record has no seal to be broken."""
        return self.digest is None or not any(broken(self, None))


def digest_of(record: Json) -> str:
    """The digest by which a record is known: SHA-256 of its canonical bytes."""
    return _sha256(canonical_json(record))


def sealed(record: Json, key: Signer | None) -> bytes:
    """The file of a record sealed, and signed where there is a key."""
    content = canonical_json(record)
    signature = {"key": key.name, "value": key.sign(SIGNED + content)} if key else None
    receipt = {"schema": SCHEMA, "digest": _sha256(content), "record": record, "signature": signature}
    return canonical_json(receipt) + b"\n"


def read_receipt(path: Path) -> Receipt:
    """The record of a file, sealed or bare. Raises Invalid when it is neither: hostile, or of another form."""
    data, content = read_issued(path)
    bare = isinstance(data, dict) and str(data.get("schema", "")).startswith("decision/")
    check_schema(data, "decision" if bare else "receipt", str(path))
    record = data if bare else data["record"]
    _check_day(record["as_of"], str(path))
    if bare:
        return Receipt(record, None, None, None, content)
    signature = data["signature"] or {"key": None, "value": None}
    return Receipt(record, data["digest"], signature["key"], signature["value"], content)


def _check_day(written: str, file: str) -> None:
    """A schema knows how a day is written, not how long a month is."""
    try:
        date.fromisoformat(written)
    except ValueError:
        raise Invalid([Problem("bad_date", file, place="as_of", details={"value": written})]) from None


def broken(receipt: Receipt, key: str | None) -> Iterator[Broken]:
    """What is wrong with the seal of a record; with a public key, also whether that key signed it."""
    made_of = receipt.made_of
    if receipt.content not in _as_written(receipt, made_of):
        yield "not_canonical"
    if receipt.digest is not None and receipt.digest != _sha256(made_of):
        yield "digest"
    if receipt.key is not None and receipt.signature is not None:
        from engine.issuing.keys import signed_by  # noqa: PLC0415 - slow to load, and most records bear no signature

        if not signed_by(receipt.key, receipt.signature, SIGNED + made_of):
            yield "signature"
    if key is not None and receipt.key != key:
        yield "other_key" if receipt.key else "unsigned"


def _as_written(receipt: Receipt, made_of: bytes) -> tuple[bytes, ...]:
    """The file as it would have been written; a bare record may have been printed, and ended by a line break."""
    if receipt.digest is None:
        return made_of, made_of + b"\n"
    signature = {"key": receipt.key, "value": receipt.signature} if receipt.key else None
    told = {"schema": SCHEMA, "digest": receipt.digest, "record": receipt.record, "signature": signature}
    return (canonical_json(told) + b"\n",)


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
