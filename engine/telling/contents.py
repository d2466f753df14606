"""What a policy holds, as titled parts: volets and indicators, components, what is counted, contested readings."""

from __future__ import annotations

from collections.abc import Mapping

from engine.measuring.linking import Countings
from engine.policy import Policy, Reading
from engine.telling.parts import Part
from engine.telling.phrases import Phrases
from engine.words import Lang


def contents(policy: Policy, lang: Lang, countings: Countings) -> Part:
    """The contents of a year, and of how it counts from raw flows."""
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
    labels = {name: one.label for name, one in policy.vocabulary.measures.items()}
    labels |= {name: one.label for name, one in policy.vocabulary.facts.items()}
    counted = [Part(phrases.text(labels[one.id]), aside=one.id) for one in countings.measures]
    lists = {"counted": counted, "readings": _readings(phrases, policy.readings)}
    lists["counting_readings"] = _readings(phrases, countings.readings)
    told = [
        Part(phrases.say(f"contents.{key}", count=len(parts)), parts=tuple(parts))
        for key, parts in lists.items()
        if parts or key == "readings"
    ]
    return Part(phrases.text(policy.title), parts=(*volets, *components, *told))


def _readings(phrases: Phrases, readings: Mapping[str, Reading]) -> list[Part]:
    return [_reading(phrases, readings[name]) for name in sorted(readings)]


def _reading(phrases: Phrases, reading: Reading) -> Part:
    options = [
        phrases.say("contents.silent" if option.silent else "contents.option", name=name)
        for name, option in reading.options.items()
        if name != reading.default
    ]
    taken = phrases.say("contents.default", name=reading.default)
    aside = ", ".join([taken, *options])
    return Part(phrases.text(reading.question), aside=f"{reading.id} ({aside})")
