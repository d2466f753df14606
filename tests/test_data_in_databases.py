"""What is asked of one doctor is asked of a database as it is of a file, and answered the same to the byte."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

import duckdb
import pytest

from engine.bundled import bundled
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.stores import bundled_examples, doctors, find_doctor
from engine.tables import Cells, rows_of
from tests.conftest import Forfait, Ran, known
from tests.services import Postgres
from tests.test_sources_of_a_run import duckdb_file

ROOT = Path(__file__).parent.parent
YEAR = 2023
DRAWN, ASKED = 30, 4
DOCTOR, NEAR = "99900000003", "99900000004"
HEAVY = {"pyarrow", "duckdb", "psycopg", "polars", "ibis"}
Row = tuple[str, Cells]
Hold = Callable[[Sequence[Row]], str]


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))]
)
def hold(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hold:
    """What puts rows in a database, of each kind, and tells where that is."""
    if request.param == "duckdb":
        return lambda given: duckdb_file(tmp_path_factory.mktemp("held"), given)
    server: Postgres = request.getfixturevalue("postgres")
    return server.hold


@cache
def rows() -> list[Row]:
    """The rows of every bundled doctor."""
    return [row for one in known().values() for row in rows_of(one.page.data)]


@pytest.fixture(scope="module")
def held(hold: Hold) -> str:
    """The bundled doctors, in a database."""
    return hold(rows())


@pytest.fixture(scope="module")
def in_duckdb(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The bundled doctors, in a DuckDB file."""
    return duckdb_file(tmp_path_factory.mktemp("bundled"), rows())


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A synthetic population, dossier by dossier."""
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(bundled("policies") / str(YEAR)), DRAWN, 7, folder)
    return {one.number: one.page.data for one in doctors(folder)}


def told(ran: Ran) -> str:
    """What was said of a refusal, in one line, with plain spaces."""
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    return ran.err.replace("\N{NO-BREAK SPACE}", " ")


# --- the same answer ------------------------------------------------------------------------------------------------


def test_the_record_of_whoever_is_drawn_is_that_of_the_dossier_in_a_file(
    forfait: Forfait, hold: Hold, pages: dict[str, object], tmp_path: Path
) -> None:
    where = hold([row for data in pages.values() for row in rows_of(data)])
    for number in Random(5).sample(sorted(pages), ASKED):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(pages[number]), "utf-8")
        alone = forfait("explain", number, "--data", file, "--format", "json")
        assert alone.code == 0
        assert forfait("explain", number, "--data", where, "--format", "json") == alone


def test_of_several_campaigns_the_last_is_decided_or_the_one_asked_for(forfait: Forfait, held: str) -> None:
    number, years = next((one.number, one.years) for one in known().values() if len(one.years) > 1)
    for asked in ([], *(["--year", year] for year in years)):
        answer = forfait("explain", number, *asked, "--format", "json")
        assert (answer.code, answer.data["year"]) == (0, asked[1] if asked else years[-1])
        assert forfait("explain", number, *asked, "--data", held, "--format", "json") == answer


@pytest.mark.parametrize(
    "asked", ["explain N", "explain N --lang en", "decide N", "duties N", "control sheet N", "doctors"]
)
def test_every_command_answers_as_from_a_folder(
    forfait: Forfait, bundled_tables: Path, held: str, asked: str
) -> None:
    words = asked.replace("N", DOCTOR).split()
    answer = forfait(*words, "--data", bundled_tables)
    assert answer.code == 0
    assert forfait(*words, "--data", held) == answer


def test_a_record_is_decided_again_from_a_database(forfait: Forfait, held: str, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(forfait("explain", DOCTOR, "--format", "json").out, "utf-8")
    answer = forfait("replay", record)
    assert answer.code == 0
    assert forfait("replay", record, "--data", held) == answer


def test_the_findings_of_a_register_stand_beside_a_database(
    forfait: Forfait, held: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORFAIT_AGENT", "Ana Vidal")
    register = ["--register", tmp_path / "register.db"]
    day = ["--on", "2024-09-02"]
    assert forfait("control", "open", DOCTOR, *day, "--why", "tirage", "--data", held, *register).code == 0
    asked = ["explain", DOCTOR, "--format", "json", *register]
    answer = forfait(*asked)
    assert answer.code == 0
    assert forfait(*asked, "--data", held) == answer


def test_whoever_is_listed_can_be_read_while_the_others_are(in_duckdb: str) -> None:
    assert [(one.number, one.page.data["doctor"]) for one in doctors(in_duckdb)] == [
        (one.number, one.number) for one in doctors(bundled_examples())
    ]


# --- nothing held, nothing loaded -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [DOCTOR, NEAR])
def test_a_database_is_let_go_of_once_it_is_read(forfait: Forfait, number: str, tmp_path: Path) -> None:
    """Else DuckDB would refuse to open it in another manner."""
    where = duckdb_file(tmp_path, rows_of(known()[DOCTOR].page.data))
    forfait("decide", number, "--data", where)
    with duckdb.connect(where) as connection:
        assert connection.sql("SELECT DISTINCT doctor FROM doctors").fetchall() == [(DOCTOR,)]


def test_what_reads_databases_is_loaded_by_who_needs_it() -> None:
    program = "import sys; from cli.main import run_command as run\n"
    program += "try: run()\nfinally: sys.stderr.write(' '.join(sys.modules))"
    words = [sys.executable, "-c", program, "explain", DOCTOR]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "engine.stores" in done.stderr.split()
    assert HEAVY & set(done.stderr.split()) == set()


# --- what cannot be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_number_that_a_database_does_not_hold_is_told_with_the_nearest(
    forfait: Forfait, hold: Hold, lang: str
) -> None:
    where = hold(
        [row for number in (DOCTOR, "17") for row in rows_of({**known()[DOCTOR].page.data, "doctor": number})]
    )
    said = told(forfait("explain", NEAR, "--data", where, "--lang", lang))
    assert [word for word in (NEAR, DOCTOR, "secret") if word in said] == [NEAR, DOCTOR]


def test_a_campaign_that_a_database_does_not_hold_is_told_with_those_it_does(forfait: Forfait, held: str) -> None:
    said = told(forfait("explain", DOCTOR, "--year", 2024, "--data", held))
    assert [word for word in ("/doctors", DOCTOR, "2024", "2023", "secret") if word not in said] == ["secret"]


@pytest.mark.parametrize("number", ["dupont", "", "\udcff", "' OR 1 = 1 --"], ids=ascii)
def test_what_is_no_number_is_nobodys(forfait: Forfait, held: str, number: str) -> None:
    ran = forfait("explain", f"--data={held}", "--", number)
    assert (ran.code, ran.out, "médecin" in ran.err) == (2, "", True)


def test_a_dossier_that_breaks_the_schema_is_told_with_its_table(forfait: Forfait, hold: Hold) -> None:
    given = [*rows_of(known()[DOCTOR].page.data), ("declarations", {"doctor": DOCTOR, "year": "2023", "row": "99"})]
    assert f"/declarations : « {DOCTOR}.2023.99 » : il manque" in told(
        forfait("explain", DOCTOR, "--data", hold(given))
    )


@pytest.mark.parametrize("command", [["explain", DOCTOR], ["doctors"]], ids=["explain", "doctors"])
def test_what_is_no_database_of_dossiers_is_told(forfait: Forfait, tmp_path: Path, command: list[str]) -> None:
    text, other, absent = (tmp_path / f"{name}.duckdb" for name in ("text", "other", "absent"))
    text.write_text("doctor,year\n", "utf-8")
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE patients (number TEXT)")
    assert "text.duckdb : ce fichier ne s’ouvre pas comme une base DuckDB" in told(forfait(*command, "--data", text))
    assert "other.duckdb : la table « doctors » manque" in told(forfait(*command, "--data", other))
    assert "absent.duckdb : n’existe pas" in told(forfait(*command, "--data", absent))


@pytest.mark.xdist_group("postgres")
def test_a_schema_without_the_tables_is_told(forfait: Forfait, postgres: Postgres) -> None:
    said = told(forfait("explain", DOCTOR, "--data", f"{postgres.address}&schema=nothing"))
    assert ("la table « doctors » manque" in said, "secret" in said) == (True, False)


@pytest.mark.parametrize(
    "address",
    [
        "postgres://tester:hunter2@127.0.0.1:1/base",
        "postgresql://tester@127.0.0.1:1/base?password=hunter2",
        "Postgres://tester:hunter2@127.0.0.1:1/base",
        "postgres://tester:hunter2@h@127.0.0.1/base",
        "postgress://tester:hunter2@127.0.0.1:1/base",
        "mysql://tester:hunter2@127.0.0.1/base?host=here",
        f"postgres://tester:{'hunter2' * 1000}@127.0.0.1:1/base",
        "postgres://tester:hunter2\udcff@127.0.0.1:1/base",
    ],
    ids=lambda text: ascii(text[:40]),
)
def test_a_password_is_never_told(forfait: Forfait, address: str, tmp_path: Path) -> None:
    for command in (
        ["explain", DOCTOR],
        ["doctors", "--lang", "en"],
        ["run", "--year", YEAR, "--out", tmp_path / "out"],
    ):
        assert "hunter2" not in told(forfait(*command, "--data", address))


def test_a_dossier_found_in_a_database_says_where_it_is_without_a_password(hold: Hold) -> None:
    page = find_doctor(hold(list(rows_of(known()[DOCTOR].page.data))), DOCTOR).page
    assert "secret" not in page.file
