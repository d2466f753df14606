"""A correction: the act it sets aside, and the same with some of its fields given anew, if any are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import ValidationError, convert, to_builtins

from engine.problems import Invalid, Problem, unknown_name
from engine.register.acts import Corrected, Deed, Entry
from engine.register.folding import deed_under

DAY = "on"
"""The name under which the day of an act is given anew."""
LISTED = ","
SHOWN = 80
"""The letters shown of a value that cannot be taken."""


def correction(entries: list[Entry], number: int, why: str, changes: Mapping[str, str]) -> Corrected:
    """The correction of the act of that number; without changes it is withdrawn.

    Whether the act still stands is asked by who files it: the same correction may be asked again. A field given empty
    is left out. Raises Invalid: no such act; a field it has not; a value that it cannot take.
    """
    found = deed_under(entries, number)
    if found is None:
        raise Invalid([Problem("nothing_to_correct", details={"entry": str(number)})])
    if not changes:
        return Corrected(number, why)
    deed, day = found
    known = {*deed.__struct_fields__, DAY}
    for name in changes:
        if name not in known:
            raise Invalid([Problem("no_such_field", details=unknown_name(name[:SHOWN], known))])
    return Corrected(number, why, _changed(deed, changes), _day(changes.get(DAY), day))


def _changed(deed: Deed, changes: Mapping[str, str]) -> Deed:
    for name, text in changes.items():
        if name != DAY:
            deed = _with(deed, name, text)
    return deed


def _with(deed: Deed, name: str, text: str) -> Deed:
    """The deed with one field given anew, whole numbers as texts; left out when the text is empty."""
    data = to_builtins(deed)
    data.pop(name, None)
    if text:
        data[name] = text.split(LISTED) if isinstance(getattr(deed, name), tuple) else text
    try:
        return convert(data, type(deed), strict=False)
    except ValidationError:
        code = "bad_field" if text else "field_wanted"
        raise Invalid([Problem(code, place=name, details={"value": text[:SHOWN]})]) from None


def _day(text: str | None, day: date) -> date:
    if text is None:
        return day
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid([Problem("bad_date", details={"value": text[:SHOWN]})]) from None
