"""A decision on a dossier with what the register says was found, for the commands that take `--register`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.control_options import agent
from cli.options import Decided, check_source, day, policy_files, readings

if TYPE_CHECKING:
    from engine.control.cases import Case
    from engine.yamltext import Page


def decided_with_findings(
    doctor: str,
    year: int | None,
    data: str | None,
    written: Iterable[str] | None,
    root: Path | None,
    as_of: str | None,
    register: tuple[str, str | None],
    what: str = "explain",
) -> Decided:
    """The decision on a doctor of the data, with the findings that stand in a register.

    The agent who reads it is noted there, with the command, `what`. Without a day, that of the last finding, or of
    the decision if it is later. Raises Invalid: no such doctor, policy or case; a run, which was decided without the
    register.
    """
    from engine.control.cases import standing
    from engine.decision import day_of, decide
    from engine.dossier import read_dossier
    from engine.linking import linked
    from engine.stores import bundled_examples, find_doctor

    if data is not None:
        check_source(data)
    known = find_doctor(data or bundled_examples(), doctor)
    chosen = known.years[-1] if year is None else year
    files = policy_files(chosen, root)
    policy = linked(files, readings(written))
    case, page = found_of(known.page, doctor, chosen, register, what)
    found = (finding.decided_on for finding in standing(case.findings))
    asked = day(as_of) or max([day_of(policy, None), *found])
    return Decided(decide(policy, read_dossier(page, policy), asked), files, page, asked)


def found_of(page: Page, doctor: str, year: int, register: tuple[str, str | None], what: str) -> tuple[Case, Page]:
    """The case of a doctor, read from a register by an agent, and the dossier with its findings. Raises Invalid."""
    from engine.control.cases import with_findings
    from engine.register.reading import read_case

    where, by = register
    case = read_case(where, doctor, year, by=agent(by), what=what)
    return case, with_findings(page, case)
