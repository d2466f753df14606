"""The proof of a decision: the firings of the rule network, in their order, as a part of an explanation."""

from __future__ import annotations

from engine.decision import Decision
from engine.telling.parts import Mark, Part
from engine.verdict import Verdict
from engine.words import Lang, say

MARKS: dict[Verdict, Mark] = {Verdict.MET: "met", Verdict.UNMET: "unmet", Verdict.UNKNOWN: "unknown"}


def proof_part(decision: Decision, lang: Lang, indicator: str | None = None) -> Part:
    """Each rule fired, what it consumed and what it concluded; with an indicator, only what concerns it."""
    derivation = decision.derivation
    firings = [
        firing
        for firing in (derivation.proof if derivation else ())
        if indicator is None or firing.conclusion[0].partition("#")[0].partition("~")[0] == indicator
    ]
    parts = []
    for firing in firings:
        at, verdict = firing.conclusion
        from_ = ", ".join(f"{place} = {say(lang, f'verdict.{found.word}')}" for place, found in firing.facts)
        line = say(lang, "proof.firing", at=at, verdict=say(lang, f"verdict.{verdict.word}"), from_=from_)
        parts.append(Part(line, MARKS[verdict]))
    return Part(say(lang, "proof.title", count=len(firings)), parts=tuple(parts))
