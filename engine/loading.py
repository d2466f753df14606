"""A policy's folder → its pages, each valid under its schema. Linking them into a Policy is `linking`'s work."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from engine.problems import Invalid, Problem
from engine.schema import check
from engine.yamltext import Page, parse_yaml, read_bytes

VOCABULARY = ("fields", "measures", "facts", "items", "documents")


@dataclass(frozen=True, slots=True, eq=False)
class PolicyFiles:
    """The pages of one year's folder, by name; `digest` covers every file but the cases."""

    year: int
    folder: Path
    policy: Page
    vocabulary: Mapping[str, Page]
    tables: Mapping[str, Page]
    readings: Mapping[str, Page]
    indicators: Mapping[str, Page]
    components: Mapping[str, Page]
    digest: str


def bundled_policies() -> Path:
    """The folder of policies that comes with the product."""
    return Path(str(files("policies")))


def years(root: Path) -> dict[int, Path]:
    """The years that `root` holds a policy for, oldest first. Raises Invalid when it holds none."""
    if not root.is_dir():
        raise Invalid([Problem("not_a_folder", str(root))])
    found = {
        int(folder.name): folder
        for folder in root.iterdir()
        if folder.name.isdecimal() and (folder / "policy.yaml").is_file()
    }
    if not found:
        raise Invalid([Problem("no_policy", str(root))])
    return dict(sorted(found.items()))


def read_policy(folder: Path) -> PolicyFiles:
    """Every page of a policy's folder. Raises Invalid with all the problems of all the files."""
    reader = _Reader(folder)
    policy = reader.page("policy.yaml", "policy")
    volets = [volet["id"] for volet in policy.data["volets"]] if policy else []
    vocabulary = {name: reader.page(f"vocabulary/{name}.yaml", f"vocabulary-{name}") for name in VOCABULARY}
    tables, readings = reader.pages("tables", "table"), reader.pages("readings", "reading")
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
        readings=readings,
        indicators=indicators,
        components=components,
        digest=reader.digest(),
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

    def digest(self) -> str:
        state = hashlib.sha256()
        for name, text in sorted(self.contents.items()):
            state.update(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
        return f"sha256:{state.hexdigest()}"
