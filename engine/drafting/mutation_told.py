"""What became of a policy's mutants, in words: a table of counts, and those that no case kills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from msgspec import Struct

from engine.drafting.changes import Kind
from engine.drafting.mutants import Mutant
from engine.drafting.mutation import Fate, Tried
from engine.words import Lang, say

FATES: tuple[Fate, ...] = get_args(Fate)


class Line(Struct, frozen=True):
    """One mutant: where it is, what it changes, and what a case would have to show (empty: none can)."""

    spot: str
    change: str
    hint: str


class MutationTold:
    """Tells, in one language, what became of mutants."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def heads(self) -> list[str]:
        """The heads of the table of counts."""
        return [say(self.lang, f"mutation.{name}") for name in ("kind", "mutants", *FATES)]

    def rows(self, tried: Sequence[Tried]) -> list[list[str]]:
        """Counts for each kind of change there is, and for all."""
        kinds: tuple[Kind, ...] = get_args(Kind)
        of_kind = {kind: [one for one in tried if one.mutant.change.kind == kind] for kind in kinds}
        rows = [self._row(f"mutation.{kind}", own) for kind, own in of_kind.items() if own]
        return [*rows, self._row("mutation.total", tried)]

    def _row(self, name: str, tried: Sequence[Tried]) -> list[str]:
        counts = [len(tried), *(sum(one.fate == fate for one in tried) for fate in FATES)]
        return [say(self.lang, name), *map(str, counts)]

    def survivors(self, tried: Iterable[Tried]) -> list[Line]:
        """The mutants that neither a case nor a proof settles."""
        found = (one.mutant for one in tried if one.fate == "survived")
        return [self._line(mutant, say(self.lang, f"mutation.hint_{mutant.change.kind}")) for mutant in found]

    def alike(self, tried: Iterable[Tried]) -> list[Line]:
        """The mutants that decide as the policy does."""
        return [self._line(one.mutant, "") for one in tried if one.fate == "alike"]

    def _line(self, mutant: Mutant, hint: str) -> Line:
        kind = say(self.lang, f"mutation.{mutant.change.kind}")
        change = say(
            self.lang,
            "mutation.change" if mutant.after else "mutation.dropped",
            kind=kind,
            before=mutant.before,
            after=mutant.after,
        )
        return Line(":".join(map(str, mutant.spot)), change, hint)
