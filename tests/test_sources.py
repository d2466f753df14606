"""Each cited passage is known by its words: where one moved or changed, the rules that rest on it are named."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drafting.texts.citations import Citation, citations
from engine.drafting.texts.sources import (
    Compared,
    DocumentText,
    Passage,
    Recorded,
    compare,
    document_text,
    find,
    passage_digest,
    read_documents,
    read_record,
    record,
)
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.problems import Invalid
from tests.conftest import Forfait

YEARS = list(years(bundled_policies()))
ROOT = Path(__file__).parent.parent
TEXTS = Path(os.environ.get("FORFAIT_DOCUMENTS", ROOT.parent / "shared" / "sources"))
LONGEST = 800


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled policies, copied where they can be changed."""
    return Path(shutil.copytree(bundled_policies(), tmp_path_factory.mktemp("policies") / "policies"))


@pytest.fixture(scope="module")
def files(policies: Path) -> PolicyFiles:
    return read_policy(policies / str(YEARS[0]))


def made_up_lines(name: str) -> list[str]:
    """A document of which no line says what another does."""
    return [f"{name} says, at line {number}, what no other line says." for number in range(1, LONGEST + 1)]


def made_up(files: PolicyFiles, changes: Mapping[str, list[str]] | None = None) -> dict[str, DocumentText]:
    """A text for every document of a policy, some of them changed."""
    lines = {name: made_up_lines(name) for name in files.policy.data["sources"]} | dict(changes or {})
    return {name: document_text(name, f"{name}.txt", "\n".join(own)) for name, own in lines.items()}


@pytest.fixture(scope="module")
def recorded(files: PolicyFiles) -> bytes:
    """What is recorded of the made-up documents, written where the policy keeps it."""
    content = record(files, made_up(files))
    (files.folder / "passages.json").write_bytes(content)
    return content


def compared(files: PolicyFiles, changes: Mapping[str, list[str]] | None = None) -> Compared:
    return compare(files, made_up(files, changes), read_record(files))


def astray(found: Compared) -> list[Passage]:
    return [passage for passage in found.passages if passage.state != "same"]


def of(files: PolicyFiles) -> str:
    """The document that is cited most."""
    cited = [citation.source.document for citation in citations(files)]
    return max(sorted(set(cited)), key=cited.count)


def rules_on(files: PolicyFiles, document: str, line: int) -> set[Citation]:
    """Every citation of passages that hold a line."""
    return {
        one
        for one in citations(files)
        if one.source.document == document and one.source.lines[0] <= line <= one.source.lines[1]
    }


# --- what a policy cites --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_a_citation_stands_at_the_line_it_says(year: int) -> None:
    own = read_policy(years(bundled_policies())[year])
    found = citations(own)
    lines = {name: (own.folder / name).read_text("utf-8").splitlines() for name in {one.file for one in found}}
    wrong = [one for one in found if one.source.document not in lines[one.file][one.line - 1]]
    assert (len(found) > 300, wrong) == (True, [])


def test_a_citation_is_named_by_its_nearest_node_or_by_its_keys(files: PolicyFiles) -> None:
    names = {one.by for one in citations(files)}
    assert {"calendar.campaign", "volet-2", "volet-1.logiciel", "volet-1.logiciel#segur-achat"} - names == {
        "volet-1.logiciel#segur-achat"  # it has no source of its own: it inherits its parent's
    }
    assert "volet-1.logiciel#segur-attestation" in names


def test_every_option_of_a_reading_is_among_the_citations(files: PolicyFiles) -> None:
    """Not the option taken alone."""
    assert {"cible-aat#guide", "cible-aat#page"} <= {one.by for one in citations(files)}


# --- as recorded, moved, changed ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("recorded")
def test_documents_that_did_not_change_are_as_recorded(files: PolicyFiles) -> None:
    found = compared(files)
    assert (found.as_recorded, astray(found), set(found.documents.values())) == (True, [], {"same"})


