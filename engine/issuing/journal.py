"""The journal of issued records: a file that only grows, each entry holding the digest of the one before it.

What is written is on the disk before it is told. Agents that write at the same time wait for each other; one that is
killed leaves its entry whole or not at all; a record whose entry stands is not noted again. Nothing is added to a
file whose last entry does not follow the one before it; what was altered further up shows when it is read. An anchor,
the number and the digest of the last entry, shows later that nothing before it was changed and that the end was not
cut off.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO, Literal

from msgspec import Struct

from engine.problems import Invalid, Problem
from engine.text import canonical_json

Json = dict[str, Any]
SCHEMA = "journal/1"
NOTHING = f"sha256:{'0' * 64}"
"""What stands before the first entry."""
ANCHOR = re.compile(r"journal/1 ([1-9][0-9]{0,14}) (sha256:[0-9a-f]{64})")
LONGEST = 4096
"""No entry is longer, in bytes."""
DIGEST = rb"sha256:[0-9a-f]{64}"
LINE = re.compile(
    rb'(\{"as_of":"[0-9]{4}-[0-9]{2}-[0-9]{2}",)"digest":"(%(digest)s)",'
    rb'("doctor":"[0-9]{1,20}","key":(?:null|"ed25519:[0-9a-f]{64}"),"number":([1-9][0-9]{0,14}),'
    rb'"previous":"(%(digest)s)","record":"(%(digest)s)","schema":"journal/1","year":[1-9][0-9]{3}\})\n'
    % {b"digest": DIGEST}
)
"""A line as entries are written; its parts but for its own digest, and what the chain is made of."""
BEGINNING = b'{"as_of":"0000-00-00","digest":"sha256:%s",' % (b"0" * 64)
BEGUN = re.compile(rb'\{"as_of":"[0-9]{4}-[0-9]{2}-[0-9]{2}","digest":"%s",.*' % DIGEST)
MADE_PRIVATE = 0o600
"""A journal tells which doctors were decided on: a new one is for its owner alone."""
Fault = Literal["entry", "kind", "order", "chain", "torn", "anchor_missing", "anchor_other"]


class Entry(Struct, frozen=True):
    """A record as noted: the digest of it, whose it is, and the key that signed it, if any."""

    record: str
    doctor: str
    year: int
    as_of: str
    key: str | None

    def line(self, number: int, previous: str) -> bytes:
        """The entry as the line of that number after the line of that digest."""
        told: Json = {name: getattr(self, name) for name in self.__struct_fields__}
        told |= {"schema": SCHEMA, "number": number, "previous": previous}
        return canonical_json({**told, "digest": _digest(told)}) + b"\n"


class Anchor(Struct, frozen=True):
    """How many entries a journal had, and the digest of the last."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{SCHEMA} {self.number} {self.digest}"


class Wrong(Struct, frozen=True):
    """What is wrong with a journal, and the line where it shows."""

    fault: Fault
    line: int


class Read(Struct, frozen=True):
    """The entries of a journal that are whole, as they stand, and what is wrong with it."""

    entries: tuple[Json, ...]
    wrong: tuple[Wrong, ...]

    @property
    def anchor(self) -> Anchor | None:
        """The last entry; None of an empty journal."""
        last = self.entries[-1] if self.entries else None
        return Anchor(last["number"], last["digest"]) if last else None

    def number_of(self, record: str) -> int | None:
        """The number under which the record of that digest is noted."""
        return next((one["number"] for one in self.entries if one["record"] == record), None)


def entry_of(record: Json, digest: str, key: str | None) -> Entry:
    """How a record of that digest, signed by that key, is noted."""
    return Entry(digest, record["doctor"], record["year"], record["as_of"], key)


def parse_anchor(written: str) -> Anchor:
    """The anchor of a text, or of the file of that name. Raises Invalid when it is none."""
    text = written
    if not ANCHOR.fullmatch(text):
        try:
            text = Path(written).read_text("utf-8")[:LONGEST].strip()
        except (OSError, ValueError):
            text = ""
    found = ANCHOR.fullmatch(text)
    if not found:
        raise Invalid([Problem("not_a_journal_anchor", details={"value": written[:80]})])
    return Anchor(int(found[1]), found[2])


def append(path: Path, entry: Entry) -> int:
    """Note a record, on the disk before this returns; gives its number, the one it has if it is noted already.

    Raises Invalid, and leaves the file as it is, when it does not end as a journal does or the entry that has the
    record's digest was altered; OSError when it cannot be written. Nothing further up is read: an entry in which the
    record's digest was altered is not found, and the record is noted a second time.
    """
    fresh = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, MADE_PRIVATE), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = _ending(file, path, entry.record.encode())
        if found.noted is not None:
            return found.noted
        line = entry.line(found.number + 1, found.digest)
        if not LINE.fullmatch(line):
            raise Invalid([Problem("journal_broken", str(path))])
        # What an agent that was killed had begun to write was told to nobody.
        file.truncate(found.bytes)
        file.seek(found.bytes)
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        _sync_folder(path.resolve().parent)
    return found.number + 1


