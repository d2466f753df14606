"""`docs/writing-a-policy.md` takes a writer from nothing to a checked year: every command in it runs as it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Forfait

GUIDE = (Path(__file__).parent.parent / "docs" / "writing-a-policy.md").read_text("utf-8")
COMMAND = re.compile(r"^\$ forfait (.+)$", re.MULTILINE)
REGISTERED = re.compile(r"```yaml\n(sources:\n.+?)```", re.DOTALL)
# The texts cited by the year before are not the product's to hold: here a passage is as many words of nobody.
LINES = 1200


def test_every_command_of_the_guide_runs_and_the_year_ends_checked(
    forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    documents = tmp_path / "documents"
    documents.mkdir()
    for name in ("guide-2023", "guide-2025", "ameli-forfait-structure"):
        (documents / f"{name}.txt").write_text("".join(f"{name} {line}\n" for line in range(LINES)), encoding="utf-8")
    [registered] = REGISTERED.findall(GUIDE)
    codes = {}
    for command in COMMAND.findall(GUIDE):
        ran = forfait(*shlex.split(command))
        codes[command] = (ran.code, ran.err)
        if command.startswith("policy new"):
            page = tmp_path / "policies" / "2025" / "policy.yaml"
            page.write_text(page.read_text("utf-8").replace("sources:\n", registered, 1), encoding="utf-8")
    assert codes == dict.fromkeys(codes, (0, ""))
    assert "forfait policy new 2025 --from 2024" in GUIDE


def test_a_command_that_fails_would_be_seen(
    forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert forfait(*shlex.split("policy check policies/2025")).code == 2
