"""What the tests of the register share: who acts, when, and a case under way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.control.cases import Case
from engine.problems import Invalid
from engine.register.acts import Asked, Corrected, Deed, Opened
from engine.register.filing import Filed, file

DOCTOR, YEAR, AGENT = "99900000003", 2023, "Ana Vidal"
CODING, VIDEO = "codage", "video"
OPENED = date(2024, 9, 2)
ASKED = date(2024, 9, 3)
UNTIL = date(2024, 10, 3)
AFTER = date(2024, 10, 4)
NOON = datetime(2024, 12, 24, 12, 0, tzinfo=UTC)


def noon() -> datetime:
    """A clock that stands still."""
    return NOON


class Book:
    """A register of the test's own, with a case opened in it."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.enter(OPENED, Opened(name="Dr Claire Fontaine"))

    def enter(
        self, day: date, act: Deed | Corrected, by: str = AGENT, doctor: str = DOCTOR, year: int = YEAR
    ) -> Filed:
        return file(self.where, doctor, year, by, day, act, clock=noon)

    def number(self, day: date, act: Deed | Corrected) -> int:
        return self.enter(day, act).entry

    def case(self, day: date, act: Deed | Corrected) -> Case:
        return self.enter(day, act).case

    def refused(self, day: date, act: Deed | Corrected) -> list[str]:
        """The codes of what is wrong with an act."""
        with pytest.raises(Invalid) as invalid:
            self.enter(day, act)
        return [problem.code for problem in invalid.value.problems]

    def ask(self) -> int:
        return self.number(ASKED, Asked((CODING, VIDEO), UNTIL, "1A 234 567"))


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A register kept in a file."""
    return Book(str(tmp_path / "register.db"))
