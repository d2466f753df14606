"""Every rule read in the texts is written somewhere, at a line that exists, or listed with the reason why not."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.drafting.texts.citations import citations
from engine.drafting.texts.sources import read_record
from engine.drafting.texts.tracing import Rule, Trace, Traced, read_rules, trace
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.problems import Invalid
from engine.words import LANGS
from tests.conftest import Forfait
from tests.test_words import faults, long

ROOT = Path(__file__).parent.parent
NOT_DECIDED = (ROOT / "docs" / "not-decided.md").read_text("utf-8")
HOW_MANY, CONTRADICTIONS = 240, 63


@cache
def policies() -> dict[int, PolicyFiles]:
    return {year: read_policy(folder) for year, folder in years(bundled_policies()).items()}


@cache
def rules() -> tuple[Rule, ...]:
    return read_rules(bundled_policies())


@cache
def traced() -> Trace:
    return trace(rules(), policies())


def by_number() -> dict[str, Traced]:
    return {one.rule.number: one for one in traced().rules}


# --- the list -------------------------------------------------------------------------------------------------------


def test_every_rule_is_listed_once_and_in_order() -> None:
    assert [rule.number for rule in rules()] == [f"R{number:03}" for number in range(1, HOW_MANY + 1)]


def test_a_rule_is_read_in_a_registered_document() -> None:
    registered = {name for files in policies().values() for name in files.policy.data["sources"]}
    assert {passage.document for rule in rules() for passage in rule.passages} == registered


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_rule_says_is_well_set(lang: str) -> None:
    texts = [text for rule in rules() for text in (rule.says, rule.undecided) if text]
    said = [text.fr if lang == "fr" else text.en for text in texts]
    assert {text: found for text in said if (found := faults(text, "fr" if lang == "fr" else "en"))} == {}


def test_what_a_rule_says_is_said_in_both_languages() -> None:
    same = [rule.number for rule in rules() if rule.says.fr == rule.says.en and long(rule.says.fr)]
    assert same == []


# --- where each is written ------------------------------------------------------------------------------------------


def test_every_rule_is_written_somewhere_or_the_reason_is_given() -> None:
    assert [one.rule.number for one in traced().rules if bool(one.spots) == bool(one.rule.undecided)] == []


def test_every_name_in_the_list_leads_somewhere() -> None:
    assert ([(one.rule.number, one.astray) for one in traced().rules if one.astray], traced().sound) == ([], True)


def test_the_line_that_encodes_a_rule_cites_its_passage_or_is_the_key_named() -> None:
    """Read again in the files themselves, not in what the trace says of them."""
    wrong = []
    for one in traced().rules:
        documents = {passage.document for passage in one.rule.passages}
        for spot in one.spots:
            line = (policies()[spot.year].folder / spot.file).read_text("utf-8").splitlines()[spot.line - 1]
            key = spot.by.rpartition(".")[2]
            if not (any(name in line for name in documents) or line.split(":")[0].strip("- ").endswith((key, "id"))):
                wrong.append((one.rule.number, spot, line))
    assert wrong == []


def test_a_file_that_encodes_a_rule_cites_the_passage_where_it_was_read() -> None:
    """But for what a policy has no place to cite: how volets and points work, evidence, papers to keep."""
    uncited = {one.rule.number for one in traced().rules if not one.cited and not one.rule.undecided}
    assert uncited == {"R007", "R008", "R014", "R141", "R221", "R223", "R226", "R227"}


def test_a_rule_of_one_year_is_not_said_to_be_written_for_another() -> None:
    """The targets of the guide are not those of the year after it."""
    years_of = {number: {spot.year for spot in one.spots} for number, one in by_number().items()}
    assert (years_of["R106"], years_of["R146"] >= {2024}, years_of["R232"]) == ({2023}, True, {2023})


def test_the_line_found_is_the_one_that_cites_most_narrowly() -> None:
    """Of the many passages that the list and its entries cite, those of one line that meet the rule's."""
    spots = [spot for spot in by_number()["R048"].spots if spot.year == 2023]
    cited = {(one.file, one.line): one.source for one in citations(policies()[2023])}
    lines = [cited[spot.file, spot.line].lines for spot in spots]
    assert (len(lines), {first == last for first, last in lines}) == (27, {True})


def test_a_passage_cited_where_no_rule_was_read_is_told() -> None:
    read = {
        (p.document, line) for rule in rules() for p in rule.passages for line in range(p.lines[0], p.lines[1] + 1)
    }
    expected = {
        (year, one.file, one.line)
        for year, files in policies().items()
        for one in citations(files)
        if not any(
            (one.source.document, line) in read for line in range(one.source.lines[0], one.source.lines[1] + 1)
        )
    }
    assert {(year, one.file, one.line) for year, one in traced().unclaimed} == expected


# --- what is not decided --------------------------------------------------------------------------------------------


def numbers(text: str) -> list[str]:
    """Every rule named, `R081–R086` being six."""
    found = []
    for first, last in re.findall(r"\bR(\d{3})(?:–R(\d{3}))?", text):
        found += [f"R{number:03}" for number in range(int(first), int(last or first) + 1)]
    return found


def test_the_rules_not_decided_are_those_the_document_explains() -> None:
    """Each once, and no other: `docs/not-decided.md` and the list say the same."""
    told = [
        number for row in re.findall(r"^\| ([^|]*\bR\d{3}[^|]*) \|", NOT_DECIDED, re.M) for number in numbers(row)
    ]
    assert sorted(told) == [one.number for one in rules() if one.undecided]


