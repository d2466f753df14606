"""Every automated rate counted in plain Python, row by row, from the texts and not from the measure files.

This is the second implementation that the engine of measures is held against. It was written from the rules of the
guide alone, and imports nothing of the product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.plain_flows import FLOWS, SECURE, Row, Truth, Value, fault, is_doctor

Test = Callable[[Row], Truth]
Reasons = Sequence[tuple[str, Test]]


@dataclass
class Side:
    """What became of every row of a flow, for one side of one measure of one doctor."""

    total: int = 0
    counted: int = 0
    other: int = 0
    out_of_period: int = 0
    quarantined: int = 0
    excluded: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        return self.counted + self.other + self.out_of_period + self.quarantined + sum(self.excluded.values())


@dataclass
class Rate:
    """A rate, or a fact (no denominator), and how it was come to."""

    numerator: int
    denominator: int | None
    start: date
    end: date
    sides: Mapping[str, Side]


@dataclass(frozen=True)
class Readings:
    """The contested points on which the count hangs, each with its default."""

    resumed_counts_as_started: bool = True
    """C54: who transmitted two years before and not the year before starts anew, to the letter."""
    whole_year_without_any: bool = True
    """C54: who sent no FSE at all is at zero over the year; otherwise no act of theirs counts."""
    remote_with_card_left_out: bool = True
    """R085: « hors mode SESAM sans Vitale », whatever the mode; otherwise the two modes in brackets alone."""
    other_usages_all_schemes: bool = True
    """C26: medical records, messages, prescriptions and the application are counted over every scheme."""
    prescriptions_by_date: bool = True
    """C27: a digital prescription is a patient at a date, as below."""
    messages_by_date: bool = True
    """C28: a message is a patient at a date, as below."""
    reimbursed_above_too: bool = True
    """C29: what was not reimbursed counts neither above nor below."""


# --- three-valued logic ---------------------------------------------------------------------------------------------


def among(value: Value, *values: Value) -> Truth:
    """Whether a value is one of some; None when it is not known."""
    return None if value is None else value in values


def neither(one: Truth) -> Truth:
    return None if one is None else not one


def both(*truths: Truth) -> Truth:
    """False when one is false, else None when one is not known."""
    return False if False in truths else None if None in truths else True


# --- one side -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Which rows of a flow a side counts.

    `above` is what the numerator asks of rows that the denominator counts: not known, the row is quarantined.
    """

    day: str
    start: date
    end: date
    where: Test
    exclusions: Reasons
    above: Test | None


def counted(rows: Sequence[tuple[Row, str | None]], side: Side, asked: Asked) -> list[Row]:
    """The rows that a side counts; `side` is told what becomes of the others."""
    kept = []
    for row, wrong in rows:
        side.total += 1
        holds = None if wrong else asked.where(row)
        if wrong or holds is None:
            side.quarantined += 1
        elif holds is False:
            side.other += 1
        elif not asked.start <= _day(row, asked.day) <= asked.end:
            side.out_of_period += 1
        else:
            reason = _excluded(row, asked.exclusions)
            if reason is None and asked.above is not None and asked.above(row) is None:
                reason = UNDECIDED
            if reason is None:
                kept.append(row)
            elif reason == UNDECIDED:
                side.quarantined += 1
            else:
                side.excluded[reason] += 1
    side.counted = len(kept)
    return kept


UNDECIDED = "undecided"


def _excluded(row: Row, exclusions: Reasons) -> str | None:
    """The first reason that holds; undecided when it is not known of one before."""
    for reason, holds in exclusions:
        truth = holds(row)
        if truth is not False:
            return reason if truth else UNDECIDED
    return None


def _day(row: Row, day: str) -> date:
    found = row[day]
    assert isinstance(found, date)
    return found


def pairs(rows: Iterable[Row], side: Side, *columns: str) -> int:
    """How many distinct values these columns hold together; a row where one is empty is set aside."""
    found = set()
    for row in rows:
        values = tuple(row.get(column) for column in columns)
        if None in values:
            side.counted -= 1
            side.quarantined += 1
        else:
            found.add(values)
    return len(found)


# --- what the guide counts ------------------------------------------------------------------------------------------


def everything(_: Row) -> Truth:
    return True


