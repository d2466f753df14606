"""The `forfait` command: each command by name, what a bad input is answered, and output that is safe to read."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any as Anything

import pytest
import yaml
from markdown_it import MarkdownIt

import engine.decision
from engine.linking import linked
from engine.network import EngineFault
from tests.conftest import SNAPSHOTS, Forfait, Ran, known, policy_files
from tests.made_up import DOCTOR, EVERYTHING, YEAR, edit, write

Json = dict[str, Anything]
FORFAIT = [sys.executable, "-c", "from cli.start import main; main()"]
FONTAINE, TWO_YEARS, PSYCHIATRIST = "99900000003", "99900000045", "99900000292"
HOSTILE = "Dr [bold]Ève[/] \x1b[31mrouge\x07 \u202egauche\u202c\n# <script>x</script> ![i](http://x) | `c` *e*"

OBEYED = set("\x1b\x07\u202e\u202c\r")


def rewritten(third_year: list[object], **more: Anything) -> None:
    """Write the doctor of the made-up year anew, with a hostile name and origin unless others are given."""
    *_, data = third_year
    assert isinstance(data, Path)
    facts = [{"fact": "tides", "value": 5, "origin": HOSTILE}]
    campaign = {"sector": "blue", "activity_start": "2020-05-01", "facts": facts}
    whole = {"doctor": DOCTOR, "name": HOSTILE, "campaigns": {str(YEAR): campaign}} | more
    data.write_text(json.dumps(whole), "utf-8")


def refused(ran: Ran) -> str:
    """The one message of an input refused: code 2, nothing printed, no traceback."""
    assert (ran.code, ran.out) == (2, ""), ran
    assert "Traceback" not in ran.err
    assert ran.err.endswith("\n")
    return ran.err.replace("\N{NO-BREAK SPACE}", " ").strip()


# --- each command ---------------------------------------------------------------------------------------------------


def test_explain_shows_the_latest_campaign_as_a_tree(forfait: Forfait) -> None:
    ran = forfait("explain", FONTAINE)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (SNAPSHOTS / "explain" / f"{FONTAINE}-2023.tree.txt").read_text("utf-8")


def test_explain_in_markdown(forfait: Forfait) -> None:
    ran = forfait("explain", TWO_YEARS, "--format", "markdown")
    assert ran.out == (SNAPSHOTS / "explain" / f"{TWO_YEARS}-2024.md").read_text("utf-8")


def test_explain_a_year(forfait: Forfait) -> None:
    assert ", 2024" in forfait("decide", TWO_YEARS).out
    assert ", 2023" in forfait("decide", TWO_YEARS, "--year", 2023).out


def test_explain_one_indicator(forfait: Forfait) -> None:
    titles = {one.id: one.title.fr for one in linked(policy_files(2023), {}).indicators}
    ran = forfait("explain", FONTAINE, "--indicator", "volet-2.aat")
    assert titles["volet-2.aat"] in ran.out
    assert titles["volet-2.pse"] not in ran.out
    assert len(ran.out.splitlines()) < 20


def test_explain_under_several_readings(forfait: Forfait) -> None:
    asked = ["--reading", "denominateur-nul=neutre", "--reading", "poids-teleservices=page"]
    record = forfait("explain", PSYCHIATRIST, *asked, "--format", "json").data
    assert record["readings"]["denominateur-nul"] == "neutre"
    assert record["readings"]["poids-teleservices"] == "page"
    assert "out_of_play" in {one["outcome"] for one in record["indicators"]}


def test_explain_in_full_says_what_the_short_form_does_not(forfait: Forfait, third_year: list[object]) -> None:
    short, full = (forfait("explain", DOCTOR, *third_year, "--depth", depth).out for depth in ("short", "full"))
    assert "Données traitées et leurs sources" in full
    assert "Données traitées et leurs sources" not in short
    assert len(full) > len(short)


def test_explain_with_its_proof(forfait: Forfait, third_year: list[object]) -> None:
    """Every rule fired, or only those of one indicator."""
    none, every, own = (
        forfait("explain", DOCTOR, *third_year, *options).out
        for options in ((), ("--proof",), ("--proof", "--indicator", "care.orchard"))
    )
    assert "Preuve" not in none
    assert "care.orchard#grafted" in every and "base.exchange" in every
    assert "care.orchard#grafted" in own and "base.exchange" not in own


def test_explain_as_of_an_earlier_day(forfait: Forfait, third_year: list[object]) -> None:
    record = forfait("explain", DOCTOR, *third_year, "--as-of", "2031-12-31", "--format", "json").data
    assert record["as_of"] == "2031-12-31"
    assert "not_yet" in {one["unknown"] for one in record["indicators"]}


def test_decide_in_one_line(forfait: Forfait) -> None:
    ran = forfait("decide", FONTAINE)
    assert ran.out.count("\n") == 1
    assert all(
        word in re.sub(r"\s", " ", ran.out)
        for word in (FONTAINE, "Dr Claire Fontaine", "2023", "719,5 points", "036,50")
    )


def test_doctors_lists_every_one(forfait: Forfait) -> None:
    out = forfait("doctors").out
    assert [one.number for one in known().values() if f"{one.number}" not in out] == []
    assert "2023, 2024" in out


def test_policy_list_names_years_indicators_and_readings(forfait: Forfait) -> None:
    out = forfait("policy", "list").out
    for year in (2023, 2024):
        files = policy_files(year)
        assert f"Forfait structure {year}" in out
        assert [
            name
            for name in (*files.indicators, *files.components, *files.readings, *files.measures, *files.countings)
            if name not in out
        ] == []


@pytest.mark.parametrize("command", ["explain", "decide"])
def test_english_is_spoken_when_asked(command: str, forfait: Forfait, third_year: list[object]) -> None:
    french, english = (forfait(command, DOCTOR, *third_year, *lang).out for lang in ((), ("--lang", "en")))
    assert "Texte" in french or "points" in french
    assert french != english
    assert "357,50" in french and "€357.50" in english


def test_faults_are_told_in_english_too(forfait: Forfait) -> None:
    assert refused(forfait("explain", FONTAINE, "--year", "2099", "--lang", "en")).startswith("No policy")
    assert refused(forfait("explain", FONTAINE, "--year", "2099")).startswith("Aucun barème")


# --- a year that no Python knows ------------------------------------------------------------------------------------


def test_a_third_year_needs_no_python(forfait: Forfait, third_year: list[object]) -> None:
    record = forfait("explain", DOCTOR, *third_year, "--format", "json").data
    assert (record["year"], record["points"]["paid"], record["euros"]["paid"]) == (YEAR, "110", "357.5")
    assert "110\N{NO-BREAK SPACE}points" in forfait("explain", DOCTOR, *third_year, "--format", "markdown").out
    assert "110\N{NO-BREAK SPACE}points" in forfait("decide", DOCTOR, *third_year).out
    listed = forfait("policy", "list", *third_year[:2]).out
    assert "care.lantern" in listed and "volet-2" not in listed


def test_the_shape_of_the_data_changes_nothing(forfait: Forfait, third_year: list[object], tmp_path: Path) -> None:
    """YAML, JSON, JSONL, a file or a folder: the same record, to the last byte."""
    whole = {"doctor": DOCTOR, "name": "Dr Jonas Vert", "campaigns": {str(YEAR): EVERYTHING}}
    other = json.dumps({"doctor": "7", "campaigns": {str(YEAR): {}}})
    folder = tmp_path / "folder"
    folder.mkdir()
    shapes = {
        tmp_path / "one.yaml": yaml.safe_dump(whole),
        tmp_path / "one.json": json.dumps(whole, indent=4),
        tmp_path / "many.jsonl": f"{other}\n\n{json.dumps(whole)}\n",
        folder / "any-name.yml": yaml.safe_dump(whole, default_flow_style=True),
        folder / "other.json": other,
    }
    for path, content in shapes.items():
        path.write_text(content, "utf-8")
    stores = [*list(shapes)[:3], folder]
    answers = [forfait("explain", DOCTOR, *third_year[:2], "--data", store, "--format", "json") for store in stores]
    assert {one.code for one in answers} == {0}
    assert {one.out for one in answers} == {forfait("explain", DOCTOR, *third_year, "--format", "json").out}


# --- what cannot be ------------------------------------------------------------------------------------------------

MISTAKES = {
    "a doctor nobody knows": (["explain", "99900000004"], [FONTAINE]),
    "a number of no shape": (["decide", "dupont"], ["dupont"]),
    "a year without policy": (["explain", FONTAINE, "--year", "2025"], ["2025", "2023, 2024"]),
    "year zero": (["explain", FONTAINE, "--year", "0"], ["2023, 2024"]),
    "a year without data": (["explain", FONTAINE, "--year", "2024"], ["99900000003.yaml:", "2024", "2023"]),
    "an indicator": (["explain", FONTAINE, "--indicator", "volet-2.aatt"], ["volet-2.aat »"]),
    "an indicator, for data": (["explain", FONTAINE, "--indicator", "no", "--format", "json"], ["volet-2.aat"]),
    "a reading": (["explain", FONTAINE, "--reading", "cible-dm=page"], ["cible-dm ", "cible-dmp"]),
    "an option": (["explain", FONTAINE, "--reading", "cible-dmp=pages"], ["pages", "page »"]),
    "a silent option": (["explain", TWO_YEARS, "--reading", "total-volet-2=annonce"], ["0", "48 points", "page"]),
    "a reading of one word": (["explain", FONTAINE, "--reading", "cible-dmp"], ["cible-dmp", "NOM=OPTION"]),
    "a reading without a name": (["explain", FONTAINE, "--reading", "=page"], ["NOM=OPTION"]),
    "a reading taken two ways": (
        ["explain", FONTAINE, "--reading", "cible-dmp=page", "--reading", "cible-dmp=guide"],
        ["cible-dmp", "page", "guide"],
    ),
    "a day that is none": (["explain", FONTAINE, "--as-of", "2024-02-30"], ["2024-02-30", "AAAA-MM-JJ"]),
    "data that are not there": (["explain", FONTAINE, "--data", "/nowhere.yaml"], ["/nowhere.yaml"]),
    "policies that are not there": (["explain", FONTAINE, "--policies", "/nowhere"], ["/nowhere"]),
}


@pytest.mark.parametrize(("arguments", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(arguments: list[str], said: list[str], forfait: Forfait) -> None:
    message = refused(forfait(*arguments))
    assert message.count("\n") == 0
    assert [word for word in said if word not in message] == []


@pytest.mark.parametrize("arguments", ["explain", "explain 1 --format pdf", "explain 1 --year now", "explode", "-x"])
def test_a_command_that_is_none_is_refused(arguments: str, forfait: Forfait) -> None:
    refused(forfait(*arguments.split()))


def _files(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


GOOD = b'doctor: "5"\ncampaigns: { 2023: { sector: "1" } }\n'
JSON_LINE = b'{"doctor": "6", "campaigns": {"2023": {}}}'
BAD_DATA = {
    "a key unknown": ({"d.yaml": GOOD + b"nom: x\n"}, ["d.yaml:3:1", "nom", "name"]),
    "a word for a yes": (
        {"d.yaml": b'doctor: "5"\ncampaigns:\n  2023:\n    declarations: [{ item: codage, sworn: yeah }]\n'},
        ["d.yaml:4:36", "campaigns.2023.declarations.0.sworn", "yeah"],
    ),
    "a key missing": ({"d.yaml": b'campaigns: { 2023: {} }\nname: "5"\n'}, ["d.yaml:1:1", "doctor"]),
    "an unknown measure": (
        {"d.yaml": b'doctor: "5"\ncampaigns: { 2023: { measures: [{ measure: aatt }] } }\n'},
        ["d.yaml:2:", "aatt", "aat »"],
    ),
    "a day of no calendar": (
        {"d.yaml": b'doctor: "5"\ncampaigns: { 2023: { activity_start: 2023-02-31 } }\n'},
        ["d.yaml:2:22", "2023-02-31"],
    ),
    "broken YAML": ({"d.yaml": b'doctor: "5"\n\tname: x\n'}, ["d.yaml:2:1", "YAML"]),
    "broken JSON": ({"d.json": b'{"doctor": "5",\n'}, ["d.json:2:1", "JSON"]),
    "a broken line of JSONL": (
        {"d.jsonl": JSON_LINE + b'\n{"doctor": "5",}\n'},
        ["d.jsonl:2:", "JSON"],
    ),
    "a file in another encoding": ({"d.yaml": b'doctor: "5"\nname: "Ren\xe9"\n'}, ["d.yaml", "UTF-8", "22"]),
    "an empty file": ({"d.yaml": b""}, ["d.yaml"]),
    "the same doctor twice": ({"a.yaml": GOOD, "b.yaml": GOOD}, ["a.yaml", "b.yaml", "5"]),
    "an empty folder": ({}, [".yaml", ".json", ".jsonl"]),
}


@pytest.mark.parametrize(("files", "said"), BAD_DATA.values(), ids=BAD_DATA)
@pytest.mark.parametrize("command", [["explain", "5"], ["doctors"]], ids=" ".join)
def test_bad_data_are_named_where_they_stand(
    files: dict[str, bytes], said: list[str], command: list[str], forfait: Forfait, tmp_path: Path
) -> None:
    ran = forfait(*command, "--data", _files(tmp_path, files))
    if command == ["doctors"] and ran.code == 0:
        # What a year's vocabulary alone can tell is found when that year is decided.
        assert "campaigns: { 2023: {" in next(iter(files.values())).decode()
        return
    message = refused(ran)
    assert [word for word in said if word not in message] == []


BAD_POLICY = {
    "a word of no list": (edit("care/beacon.yaml", "automated", "magic"), ["beacon.yaml:5:1", "magic", "sworn"]),
    "a name of nothing": (edit("care/beacon.yaml", "fact: beacons", "fact: beacon"), ["beacon.yaml:7:", "beacons"]),
    "a key unknown": (edit("policy.yaml", "volets:", "volet:"), ["policy.yaml:", "volet ", "volets"]),
    "broken YAML": ({"tables/lamps.yaml": "id: lamps\n\ttitle"}, ["lamps.yaml:2:1", "YAML"]),
}


@pytest.mark.parametrize(("changes", "said"), BAD_POLICY.values(), ids=BAD_POLICY)
def test_a_bad_policy_is_named_where_it_stands(
    changes: dict[str, str], said: list[str], forfait: Forfait, third_year: list[object]
) -> None:
    assert isinstance(third_year[1], Path)
    write(third_year[1], changes)
    for command in (["explain", DOCTOR, *third_year], ["policy", "list", *third_year[:2]]):
        message = refused(forfait(*command))
        assert [word for word in said if word not in message] == []


def test_a_folder_for_a_file_is_named(forfait: Forfait, third_year: list[object]) -> None:
    assert isinstance(third_year[1], Path)
    facts = third_year[1] / str(YEAR) / "vocabulary" / "facts.yaml"
    facts.unlink()
    facts.mkdir()
    assert str(facts) in refused(forfait("explain", DOCTOR, *third_year))


def test_a_fault_of_the_product_is_told_from_a_bad_input(
    forfait: Forfait, third_year: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the two derivations disagree nothing is decided, and the exit code is another."""

    def disagree(*_: object) -> None:
        raise EngineFault("care.orchard: met, unmet")

    monkeypatch.setattr(engine.decision, "agree", disagree)
    ran = forfait("explain", DOCTOR, *third_year)
    assert (ran.code, ran.out) == (3, "")
    assert "care.orchard: met, unmet" in ran.err and "Traceback" not in ran.err


