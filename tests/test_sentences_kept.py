"""Sentences kept from one command to the next are those of the files, whatever became of what was kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import words
from engine.cache import keep
from engine.words import catalogue


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where French sentences are kept, in a cache folder of its own; nothing is remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    catalogue.cache_clear()
    yield tmp_path / "forfait-structure" / "sentences.fr.json"
    catalogue.cache_clear()


def test_what_comes_back_is_what_was_read(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = catalogue("fr")
    catalogue.cache_clear()
    monkeypatch.setattr(words, "_read", lambda *_: pytest.fail("read again"))
    assert kept.is_file()
    assert catalogue("fr") == first


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"written": [], "sentences": {}}', b'{"written": [], "sentences": 1}']
)
def test_what_is_not_of_these_files_is_passed_over(kept: Path, body: bytes) -> None:
    first = catalogue("fr")
    keep(kept.name, body)
    catalogue.cache_clear()
    assert catalogue("fr") == first


def test_a_sentence_changed_is_read_again(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "engine" / "words" / "fr" / "greeting.toml"
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(words, "bundled", lambda name: tmp_path / name)
    file.write_text('hello = "Bonjour"', encoding="utf-8")
    assert catalogue("fr") == {"greeting.hello": "Bonjour"}
    catalogue.cache_clear()
    file.write_text('hello = "Bonsoir !"', encoding="utf-8")
    assert catalogue("fr") == {"greeting.hello": "Bonsoir\N{NO-BREAK SPACE}!"}
