"""A case of control as others read it: one doctor, one year, and what was asked, received, said and found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from engine.yamltext import Page, Plain

Outcome = Literal["confirmed", "refuted", "not_produced"]
Status = Literal["open", "closed"]
FINDING_ID = "control-"
"""What the ids of findings begin with where they stand among the other rows of a dossier."""
LONGEST_DELAY = 3660
"""The days that a delay given to a doctor may have: no longer one has a reason."""
ORIGIN = "registre du contrôle"
"""Where such a row says that it comes from, as the rows of dossiers do: in French, as `row.register` has it."""


class Kept(Struct, frozen=True, kw_only=True):
    """What every act on file has: its number in the register, who did it, and how it was corrected.

    `corrects` is the number of the act that it replaces; `corrected_by`, that of the correction that set it aside.
    """

    id: int
    by: str
    corrects: int | None = None
    corrected_by: int | None = None

    @property
    def stands(self) -> bool:
        """Whether no correction set it aside."""
        return self.corrected_by is None


class Opening(Kept, frozen=True, kw_only=True):
    """The case was opened; `name` is the doctor's, as the dossier gave it."""

    opened_on: date
    name: str | None = None
    why: str | None = None


class Request(Kept, frozen=True, kw_only=True):
    """Evidence asked of the doctor; `letter` is the number of the registered letter, `answer_by` the last day."""

    items: tuple[str, ...]
    asked_on: date
    answer_by: date
    letter: str | None = None


class Receipt(Kept, frozen=True, kw_only=True):
    """What came for one item; it is `complete`, or something that it had to show is missing."""

    item: str
    received_on: date
    what: str
    complete: bool
    request: int | None = None


class Observation(Kept, frozen=True, kw_only=True):
    """What the doctor said of an item, or of the act of that number."""

    about: int | str
    received_on: date
    text: str


class Answer(Kept, frozen=True, kw_only=True):
    """What the doctor was answered to an observation."""

    observation: int
    on: date
    text: str


class Finding(Kept, frozen=True, kw_only=True):
    """What the control established about an item, or about one of its choices."""

    item: str
    choice: str | None
    outcome: Outcome
    decided_on: date
    ground: str | None = None
    reference: str | None = None


class Notification(Kept, frozen=True, kw_only=True):
    """A letter sent to the doctor, who may answer until `answer_by`; `digest` is that of the file that was sent."""

    what: str
    sent_on: date
    answer_by: date
    letter: str | None = None
    digest: str | None = None


class Closing(Kept, frozen=True, kw_only=True):
    """The case was closed."""

    closed_on: date
    why: str | None = None


class Correction(Struct, frozen=True, kw_only=True):
    """An act set aside, and why; what replaces it, if anything does, bears the number of the correction."""

    id: int
    by: str
    on: date
    corrects: int
    why: str


Act = Opening | Request | Receipt | Observation | Answer | Finding | Notification | Closing
Kind = TypeVar("Kind", bound=Kept)


class Case(Struct, frozen=True, kw_only=True):
    """One doctor, one year: its acts in the order of their numbers, those that were set aside included."""

    doctor: str
    year: int
    acts: tuple[Act, ...]
    corrections: tuple[Correction, ...] = ()

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """The acts of a kind."""
        return tuple(act for act in self.acts if isinstance(act, kind))

    @property
    def opening(self) -> Opening:
        """The opening that stands: a case always has one."""
        return standing(self.of(Opening))[0]

    @property
    def closing(self) -> Closing | None:
        return next(iter(standing(self.of(Closing))), None)

    @property
    def status(self) -> Status:
        return "open" if self.closing is None else "closed"

    @property
    def requests(self) -> tuple[Request, ...]:
        return self.of(Request)

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        return self.of(Receipt)

    @property
    def observations(self) -> tuple[Observation, ...]:
        return self.of(Observation)

    @property
    def answers(self) -> tuple[Answer, ...]:
        return self.of(Answer)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.of(Finding)

    @property
    def notifications(self) -> tuple[Notification, ...]:
        return self.of(Notification)


def standing(acts: Iterable[Kind]) -> tuple[Kind, ...]:
    """The acts that no correction set aside."""
    return tuple(act for act in acts if act.stands)


def done_on(act: Act) -> date:
    """The day on which an act was done."""
    match act:
        case Opening(opened_on=day) | Request(asked_on=day) | Receipt(received_on=day) | Observation(received_on=day):
            return day
        case Answer(on=day) | Finding(decided_on=day) | Notification(sent_on=day) | Closing(closed_on=day):
            return day


def known_on(case: Case, day: date) -> Case | None:
    """The case as it was at the end of a day: without what was done, or corrected, since. None if not yet opened."""
    corrections = tuple(one for one in case.corrections if one.on <= day)
    made = {one.id for one in corrections}
    acts = tuple(
        act if act.corrected_by in made else replace(act, corrected_by=None)
        for act in case.acts
        if done_on(act) <= day and (act.corrects is None or act.id in made)
    )
    if not standing(act for act in acts if isinstance(act, Opening)):
        return None
    return replace(case, acts=acts, corrections=corrections)


def finding_rows(case: Case) -> list[dict[str, str]]:
    """The standing findings as the `findings` of a dossier (`schemas/finding.schema.json`)."""
    rows = (
        {
            "id": f"{FINDING_ID}{finding.id}",
            "item": finding.item,
            "choice": finding.choice,
            "outcome": finding.outcome,
            "ground": finding.ground,
            "decided_on": finding.decided_on.isoformat(),
            "reference": finding.reference,
            "by": finding.by,
            "origin": ORIGIN,
        }
        for finding in standing(case.findings)
    )
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def with_findings(page: Page, case: Case) -> Page:
    """A dossier's page with the case's standing findings after those that it holds already.

    A page without the campaign of the case is left as it is: what decides it says so.
    """
    campaigns: dict[str, Plain] = page.data["campaigns"]
    campaign = campaigns.get(str(case.year))
    if campaign is None:
        return page
    findings = [*(campaign.get("findings") or ()), *finding_rows(case)]
    joined = {**campaigns, str(case.year): {**campaign, "findings": findings}}
    return replace(page, data={**page.data, "campaigns": joined})