@pytest.mark.usefixtures("recorded")
def test_a_changed_line_names_exactly_the_rules_that_rest_on_it(files: PolicyFiles) -> None:
    document = of(files)
    lines = made_up_lines(document)
    lines[516] = lines[516].replace("no other", "another")
    found = compared(files, {document: lines})
    told = {citation for passage in astray(found) for citation in passage.citations}
    assert told == rules_on(files, document, 517) != set()
    assert {passage.state for passage in astray(found)} == {"changed"}
    assert found.documents == {name: "changed" if name == document else "same" for name in found.documents}


@pytest.mark.usefixtures("recorded")
def test_a_line_put_in_moves_what_follows_and_nothing_else(files: PolicyFiles) -> None:
    document = of(files)
    lines = made_up_lines(document)
    lines.insert(600, "A line put in.")
    found = astray(compared(files, {document: lines}))
    after = {one for one in citations(files) if one.source.document == document and one.source.lines[0] > 600}
    moved = {citation for passage in found for citation in passage.citations if passage.state == "moved"}
    assert moved == after != set()
    shifted = [((first + 1, last + 1),) for first, last in (p.lines for p in found if p.state == "moved")]
    assert [passage.found for passage in found if passage.state == "moved"] == shifted
    cut = rules_on(files, document, 600) & rules_on(files, document, 601)
    assert {citation for passage in found for citation in passage.citations if passage.state == "changed"} == cut


@pytest.mark.usefixtures("recorded")
def test_words_laid_out_anew_are_the_same_words(files: PolicyFiles) -> None:
    """Other spaces, no-break ones too, other line ends, and accents written in two characters."""
    document = of(files)
    anew = "\r\n".join(f"\t{line.replace(' ', chr(0xA0) + ' ')}  " for line in made_up_lines(document))
    texts = made_up(files) | {document: document_text(document, "anew.txt", "\ufeff" + normalize("NFD", anew))}
    assert compare(files, texts, read_record(files)).as_recorded


def test_accents_count_once_however_they_are_written() -> None:
    written = [document_text("d", "d.txt", normalize(form, "à l’été")) for form in ("NFC", "NFD")]
    assert written[0] == written[1]


@pytest.mark.usefixtures("recorded")
def test_a_passage_found_in_several_places_names_them_all(files: PolicyFiles) -> None:
    document = of(files)
    lines = made_up_lines(document)
    said = lines[517]
    lines[517] = "Something else."
    found = {passage.lines: passage for passage in astray(compared(files, {document: [*lines, said, said]}))}
    moved = found[518, 518]
    assert (moved.state, moved.found) == ("moved", ((LONGEST + 1, LONGEST + 1), (LONGEST + 2, LONGEST + 2)))


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=3), min_size=1, max_size=12), st.data())
def test_a_passage_is_found_wherever_whole_lines_hold_its_words(lines: list[list[str]], data: st.DataObject) -> None:
    """Against the plain way: every span of lines, tried one by one."""
    text = DocumentText("d", "d.txt", tuple(map(tuple, lines)))
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    words = text.words((first, last))
    if not words:
        return
    plain = [
        (start, end)
        for start in range(1, len(lines) + 1)
        for end in range(start, len(lines) + 1)
        if lines[start - 1] and lines[end - 1] and text.words((start, end)) == words
    ]
    assert list(find(text, Recorded(passage_digest(words), len(words)))) == plain


# --- the record -----------------------------------------------------------------------------------------------------


def test_the_record_holds_digests_and_no_word_of_the_texts(recorded: bytes) -> None:
    assert b"says" not in recorded
    data = json.loads(recorded)
    kept = [one for passages in data["passages"].values() for one in passages.values()]
    assert {key for one in kept for key in one} == {"words", "digest"}


