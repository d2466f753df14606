"""`forfait diff` compares years, folders, revisions and readings, on a terminal, in Markdown, as data, as a page."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any as Anything

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from engine.loading import bundled_policies
from tests.conftest import Forfait
from tests.made_up import edit, write

VOID = {"meta", "br", "link", "hr", "img"}


# --- what is compared -----------------------------------------------------------------------------------------------


def test_two_folders_are_compared_wherever_they_lie(forfait: Forfait, tmp_path: Path) -> None:
    one = write(tmp_path / "one")
    other = write(tmp_path / "other", edit("care/beacon.yaml", "points: 9.75", "points: 10"))
    ran = forfait("diff", one, other, "--text", "--format", "json")
    assert [(change["at"], change["was"]["value"], change["now"]["value"]) for change in ran.data["changes"]] == [
        ("care.beacon", "9.75", "10")
    ]


def test_two_readings_of_one_year_are_compared(forfait: Forfait) -> None:
    ran = forfait(
        "diff",
        2023,
        "--reading",
        "seuil-teletransmission=au-moins",
        "--against",
        "seuil-teletransmission=plus-de",
        "--text",
        "--format",
        "json",
    )
    assert [(change["at"], change["aspect"]) for change in ran.data["changes"]] == [
        ("volet-1.teletransmission#taux", "threshold")
    ]
    assert [ran.data[side]["name"] for side in ("one", "other")] == [
        "seuil-teletransmission=au-moins",
        "seuil-teletransmission=plus-de",
    ]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the made-up year, one weight of which has changed since its first revision."""
    folder = write(tmp_path)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    write(tmp_path, edit("care/beacon.yaml", "points: 9.75", "points: 10"))
    return folder


def git(folder: Path, *asked: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "-C", str(folder), *asked], check=True, capture_output=True)


def test_a_folder_is_compared_with_a_revision_of_it(forfait: Forfait, repository: Path) -> None:
    ran = forfait("diff", f"{repository}@HEAD", repository, "--text", "--format", "json")
    assert [(change["was"]["value"], change["now"]["value"]) for change in ran.data["changes"]] == [("9.75", "10")]


def test_a_year_of_a_folder_of_policies_may_be_taken_at_a_revision(forfait: Forfait, repository: Path) -> None:
    ran = forfait("diff", "2031@HEAD", 2031, "--policies", repository.parent, "--text", "--format", "json")
    assert len(ran.data["changes"]) == 1


