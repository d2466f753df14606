"""A comparison in words: what changes in all, by indicator, for which reasons, and for whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from engine.amount import ZERO, Amount
from engine.asked import asks
from engine.conditions import Gate, Rate
from engine.drafting.diff.diff import not_default
from engine.drafting.diff.plain import kind
from engine.policy import Policy
from engine.record import amount
from engine.running.impact.comparing import Compared
from engine.running.impact.measured import Group
from engine.running.impact.outcomes import ELIGIBLE, alone
from engine.running.impact.shares import Share
from engine.running.impact.who import DEPARTMENT, SEVERAL, SPECIALTY
from engine.running.summary_told import titles
from engine.telling.phrases import Phrases
from engine.telling.sentences import Sentences
from engine.telling.sheets import Row, Sheet
from engine.words import Lang

BRIEF = 12
"""The reasons, the départements and the doctors shown where there is little room."""


class ImpactTold(Phrases):
    """Tells of a comparison in one language.

    `names` are what the two sides are called; those of one policy `twice` are, by what their readings say.
    """

    def __init__(self, compared: Compared, names: tuple[str, str], lang: Lang, *, twice: bool = False) -> None:
        one, other = compared.policies
        super().__init__(other, lang)
        self.compared, self.readings = compared, _apart(one, other) if twice else []
        self.names = (self._named(one), self._named(other)) if self.readings else names
        self.impact = compared.measured.impact
        self.rules = Sentences(one, lang), Sentences(other, lang)
        self.titles = {**titles(one), **titles(other)}
        self.neutralised = {
            step.when.at for policy in (one, other) for part in policy.indicators for step in part.neutralisations
        }

    def _named(self, policy: Policy) -> str:
        """A side by what it reads where the other reads something else."""
        says = [self.text(policy.readings[name].options[policy.choices[name]].says) for name in self.readings]
        return self.say("impact.reading", says=", ".join(one.rstrip(".") for one in says))

    # --- the whole --------------------------------------------------------------------------------------------------

    def title(self) -> str:
        """What is compared with what."""
        return self.say("impact.title", one=self.names[0], other=self.names[1])

    def intro(self) -> Iterator[str]:
        """On whom, on what days, and how much changes in all."""
        compared, whole = self.compared, self.impact.whole
        policies = compared.policies
        yield self.say("impact.source", source=compared.source.where, year=compared.year)
        for reading in self.readings:
            yield self.text(policies[0].readings[reading].question)
        for policy, name in zip(policies, self.names, strict=True):
            taken = ", ".join(f"{one}={option}" for one, option in not_default(policy).items())
            if taken not in ("", name):
                yield self.say("diff.taken", name=name, readings=taken)
        if policies[0].year != policies[1].year:
            there = next(policy.year for policy in policies if policy.year != compared.year)
            yield self.say("impact.moved", year=there)
            if compared.left_out:
                yield self.say("impact.left_out", rows=self.number(compared.left_out), year=there)
        apart = sum(decided - whole.doctors for decided in self.impact.decided)
        yield self.say("impact.doctors", doctors=self.number(whole.doctors))
        if apart:
            yield self.say("impact.apart", doctors=self.number(apart))
        yield self.say("impact.before", name=self.names[0], euros=self.total(whole.before))
        yield self.say("impact.after", name=self.names[1], euros=self.total(whole.after))
        yield self.say("impact.change", euros=self.signed(whole.change))
        yield self.say("impact.gaining", doctors=self.number(whole.gaining), euros=self.signed(whole.gained))
        yield self.say("impact.losing", doctors=self.number(whole.losing), euros=self.signed(whole.lost))
        same = whole.doctors - whole.gaining - whole.losing
        yield self.say("impact.unchanged", doctors=self.number(same))
        if not (whole.before.settled and whole.after.settled):
            yield self.say("impact.certain")

    def total(self, value: Amount) -> str:
        """Euros, from least to most where a fact is missing."""
        return self.amount(amount(value), "euros")

    def signed(self, change: Decimal) -> str:
        """A difference in euros with its sign."""
        word = "more" if change > 0 else "less" if change < 0 else "same"
        return self.say(f"compare.{word}", value=self.euros(str(abs(change))))

    # --- tables -----------------------------------------------------------------------------------------------------

    def brief(self) -> Iterator[Sheet]:
        """The tables for a screen."""
        yield self.by_indicator()
        yield self.reasons(BRIEF)
        yield self.doctors(BRIEF)
        yield self.by_step()
        yield self.by_group("impact.by_specialty", SPECIALTY, self.impact.specialties)
        largest = sorted(self.impact.departments, key=lambda one: -abs(one.change))[:BRIEF]
        shown = [one for one in self.impact.departments if one in largest]
        left = len(self.impact.departments) - len(shown)
        note = self.say("impact.others_departments", count=self.number(left)) if left else ""
        title = "impact.largest_departments" if left else "impact.by_department"
        yield self.by_group(title, DEPARTMENT, shown, note)

    def whole(self) -> Iterator[Sheet]:
        """The tables for a page: every row, and euros on both sides. They name no doctor."""
        impact = self.impact
        yield self.by_indicator(wide=True)
        yield self.by_step()
        yield self.by_group("impact.by_specialty", SPECIALTY, impact.specialties, wide=True)
        yield self.reasons()
        yield self.by_group("impact.by_department", DEPARTMENT, impact.departments, wide=True)

    def by_indicator(self, *, wide: bool = False) -> Sheet:
        """Who gets what no longer or at last, and the euros of each; `wide` with what is paid on both sides."""
        shares = {share.id: share for share in self.impact.shares}
        rows: list[_Part] = []
        for volet in self.policy.volets:
            inside = [
                self._part(one.id, _paid([shares[one.id]] if one.id in shares else []), inside=True)
                for one in volet.indicators
            ]
            own = [volet.id] if volet.id in shares else [one.id for one in volet.indicators if one.id in shares]
            rows += [self._part(volet.id, _paid([shares[name] for name in own])), *inside]
        known = {row.id for row in rows}
        rows += [self._part(share.id, _paid([share])) for share in self.impact.shares if share.id not in known]
        if any(tied.least or tied.most for tied in self.impact.tied):
            before, after = self.impact.tied
            rows.append(_Part("", self.say("impact.tied"), (before.least, after.least), Counter()))
        most = _most(row.change for row in rows)
        strong = {volet.id for volet in self.policy.volets}
        heads = ("summary.indicator", "impact.obtain", "impact.lose", *self._money(wide=wide), "impact.bar")
        shown = rows if wide else [row for row in rows if row.id in strong or row.changes]
        lines = tuple(self._line(row, most, strong=row.id in strong, wide=wide) for row in shown)
        left = len(rows) - len(shown)
        notes = (self.say("impact.others_same", count=self.number(left)),) if left else ()
        return Sheet(self.say("impact.by_indicator"), tuple(map(self.say, heads)), lines, (*notes, *self._alone()))

    def _money(self, *, wide: bool) -> tuple[str, ...]:
        return ("impact.before_head", "impact.after_head", "impact.euros") if wide else ("impact.euros",)

    def _euros(self, paid: tuple[Decimal, Decimal] | None, *, wide: bool) -> tuple[str, ...]:
        """What is paid on both sides where there is room, and the difference."""
        if paid is None:
            return ("",) * len(self._money(wide=wide))
        both = tuple(self.euros(str(side)) for side in paid)
        return (*(both if wide else ()), self.signed(paid[1] - paid[0]))

    def _line(self, row: _Part, most: Decimal, *, strong: bool, wide: bool) -> Row:
        counts = (self.number(count) if count else "" for count in (row.flips[True], row.flips[False]))
        share = None if row.change is None else _share(row.change, most)
        return Row(row.name, (*counts, *self._euros(row.paid, wide=wide)), share, strong, row.inside)

    def _part(self, id: str, paid: tuple[Decimal, Decimal] | None, *, inside: bool = False) -> _Part:
        flips: Counter[bool] = Counter()
        for flip in self.impact.flips:
            if flip.subject == id and "granted" in (flip.was, flip.now):
                flips[flip.now == "granted"] += flip.doctors
        return _Part(id, self.text(self.titles[id]), paid, flips, inside)

    def _alone(self) -> tuple[str, ...]:
        """What one side alone has."""
        return tuple(
            self.say("impact.alone", title=self.text(self.titles[name]), name=self.names[0 if side == "first" else 1])
            for name, side in alone(*self.compared.policies).items()
        )

    def reasons(self, most: int | None = None) -> Sheet:
        """The conditions that flipped outcomes, the most frequent first."""
        flips = self.impact.flips[:most]
        largest = max((flip.doctors for flip in flips), default=1)
        rows = tuple(
            Row(
                self.because(flip.subject, flip.cause.place, flip.cause.side),
                (self.outcomes(flip.was, flip.now), self.number(flip.doctors)),
                Fraction(flip.doctors, largest) * (1 if flip.now == "granted" else -1),
            )
            for flip in flips
        )
        left = len(self.impact.flips) - len(flips)
        notes = (self.say("impact.others_reasons", count=self.number(left)),) if left else ()
        heads = tuple(map(self.say, ("impact.condition", "impact.outcome", "summary.doctors_head", "impact.bar")))
        return Sheet(self.say("impact.reasons"), heads, rows, notes or self._nothing(rows))

    def _nothing(self, rows: Sequence[Row]) -> tuple[str, ...]:
        return () if rows else (self.say("impact.nothing"),)

    def outcomes(self, was: str, now: str) -> str:
        """`accordé → refusé`."""
        return self.say("compare.change", was=self.say(f"outcome.{was}"), now=self.say(f"outcome.{now}"))

    def because(self, subject: str, place: str, side: str) -> str:
        """What flipped, and by which condition."""
        title, condition = self.subject(subject), self.condition(place, side)
        return title if condition in ("", title) else self.say("impact.because", subject=title, condition=condition)

    def subject(self, id: str) -> str:
        """What was decided."""
        return self.say("compare.eligible") if id == ELIGIBLE else self.text(self.titles[id])

    def condition(self, place: str, side: str) -> str:
        """What a condition is called and what it asks otherwise; whether one side alone has it."""
        rules = self.rules[0 if side == "first" else 1]
        node, before = rules.nodes.get(place), self.rules[0].nodes.get(place)
        if node is None:
            label = rules.claim(place)
        elif isinstance(node, Gate) and not node.label:
            label = ""
        else:
            label = rules.label({"at": place, "kind": kind(node), "asks": asks(node)})
        if node and before and side == "both" and type(node) is not type(before):
            rewritten = "impact.rewritten_label" if label else "impact.rewritten"
            label = self.say(rewritten, label=label)
        if isinstance(node, Rate) and isinstance(before, Rate) and node.threshold != before.threshold:
            ends = (self.fraction(str(one.threshold)) for one in (before, node))
            change = self.say("compare.change", was=next(ends), now=next(ends))
            label = self.say("impact.threshold", change=change)
        if place in self.neutralised and not (node and node.label):
            label = self.say("impact.neutralisation", label=label)
        if side == "both":
            return label
        return self.say("impact.only", label=label, name=self.names[0 if side == "first" else 1])

    def doctors(self, most: int) -> Sheet:
        """The first of the flips, doctor by doctor."""
        table = self.compared.measured.flips
        rows = tuple(
            Row(self._of_doctor(row), (self.outcomes(row["was"], row["now"]),))
            for row in table.slice(0, most).to_pylist()
        )
        left = table.num_rows - len(rows)
        notes = (self.say("impact.others_flips", count=self.number(left)),) if left else ()
        heads = tuple(map(self.say, ("impact.doctor", "impact.outcome")))
        return Sheet(self.say("impact.doctors_title"), heads, rows, notes)

    def _of_doctor(self, row: dict[str, str]) -> str:
        because = self.because(row["subject"], row["place"], row["side"])
        return self.say("impact.of_doctor", doctor=row["doctor"], because=because)

    def by_step(self) -> Sheet:
        """How many doctors gain or lose how much."""
        steps = self.impact.steps
        most = max(steps.values(), default=1)
        rows = tuple(
            Row(self.step(number), (self.number(count),), Fraction(count, most) * (-1 if number < 0 else 1))
            for number, count in steps.items()
        )
        heads = tuple(map(self.say, ("impact.gain", "summary.doctors_head", "impact.bar")))
        return Sheet(self.say("impact.by_step"), heads, rows)

    def step(self, number: int) -> str:
        """Gains or losses up to so many steps."""
        if number == 0:
            return self.say("impact.no_change")
        ends = [self.number((abs(number) - less) * self.impact.step) for less in (1, 0)]
        return self.say("impact.gain_step" if number > 0 else "impact.loss_step", least=ends[0], most=ends[1])

    def by_group(
        self, title: str, field: str, groups: Sequence[Group], note: str = "", *, wide: bool = False
    ) -> Sheet:
        """Who gains and who loses, and what is paid, by what the doctors are; `wide` with a bar.

        Where there is no room for it, what is paid on both sides shares a column.
        """
        most, rows = _most(one.change for one in groups), []
        for one in groups:
            counts = map(self.number, (one.doctors, one.gaining, one.losing))
            before, after, change = self._euros((one.before.least, one.after.least), wide=True)
            paid, share = ((before, after), _share(one.change, most)) if wide else ((f"{before}\n{after}",), None)
            rows.append(Row(self.group(field, one.value), (*counts, *paid, change), share))
        heads = ("summary.doctors_head", "impact.gain_head", "impact.lose_head")
        money = (*self._money(wide=True), "impact.bar") if wide else ("impact.both_head", "impact.euros")
        said = (self.field(field), *map(self.say, (*heads, *money)))
        return Sheet(self.say(title), said, tuple(rows), (note,) if note else ())

    def group(self, field: str, value: str | None) -> str:
        """A value that doctors are grouped by."""
        if value is None:
            return self.say("summary.no_value")
        return self.say("impact.several") if (field, value) == (DEPARTMENT, SEVERAL) else self.value(field, value)


class _Part(Struct, frozen=True):
    """A row by indicator: its id and name, euros on both sides, and how many get it at last (True) or no longer."""

    id: str
    name: str
    paid: tuple[Decimal, Decimal] | None
    flips: Counter[bool]
    inside: bool = False
    """Whether it belongs to the volet before it."""

    @property
    def change(self) -> Decimal | None:
        return None if self.paid is None else self.paid[1] - self.paid[0]

    @property
    def changes(self) -> bool:
        return bool(self.change or self.flips)


def _apart(one: Policy, other: Policy) -> list[str]:
    """The readings that a policy takes otherwise the second time."""
    return [name for name, option in one.choices.items() if option != other.choices[name]]


def _paid(shares: Sequence[Share]) -> tuple[Decimal, Decimal] | None:
    """What is paid for certain on both sides; None of nothing that is paid by itself."""
    if not shares:
        return None
    return sum((one.before.least for one in shares), ZERO), sum((one.after.least for one in shares), ZERO)


def _most(changes: Iterable[Decimal | None]) -> Decimal:
    return max((abs(change) for change in changes if change is not None), default=ZERO)


def _share(change: Decimal, most: Decimal) -> Fraction:
    return Fraction(change) / Fraction(most) if most else Fraction(0)
