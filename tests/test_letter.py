"""The letter that answers a claim: complete, sober in what it does not know, the same on paper as on the screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any as Anything

import pytest
from msgspec.structs import replace
from pypdf import PdfReader
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from cli.letter import letter_markdown
from cli.main import typer_app
from cli.pdf import pdf
from cli.saving import save
from engine.measuring.written import passages
from engine.problems import Invalid
from engine.telling.explanation import explain
from engine.telling.legal import cited, legal
from engine.telling.letter import letter
from engine.telling.letter_parts import Block, Grid, Items, Letter, Section, Text
from engine.words import LANGS, Lang, catalogue, say
from tests.conftest import SNAPSHOTS, Example, policy_files
from tests.test_words import faults

Json = dict[str, Anything]
LOST = Example("99900000086", 2023)
# A paper missing, rates missed, the maximum, undetermined, another year, a control.
KEPT = [LOST, *(Example(number, 2023) for number in ("99900000003", "99900000011", "99900000276", "99900000318"))]
KEPT.append(Example("99900000409", 2024))
IN_ENGLISH = [LOST, Example("99900000409", 2024)]
HOSTILE = "[bold]R\x1b[31mx\x07\u202egnp.exe\u202c <script>|`*_# {nb} ◊◊◊ 漢字 \ud7ff" + "W" * 400


DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
MADE: dict[tuple[Example, Lang], Letter] = {}


def written(example: Example, record: Json | None = None, lang: Lang = "fr") -> Letter:
    """The letter of an example, made once."""
    if (example, lang) not in MADE:
        priced = priced_once(example) if record is None else record
        MADE[example, lang] = letter(
            priced, example.decision.dossier, example.decision.policy, lang, passages(policy_files(example.year))
        )
    return MADE[example, lang]


@cache
def priced_once(example: Example) -> Json:
    return example.priced()


def kept(made: Letter) -> str:
    """The letter as it is kept: without the digests, which any change of a policy changes."""
    return DIGEST.sub("sha256:…", letter_markdown(made))


def texts(block: Block) -> Iterator[str]:
    """Every text of a block, in the order of reading."""
    match block:
        case Text(text=text):
            yield text
        case Items(label=label, lines=lines):
            yield from (label, *(line.text for line in lines))
        case Grid(head=head, rows=rows):
            yield from (*head, *(cell for row in rows for cell in row))
        case Section(title=title, blocks=blocks):
            yield title
            for inner in blocks:
                yield from texts(inner)


def all_texts(made: Letter) -> Iterator[str]:
    """Every text of a letter, in the order of the page."""
    yield from (*made.sender, *made.recipient, made.place, *made.about, *made.opening)
    for section in made.sections:
        yield from texts(section)
    yield from (*made.closing, *made.signature, *made.notes)


def reason(made: Letter, title: str) -> str:
    """All that the letter says of one refused or undetermined part."""
    sections = [block for section in made.sections for block in section.blocks if isinstance(block, Section)]
    return "\n".join(text for one in sections if one.title.endswith(f". {title}") for text in texts(one))


def paragraphs(markdown: str) -> list[str]:
    """The texts of a Markdown document, without its marks."""
    cells = [cell for line in markdown.splitlines() for cell in re.split(r"(?<!\\)\|", line)]
    plain = [re.sub(r"^\s*(#+ |- |\*\*|\*(?! ))|\*\*$|(?<![\\ ])\*$|^[-:]+$", "", cell.strip()) for cell in cells]
    return [re.sub(r"\\(.)", r"\1", text) for text in plain if text]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def on_paper(made: Letter, content: bytes) -> str:
    """The text of a PDF without its page foots, in one piece."""
    pages = PdfReader(BytesIO(content)).pages
    foots = [
        squeezed(made.footer + say(made.lang, "letter.page", page=number, pages=len(pages)))
        for number in range(1, len(pages) + 1)
    ]
    taken = [squeezed(page.extract_text()) for page in pages]
    assert all(foot in text for foot, text in zip(foots, taken, strict=True))
    return "".join(text.replace(foot, "") for foot, text in zip(foots, taken, strict=True))


# --- what it says ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", KEPT, ids=str)
def test_the_letter(chosen: Example, named: SnapshotAssertion) -> None:
    assert kept(written(chosen)) == named(name=f"letter/{chosen}.md")


@pytest.mark.parametrize("chosen", IN_ENGLISH, ids=str)
def test_the_letter_in_english(chosen: Example, named: SnapshotAssertion) -> None:
    assert kept(written(chosen, lang="en")) == named(name=f"letter/{chosen}.en.md")


def test_no_snapshot_is_left_behind() -> None:
    known = {f"{one}.md" for one in KEPT} | {f"{one}.en.md" for one in IN_ENGLISH}
    assert {path.name for path in (SNAPSHOTS / "letter").iterdir()} == known


def test_every_refusal_is_reasoned(example: Example, record: Json) -> None:
    """Its reason, the passage of the text, what was missing and its worth, and what the doctor can do."""
    made, decision = written(example, record), example.decision
    titles = {one.id: one.title.fr for one in decision.policy.indicators}
    told = explain(record, decision.dossier, decision.policy, "fr")
    closed = {part.text: part for section in told.sections for part in section.parts}
    for one in record["indicators"]:
        text = reason(made, titles[one["id"]])
        if one["outcome"] not in ("refused", "undetermined"):
            assert text == ""
            continue
        assert say("fr", f"outcome.{one['outcome']}") in text
        assert closed[titles[one["id"]]].aside in text
        assert say("fr", f"reason.{one['reason']}" if one["reason"] else f"unknown.{one['unknown']}") in text
        assert all(source["section"] in text and str(source["lines"][0]) in text for source in one["sources"])
        assert say("fr", "letter.remedy") in text
        if one["missing"]:
            assert "manquai" in text or "est défavorable" in text
        if one["missing"] and one["missing"][0]["points"] != "0":
            assert f"{say('fr', 'letter.worth')}\N{NO-BREAK SPACE}:" in text


def test_every_grant_is_listed(example: Example, record: Json) -> None:
    made = written(example, record)
    title = say("fr", "letter.granted")
    listed = "\n".join(text for one in made.sections if one.title.endswith(title) for text in texts(one))
    for one in example.decision.policy.indicators:
        outcome = next(each["outcome"] for each in record["indicators"] if each["id"] == one.id)
        assert (one.title.fr in listed) == (outcome in ("granted", "out_of_play"))


def test_a_reading_that_would_pay_something_else_is_priced(example: Example, record: Json) -> None:
    text = "\n".join(all_texts(written(example, record)))
    for one in record["contested"]:
        beside = {each["id"]: each["euros"]["paid"] for each in record["components"]}
        changes = one["points"]["paid"] != record["points"]["paid"] or one["components"] != beside
        says = example.decision.policy.readings[one["reading"]].options[one["option"]].says.fr.rstrip(".")
        assert (says in text) or not changes


def test_what_a_reading_is_named_in_the_files_is_not_told_to_the_doctor(example: Example, record: Json) -> None:
    text = "\n".join(all_texts(written(example, record)))
    named = [f"{name}={option}" for name, one in example.decision.policy.readings.items() for option in one.options]
    assert [name for name in named if name in text] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_remedies_are_named(example: Example, record: Json, lang: Lang) -> None:
    """The commission within two months, its silence, then the court: or the delays do not run."""
    text = "\n".join(all_texts(written(example, record, lang)))
    assert all(cited(name, lang) in text for name in ("cra", "silence", "court", "algorithm"))
    spoken = {
        "fr": ("commission de recours amiable", "deux mois", "rejet implicite", "pôle social"),
        "en": ("commission de recours amiable", "two months", "implicit rejection", "pôle social"),
    }
    assert all(phrase in text for phrase in spoken[lang])


def test_the_four_elements_are_given(example: Example, record: Json) -> None:
    found = set(all_texts(written(example, record)))
    assert {say("fr", f"crpa.{one}") for one in ("contribution", "data", "parameters", "operations")} <= found


def test_what_the_product_cannot_know_is_left_to_complete() -> None:
    text = "\n".join(all_texts(written(LOST)))
    for what in ("address", "doctor_address", "place", "claim", "sending", "cra", "court", "signatory"):
        assert say("fr", "letter.todo", what=say("fr", f"letter.todo_{what}")) in text


def test_one_missing_paper_is_told_so_that_a_stranger_can_act() -> None:
    """What was missing, what it cost, what to send, where and by when."""
    told = reason(written(LOST), "Logiciel référencé Ségur avec un LAP certifié par la HAS")
    plain = re.sub(r"\s", " ", told)
    assert "Pièce (facture d’achat ou bon de commande émis)" in plain
    assert "Nom du logiciel : Orvale Cabinet" in plain
    assert "au plus tard le 31 janvier 2024" in plain
    assert "8 141,00 €" in plain
    assert "adressez-en une copie à la caisse" in plain
    assert "dans un délai de deux mois à compter de la notification de la présente décision" in plain


@pytest.mark.parametrize("lang", LANGS)
def test_where_nothing_is_at_stake_the_letter_says_what_has_to_come_first(lang: Lang) -> None:
    gate = {"fr": "Volet 1 atteint en entier", "en": "The whole of volet 1 reached"}[lang]
    blocks = written(Example("99900000029", 2023), lang=lang).sections[0].blocks
    stakes = {row[-1] for block in blocks if isinstance(block, Grid) for row in block.rows}
    assert ("—" in stakes, "" in stakes) == (True, False)
    assert Text(say(lang, "letter.no_stake", dash="—", gate=gate)) in blocks


@pytest.mark.parametrize("lang", LANGS)
def test_the_letter_is_well_set(example: Example, record: Json, lang: Lang) -> None:
    made = list(all_texts(written(example, record, lang)))
    given = str(example.decision.dossier.plain())
    excused = {"French guillemets"} if "«" in given else set()
    assert [text for text in made if "--" in text] == [], "an option of the command"
    assert {text: found for text in made if (found := set(faults(text, lang)) - excused)} == {}


@pytest.mark.parametrize("name", legal())
def test_a_reference_no_lawyer_has_checked_is_starred(name: str) -> None:
    one = legal()[name]
    assert isinstance(one["to_verify"], bool)
    assert one["source"]
    assert set(one["text"]) == set(one["reference"]) == set(LANGS)
    assert all(cited(name, lang).endswith(" *.") == one["to_verify"] for lang in LANGS)


def test_no_reference_to_the_law_stands_elsewhere() -> None:
    """They are in one file, to be verified in one place."""
    for lang in LANGS:
        words = [text for key, text in catalogue(lang).items() if key.startswith("letter.")]
        assert re.findall(r"\b[LR]\.\s?\d", " ".join(words)) == []


# --- on paper -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", KEPT, ids=str)
def test_the_paper_says_all_that_the_screen_says(chosen: Example) -> None:
    made = written(chosen)
    paper = on_paper(made, pdf(made))
    assert [text for text in paragraphs(letter_markdown(made)) if squeezed(text) not in paper] == []


def test_the_paper_names_itself() -> None:
    """Title, author, language, and the day of the decision: nothing from the clock."""
    made = written(LOST, lang="en")
    reader = PdfReader(BytesIO(pdf(made)))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (made.title, "CPAM de la Haute-Garonne")
    assert str(reader.metadata.creation_date).startswith(made.day)
    assert str(reader.root_object["/Lang"]) == "en-GB"


def test_nothing_runs_over_the_edge_of_the_paper() -> None:
    """Every text begins within the page, however long the words of a name."""
    made = replace(written(LOST), recipient=("W" * 4000, "x" * 300))
    for page in PdfReader(BytesIO(pdf(made))).pages:
        starts: list[tuple[float, float]] = []

        def see(text: str, cm: list[float], tm: list[float], *_: Anything, into: Anything = starts) -> None:
            into.append((tm[4], tm[5]))

        page.extract_text(visitor_text=see)
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        assert all(0 <= x < width and 0 <= y <= height for x, y in starts)


MAKE = """
import sys
sys.path.insert(0, sys.argv[1])
from hashlib import sha256
from tests.conftest import Example, policy_files
from engine.measuring.written import passages
from engine.telling.letter import letter
from cli.pdf import pdf
from cli.saving import save
one = Example("99900000086", 2023)
made = letter(one.priced(), one.decision.dossier, one.decision.policy, "fr", passages(policy_files(2023)))
sys.stdout.write(sha256(pdf(made)).hexdigest())
"""


def test_the_same_letter_gives_the_same_bytes() -> None:
    """Twice in a row, and in another process, zone and order of sets."""
    made = written(LOST)
    digest = sha256(pdf(made)).hexdigest()
    assert sha256(pdf(made)).hexdigest() == digest
    env = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}
    root = str(Path(__file__).parent.parent)
    run = subprocess.run([sys.executable, "-c", MAKE, root], env=env, capture_output=True, text=True, check=True)
    assert run.stdout == digest


def test_a_hostile_name_comes_out_inert() -> None:
    """No markup, no escape code, no text turned right to left, no place-holder of the layout."""
    dossier = replace(LOST.decision.dossier, name=HOSTILE)
    made = letter(priced_once(LOST), dossier, LOST.decision.policy, "fr")
    markdown = letter_markdown(made)
    paper = on_paper(made, pdf(made))
    assert all(char.isprintable() or char in "\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}" for char in markdown)
    assert "\\[bold\\]" in markdown
    assert "\\<script\\>\\|\\`\\*\\_\\# " in markdown
    assert "[bold]R[31mxgnp.exe<script>|`*_#{nb}?????" + "W" * 400 in paper


def test_the_library_that_draws_has_one_door() -> None:
    root = Path(__file__).parent.parent
    doors = [
        path.name
        for room in ("engine", "cli")
        for path in (root / room).rglob("*.py")
        if re.search(r"^\s*(from|import) fpdf", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert doors == ["pdf.py"]


# --- the command ----------------------------------------------------------------------------------------------------


def run(*options: str) -> tuple[int, str]:
    done = CliRunner().invoke(typer_app(), ["explain", LOST.number, *options])
    if isinstance(done.exception, Invalid):
        return 2, done.exception.problems[0].code
    return (
        (2, type(done.exception).__name__) if isinstance(done.exception, OSError) else (done.exit_code, done.output)
    )


def test_the_command_writes_the_letter(tmp_path: Path) -> None:
    code, screen = run("--format", "letter")
    assert (code, screen.splitlines()) == (0, letter_markdown(written(LOST)).splitlines())
    assert run("--format", "letter", "--output", str(tmp_path / "letter.pdf")) == (0, "")
    assert (tmp_path / "letter.pdf").read_bytes() == pdf(written(LOST))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.pdf"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--output", "letter.pdf"), "output_letter"),
        (("--format", "letter", "--output", "letter.docx"), "output_suffix"),
        (("--format", "letter", "--proof"), "letter_whole"),
        (("--format", "letter", "--output", "no/such/folder/letter.pdf"), "FileNotFoundError"),
    ],
)
def test_what_cannot_be_written_is_said(
    options: tuple[str, ...], code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*options) == (2, code)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up leaves the former letter as it was, and nothing beside it."""
    path = tmp_path / "letter.pdf"
    save(path, b"former")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(path, b"fresher")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("letter.pdf", b"former")]
