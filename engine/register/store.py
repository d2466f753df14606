"""The register: entries added one after the other, never changed; who reads is entered as who writes is."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any as Anything

from msgspec import Struct, ValidationError, convert
from sqlalchemy import Connection, Row, insert, select

from engine.problems import Invalid, Problem
from engine.register.acts import Act, Entry, check_act, plain
from engine.register.chain import Link, after, salted
from engine.register.clean import check_text
from engine.register.opening import held, shown
from engine.register.tables import entries, links
from engine.text import canonical_json

SALT = 16
"""The bytes of chance that keep a dropped entry from being guessed."""
EASTMOST = timedelta(hours=14)
"""The day begins there first: nobody on Earth is further in time."""


def machine_time() -> datetime:
    """What the clock of the machine tells: a fact about the register, which decides nothing of a doctor."""
    return datetime.now(UTC)


Clock = Callable[[], datetime]


class Held(Struct, frozen=True):
    """A register, held by one agent alone until what is done in it is written, all or nothing.

    `where` is its path or address, as it may be shown.
    """

    connection: Connection
    where: str
    clock: Clock

    def entries(self, doctor: str | None = None, year: int | None = None) -> list[Entry]:
        """What is said of a doctor and a year, of every case if none is named; what was dropped is not there."""
        query = select(entries, links.c.written_at).join(links, links.c.sequence == entries.c.sequence)
        if doctor is not None:
            query = query.where(entries.c.doctor == doctor)
        if year is not None:
            query = query.where(entries.c.year == year)
        return [self._entry(row) for row in self.connection.execute(query.order_by(entries.c.sequence))]

    def links(self) -> Iterator[Link]:
        """The whole chain."""
        for row in self.connection.execute(select(links).order_by(links.c.sequence)):
            yield self._link(row)

    def last(self) -> Link | None:
        """The last link, None in a register where nothing was entered."""
        row = self.connection.execute(select(links).order_by(links.c.sequence.desc()).limit(1)).first()
        return self._link(row) if row else None

    def add(self, doctor: str | None, year: int | None, by: str, day: date | None, act: Act) -> int:
        """Enter an act, and give its number.

        Raises Invalid: a text of it is not clean, or the day on which it was done has not come anywhere.
        """
        now = self.clock()
        check_new(by, day, act, now)
        salt = secrets.token_hex(SALT)
        said = {"doctor": doctor, "year": year, "by": by, "day": day and day.isoformat(), "act": plain(act)}
        written_at = now.astimezone(UTC).isoformat(timespec="milliseconds")
        link = after(self.last(), written_at, salted(salt, said))
        self.connection.execute(insert(links).values({name: getattr(link, name) for name in link.__struct_fields__}))
        written = {**said, "act": canonical_json(said["act"]).decode(), "salt": salt, "sequence": link.sequence}
        self.connection.execute(insert(entries).values(written))
        return link.sequence

    def _link(self, row: Row[Anything]) -> Link:
        try:
            return convert({str(name): value for name, value in row._mapping.items()}, Link)
        except ValidationError:
            raise Invalid([Problem("entry_damaged", self.where, details={"entry": str(row.sequence)})]) from None

    def _entry(self, row: Row[Anything]) -> Entry:
        try:
            said = {str(name): value for name, value in row._mapping.items()}
            entry = convert({**said, "act": json.loads(row.act)}, Entry)
            check_act(entry.act)
            return entry
        except (ValueError, TypeError, RecursionError, Invalid):
            raise Invalid([Problem("entry_damaged", self.where, details={"entry": str(row.sequence)})]) from None


@contextmanager
def register(where: str, *, new: bool = False, clock: Clock = machine_time) -> Iterator[Held]:
    """The register of that path or address, held until the end of the block; `new` may make it.

    What is entered is written when the block ends well, and not at all otherwise. Raises Invalid as `opening.held`.
    """
    with held(where, new=new) as connection:
        yield Held(connection, shown(where), clock)


def check_new(by: str, day: date | None, act: Act, now: datetime) -> None:
    """Raises Invalid: a text of an entry could not be kept; the day on which it was done has not come anywhere."""
    problems = list(check_text("by", by))
    if problems:
        raise Invalid(problems)
    check_act(act)
    if day is not None and day > (now + EASTMOST).date():
        raise Invalid([Problem("day_to_come", details={"day": day.isoformat()})])