def test_a_fault_of_an_old_revision_is_told_of_that_revision(forfait: Forfait, repository: Path) -> None:
    (repository / "care" / "beacon.yaml").write_text("id: nothing\n", "utf-8")
    git(repository, "commit", "--quiet", "--all", "--message", "broken")
    ran = forfait("diff", f"{repository}@HEAD", repository, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert f"{repository}@HEAD/care/beacon.yaml:1:1: " in ran.err


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "HEAD:care", "", "HEAD~7"])
def test_an_unknown_revision_is_refused(revision: str, forfait: Forfait, repository: Path) -> None:
    ran = forfait("diff", f"{repository}@{revision}", repository, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "git does not find this folder at that revision" in ran.err


def test_a_revision_outside_a_repository_is_refused(forfait: Forfait, tmp_path: Path) -> None:
    ran = forfait("diff", f"{write(tmp_path)}@HEAD", 2023, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "not a git repository" in ran.err


def test_without_git_a_revision_is_refused(
    forfait: Forfait, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    ran = forfait("diff", f"{repository}@HEAD", repository, "--lang", "en")
    assert (ran.code, "git is not installed" in ran.err) == (2, True)


def test_what_is_no_policy_is_refused(forfait: Forfait) -> None:
    ran = forfait("diff", 2023, "nowhere", "--lang", "en")
    assert (ran.code, ran.err) == (
        2,
        "nowhere: neither a year, nor the folder of a policy, nor one of these at a revision (FOLDER@HEAD~1).\n",
    )


def test_an_indicator_that_neither_has_is_refused(forfait: Forfait) -> None:
    ran = forfait("diff", 2023, 2024, "volet-2.att", "--text", "--lang", "en")
    assert (ran.code, "“volet-2.aat”" in ran.err) == (2, True)


def test_an_indicator_that_one_of_them_has_is_compared(forfait: Forfait, tmp_path: Path) -> None:
    one = write(tmp_path / "one")
    other = write(tmp_path / "other", edit("policy.yaml", "quarry, tide]", "quarry]"))
    (other / "care" / "tide.yaml").unlink()
    ran = forfait("diff", one, other, "care.tide", "--text", "--lang", "en")
    assert (ran.code, "Removed: Text" in ran.out) == (0, True)


def test_no_witness_is_written_without_proof(forfait: Forfait, tmp_path: Path) -> None:
    ran = forfait("diff", 2023, 2024, "--text", "--witnesses", tmp_path / "doctors", "--lang", "en")
    assert (ran.code, (tmp_path / "doctors").exists()) == (2, False)


# --- how it is told -------------------------------------------------------------------------------------------------


def valid(data: object) -> list[str]:
    """What breaks the schema of a comparison."""
    bodies = [json.loads(one.read_text("utf-8")) for one in files("schemas").iterdir() if one.name.endswith(".json")]
    registry: Registry[bool | Mapping[str, Anything]] = Registry().with_resources(
        [(body["$id"], DRAFT202012.create_resource(body)) for body in bodies]
    )
    schema = next(body for body in bodies if body["$id"] == "diff.schema.json")
    return [error.message for error in Draft202012Validator(schema, registry=registry).iter_errors(data)]


@pytest.mark.parametrize("arguments", ["2023 2024", "2024 2023", "2023 2023", "2023 2024 volet-2.aat"])
def test_the_data_keep_their_schema(arguments: str, forfait: Forfait) -> None:
    assert valid(forfait("diff", *arguments.split(), "--text", "--format", "json").data) == []


def test_the_data_with_what_is_proved_keep_their_schema(forfait: Forfait) -> None:
    data = forfait("diff", 2023, 2024, "volet-1.teletransmission", "--format", "json").data
    assert valid(data) == []
    assert [(one["claim"], one["meaning"], len(one["witnesses"])) for one in data["meanings"]] == [
        ("volet-1.teletransmission", "stricter", 1)
    ]


def test_witnesses_are_written_where_they_are_asked_for(forfait: Forfait, tmp_path: Path) -> None:
    """And the command that explains decisions reads them."""
    ran = forfait("diff", 2023, 2024, "volet-1.teletransmission", "--witnesses", tmp_path)
    grants, refuses = sorted(tmp_path.rglob("*.json"))
    outcomes = [
        next(
            one["outcome"]
            for one in forfait("explain", "99900000003", "--data", path, "--format", "json").data["indicators"]
            if one["id"] == "volet-1.teletransmission"
        )
        for path in (grants, refuses)
    ]
    assert (ran.code, outcomes) == (0, ["granted", "refused"])


class Balance(HTMLParser):
    """Counts what is open, and what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href") and value and value[0] != "#"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_holds_all_it_needs_and_escapes_every_text(forfait: Forfait, tmp_path: Path) -> None:
    one = write(tmp_path / "one")
    hostile = "{ fr: <script>alert(1)</script>, en: <b>Bold</b> }"
    other = write(
        tmp_path / "other", edit("care/beacon.yaml", "{ fr: Texte, en: Text }\nsource", f"{hostile}\nsource")
    )
    ran = forfait("diff", one, other, "--text", "--labels", "--format", "html", "--out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    parser = Balance()
    parser.feed(page)
    assert (ran.code, ran.out, parser.open, parser.fetched) == (0, "", [], [])
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_the_same_comparison_is_the_same_bytes(forfait: Forfait, tmp_path: Path) -> None:
    copy = shutil.copytree(bundled_policies() / "2023", tmp_path / "2023")
    asked = ("--text", "--format", "json")
    assert forfait("diff", copy, 2024, *asked).data["changes"] == forfait("diff", 2023, 2024, *asked).data["changes"]