def general_scheme(row: Row) -> Truth:
    return among(row.get("scheme"), "regime_general")


def other_scheme(row: Row) -> Truth:
    return neither(general_scheme(row))


def fse(row: Row) -> Truth:
    """R081: with the card, or SESAM without it."""
    return among(row.get("mode"), *SECURE)


def left_out(readings: Readings) -> Reasons:
    """R082–R086."""

    def remote(row: Row) -> Truth:
        kind, mode = among(row.get("kind"), "teleconsultation", "teleexpertise"), row.get("mode")
        if readings.remote_with_card_left_out:
            return both(kind, neither(among(mode, "sesam_sans_vitale")))
        return both(kind, among(mode, "degrade", "papier"))

    return (
        ("ame", lambda row: among(row.get("ame"), True)),
        ("nir_provisoire", lambda row: among(row.get("nir"), "provisoire")),
        ("nourrisson", lambda row: among(row.get("age_months"), 0, 1, 2)),
        ("ehpad", lambda row: both(among(row.get("ehpad"), True), neither(fse(row)))),
        ("telemedecine", remote),
        ("s3404", lambda row: among(row.get("mode"), "s3404")),
    )


DCMT: Reasons = (  # R120–R124
    ("subsistance", lambda row: among(row.get("subsistence"), True)),
    ("hors_caisse", lambda row: among(row.get("attached"), False)),
    ("famille_annulee", lambda row: among(row.get("family"), "annulee", "epuree")),
    ("famille_sans_beneficiaire", lambda row: among(row.get("family"), "sans_beneficiaire")),
    ("matricule_5_a_9", lambda row: among(row.get("matricule_digit"), 5, 6, 7, 8, 9)),
)
UNPAID: Reasons = (  # R126
    ("non_prise_en_charge", lambda row: among(row.get("reimbursed"), False)),
)
FORMS: Mapping[str, Reasons] = {
    "aat": (),
    "cm_atmp": (),
    "pse": (),
    "dcmt": DCMT,
    "spe": UNPAID,
    "dsg": UNPAID,
}


def count(
    flows: Mapping[str, Sequence[Row]], year: int, readings: Readings | None = None
) -> dict[str, dict[str, Rate]]:
    """Every rate and fact of every doctor who has a row in a flow, by doctor and by measure."""
    owned: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {name: [] for name in FLOWS})
    for name, rows in flows.items():
        for row in rows:
            number = row.get("doctor")
            if is_doctor(number):
                owned[str(number)][name].append(row)
    return {number: _Doctor(own, year, readings or Readings()).rates() for number, own in sorted(owned.items())}


