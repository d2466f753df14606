"""A place in a record, in words: `volets[volet-2].points.paid` → the volet « volet-2 », points, paid."""

from __future__ import annotations

import re

from engine.words import Lang, catalogue, say

STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<among>[^\]]*)\])?(?:\.|$)")


def in_words(place: str, lang: Lang) -> str:
    """The place in words; what has none stays as it is written, and so does a place that is none."""
    said, at = [], 0
    while at < len(place):
        step = STEP.match(place, at)
        if step is None:
            return place
        key = f"place.{step['name']}"
        word = say(lang, key) if key in catalogue(lang) else step["name"]
        said.append(word if step["among"] is None else say(lang, "records.place", said=word, name=step["among"]))
        at = step.end()
    whole = ", ".join(said)
    return whole[:1].upper() + whole[1:]
