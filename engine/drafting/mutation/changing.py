"""A page's data with one value changed or taken out; and a value on one line, for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.yamltext import Path_, Plain

LONGEST = 60
"""Letters shown of a value: what is longer is told by how it begins."""


class _Dropped:
    """What a key or an element is changed to when it is taken out."""

    def __repr__(self) -> str:
        return "DROPPED"


DROPPED: Final = _Dropped()


def changed(data: Plain, path: Path_, now: Plain) -> Plain:
    """The data with `now` at `path`, or without what stands there; what is not on the way is shared."""
    if not path:
        return now
    step, rest = path[0], path[1:]
    if isinstance(data, list):
        if not rest and now is DROPPED:
            return [value for index, value in enumerate(data) if index != step]
        return [changed(value, rest, now) if index == step else value for index, value in enumerate(data)]
    if not rest and now is DROPPED:
        return {key: value for key, value in data.items() if key != step}
    return {**data, step: changed(data.get(step), rest, now)}


def written(data: Plain) -> str:
    """The data as it could be written on one line, cut where it is long."""
    text = flow(data)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def flow(data: Plain) -> str:
    """The data as it could be written on one line, its labels and passages left out."""
    match data:
        case dict():
            shown = {key: value for key, value in data.items() if key not in ("label", "source")}
            return "{ " + ", ".join(f"{key}: {flow(value)}" for key, value in shown.items()) + " }"
        case list():
            return "[" + ", ".join(map(flow, data)) + "]"
        case None:
            return "~"
        case bool():
            return "true" if data else "false"
        case _:
            return str(data)


def scalars(data: Plain) -> Iterator[str]:
    """Every text in a page's data that is a value."""
    match data:
        case dict():
            for value in data.values():
                yield from scalars(value)
        case list():
            for value in data:
                yield from scalars(value)
        case str():
            yield data
        case _:
            pass
