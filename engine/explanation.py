"""A record → an explanation: titled parts and lines, ready to be drawn as a tree on a screen or as Markdown.

The short form says what a reader needs first. The full form adds every branch and what article R.311-3-1-2 of the
Code des relations entre le public et l’administration owes: the part played by the processing, the data and their
origins, the parameters and their weights, and the operations carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any as Anything
from typing import Literal

from engine.dossier import Dossier
from engine.phrases import Json
from engine.policy import Policy
from engine.sentences import Sentences, every, rows_seen, telling
from engine.words import Lang

Mark = Literal["granted", "refused", "undetermined", "out_of_play", "met", "unmet", "unknown", "none"]
Depth = Literal["short", "full"]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of an explanation, with what lies under it.

    `mark` is its sign; `aside` what stands beside it (an outcome, points); `fine` marks small print (sources).
    """

    text: str
    mark: Mark = "none"
    aside: str = ""
    fine: bool = False
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole: a title, lines that say who and when, totals as (label, points, euros), and titled sections."""

    title: str
    intro: tuple[str, ...]
    totals: tuple[tuple[str, str, str], ...]
    sections: tuple[Part, ...]

    def with_section(self, section: Part) -> Explanation:
        """The same, with one more section at its end."""
        return replace(self, sections=(*self.sections, section))


def explain(record: Json, dossier: Dossier, policy: Policy, lang: Lang, depth: Depth = "short") -> Explanation:
    """The explanation of a record, in a language. `dossier` gives the doctor's name and situation."""
    return _Explainer(record, dossier, policy, lang, depth).whole()


def only(explanation: Explanation, indicator_title: str) -> Explanation:
    """The explanation of one indicator alone, under its title."""
    kept = [
        replace(section, parts=tuple(part for part in section.parts if part.text == indicator_title))
        for section in explanation.sections
    ]
    return replace(explanation, sections=tuple(section for section in kept if section.parts))


