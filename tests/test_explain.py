"""What a doctor reads: every bundled campaign explained, kept in snapshots, and what the law owes in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import StringIO
from typing import Any as Anything

import pytest
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion

from cli.draw import draw
from cli.markdown import markdown
from cli.screen import Screen
from engine.conditions import walk
from engine.measuring.written import passages
from engine.telling.explanation import explain
from engine.telling.parts import Depth, Explanation, Part
from engine.telling.sentences import every, telling
from engine.words import Lang, say
from tests.conftest import SNAPSHOTS, Example, campaigns, policy_files

Json = dict[str, Anything]
NARROW, WIDE = 80, 120
SIGNS = {"granted": "✓", "met": "✓", "refused": "✗", "unmet": "✗", "undetermined": "?", "unknown": "?"}
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
GUIDES = re.compile(r"^[│├└─\s]*")

# The words that the product, and no policy, has for a value of a dossier.
OWN_WORDS = [
    *(f"status.{status}" for status in ("received", "validated", "rejected")),
    *(f"finding.{outcome}" for outcome in ("confirmed", "refuted", "not_produced")),
    "value.none",
]

# The full form is long: it is kept for an ordinary doctor, a refusal by a paper, a range, a control, and 2024.
IN_FULL = [
    Example("99900000003", 2023),
    Example("99900000086", 2023),
    Example("99900000110", 2023),
    Example("99900000318", 2023),
    Example("99900000359", 2024),
]
IN_ENGLISH = [Example("99900000003", 2023), Example("99900000359", 2024)]


def told(example: Example, record: Json, depth: Depth = "short", lang: Lang = "fr") -> Explanation:
    decision = example.decision
    return explain(record, decision.dossier, decision.policy, lang, depth, passages(policy_files(example.year)))


def drawn(explanation: Explanation, width: int = NARROW) -> str:
    """The explanation as a terminal without colours shows it."""
    written = StringIO()
    draw(Screen(written, width, colours=False), explanation)
    return written.getvalue()


def below(parts: tuple[Part, ...]) -> Iterator[Part]:
    """Every part of a tree of parts, in the order of reading."""
    for part in parts:
        yield part
        yield from below(part.parts)


def texts(part: Part) -> list[str]:
    """Every line under a part, with what stands beside it."""
    return [f"{one.text} {one.aside}" for one in below((part,))]


def section(explanation: Explanation, title: str) -> Part:
    return next(one for one in explanation.sections if one.text == title)


def of_indicator(explanation: Explanation, example: Example, name: str) -> Part:
    """What is told of one indicator, in its volet."""
    policy = example.decision.policy
    volet = next(one for one in policy.volets if any(own.id == name for own in one.indicators))
    title = next(one.title.fr for one in volet.indicators if one.id == name)
    return next(part for part in section(explanation, volet.title.fr).parts if part.text == title)


# --- what a reader sees, kept ---------------------------------------------------------------------------------------


def test_the_tree(example: Example, record: Json, named: SnapshotAssertion) -> None:
    assert drawn(told(example, record)) == named(name=f"explain/{example}.tree.txt")


def test_the_document(example: Example, record: Json, named: SnapshotAssertion) -> None:
    assert markdown(told(example, record)) == named(name=f"explain/{example}.md")


@pytest.mark.parametrize("chosen", IN_FULL, ids=str)
def test_the_document_in_full(chosen: Example, named: SnapshotAssertion) -> None:
    assert markdown(told(chosen, chosen.priced(), "full")) == named(name=f"explain/{chosen}.full.md")


@pytest.mark.parametrize("chosen", IN_ENGLISH, ids=str)
def test_the_tree_in_english(chosen: Example, named: SnapshotAssertion) -> None:
    assert drawn(told(chosen, chosen.priced(), lang="en")) == named(name=f"explain/{chosen}.en.tree.txt")


def test_no_snapshot_is_left_behind(pytestconfig: pytest.Config) -> None:
    """A snapshot of an example that is no more fails the run, and goes with `--snapshot-update`."""
    expected = {f"{one}.{kind}" for one in campaigns() for kind in ("tree.txt", "md", "json")}
    expected |= {f"{one}.full.md" for one in IN_FULL} | {f"{one}.en.tree.txt" for one in IN_ENGLISH}
    left = [file for file in (SNAPSHOTS / "explain").iterdir() if file.name not in expected]
    if pytestconfig.option.update_snapshots:
        for file in left:
            file.unlink()
        return
    assert [file.name for file in left] == []


# --- on a screen ----------------------------------------------------------------------------------------------------


def words(explanation: Explanation) -> list[str]:
    """Every word of an explanation in order, cut at ordinary spaces alone."""
    lines = [explanation.title, *explanation.intro, *(cell for cells in explanation.totals for cell in cells)]
    for part in below(explanation.sections):
        sign = "–" if part.mark == "out_of_play" else SIGNS.get(part.mark, "")
        lines.append(f"{sign} {part.text}{f' — {part.aside}' if part.aside else ''}")
    return [word for line in lines for word in line.split(" ") if word]


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_no_line_is_too_long_and_no_word_broken(example: Example, record: Json, width: int) -> None:
    explanation = told(example, record)
    lines = drawn(explanation, width).splitlines()
    assert [line for line in lines if cell_len(line) > width] == []
    assert [word for line in lines for word in GUIDES.sub("", line).split(" ") if word] == words(explanation)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("chosen", IN_FULL[:1], ids=str)
def test_nor_in_the_full_form(chosen: Example, width: int) -> None:
    explanation = told(chosen, chosen.priced(), "full")
    lines = drawn(explanation, width).splitlines()
    assert [line for line in lines if cell_len(line) > width] == []
    assert [word for line in lines for word in GUIDES.sub("", line).split(" ") if word] == words(explanation)


# --- what article R.311-3-1-2 owes ----------------------------------------------------------------------------------


def number(value: Decimal | int | str) -> str:
    """A number as the French write it, without Babel."""
    return f"{Decimal(value).normalize():,f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def euros(value: Decimal) -> str:
    written = f"{value:,.2f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    return f"{written}\N{NO-BREAK SPACE}€"


def day(iso: str) -> str:
    year, month, first = iso.split("-")
    written = "1er" if first == "01" else str(int(first))
    return "\N{NO-BREAK SPACE}".join([written, MONTHS.split()[int(month) - 1], year])


def both(amount: Anything) -> list[Decimal]:
    """The ends of an amount: one when it is settled."""
    return [Decimal(end) for end in (amount.values() if isinstance(amount, dict) else [amount])]


def shown(value: Anything, example: Example) -> set[str]:
    """The ways in which a value of a dossier may be written."""
    if isinstance(value, bool):
        return {"oui" if value else "non"}
    if isinstance(value, int):
        return {number(value), str(value)}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return {day(value)}
    policy = example.decision.policy
    labels = {entry.label.fr for table in policy.tables.values() for entry in table.entries if entry.code == value}
    labels |= {field.values[value].fr for field in policy.vocabulary.fields.values() if value in field.values}
    return {value, *labels, *(say("fr", key) for key in OWN_WORDS if key.endswith(f".{value}"))}


def rows_used(data: Anything) -> Iterator[Json]:
    """Every row that the decision rests on: not all that the dossier holds, what was missing, what came too late."""
    if isinstance(data, dict):
        if "type" in data and "campaign" in data:
            yield data
            return
        for key, value in data.items():
            if key not in ("dossier", "missing", "later"):
                yield from rows_used(value)
    elif isinstance(data, list):
        for value in data:
            yield from rows_used(value)


@pytest.fixture
def full(example: Example, record: Json) -> Explanation:
    return told(example, record, "full")


def test_the_part_played_by_the_processing_is_told(full: Explanation) -> None:
    assert len(section(full, say("fr", "crpa.contribution")).parts) >= 2


def test_every_datum_used_is_told_with_its_source(example: Example, record: Json, full: Explanation) -> None:
    lines = [part.text for part in below(section(full, say("fr", "crpa.data")).parts)]
    for row in rows_used(record):
        pieces = [{row.get("origin", say("fr", "row.no_origin"))}]
        pieces += [{day(row["recorded_on"])}] if "recorded_on" in row else []
        pieces += [shown(value, example) for value in row.get("fields", {}).values()]
        pieces += [{number(count)} for count in row.get("exclusions", {}).values()]
        assert any(all(any(way in line for way in ways) for ways in pieces) for line in lines), row


def test_what_came_too_late_is_told_apart(example: Example, record: Json) -> None:
    """A fact recorded after the day of the decision is named, and what it would change priced."""
    if record["later"] is None:
        return
    lines = [line for part in told(example, record).sections for line in texts(part)]
    for row in record["later"]["rows"]:
        known_on = row.get("recorded_on") or row["fields"].get("decided_on") or row["fields"]["received_on"]
        assert any(day(known_on) in line for line in lines), row
    assert any(all(number(end) in line for end in both(record["later"]["points"]["paid"])) for line in lines)


def test_the_situation_of_the_doctor_is_told(example: Example, full: Explanation) -> None:
    lines = [part.text for part in below(section(full, say("fr", "crpa.data")).parts)]
    for value in example.decision.dossier.plain()["fields"].values():
        assert any(way in line for line in lines for way in shown(value, example)), value


def test_every_parameter_is_told_as_applied_to_the_doctor(example: Example, record: Json, full: Explanation) -> None:
    """The value of the point, the points of each volet and indicator, the days of the calendar."""
    policy, lines = example.decision.policy, texts(section(full, say("fr", "crpa.parameters")))
    assert any(euros(Decimal(record["policy"]["point_value"])) in line for line in lines)
    titles = {volet.id: volet.title.fr for volet in policy.volets}
    titles |= {one.id: one.title.fr for one in policy.indicators}
    weights = {one["id"]: one["points"]["possible"] for one in record["volets"]}
    weights |= {one["id"]: one["points_possible"] for one in record["indicators"] if one["points_possible"] != "0"}
    for name, weight in weights.items():
        assert any(titles[name] in line and all(number(end) in line for end in both(weight)) for line in lines), name
    for entry in policy.calendar.values():
        for end in (entry.first, entry.last):
            assert end is None or any(day(end.isoformat()) in line for line in lines), entry.name


def test_every_operation_is_told(record: Json, full: Explanation) -> None:
    """The points of the volets added up, then paid at the value of the point."""
    lines = texts(section(full, say("fr", "crpa.operations")))
    terms = [number(end) for volet in record["volets"] for end in both(volet["points"]["paid"])]
    value, total = Decimal(record["policy"]["point_value"]), both(record["points"]["paid"])
    assert any(all(term in line for term in [*terms, *map(number, total)]) and "=" in line for line in lines)
    product = [*map(number, total), euros(value), *(euros(end * value) for end in total)]
    assert any(all(term in line for term in product) and "×" in line for line in lines)


def test_every_branch_is_told_with_its_passage(example: Example, record: Json, full: Explanation) -> None:
    """Nothing is left out because it did not fire."""
    for one in record["indicators"]:
        told_of = texts(of_indicator(full, example, one["id"]))
        nodes = list(every(one["tree"]))
        assert len(told_of) >= len(nodes)
        for passage in [passage for node in nodes if not node.get("of") for passage in node["sources"]]:
            first = str(passage["lines"][0])
            assert any(passage["section"] in line and first in line for line in told_of), passage


# --- refusals and grants --------------------------------------------------------------------------------------------


def threshold(asks: Json) -> set[str]:
    """The ways in which the threshold of a rate may be written: a whole percentage, or a fraction."""
    written = asks.get("at_least") or asks["more_than"]
    top, _, bottom = written.partition("/")
    percentage = Decimal(100 * int(top)) / int(bottom or 1)
    return {written, f"{number(percentage)}\N{NO-BREAK SPACE}%"}


def days_asked(tests: list[Json]) -> Iterator[str]:
    for test in tests:
        for kind in ("until", "within", "before"):
            if end := test.get(kind, {}).get("to"):
                yield day(end)


def stated(leaf: Mapping[str, Anything]) -> Iterator[set[str]]:
    """What must be read of an unmet leaf: the value found, then the threshold it misses."""
    asks, saw = leaf.get("asks", {}), leaf.get("saw", {})
    if "count" in saw:
        yield from ({number(saw["count"][key])} for key in ("numerator", "denominator"))
        yield threshold(asks)
    elif leaf["kind"] == "fact":
        yield {number(saw["value"])} if type(saw.get("value")) is int else {"oui", "non", "aucun"}
        yield {"attendu"}
    elif leaf["kind"] == "record":
        near = [one for one in saw.get("rows", ()) if not one["struck"]]
        for check in near[0]["checks"] if len(near) == 1 else ():
            if check["verdict"] != "met" and re.fullmatch(r"\d{4}-\d\d-\d\d", str(check["found"])):
                yield {day(check["found"])}
                yield set(days_asked(check["asks"]["tests"]))
        if not saw.get("rows") and (asked := {one for test in asks["where"] for one in days_asked(test["tests"])}):
            yield asked


def test_a_refusal_states_value_threshold_and_source(example: Example, record: Json) -> None:
    explanation = told(example, record)
    for one in record["indicators"]:
        if one["outcome"] != "refused":
            continue
        part = of_indicator(explanation, example, one["id"])
        lines = texts(part)
        assert say("fr", f"reason.{one['reason']}") in part.aside
        assert any(str(one["sources"][0]["lines"][0]) in line.text for line in part.parts if line.fine), lines
        for leaf in telling(one["tree"]):
            for ways in stated(leaf):
                assert any(way in line for way in ways for line in lines), (leaf["at"], ways, lines)


def test_a_rate_missed_says_by_how_much(example: Example, record: Json) -> None:
    explanation = told(example, record)
    for one in record["indicators"]:
        count = one["tree"].get("saw", {}).get("count")
        if one["reason"] == "threshold_missed" and count:
            missing = number(count["missing"])
            assert any(f"manquait {missing}" in line for line in texts(of_indicator(explanation, example, one["id"])))


def test_a_control_that_refutes_is_told(example: Example, record: Json) -> None:
    """When it was made, and on what ground: nothing weighs more against a doctor."""
    explanation = told(example, record)
    for one in record["indicators"]:
        findings = [row for row in rows_used(one["tree"]) if row["type"] == "finding"]
        for finding in findings if one["reason"] in ("refuted", "not_produced") else ():
            lines = texts(of_indicator(explanation, example, one["id"]))
            assert any(day(finding["fields"]["decided_on"]) in line for line in lines), lines
            assert any(finding["fields"]["ground"] in line for line in lines), lines


def test_what_was_not_measured_is_never_said_to_be(example: Example, record: Json) -> None:
    """A neutralised or exempted grant says so, and claims no other basis."""
    explanation = told(example, record)
    for one in record["indicators"]:
        if one["how"] in ("neutralisation", "exemption"):
            aside = of_indicator(explanation, example, one["id"]).aside
            assert aside.startswith(say("fr", f"how.{one['how']}"))
            assert f"{say('fr', 'outcome.granted')}, " not in aside
            assert one["how"] == "exemption" or say("fr", "grade.measured") not in aside


def test_a_presumed_rule_is_marked(example: Example, record: Json, full: Explanation) -> None:
    """A rule that no text of the year states is never shown as if one did."""
    mark = say("fr", "view.presumed", passages="")
    for one in record["indicators"]:
        leaves = [node for node in every(one["tree"]) if not node.get("of")]
        presumed = [node for node in [*leaves, one] if node["presumed"] and node["sources"]]
        marked = [line for line in texts(of_indicator(full, example, one["id"])) if line.startswith(mark)]
        assert len(marked) >= len(presumed)
        assert bool(marked) == bool(presumed)


def test_only_the_year_without_a_guide_presumes() -> None:
    presumed = {
        one.year
        for one in campaigns()
        for indicator in one.decision.policy.indicators
        if any(node.presumed for node in walk(indicator.when))
    }
    assert presumed == {2024}


def test_an_explanation_in_english_holds_no_french(example: Example, record: Json) -> None:
    explanation = told(example, record, "full", "en")
    lines = [f"{part.text} {part.aside}" for part in below(explanation.sections)]
    french = {say("fr", f"crpa.{key}") for key in ("contribution", "data", "parameters", "operations")}
    assert not french & {part.text for part in explanation.sections}
    assert [line for line in lines if " attendu" in line or "Origine" in line] == []


def test_the_day_of_the_decision_is_told(example: Example, record: Json) -> None:
    assert any(day(record["as_of"]) in line for line in told(example, record).intro)
