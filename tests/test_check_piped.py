"""What is found in a policy, read by a program: the place, the code and the sentence stay on one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Forfait
from tests.made_up import edit, write

FAULT = edit("base/exchange.yaml", "measure: trades", "measure: trade")
LONG = "a-folder-whose-name-leaves-no-room-on-a-line-of-eighty-columns-for-the-sentence"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_fault_is_told_on_one_line_in_a_pipe_of_no_known_width(
    forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    write(tmp_path / LONG, FAULT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "")
    asked = ("policy", "check", "2031", "--policies", LONG, "--lang", lang)
    told = [line for line in forfait(*asked).out.splitlines() if "unknown_measure" in line]
    assert [(line.startswith(LONG), "trade" in line, line[-1]) for line in told] == [(True, True, ".")]
    monkeypatch.setenv("COLUMNS", "80")
    assert told[0] not in forfait(*asked).out
