"""Policies kept from one command to the next are those their pages give; nothing else can come back."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import partial
from os import system
from pathlib import Path

import pytest

from engine.compiled import compiled
from engine.dispute.pricing import other_policies
from engine.linking import _linked, link, linked
from engine.loading import PARTS, PolicyFiles, _read, bundled_policies, read_policy, years
from engine.measuring.linking import counting_readings, link_measures
from engine.measuring.written import passages


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of its own, and nothing remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    forget()
    yield tmp_path / "forfait-structure"
    forget()


def forget() -> None:
    for remembered in (compiled, _linked, passages):
        remembered.cache_clear()


def files() -> PolicyFiles:
    folder = list(years(bundled_policies()).values())[-1]
    assert read_policy(folder).year == int(folder.name)
    return read_policy(folder)


def kept(cache: Path) -> Path:
    return next(cache.glob("*.policies"))


def test_what_comes_back_is_what_was_linked(cache: Path) -> None:
    """Under every option: the same rules, the same readings taken, the same names."""
    read = files()
    first = compiled(read, link)
    compiled.cache_clear()
    again = compiled(read, partial(pytest.fail, "linked again"))
    assert kept(cache).is_file()
    assert list(again) == list(first)
    for asked, policy in again.items():
        pages = link(read, dict(asked))
        assert [getattr(policy, name) for name in policy.__struct_fields__] == [
            getattr(pages, name) for name in pages.__struct_fields__
        ]


@pytest.mark.parametrize("folder", years(bundled_policies()).values(), ids=str)
def test_every_reading_that_a_decision_is_priced_under_is_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """One that requires what is taken anyway is found again like any other: none is linked at each command."""
    read = read_policy(folder)
    policy = linked(read, {})
    monkeypatch.setattr("engine.linking.link", partial(pytest.fail, "linked again"))
    assert len(list(other_policies(read, policy))) == len(compiled(read, link)) - 1


@pytest.mark.parametrize("folder", years(bundled_policies()).values(), ids=str)
def test_where_counting_is_written_comes_back_as_it_was_linked(
    cache: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    read = read_policy(folder)
    first = passages(read)
    forget()
    with monkeypatch.context() as patched:
        patched.setattr("engine.measuring.linking.link_measures", partial(pytest.fail, "linked again"))
        again = passages(read)
    assert again == first
    for measuring in link_measures(read, {}):
        if measuring.denominator:
            told = again[measuring.id]
            assert told.exclusions == {one.name: one.sources for one in measuring.denominator.exclusions}
            assert (told.start, told.readings) == (measuring.period.start, counting_readings(read))


def test_pages_kept_are_those_of_the_folder(cache: Path) -> None:
    """Word for word, each value where it is written."""
    recalled = files()
    again = _read(recalled.folder)
    assert recalled.key and recalled.digest == again.digest
    for part in PARTS:
        pages, others = getattr(recalled, part), getattr(again, part)
        assert list(pages) == list(others)
        assert [(one.file, one.data, dict(one.marks)) for one in pages.values()] == [
            (one.file, one.data, dict(one.marks)) for one in others.values()
        ]
    assert (recalled.policy.data, recalled.year) == (again.policy.data, again.year)


def test_policies_share_what_is_the_same(cache: Path) -> None:
    policies = compiled(files(), link)
    one, other = list(policies.values())[:2]
    assert sum(a is b for a, b in zip(one.indicators, other.indicators, strict=True)) > len(one.indicators) // 2


DAMAGES = {
    "nothing": b"",
    "cut short": b"\x80",
    "a function": pickle.dumps({(): system}),
    "another class": pickle.dumps(Path()),
    "a class that is made of nothing": b"cengine.policy\nPolicy\n(tR.",
    "a fraction over zero": b"cfractions\nFraction\n(I1\nI0\ntR.",
    "a number": pickle.dumps(5),
    "a list": pickle.dumps([()]),
    "no policy at all": pickle.dumps({}),
    "none without a choice": pickle.dumps({(("a", "b"),): None}),
    "plain data": pickle.dumps({(): "policy"}),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_no_policy_is_passed_over(cache: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    """A file cut short, that names a function or another class, or holds other data: they are linked again."""
    read = files()
    monkeypatch.setattr("engine.compiled.recall", lambda _: damage)
    assert compiled(read, link)[()].year == read.year
    assert set(passages(read)) == {one.id for one in link_measures(read, {}) if one.denominator}


@pytest.mark.parametrize("raised", [ImportError, RecursionError, MemoryError, OSError, AssertionError])
def test_whatever_reading_raises_the_policies_are_linked_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, raised: type[Exception]
) -> None:
    def load(_: object) -> None:
        raise raised

    read = files()
    monkeypatch.setattr("engine.compiled.recall", lambda _: b"kept")
    monkeypatch.setattr("engine.compiled._Reader.load", load, raising=False)
    assert compiled(read, link)[()].year == read.year


@pytest.mark.parametrize("changed", ["sys.version", "engine.loading.msgspec_version"])
def test_what_another_python_or_library_kept_is_not_looked_at(
    cache: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    first = files().key
    monkeypatch.setattr(changed, "another")
    assert files().key not in ("", first)


def test_pages_of_someone_else_are_not_kept(cache: Path, tmp_path: Path) -> None:
    """Only the policies that come with the product are: the others are read each time."""
    folder = list(years(bundled_policies()).values())[-1]
    copy = tmp_path / folder.name
    copy.symlink_to(folder)
    read = read_policy(copy)
    assert compiled(read, link) == {}
    assert linked(read, {}).year == read.year
    assert not cache.exists()