class _Ending(Struct, frozen=True):
    """Where a journal stands: how many entries, of how many bytes, the digest of the last, the number of a record."""

    number: int
    bytes: int
    digest: str
    noted: int | None


def _ending(file: BinaryIO, path: Path, record: bytes) -> _Ending:
    """Where a journal stands, but for a line begun at its end: its last two entries are read, and the record's own.

    Raises Invalid where one of these is none, the last does not follow the one before it, or what follows the last is
    no line begun.
    """
    size = os.fstat(file.fileno()).st_size
    if not size:
        return _Ending(0, 0, NOTHING, None)
    with mmap(file.fileno(), size, access=ACCESS_READ) as held:
        end = held.rfind(b"\n") + 1
        last = _last(held, end) if end else None
        at = held.find(b'"record":"%s"' % record, 0, end)
        own = _ended(held, held.find(b"\n", at) + 1) if at >= 0 else None
        sound = (last is not None or not end) and (own is not None or at < 0)
        if not sound or (end < size and not _begun(held[end : end + LONGEST])):
            raise Invalid([Problem("journal_broken", str(path))])
        number, digest = (int(last[4]), last[2].decode()) if last else (0, NOTHING)
        return _Ending(number, end, digest, int(own[4]) if own else None)


def _last(held: mmap, end: int) -> re.Match[bytes] | None:
    """The entry of the line that ends there; None where it is none, or not the next after the one before it."""
    last = _ended(held, end)
    if last is None:
        return None
    follows = (1, NOTHING.encode())
    if start := end - len(last[0]):
        before = _ended(held, start)
        if before is None:
            return None
        follows = (int(before[4]) + 1, before[2])
    return last if (int(last[4]), last[5]) == follows else None


def _ended(held: mmap, end: int) -> re.Match[bytes] | None:
    """The entry of the line that ends there; None where it is not as entries are written."""
    start = held.rfind(b"\n", 0, end - 1) + 1
    return _as_written(held[max(start, end - LONGEST) : end])


def _as_written(line: bytes) -> re.Match[bytes] | None:
    """The parts of a line, where it is written as entries are and its digest is its own."""
    found = LINE.fullmatch(line)
    return found if found and found[2] == _of(found) else None


def _begun(line: bytes) -> bool:
    """Whether the end of a file is the beginning of an entry."""
    return len(line) < LONGEST and BEGUN.fullmatch(line + BEGINNING[len(line) :]) is not None


def _of(line: re.Match[bytes]) -> bytes:
    """The digest that an entry should have: that of all the rest of it."""
    return b"sha256:" + hashlib.sha256(line[1] + line[3]).hexdigest().encode()


def read(path: Path, anchor: Anchor | None = None) -> Read:
    """The journal of a file, with all that is wrong with it. Raises Invalid when it cannot be read."""
    entries: list[Json] = []
    wrong: list[Wrong] = []
    previous, line, formed = NOTHING, 0, False
    for line, content in enumerate(_lines(path), start=1):
        found, formed = _entry(content), formed or LINE.fullmatch(content) is not None
        if not content.endswith(b"\n"):
            wrong.append(Wrong("torn", line))
        elif found is None:
            wrong.append(Wrong("entry", line))
        else:
            if found["number"] != line:
                wrong.append(Wrong("order", line))
            if found["previous"] != previous:
                wrong.append(Wrong("chain", line))
            entries.append(found)
            previous = found["digest"]
    if not formed and any(one.fault == "entry" for one in wrong):
        wrong = [Wrong("kind", 1)]
    if anchor:
        there = next((one for one in entries if one["number"] == anchor.number), None)
        if there is None or there["digest"] != anchor.digest:
            wrong.append(Wrong("anchor_missing" if there is None else "anchor_other", anchor.number))
    return Read(tuple(entries), tuple(wrong))


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while line := file.readline(LONGEST):
                yield line
    except OSError as error:
        raise Invalid([Problem("unreadable", str(path), details={"why": error.strerror or str(error)})]) from None


def _entry(line: bytes) -> Json | None:
    """The entry of a line written as entries are, None of any other."""
    if _as_written(line) is None:
        return None
    entry: Json = json.loads(line)
    return entry


def _digest(entry: Json) -> str:
    return f"sha256:{hashlib.sha256(canonical_json(entry)).hexdigest()}"


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
