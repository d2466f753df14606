"""What became of a policy's mutants, in words: a table of counts, and those that no case kills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any as Anything
from typing import get_args

from msgspec import Struct

from engine.drafting.mutation.changes import Kind
from engine.drafting.mutation.changing import flow
from engine.drafting.mutation.mutants import Mutant
from engine.drafting.mutation.mutation import Fate, Tried
from engine.words import Lang, say

Page = Mapping[str, Anything]
FATES: tuple[Fate, ...] = get_args(Fate)


class Line(Struct, frozen=True):
    """One mutant: where it is; then what it changes, what a case would have to show, a dossier that would."""

    spot: str
    lines: tuple[str, ...]


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

    def survivor(self, mutant: Mutant, example: Page | None) -> Line:
        """A mutant that neither a case nor a proof settles; `example` is a dossier that it decides otherwise."""
        return _line(mutant, (self._change(mutant), *self._missing(mutant, example)))

    def settled(self, tried: Iterable[Tried], fate: Fate) -> list[Line]:
        """The mutants of one fate that asks for no case, and what each changes."""
        return [_line(one.mutant, (self._change(one.mutant),)) for one in tried if one.fate == fate]

    def _change(self, mutant: Mutant) -> str:
        kind, key = say(self.lang, f"mutation.{mutant.change.kind}"), "change" if mutant.after else "dropped"
        return say(self.lang, f"mutation.{key}", kind=kind, before=mutant.before, after=mutant.after)

    def _missing(self, mutant: Mutant, example: Page | None) -> Iterator[str]:
        """What a case would have to show, and a dossier that shows it where one was found."""
        yield say(self.lang, f"mutation.hint_{mutant.change.kind}")
        if example is not None:
            yield say(self.lang, "mutation.dossier", dossier=flow(example["campaigns"]))


def _line(mutant: Mutant, lines: tuple[str, ...]) -> Line:
    return Line(":".join(map(str, mutant.spot)), lines)
