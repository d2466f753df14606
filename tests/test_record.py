"""The record of a decision: valid under its schema, exact, whole, and the same bytes everywhere."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any as Anything
from typing import get_args

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from engine import conditions, decision, observation, reasons, standing
from engine.decision import decide
from engine.dispute import contradictions
from engine.dossier import NAMED_BY, read_dossier
from engine.policy import Branch, Policy
from engine.record import SCHEMA, canonical
from engine.record import record as written
from engine.schema import check
from engine.yamltext import parse_json
from tests.conftest import Example, campaigns, known
from tests.made_up import EVERYTHING, dossier, full, law

Json = dict[str, Anything]
BODY: Json = json.loads((files("schemas") / "decision.schema.json").read_text("utf-8"))
SCHEMA_OF_RECORDS = Draft202012Validator(BODY)
ORDINARY = Example("99900000003", 2023)

# Readings that change what is asked, what is out of play, and what is paid beside the points.
OTHER_READINGS = [
    Example("99900000003", 2023, ("addendum-8=retire", "poids-teleservices=page")),
    Example("99900000003", 2023, ("report-mss=selon-mss",)),
    Example("99900000037", 2023, ("seuil-teletransmission=plus-de",)),
    Example("99900000110", 2023, ("addendum-8=exige", "lap-chaque-annee=chaque-annee")),
    Example("99900000276", 2023, ("statut=inclus",)),
    Example("99900000292", 2023, ("denominateur-nul=neutre",)),
    Example("99900000300", 2023, ("vsm-palier=une-fois", "vsm-volet-1=volet-1")),
    Example("99900000326", 2023, ("non-produit=restent",)),
    Example("99900000409", 2024, ("addendum-8=neutralise",)),
]


WIDTH = 118
NOTHING = (Decimal(0), Decimal(0))

# A refusal of each shape, contradictory counts, two locations, a statement of several choices, findings.
SHUFFLED = [
    Example(f"999000{end}", year)
    for end, year in (
        ("00003", 2023),
        ("00144", 2023),
        ("00219", 2023),
        ("00318", 2023),
        ("00342", 2023),
        ("00375", 2023),
        ("00409", 2024),
    )
]


def fault(record: Json) -> str:
    """What breaks the schema first; empty when nothing does."""
    error = best_match(SCHEMA_OF_RECORDS.iter_errors(record))
    return f"{error.json_path}: {error.message}"[:500] if error else ""


def everything(value: Anything) -> Iterator[Anything]:
    """The value and all that it holds."""
    yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from everything(below)


def ends(amount: Anything) -> tuple[Decimal, Decimal]:
    """Both ends of an amount, the same when it is settled."""
    least, most = (amount["from"], amount["to"]) if isinstance(amount, dict) else (amount, amount)
    return Decimal(least), Decimal(most)


def added(amounts: list[Anything]) -> tuple[Decimal, Decimal]:
    pairs = [ends(one) for one in amounts]
    return sum((least for least, _ in pairs), Decimal()), sum((most for _, most in pairs), Decimal())


# --- the schema -----------------------------------------------------------------------------------------------------


def test_every_record_is_valid_under_its_schema(record: Json) -> None:
    assert fault(record) == ""


@pytest.mark.parametrize("other", OTHER_READINGS, ids=str)
def test_so_is_a_record_under_other_readings(other: Example) -> None:
    made = written(other.decision)
    assert fault(made) == ""
    assert {f"{name}={made['readings'][name]}" for name in made["readings"]} >= set(other.readings)


def test_so_is_a_record_of_a_year_that_no_law_wrote() -> None:
    """Of the doctor who has everything, of one who has nothing, under other readings and on an earlier day."""
    year, other = law(), law(nothing="out", again="never", waiver="refused")
    decisions_ = [
        full(year),
        full(other),
        full(year, measures=[{"measure": "trades", "numerator": 0, "denominator": 0}]),
    ]
    decisions_ += [decide(year, dossier(year)), decide(year, dossier(year, **EVERYTHING), date(2031, 12, 31))]
    assert [fault(written(one)) for one in decisions_] == [""] * len(decisions_)


def test_the_schema_closes_every_object() -> None:
    """Nothing may be added to a record without a word in its schema."""
    objects = [one for one in everything(BODY) if isinstance(one, dict) and "required" in one and "properties" in one]
    opened = [one for one in objects if one.get("additionalProperties") is not False]
    assert opened == [BODY["$defs"]["node"]], "a node is closed by the definition of its kind"


def test_the_closed_lists_are_those_of_the_engine() -> None:
    lists = BODY["$defs"]
    indicator = lists["indicator"]["properties"]
    kinds = {one.__name__.lower() for one in (*get_args(conditions.Node),)}
    assert BODY["properties"]["schema"] == {"const": SCHEMA}
    assert lists["reason"]["enum"] == list(observation.REASONS)
    assert lists["unknown"]["enum"] == list(observation.UNKNOWNS)
    assert lists["grade"]["enum"] == list(observation.GRADES)
    assert lists["outcome"]["enum"] == list(get_args(decision.OutcomeWord))
    assert indicator["how"]["enum"] == [None, *get_args(reasons.How)]
    assert lists["seen"]["properties"]["struck"]["enum"] == [None, *get_args(standing.Struck)]
    assert lists["contradiction"]["properties"]["kind"]["enum"] == list(get_args(contradictions.Kind))
    assert lists["row"]["properties"]["type"]["enum"] == list(NAMED_BY)
    assert set(lists["node"]["properties"]["kind"]["enum"]) == kinds


def _leaf(record: Json, kind: str) -> Json:
    return next(one for one in everything(record) if isinstance(one, dict) and one.get("kind") == kind)


def _refused(record: Json) -> Json:
    return next(one for one in record["indicators"] if one["outcome"] == "refused")


SPOILT: dict[str, Callable[[Json], Anything]] = {
    "a word more at the top": lambda one: one.update(note="…"),
    "nothing said of the readings": lambda one: one.pop("readings"),
    "a number for an amount": lambda one: one["points"].update(paid=719.5),
    "a zero too many": lambda one: one["points"].update(paid="719.50"),
    "a comma": lambda one: one["euros"].update(paid="5036,5"),
    "another version of the schema": lambda one: one.update(schema="decision/9"),
    "a day that no month has": lambda one: one.update(as_of="2024-06-32"),
    "an outcome of no list": lambda one: one["indicators"][0].update(outcome="accordé"),
    "a refusal without its reason": lambda one: _refused(one).update(reason=None),
    "a refusal with a grade": lambda one: _refused(one).update(grade="measured"),
    "an unmet condition without its reason": lambda one: _refused(one)["tree"].pop("reason"),
    "a condition of no kind": lambda one: _leaf(one, "rate").update(kind="ratio"),
    "a rate with two thresholds": lambda one: _leaf(one, "rate")["asks"].update(at_least="1/2", more_than="1/2"),
    "a threshold with a point": lambda one: _leaf(one, "rate")["asks"].update(at_least="0.5"),
    "a count with a point": lambda one: _leaf(one, "rate")["saw"]["count"].update(numerator=4873),
    "a rate with what only a record asks": lambda one: _leaf(one, "rate")["asks"].update(filed=True),
    "a gate that saw something": lambda one: _leaf(one, "all").update(saw={}),
    "a silence that knows": lambda one: _leaf(one, "silent").update(verdict="met"),
    "a row of no table": lambda one: _leaf(one, "rate")["saw"]["rows"][0]["row"].update(type="rumour"),
    "a field of another table": lambda one: _leaf(one, "rate")["saw"]["rows"][0]["row"]["fields"].update(sworn=True),
    "a passage of one line number": lambda one: _leaf(one, "rate")["sources"][0].update(lines=[12]),
}


@pytest.fixture(scope="module")
def ordinary() -> Json:
    return written(ORDINARY.decision)


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_the_schema_refuses(spoil: Callable[[Json], Anything], ordinary: Json) -> None:
    spoilt = copy.deepcopy(ordinary)
    spoil(spoilt)
    assert fault(spoilt) != ""


# --- what is archived, kept -----------------------------------------------------------------------------------------


def laid_out(value: Anything, indent: int = 0, before: int = 0) -> str:
    """JSON to be read: keys in order, and on one line whatever fits."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not value or not isinstance(value, dict | list) or indent + before + len(line) < WIDTH:
        return line
    if isinstance(value, dict):
        keys = [(f"{json.dumps(key)}: ", one) for key, one in sorted(value.items())]
        inside = [f"{key}{laid_out(one, indent + 1, len(key))}" for key, one in keys]
    else:
        inside = [laid_out(one, indent + 1) for one in value]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    pad = "\n" + " " * (indent + 1)
    return f"{opened}{pad}{f',{pad}'.join(inside)}{pad[:-1]}{closed}"


