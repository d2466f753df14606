"""What a policy holds, as titled parts: its volets and indicators, its components, its contested readings."""

from __future__ import annotations

from engine.policy import Policy, Reading
from engine.telling.parts import Part
from engine.telling.phrases import Phrases
from engine.words import Lang


def contents(policy: Policy, lang: Lang) -> Part:
    """The contents of a year."""
    phrases = Phrases(policy, lang)
    volets = [
        Part(
            phrases.text(volet.title),
            aside=volet.id,
            parts=tuple(Part(phrases.text(one.title), aside=one.id) for one in volet.indicators),
        )
        for volet in policy.volets
    ]
    components = [Part(phrases.text(one.title), aside=one.id) for one in policy.components]
    readings = [_reading(phrases, reading) for reading in sorted(policy.readings.values(), key=lambda one: one.id)]
    count = phrases.say("contents.readings", count=len(readings))
    return Part(phrases.text(policy.title), parts=(*volets, *components, Part(count, parts=tuple(readings))))


def _reading(phrases: Phrases, reading: Reading) -> Part:
    options = [
        phrases.say("contents.silent" if option.silent else "contents.option", name=name)
        for name, option in reading.options.items()
        if name != reading.default
    ]
    taken = phrases.say("contents.default", name=reading.default)
    aside = ", ".join([taken, *options])
    return Part(phrases.text(reading.question), aside=f"{reading.id} ({aside})")
