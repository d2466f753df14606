"""Dossiers that columns do not vouch for: their leaves are observed one by one, and all the rest is derived together.

What replaces, contradicts or repeats something is told by `standing` and `observe`, as for `explain`; what follows
from the leaves is what follows from those of any other doctor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any as Anything

import numpy
import pyarrow as arrow
import pyarrow.compute as computed

from engine.columnar.layout import DOCTOR, TRUTH, VOUCHED, WHY, WORD, saw, value_of
from engine.columnar.pools import looked
from engine.columnar.questions import FIXED, Question
from engine.columnar.results import typed
from engine.conditions import Fact, Observed, Record
from engine.dossier import Dossier, read_dossier
from engine.observation import GRADES, Observation
from engine.observe import observe
from engine.policy import Policy
from engine.problems import Invalid
from engine.reasons import Reasons
from engine.standing import Standing, standing_on
from engine.yamltext import Page

Line = dict[str, Anything]


class Observing:
    """Answers the questions of policies about one dossier after another, as they stood at the end of a day."""

    def __init__(self, policy: Policy, questions: Iterable[Question], day: date) -> None:
        self.policy, self.questions, self.day = policy, list(questions), day
        self.parts = {question.name: tuple(_parts(question)) for question in self.questions}
        empty = Dossier("", None, policy.year, {}, ())
        standings: dict[object, Standing] = {}
        # Most leaves ask for rows that most dossiers do not have: what they see then is seen once.
        self.blank = {
            question.name: self._answer(question, empty, standings)
            for question in self.questions
            if isinstance(question.leaf, Record | Fact)
        }

    def line(self, page: Page, only: Iterable[int] | None = None) -> Line | None:
        """What every leaf sees of a dossier, or those of some questions, by number.

        None where readings differ in more than questions tell apart. Raises Invalid when the policy cannot read the
        page.
        """
        own = id(self.policy.vocabulary)
        dossiers = {own: read_dossier(page, self.policy)}
        rows = dossiers[own].rows
        there = {(row.type, row.name) for row in rows}
        line: Line = {DOCTOR: dossiers[own].doctor, VOUCHED: True}
        standings: dict[object, Standing] = {}
        for question in self.questions if only is None else (self.questions[number] for number in only):
            if _nothing_there(question.leaf, there):
                line |= self.blank[question.name]
                continue
            vocabulary = question.policy.vocabulary
            if id(vocabulary) not in dossiers:
                try:
                    dossiers[id(vocabulary)] = read_dossier(page, question.policy)
                except Invalid:
                    return None
            line |= self._answer(question, dossiers[id(vocabulary)], standings)
        return line

    def _answer(self, question: Question, dossier: Dossier, standings: dict[object, Standing]) -> Line:
        policy = question.policy
        alike = id(policy.vocabulary), policy.calendar["campaign"], policy.not_produced
        if alike not in standings:
            standings[alike] = standing_on(dossier, policy, self.day)
        found = observe(question.leaf, standings[alike], policy)
        seen = {question.saw(part): value_of(part, found) for part in self.parts[question.name]}
        return _told(question, found) | seen


def wanted(
    only: Mapping[str, tuple[int, ...]], questions: Iterable[Question]
) -> dict[str, frozenset[tuple[str, str]]]:
    """For each doctor the rows that some questions look at, those whose numbers are told."""
    looked_at = [frozenset(rows_of(one.leaf, one.policy)) for one in questions]
    rows = {
        some: frozenset[tuple[str, str]]().union(*(looked_at[one] for one in some)) for some in set(only.values())
    }
    return {doctor: rows[some] for doctor, some in only.items()}


def rows_of(leaf: Observed, policy: Policy) -> Iterator[tuple[str, str]]:
    """The rows that a leaf looks at, each by its table and its name there."""
    found = looked([(leaf, policy)])
    for pool in found.pools:
        yield f"{pool.row}s", pool.name
        if pool.item:
            yield "findings", pool.item
    yield from (("measures", counted.measure) for counted in found.counts)
    yield from (("facts", fact) for fact in found.facts)


def _nothing_there(leaf: Observed, there: Collection[tuple[str, str]]) -> bool:
    """Whether a leaf asks for rows, and the dossier has none of them."""
    match leaf:
        case Record(row=kind, names=names):
            return not any((kind, name) in there for name in names)
        case Fact(fact=fact):
            return ("fact", fact) not in there
        case _:
            return False


def _told(question: Question, found: Observation) -> Line:
    """The columns of one question, but for the values looked at."""
    at = question.leaf.at
    fixed, cost = Reasons({at: found.verdict}, {at: found}, {}).gap(question.leaf)
    why = found.reason or found.unknown
    return {
        question.name: TRUTH[found.verdict],
        question.why: WHY.index(why) if why else 0,
        question.gap: cost + (FIXED if fixed else 0),
        question.grade: None if found.grade is None else GRADES.index(found.grade),
    }


def _parts(question: Question) -> Mapping[str, Anything]:
    """The values that a leaf looked at, with their types; why it is unmet has a column of its own."""
    return {part: type for part, type in saw(question.leaf, question.policy).items() if type != WORD}


def observed_table(lines: Sequence[Line], questions: Iterable[Question]) -> Anything:
    """Those lines as an Arrow table, with the columns that `Columns.after` reads."""
    fields = list(_fields(questions))
    columns = [arrow.array([line[name] for line in lines], type) for name, type in fields]
    return arrow.table(columns, arrow.schema(fields))


def merged_table(found: Anything, lines: Mapping[str, Line], questions: Iterable[Question]) -> Anything:
    """The same of doctors of whom some leaves were observed: columns tell what the others see (`Columns.partly`).

    Doctors without a line are left out.
    """
    found = found.filter(computed.is_in(found[DOCTOR], arrow.array(list(lines), arrow.string()))).combine_chunks()
    observed: dict[str, list[tuple[int, Anything]]] = {}
    for place, number in enumerate(found[DOCTOR].to_pylist()):
        for name, value in lines[number].items():
            observed.setdefault(name, []).append((place, value))
    fields = list(_fields(questions))
    columns = [_merged(found, name, type, observed.get(name, ())) for name, type in fields]
    return arrow.table(columns, arrow.schema(fields))


def _merged(found: Anything, name: str, type: Anything, observed: Sequence[tuple[int, Anything]]) -> Anything:
    known = name in found.schema.names
    column = typed(found[name], type) if known else arrow.nulls(found.num_rows, type)
    if not observed:
        return column
    replaced = numpy.zeros(found.num_rows, dtype=bool)
    replaced[[place for place, _value in observed]] = True
    return computed.replace_with_mask(column, replaced, arrow.array([value for _place, value in observed], type))


def _fields(questions: Iterable[Question]) -> Iterator[tuple[str, Anything]]:
    yield from ((DOCTOR, arrow.string()), (VOUCHED, arrow.bool_()))
    for question in questions:
        yield question.name, arrow.bool_()
        yield from ((name, arrow.int64()) for name in (question.why, question.gap, question.grade))
        yield from ((question.saw(part), type) for part, type in _parts(question).items())
