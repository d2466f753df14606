"""A record → an explanation: titled parts and lines, ready to be drawn as a tree on a screen or as Markdown.

The short form says what a reader needs first. The full form adds every branch and what article R.311-3-1-2 of the
Code des relations entre le public et l’administration owes: the part played by the processing, the data and their
origins, the parameters and their weights, and the operations carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as Anything

from msgspec.structs import replace

from engine.dossier import Dossier
from engine.measuring.written import NOWHERE, Passages
from engine.policy import Policy
from engine.telling.cause import cause
from engine.telling.contested import contested, contradicted, later
from engine.telling.missing import missing
from engine.telling.owed import owed
from engine.telling.parts import Depth, Explanation, Part, each_line
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences, telling
from engine.words import Lang


def explain(
    record: Json,
    dossier: Dossier,
    policy: Policy,
    lang: Lang,
    depth: Depth = "short",
    left_out: Passages = NOWHERE,
) -> Explanation:
    """The explanation of a record, in a language. `dossier` gives the doctor's name and situation.

    `left_out` tells where what rates leave out is written; without it, that is not said under them.
    """
    return _Explainer(record, dossier, policy, lang, depth, left_out).whole()


class _Explainer(Sentences):
    def __init__(
        self, record: Json, dossier: Dossier, policy: Policy, lang: Lang, depth: Depth, left_out: Passages
    ) -> None:
        super().__init__(policy, lang, brief=depth == "short")
        self.passages_left_out = left_out
        self.record, self.dossier, self.full = record, dossier, depth == "full"

    def whole(self) -> Explanation:
        sections = [
            *contradicted(self, self.record),
            *self.obstacles(),
            *self.depends(),
            *(self.volet(volet) for volet in self.record["volets"]),
        ]
        sections += [self.component(one) for one in self.record["components"]]
        sections += [contested(self, self.record, full=self.full), *later(self, self.record)]
        if self.full:
            sections += owed(self, self.record, self.dossier)
        return Explanation(
            title=self.text(self.policy.title),
            intro=tuple(self.intro()),
            totals=tuple(self.totals()),
            sections=tuple(sections),
        )

    # --- head ---------------------------------------------------------------------------------------------------

    def intro(self) -> Iterator[str]:
        name = self.dossier.name or self.say("view.unnamed")
        yield self.say("view.doctor", name=name, number=self.dossier.doctor)
        shown = ("specialty", "status", "sector", "caisse")
        known = [self.value(key, self.dossier.fields[key]) for key in shown if key in self.dossier.fields]
        if known:
            yield ", ".join(known)
        yield self.say("view.as_of", day=self.day(self.record["as_of"]))

    def totals(self) -> Iterator[tuple[str, str, str]]:
        for key in ("paid", "attained", "possible"):
            if key == "attained" and self.record["points"]["paid"] == self.record["points"]["attained"]:
                continue
            points, euros = (self.record[unit][key] for unit in ("points", "euros"))
            yield self.say(f"view.{key}"), self.amount(points, "points"), self.amount(euros, "euros")
        for component in self.record["components"]:
            if component["euros"]["paid"] != "0":
                title = self.claim(component["id"])
                yield self.say("view.beside", title=title), "", self.amount(component["euros"]["paid"], "euros")

    def obstacles(self) -> list[Part]:
        """What holds whole parts back, first: it is what the reader came to learn."""
        told = cause(self, self.record, full=self.full)
        eligible = self.record["eligible"]
        if eligible["verdict"] != "met":
            first = told[:1] or [Part(self.label(eligible["tree"]), eligible["verdict"])]
            told = [replace(first[0], parts=tuple(self.tell(eligible["tree"]))), *told[1:]]
        return [Part(self.say("view.obstacles"), parts=tuple(told))] if told else []

    def depends(self) -> list[Part]:
        """Where the payment is a range: what would settle it."""
        paid = self.record["points"]["paid"]
        doubtful = [one for one in self.record["indicators"] if one["outcome"] == "undetermined"]
        if not isinstance(paid, dict) or not doubtful:
            return []
        parts = [Part(self.claim(one["id"]), one["outcome"], self.why(one)) for one in doubtful]
        text = self.say("view.depends", points=self.amount(paid, "points"))
        return [Part(text, parts=tuple(parts))]

    # --- volets and indicators ----------------------------------------------------------------------------------

    def volet(self, volet: Json) -> Part:
        points = volet["points"]
        aside = self.say(
            "view.volet_points",
            paid=self.amount(points["paid"], "points"),
            possible=self.amount(points["possible"], "points"),
        )
        own = [self.indicator(one) for one in self.record["indicators"] if one["volet"] == volet["id"]]
        fine = self.sources(volet) if self.full else ()
        return Part(self.claim(volet["id"]), aside=aside, parts=(*own, *fine))

    def indicator(self, one: Json) -> Part:
        title = self.claim(one["id"])
        seen = [self.tree(one["tree"])] if self.full else self.tell(one["tree"], title)
        if one["how"] == "neutralisation" or one["outcome"] == "out_of_play":
            seen = [*self.neutral(one), Part(self.say("view.seen_anyway"), parts=tuple(seen))]
        parts = [*seen, *missing(self, one["missing"], full=self.full), *self.sources(one)]
        if self.full:
            parts.append(Part(self.say("view.evidence", evidence=self.say(f"evidence.{one['evidence']}")), fine=True))
            parts += [Part(self.say("view.keep", paper=paper), fine=True) for paper in self.papers(one["id"])]
        return Part(title, one["outcome"], self.why(one), parts=tuple(parts))

    def papers(self, name: str) -> list[str]:
        return [self.text(paper) for one in self.policy.indicators if one.id == name for paper in one.keep]

    def why(self, one: Json) -> str:
        """An outcome in a few words: how it came, its reason, its points."""
        word = self.say(f"outcome.{one['outcome']}")
        told = [word]
        if one["how"] in ("exemption", "neutralisation"):
            told = [self.say(f"how.{one['how']}")]
        if one["grade"]:
            told.append(self.say(f"grade.{one['grade']}"))
        for kind in ("reason", "unknown"):
            if one[kind]:
                told.append(self.say(f"{kind}.{one[kind]}"))
        if one["points_possible"] != "0":
            told.append(self.points(one))
        return ", ".join(told)

    def points(self, one: Json) -> str:
        possible, attained, paid = (one[f"points_{key}"] for key in ("possible", "attained", "paid"))
        if attained == paid:
            return self.say("view.points", paid=self.short(paid), possible=self.amount(possible, "points"))
        key = "view.points_pending" if isinstance(paid, dict) else "view.points_unpaid"
        return self.say(key, attained=self.short(attained), possible=self.amount(possible, "points"))

    def short(self, value: Anything) -> str:
        if isinstance(value, dict):
            return self.say("amount.range", from_=self.number(value["from"]), to=self.number(value["to"]))
        return self.number(value)

    def neutral(self, one: Json) -> Iterator[Part]:
        for step in one["neutralisations"]:
            if step["when"]["verdict"] == "met":
                parts = self.sources(step["when"])
                yield Part(self.label(step["when"]), "met", self.say(f"effect.{step['as']}"), parts=tuple(parts))

    def tell(self, tree: Json, under: str = "") -> list[Part]:
        """The leaves that made the verdict, each with what it found, grouped by the labelled parts of the tree.

        A lone leaf without a name of its own speaks `under` its indicator.
        """
        groups = [child for child in self.parted(tree) if child["verdict"] == tree["verdict"]]
        if groups:
            return [Part(self.label(group), group["verdict"], parts=tuple(self.leaves(group))) for group in groups]
        told, found = self.leaves(tree), telling(tree)
        alone = len(told) == 1 and (told[0].text == under or not self.own_label(found[0]))
        return list(told[0].parts) if under and alone else told

    def parted(self, tree: Json) -> list[Json]:
        """The parts of an `all` that are themselves gates with a name."""
        below = tree.get("of", ()) if tree["kind"] == "all" else ()
        return [child for child in below if child.get("of") and self.own_label(child)]

    def leaves(self, tree: Json) -> list[Part]:
        told: dict[tuple[str, tuple[str, ...]], Part] = {}
        for leaf in telling(tree):
            found = tuple(sentence for sentence in self.found(leaf) if sentence)
            told.setdefault(
                (self.label(leaf), found), Part(self.label(leaf), leaf["verdict"], parts=each_line(found))
            )
        return list(told.values())

    def tree(self, node: Json) -> Part:
        """A node with everything under it, branches that were not needed included."""
        below = [self.tree(child) for child in node.get("of", ())]
        found = [Part(sentence) for sentence in self.found(node) if sentence]
        fine = [*self.sources(node), *self.taken(node)] if not below else list(self.taken(node))
        return Part(self.label(node), node["verdict"], parts=(*found, *below, *fine))

    def taken(self, node: Json) -> Iterator[Part]:
        for name, option in node["readings"].items():
            yield Part(self.say("view.taken", name=name, option=option), fine=True)

    def sources(self, node: Json) -> list[Part]:
        if not node["sources"]:
            return []
        key = "view.presumed" if node["presumed"] else "view.source"
        return [Part(self.say(key, passages=self.passages(node["sources"])), fine=True)]

    # --- components ---------------------------------------------------------------------------------------------

    def component(self, one: Json) -> Part:
        component = next(component for component in self.policy.components if component.id == one["id"])
        labels = {period.id: period for period in component.periods}
        parts = []
        for period in one["periods"]:
            linked = labels[period["id"]]
            shown = self.say("view.pending", day=self.day(period["ends"]["to"])) if period["pending"] else ""
            aside = shown or self.amount(period["paid"], "euros")
            tiers = period["tiers"]
            told = [self.tier(tier, linked.tiers[index].label) for index, tier in enumerate(tiers)]
            parts.append(Part(self.text(linked.label), aside=aside, parts=tuple(told)))
        aside = self.say("view.component", euros=self.amount(one["euros"]["paid"], "euros"))
        return Part(self.claim(one["id"]), one["outcome"], aside, parts=(*parts, *self.sources(one)))

    def tier(self, tier: Json, label: Anything) -> Part:
        text = self.say("view.tier", label=self.text(label), euros=self.euros(tier["euros"]))
        return Part(text, tier["tree"]["verdict"], parts=tuple(self.tell(tier["tree"], text)))
