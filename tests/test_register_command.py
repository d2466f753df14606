"""`forfait control` as an agent types it: a case from its opening to its purge, and whatever is typed wrongly."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from importlib.resources import files
from pathlib import Path
from shlex import split
from shutil import copy
from typing import Any as Anything
from typing import Self

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from syrupy.assertion import SnapshotAssertion

from engine.register.acts import Answered, Asked, Corrected, Found, Notified, Observed, Opened, Received
from engine.register.filing import file
from engine.register.reading import entries_of
from engine.words import LANGS, Lang
from tests.conftest import Forfait, Ran
from tests.registers import AGENT, CODING, DOCTOR, NOON, YEAR, noon

Control = Callable[..., Ran]

HOSTILE = {
    "a control character": "faux\x1b[31m",
    "a line break in a name": "Ana\nVidal",
    "a right-to-left mark": "Ana \N{RIGHT-TO-LEFT OVERRIDE}ladiV",
    "an invisible character": "Ana\N{ZERO WIDTH SPACE}Vidal",
    "half a character": "Ana\udc80",
    "a line separator": "Ana\N{LINE SEPARATOR}Vidal",
    "nothing": "  ",
    "far too much": "x" * 100_000,
}
ROOT = Path(__file__).parent.parent
NOTHING_CAME = "Rien n’est parvenu dans le délai."
FALSE = "La fiche est d’un autre cabinet."
MARKUP = "[bold]<b>faux</b>[/bold] *|`$(rm)` ![x](http://x) \\_ # 1. {name} %s"


class Still(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromisoformat(NOON.isoformat())


@pytest.fixture
def control(forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Control:
    """The command, on a register of the test's own, typed by one agent at noon on one day."""
    monkeypatch.setenv("FORFAIT_REGISTER", str(tmp_path / "register.db"))
    monkeypatch.setenv("FORFAIT_AGENT", "Ana Vidal")
    monkeypatch.setattr("engine.register.store.datetime", Still)

    def run(*words: object) -> Ran:
        return forfait("control", *words)

    return run


