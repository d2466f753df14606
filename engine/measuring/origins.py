"""Where a count says that it comes from: its flows, why its days begin where they do, its readings.

Dossiers, decisions, letters and notices carry the origin of what they hold: so does each of these tell all that. It
is one text in both languages, that people can read in a table and that is read back to be said in one of them:

    flux : actes facturés | flows: acts billed [begun 2023-05-02] (reprise-teletransmission=reprise)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any as Anything
from typing import Literal

from msgspec import Struct

from engine.conditions import Text
from engine.days import is_day

Why = Literal["begun", "before", "never"]
"""Why the days of a doctor's own period begin where they do: a row of those days began it, one before them keeps the
period whole, or none did either."""
FORM = re.compile(
    r"flux : (?P<fr>[^|]+) \| flows: (?P<en>[^|]+?)"
    r"(?: \[(?:(?P<why>begun|before) (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})|(?P<never>never))\])?"
    r"(?: \((?P<readings>[a-z0-9_.-]+=[a-z0-9_.-]+(?:, [a-z0-9_.-]+=[a-z0-9_.-]+)*)\))?"
)


class Origin(Struct, frozen=True):
    """What the origin of a count tells: its flows, why its days begin where they do, the readings not the defaults.

    `why` is empty where no doctor has a period of their own; `day` is that of the row that decided, if one did.
    `readings` are written as on a command line.
    """

    flows: Text
    why: Why | Literal[""]
    day: str
    readings: str

    @property
    def chosen(self) -> Mapping[str, str]:
        """The option of each of these readings."""
        return dict(one.split("=", 1) for one in self.readings.split(", ") if one)


def origin(flows: Iterable[Text], readings: Mapping[str, str]) -> tuple[str, str]:
    """What the origin of a count says before and after why its days begin where they do."""
    known = list(flows)
    chosen = ", ".join(f"{name}={option}" for name, option in readings.items())
    french, english = ", ".join(one.fr for one in known), ", ".join(one.en for one in known)
    return f"flux : {french} | flows: {english}", f" ({chosen})" if chosen else ""


def begins(why: Why, day: date | None = None) -> str:
    """Why the days counted begin where they do, as an origin says it between the two."""
    return f" [{why} {day.isoformat()}]" if day else f" [{why}]"


def read_origin(written: str | None) -> Origin | None:
    """What an origin tells, if it is that of a count; nothing for any other, which anyone may have written."""
    found = FORM.fullmatch(written or "")
    if found is None:
        return None
    told: Mapping[str, Anything] = found.groupdict("")
    if told["day"] and not is_day(told["day"]):
        return None
    return Origin(Text(told["fr"], told["en"]), told["why"] or told["never"], told["day"], told["readings"])