# --- safe to read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["explain", "explain --depth full", "decide", "doctors"])
def test_a_name_is_never_obeyed(words: str, forfait: Forfait, third_year: list[object]) -> None:
    """Markup is shown as it is, and what a terminal would obey is gone."""
    rewritten(third_year)
    command, *options = words.split()
    ran = forfait(command, *([] if command == "doctors" else [DOCTOR, *third_year[:2]]), *third_year[2:], *options)
    assert ran.code == 0
    assert "[bold]Ève[/]" in ran.out
    assert not OBEYED & set(ran.out)


def test_nor_in_a_message(forfait: Forfait, third_year: list[object]) -> None:
    ran = forfait("explain", DOCTOR, *third_year, "--reading", HOSTILE)
    assert "[bold]Ève[/]" in refused(ran)
    assert not OBEYED & set(ran.err)


def parsed(forfait: Forfait, third_year: list[object], **more: Anything) -> list[str]:
    """The Markdown of an explanation as a reader's program takes it: the kind of each token but plain text."""
    rewritten(third_year, **more)
    text = forfait("explain", DOCTOR, *third_year, "--format", "markdown").out
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [one.type for token in tokens for one in (token, *(token.children or ())) if one.type != "text"]


@pytest.mark.parametrize("name", [HOSTILE, "- a", "1. a", "+ a", "=== --- ***"])
def test_a_name_is_no_markdown(name: str, forfait: Forfait, third_year: list[object]) -> None:
    assert parsed(forfait, third_year, name=name) == parsed(forfait, third_year, name="Dr Ève")