def test_the_data(example: Example, record: Json, named: SnapshotAssertion) -> None:
    """All but the engine's version and the policy's digest, so that a change of law shows only what it changes."""
    law = {key: value for key, value in record["policy"].items() if key != "digest"}
    kept = {key: value for key, value in record.items() if key != "engine"} | {"policy": law}
    assert laid_out(kept) + "\n" == named(name=f"explain/{example}.json")


def test_laid_out_data_is_the_same_data(ordinary: Json) -> None:
    assert json.loads(laid_out(ordinary)) == ordinary


# --- exact and whole ------------------------------------------------------------------------------------------------


def test_no_float_stands_in_a_record(record: Json) -> None:
    assert {type(one) for one in everything(record)} <= {dict, list, str, int, bool, type(None)}


def test_the_points_paid_add_up(record: Json) -> None:
    """What is paid is the sum of the volets, and a volet paid by indicator the sum of its own."""
    blocks = [volet["points"]["paid"] for volet in record["volets"] if volet["pays"] == "block"]
    parts = [one["points_paid"] for one in record["indicators"]]
    assert added([*blocks, *parts]) == ends(record["points"]["paid"])
    for key in ("paid", "attained", "possible"):
        assert added([volet["points"][key] for volet in record["volets"]]) == ends(record["points"][key])


