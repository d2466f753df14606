"""The journal of issued records: a file that only grows, each entry holding the digest of the one before it.

What is written is on the disk before it is told. Agents that write at the same time wait for each other; one that is
killed leaves its entry whole or not at all; a record already noted is not noted again. An anchor, the number and the
digest of the last entry, shows later that nothing before it was changed and that the end was not cut off.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

from msgspec import Struct

from engine.issuing.reading import parsed
from engine.problems import Invalid, Problem
from engine.text import canonical_json

Json = dict[str, Any]
SCHEMA = "journal/1"
NOTHING = f"sha256:{'0' * 64}"
"""What stands before the first entry."""
ANCHOR = re.compile(r"journal/1 ([1-9][0-9]{0,14}) (sha256:[0-9a-f]{64})")
LONGEST = 4096
"""No entry is longer, in bytes."""
KEYS = {"schema", "number", "previous", "record", "doctor", "year", "as_of", "key", "digest"}
Fault = Literal["entry", "order", "chain", "torn", "anchor_missing", "anchor_other"]


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

    Raises Invalid when the last entry is not one, OSError when the file cannot be written.
    """
    fresh = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _drop_unfinished(file)
        last = _last(file, path)
        known = _number_of(file, entry.record)
        if known is not None:
            return known
        number, previous = (last["number"] + 1, last["digest"]) if last else (1, NOTHING)
        file.seek(0, os.SEEK_END)
        file.write(entry.line(number, previous))
        file.flush()
        os.fsync(file.fileno())
    if fresh:
        _sync_folder(path.resolve().parent)
    return number


def _drop_unfinished(file: BinaryIO) -> None:
    """Remove what an agent that was killed had begun to write: it was told to nobody."""
    end = file.seek(0, os.SEEK_END)
    start = max(0, end - LONGEST)
    file.seek(start)
    tail = file.read()
    whole = tail.rfind(b"\n") + 1
    if whole < len(tail) and (whole or not start):
        file.truncate(start + whole)


def _last(file: BinaryIO, path: Path) -> Json | None:
    """The last entry, None where there is none. Raises Invalid when it is not one."""
    end = file.seek(0, os.SEEK_END)
    if not end:
        return None
    file.seek(max(0, end - LONGEST))
    line = file.read().splitlines()[-1]
    found = _entry(line)
    if found is None or found["digest"] != _digest(_undigested(found)):
        raise Invalid([Problem("journal_broken", str(path))])
    return found


def _number_of(file: BinaryIO, record: str) -> int | None:
    """The number of the entry that notes a record: looked for as bytes, for a journal may be long."""
    if not os.fstat(file.fileno()).st_size:
        return None
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place = content.find(f'"record":"{record}"'.encode())
        if place < 0:
            return None
        start, end = content.rfind(b"\n", 0, place) + 1, content.find(b"\n", place)
        found = _entry(content[start:end])
    return found["number"] if found else None


def read(path: Path, anchor: Anchor | None = None) -> Read:
    """The journal of a file, with all that is wrong with it. Raises Invalid when it cannot be read."""
    entries: list[Json] = []
    wrong: list[Wrong] = []
    previous, line = NOTHING, 0
    for line, content in enumerate(_lines(path), start=1):
        found = _entry(content.removesuffix(b"\n"))
        if not content.endswith(b"\n"):
            wrong.append(Wrong("torn", line))
        elif found is None or found["digest"] != _digest(_undigested(found)):
            wrong.append(Wrong("entry", line))
        else:
            if found["number"] != line:
                wrong.append(Wrong("order", line))
            if found["previous"] != previous:
                wrong.append(Wrong("chain", line))
            entries.append(found)
            previous = found["digest"]
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
    try:
        found = parsed(line.decode(), "")
    except (Invalid, UnicodeDecodeError):
        return None
    if not isinstance(found, dict) or found.keys() != KEYS or canonical_json(found) != line:
        return None
    return found if type(found["number"]) is int else None


def _undigested(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name != "digest"}


def _digest(entry: Json) -> str:
    return f"sha256:{hashlib.sha256(canonical_json(entry)).hexdigest()}"


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only once its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