@pytest.mark.parametrize("caisse", ["---", "===", "- x", "2) x", "> x", "| a | b |", "    x"])
def test_nor_is_a_lonely_field(caisse: str, forfait: Forfait, third_year: list[object]) -> None:
    """The line under the name may be that field alone, which Markdown could take for the rule of a heading."""
    plain, hostile = ({str(YEAR): {"caisse": name}} for name in ("CPAM", caisse))
    assert parsed(forfait, third_year, campaigns=hostile) == parsed(forfait, third_year, campaigns=plain)


def on_a_terminal(*arguments: str) -> str:
    """What the command writes on a terminal with colours."""
    leader, follower = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [*FORFAIT, *arguments], stdout=follower, stderr=follower, env={**environment, "TERM": "xterm-256color"}
    ) as command:
        os.close(follower)
        seen = b""
        try:
            while piece := os.read(leader, 65536):
                seen += piece
        except OSError:
            pass  # the other end is closed: the command has ended
        assert command.wait() == 0
    os.close(leader)
    return seen.decode()


def test_colours_are_for_a_terminal_alone(third_year: list[object]) -> None:
    command = ["explain", DOCTOR, *map(str, third_year)]
    piped = subprocess.run(
        [*FORFAIT, *command], capture_output=True, check=True, env={**os.environ, "TERM": "xterm-256color"}
    )
    assert b"\x1b" not in piped.stdout
    assert "\x1b[" in on_a_terminal(*command)


@pytest.mark.parametrize("format", ["tree", "json"])
def test_a_reader_who_leaves_is_no_fault(format: str) -> None:
    """`forfait explain … | head -1` ends without a word."""
    with subprocess.Popen(
        [*FORFAIT, "explain", FONTAINE, "--depth", "full", "--format", format],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        assert command.stdout and command.stderr
        assert command.stdout.read(1)
        command.stdout.close()
        assert command.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
def test_a_full_disk_is_named() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*FORFAIT, "doctors"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr and ran.stderr.count(b"\n") == 1
