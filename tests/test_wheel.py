"""The wheel: what is installed holds the policies, the schemas and the examples, and needs no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.loading import bundled_policies, years
from tests.conftest import known

ROOT = Path(__file__).parent.parent
FORFAIT = "from cli.start import main; main()"
FOLDERS = ("engine", "cli", "policies", "schemas", "examples")
Installed = Callable[..., str]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the tree by its own backend, without a network, and unpacked in an empty folder."""
    built, installed = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    return installed


@pytest.fixture
def installed(unpacked: Path, tmp_path: Path) -> Installed:
    """Run Python elsewhere than in the checkout, with the unpacked wheel first on its path and no checkout after."""

    def run(code: str, *arguments: str) -> str:
        # The checkout is installed in place here: what points to it is taken off the path before anything is found.
        start = f"import sys; sys.path[:] = [one for one in sys.path if one != {str(ROOT)!r}]; "
        ran = subprocess.run(
            [sys.executable, "-c", start + code, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(unpacked)},
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout

    return run


def test_the_wheel_holds_every_file_the_product_reads(unpacked: Path) -> None:
    """Whatever its kind: YAML, JSON and TOML go where the Python goes."""
    tree = {path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()}
    shipped = {path.relative_to(unpacked) for path in unpacked.rglob("*") if path.is_file()}
    assert {path for path in tree - shipped if path.suffix not in (".pyc", ".pyo")} == set()
    assert {path.parts[0] for path in shipped if not path.parts[0].endswith(".dist-info")} == set(FOLDERS)


def test_what_is_imported_is_the_wheel(installed: Installed, unpacked: Path) -> None:
    found = installed("import cli, engine, policies, schemas, examples; print(engine.__file__, policies.__file__)")
    assert [Path(file).is_relative_to(unpacked) for file in found.split()] == [True, True]


def test_an_installed_product_lists_its_policies(installed: Installed) -> None:
    listed = installed(FORFAIT, "policy", "list")
    assert [year for year in years(bundled_policies()) if f"Forfait structure {year}" not in listed] == []


def test_an_installed_product_explains_a_doctor_it_brings(installed: Installed) -> None:
    told = installed(FORFAIT, "explain", "99900000003")
    assert str(known()["99900000003"].name) in told
    assert "Volet 1" in told
