"""A policy's folder → its pages, each valid under its schema. Linking them into a Policy is `linking`'s work."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any as Anything

from msgspec import Raw, Struct, json
from msgspec import __version__ as msgspec_version
from msgspec.structs import replace

from engine import VERSION
from engine.bundled import bundled
from engine.cache import as_on_disk, keep, recall
from engine.late import Late
from engine.problems import Invalid, Problem
from engine.schema import FOLDER, check
from engine.yamltext import Page, marks, parse_yaml, read_bytes

VOCABULARY = ("fields", "measures", "facts", "items", "documents")
PARTS = ("vocabulary", "tables", "readings", "indicators", "components", "countings", "measures")
FLOWS = "vocabulary/flows.yaml"


class PolicyFiles(Struct, frozen=True, eq=False):
    """The pages of one year's folder, by name; `digest` covers every page read, and no other file of the folder.

    `readings` are the questions that decisions hang on, `countings` those that counts from raw flows hang on. A
    folder may hold no `measures`, nor the vocabulary of `flows`. `key` tells all that the pages hang on, for what is
    kept of them; empty for those that are not.
    """

    year: int
    folder: Path
    policy: Page
    vocabulary: Mapping[str, Page]
    tables: Mapping[str, Page]
    readings: Mapping[str, Page]
    indicators: Mapping[str, Page]
    components: Mapping[str, Page]
    countings: Mapping[str, Page]
    measures: Mapping[str, Page]
    digest: str

    def pages(self, *parts: str) -> Iterator[Page]:
        """The policy's own page, then those of these parts (`PARTS`), part after part."""
        yield self.policy
        for part in parts:
            yield from getattr(self, part).values()

    key: str = ""


def bundled_policies() -> Path:
    """The folder of policies that comes with the product."""
    return bundled("policies")


def years(root: Path) -> dict[int, Path]:
    """The years that `root` holds a policy for, oldest first. Raises Invalid when it holds none."""
    if not root.is_dir():
        raise Invalid([Problem("not_a_folder", str(root))])
    found = {
        int(folder.name): folder
        for folder in root.iterdir()
        if folder.name.isascii() and folder.name.isdecimal() and (folder / "policy.yaml").is_file()
    }
    if not found:
        raise Invalid([Problem("no_policy", str(root))])
    return dict(sorted(found.items()))


def read_policy(folder: Path) -> PolicyFiles:
    """Every page of a policy's folder. Raises Invalid with all the problems of all the files.

    The pages of the policies that come with the product, read and checked once, are kept in the user's cache.
    """
    texts = _texts(folder) if folder.parent == bundled_policies() else {}
    if not texts:
        return _read(folder)
    key = _key(texts)
    files = _recalled(folder, texts, key)
    if files is None:
        files = _read(folder)
        if _key(_texts(folder)) == key:
            keep(_name(key), json.encode(_plain(files)))
            files = replace(files, key=key)
    return files


def _texts(folder: Path) -> dict[str, str]:
    """The text of every page but the cases, by its name in the folder; nothing when one cannot be read."""
    inside = [path for path in folder.iterdir() if path.is_dir() and path.name != "cases"]
    pages = {path.name: path for path in folder.iterdir()}
    pages |= {f"{part.name}/{path.name}": path for part in inside for path in part.iterdir()}
    try:
        return {name: read_bytes(path) for name, path in sorted(pages.items()) if name.endswith(".yaml")}
    except Invalid:
        return {}


def _key(texts: Mapping[str, str]) -> str:
    """What is kept hangs on: the pages' texts, the schemas, the product that checked them, and what wrote it."""
    here = Path(__file__).parent
    code = {"code": as_on_disk(here, ".py"), "counting": as_on_disk(here / "measuring", ".py")}
    written = {"schemas": as_on_disk(FOLDER, ".json"), **code}
    by = {"python": sys.version, "msgspec": msgspec_version, "product": VERSION}
    return digest_of({**texts, **by, **{name: "\n".join(files) for name, files in written.items()}})