def test_every_contradiction_has_a_reading_or_is_explained() -> None:
    """C01 to C63: settled by a reading of a year, or in the same document."""
    read = {
        name
        for files in policies().values()
        for page in (*files.readings.values(), *files.countings.values())
        for name in codes(str(page.data["contradiction"]))
    }
    assert sorted(read | set(codes(NOT_DECIDED))) == [f"C{number:02}" for number in range(1, CONTRADICTIONS + 1)]


def codes(text: str) -> list[str]:
    """Every contradiction named, but for the span of them all."""
    return re.findall(r"\bC\d\d\b", re.sub(r"C\d\d–C\d\d", "", text))


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The bundled policies, copied where they can be changed."""
    return Path(shutil.copytree(bundled_policies(), tmp_path / "policies"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("[2023/readings/report-mss.yaml, ", "[2023/readings/report.yaml, ", "2023/readings/report.yaml"),
        ("volet-2/sas.yaml#organisation", "volet-2/sas.yaml#organization", "2023/volet-2/sas.yaml#organization"),
        ("policy.yaml#findings", "policy.yaml#finding", "2023/policy.yaml#finding"),
    ],
)
def test_a_name_that_leads_nowhere_is_told(forfait: Forfait, root: Path, old: str, new: str, lost: str) -> None:
    change(root / "rules.yaml", old, new)
    ran = forfait("policy", "sources", 2023, "--policies", root, "--trace", "--format", "markdown")
    assert (ran.code, lost.replace("#", "\\#") in ran.out) == (1, True)


def test_a_rule_whose_citation_is_taken_away_is_told(forfait: Forfait, root: Path) -> None:
    """The rule was written where its passage was cited: nothing says any more that it is."""
    page = root / "2023" / "volet-2" / "aat.yaml"
    page.write_text(re.sub(r"lines: \[\d+, \d+\]", "lines: [1, 1]", page.read_text("utf-8")), "utf-8")
    data = forfait("policy", "sources", 2023, "--policies", root, "--trace", "--format", "json").data["trace"]
    assert {one["rule"] for one in data["rules"] if one["astray"]} == {"R024", "R127", "R128"}
    assert {"R106", "R116"} <= {one["rule"] for one in data["rules"] if not one["cited"]}
    assert {one["file"] for one in data["unclaimed"]} >= {"volet-2/aat.yaml"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("undecided: note", "undecided: nota", "unknown_reason"),
        ("    undecided: note\n", "    undecided: note\n    encoded: [policy.yaml]\n", "one_key_of"),
        ("    undecided: note\n", "", "one_key_of"),
        ("lines: [[5, 5]]", "lines: [[5, 4]]", "lines_backwards"),
        ("  R002:", "  R001:", "duplicate_key"),
        ("encoded: [2023/components/vsm.yaml]", "encoded: [../vsm.yaml]", "not_expected"),
    ],
)
def test_a_list_that_cannot_be_read_is_told_at_its_place(root: Path, old: str, new: str, code: str) -> None:
    change(root / "rules.yaml", old, new)
    with pytest.raises(Invalid) as caught:
        read_rules(root)
    assert [(problem.code, bool(problem.line)) for problem in caught.value.problems] == [(code, True)]


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", policies())
@pytest.mark.parametrize("lang", LANGS)
def test_the_matrix_holds_every_rule_and_fits_the_screen(forfait: Forfait, year: int, lang: str) -> None:
    ran = forfait("policy", "sources", year, "--trace", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert re.findall(r"^ (R\d{3}) ", ran.out, re.M) == [rule.number for rule in rules()]
    assert max(len(line) for line in ran.out.splitlines()) <= 80


@pytest.mark.parametrize("year", policies())
def test_the_matrix_says_of_every_rule_where_it_is_written(forfait: Forfait, year: int) -> None:
    """As Markdown: no cell is empty, and the rules of another year say which."""
    out = forfait("policy", "sources", year, "--trace", "--format", "markdown").out
    rows = [line.strip("| ").split(" | ") for line in out.splitlines() if re.match(r"\| R\d", line)]
    assert [len(row) for row in rows] == [3] * HOW_MANY
    elsewhere = {
        one.rule.number for one in traced().rules if one.spots and year not in {spot.year for spot in one.spots}
    }
    assert {row[0][:4] for row in rows if "seulement" in row[2]} == elsewhere


def test_the_data_keep_their_schema(forfait: Forfait, tmp_path: Path) -> None:
    """What re-reading found among them: of documents all empty, every passage has changed."""
    for source in policies()[2023].policy.data["sources"].values():
        (tmp_path / source["file"]).write_text("", "utf-8")
    schema = json.loads((ROOT / "schemas" / "sources.schema.json").read_text("utf-8"))
    ran = forfait("policy", "sources", 2023, "--documents", tmp_path, "--trace", "--format", "json")
    assert (ran.code, len(ran.data["sources"]["passages"]) > 200, len(ran.data["trace"]["rules"])) == (
        1,
        True,
        HOW_MANY,
    )
    assert [error.message for error in Draft202012Validator(schema).iter_errors(ran.data)] == []


def test_the_record_of_passages_is_kept_beside_every_year() -> None:
    assert [year for year, files in policies().items() if not read_record(files).passages] == []
