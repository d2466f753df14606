"""What to ask a doctor for: every item that money rests on, its papers; the same on screen, on a page, on paper."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from pypdf import PdfReader
from syrupy.assertion import SnapshotAssertion

from cli.markdown import markdown
from cli.pdf import leaflet_pdf
from engine.control.sheet import Sheet, sheet
from engine.control.sheet_paper import leaflet
from engine.control.sheet_told import told
from engine.telling.parts import Explanation, Part
from engine.telling.phrases import Json
from engine.words import LANGS, Lang, say
from tests.conftest import Example, Forfait, Ran, policy_files
from tests.test_words import faults

EVERYTHING = Example("99900000011", 2023)
PREFILLED = Example("99900000003", 2023)
UNPAID = Example("99900000029", 2023)
LATER = Example("99900000409", 2024)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
HOSTILE = "[bold]R\x1b[31mx\x07\u202egnp.exe\u202c <script>|`*_# ◊◊◊ 漢字" + "W" * 400


def gathered(example: Example) -> Sheet:
    return sheet(example.decision)


def explained(example: Example, lang: Lang = "fr", answer_by: date | None = None) -> Explanation:
    return told(gathered(example), example.priced(), answer_by, lang)


def lasting(shown: str) -> str:
    """What is shown, but for the digest of the policy, which changes with every word of it."""
    return DIGEST.sub("sha256:…", shown)


def texts(parts: tuple[Part, ...]) -> list[str]:
    return [text for part in parts for text in (part.text, part.aside, *texts(part.parts)) if text]


def asked(forfait: Forfait, example: Example, *words: object) -> Ran:
    return forfait("control", "sheet", example.number, "--year", example.year, *words)


# --- what is asked for ----------------------------------------------------------------------------------------------


def test_every_item_that_money_rests_on_is_asked_about(example: Example) -> None:
    found = gathered(example)
    paid = [one.item for one in found.stakes.items if one.loss.euros]
    assert [one.stake.item for one in found.asked] == paid
    assert set(paid) | set(found.idle) == {one.item for one in found.stakes.items}


def test_papers_to_be_sent_are_told_from_those_to_be_kept() -> None:
    found = {one.stake.item: one for one in gathered(EVERYTHING).asked}
    sent = {item: [paper.kinds for paper in one.papers if paper.sent] for item, one in found.items()}
    assert sent["logiciel-lap"] == [("facture", "bon-de-commande", "attestation-editeur")]
    assert [item for item, papers in sent.items() if papers] == ["logiciel-segur", "logiciel-lap"]


def test_the_summary_of_declarations_is_asked_for_once() -> None:
    found = gathered(EVERYTHING)
    assert [paper.kinds for paper in found.common] == [("recapitulatif",)]
    assert all(paper not in found.common for one in found.asked for paper in one.papers)


def test_a_paper_received_is_told_with_what_it_had_to_show() -> None:
    found = next(one for one in gathered(PREFILLED).asked if one.stake.item == "logiciel-lap")
    assert [row.name for row in found.on_file] == ["attestation-editeur"]
    fields = {check["field"] for proof in found.proofs for check in proof.checks}
    assert {"editor", "software", "acquired_on", "certified_on", "nominative"} <= fields


def test_of_what_was_prefilled_no_paper_was_to_be_sent() -> None:
    lines = texts(explained(PREFILLED).sections)
    assert "Objet prérempli\xa0: aucune pièce n’était à envoyer." in lines


def test_every_declared_item_of_a_year_names_the_papers_that_prove_it() -> None:
    """And of each paper the fields it shows; those that no text names say so."""
    for year in (2023, 2024):
        for item in policy_files(year).vocabulary["items"].data.values():
            assert all(paper["papers"] and paper["shows"] for paper in item.get("control", ()))
    lines = texts(explained(EVERYTHING).sections)
    assert "Pièce d’usage\xa0: aucun texte enregistré ne la nomme." in lines


def test_only_the_items_asked_about_are_told(forfait: Forfait) -> None:
    shown = asked(forfait, EVERYTHING, "--item", "coordination").out
    assert "Prise en charge coordonnée" in shown
    assert "Logiciel référencé" not in shown


def test_who_is_paid_nothing_is_asked_for_nothing() -> None:
    found = gathered(UNPAID)
    assert (found.asked, bool(found.idle)) == ((), True)
    assert "il n’y a rien à demander" in " ".join(texts(explained(UNPAID).sections))


# --- how it is told -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kept", [EVERYTHING, LATER], ids=str)
def test_what_a_sheet_tells(forfait: Forfait, named: SnapshotAssertion, kept: Example, lang: Lang) -> None:
    shown = asked(forfait, kept, "--lang", lang)
    assert (shown.code, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= 80
    assert lasting(shown.out) == named(name=f"control/sheet-{kept}.{lang}.txt")


def test_a_sheet_as_markdown(forfait: Forfait, named: SnapshotAssertion, tmp_path: Path) -> None:
    shown = asked(forfait, PREFILLED, "--format", "markdown", "--output", tmp_path / "sheet.md")
    assert (shown.code, shown.out) == (0, "")
    assert lasting((tmp_path / "sheet.md").read_text("utf-8")) == named(name=f"control/sheet-{PREFILLED}.fr.md")


@pytest.mark.parametrize("lang", LANGS)
def test_every_line_is_well_set(example: Example, record: Json, lang: Lang) -> None:
    lines = texts(told(gathered(example), record, None, lang).sections)
    wrong = {text: found for text in lines if (found := faults(text, lang))}
    assert wrong == {}


@pytest.mark.parametrize("day", ["1900-02-03", "2024-06-29", "2045-02-03", "9999-12-31"])
def test_a_day_to_answer_by_that_cannot_be_is_refused(forfait: Forfait, day: str) -> None:
    ran = forfait("control", "sheet", PREFILLED.number, "--answer-by", day)
    assert (ran.code, ran.out, "--answer-by" in ran.err) == (2, "", True)


def test_the_day_to_answer_by_is_the_agents_to_set(forfait: Forfait) -> None:
    assert "à fixer dans la demande" in asked(forfait, PREFILLED).out
    assert "2 décembre 2024" in asked(forfait, PREFILLED, "--answer-by", "2024-12-02").out.replace("\xa0", " ")


# --- on paper -------------------------------------------------------------------------------------------------------


def on_paper(explanation: Explanation) -> str:
    """What the pages hold, without spaces, and without what stands at the foot of each."""
    reader = PdfReader(BytesIO(leaflet_pdf(leaflet(explanation, date(2024, 6, 30), "fr"))))
    footer = re.escape("".join(say("fr", "control_sheet.footer").split()))
    pages = ("".join(page.extract_text().split()) for page in reader.pages)
    return "".join(re.sub(rf"{footer}|Page\d+sur\d+", "", page) for page in pages)


def test_paper_holds_every_line_of_the_screen() -> None:
    explanation = explained(EVERYTHING)
    paper = on_paper(explanation)
    missing = [text for text in texts(explanation.sections) if "".join(text.split()) not in paper]
    assert missing == []


def test_the_same_sheet_gives_the_same_bytes(forfait: Forfait, tmp_path: Path) -> None:
    for name in ("one.pdf", "other.pdf"):
        assert asked(forfait, PREFILLED, "--format", "pdf", "--output", tmp_path / name).code == 0
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "other.pdf").read_bytes()


def test_a_pdf_wants_a_file(forfait: Forfait) -> None:
    shown = asked(forfait, PREFILLED, "--format", "pdf")
    assert (shown.code, shown.out) == (2, "")
    assert "--output" in shown.err


def test_an_item_that_is_not_there_is_refused(forfait: Forfait) -> None:
    shown = asked(forfait, PREFILLED, "--item", "codges")
    assert (shown.code, shown.out) == (2, "")
    assert "codage" in shown.err


def test_hostile_text_reaches_no_output_unescaped() -> None:
    decision = EVERYTHING.decision
    rows = [
        replace(row, fields={**row.fields, "structure": HOSTILE}, origin=HOSTILE) for row in decision.dossier.rows
    ]
    dossier = replace(decision.dossier, name=HOSTILE, rows=tuple(rows))
    found = replace(gathered(EVERYTHING), decision=replace(decision, dossier=dossier))
    explanation = told(found, EVERYTHING.priced(), None, "fr")
    page = markdown(explanation)
    assert "<script>" not in page
    assert not set("\x1b\x07\u202e\u202c") & set(page)
    assert "\u202e" not in on_paper(explanation)
