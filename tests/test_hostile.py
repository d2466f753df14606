"""Whatever is thrown at the command, it answers in one clear message, in bounded memory, and prints nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile

import pytest

from tests.made_up import FILES, write

FORFAIT = [sys.executable, "-c", "from cli.start import main; main()"]
# A process is held to have had the memory of the one it came from: a small one stands between it and the tests.
BETWEEN = [
    sys.executable,
    "-IS",
    "-c",
    "import os, sys; from resource import *; pid = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:]);"
    "code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]);"
    "open(sys.argv[1], 'w').write(str(getrusage(RUSAGE_CHILDREN).ru_maxrss)); sys.exit(code)",
]
MOST_MEMORY = 300 * 1024  # in KiB; a plain `forfait explain` takes about a third of it
MOST_SECONDS = 60
HEAD = 'doctor: "5"\ncampaigns:\n  2023:\n'


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered, and the most memory it held (KiB)."""

    code: int
    out: bytes
    err: str
    memory: int


def forfait(*arguments: object) -> Ran:
    """The command in a process of its own."""
    with TemporaryFile() as out, TemporaryFile() as err, NamedTemporaryFile() as held:
        words = [*BETWEEN, held.name, *FORFAIT, *map(str, arguments)]
        code = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=err).returncode
        out.seek(0)
        err.seek(0)
        memory = int(held.read()) // (1024 if sys.platform == "darwin" else 1)
        return Ran(code, out.read(), err.read().decode().replace("\N{NO-BREAK SPACE}", " "), memory)


def refused(ran: Ran, *said: str) -> None:
    """One message, saying all of this; exit code 2; nothing printed; no traceback; no more memory than for a page."""
    assert (ran.code, ran.out) == (2, b""), ran
    assert [line for line in said if line not in ran.err] == [], ran.err
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    assert "Traceback" not in ran.err
    assert ran.memory < MOST_MEMORY


def explained(path: Path) -> Ran:
    return forfait("explain", "5", "--data", path)


