"""Refutations that the law really contains: listed with the policy, each with its reason and its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from engine.choices import sources_of, text_of
from engine.conditions import Source, Text
from engine.cursor import Cursor
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid, unknown_name
from engine.proving.prove import Settled
from engine.schema import check
from engine.yamltext import read_page

FILE = "known.yaml"


class Known(Struct, frozen=True):
    """One refutation that the law contains, under the readings named, and where it is listed."""

    property: str
    about: str
    under: Mapping[str, str]
    why: Text
    sources: tuple[Source, ...]
    spot: str

    def covers(self, settled: Settled) -> bool:
        """Whether what is refuted is this."""
        under = all(settled.choices[name] == option for name, option in self.under.items())
        return settled.refutation is not None and under and (self.property, self.about) == settled.what


def read_known(files: PolicyFiles, policy: Policy) -> list[Known]:
    """What a policy lists as known; nothing when it lists none.

    Raises Invalid: a page that breaks its schema, a document, reading or option that does not exist.
    """
    path = files.folder / FILE
    if not path.is_file():
        return []
    page = read_page(path)
    problems = check(page, "known")
    if problems:
        raise Invalid(problems)
    return [_known(one, policy) for one in Cursor.top(page)["known"].each()]


def _known(cursor: Cursor, policy: Policy) -> Known:
    under = cursor.get("under")
    for name, option in under.items() if under else ():
        if name not in policy.readings:
            option.fail_name("unknown_reading", policy.readings, name)
        if option.text not in policy.readings[name].options:
            option.fail("unknown_option", reading=name, **unknown_name(option.text, policy.readings[name].options))
    return Known(
        property=cursor["property"].text,
        about=cursor["about"].text,
        under=dict(under.data) if under else {},
        why=text_of(cursor["why"]),
        sources=sources_of(cursor["source"], policy.documents),
        spot=f"{cursor.page.file}:{cursor.page.marks[cursor.path][0]}",
    )


def no_longer(known: Iterable[Known], found: Iterable[Settled]) -> list[Known]:
    """Those that nothing refutes any more."""
    refuted = [one for one in found if one.refutation is not None]
    return [one for one in known if not any(one.covers(settled) for settled in refuted)]
