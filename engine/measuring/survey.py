"""A flow looked through once, before it is counted: whose its rows are, and which bear a name that another bears.

Files mostly come with the rows of a doctor together and their names in order. Two rows of one name then stand next to
each other, and are seen in passing; of a file in any other order an engine has to be asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct


class Survey(Struct, frozen=True):
    """How many rows each doctor has, None being nobody; the names that several rows of one doctor bear, by doctor.

    `twice` is None where the order of the rows does not tell.
    """

    owners: Counter[str | None]
    twice: dict[str, set[str]] | None


def survey(batches: Iterable[Anything]) -> Survey:
    """Look through rows as they come: batches of two columns, doctor and name."""
    looking = _Looking()
    for batch in batches:
        if len(batch):
            looking.look(batch.column(0), batch.column(1))
    return Survey(looking.owners, looking.twice if looking.in_order else None)


class _Looking:
    """What was seen so far, and the last row of it."""

    def __init__(self) -> None:
        self.owners: Counter[str | None] = Counter()
        self.twice: dict[str, set[str]] = {}
        self.in_order = True
        self.last: tuple[str | None, str | None] | None = None

    def look(self, doctors: Anything, names: Anything) -> None:
        """More rows."""
        for one in computed.value_counts(doctors).to_pylist():
            self.owners[one["values"]] += one["counts"]
        if self.in_order:
            self._follow(doctors, names)

    def _follow(self, doctors: Anything, names: Anything) -> None:
        if self.last:
            self._step(*self.last, doctors[0].as_py(), names[0].as_py())
        self.last = doctors[-1].as_py(), names[-1].as_py()
        ranks = doctors.indices if arrow.types.is_dictionary(doctors.type) else doctors
        same = computed.equal(ranks[1:], ranks[:-1]).fill_null(False)
        grown = computed.greater(names[1:], names[:-1]).fill_null(False)
        # Looked at closer: where another doctor begins, or a name does not come after the one before.
        at = computed.indices_nonzero(computed.invert(computed.and_(same, grown)))
        rows = arrow.table({"doctor": doctors, "name": names})
        pairs = zip(rows.take(at).to_pylist(), rows.take(computed.add(at, 1)).to_pylist(), strict=True)
        for one, other in pairs:
            self._step(*one.values(), *other.values())

    def _step(self, doctor: str | None, name: str | None, after: str | None, follows: str | None) -> None:
        """From one row to the next."""
        if doctor is None or name is None or after is None or follows is None:
            self.in_order = False
        elif doctor == after and name == follows:
            self.twice.setdefault(doctor, set()).add(name)
        else:
            self.in_order &= (doctor, name) < (after, follows)
