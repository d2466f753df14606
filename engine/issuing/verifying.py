"""What is wrong with a record: alone, and beside the policy that it says it was decided under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from engine.checker import decided_again
from engine.checking.leaves import observed_again
from engine.checking.reasons import reasoned_again
from engine.issuing.differences import Difference, differences
from engine.issuing.journal import Read
from engine.issuing.receipt import Broken, Receipt, broken, digest_of
from engine.issuing.redeciding import decided_by, dossier_page, without_engine
from engine.linking import link
from engine.loading import PolicyFiles
from engine.problems import Invalid, Problem

Json = dict[str, Any]
Senseless = Literal["nowhere", "endless", "unworkable"]
SENSELESS: tuple[tuple[Senseless, tuple[type[Exception], ...]], ...] = (
    ("nowhere", (LookupError, StopIteration)),
    ("endless", (RecursionError,)),
    ("unworkable", (ArithmeticError, AttributeError, TypeError, ValueError)),
)
"""How it is told that a record makes no sense, by what Python raises."""
RAISED = tuple(kind for _, kinds in SENSELESS for kind in kinds)


class Verified(Struct, frozen=True):
    """What was found of a record; what was not asked is None.

    `broken` is what is wrong with its seal, `undecided` why the policy cannot decide it, `noted` its number in the
    journal (0: none), `journal_whole` whether the journal still is. `readings` are those that are not the policy's
    default.
    """

    receipt: Receipt
    asked_key: str | None
    broken: tuple[Broken, ...]
    alone: tuple[Difference, ...]
    beside: tuple[Difference, ...] | None = None
    undecided: Problem | None = None
    noted: int | None = None
    journal_whole: bool = True
    readings: tuple[tuple[str, str], ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether nothing that was asked is wrong."""
        return not (self.broken or self.alone or self.beside or self.undecided or self.noted == 0) and (
            self.journal_whole
        )


def verified(receipt: Receipt, files: PolicyFiles | None, key: str | None, journal: Read | None) -> Verified:
    """A record verified: alone, and beside a policy, a public key and a journal where they are given."""
    record = receipt.record
    beside, undecided = None, None
    if files is not None:
        try:
            beside = tuple(departures(record, files))
        except Invalid as invalid:
            undecided = invalid.problems[0]
    return Verified(
        receipt,
        key,
        tuple(broken(receipt, key)),
        tuple(inconsistencies(record)),
        beside,
        undecided,
        None if journal is None else journal.number_of(digest_of(record)) or 0,
        journal is None or not journal.wrong,
        tuple(_chosen(record, files)) if files else (),
    )


def _chosen(record: Json, files: PolicyFiles) -> Iterator[tuple[str, str]]:
    known = link(files, {}).readings
    for name, option in record["readings"].items():
        if name not in known or known[name].default != option:
            yield name, option


def inconsistencies(record: Json) -> list[Difference]:
    """Each statement of a record that its own facts and rules do not give; none when it holds.

    A record that makes no sense as a whole is told at no place, with how it makes none: a `Senseless`.
    """
    try:
        twice = [name for name, count in Counter(_places(record)).items() if count > 1]
        again = reasoned_again(decided_again(observed_again(record)))
    except RAISED as error:
        return [Difference("", next(how for how, kinds in SENSELESS if isinstance(error, kinds)), None)]
    return [*(Difference(name, 2, 1) for name in twice), *differences(record, again)]


def departures(record: Json, files: PolicyFiles) -> list[Difference]:
    """Each statement of a record that the engine does not write, deciding on the record's facts under a policy.

    Raises Invalid when the policy does not know a reading of the record, or what its facts are about.
    """
    if files.year != record["year"]:
        details = {"year": str(record["year"]), "policy": str(files.year)}
        raise Invalid([Problem("record_of_another_year", details=details)])
    again = decided_by(record, files, dossier_page(record, "record"))
    return list(differences(without_engine(record), without_engine(again)))


def _places(part: Any) -> Iterator[str]:
    """The names by which the parts of a decision are known."""
    if isinstance(part, list):
        for one in part:
            yield from _places(one)
    elif isinstance(part, dict):
        if "at" in part and "verdict" in part:
            yield str(part["at"])
        if "outcome" in part and "id" in part:
            yield str(part["id"])
        for key, value in part.items():
            if key not in ("dossier", "saw", "missing", "contested", "contradictions", "later"):
                yield from _places(value)
