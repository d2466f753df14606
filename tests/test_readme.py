"""The README tells the truth: its excerpt is what the product prints, and its commands run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README, FRENCH = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.fr.md"))
DOCTOR = "99900000003"


def run(*arguments: str) -> str:
    """What a command prints in a pipe, 80 columns wide."""
    command = [sys.executable, "-c", "from cli.start import main; main()", *arguments]
    env = {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", env=env, cwd=ROOT)
    return done.stdout


def test_the_excerpt_is_what_the_product_prints() -> None:
    (excerpt,) = [block for block in re.findall(r"```\n(.*?)```", README, re.S) if "Forfait structure" in block]
    shown = [line for line in excerpt.splitlines() if line.strip() not in ("", "…")]
    printed = run("explain", DOCTOR).splitlines()
    assert [line for line in shown if line not in printed] == []


def test_both_readmes_show_the_same_excerpt_and_the_same_options() -> None:
    excerpts = [re.findall(r"```\nForfait structure.*?```", text, re.S) for text in (README, FRENCH)]
    options = [set(re.findall(r"--[a-z-]+", text)) for text in (README, FRENCH)]
    assert (excerpts[0], options[0]) == (excerpts[1], options[1])


# Their own tests run those that write, or take their time: of writing, populations, runs, impacts and controls.
ELSEWHERE = re.compile(
    "forfait (population|measure|run|control|verify|replay|compare|journal|.* --(data|impact|register) |"
    "policy (sources|test|mutate|prove|new|confirm))"
)
COMMANDS = [
    re.sub(r"^… ", f"forfait explain {DOCTOR} ", re.sub(r"[\[\]]", "", command)).replace("<doctor>", DOCTOR)
    for row in re.findall(r"^\| (`.*?`) \|", README, re.M)
    for command in re.findall(r"`(.*?)`", row)
    if command.startswith(("forfait", "… --")) and not ELSEWHERE.match(command)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_runs(command: str) -> None:
    arguments = command.replace(f"{DOCTOR} --year 2024", "99900000045 --year 2024").split()[1:]
    assert run(*arguments) != ""
