"""One field test on a field of unknown value: what `matching` does with a value in hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from engine.conditions import Day, Entry, FieldTest, InTable, Is, Number, Stated, Test
from engine.matching import name_of, test_value
from engine.proving.slots import Given
from engine.proving.terms import TRUE, Pair, Term, all_of, among, both, constant, either, inverse
from engine.proving.texts import Texts, days, whole_numbers
from engine.verdict import Verdict


def passes(test: FieldTest, fields: Mapping[str, Given], texts: Texts) -> Pair:
    """The verdict of a test on the fields of a row or of the doctor."""
    named = [fields[name] for name in test.fields]
    if test.span:
        return all_of(_meets(one.entry, *named) for one in test.tests if isinstance(one, Day))
    return first_passes(test.tests, named, texts)


def first_passes(tests: Sequence[Test], fields: Iterable[Given], texts: Texts) -> Pair:
    """Tests of the first field that holds something: unknown when none is given, unmet when nothing was found."""
    nothing_before: Term = TRUE
    passed: list[Term] = []
    given: list[Term] = []
    for field in fields:
        passed.append(both([nothing_before, field.usable, *(_holds(test, field, texts) for test in tests)]))
        nothing_before = both([nothing_before, inverse(field.usable)])
        given.append(field.given)
    met = either(passed)
    return Pair(met, either([met, both(inverse(one) for one in given)]))


def until(term: Term, day: date) -> Term:
    return term <= day.toordinal()


def same_name(one: Given, other: Given, texts: Texts) -> Term:
    """Whether two fields hold the same name, capitals, accents and spaces apart."""
    types = {texts.type(one.place), texts.type(other.place)}
    if types != {"text"}:
        return one.term == other.term if len(types) == 1 else constant(False)
    alike: dict[object, list[int]] = {}
    for text, number in texts.numbers.items():
        alike.setdefault(name_of(text), []).append(number)
    doubled = [numbers for numbers in alike.values() if len(numbers) > 1]
    written = [both([among(one.term, numbers), among(other.term, numbers)]) for numbers in doubled]
    return either([one.term == other.term, *written])


def alike(one: Given, other: Given) -> Term:
    """Whether two fields hold the same thing, nothing included."""
    said = both([inverse(one.none), inverse(other.none), one.term == other.term])
    same = both([one.given, other.given, either([both([one.none, other.none]), said])])
    return either([both([inverse(one.given), inverse(other.given)]), same])


def _holds(test: Test, field: Given, texts: Texts) -> Term:
    """Whether a value that is there passes a test."""
    place, term = field.place, field.term
    match texts.type(place), test:
        case _, Stated():
            return TRUE
        case "text", _:
            return among(term, texts.passing(place, test, earlier=field.earlier))
        case "boolean", _:
            yes, no = (test_value(test, value) is Verdict.MET for value in (True, False))
            return constant(yes) if yes is no else term if yes else inverse(term)
        case "date", Day(relation=relation, entry=entry):
            return _day(relation, entry, term)
        case "date", Is() | InTable():
            return among(term, [day.toordinal() for day in days(test)])
        case _, Is() | InTable():
            return among(term, whole_numbers(test))
        case "integer" | "year", Number(relation=relation, threshold=threshold):
            left, right = term * threshold.denominator, threshold.numerator
            return left >= right if relation == "at_least" else left > right
        case _:
            return constant(False)


def _day(relation: str, entry: Entry, term: Term) -> Term:
    if entry.first is None or entry.last is None:
        return TRUE
    match relation:
        case "until":
            return until(term, entry.last)
        case "before":
            return term < entry.first.toordinal()
        case _:
            return both([term >= entry.first.toordinal(), until(term, entry.last)])


def _meets(entry: Entry, start: Given, end: Given) -> Pair:
    """A span of time meets an entry; without an end it is still open."""
    if entry.first is None or entry.last is None:
        return Pair(start.usable, either([inverse(start.given), start.usable]))
    begun = both([start.usable, until(start.term, entry.last)])
    not_over = either([inverse(end.usable), end.term >= entry.first.toordinal()])
    return all_of([Pair(begun, either([inverse(start.given), begun])), Pair(not_over, not_over)])
