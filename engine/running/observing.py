"""Dossiers that columns do not vouch for: their leaves are observed one by one, and all the rest is derived together.

What replaces, contradicts or repeats something is told by `standing` and `observe`, as for `explain`; what follows
from the leaves is what follows from those of any other doctor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any as Anything

import pyarrow as arrow

from engine.dossier import Dossier, read_dossier
from engine.observation import GRADES, Observation
from engine.observe import observe
from engine.policy import Policy
from engine.problems import Invalid
from engine.reasons import Reasons
from engine.running.layout import DOCTOR, TRUTH, WHY, WORD, saw, value_of
from engine.running.questions import FIXED, Question
from engine.standing import Standing, standing_on
from engine.yamltext import Page

VOUCHED = "vouched"

Line = dict[str, Anything]


def observed_line(page: Page, policy: Policy, questions: Mapping[object, Question], day: date) -> Line | None:
    """What every leaf sees of a dossier; None where readings differ in more than questions tell apart.

    Raises Invalid when `policy` cannot read the page.
    """
    dossiers = {id(policy.vocabulary): read_dossier(page, policy)}
    if any(row.fields.get("outcome") == "not_produced" for row in dossiers[id(policy.vocabulary)].rows):
        return None
    line: Line = {DOCTOR: dossiers[id(policy.vocabulary)].doctor, VOUCHED: True}
    standings: dict[object, Standing] = {}
    for question in questions.values():
        under = question.policy
        if id(under.vocabulary) not in dossiers:
            try:
                dossiers[id(under.vocabulary)] = read_dossier(page, under)
            except Invalid:
                return None
        standing = _standing(dossiers[id(under.vocabulary)], under, day, standings)
        line |= _answer(question, observe(question.leaf, standing, under))
    return line


def _standing(dossier: Dossier, policy: Policy, day: date, known: dict[object, Standing]) -> Standing:
    """What stands of a dossier, worked out once for all policies under which it is the same."""
    alike = id(policy.vocabulary), policy.calendar["campaign"], policy.not_produced
    if alike not in known:
        known[alike] = standing_on(dossier, policy, day)
    return known[alike]


def _answer(question: Question, found: Observation) -> Line:
    """The columns of one question."""
    leaf = question.leaf
    at = leaf.at
    reasons = Reasons({at: found.verdict}, {at: found}, {})
    fixed, cost = reasons.gap(leaf)
    told = found.reason or found.unknown
    line: Line = {
        question.name: TRUTH[found.verdict],
        question.why: WHY.index(told) if told else 0,
        question.gap: cost + (FIXED if fixed else 0),
        question.grade: None if found.grade is None else GRADES.index(found.grade),
    }
    return line | {question.saw(part): value_of(part, found) for part in _parts(question)}


def _parts(question: Question) -> dict[str, Anything]:
    """The values that a leaf looked at, with their types; why it is unmet has a column of its own."""
    return {part: type for part, type in saw(question.leaf, question.policy).items() if type != WORD}


def observed_table(lines: Sequence[Line], questions: Mapping[object, Question]) -> Anything:
    """Those lines as an Arrow table, with the columns that `Columns.after` reads."""
    fields = [(DOCTOR, arrow.string()), (VOUCHED, arrow.bool_())]
    for question in questions.values():
        fields.append((question.name, arrow.bool_()))
        fields += [(name, arrow.int64()) for name in (question.why, question.gap, question.grade)]
        fields += [(question.saw(part), type) for part, type in _parts(question).items()]
    columns = [arrow.array([line[name] for line in lines], type) for name, type in fields]
    return arrow.table(columns, arrow.schema(fields))
