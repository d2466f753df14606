"""An output that was closed by who started the command is told as one that cannot be written, and is no fault."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shlex import join

import pytest

from tests.conftest import Forfait
from tests.test_cli import FORFAIT

DOCTOR = "99900000003"


def closed(words: str, *which: int) -> subprocess.CompletedProcess[str]:
    """The command as a shell runs it with its output (1) or its errors (2) closed."""
    command = " ".join([join(FORFAIT), words, *(f"{number}>&-" for number in which)])
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [f"explain {DOCTOR}", "policy list", "--help", "doctors --lang en"])
def test_what_has_nowhere_to_be_written_is_told_in_one_sentence(words: str) -> None:
    ran = closed(words, 1)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert "Bad file descriptor" in ran.stderr


def test_with_errors_closed_too_the_code_alone_tells() -> None:
    assert closed("doctors", 1, 2).returncode == 2
    assert closed("explain nobody", 2).returncode == 2
    assert closed("doctors", 2).returncode == 0


def test_a_command_that_writes_a_file_alone_needs_no_output(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.md"
    ran = closed(f"control sheet {DOCTOR} --format markdown --output {sheet}", 1)
    assert (ran.returncode, ran.stderr, sheet.stat().st_size > 0) == (0, "", True)


def test_a_folder_that_is_not_there_is_not_told_as_a_full_disk(forfait: Forfait) -> None:
    ran = forfait("control", "sheet", DOCTOR, "--format", "markdown", "--output", "nowhere/sheet.md")
    assert ran.code == 2
    assert ran.err.startswith("nowhere/sheet.md")
    assert "place" not in ran.err
