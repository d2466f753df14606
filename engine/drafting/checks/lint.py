"""What is wrong with a policy being written: its pages read, linked under every choice of readings, and checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from engine.drafting.checks.beside import beside
from engine.drafting.checks.counting import counting
from engine.drafting.checks.fitting import fitting
from engine.drafting.checks.idle import idle
from engine.drafting.checks.ordering import ordering
from engine.drafting.checks.priority import priority
from engine.drafting.checks.sourcing import sourcing
from engine.drafting.checks.totals import totals, unannounced
from engine.drafting.checks.unused import never_taken, unlisted, unread, unused
from engine.drafting.draft import Draft, drafted
from engine.drafting.presumed import presumed
from engine.loading import read_policy
from engine.problems import Invalid, Problem

Severity = Literal["error", "warning", "note"]

CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    totals,
    unannounced,
    ordering,
    unused,
    unlisted,
    unread,
    beside,
    never_taken,
    fitting,
    sourcing,
    priority,
    idle,
    counting,
    presumed,
)
WARNINGS = frozenset({"never_used", "total_missing", "unsourced_option", "unread_file", "undecided"})
"""What deserves a look and breaks nothing; every other code is of an error."""
NOTES = frozenset({"presumed"})
"""What remains to be done, and is no fault."""


class Report(Struct, frozen=True):
    """What was found in one policy's folder; `complete` says whether it was sound enough for every check."""

    folder: Path
    problems: tuple[Problem, ...]
    complete: bool

    def count(self, severity: Severity) -> int:
        """How many problems are of this severity."""
        return sum(severity_of(problem) == severity for problem in self.problems)


def lint(folder: Path) -> Report:
    """Everything that is wrong with the policy of a folder, in the order of its files.

    What cannot be read or linked stops the checks that need a whole policy.
    """
    try:
        draft = drafted(read_policy(folder))
    except Invalid as invalid:
        return Report(folder, _once(invalid.problems), complete=False)
    return Report(folder, _once(problem for check in CHECKS for problem in check(draft)), complete=True)


def severity_of(problem: Problem) -> Severity:
    """Whether a problem makes a policy unfit, deserves a look, or only remains to be done."""
    if problem.code in NOTES:
        return "note"
    return "warning" if problem.code in WARNINGS else "error"


def _once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each fault of each place once, whatever the readings it was found under."""
    found = {(*_place(one), one.code, one.place, one.details.get("name", "")): one for one in problems}
    return tuple(found[key] for key in sorted(found))


def _place(problem: Problem) -> tuple[str, int, int]:
    return problem.file, problem.line or 0, problem.column or 0