def holding(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- facts that cannot be -------------------------------------------------------------------------------------------


def measure(numerator: str, denominator: str) -> str:
    return f"{HEAD}    measures: [ {{ measure: aat, numerator: {numerator}, denominator: {denominator} }} ]\n"


FACTS = {
    "a negative count": (measure("-1", "10"), ["-1"]),
    "half an act": (measure("1.5", "10"), ["1.5"]),
    "an exponent": (measure("1e3", "10"), ["1e3"]),
    "a hexadecimal": (measure("0x10", "20"), ["0x10"]),
    "digits of another script": (measure("١٢", "20"), ["١٢"]),
    "a number of ten thousand digits": (measure("9" * 10_000, "10"), ["99999"]),
    "not a number": (measure(".nan", "10"), [".nan"]),
    "a list for a count": (measure("[1]", "10"), ["campaigns.2023.measures.0.numerator"]),
    "the thirtieth of February": (HEAD + "    activity_start: 2023-02-30\n", ["2023-02-30"]),
    "the day zero": (HEAD + "    activity_start: 0000-00-00\n", ["0000-00-00"]),
    "a day and an hour": (HEAD + "    activity_start: 2023-02-03T10:00:00Z\n", ["2023-02-03T10"]),
    "a day as the French write it": (HEAD + "    activity_start: 03/02/2023\n", ["03/02/2023"]),
    "an unknown specialty": (HEAD + "    specialty: sorcier\n", ["sorcier"]),
    "an unknown status": (HEAD + "    status: instalé\n", ["instalé", "installe"]),
    "an unknown item": (HEAD + "    declarations: [ { item: horaire } ]\n", ["horaire", "horaires"]),
    "an unknown fact": (HEAD + "    facts: [ { fact: inconnu } ]\n", ["inconnu"]),
    "an unknown kind of document": (HEAD + "    documents: [ { kind: papier, items: [codage] } ]\n", ["papier"]),
    "an unknown choice": (HEAD + "    declarations: [ { item: coordination, choice: club } ]\n", ["club"]),
    "a list for a campaign": ('doctor: "5"\ncampaigns: { 2023: [] }\n', ["campaigns.2023"]),
    "a text for the campaigns": ('doctor: "5"\ncampaigns: x\n', ["campaigns"]),
    "no campaign at all": ('doctor: "5"\ncampaigns: {}\n', ["campaigns"]),
    "a year that is none": ('doctor: "5"\ncampaigns: { next: {} }\n', ["next"]),
    "a year without a policy": ('doctor: "5"\ncampaigns: { 1066: {} }\n', ["1066"]),
    "a list for a dossier": ('- doctor: "5"\n', ["d.yaml:1:1"]),
    "the year zero": (HEAD + "    first_declaration: 99999999999999999999\n", ["99999999999999999999"]),
}


@pytest.mark.parametrize(("text", "said"), FACTS.values(), ids=FACTS)
def test_facts_that_cannot_be_are_refused(text: str, said: list[str], tmp_path: Path) -> None:
    refused(explained(holding(tmp_path, "d.yaml", text)), "d.yaml" if "1066" not in said else "1066", *said)


# --- what YAML and JSON can do to a reader --------------------------------------------------------------------------


def bomb(levels: int) -> str:
    """Nine aliases of nine aliases of nine aliases…"""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return 'doctor: "5"\n' + "\n".join(lines) + "\n"


SYNTAX: dict[str, tuple[str, str | bytes, list[str]]] = {
    "a bomb of aliases": ("d.yaml", bomb(12), ["d.yaml:2:5"]),
    "an alias of nothing": ("d.yaml", 'doctor: "5"\nname: *nobody\n', ["d.yaml:2:7"]),
    "a merge": ("d.yaml", HEAD + "    <<: { name: x }\n", ["<<"]),
    "a Python object": ("d.yaml", 'doctor: "5"\nname: !!python/object/apply:os.system ["exit"]\n', ["d.yaml:2:7"]),
    "a Python name": ("d.yaml", 'doctor: "5"\nname: !!python/name:os.system\n', ["d.yaml:2:7"]),
    "a plain tag": ("d.yaml", 'doctor: !!int "5"\n', ["d.yaml:1:9"]),
    "a deep list": ("d.yaml", 'doctor: "5"\nname: ' + "[" * 100_000, ["d.yaml:2:"]),
    "a deep mapping": ("d.yaml", 'doctor: "5"\nname: ' + "{a: " * 50_000, ["d.yaml:2:"]),
    "deep blocks": ("d.yaml", 'doctor: "5"\nname:\n' + "".join(f"{' ' * n}-\n" for n in range(1, 1000)), ["d.yaml:"]),
    "deep JSON": ("d.json", '{"doctor": "5", "name": ' + "[" * 100_000 + "]" * 100_000 + "}", ["d.json"]),
    "deep JSON in a line": ("d.jsonl", '{"doctor": "5", "name": ' + "[" * 5_000 + "]" * 5_000 + "}\n", ["d.jsonl"]),
    "two documents": ("d.yaml", 'doctor: "5"\n---\ndoctor: "6"\n', ["d.yaml:3:1"]),
    "a key twice": ("d.yaml", 'doctor: "5"\ndoctor: "6"\n', ["d.yaml:2:1", "doctor"]),
    "a key twice in JSON": ("d.json", '{"doctor": "5", "doctor": "6"}', ["d.json", "doctor"]),
    "a list for a key": ("d.yaml", 'doctor: "5"\n? [a]\n: b\n', ["d.yaml:2:3"]),
    "a byte that is nothing": ("d.yaml", b'doctor: "5"\nname: "\x00"\n', ["d.yaml"]),
    "a control character": ("d.yaml", b'doctor: "5"\nname: "\x1b[31m"\n', ["d.yaml"]),
    "bytes of UTF-16": ("d.yaml", 'doctor: "5"\n'.encode("utf-16") + b"5", ["d.yaml", "UTF-8"]),
    "half a character": ("d.json", '{"doctor": "5", "name": "\\ud800", "campaigns": {"2023": {}}}', ["d.json"]),
    "NaN": ("d.json", '{"doctor": "5", "campaigns": {"2023": {"sector": NaN}}}', ["d.json"]),
    "true for a text": ("d.json", '{"doctor": "5", "campaigns": {"2023": {"status": true}}}', ["d.json"]),
    "a directive": ("d.yaml", '%YAML 9.9\n---\ndoctor: "5"\n', ["d.yaml"]),
    "a million values": ("d.yaml", "name: [" + "a," * 600_000 + "]\n", ["d.yaml", "1 Mio"]),
    "a million values in JSON": ("d.json", '{"name": [' + "[]," * 600_000 + "0]}", ["d.json", "1 Mio"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "said"), SYNTAX.values(), ids=SYNTAX)
def test_no_syntax_brings_it_down(name: str, content: str | bytes, said: list[str], tmp_path: Path) -> None:
    refused(explained(holding(tmp_path, name, content)), *said)


BEACON = FILES["care/beacon.yaml"]
POLICY = {
    "a bomb of aliases": ("care/beacon.yaml", bomb(12)),
    "a Python object": ("care/beacon.yaml", BEACON + "x: !!python/object/apply:os.getcwd []\n"),
    "a deep tree": ("care/beacon.yaml", BEACON.split("when:")[0] + "when: " + "{not: " * 60 + "}" * 60),
    "a text for a page": ("policy.yaml", "x\n"),
    "nothing for a page": ("vocabulary/items.yaml", ""),
    "a weight below zero": ("care/beacon.yaml", BEACON.replace("points: 9.75", "points: -9.75")),
    "a weight that is none": ("care/beacon.yaml", BEACON.replace("points: 9.75", "points: .inf")),
    "ten thousand digits": ("care/beacon.yaml", BEACON.replace("low: 12", f"low: {'1' * 10_000}")),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), POLICY.values(), ids=POLICY)
def test_nor_in_a_policy(name: str, content: str, tmp_path: Path) -> None:
    write(tmp_path / "policies", {name: content})
    refused(forfait("policy", "list", "--policies", tmp_path / "policies"), name)


# --- files that are none, or too many -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["d.yaml", "d.json", "d.jsonl"])
def test_a_file_of_300_megabytes_is_not_swallowed(name: str, tmp_path: Path) -> None:
    path = holding(tmp_path, name, HEAD)
    with path.open("r+b") as file:
        file.truncate(300 * 1024**2)
    refused(explained(path), name, "32 Mio")


def test_nor_is_a_policy_of_300_megabytes(tmp_path: Path) -> None:
    folder = write(tmp_path / "policies")
    with (folder / "care" / "beacon.yaml").open("r+b") as file:
        file.truncate(300 * 1024**2)
    refused(forfait("policy", "list", "--policies", tmp_path / "policies"), "beacon.yaml", "32 Mio")


def _folder(path: Path) -> None:
    path.mkdir()


def _lost(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.yaml")


def _circle(path: Path) -> None:
    path.symlink_to(path)


def _closed(path: Path) -> None:
    path.write_text(HEAD)
    path.chmod(0)


NO_FILES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda _: None,
    "a folder": _folder,
    "a link to nothing": _lost,
    "a link to itself": _circle,
    "a file nobody may read": _closed,
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_is_named(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    make(path)
    if path.is_file() and os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    refused(explained(path), "d.yaml")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device on this system")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_dossier(device: str) -> None:
    refused(explained(Path(device)), device)


def test_a_name_no_system_takes() -> None:
    refused(explained(Path("x" * 5_000)))


def test_a_folder_where_a_policy_should_be(tmp_path: Path) -> None:
    (tmp_path / "2023" / "policy.yaml").mkdir(parents=True)
    refused(forfait("explain", "5", "--policies", tmp_path, "--data", holding(tmp_path, "d.yaml", HEAD)))


# --- arguments ------------------------------------------------------------------------------------------------------


ARGUMENTS = {
    "a day that is none": ["--as-of", "2023-02-30"],
    "a day of no calendar": ["--as-of", "9" * 5_000],
    "a reading without an option": ["--reading", "statut"],
    "a reading of nothing": ["--reading", "="],
    "a reading with a line break": ["--reading", "a\nb=c"],
    "an indicator of none": ["--indicator", "volet-9.rien"],
    "a year of none": ["--year", "-5"],
    "a year beyond counting": ["--year", "9" * 40],
}


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
def test_no_argument_brings_it_down(arguments: list[str]) -> None:
    refused(forfait("explain", "99900000003", *arguments))
