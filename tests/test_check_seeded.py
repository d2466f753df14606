"""Faults seeded one by one in a copy of a real policy: each is told at the line where it was made, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from engine.drafting.lint import lint
from engine.loading import bundled_policies
from engine.problems import render
from engine.words import LANGS

YEAR = 2023
TEXT = "{ fr: Texte, en: Text }"
GUIDE = "{ document: guide-2023, section: II, lines: [235, 235] }"


class Seed(Struct, frozen=True):
    """A fault: in a file (new when nothing stood there), what is written instead of what; its code; what it is told at.

    `at` is text that stands once in the file changed, or in the file `told_in`.
    """

    file: str
    old: str
    new: str
    code: str
    at: str
    told_in: str = ""


READING = f"""\
id: oubliee
contradiction: C01
question: {TEXT}
default: oui
why: {TEXT}
options:
  oui: {{ says: {TEXT}, support: [ {{ who: {TEXT}, source: {GUIDE} }} ] }}
  non: {{ says: {TEXT}, support: [ {{ who: {TEXT}, source: {GUIDE} }} ] }}
"""
TABLE = f"id: inutile\ntitle: {TEXT}\nsource: {GUIDE}\nentries: {{ a: {{ label: {TEXT} }} }}\n"
INDICATOR = f"""\
id: volet-2.orphelin
year: 2023
title: {TEXT}
evidence: automated
points: 5
source: {GUIDE}
when: {{ attribute: {{ field: sector, is: "1" }} }}
"""
MSS_RATE = "    measure: mss\n"
ELIGIBLE = """\
  source:
    - { document: guide-2023, section: Présentation, lines: [34, 34] }
    - { document: page, section: Introduction, lines: [12, 12] }