class _Doctor:
    def __init__(self, flows: Mapping[str, Sequence[Row]], year: int, readings: Readings) -> None:
        self.readings, self.year = readings, year
        self.first, self.last = date(year, 1, 1), date(year, 12, 31)
        self.rows: dict[str, list[tuple[Row, str | None]]] = {}
        for name, rows in flows.items():
            keys = Counter(row.get(FLOWS[name][0]) for row in rows)
            self.rows[name] = [(row, fault(name, row, keys)) for row in rows]

    def rates(self) -> dict[str, Rate]:
        forms = {kind: self.form(kind, reasons) for kind, reasons in FORMS.items()}
        usages = {"dmp": self.dmp(), "mss": self.messages(), "ordonnances": self.prescriptions()}
        facts = {"apcv_fse": self.apcv(), "sas_minutes_hebdomadaires": self.slots()}
        return {"teletransmission": self.transmission(), **forms, **usages, **facts}

    def side(
        self,
        flow: str,
        where: Test,
        exclusions: Reasons = (),
        above: Test | None = None,
        start: date | None = None,
    ) -> tuple[list[Row], Side]:
        side = Side()
        asked = Asked(FLOWS[flow][1], start or self.first, self.last, where, exclusions, above)
        return counted(self.rows[flow], side, asked), side

    def rate(self, above: int, below: int | None, start: date | None = None, /, **sides: Side) -> Rate:
        return Rate(above, below, start or self.first, self.last, sides)

    def transmission(self) -> Rate:
        """R080–R094: acts of every scheme, over the doctor's own period."""
        start = self.start()
        kept, side = self.side("acts", everything, left_out(self.readings), fse, start)
        return self.rate(sum(fse(row) is True for row in kept), len(kept), start, denominator=side)

    def start(self) -> date:
        """R087–R090: the month after the first FSE, for who transmitted none before; the whole year without any."""
        sent = [_day(row, "performed_on") for row, wrong in self.rows["acts"] if not wrong and fse(row)]
        starts_anew = self.readings.resumed_counts_as_started
        before = [day for day in sent if (day.year == self.year - 1 if starts_anew else day.year < self.year)]
        during = [day for day in sent if day.year == self.year]
        if before or (not during and self.readings.whole_year_without_any):
            return self.first
        if not during:
            return self.last + timedelta(days=1)
        return (min(during).replace(day=1) + timedelta(days=31)).replace(day=1)

    def form(self, kind: str, reasons: Reasons) -> Rate:
        """R106–R128: one online service, over the general scheme."""

        def online(row: Row) -> Truth:
            return among(row.get("channel"), "en_ligne")

        def of_kind(row: Row) -> Truth:
            return among(row.get("kind"), kind)

        scheme: Reasons = (("autre_regime", other_scheme),)
        kept, side = self.side("forms", of_kind, (*scheme, *reasons), online)
        if reasons is UNPAID and not self.readings.reimbursed_above_too:
            sent, own = self.side("forms", lambda row: both(of_kind(row), online(row)), scheme)
            return self.rate(len(sent), len(kept), denominator=side, numerator=own)
        return self.rate(sum(online(row) is True for row in kept), len(kept), denominator=side)

    def usage(self) -> Reasons:
        return () if self.readings.other_usages_all_schemes else (("autre_regime", other_scheme),)

    def contacts(self) -> tuple[int, Side]:
        """R130, R134: dates of care, patient by patient."""
        kept, side = self.side("acts", everything, self.usage())
        return pairs(kept, side, "patient", "performed_on"), side

    def dmp(self) -> Rate:
        """R129: medical records fed, date by date."""
        below, contacts = self.contacts()
        kept, side = self.side("dmp_feeds", everything, self.usage())
        above = pairs(kept, side, "dmp", "fed_on")
        return self.rate(above, below, denominator=contacts, numerator=side)

    def messages(self) -> Rate:
        """R133: what the doctor wrote to patients by secure messaging."""
        below, contacts = self.contacts()

        def to_patient(row: Row) -> Truth:
            return both(among(row.get("recipient"), "patient"), among(row.get("secure"), True))

        kept, side = self.side("messages", to_patient, self.usage())
        above = pairs(kept, side, "patient", "sent_on") if self.readings.messages_by_date else len(kept)
        return self.rate(above, below, denominator=contacts, numerator=side)

    def prescriptions(self) -> Rate:
        """R137, R138: medicines and devices prescribed, date by date and patient by patient."""

        def product(row: Row) -> Truth:
            return among(row.get("product"), "medicament", "lpp")

        def digital(row: Row) -> Truth:
            return among(row.get("channel"), "teleservice")

        kept, side = self.side("prescriptions", product, self.usage(), digital)
        columns = ("patient", "prescribed_on")
        below = pairs(kept, side, *columns)
        sent = [row for row in kept if digital(row)]
        above = pairs(sent, Side(), *columns) if self.readings.prescriptions_by_date else len(sent)
        return self.rate(above, below, denominator=side)

    def apcv(self) -> Rate:
        """R140: claims made with the application."""

        def made_so(row: Row) -> Truth:
            whose = everything if self.readings.other_usages_all_schemes else general_scheme
            return both(among(row.get("apcv"), True), fse(row), whose(row))

        kept, side = self.side("acts", made_so)
        return self.rate(pairs(kept, side, "claim"), None, numerator=side)

    def slots(self) -> Rate:
        """R212, R215: minutes a week bookable online by unknown patients, outside out-of-hours care."""

        def open_to_all(row: Row) -> Truth:
            offered = both(among(row.get("online"), True), among(row.get("unknown_patients"), True))
            return both(offered, among(row.get("pdsa"), False))

        kept, side = self.side("sas_slots", open_to_all)
        minutes = sum(value for row in kept if isinstance(value := row["minutes"], int))
        return self.rate(minutes * 7 // ((self.last - self.first).days + 1), None, numerator=side)
