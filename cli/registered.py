"""A decision on a dossier with what the register says was found, for `forfait explain --register`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cli.control_options import agent
from cli.options import Decided, check_source, day, policy_files, readings


def decided_with_findings(
    doctor: str,
    year: int | None,
    data: Path | None,
    written: Iterable[str] | None,
    root: Path | None,
    as_of: str | None,
    register: tuple[str, str | None],
) -> Decided:
    """The decision on a doctor of the data, with the findings that stand in a register, read by an agent.

    Without a day, that of the last finding, or of the decision if it is later. Raises Invalid: no such doctor, policy
    or case; a run, which was decided without the register.
    """
    from engine.control.cases import standing, with_findings
    from engine.decision import day_of, decide
    from engine.dossier import read_dossier
    from engine.linking import linked
    from engine.register.reading import read_case
    from engine.stores import bundled_examples, find_doctor

    if data is not None:
        check_source(str(data))
    known = find_doctor(data or bundled_examples(), doctor)
    chosen = known.years[-1] if year is None else year
    files = policy_files(chosen, root)
    policy = linked(files, readings(written))
    where, by = register
    case = read_case(where, doctor, chosen, by=agent(by), what="explain")
    page = with_findings(known.page, case)
    found = (finding.decided_on for finding in standing(case.findings))
    asked = day(as_of) or max([day_of(policy, None), *found])
    return Decided(decide(policy, read_dossier(page, policy), asked), files, page, asked)