@pytest.mark.usefixtures("recorded")
def test_what_nothing_cites_any_more_is_told(files: PolicyFiles) -> None:
    before = read_record(files)
    one = next(iter(before.passages))
    more = {**before.passages, (one[0], (1, 799)): before.passages[one]}
    found = compare(files, made_up(files), type(before)(before.documents, more))
    assert (found.stale, found.as_recorded) == (((one[0], (1, 799)),), False)


def test_a_passage_that_the_document_does_not_hold_cannot_be_recorded(files: PolicyFiles) -> None:
    document = of(files)
    short = made_up(files, {document: made_up_lines(document)[:600]})
    with pytest.raises(Invalid) as caught:
        record(files, short)
    beyond = {one for one in citations(files) if one.source.document == document and one.source.lines[1] > 600}
    told = {
        (Path(problem.file).relative_to(files.folder).as_posix(), problem.line) for problem in caught.value.problems
    }
    assert told == {(one.file, one.line) for one in beyond}
    assert {problem.code for problem in caught.value.problems} == {"passage_absent"}


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(files: PolicyFiles, tmp_path: Path) -> Path:
    """The made-up documents, under the names that the policy registers."""
    for name, source in files.policy.data["sources"].items():
        (tmp_path / source["file"]).write_text("\n".join(made_up_lines(name)), "utf-8")
    return tmp_path


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_command_records_then_finds_all_as_recorded(
    forfait: Forfait, policies: Path, folder: Path, lang: str
) -> None:
    asked = ["policy", "sources", YEARS[0], "--policies", policies, "--documents", folder, "--lang", lang]
    assert forfait(*asked, "--record", "--accept").code == 0
    ran = forfait(*asked)
    assert (ran.code, ran.err) == (0, "")
    assert max(len(line) for line in ran.out.splitlines()) <= 80


def test_the_command_tells_of_a_changed_passage_and_ends_with_one(
    forfait: Forfait, policies: Path, folder: Path, files: PolicyFiles
) -> None:
    asked = ["policy", "sources", YEARS[0], "--policies", policies, "--documents", folder]
    assert forfait(*asked, "--record", "--accept").code == 0
    document = of(files)
    path = folder / files.policy.data["sources"][document]["file"]
    path.write_text(path.read_text("utf-8").replace("at line 518,", "at line DXVIII,"), "utf-8")
    ran = forfait(*asked)
    assert (ran.code, "calendar.campaign — policy.yaml:" in ran.out, "modifié" in ran.out) == (1, True, True)
    data = forfait(*asked, "--format", "json").data["sources"]
    assert {rule["by"] for passage in data["passages"] for rule in passage["rules"]} == {
        one.by for one in rules_on(files, document, 518)
    }
    assert "calendar.campaign — policy.yaml:" in forfait(*asked, "--format", "markdown").out


@pytest.fixture
def changed(forfait: Forfait, policies: Path, folder: Path, files: PolicyFiles, tmp_path: Path) -> list[object]:
    """What is typed for a copy of the policies whose most cited document changed since it was recorded."""
    root = Path(shutil.copytree(policies, tmp_path / "copy"))
    asked: list[object] = ["policy", "sources", YEARS[0], "--policies", root, "--documents", folder]
    assert forfait(*asked, "--record", "--accept").code == 0
    path = folder / files.policy.data["sources"][of(files)]["file"]
    path.write_text(path.read_text("utf-8").replace("at line 518,", "at line DXVIII,"), "utf-8")
    return asked


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_moved_or_changed_is_not_recorded_unless_it_is_accepted(
    forfait: Forfait, changed: list[object], tmp_path: Path, lang: str
) -> None:
    kept = tmp_path / "copy" / str(YEARS[0]) / "passages.json"
    before = kept.read_bytes()
    refused = forfait(*changed, "--record", "--lang", lang)
    assert (refused.code, refused.err, kept.read_bytes() == before) == (1, "", True)
    assert [said for said in ("calendar.campaign — policy.yaml:", "--accept") if said not in refused.out] == []
    accepted = forfait(*changed, "--record", "--accept", "--lang", lang)
    assert (accepted.code, kept.read_bytes() == before) == (0, False)
    assert forfait(*changed).code == 0


