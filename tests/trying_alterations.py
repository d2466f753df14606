"""One alteration of a record put to every check there is, and what each of them should have said of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from random import Random
from typing import Any

from msgspec import Struct, json

from engine.issuing.differences import differences
from engine.issuing.keys import Signer
from engine.issuing.reading import check_schema
from engine.issuing.receipt import Json, Receipt, broken, sealed
from engine.issuing.redeciding import decided_by, dossier_page, without_engine
from engine.issuing.verifying import inconsistencies
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.text import canonical_json
from tests.altering import Altered, Altering
from tests.rebuilt import as_decided, core, priced

OWN = ("dossier", "doctor", "as_of", "engine")
"""What is no departure from the law: other facts, another doctor, another day on which all is the same."""
INPUTS = ("year", "dossier", "readings", "as_of")


class Trial(Struct, frozen=True):
    """What an alteration is, what each check said of it (True: rejected), and whether it had to be rejected alone.

    `possible` is the engine's own answer, without the checker: whether the altered record is what its own rules give
    on its own facts; None where it could not be put to the engine.
    """

    kind: str
    path: tuple[str | int, ...]
    possible: bool | None
    signed: bool
    alone: bool
    beside: bool

    @property
    def failures(self) -> list[str]:
        """What should have been rejected and was not."""
        lawful = self.path[0] in OWN
        return [
            *([] if self.signed else ["accepted though signed"]),
            *(["accepted alone though inconsistent"] if self.possible is False and not self.alone else []),
            *([] if lawful or self.alone or self.beside else ["accepted beside the policy"]),
        ]


class Trying:
    """Alters one record again and again; `law` is the policy it was decided under, from `files`."""

    def __init__(self, record: Json, law: Policy, files: PolicyFiles, key: Signer) -> None:
        self.record: Json = json.decode(canonical_json(record))
        self.law, self.files, self.key = law, files, key
        self.altering = Altering(self.record)
        self.seal: Json = json.decode(sealed(self.record, key))
        self.known: dict[bytes, Json] = {}

    @property
    def untouched(self) -> list[str]:
        """What is wrong with the record as it was issued: nothing should be."""
        receipt = self.receipt(self.record)
        told = [*broken(receipt, self.key.name), *(one.place for one in inconsistencies(self.record))]
        return [*told, *(one.place for one in self.departures(self.record))]

    def trial(self, random: Random) -> Trial:
        one = self.altering.altered(random)
        signed = bool(list(broken(self.receipt(one.record), self.key.name)))
        reseal(one)
        alone = bool(inconsistencies(one.record))
        possible = None if alone else self.possible(one.record)
        if possible is False:
            alone = bool(refused(lambda: check_schema(one.record, "decision", "")))
        beside = not alone and bool(refused(lambda: self.departures(one.record)))
        return Trial(one.kind, one.path, possible, signed, alone, beside)

    def receipt(self, record: Json) -> Receipt:
        """The altered record in the seal of the one that was signed."""
        content = canonical_json({**self.seal, "record": record}) + b"\n"
        return Receipt(record, self.seal["digest"], self.key.name, self.seal["signature"]["value"], content)

    def possible(self, record: Json) -> bool | None:
        """Whether the engine writes this record, deciding by its own rules on its own facts."""
        try:
            again = as_decided(record, self.law)
            return not list(differences(core(record), core({**record, **again}))) and priced(record)
        except Exception:  # whatever the engine says of what no policy or dossier would hold
            return None

    def departures(self, record: Json) -> list[Any]:
        """As `engine.issuing.verifying.departures`; decided once for the same facts, readings and day."""
        inputs = canonical_json([record.get(name) for name in INPUTS])
        if inputs not in self.known:
            self.known = {**self.known, inputs: self.again(record)} if len(self.known) < 4 else {}
        again = self.known[inputs] if inputs in self.known else self.again(record)
        return list(differences(without_engine(record), without_engine(again)))

    def again(self, record: Json) -> Json:
        if record["year"] != self.files.year:
            raise ValueError("of another year")
        found: Json = json.decode(canonical_json(decided_by(record, self.files, dossier_page(record, "record"))))
        return found


def refused(check: Callable[[], Any]) -> Any:
    """What a check found, or that it refused to look."""
    try:
        return check()
    except (Invalid, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as refusal:
        return refusal


def reseal(one: Altered) -> None:
    """Make the digest of the dossier that of the altered facts, as whoever alters a record without a key would."""
    if one.path[0] not in ("dossier", "doctor", "year") or one.path[1:2] == ("digest",):
        return
    facts = one.record.get("dossier", {})
    whole = {key: value for key, value in facts.items() if key != "digest"}
    whole |= {key: one.record[key] for key in ("doctor", "year") if key in one.record}
    facts["digest"] = f"sha256:{hashlib.sha256(canonical_json(whole)).hexdigest()}"
