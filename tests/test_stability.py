"""The record of a decision is the same bytes on every machine, and its form does not change unannounced."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.dossier import read_dossier
from engine.linking import linked
from engine.stores import doctors
from tests.conftest import Example, campaigns, known, policy_files

ROOT = Path(__file__).parent.parent
DOCTORS = ["99900000003-2023", "99900000144-2023", "99900000342-2023", "99900000409-2024"]

# The whole record, other readings priced, of each doctor named; it asks for nothing that only the tests have.
DIGESTS = """
import hashlib, sys
from engine.decision import decide
from engine.dossier import read_dossier
from engine.linking import link
from engine.loading import bundled_policies, read_policy, years
from engine.dispute.pricing import alternatives
from engine.record import canonical, record
from engine.stores import bundled_examples, find_doctor
for named in sys.argv[1:]:
    number, year = named.split("-")
    page = find_doctor(bundled_examples(), number).page
    files = read_policy(years(bundled_policies())[int(year)])
    policy = link(files, {})
    decision = decide(policy, read_dossier(page, policy))
    print(hashlib.sha256(canonical(record(decision, alternatives(files, page, decision)))).hexdigest())
"""

SETTINGS: dict[str, dict[str, str]] = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4242": {"PYTHONHASHSEED": "4242"},
    "no locale": {"LC_ALL": "C", "LANG": "", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr"},
    "German": {"LC_ALL": "de_DE.ISO-8859-1", "LANGUAGE": "de"},
    "the first to see the day": {"TZ": "Pacific/Kiritimati"},
    "the last to see it": {"TZ": "Etc/GMT+12"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "nowhere to keep anything": {"XDG_CACHE_HOME": "/dev/null/nowhere"},
}


def digests(python: str = sys.executable, **environment: str) -> list[str]:
    """The digests of the records, made by a Python of its own."""
    ran = subprocess.run(
        [python, "-c", DIGESTS, *DOCTORS],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


@cache
def here() -> list[str]:
    return digests()


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_no_setting_of_a_machine_changes_a_byte(setting: Mapping[str, str]) -> None:
    assert len(here()) == len(DOCTORS)
    assert digests(**setting) == here()


def _with_libraries(python: str) -> str | None:
    """Why a Python cannot make records, None when it can."""
    found = shutil.which(python)
    if found is None:
        return f"there is no {python} on this machine"
    wanted = "import durable_rules_engine, jsonschema, msgspec, rfc8785, yaml"
    ran = subprocess.run([found, "-c", wanted], cwd=ROOT, capture_output=True, text=True, check=False)
    return f"{python} is there, but not the libraries of the product: {ran.stderr[-200:]}" if ran.returncode else None


@pytest.mark.parametrize("version", ["3.11", "3.12"])
def test_every_python_that_is_supported_makes_the_same_bytes(version: str) -> None:
    """`FORFAIT_PYTHON_3_12=/path/to/python` names one in an environment where the product is installed."""
    python = os.environ.get(f"FORFAIT_PYTHON_{version.replace('.', '_')}", f"python{version}")
    if version == sysconfig.get_python_version():
        python = sys.executable
    why = _with_libraries(python)
    if why:
        pytest.skip(why)
    assert digests(python) == here()


# --- dossiers -------------------------------------------------------------------------------------------------------


def digest(path: Path, example: Example) -> str:
    (one,) = doctors(path)
    policy = linked(policy_files(example.year), {})
    return read_dossier(one.page, policy).digest


def plain(data: Anything) -> Anything:
    """The data of a page with its numbers and truths as JSON has them."""
    match data:
        case dict():
            return {key: plain(value) for key, value in data.items()}
        case list():
            return [plain(value) for value in data]
        case "true" | "false":
            return data == "true"
        case str() if data.isdecimal() and str(int(data)) == data and len(data) < 6:
            return int(data)
        case _:
            return data


@pytest.mark.parametrize("doctor", campaigns()[::4], ids=str)
def test_a_dossier_has_one_digest_whatever_the_file(doctor: Example, tmp_path: Path) -> None:
    page = known()[doctor.number].page
    shapes = {
        "as it is.yaml": Path(page.file).read_text("utf-8"),
        "text.json": json.dumps(page.data),
        "numbers.json": json.dumps(plain(page.data) | {"doctor": page.data["doctor"]}, indent=4, ensure_ascii=False),
        "backwards.json": json.dumps(dict(reversed(page.data.items()))),
        "line.jsonl": json.dumps(page.data) + "\n",
        "flow.yaml": json.dumps(page.data, ensure_ascii=False),
    }
    found = {}
    for name, text in shapes.items():
        path = tmp_path / name
        path.write_text(text, "utf-8")
        found[name] = digest(path, doctor)
    assert set(found.values()) == {doctor.decision.dossier.digest}, found


# --- the form of the record -----------------------------------------------------------------------------------------

VERSION = "decision/2"
DIGEST = "fc483a053dcd10afb18cdef9ddda6347b5a2d8fbc61a84ba33bb6b3833df4331"


def test_the_form_of_a_record_changes_only_with_its_version() -> None:
    """Who changes `schemas/decision.schema.json` gives it another version, and says both here."""
    text = (files("schemas") / "decision.schema.json").read_text("utf-8")
    body = json.loads(text)
    told = (
        body["properties"]["schema"]["const"],
        hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
    )
    assert told == (VERSION, DIGEST)