def typed() -> tuple[list[str], ...]:
    """What an agent types in the course of some weeks."""
    return (
        [*f"open {DOCTOR} --on 2024-09-02 --why".split(), "tirage au sort n° 4"],
        [*f"request {DOCTOR} --item {CODING} --item services --on 2024-09-03 --delay 30 --letter".split(), "1A 234"],
        [*f"receive {DOCTOR} --item services --request 2 --incomplete --on 2024-09-20 --what".split(), "une fiche"],
        [*f"observe {DOCTOR} --item services --on 2024-09-21 --text".split(), "La seconde fiche suit."],
        [*f"answer {DOCTOR} 4 --on 2024-09-25 --text".split(), "Elle est attendue jusqu’au 3 octobre."],
        [*f"record {DOCTOR} --item {CODING} --outcome not_produced --on 2024-10-04 --ground".split(), NOTHING_CAME],
        [
            *f"record {DOCTOR} --item services --outcome refuted --on 2024-10-04 --reference PV-12 --ground".split(),
            FALSE,
        ],
        f"notify {DOCTOR} --on 2024-10-05 --until 2024-12-05 --letter 1A-235 --what constats".split(),
        [*f"correct {DOCTOR} 7 --on 2024-10-06 --set reference=PV-13 --why".split(), "numéro du procès-verbal"],
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register where all that is entered, made once."""
    path = tmp_path_factory.mktemp("kept") / "register.db"
    for day, act in (
        (date(2024, 9, 2), Opened("Dr Claire Fontaine", "tirage au sort n° 4")),
        (date(2024, 9, 3), Asked((CODING, "services"), date(2024, 10, 3), "1A 234")),
        (date(2024, 9, 20), Received("services", "une fiche", complete=False, request=2)),
        (date(2024, 9, 21), Observed("La seconde fiche suit.", item="services")),
        (date(2024, 9, 25), Answered(4, "Elle est attendue jusqu’au 3 octobre.")),
        (date(2024, 10, 4), Found(CODING, "not_produced", ground=NOTHING_CAME)),
        (date(2024, 10, 4), wrong := Found("services", "refuted", ground=FALSE, reference="PV-12")),
        (date(2024, 10, 5), Notified("constats", date(2024, 12, 5), "1A-235")),
        (
            date(2024, 10, 6),
            Corrected(7, "numéro du procès-verbal", replace(wrong, reference="PV-13"), date(2024, 10, 4)),
        ),
    ):
        file(str(path), DOCTOR, YEAR, AGENT, day, act, clock=noon)
    return path


@pytest.fixture
def worked(control: Control, kept: Path, tmp_path: Path) -> Control:
    """The command, once a case has been worked on for some weeks."""
    copy(kept, tmp_path / "register.db")
    return control


def test_what_is_typed_is_what_is_entered(control: Control, kept: Path, tmp_path: Path) -> None:
    for words in typed():
        entered = control(*words)
        assert (entered.code, entered.err) == (0, "")
    register = str(tmp_path / "register.db")
    assert entries_of(register, DOCTOR, YEAR) == entries_of(str(kept), DOCTOR, YEAR)


def test_the_commands_of_the_manual_run(control: Control, forfait: Forfait, tmp_path: Path) -> None:
    block = re.findall(r"```\n(.*?)```", (ROOT / "docs/control.md").read_text("utf-8"), re.S)[0]
    lines = [split(line)[1:] for line in block.splitlines() if line.startswith("forfait ")]
    words = [[word.replace("control.db", str(tmp_path / "register.db")) for word in line] for line in lines]
    assert [forfait(*line).code for line in words] == [0] * 4


def test_what_is_typed_twice_is_entered_once(control: Control) -> None:
    first, again = control(*typed()[0]), control(*typed()[0])
    assert (first.code, again.code) == (0, 0)
    assert again.out.startswith("Déjà inscrit, sous le numéro 1,")


# --- a case, as it is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_a_case_as_it_is_shown(worked: Control, lang: Lang, named: SnapshotAssertion) -> None:
    assert worked("show", DOCTOR, "--lang", lang).out == named(name=f"control/case.{lang}.txt")


@pytest.mark.parametrize("lang", LANGS)
def test_a_case_as_markdown(worked: Control, lang: Lang, named: SnapshotAssertion) -> None:
    shown = worked("show", DOCTOR, "--format", "markdown", "--lang", lang)
    assert shown.out == named(name=f"control/case.{lang}.md")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("words", ["list", "deadlines", "deadlines --as-of 2024-10-05", "log"])
def test_the_register_as_it_is_told(worked: Control, words: str, lang: Lang, named: SnapshotAssertion) -> None:
    name = "-".join(words.replace("--", "").split())
    told = worked(*words.split(), "--lang", lang)
    assert told.out == named(name=f"control/{name}.{lang}.txt")
    assert [line for line in told.out.splitlines() if len(line) > 80] == []


def test_a_case_as_data_keeps_its_schema(worked: Control) -> None:
    data = worked("show", DOCTOR, "--format", "json").data
    assert broken(data) == []
    assert broken({**data, "acts": [*data["acts"][:-1], {**data["acts"][-1], "colour": "red"}]}) != []


def broken(data: object) -> list[str]:
    """What breaks the schema of a case."""
    bodies = [json.loads(one.read_text("utf-8")) for one in files("schemas").iterdir() if one.name.endswith(".json")]
    registry: Registry[bool | Mapping[str, Anything]] = Registry().with_resources(
        [(body["$id"], DRAFT202012.create_resource(body)) for body in bodies]
    )
    schema = next(body for body in bodies if body["$id"] == "control-case.schema.json")
    return [error.message for error in Draft202012Validator(schema, registry=registry).iter_errors(data)]


def test_findings_are_exported_as_rows_of_a_dossier(worked: Control) -> None:
    rows = json.loads(worked("export", DOCTOR).out)
    assert [(row["item"], row["outcome"], row.get("reference")) for row in rows] == [
        (CODING, "not_produced", None),
        ("services", "refuted", "PV-13"),
    ]


def test_findings_enter_an_explanation(worked: Control, forfait: Forfait, tmp_path: Path) -> None:
    """On the day of the last finding, and not without the register."""
    words = ["explain", DOCTOR, "--year", YEAR, "--indicator", "volet-2.services"]
    assert "PV-13" not in forfait(*words).out
    explained = forfait(*words, "--register", tmp_path / "register.db").out
    assert ("PV-13" in explained, "4 octobre 2024" in explained.replace("\N{NO-BREAK SPACE}", " ")) == (True, True)


def test_a_run_is_not_explained_with_a_register(forfait: Forfait, tmp_path: Path) -> None:
    (tmp_path / "nodes.parquet").touch()
    ran = forfait("explain", DOCTOR, "--data", tmp_path, "--register", "register.db", "--by", "Ana")
    assert (ran.code, "forfait run" in ran.err) == (2, True)


# --- the whole register ---------------------------------------------------------------------------------------------


def test_a_register_proves_itself_and_a_change_shows(worked: Control, tmp_path: Path) -> None:
    intact = worked("verify")
    anchor = intact.out.split()[-1]
    assert (intact.code, worked("verify", "--anchor", anchor).code) == (0, 0)
    changed = worked("verify", "--anchor", f"9-{'0' * 64}")
    assert (changed.code, changed.out.startswith("Inscription 9")) == (1, True)


def test_a_purge_tells_what_it_dropped(worked: Control) -> None:
    assert worked("close", DOCTOR, "--on", "2024-10-07").code == 0
    done = worked("purge", "--before", "2024-10-08", "--on", "2024-12-20")
    assert (done.code, "effacées\N{NO-BREAK SPACE}: 10" in done.out) == (0, True)
    assert "intact" in worked("verify").out
    assert worked("show", DOCTOR).code == 2


def test_a_file_that_was_sent_is_known_by_its_digest(worked: Control, tmp_path: Path) -> None:
    sent = tmp_path / "notice.pdf"
    sent.write_bytes(b"pdf")
    words = f"notify {DOCTOR} --what notification --on 2024-11-02 --delay 60 --sent {sent}"
    assert worked(*words.split()).code == 0
    digest = worked("show", DOCTOR, "--format", "json").data["acts"][-1]["digest"]
    assert digest == f"sha256:{hashlib.sha256(b'pdf').hexdigest()}"


# --- what is typed wrongly ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("open 99900000004 --on 2024-09-02", "99900000003"),
        (f"open {DOCTOR} --on 02/09/2024", "AAAA-MM-JJ"),
        (f"open {DOCTOR} --on 2024-09-02 --year 1999", "1999"),
        (f"request {DOCTOR} --item codag --on 2024-09-02 --delay 30", CODING),
        (f"request {DOCTOR} --item {CODING} --on 2024-09-02", "--until"),
        (f"request {DOCTOR} --item {CODING} --on 2024-09-02 --delay 30 --until 2024-10-02", "--delay"),
        (f"request {DOCTOR} --item {CODING} --on 2024-09-02 --delay 0", "--delay"),
        (f"request {DOCTOR} --item {CODING} --on 2024-09-02 --delay 99999", "3660"),
        (f"record {DOCTOR} --item services --choice piscine --outcome confirmed --on 2024-09-02", "piscine"),
        (f"record {DOCTOR} --item {CODING} --outcome faux --on 2024-09-02", "not_produced"),
        (f"observe {DOCTOR} --text Non --on 2024-09-02", "--entry"),
        (f"correct {DOCTOR} 1 --why erreur --on 2024-09-02 --set ground", "ground"),
        (f"notify {DOCTOR} --what x --on 2024-09-02 --delay 3 --sent no/such/file", "no/such/file"),
        ("show 99900000011", "99900000011"),
        ("verify --anchor 12", "12"),
        ("purge --before 2024-10-08 --on 2024-10-01", "8\N{NO-BREAK SPACE}octobre\N{NO-BREAK SPACE}2024"),
    ],
)
def test_what_is_typed_wrongly_is_told_in_one_sentence_and_enters_nothing(
    worked: Control, words: str, said: str
) -> None:
    before = worked("verify").out
    ran = worked(*words.split())
    assert (ran.code, ran.out, len(ran.err.strip().splitlines())) == (2, "", 1)
    assert said in ran.err
    assert worked("verify").out == before


def test_a_finding_about_nothing_in_the_dossier_given_is_refused(worked: Control) -> None:
    words = f"record {DOCTOR} --item sas --outcome confirmed --on 2024-10-05 --data examples"
    refused = worked(*words.split())
    assert (refused.code, "sas" in refused.err) == (2, True)


@pytest.mark.parametrize("variable", ["FORFAIT_REGISTER", "FORFAIT_AGENT"])
def test_who_acts_and_where_is_always_said(worked: Control, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable)
    ran = worked("show", DOCTOR)
    assert (ran.code, variable in ran.err) == (2, True)


def test_a_register_that_is_not_there_is_not_made_by_reading(control: Control, tmp_path: Path) -> None:
    assert (control("list").code, list(tmp_path.iterdir())) == (2, [])


# --- hostile texts --------------------------------------------------------------------------------------------------


def refused(ran: Ran) -> None:
    """In one short line, which a terminal shows and does not obey."""
    assert (ran.code, ran.out, len(ran.err.strip().splitlines())) == (2, "", 1)
    assert len(ran.err) < 1000
    assert ran.err.strip().replace("\N{NO-BREAK SPACE}", " ").isprintable()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_is_refused(worked: Control, text: str) -> None:
    refused(worked("close", DOCTOR, "--on", "2024-10-07", "--by", text))


@pytest.mark.parametrize("text", [HOSTILE["a control character"], HOSTILE["far too much"]], ids=["steers", "floods"])
@pytest.mark.parametrize(
    "words",
    [
        f"close {DOCTOR} --on 2024-10-07 --why",
        f"request {DOCTOR} --item {CODING} --on 2024-10-07 --delay 30 --letter",
        f"request {DOCTOR} --on 2024-10-07 --delay 30 --item",
        f"receive {DOCTOR} --item {CODING} --on 2024-10-07 --what",
        f"observe {DOCTOR} --item {CODING} --on 2024-10-07 --text",
        f"answer {DOCTOR} 4 --on 2024-10-07 --text",
        f"record {DOCTOR} --item {CODING} --outcome refuted --on 2024-10-07 --ground",
        f"record {DOCTOR} --item {CODING} --outcome confirmed --on 2024-10-07 --reference",
        f"record {DOCTOR} --item services --outcome confirmed --on 2024-10-07 --choice",
        f"notify {DOCTOR} --on 2024-10-07 --delay 30 --what",
        f"correct {DOCTOR} 3 --on 2024-10-07 --why",
        f"correct {DOCTOR} 3 --on 2024-10-07 --why erreur --set",
        "verify --anchor",
    ],
)
def test_a_hostile_text_is_refused(worked: Control, words: str, text: str) -> None:
    refused(worked(*words.split(), text))


@pytest.mark.parametrize("option", ["--by", "--why"])
def test_an_opening_that_is_refused_makes_no_register(control: Control, tmp_path: Path, option: str) -> None:
    assert control("open", DOCTOR, "--on", "2024-09-02", option, "faux\x1b[31m").code == 2
    assert control("open", DOCTOR, "--on", "2025-09-02").code == 2
    assert list(tmp_path.iterdir()) == []


def test_markup_is_shown_as_it_was_written(control: Control) -> None:
    """Never read as markup: neither by the terminal, nor as Markdown or HTML."""
    control("open", DOCTOR, "--on", "2024-09-02", "--why", MARKUP, "--by", MARKUP)
    control("request", DOCTOR, "--item", CODING, "--on", "2024-09-03", "--delay", 30, "--letter", MARKUP)
    control("record", DOCTOR, "--item", CODING, "--outcome", "refuted", "--on", "2024-09-04", "--ground", MARKUP)
    shown = [control(*words.split()).out for words in (f"show {DOCTOR}", "log", "list", "deadlines")]
    assert [out for out in shown if "\x1b" in out or "\\[" in out] == []
    assert shown[0].count("[bold]<b>faux</b>[/bold]") == 4
    written = control("show", DOCTOR, "--format", "markdown").out
    assert re.findall(r"(?<!\\)[<\[`|]", written) == []
