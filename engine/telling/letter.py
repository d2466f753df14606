"""A record → the letter that answers a doctor's claim: plain data in titled sections, for a screen or a page.

What the product cannot know (addresses, the claim's date, who signs) is left as a marked place to be completed. The
legal references come from `engine/telling/legal.toml`; those no lawyer has checked are starred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.amount import total
from engine.dossier import Dossier
from engine.measuring.written import NOWHERE, Passages
from engine.policy import Policy
from engine.telling.cause import cause
from engine.telling.contested import contested_in_letter, contradicted, later
from engine.telling.explanation import explain
from engine.telling.legal import cited, legal_text
from engine.telling.letter_lacking import Lacking
from engine.telling.letter_parts import Block, Grid, Items, Letter, Line, Section, Text
from engine.telling.owed import owed
from engine.telling.parts import Part
from engine.telling.phrases import Json, read_amount
from engine.telling.sentences import MET, rows_seen, telling
from engine.words import Lang

FILED = ("choice", "declared_on", "received_on")
"""What is told of a row in a table: which it is, and when it came."""
DASH = "—"
"""Stands where nothing is at stake by itself."""


def letter(record: Json, dossier: Dossier, policy: Policy, lang: Lang, left_out: Passages = NOWHERE) -> Letter:
    """The letter that answers a claim against a decision. `dossier` gives the doctor's name and caisse.

    `left_out` tells where what rates leave out is written; without it, that is not said under them.
    """
    return Writer(record, dossier, policy, lang, left_out).whole()


class Writer(Lacking):
    """Writes a letter on a decision, section by section: the answer to a claim, and what others share with it."""

    def __init__(
        self, record: Json, dossier: Dossier, policy: Policy, lang: Lang, left_out: Passages = NOWHERE
    ) -> None:
        super().__init__(policy, lang, brief=True)
        self.passages_left_out = left_out
        self.record, self.dossier = record, dossier
        told = explain(record, dossier, policy, lang, left_out=left_out)
        self.totals = told.totals
        self.sections = {section.text: section for section in told.sections}
        self.told: dict[str, Part] = {}
        for volet in record["volets"]:
            own = [one for one in record["indicators"] if one["volet"] == volet["id"]]
            parts = self.sections[self.claim(volet["id"])].parts
            self.told |= {one["id"]: part for one, part in zip(own, parts, strict=False)}
        self.told |= {one["id"]: self.sections[self.claim(one["id"])] for one in record["components"]}
        decided = [*record["indicators"], *record["components"]]
        self.lost = [one for one in decided if one["outcome"] in ("refused", "undetermined")]
        self.kept = [one for one in decided if one["outcome"] not in ("refused", "undetermined")]
        self.titles = {name: self.say(f"letter.{name}") for name in ("reasons", "granted", "remedies")}
        self.delay = legal_text("delay", lang)

    def whole(self) -> Letter:
        title = self.text(self.policy.title)
        answer = self.say("letter.answer", title=title)
        sections = [
            Section(self.say("letter.decision"), tuple(self.decision())),
            Section(self.titles["reasons"], tuple(self.reasons())),
            Section(self.titles["granted"], (self.granted(),)),
            *self.disputed(),
            Section(self.say("letter.processing"), tuple(self.processing())),
            Section(self.titles["remedies"], tuple(self.remedies())),
        ]
        return Letter(
            lang=self.lang,
            day=self.record["as_of"],
            author=self.caisse,
            title=answer,
            sender=(self.caisse, self.todo("address")),
            recipient=(self.name, self.say("letter.number", number=self.dossier.doctor), self.todo("doctor_address")),
            place=self.todo("place"),
            about=(
                self.labelled("reference", self.todo("reference")),
                self.labelled("claim", self.todo("claim")),
                self.labelled("sending", self.todo("sending")),
                self.labelled("subject", answer),
            ),
            opening=(
                self.say("letter.greeting"),
                self.say("letter.opening", title=title, day=self.day(self.record["as_of"])),
            ),
            sections=tuple(self.numbered(sections)),
            closing=(self.labelled("contact", self.todo("contact")), self.say("letter.closing")),
            signature=(self.say("letter.signed", caisse=self.caisse), self.todo("signatory")),
            notes=(self.say("letter.note_draft"), self.say("letter.note_verify")),
            footer=self.say("letter.footer"),
        )

    # --- small things -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.dossier.name or self.say("view.unnamed")

    @property
    def caisse(self) -> str:
        known = self.dossier.fields.get("caisse")
        return self.value("caisse", known) if known else self.todo("caisse")

    def why(self, one: Json) -> str:
        """The outcome in a few words; a component's own words are its amount alone."""
        aside = self.told[one["id"]].aside
        outcome = self.say(f"outcome.{one['outcome']}")
        if "periods" not in one:
            return aside
        key = "component_nothing" if one["euros"]["paid"] == "0" else "component"
        return self.say(f"letter.{key}", outcome=outcome, euros=aside)

    def todo(self, what: str) -> str:
        """A place to be completed, marked as such."""
        return self.say("letter.todo", what=self.say(f"letter.todo_{what}"))

    def numbered(self, sections: Sequence[Section]) -> Iterator[Section]:
        for number, section in enumerate(sections, 1):
            title = self.say("letter.titled", number=number, title=section.title)
            yield Section(title, tuple(self.numbered_blocks(section.blocks, number)))

    def numbered_blocks(self, blocks: Sequence[Block], above: int) -> Iterator[Block]:
        count = 0
        for block in blocks:
            if isinstance(block, Section):
                count += 1
                title = self.say("letter.titled", number=f"{above}.{count}", title=block.title)
                yield Section(title, block.blocks)
            else:
                yield block

    # --- decision -----------------------------------------------------------------------------------------------

    def decision(self) -> Iterator[Block]:
        points, euros = (self.record[unit]["paid"] for unit in ("points", "euros"))
        beside = any(one["euros"]["paid"] != "0" for one in self.record["components"])
        paid = self.say(
            "letter.paid" if euros != "0" or beside else "letter.paid_nothing",
            title=self.text(self.policy.title),
            points=self.amount(points, "points"),
            euros=self.amount(euros, "euros"),
        )
        yield Text(paid)
        if held := cause(self, self.record):
            yield Text(" ".join(part.text for part in held))
        yield from map(Text, self.hanging())
        if isinstance(points, dict):
            yield Text(self.say("letter.paid_range", **self.titles))
        elif not self.lost and points == self.record["points"]["possible"]:
            yield Text(self.say("letter.paid_whole"))
        head = tuple(self.say(f"letter.{name}") for name in ("amounts", "in_points", "in_euros"))
        asked = (self.say("letter.asked"), self.todo("amount"), self.todo("amount"))
        yield Grid(head, (asked, *self.totals), amounts=2)
        if self.lost:
            head = tuple(self.say(f"letter.{name}") for name in ("indicator", "ground", "stake"))
            rows = [(self.claim(one["id"]), self.why(one), self.stake(one)) for one in self.lost]
            yield Grid(head, tuple(rows), amounts=1)
            yield from map(Text, self.gated())
            for one in (each for each in self.lost if "periods" in each):
                yield Text(self.say("letter.beside", title=self.claim(one["id"])))
            yield Text(self.say("letter.act", delay=self.delay, **self.titles))

    def hanging(self) -> Iterator[str]:
        """That another reading would pay something else: the most that one would, or that it would be less."""
        title = self.say("letter.contested")
        mine, others = self.whole_sum(self.record), [self.whole_sum(one) for one in self.priced]
        if others and max(others) > mine:
            yield self.say("letter.hangs_more", euros=self.euros(str(max(others))), contested=title)
        elif others and min(others) < mine:
            yield self.say("letter.hangs_less", contested=title)

    def whole_sum(self, decided: Json) -> Decimal:
        """The most that is paid in all, by the record or by another reading in it."""
        beside = decided["components"]
        apart = list(beside.values()) if isinstance(beside, dict) else [one["euros"]["paid"] for one in beside]
        return total(read_amount(one) for one in (decided["euros"]["paid"], *apart)).most

    def stake(self, one: Json) -> str:
        """What the first shortfall would have brought, in euros; a dash when it brings nothing by itself.

        Of what is paid apart, the most that it could still pay.
        """
        if "periods" in one:
            most = read_amount(one["euros"]["possible"]).most - read_amount(one["euros"]["paid"]).least
            return self.say("letter.beside_stake", euros=self.euros(str(most)))
        known = one.get("missing")
        return self.amount(known[0]["euros"], "euros") if known and known[0]["points"] != "0" else DASH

    def gated(self) -> Iterator[str]:
        """The conditions without which nothing of a volet brings anything by itself."""
        volets = {one["volet"] for one in self.lost if "volet" in one and self.stake(one) == DASH}
        for volet in self.record["volets"]:
            if volet["id"] in volets and volet["gate"] and volet["gate"]["verdict"] != MET:
                yield self.say("letter.no_stake", dash=DASH, gate=self.label(volet["gate"]))

    # --- reasons ------------------------------------------------------------------------------------------------

    def reasons(self) -> Iterator[Block]:
        yield from self.blocked()
        if not self.lost:
            yield Text(self.say("letter.no_reason"))
        for one in self.lost:
            yield Section(self.claim(one["id"]), tuple(self.reason(one)))

    def blocked(self) -> Iterator[Block]:
        """What does not hold of the condition on which everything hangs."""
        if self.record["eligible"]["verdict"] != MET:
            told = self.sections[self.say("view.obstacles")].parts[0]
            yield from self.items("blocked", told.parts)

    def reason(self, one: Json) -> Iterator[Block]:
        """Why a part is refused or undetermined: what was found, the data, what was missing, the text, what to do."""
        told, lacking = self.told[one["id"]], self.lacking(one)
        found = [part for part in told.parts if not part.fine and part.text not in lacking]
        yield Text(self.labelled("outcome", self.why(one)))
        yield from self.items("found", found)
        yield self.data(one)
        yield from self.lacked(one.get("missing", ()))
        if counts := self.lacked_counts(one):
            yield Items(self.say("letter.lacked_tiers"), tuple(counts))
        yield from self.passage(one, told)
        key = self.acting(one)
        yield Text(self.labelled("remedy", self.say(f"letter.act_{key}", delay=self.delay, **self.titles)))

    def trees(self, one: Json) -> list[Json]:
        """The tree of an indicator, or those of every tier of what is paid by tiers."""
        return [one["tree"]] if "tree" in one else [tier["tree"] for tier in self.tiers(one)]

    def tiers(self, one: Json) -> list[Json]:
        return [tier for period in one["periods"] for tier in period["tiers"]]

    def leaves(self, one: Json) -> list[Json]:
        """The leaves that tell why."""
        return [leaf for tree in self.trees(one) for leaf in telling(tree)]

    def data(self, one: Json) -> Block:
        """Every row that was looked at, branches that were not needed included, with its origin and date."""
        rows = dict.fromkeys(self.row(row) for tree in self.trees(one) for row in rows_seen(tree))
        lines = [Line(row) for row in rows]
        lines = lines or [Line(self.say("letter.no_data", day=self.day(self.record["as_of"])))]
        return Items(self.say("letter.data"), tuple(lines))

    def passage(self, one: Json, told: Part) -> Iterator[Block]:
        """The passage of each condition that made the decision, presumed ones apart, then those of the whole rule."""
        exact = {str(each): each for leaf in self.leaves(one) if not leaf["presumed"] for each in leaf["sources"]}
        presumed = {str(each): each for leaf in self.leaves(one) if leaf["presumed"] for each in leaf["sources"]}
        if exact:
            widest = [one for one in exact.values() if not any(within(one, other) for other in exact.values())]
            yield Text(self.labelled("passage", self.passages(widest)))
        if presumed:
            yield Text(self.say("view.presumed", passages=self.passages(list(presumed.values()))))
        lacking = self.lacking(one)
        for part in told.parts:
            if part.fine and part.text not in lacking:
                yield Text(part.text, fine=True)

    # --- what is granted, what is contested ---------------------------------------------------------------------

    def granted(self) -> Block:
        if not self.kept:
            return Text(self.say("letter.no_grant"))
        head = tuple(self.say(f"letter.{name}") for name in ("indicator", "observed", "outcome"))
        rows = [(self.claim(one["id"]), self.seen(one), self.why(one)) for one in self.kept]
        return Grid(head, tuple(rows))

    def seen(self, one: Json) -> str:
        """What was counted, observed or filed; for what a neutralisation decided, that neutralisation."""
        if one.get("how") == "neutralisation" or one["outcome"] == "out_of_play":
            steps = self.told[one["id"]].parts[: len(one["neutralisations"])]
            return " ".join(
                self.say("letter.aside", text=step.text, aside=step.aside) for step in steps if step.aside
            )
        told: dict[str, None] = {}
        for leaf in self.leaves(one):
            if leaf["kind"] in ("rate", "fact"):
                told |= dict.fromkeys(self.found(leaf))
            rows = leaf.get("saw", {}).get("rows", ()) if leaf["kind"] == "record" else ()
            told |= dict.fromkeys(self.row(seen["row"], FILED) for seen in rows if seen["verdict"] == MET)
        return " ".join(told)

    def disputed(self) -> Iterator[Section]:
        """The readings under which something else would be paid, then facts that disagree or came later."""
        blocks: list[Block] = [Text(self.say("letter.uncontested"))]
        if self.priced:
            parts = contested_in_letter(self, {**self.record, "contested": self.priced}, self.record)
            blocks = [Text(self.say("letter.contested_intro")), Items("", tuple(self.flat(parts)))]
        if any(one.get("missing") for one in self.lost):
            blocks.append(Text(self.say("letter.as_it_stands")))
        yield Section(self.say("letter.contested"), tuple(blocks))
        for part in (*contradicted(self, self.record), *later(self, self.record)):
            yield Section(part.text, (Items("", tuple(self.flat(part.parts))),))

    @property
    def priced(self) -> list[Json]:
        """The other readings that pay something else."""
        return [one for one in self.record["contested"] if self.changes(one)]

    def changes(self, other: Json) -> bool:
        """Whether another reading pays something else."""
        beside = {one["id"]: one["euros"]["paid"] for one in self.record["components"]}
        same = all(other[unit]["paid"] == self.record[unit]["paid"] for unit in ("points", "euros"))
        return not same or other["components"] != beside

    # --- the processing and the remedies ------------------------------------------------------------------------

    def processing(self) -> Iterator[Block]:
        """The four elements that article R.311-3-1-2 of the CRPA owes, in brief."""
        contribution, _, parameters, operations = owed(self, self.record, self.dossier, ("alone", "signed"))
        yield Text(cited("algorithm", self.lang))
        yield Items(contribution.text, tuple(self.flat(contribution.parts)))
        yield Items(self.say("crpa.data"), tuple(self.origins()))
        general = parameters.parts[: 1 + len(self.record["volets"])]
        days = parameters.parts[len(parameters.parts) - len(self.policy.calendar) :]
        weights = self.say("letter.weights", **self.titles)
        yield Items(parameters.text, (*self.flat(general), Line(weights), *self.flat(days)))
        yield Items(operations.text, tuple(self.flat(operations.parts)))

    def origins(self) -> Iterator[Line]:
        """Where the data came from and when, each origin once with what it gave."""
        given: dict[str, dict[str, None]] = {}
        for one in [*self.record["indicators"], *self.record["components"]]:
            for row in (row for tree in self.trees(one) for row in rows_seen(tree)):
                given.setdefault(self.origin(row), {})[self.row_name(row)] = None
        fields = [
            self.say("row.field", field=self.field(key), found=self.value(key, value))
            for key, value in self.dossier.plain()["fields"].items()
        ]
        yield Line(self.say("crpa.doctor", fields=self.say("missing.separator").join(fields)))
        for origin, names in given.items():
            told = self.say("missing.separator").join(names)
            yield Line(self.say("letter.from_origin", origin=origin, names=told))

    def remedies(self) -> Iterator[Block]:
        yield Text(cited("cra", self.lang))
        yield Text(self.labelled("where_cra", self.todo("cra")))
        yield Text(cited("silence", self.lang))
        yield Text(cited("court", self.lang))
        yield Text(self.labelled("where_court", self.todo("court")))


def within(source: Json, other: Json) -> bool:
    """Whether a passage lies inside another, longer one, of the same section."""
    (first, last), (begins, ends) = source["lines"], other["lines"]
    same = (source["document"], source["section"]) == (other["document"], other["section"])
    return bool(same and begins <= first and last <= ends and (first, last) != (begins, ends))