def _name(key: str) -> str:
    return f"{key}.json"


def _plain(files: PolicyFiles) -> dict[str, Anything]:
    """A policy's pages as plain data, for the cache."""
    parts = {part: {name: _named(files, page) for name, page in getattr(files, part).items()} for part in PARTS}
    return {"year": files.year, "digest": files.digest, "policy": _named(files, files.policy), **parts}


def _named(files: PolicyFiles, page: Page) -> list[Anything]:
    return [Path(page.file).relative_to(files.folder).as_posix(), page.data]


def _recalled(folder: Path, texts: Mapping[str, str], key: str) -> PolicyFiles | None:
    """The pages that were kept; None when there are none."""
    body = recall(_name(key))
    kept = None if body is None else json.decode(body, type=dict[str, Raw])

    if kept is None:
        return None
    parts = {part: Late(partial(_pages, folder, texts, kept[part])) for part in PARTS}
    year, digest, (name, data) = (json.decode(kept[key]) for key in ("year", "digest", "policy"))
    return PolicyFiles(year, folder, _page(folder, texts, name, data), digest=digest, key=key, **parts)


def _pages(folder: Path, texts: Mapping[str, str], kept: Raw) -> dict[str, Page]:
    return {known: _page(folder, texts, name, data) for known, (name, data) in json.decode(kept).items()}


def _page(folder: Path, texts: Mapping[str, str], name: str, data: Anything) -> Page:
    file = str(folder / name)
    return Page(file, data, Late(partial(marks, texts[name], file)))


def _read(folder: Path) -> PolicyFiles:
    reader = _Reader(folder)
    policy = reader.page("policy.yaml", "policy")
    volets = [volet["id"] for volet in policy.data["volets"]] if policy else []
    vocabulary = {name: reader.page(f"vocabulary/{name}.yaml", f"vocabulary-{name}") for name in VOCABULARY}
    if (folder / FLOWS).is_file():
        vocabulary["flows"] = reader.page(FLOWS, "vocabulary-flows")
    tables, readings = reader.pages("tables", "table"), reader.pages("readings", "reading")
    measures = reader.pages("measures", "measure")
    components = reader.pages("components", "component")
    indicators = {
        f"{volet}.{name}": page for volet in volets for name, page in reader.pages(volet, "indicator").items()
    }
    if reader.problems or policy is None:
        raise Invalid(reader.problems)
    return PolicyFiles(
        year=int(policy.data["year"]),
        folder=folder,
        policy=policy,
        vocabulary={name: page for name, page in vocabulary.items() if page},
        tables=tables,
        readings={name: page for name, page in readings.items() if "about" not in page.data},
        indicators=indicators,
        components=components,
        countings={name: page for name, page in readings.items() if "about" in page.data},
        measures=measures,
        digest=f"sha256:{digest_of(reader.contents)}",
    )


class _Reader:
    """Reads and checks pages, remembering what it read and what was wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.contents: dict[str, str] = {}

    def page(self, name: str, schema: str) -> Page | None:
        path = self.folder / name
        try:
            text = read_bytes(path)
            self.contents[name] = text
            page = parse_yaml(text, str(path))
        except Invalid as invalid:
            self.problems += invalid.problems
            return None
        problems = check(page, schema)
        self.problems += problems
        return None if problems else page

    def pages(self, subfolder: str, schema: str) -> dict[str, Page]:
        paths = sorted((self.folder / subfolder).glob("*.yaml"))
        read = {path.stem: self.page(f"{subfolder}/{path.name}", schema) for path in paths}
        return {name: page for name, page in read.items() if page}


def digest_of(texts: Mapping[str, str]) -> str:
    """SHA-256 of named texts."""
    state = hashlib.sha256()
    for name, text in sorted(texts.items()):
        state.update(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
    return state.hexdigest()
