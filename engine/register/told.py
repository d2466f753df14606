"""A case in words: what was done, where each item stands, and what is still awaited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from engine.control.cases import (
    Act,
    Answer,
    Case,
    Closing,
    Finding,
    Notification,
    Observation,
    Opening,
    Receipt,
    Request,
    done_on,
    standing,
)
from engine.policy import Policy
from engine.register.awaiting import Awaited, awaited
from engine.register.proving import Flaw
from engine.telling.parts import Explanation, Mark, Part
from engine.telling.phrases import Phrases
from engine.words import Lang, say

MARKS: dict[str, Mark] = {"confirmed": "met", "refuted": "unmet", "not_produced": "unmet"}


def case_told(case: Case, policy: Policy, lang: Lang, flaws: Iterable[Flaw] = ()) -> Explanation:
    """The case, ready to be drawn; items and choices are named as the policy of its year does.

    What is wrong with the register that holds it is told first.
    """
    told = Teller(policy, lang).whole(case)
    return replace(told, intro=(*flaws_told(flaws, lang), *told.intro))


def flaws_told(flaws: Iterable[Flaw], lang: Lang) -> tuple[str, ...]:
    """That the register is not as it was written, then where; nothing where it is."""
    lines = tuple(say(lang, f"register.flaw_{flaw.fault}", entry=flaw.entry) for flaw in flaws)
    return (say(lang, "register.altered"), *lines) if lines else ()


class Teller(Phrases):
    """Says the acts of a case in one language."""

    def whole(self, case: Case) -> Explanation:
        """The case from its opening to what is still awaited."""
        name = case.opening.name or self.say("view.unnamed")
        sections = {
            "done": [self.act(case, act) for act in case.acts],
            "items": [self.state(case, item) for item in _items(case)],
            "awaited": [Part(self.awaited(one)) for one in awaited([case])],
        }
        return Explanation(
            title=self.say("register.title", policy=self.text(self.policy.title)),
            intro=(self.say("view.doctor", name=name, number=case.doctor), self.status(case)),
            totals=(),
            sections=tuple(
                Part(self.say(f"register.{key}"), parts=tuple(parts)) for key, parts in sections.items() if parts
            ),
        )

    def status(self, case: Case) -> str:
        """Since when the case is open, or closed."""
        if case.closing:
            return self.say("register.closed_since", day=self.day(case.closing.closed_on.isoformat()))
        return self.say("register.open_since", day=self.day(case.opening.opened_on.isoformat()))

    # --- acts ---------------------------------------------------------------------------------------------------

    def act(self, case: Case, act: Act) -> Part:
        """One act, with what was said of it, and the correction that set it aside."""
        said = self.say("register.dated", day=self.day(done_on(act).isoformat()), what=self.what(act))
        below = [*self.beside(act), *self.set_aside(case, act)]
        mark = MARKS[act.outcome] if isinstance(act, Finding) and act.stands else "none"
        aside = self.say("register.signed", entry=act.id, by=act.by)
        return Part(said, mark, aside, fine=not act.stands, parts=tuple(below))

    def what(self, act: Act) -> str:
        """What was done."""
        match act:
            case Opening():
                return self.say("register.opening")
            case Request(answer_by=until):
                return self.say("register.request", until=self.day(until.isoformat()))
            case Receipt(item=item, what=what, complete=complete):
                key = "register.receipt" if complete else "register.receipt_incomplete"
                return self.say(key, item=self.item(item), what=what)
            case Observation(about=about):
                if isinstance(about, int):
                    return self.say("register.observation_of_act", entry=about)
                return self.say("register.observation", item=self.item(about))
            case Answer(observation=number):
                return self.say("register.answer", entry=number)
            case Finding():
                return self.finding(act)
            case Notification(what=what, answer_by=until):
                return self.say("register.notification", what=what, until=self.day(until.isoformat()))
            case Closing():
                return self.say("register.closing")

    def finding(self, finding: Finding) -> str:
        """What was found of an item, or of one of its choices."""
        label, outcome = self.item(finding.item), self.say(f"finding.{finding.outcome}")
        if finding.choice is None:
            return self.say("register.finding", item=label, outcome=outcome)
        choice = self.value("choice", finding.choice, finding.item)
        return self.say("register.finding_choice", item=label, choice=choice, outcome=outcome)

    def beside(self, act: Act) -> Iterator[Part]:
        """What goes with an act: its letter, its reasons, its words."""
        match act:
            case Opening(why=str(why)) | Closing(why=str(why)):
                yield Part(why, kind="quote")
            case Observation(text=text) | Answer(text=text):
                yield Part(text, kind="quote")
            case Finding(ground=ground, reference=reference):
                if ground:
                    yield Part(ground, kind="quote")
                if reference:
                    yield Part(self.say("register.reference", reference=reference))
            case Receipt(request=int(number)):
                yield Part(self.say("register.answers_request", entry=number))
            case Request(items=items, letter=letter):
                yield from (Part(self.item(item)) for item in items)
                yield from self.letter(letter)
            case Notification(letter=letter, digest=digest):
                yield from self.letter(letter)
                if digest:
                    yield Part(self.say("register.digest", digest=digest), fine=True)
            case _:
                pass

    def letter(self, number: str | None) -> Iterator[Part]:
        """The registered letter, if there was one."""
        if number:
            yield Part(self.say("register.letter", letter=number))

    def set_aside(self, case: Case, act: Act) -> Iterator[Part]:
        """Which correction set an act aside, and why."""
        if act.corrects is not None:
            yield Part(self.say("register.replaces", entry=act.corrects))
        for one in case.corrections:
            if one.corrects == act.id:
                told = self.say("register.set_aside", entry=one.id, by=one.by, day=self.day(one.on.isoformat()))
                yield Part(told, parts=(Part(one.why, kind="quote"),))

    # --- items --------------------------------------------------------------------------------------------------

    def state(self, case: Case, item: str) -> Part:
        """Where an item stands: what was asked, what came, what was found."""
        asked = [one for one in standing(case.requests) if item in one.items]
        came = [one for one in standing(case.receipts) if one.item == item]
        found = [one for one in standing(case.findings) if one.item == item]
        told = [
            *(self.say("register.item_asked", day=self.day(one.asked_on.isoformat())) for one in asked),
            *(
                self.say("register.item_came", day=self.day(one.received_on.isoformat()))
                for one in came
                if one.complete
            ),
            *(
                self.say("register.item_came_incomplete", day=self.day(one.received_on.isoformat()))
                for one in came
                if not one.complete
            ),
            *(self.say(f"finding.{one.outcome}") for one in found),
        ]
        mark = MARKS[found[-1].outcome] if found else "unknown"
        return Part(self.item(item), mark, ", ".join(told))

    def items(self, items: Iterable[str]) -> str:
        """Several items, as one enumerates them."""
        return self.joined([self.item(item) for item in items], "and")

    def item(self, name: str) -> str:
        """The item as the policy names it; as it is written, where the policy has no such item any more."""
        return super().item(name) if name in self.policy.vocabulary.items else name

    # --- what is awaited ----------------------------------------------------------------------------------------

    def awaited(self, one: Awaited) -> str:
        """What is awaited, and until when."""
        until = "" if one.until is None else self.day(one.until.isoformat())
        items = self.items(one.items) if one.items else ""
        return self.say(f"register.awaits_{one.what}", items=items, entry=one.act, until=until)


def _items(case: Case) -> list[str]:
    """The items that a case is about, in the order they came to it."""
    named: dict[str, None] = {}
    for act in standing(case.acts):
        match act:
            case Request(items=items):
                named.update(dict.fromkeys(items))
            case Receipt(item=item) | Finding(item=item) | Observation(about=str(item)):
                named[item] = None
            case _:
                pass
    return list(named)