"""

# fmt: off
SEEDS = {
    "two conditions of one id": Seed("volet-2/services.yaml", "- id: ressource\n", "- id: dispositif # twice\n", "duplicate_id", "dispositif # twice"),
    "a weight off by half a point": Seed("volet-2/dcmt.yaml", "points: 22.5", "points: 23", "total_differs", "points: 883\n    source: { document: guide", "policy.yaml"),
    "a published total that is wrong": Seed("policy.yaml", "points: 883\n    source: { document: guide", "points: 888\n    source: { document: guide", "total_differs", "points: 888"),
    "a wrong table name": Seed("volet-1/logiciel.yaml", "table: specialites-exonerees", "table: specialites-exonorees", "unknown_table", "table: specialites-exonorees"),
    "a rule without source": Seed("policy.yaml", ELIGIBLE, "", "unsourced", "eligible:"),
    "a calendar out of order": Seed("policy.yaml", "    to: 2024-02-04\n    label:\n      fr: \"Période de saisie des", "    to: 2023-12-20\n    label:\n      fr: \"Période de saisie des", "calendar_order", "  campaign:\n"),
    "an end before its beginning": Seed("policy.yaml", "from: 2022-01-01", "from: 2024-01-01 # late", "span_backwards", "texte:\n      from: 2024-01-01 # late"),
    "a reading without default": Seed("readings/cible-aat.yaml", "default: guide\n", "", "missing_key", "id: cible-aat"),
    "a reading never chosen": Seed("readings/oubliee.yaml", "", READING, "never_used", "id: oubliee"),
    "a list never used": Seed("tables/inutile.yaml", "", TABLE, "never_used", "id: inutile"),
    "an indicator that its volet does not list": Seed("volet-2/orphelin.yaml", "", INDICATOR, "not_listed", "id: volet-2.orphelin"),
    "an indicator whose file is missing": Seed("policy.yaml", "      - dcmt\n", "      - dcmtt\n", "not_in_folder", "- dcmtt"),
    "a misspelt key": Seed("volet-2/dsg.yaml", "evidence:", "evidense:", "unknown_key", "evidense:"),
    "a wrong type": Seed("volet-2/mss.yaml", "points: 40", "points: quarante", "not_expected", "points: quarante"),
    "a tab for indentation": Seed("volet-2/mss.yaml", MSS_RATE, "\t  measure: mss\n", "tab_indent", "\t  measure"),
    "a key written twice": Seed("volet-2/mss.yaml", "points: 40", "points: 40\npoints: 41", "duplicate_key", "points: 41"),
    "conditions that turn in a circle": Seed("volet-2/sas.yaml", "    - id: participation\n      any:\n", "    - id: participation\n      any:\n        - outcome: volet-2.sas\n", "cyclic_outcomes", "outcome: volet-2.sas"),
    "a document that is not registered": Seed("volet-2/mss.yaml", "document: guide-2023, section: II.1.a, lines: [328, 328]", "document: guide-2032, section: II.1.a, lines: [328, 328]", "unknown_document", "document: guide-2032"),
    "lines backwards": Seed("volet-2/mss.yaml", "lines: [324, 328]", "lines: [328, 324]", "lines_backwards", "lines: [328, 324]"),
    "an alias that another entry bears": Seed("tables/specialites.yaml", 'aliases: ["05"]', 'aliases: ["03"] }  # twice', "duplicate_id", "dermatologie:"),
    "an option missing": Seed("volet-2/aat.yaml", "{ choose: cible-aat, guide: 70 %, page: 90 % }", "{ choose: cible-aat, guide: 70 % }", "options_not_listed", "choose: cible-aat"),
    "a translation missing": Seed("volet-2/spe.yaml", "  en: Transport prescriptions filed online\n", "", "missing_key", "title:"),
    "a value that its field never takes": Seed("policy.yaml", "        label: { fr: \"Statut d’exercice\", en: \"Practice status\" }\n        attribute: { field: status, is: installe }", "        label: { fr: \"Statut d’exercice\", en: \"Practice status\" }\n        attribute: { field: status, is: instale }", "unknown_value", "is: instale"),
    "a number asked of a text": Seed("policy.yaml", 'attribute: { field: sector, is: ["1", "2"] }', "attribute: { field: sector, at_least: 1 }", "test_not_of_type", "field: sector, at_least"),
    "one declaration for two indicators": Seed("vocabulary/items.yaml", "  priority: [", "  # priority: [", "no_priority", "coordination:"),
    "a file that is not read": Seed("readings/autre.yml", "", READING, "unread_file", ""),
}
# fmt: on


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the year, its cases apart."""
    folder = tmp_path_factory.mktemp("policies") / str(YEAR)
    shutil.copytree(bundled_policies() / str(YEAR), folder, ignore=shutil.ignore_patterns("cases"))
    return folder


@pytest.fixture
def seeded(copy: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Path, Seed]]:
    """The copy with one fault in it, and the fault."""
    seed = SEEDS[request.param]
    path = copy / seed.file
    before = path.read_text("utf-8") if path.exists() else None
    assert (before or "").count(seed.old) == 1 or not seed.old, f"{seed.old!r} does not stand once"
    path.write_text(seed.new if before is None else before.replace(seed.old, seed.new), "utf-8")
    yield copy, seed
    if before is None:
        path.unlink()
    else:
        path.write_text(before, "utf-8")


def line_of(path: Path, text: str) -> int | None:
    """The line where a text begins that stands once in a file; none for no text."""
    written = path.read_text("utf-8")
    assert written.count(text) == 1 or not text, f"{text!r} stands {written.count(text)} times"
    return written[: written.index(text)].count("\n") + 1 if text else None


def test_the_copy_has_no_fault(copy: Path) -> None:
    assert lint(copy).count("error") == 0


@pytest.mark.parametrize("seeded", SEEDS, indirect=True)
def test_a_fault_is_told_at_its_line(copy: Path, seeded: tuple[Path, Seed]) -> None:
    folder, seed = seeded
    known = {"unsourced_option"}  # what the year itself is warned of
    found = [problem for problem in lint(folder).problems if problem.code not in known]
    told_in = folder / (seed.told_in or seed.file)
    first = found[0]
    assert {problem.code for problem in found} == {seed.code}
    assert (first.file, first.line) == (str(told_in), line_of(told_in, seed.at))
    assert all(render(problem, lang) for problem in found for lang in LANGS)
