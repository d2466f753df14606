"""Where dossiers live: a file a doctor (YAML or JSON), JSONL of a line a doctor, a folder of those, or tables.

Tables are those of a folder where that of doctors is there, of a DuckDB file or of a PostgreSQL database
(`engine/sourcing/opening.py`, `docs/tables.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from engine.bundled import bundled
from engine.dossier import campaigns
from engine.problems import Invalid, Problem, unknown_name
from engine.running.manifest import MANIFEST
from engine.schema import valid
from engine.sourcing.opening import open_tables
from engine.yamltext import Page, parse_json, parse_yaml, read_bytes

SUFFIXES = (".yaml", ".yml", ".json", ".jsonl")
TABLE_SUFFIXES = (".parquet", ".csv")
MOST_COMPARED = 10_000
"""Among more doctors than this the nearest number is not looked for."""


class Known(Struct, frozen=True):
    """A doctor in a store: number, name if given, the campaigns there are, and how to read what holds them."""

    number: str
    name: str | None
    years: tuple[int, ...]
    read: Callable[[], Page]

    @property
    def page(self) -> Page:
        """The page that holds the campaigns, valid under its schema. Raises Invalid."""
        return self.read()


def bundled_examples() -> Path:
    """The folder of fictitious doctors that comes with the product."""
    return bundled("examples")


def doctors(where: str | Path) -> Iterator[Known]:
    """Every doctor of a store, a path or an address, by number; of tables, each is read when it is asked for.

    Raises Invalid: unreadable, not a dossier, a doctor who stands twice.
    """
    source = open_tables(str(where))
    if source is not None:
        with source:
            listed = list(source.tables.doctors())
        yield from (_listed(where, *one) for one in listed)
        return
    known = sorted(_known(Path(where), None), key=lambda one: one.number)
    for one, after in pairwise(known):
        if one.number == after.number:
            raise Invalid([Problem("duplicate_doctor", after.page.file, details=_double(one))])
    yield from known


def find_doctor(where: str | Path, number: str) -> Known:
    """The doctor of that number. Raises Invalid as `doctors` does, and when there is none (the nearest is named)."""
    source = open_tables(str(where))
    if source is not None:
        with source:
            page = source.tables.page(number) if number.isascii() else None
            if page is None:
                raise _unknown(source.where, number, (known for known, _, _ in source.tables.doctors()))
        return _checked(page)
    path = Path(where)
    found = [one for one in _known(path, number) if one.number == number]
    if not found:
        raise _unknown(str(path), number, (one.number for one in doctors(path)))
    if len(found) > 1:
        raise Invalid([Problem("duplicate_doctor", found[1].page.file, details=_double(found[0]))])
    return found[0]


def _double(one: Known) -> dict[str, str]:
    return {"name": one.number, "other": one.page.file}


def _unknown(place: str, number: str, known: Iterable[str]) -> Invalid:
    numbers = list(known)
    details = unknown_name(number, numbers if len(numbers) <= MOST_COMPARED else [])
    if not details["nearest"]:
        details["valid"] = ""
    return Invalid([Problem("unknown_doctor", place, details=details)])


def _known(path: Path, number: str | None) -> Iterator[Known]:
    """The doctors of a store; with a number, only those whose file or line holds these digits."""
    for page in _pages(path, number):
        yield _checked(page)


def _checked(page: Page) -> Known:
    valid(page, "dossier")
    return Known(page.data["doctor"], page.data.get("name"), tuple(campaigns(page)), lambda: page)


def _listed(where: str | Path, number: str, name: str | None, years: tuple[int, ...]) -> Known:
    return Known(number, name, years, lambda: find_doctor(where, number).page)


def _pages(path: Path, number: str | None) -> Iterator[Page]:
    for file in dossier_files(path):
        text = read_bytes(file)
        for part, where in texts_of(file, text):
            if number is None or number in part:
                yield page_of(file, part, where)


def texts_of(file: Path, text: str) -> Iterator[tuple[str, int]]:
    """The text of each dossier of a file, and its line where there are several (0: the whole file)."""
    if file.suffix != ".jsonl":
        yield text, 0
        return
    yield from ((line, count) for count, line in enumerate(text.split("\n"), start=1) if line.strip())


def page_of(file: Path, text: str, line: int) -> Page:
    """The page of a dossier of a file, not checked yet; `line` is where its text stands. Raises Invalid."""
    if not line:
        return parse_json(text, str(file)) if file.suffix == ".json" else parse_yaml(text, str(file))
    # The parser knows one line alone: its faults and marks are moved to where that line stands.
    try:
        page = parse_json(text, str(file))
    except Invalid as invalid:
        raise Invalid(replace(problem, line=line) for problem in invalid.problems) from None
    marks = {path: (line, column) for path, (_, column) in page.marks.items()}
    return Page(page.file, page.data, marks)


def dossier_files(path: Path) -> list[Path]:
    """The files of dossiers of a folder, or that file.

    Raises Invalid: nothing is there, or no dossier; the folder is unreadable.
    """
    try:
        if not path.exists():
            raise Invalid([Problem("missing_path", str(path))])
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.iterdir() if file.is_file() and file.name != MANIFEST)
    except OSError as error:
        raise Invalid([Problem("unreadable", str(path), details={"why": error.strerror or ""})]) from None
    found = [file for file in files if file.suffix in SUFFIXES]
    if not found:
        tables = any(file.suffix in TABLE_SUFFIXES for file in files)
        raise Invalid([Problem("no_doctors_table" if tables else "no_dossier", str(path))])
    return found