class _Explainer(Sentences):
    def __init__(self, record: Json, dossier: Dossier, policy: Policy, lang: Lang, depth: Depth) -> None:
        super().__init__(policy, lang, brief=depth == "short")
        self.record, self.dossier, self.full = record, dossier, depth == "full"
        self.indicators = {one["id"]: one for one in record["indicators"]}
        self.titles = {one.id: self.text(one.title) for one in policy.indicators}

    def whole(self) -> Explanation:
        sections = [*self.obstacles(), *(self.volet(volet) for volet in self.record["volets"])]
        sections += [self.component(one) for one in self.record["components"]]
        sections += self.contested()
        if self.full:
            sections += [self.contribution(), self.data(), self.parameters(), self.operations()]
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
                title = self.component_title(component["id"])
                yield self.say("view.beside", title=title), "", self.amount(component["euros"]["paid"], "euros")

    def obstacles(self) -> list[Part]:
        """What keeps attained points from being paid, first: it is what the reader came to learn."""
        lines = []
        if self.record["eligible"]["verdict"] != "met":
            lines += self.tell(self.record["eligible"]["tree"])
        for volet in self.record["volets"]:
            gate = volet["gate"]
            if gate and gate["verdict"] != "met" and volet["points"]["attained"] != "0":
                lines.append(self.closed(volet, gate))
        return [Part(self.say("view.obstacles"), parts=tuple(lines))] if lines else []

    def closed(self, volet: Json, gate: Json) -> Part:
        attained = self.amount(volet["points"]["attained"], "points")
        text = self.say("view.closed", title=self.claim(volet["id"]), attained=attained)
        failing = [
            Part(self.titles[one["id"]], one["outcome"], self.why(one))
            for one in self.record["indicators"]
            if one["volet"] != volet["id"] and one["outcome"] not in ("granted", "out_of_play")
        ]
        return Part(text, gate["verdict"], parts=tuple(failing) or tuple(self.tell(gate)))

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
        title = self.titles[one["id"]]
        seen = [self.tree(one["tree"])] if self.full else self.tell(one["tree"], title)
        if one["how"] == "neutralisation" or one["outcome"] == "out_of_play":
            seen = [*self.neutral(one), Part(self.say("view.seen_anyway"), parts=tuple(seen))]
        parts = [*seen, *self.sources(one)]
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
        return self.say("view.points_unpaid", attained=self.short(attained), possible=self.amount(possible, "points"))

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
            told.setdefault((self.label(leaf), found), Part(self.label(leaf), leaf["verdict"], parts=_parts(found)))
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

    def component_title(self, name: str) -> str:
        return next(self.text(one.title) for one in self.policy.components if one.id == name)

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
        return Part(self.component_title(one["id"]), one["outcome"], aside, parts=(*parts, *self.sources(one)))

    def tier(self, tier: Json, label: Anything) -> Part:
        text = self.say("view.tier", label=self.text(label), euros=self.euros(tier["euros"]))
        return Part(text, tier["tree"]["verdict"], parts=tuple(self.tell(tier["tree"], text)))

    # --- contested ----------------------------------------------------------------------------------------------

    def contested(self) -> list[Part]:
        """The other readings that would change this decision, priced; in full, all those it rests on."""
        changing = [self.alternative(one) for one in self.record["contested"]]
        parts = changing or [Part(self.say("view.uncontested"))]
        if self.full:
            parts.append(Part(self.say("view.rests"), parts=tuple(self.reading(name) for name in self.rests_on())))
        return [Part(self.say("view.contested"), parts=tuple(parts))]

    def alternative(self, one: Json) -> Part:
        reading, other = self.policy.readings[one["reading"]], one["option"]
        taken = self.policy.choices[reading.id]
        lines = [
            self.say("view.reading_taken", option=taken, says=self.says(reading.id, taken)),
            self.option(reading.id, other),
            self.price(one),
        ]
        flips = [
            self.say("view.flip", title=self.titles.get(name) or self.component_title(name), outcome=word)
            for name, outcome in one["outcomes"].items()
            for word in [self.say(f"outcome.{outcome}")]
        ]
        aside = self.say("view.reading_name", name=reading.id, option=other, contradiction=reading.contradiction)
        return Part(self.text(reading.question), aside=aside, parts=_parts([*lines, *flips]))

    def price(self, one: Json) -> str:
        """What the decision would pay under another reading."""
        points, euros = self.amount(one["points"]["paid"], "points"), self.amount(one["euros"]["paid"], "euros")
        beside = [
            self.say("view.price_beside", title=self.component_title(name), euros=self.amount(paid, "euros"))
            for name, paid in one["components"].items()
            if paid != next(each["euros"]["paid"] for each in self.record["components"] if each["id"] == name)
        ]
        return self.say("view.price", points=points, euros=euros, beside="".join(beside))

    def rests_on(self) -> list[str]:
        """Every reading that shaped the conditions and points of this decision."""
        trees = [self.record["eligible"]["tree"], *(one["tree"] for one in self.record["indicators"])]
        lifting = [step["when"] for one in self.record["indicators"] for step in one["neutralisations"]]
        gates = [volet["gate"] for volet in self.record["volets"] if volet["gate"]]
        tiers = [t["tree"] for c in self.record["components"] for p in c["periods"] for t in p["tiers"]]
        shaped = [node for tree in [*trees, *lifting, *gates, *tiers] for node in every(tree)]
        shaped += [*self.record["indicators"], *self.record["volets"], *self.record["components"]]
        return sorted({name for one in shaped for name in one["readings"]})

    def reading(self, name: str) -> Part:
        reading, taken = self.policy.readings[name], self.policy.choices[name]
        lines = [self.say("view.reading_taken", option=taken, says=self.says(reading.id, taken))]
        lines += [self.option(name, other) for other in reading.options if other != taken]
        why = Part(self.text(reading.why), fine=True)
        aside = self.say("view.reading_id", name=name, contradiction=reading.contradiction)
        return Part(self.text(reading.question), aside=aside, parts=(*_parts(lines), why))

    def says(self, name: str, option: str) -> str:
        """What an option says, as a clause that a sentence can end."""
        return self.text(self.policy.readings[name].options[option].says).rstrip(".")

    def option(self, name: str, option: str) -> str:
        """Another option: what it says, who supports it, and what it could be worth if it cannot be computed."""
        other = self.policy.readings[name].options[option]
        support = self.joined([self.text(one.who) for one in other.support], "and")
        told = self.say("view.reading_other", option=option, says=self.says(name, option), support=support)
        if other.silent is None:
            return told
        least, most = other.silent.bounds
        amounts = [str(least), str(most)] if most is not None else [str(least)]
        bounds = [self.amount(bound, other.silent.unit) for bound in amounts]
        key = "view.bounds" if most is not None else "view.bounds_open"
        return f"{told} {self.say(key, why=self.text(other.silent.why), least=bounds[0], most=bounds[-1])}"

    # --- what R.311-3-1-2 owes ----------------------------------------------------------------------------------

    def contribution(self) -> Part:
        lines = [Part(self.say(f"crpa.contribution_{number}")) for number in (1, 2)]
        return Part(self.say("crpa.contribution"), parts=tuple(lines))

    def data(self) -> Part:
        trees = [self.record["eligible"]["tree"], *(one["tree"] for one in self.record["indicators"])]
        tiers = [t["tree"] for c in self.record["components"] for p in c["periods"] for t in p["tiers"]]
        lines = dict.fromkeys(self.row(row) for tree in [*trees, *tiers] for row in rows_seen(tree))
        fields = [
            self.say("row.field", field=self.field(key), found=self.value(key, value))
            for key, value in self.dossier.plain()["fields"].items()
        ]
        about = Part(self.say("crpa.doctor", fields=", ".join(fields)))
        return Part(self.say("crpa.data"), parts=(about, *(Part(line) for line in lines)))

    def parameters(self) -> Part:
        value = self.euros(self.record["policy"]["point_value"])
        lines = [Part(self.say("crpa.point_value", value=value))]
        for volet in self.record["volets"]:
            weight = self.amount(volet["points"]["possible"], "points")
            lines.append(Part(self.say(f"crpa.volet_{volet['pays']}", title=self.claim(volet["id"]), points=weight)))
        for one in self.record["indicators"]:
            weight = self.amount(one["points_possible"], "points")
            if one["points_possible"] != "0":
                lines.append(Part(self.say("crpa.weight", title=self.titles[one["id"]], points=weight)))
        for entry in self.policy.calendar.values():
            days = (day.isoformat() if day else "" for day in (entry.first, entry.last))
            first, last = (self.day(day) if day else "" for day in days)
            label = self.text(entry.label) if entry.label else entry.name
            key = "open" if entry.is_open else "day" if first == last else "span"
            lines.append(Part(self.say(f"crpa.{key}", label=label, first=first, last=last)))
        return Part(self.say("crpa.parameters"), parts=tuple(lines))

    def operations(self) -> Part:
        points, euros = self.record["points"]["paid"], self.record["euros"]["paid"]
        sums = [self.amount(volet["points"]["paid"], "points") for volet in self.record["volets"]]
        lines = [
            self.say("crpa.observed"),
            self.say("crpa.derived"),
            self.say("crpa.sum", terms=" + ".join(sums), total=self.amount(points, "points")),
            self.say(
                "crpa.product",
                points=self.amount(points, "points"),
                value=self.euros(self.record["policy"]["point_value"]),
                euros=self.amount(euros, "euros"),
            ),
            self.say(
                "crpa.digests", policy=self.record["policy"]["digest"], dossier=self.record["dossier"]["digest"]
            ),
        ]
        return Part(self.say("crpa.operations"), parts=_parts(lines))


def _parts(lines: Sequence[str]) -> tuple[Part, ...]:
    return tuple(Part(line) for line in lines)
