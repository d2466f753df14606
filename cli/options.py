"""The options that several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct

from engine.problems import Invalid, Problem, unknown_name
from engine.sourcing.opening import is_address

if TYPE_CHECKING:
    from engine.decision import Decision
    from engine.loading import PolicyFiles
    from engine.policy import Policy
    from engine.stores import Known
    from engine.yamltext import Page

Doctor = Annotated[str, typer.Argument(metavar="metavar.doctor", help="help.doctor")]
Year = Annotated[int | None, typer.Option("--year", metavar="metavar.year", help="help.year")]
Data = Annotated[str | None, typer.Option("--data", metavar="metavar.source", help="help.data")]
Policies = Annotated[Path | None, typer.Option("--policies", metavar="metavar.folder", help="help.policies")]
Readings = Annotated[
    list[str] | None,
    typer.Option("--reading", metavar="metavar.reading", help="help.reading"),
]


FoundIn = Annotated[str | None, typer.Option("--register", metavar="metavar.register", help="help.explain_register")]
By = Annotated[str | None, typer.Option("--by", metavar="metavar.agent", help="help.agent")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="metavar.day", help="help.as_of"),
]


def day(written: str | None) -> date | None:
    """The day written as an option, in the one form the help names. Raises Invalid when it is none."""
    if written is None:
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.isoformat() != written:
        raise Invalid([Problem("bad_date", details={"value": written})])
    return found


def readings(written: Iterable[str] | None) -> dict[str, str]:
    """The readings asked for, by name. Raises Invalid for one not written NAME=OPTION, or two of one name."""
    asked: dict[str, str] = {}
    for text in written or ():
        name, equals, option = text.partition("=")
        if not (name and equals and option):
            raise Invalid([Problem("bad_reading", details={"value": text})])
        if asked.setdefault(name, option) != option:
            raise Invalid([Problem("options_exclude", details={"name": name, "one": asked[name], "other": option})])
    return asked


def check_indicator(name: str, policy: Policy) -> None:
    """Raises Invalid when the policy has no indicator of that name; the nearest is offered."""
    known = [one.id for one in policy.indicators]
    if name not in known:
        raise Invalid([Problem("unknown_indicator", details=unknown_name(name, known))])


def policy_files(year: int, root: Path | None) -> PolicyFiles:
    """The policy's files of a year. Raises Invalid when there is no such year."""
    from engine.loading import read_policy

    return read_policy(year_folder(year, root))


def year_folder(year: int, root: Path | None) -> Path:
    """The folder of a year, of `root` or of the product. Raises Invalid when there is no such year."""
    from engine.loading import bundled_policies, years

    known = years(root or bundled_policies())
    if year not in known:
        raise Invalid([Problem("unknown_year", details={"name": str(year), "valid": ", ".join(map(str, known))})])
    return known[year]


RUN = "nodes.parquet"
"""What the folder of a run holds, and that of a source never does."""


def check_source(data: str) -> None:
    """Raises Invalid when a source is the folder of a run, which holds no dossier."""
    if is_run(data):
        raise Invalid([Problem("source_is_run", data)])


def is_run(data: str) -> bool:
    """Whether a source is the folder of a run."""
    return not is_address(data) and (Path(data) / RUN).is_file()


def known_doctor(data: str | None, doctor: str) -> Known:
    """A doctor of the data, or of the source that a run read, for its year; by default, of the fictitious doctors.

    Raises Invalid when there is none, or the source has changed since the run.
    """
    from engine.stores import Known, bundled_examples, find_doctor

    if data is None or not is_run(data):
        return find_doctor(data or bundled_examples(), doctor)
    from engine.running.kept import read_run

    run = read_run(Path(data))
    page = run.page(doctor)
    return Known(doctor, page.data.get("name"), (run.manifest.year,), lambda: page)


class Decided(Struct, frozen=True, dict=True):
    """A decision, the files it was made from, and the day that was asked for: as an option, or of the run."""

    decision: Decision
    files: PolicyFiles
    page: Page
    asked: date | None

    @cached_property
    def record(self) -> dict[str, Any]:
        """The decision's record, with what every other reading would change."""
        from engine.dispute.pricing import alternatives
        from engine.record import record

        return record(self.decision, alternatives(self.files, self.page, self.decision))


def decided(
    doctor: str,
    year: int | None,
    data: str | None,
    written: Iterable[str] | None,
    root: Path | None,
    as_of: str | None = None,
) -> Decided:
    """The decision on a doctor of the data, for a year (default: the latest campaign of the dossier).

    Of a run, under what the run decided under, from the source that it read.
    """
    if data is not None and is_run(data):
        return _decided_in_run(Path(data), doctor, year, readings(written), root, day(as_of))
    from engine.decision import decide
    from engine.dossier import read_dossier
    from engine.linking import linked

    known = known_doctor(data, doctor)
    files = policy_files(known.years[-1] if year is None else year, root)
    policy = linked(files, readings(written))
    asked = day(as_of)
    return Decided(decide(policy, read_dossier(known.page, policy), asked), files, known.page, asked)


def _decided_in_run(
    folder: Path, doctor: str, year: int | None, asked: dict[str, str], root: Path | None, as_of: date | None
) -> Decided:
    """What a run decided of a doctor, decided again. Raises Invalid when the run cannot be asked so."""
    from engine.decision import decide
    from engine.dossier import read_dossier
    from engine.linking import linked
    from engine.running.kept import read_run

    run = read_run(folder)
    run.check_asked(year, asked, as_of)
    files = policy_files(run.manifest.year, root)
    run.check_policy(files)
    policy, page = linked(files, run.manifest.readings), run.page(doctor)
    under = run.manifest.as_of
    return Decided(decide(policy, read_dossier(page, policy), under), files, page, under)
