"""What matters first of a comparison: what it comes to, what everything is worth, each indicator in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.amount import NOTHING, Amount, total
from engine.drafting.checks.totals import reached, worth
from engine.drafting.diff.differing import Change, Diff, Subject
from engine.drafting.diff.meant import MEANINGS, Meant
from engine.drafting.diff.words import Words
from engine.policy import Indicator
from engine.record import amount
from engine.telling.parts import Part


class Essentials:
    """Tells the top of a comparison; `meant` is None where nothing was proved."""

    def __init__(self, diff: Diff, meant: Mapping[str, Meant] | None, words: Words) -> None:
        self.diff, self.meant, self.words = diff, meant, words
        self.say, self.phrases = words.say, words.other

    # --- counts -------------------------------------------------------------------------------------------------

    def summary(self) -> Iterator[str]:
        """`21 indicateurs : 12 équivalents, 4 plus exigeants, 3 moins exigeants, 2 incomparables.`"""
        if self.meant is not None:
            known = {indicator.id for indicator in self.diff.other.indicators}
            words = [one.word for name, one in self.meant.items() if name in known]
            counts = [self.counted(f"diff.{word}", words.count(word)) for word in MEANINGS if word in words]
            yield self.counted("diff.summary", len(words), meanings=", ".join(counts))
        if self.diff.rules:
            yield self.counted("diff.changes", len(self.diff.rules))

    def counted(self, key: str, count: int, **details: str) -> str:
        """A sentence in the singular or the plural."""
        return self.say(f"{key}_{'one' if self.phrases.singular(count) else 'many'}", count=count, **details)

    # --- amounts ------------------------------------------------------------------------------------------------

    def totals(self) -> Iterator[tuple[str, str, str]]:
        """What each volet and the whole come to with every indicator granted, on either side."""
        one, other = self.diff.one, self.diff.other
        yield "", *self.words.names
        ones, others = ({volet.id: volet for volet in policy.volets} for policy in (one, other))
        for name in dict.fromkeys((*others, *ones)):
            was, now = (reached(side[name]) if name in side else NOTHING for side in (ones, others))
            yield self.phrases.text((others.get(name) or ones[name]).title), self.points(was), self.points(now)
        was, now = (total(map(reached, policy.volets)) for policy in (one, other))
        yield self.say("diff.whole"), self.points(was), self.points(now)
        yield self.say("diff.in_euros"), self.euros(was * one.point_value), self.euros(now * other.point_value)

    def points(self, value: Amount) -> str:
        return self.phrases.amount(amount(value), "points")

    def euros(self, value: Amount) -> str:
        return self.phrases.amount(amount(value), "euros")

    # --- indicators ---------------------------------------------------------------------------------------------

    def parts(self) -> Iterator[Part]:
        """Each indicator that differs in one line, and those that do not in another."""
        differing = {change.subject.id for change in self.diff.changes}
        differing |= {name for name, one in (self.meant or {}).items() if one.word != "equivalent"}
        same = []
        for indicator in self.indicators():
            title = self.phrases.text(indicator.title)
            if indicator.id in differing:
                yield Part(title, aside=self.say("missing.separator").join(self.essential(indicator.id)))
            else:
                same.append(title)
        if same and differing:
            yield Part(self.say("diff.unchanged", titles=self.say("missing.separator").join(same)))

    def indicators(self) -> list[Indicator]:
        """Every indicator of either policy, volet by volet, in the order of the second."""
        policies = (self.diff.other, self.diff.one)
        known = {one.id: one for policy in reversed(policies) for one in policy.indicators}
        order = dict.fromkeys(one.id for policy in policies for one in policy.indicators)
        volets = dict.fromkeys(known[name].volet for name in order)
        return [known[name] for volet in volets for name in order if known[name].volet == volet]

    def essential(self, name: str) -> Iterator[str]:
        """What an indicator comes to, the one thing that changed or how many did, and what it is worth."""
        own = [change for change in self.diff.changes if change.subject == Subject("indicator", name)]
        if self.meant and name in self.meant:
            yield self.say(f"diff.word_{self.meant[name].word}")
        whole = next((change for change in own if change.aspect == "indicator"), None)
        rules = [change for change in own if change.aspect not in ("weight", "indicator")]
        if whole:
            yield self.say(f"diff.whole_{whole.kind}")
        elif len(rules) == 1:
            yield self.head(rules[0])
        elif rules:
            yield self.counted("diff.differs", len(rules))
        yield from self.weighed(name)

    def head(self, change: Change) -> str:
        """A change in one line, with the reading that alone shows it."""
        told = self.words.head(change, self.words.other.said(change.label) if change.label else "")
        under = self.words.under(change)
        return self.say("diff.valued", name=told, value=under) if under else told

    def weighed(self, name: str) -> Iterator[str]:
        """What an indicator is worth when granted, where that changed."""
        ones, others = ({one.id: one for one in policy.indicators} for policy in (self.diff.one, self.diff.other))
        if name not in ones or name not in others:
            return
        was, now = worth(ones[name].weight), worth(others[name].weight)
        if was != now:
            change = self.say("compare.change", was=self.points(was), now=self.points(now))
            gap = self.words.signed(now.least - was.least)
            yield self.say("diff.gap", change=change, gap=gap) if was.settled and now.settled else change
