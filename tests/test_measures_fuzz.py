"""Whatever is written of counting, a doctor is counted or the fault is told; a year made from another counts too."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import Any as Anything

import pytest
from msgspec.structs import replace

from engine.drafting.newyear import new_year
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.measuring.cases import counted, counting_cases
from engine.measuring.linking import flows_of, link_measures
from engine.measuring.plain import measured
from engine.yamltext import Page
from tests.conftest import policy_files
from tests.made_up_counting import written
from tests.test_fuzz import answer, spoil
from tests.test_no_rule_in_python import PYTHON, name, said

YEARS = list(years(bundled_policies()))
PAGES, CHUNKS = 400, 4


def pages_of_counting(files: PolicyFiles) -> list[tuple[str, str, str]]:
    """Every page that says how rates are counted: the part it belongs to, its name, its schema."""
    found = [("measures", name, "measure") for name in files.measures]
    found += [("countings", name, "reading") for name in files.countings]
    return [*found, *[("vocabulary", "flows", "vocabulary-flows")] * 4]


def count(files: PolicyFiles, like: PolicyFiles) -> None:
    """Count, by the pages given, the rows of the first cases of those they were made from."""
    flows, measures = flows_of(files), link_measures(files, {})
    for case in list(counting_cases(like))[:3]:
        rows = {flow: listed for flow, listed in case.rows.items() if flow in flows}
        for measuring in measures:
            measured(measuring, flows, rows)


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_a_spoilt_page_of_counting_counts_or_is_refused(seed: int) -> None:
    random, answers = Random(f"counting {seed}"), Counter[str]()
    for _ in range(PAGES // CHUNKS):
        files = random.choice([written(), *map(policy_files, YEARS)])
        part, name, schema = random.choice(pages_of_counting(files))
        page = getattr(files, part)[name]
        spoilt = Page(page.file, spoil(random, page.data), page.marks)
        changed: dict[str, Anything] = {part: {**getattr(files, part), name: spoilt}}
        like = files if files.folder.is_dir() else policy_files(YEARS[0])
        answers[answer(spoilt, schema, partial(count, replace(files, **changed), like))] += 1
    assert answers["decided"]
    assert len(answers) > 5


def test_a_year_prepared_from_another_counts_by_the_same_cases(tmp_path: Path) -> None:
    last = policy_files(YEARS[-1])
    new_year(last, YEARS[-1] + 1, tmp_path / "next")
    files = read_policy(tmp_path / "next")
    found = list(counted(files))
    assert (len(found), [one.differences for one in found if one.differences]) == (len(list(counted(last))), [])


COUNTING = [path for path in PYTHON if "measuring" in path.parts or path.stem.startswith("measure")]


@pytest.mark.parametrize("path", COUNTING, ids=name)
def test_what_counts_knows_no_flow_by_name(path: Path) -> None:
    flows = {flow for year in YEARS for flow in flows_of(policy_files(year))}
    assert (len(flows) > 5, said(path) & flows) == (True, set())