def test_the_euros_are_the_points_at_the_value_of_the_point(record: Json) -> None:
    value = Decimal(record["policy"]["point_value"])
    for key in ("paid", "attained", "possible"):
        least, most = ends(record["points"][key])
        assert ends(record["euros"][key]) == (least * value, most * value)


def test_what_is_paid_is_attained_and_what_is_attained_possible(record: Json) -> None:
    paid, attained, possible = (ends(record["points"][key]) for key in ("paid", "attained", "possible"))
    assert paid[0] <= attained[0] <= possible[0]
    assert paid[1] <= attained[1] <= possible[1]


def test_the_periods_of_a_component_add_up(record: Json) -> None:
    for one in record["components"]:
        assert added([period["attained"] for period in one["periods"]])[0] == ends(one["euros"]["attained"])[0]
        assert all(ends(period["paid"]) == NOTHING for period in one["periods"] if period["pending"])


def trees(policy: Policy) -> Iterator[conditions.Node]:
    """Every tree of a policy, those that choose a weight included."""
    yield policy.eligible
    for volet in policy.volets:
        yield from [volet.gate] if volet.gate else []
        for weight in (volet.weight, *(one.weight for one in volet.indicators)):
            yield from [weight.when] if isinstance(weight, Branch) else []
    for one in policy.indicators:
        yield from (one.when, *(step.when for step in one.neutralisations))
    for component in policy.components:
        yield from [component.gate] if component.gate else []
        yield from (tier.when for period in component.periods for tier in period.tiers)


def test_every_condition_of_the_policy_is_there(example: Example, record: Json) -> None:
    """Nothing is left out because it was not needed."""
    expected = {node.at for tree in trees(example.decision.policy) for node in conditions.walk(tree)}
    assert {
        one["at"] for one in everything(record) if isinstance(one, dict) and "verdict" in one and "at" in one
    } == expected


# --- the same bytes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffled", SHUFFLED, ids=str)
def test_the_order_of_the_rows_changes_nothing(shuffled: Example) -> None:
    """A dossier is the same however its rows were written down."""
    before = shuffled.decision
    turned = replace(before.dossier, rows=tuple(reversed(before.dossier.rows)))
    assert canonical(written(decide(before.policy, turned))) == canonical(written(before))


def test_a_dossier_in_json_is_the_dossier_in_yaml(example: Example) -> None:
    """Numbers and truth values typed as JSON types them: the same facts, the same digest."""
    page = known()[example.number].page
    plain = yaml.safe_load(Path(page.file).read_text("utf-8"))
    plain["campaigns"] = {str(year): rows for year, rows in plain["campaigns"].items()}
    other = parse_json(json.dumps(plain, default=str), "dossier.json")
    assert check(other, "dossier") == []
    assert read_dossier(other, example.decision.policy).digest == example.decision.dossier.digest


DIGESTS = """
import hashlib, sys
from tests.conftest import Example
from engine.record import canonical, record
for number, year in (("99900000003", 2023), ("99900000342", 2023), ("99900000409", 2024)):
    print(hashlib.sha256(canonical(record(Example(number, year).decision))).hexdigest())
"""


def digests(**environment: str) -> str:
    """The digests of three records, made by a Python of its own."""
    found = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout


def test_the_bytes_depend_on_no_seed_locale_or_time_zone() -> None:
    settings = [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "42", "LC_ALL": "C.UTF-8", "TZ": "America/Adak"},
    ]
    first, *others = [digests(**one) for one in settings]
    assert len(first.split()) == 3
    assert others == [first] * len(others)


def test_a_record_read_again_is_the_same_record(record: Json) -> None:
    assert json.loads(canonical(record)) == record


def test_every_bundled_campaign_is_decided() -> None:
    assert len(campaigns()) > len({one.number for one in campaigns()})
