"""A page opens in any editor that knows JSON Schema: it names its schema, and fits it as it is read there."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

ROOT = Path(__file__).parent.parent
PAGES = sorted([*(ROOT / "policies").rglob("*.yaml"), *(ROOT / "examples").glob("*.yaml")])
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")
# What editors take for something else than a text: YAML 1.2, core schema.
TAGS = {
    "null": (r"~|null|", ["~", "n", ""]),
    "bool": (r"true|false", ["t", "f"]),
    "int": (r"[-+]?[0-9]+", list("-+0123456789")),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
}


class Core(yaml.SafeLoader):
    """YAML as editors read it."""

    yaml_implicit_resolvers: Anything = {}  # noqa: RUF012


for tag, (pattern, firsts) in TAGS.items():
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), firsts)


@cache
def registry() -> Registry[Anything]:
    schemas = [json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "schemas").glob("*.json"))]
    return Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in schemas)


def named(path: Path) -> Path | None:
    """The schema that a page names on its first line."""
    found = MODELINE.fullmatch(path.read_text("utf-8").splitlines()[0])
    return (path.parent / found[1]).resolve() if found else None


def test_every_page_names_its_schema() -> None:
    assert [path for path in PAGES if (schema := named(path)) is None or not schema.is_file()] == []


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in PAGES}), ids=lambda path: str(path.relative_to(ROOT))
)
def test_an_editor_finds_nothing_wrong_with_a_sound_page(folder: Path) -> None:
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        schema = named(path)
        assert schema is not None
        validator = Draft202012Validator(json.loads(schema.read_text("utf-8")), registry=registry())
        page = yaml.load(path.read_text("utf-8"), Core)
        found |= {f"{path.name}: {error.message}": error.json_path for error in validator.iter_errors(page)}
    assert found == {}
