"""Ed25519 keys: made, read from a file or the environment, and written as the short text by which one is known."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from engine.problems import Invalid, Problem

KEY = "FORFAIT_KEY"
"""The environment variable that may hold a private key, in the form of its file."""
PREFIX = "ed25519:"
PUBLIC_SUFFIX = ".pub"
MOST_BYTES = 64 * 1024
"""No key is longer."""


class Signer:
    """A private key, which signs; `name` is the text of its public key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.name = _name(private.public_key())

    def sign(self, content: bytes) -> str:
        return self._private.sign(content).hex()


def new_key(path: Path) -> Signer:
    """Make a key: the private one in `path`, for its owner alone to read, the public one beside it (`.pub`).

    Both are PEM, as other tools read them. Raises Invalid where one of the files exists already, OSError where they
    cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = path.with_name(path.name + PUBLIC_SUFFIX)
    taken = next((one for one in (path, beside) if one.exists()), None)
    if taken:
        raise Invalid([Problem("key_exists", str(taken))])
    _write_new(path, secret, 0o600)
    try:
        _write_new(beside, public, 0o644)
    except OSError:
        path.unlink()
        raise
    return Signer(private)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    """A file whole, or none. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
    except OSError:
        path.unlink()
        raise


def signer(path: Path | None) -> Signer | None:
    """The private key of a file, else of the environment, else None. Raises Invalid when it is no such key."""
    written = os.environ.get(KEY, "")
    if path is None and not written:
        return None
    content, name = (written.encode(), KEY) if path is None else (_read(path), str(path))
    try:
        private = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise Invalid([Problem("not_a_private_key", name)])
    return Signer(private)


def public_key(written: str) -> str:
    """The text of a public key given as that text, or as a PEM file. Raises Invalid when it is neither."""
    if written.startswith(PREFIX):
        named = _public(written)
        if named is None:
            raise Invalid([Problem("not_a_public_key", written[: len(PREFIX) + 64])])
        return _name(named)
    try:
        public = load_pem_public_key(_read(Path(written)))
    except (ValueError, UnsupportedAlgorithm):
        public = None
    if not isinstance(public, Ed25519PublicKey):
        raise Invalid([Problem("not_a_public_key", written)])
    return _name(public)


def signed_by(name: str, signature: str, content: bytes) -> bool:
    """Whether the key of that text signed the content."""
    public = _public(name)
    try:
        if public is None:
            return False
        public.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _name(public: Ed25519PublicKey) -> str:
    return PREFIX + public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _public(name: str) -> Ed25519PublicKey | None:
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(name.removeprefix(PREFIX)))
    except ValueError:
        return None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError as error:
        raise Invalid([Problem("unreadable", str(path), details={"why": error.strerror or str(error)})]) from None
