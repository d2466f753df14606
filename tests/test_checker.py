"""The second pair of eyes: it shares nothing with the engine, accepts what was issued, and is not taken in."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any as Anything

import pytest
from msgspec import json

from engine.decision import decide
from engine.dossier import read_dossier
from engine.issuing.redeciding import dossier_page
from engine.issuing.statements import Statements
from engine.issuing.verify_told import each
from engine.issuing.verifying import departures, inconsistencies
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.problems import Invalid
from engine.record import canonical
from engine.record import record as written
from engine.words import say
from engine.yamltext import Page
from tests.altering import everything
from tests.conftest import Example, policy_files
from tests.made_up import dossier, law
from tests.random_dossiers import Drawing, days_of
from tests.random_policies import made_up, random_mutant, random_policy

Json = dict[str, Anything]
ROOT = Path(__file__).parent.parent
CHECKER, ROOM = ROOT / "engine" / "checker.py", ROOT / "engine" / "checking"
EACH = 12


def plain(record: Json) -> Json:
    """The record as it would be read from its file."""
    found: Json = json.decode(canonical(record))
    return found


# --- apart from the engine ------------------------------------------------------------------------------------------


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}


def test_the_checker_imports_nothing_and_is_short() -> None:
    assert imported(CHECKER) == set()
    assert len(CHECKER.read_text("utf-8").splitlines()) < 300


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_what_it_rests_on_imports_nothing_of_the_engine_either(path: Path) -> None:
    assert {name for name in imported(path) if not name.startswith("engine.check")} == set()


# --- what was issued ------------------------------------------------------------------------------------------------


def test_every_record_of_an_example_holds_alone_and_beside_its_policy(example: Example, record: Json) -> None:
    found = plain(record)
    assert inconsistencies(found) == []
    assert departures(found, policy_files(example.year)) == []


def laws(random: Random) -> list[PolicyFiles]:
    """A year that no law wrote, the same with mistakes in it, and policies drawn at random."""
    return [made_up(), random_mutant(made_up(), random, 2)[0], *(random_policy(random)[0] for _ in range(3))]


def drawn(random: Random, files: PolicyFiles) -> list[tuple[Page, Json]]:
    policy = linked(files, {})
    drawing, day = Drawing([policy]), random.choice([None, *days_of(policy)])
    found = []
    for number in range(EACH):
        page = drawing.page(random, str(99900000000 + number))
        try:
            found.append((page, plain(written(decide(policy, read_dossier(page, policy), day)))))
        except Invalid:
            continue
    return found


@pytest.mark.parametrize("seed", range(4))
def test_so_do_records_that_no_law_and_no_doctor_would_give(seed: int) -> None:
    random = Random(seed)
    records = [(files, *one) for files in laws(random) for one in drawn(random, files)]
    assert len(records) > EACH
    for files, page, record in records:
        assert inconsistencies(record) == [], page.data
        policy = linked(files, record["readings"])
        again = read_dossier(dossier_page(record, "record"), policy)
        assert again.digest == record["dossier"]["digest"], page.data


@pytest.mark.parametrize("outcome", ["refuted", "not_produced"])
def test_so_does_the_record_of_what_was_filed_whatever_controls_found(outcome: str) -> None:
    year = law()
    findings = [{"item": "ferry", "outcome": one, "decided_on": "2032-06-01"} for one in (outcome, "confirmed")]
    rows = {"declarations": [{"item": "ferry", "declared_on": "2032-05-01"}], "findings": findings}
    record = plain(written(decide(year, dossier(year, **rows))))
    assert inconsistencies(record) == []


# --- what was not ---------------------------------------------------------------------------------------------------


def ordinary() -> Json:
    return plain(written(Example("99900000003", 2023).decision))


def indicator(record: Json, name: str) -> Json:
    return next(one for one in record["indicators"] if one["id"] == name)


def teletransmission(record: Json) -> Json:
    return indicator(record, "volet-1.teletransmission")


def hang_on_itself(record: Json) -> None:
    tree = teletransmission(record)["tree"]
    tree.update(kind="outcome", asks={"outcome": "volet-1.teletransmission"})


def hang_on_nothing(record: Json) -> None:
    record["volets"][1]["gate"]["asks"]["outcome"] = "volet-9"


def double(record: Json) -> None:
    record["indicators"].append(copy.deepcopy(record["indicators"][-1]))


def pay_more(record: Json) -> None:
    """Points, euros and totals that agree with each other, and not with the indicator."""
    for unit, more in (("points", "749.5"), ("euros", "5246.5")):
        record[unit]["paid"] = more
    record["volets"][1]["points"]["paid"] = "469.5"


def count_more(record: Json) -> None:
    """A numerator raised wherever it stands but in the dossier."""
    row = teletransmission(record)["tree"]["saw"]["rows"][0]["row"]
    row["fields"]["numerator"] += 1


def grant_otherwise(record: Json) -> None:
    teletransmission(record)["how"] = "exemption"


def many_ways(record: Json) -> None:
    """More ways of being paid than could ever be gone through."""
    period = record["components"][0]["periods"][0]
    record["components"][0]["periods"] = [copy.deepcopy(period) for _ in range(60)]


def nest(record: Json) -> None:
    """Two branches as near at every level, as deep as a record may be: asked again at each, it would never end."""
    node = teletransmission(record)["tree"]
    node["asks"]["at_least"] = "1"
    leaf, told = copy.deepcopy(node), {"verdict": "unmet", "reason": "threshold_missed", "nearest": "nowhere"}
    for level in range(60):
        beside = {**copy.deepcopy(leaf), "at": f"volet-1.teletransmission#beside-{level}"}
        at = f"volet-1.teletransmission#any-{level}"
        node = {**told, "kind": "any", "at": at, "of": [node, beside], "sources": [], "readings": []}
    teletransmission(record)["tree"] = node


def count_in_letters(record: Json) -> None:
    record["policy"]["point_value"] = "seven"


SPOILT = {
    one.__name__: one
    for one in (
        hang_on_itself,
        hang_on_nothing,
        double,
        pay_more,
        count_more,
        grant_otherwise,
        many_ways,
        nest,
    )
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_is_not_taken_in(spoil: Callable[[Json], None]) -> None:
    record = ordinary()
    assert inconsistencies(record) == []
    spoil(record)
    assert inconsistencies(record) != []


@pytest.mark.parametrize(
    ("spoil", "how"), [(hang_on_itself, "endless"), (hang_on_nothing, "nowhere"), (count_in_letters, "unworkable")]
)
def test_a_record_without_sense_is_told_so_in_words(spoil: Callable[[Json], None], how: str) -> None:
    record = ordinary()
    spoil(record)
    (found,) = inconsistencies(record)
    (told,) = each([found], Statements("en", None), "follows")
    assert (found.place, found.said) == ("", how)
    assert told.text == say("en", f"records.senseless_{how}")


def test_an_inconsistency_is_told_at_its_place() -> None:
    record = ordinary()
    teletransmission(record)["tree"]["verdict"] = "unmet"
    (found,) = inconsistencies(record)
    assert (found.place, found.said, found.given) == (
        "indicators[volet-1.teletransmission].tree.verdict",
        "unmet",
        "met",
    )


def test_another_source_departs_from_the_policy_and_from_nothing_else() -> None:
    """Alone, a record cannot know which passage says so; the policy does."""
    record = ordinary() | {"contested": []}
    teletransmission(record)["sources"][0]["section"] = "Nowhere"
    assert inconsistencies(record) == []
    told = [one.place for one in departures(record, policy_files(2023)) if not one.place.startswith("contested")]
    assert told == ["indicators[volet-1.teletransmission].sources[1].section"]


def test_a_question_left_open_is_known_by_a_place_that_leaves_it_open() -> None:
    record = ordinary()
    leaf = next(one for _, one in everything(record) if isinstance(one, dict) and one.get("kind") == "silent")
    leaf["asks"]["question"] = "volet-1.nowhere#else"
    (found,) = inconsistencies(record)
    assert (found.said, found.given) == ("volet-1.nowhere#else", leaf["at"])


def test_a_span_that_has_lost_its_end_does_not_meet_what_it_met() -> None:
    record = ordinary()
    spans = (one for _, one in everything(record) if isinstance(one, dict) and one.get("kind") == "attribute")
    next(one for one in spans if len(one["asks"]["fields"]) > 1)["asks"]["fields"].pop()
    assert inconsistencies(record) != []