def test_what_was_never_recorded_is_recorded_without_being_accepted(
    forfait: Forfait, policies: Path, folder: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(policies, tmp_path / "copy"))
    kept = root / str(YEARS[0]) / "passages.json"
    asked = ["policy", "sources", YEARS[0], "--policies", root, "--documents", folder]
    assert forfait(*asked, "--record", "--accept").code == 0
    whole = kept.read_text("utf-8")
    data = json.loads(whole)
    for passages in data["passages"].values():
        passages.popitem()
    kept.write_text(json.dumps(data), "utf-8")
    assert (forfait(*asked).code, forfait(*asked, "--record").code) == (1, 0)
    assert kept.read_text("utf-8") == whole


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--documents"),
        (["--documents", "EMPTY", "--accept"], "--record"),
        (["--record", "--trace"], "--documents"),
        (["--documents", "/nowhere"], "dossier"),
        (["--documents", "EMPTY"], ".txt"),
    ],
)
def test_what_cannot_be_read_is_told_and_ends_with_two(
    forfait: Forfait, tmp_path: Path, arguments: list[str], said: str
) -> None:
    ran = forfait("policy", "sources", YEARS[0], *(tmp_path if one == "EMPTY" else one for one in arguments))
    assert (ran.code, ran.out, said in ran.err, "Traceback" in ran.err) == (2, "", True, False)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"documents": {}, "passages": {"page": {"1-x": {}}}}', '{"documents": {"page": "md5"}}']
)
def test_a_damaged_record_is_told(
    forfait: Forfait, policies: Path, folder: Path, content: str, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(policies, tmp_path / "copy"))
    (root / str(YEARS[0]) / "passages.json").write_text(content, "utf-8")
    ran = forfait("policy", "sources", YEARS[0], "--policies", root, "--documents", folder)
    assert (ran.code, ran.out, "passages.json" in ran.err) == (2, "", True)


def test_a_document_is_named_without_a_path(forfait: Forfait, policies: Path, folder: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(policies, tmp_path / "copy"))
    page = root / str(YEARS[0]) / "policy.yaml"
    page.write_text(page.read_text("utf-8").replace("file: ", "file: ../", 1), "utf-8")
    ran = forfait("policy", "sources", YEARS[0], "--policies", root, "--documents", folder)
    assert (ran.code, ran.out, "../" in ran.err) == (2, "", True)


# --- the real texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_the_texts_are_as_recorded(year: int) -> None:
    """Every passage of the policies, re-read in the texts themselves."""
    if not TEXTS.is_dir():
        pytest.skip(f"the texts are not here: no passage was re-read (looked in {TEXTS}; see FORFAIT_DOCUMENTS)")
    own = read_policy(years(bundled_policies())[year])
    found = compare(own, read_documents(own, TEXTS), read_record(own))
    assert (astray(found), found.stale, found.as_recorded) == ([], (), True)


@pytest.mark.parametrize("year", YEARS)
def test_every_cited_passage_has_its_digest(year: int) -> None:
    """Known without the texts: what is cited is what was recorded."""
    own = read_policy(years(bundled_policies())[year])
    cited = {(one.source.document, one.source.lines) for one in citations(own)}
    kept = read_record(own)
    assert (set(kept.passages), set(kept.documents)) == (cited, set(own.policy.data["sources"]))


def test_the_digests_are_no_part_of_the_law(policies: Path, tmp_path: Path) -> None:
    """Recording them changes no digest of the policy, hence no decision."""
    root = Path(shutil.copytree(policies, tmp_path / "copy"))
    before = read_policy(root / str(YEARS[0])).digest
    (root / str(YEARS[0]) / "passages.json").unlink()
    assert read_policy(root / str(YEARS[0])).digest == before
