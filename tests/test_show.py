"""The rules in plain words: all of them, from the data, each with where it is written and beside its passage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from cli.markdown import markdown
from engine.claims import claims
from engine.conditions import Node, Rate, Source, walk
from engine.drafting.showing.nodes import Quote, nothing
from engine.drafting.showing.showing import names, show
from engine.linking import linked
from engine.loading import bundled_policies, years
from engine.measuring.linking import Countings, countings_of
from engine.policy import Policy
from engine.telling.parts import Explanation, Part
from engine.telling.phrases import Phrases
from engine.words import LANGS, Lang, whole_quantities
from tests.conftest import Forfait, policy_files
from tests.made_up import law as made_up_law
from tests.test_words import WORD, faults, french, lines

YEARS = list(years(bundled_policies()))
ROOT = Path(__file__).parent.parent


@cache
def law(year: int) -> Policy:
    return linked(policy_files(year), {})


@cache
def counted(year: int) -> Countings:
    return countings_of(policy_files(year), {})


@cache
def told(year: int, lang: Lang, only: str | None = None) -> Explanation:
    return show(law(year), lang, only, countings=counted(year))


def made_up(source: Source) -> tuple[str, ...]:
    """The words of a passage that nobody wrote."""
    first, last = source.lines
    return tuple(f"{source.document}, line {line}" for line in range(first, last + 1))


def nodes(policy: Policy) -> Iterator[Node]:
    """Every condition that the files write."""
    for _, tree in claims(policy):
        yield from (node for node in walk(tree) if "~" not in node.at)


def every(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from every(part.parts)


# --- what people read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_the_rules_of_a_year_as_they_are_read(named: SnapshotAssertion, year: int) -> None:
    assert markdown(told(year, "fr")) == named(name=f"show/{year}.md")


def test_the_rules_of_a_year_as_they_are_read_in_english(named: SnapshotAssertion) -> None:
    assert markdown(told(YEARS[-1], "en")) == named(name=f"show/{YEARS[-1]}.en.md")


@pytest.mark.parametrize("lang", LANGS)
def test_one_indicator_on_a_screen(forfait: Forfait, named: SnapshotAssertion, lang: str) -> None:
    ran = forfait("policy", "show", YEARS[0], "volet-1.teletransmission", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == named(name=f"show/{YEARS[0]}-teletransmission.{lang}.txt")


def test_one_indicator_beside_its_passages(named: SnapshotAssertion) -> None:
    """Passages that nobody wrote: no word of a text is kept here."""
    beside = show(law(YEARS[0]), "fr", "volet-2.aat", made_up, counted(YEARS[0]))
    assert markdown(beside) == named(name=f"show/{YEARS[0]}-aat-beside.md")


# --- nothing is left out --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_label_of_a_policy_is_told(year: int, lang: Lang) -> None:
    policy, phrases = law(year), Phrases(law(year), lang)
    labels = [node.label for node in nodes(policy)] + [one.label for one in policy.calendar.values()]
    labels += [one.title for one in (*policy.volets,)] + [one.title for one in policy.indicators]
    labels += [one.title for one in policy.components] + [one.title for one in policy.documents.values()]
    labels += [paper for one in policy.indicators for paper in one.keep]
    labels += [tier.label for one in policy.components for period in one.periods for tier in period.tiers]
    labels += [text for one in policy.readings.values() for text in (one.question, one.why)]
    text = "\n".join(lines(told(year, lang)))
    assert [label for label in labels if label and phrases.text(label) not in text] == []


@pytest.mark.parametrize("year", YEARS)
def test_every_option_of_every_reading_is_told_with_who_says_it(year: int) -> None:
    text = "\n".join(lines(told(year, "fr")))
    wanted = [
        said.fr
        for reading in law(year).readings.values()
        for option in reading.options.values()
        for said in (option.says, *(one.who for one in option.support))
    ]
    assert [said for said in map(whole_quantities, wanted) if said not in text] == []


@pytest.mark.parametrize("year", YEARS)
def test_every_passage_of_the_linked_rules_is_named(year: int) -> None:
    policy, phrases = law(year), Phrases(law(year), "fr")
    cited = {source for node in nodes(policy) for source in node.sources}
    cited |= {source for one in policy.calendar.values() for source in one.sources}
    text = "\n".join(lines(told(year, "fr")))
    places = {
        source: phrases.passages(
            [{"document": source.document, "section": source.section, "lines": list(source.lines)}]
        )
        for source in cited
    }
    short = {source: re.search(r", (.*?\))", place) for source, place in places.items()}
    assert [source for source, place in short.items() if place is None or place[1] not in text] == []


@pytest.mark.parametrize("year", YEARS)
def test_every_rate_and_every_day_is_told(year: int) -> None:
    text, phrases = "\n".join(lines(told(year, "fr"))), Phrases(law(year), "fr")
    rates = {phrases.fraction(str(node.threshold)) for node in nodes(law(year)) if isinstance(node, Rate)}
    days = {one for entry in law(year).calendar.values() for one in (entry.first, entry.last) if one}
    said = rates | {phrases.day(day.isoformat()) for day in days}
    assert (len(rates) > 5, [one for one in said if one not in text]) == (True, [])


def test_a_made_up_year_is_told_by_the_same_python() -> None:
    """With what no real year has: a weight that hangs on a condition, say."""
    parts = list(every(show(made_up_law(), "en").sections))
    assert {"6\N{NO-BREAK SPACE}points if", "Otherwise, 20.5\N{NO-BREAK SPACE}points", "Exempt if", "Unless"} - {
        part.text for part in parts
    } == set()
    assert [part.aside for part in parts if part.kind == "title" and " or " in part.aside] == [
        "6\N{NO-BREAK SPACE}points or 20.5\N{NO-BREAK SPACE}points"
    ]


# --- how rates are counted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_every_rate_is_told_as_it_is_counted_with_all_that_is_left_out(year: int) -> None:
    words = law(year).vocabulary
    section = next(part for part in told(year, "fr").sections if part.text == "Comment les taux sont calculés")
    for one, shown in zip(counted(year).measures, section.parts, strict=True):
        named = words.measures if one.gives == "measure" else words.facts
        exclusions = one.denominator.exclusions if one.denominator else ()
        wanted = {words.measures[one.id].exclusions[exclusion.name].fr for exclusion in exclusions}
        assert (shown.text, wanted - {part.text for part in every(shown.parts)}) == (named[one.id].label.fr, set())


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ({}, "compté une fois par patient et date d’envoi"),
        ({"unite-messages": "lettre"}, "chaque ligne compte pour une"),
    ],
)
def test_a_measure_is_shown_alone_as_it_is_counted_under_a_reading(readings: dict[str, str], said: str) -> None:
    files = policy_files(YEARS[0])
    alone = show(law(YEARS[0]), "fr", "mss", countings=countings_of(files, readings))
    assert said in {part.aside for part in every(alone.sections[:1])}


def test_the_command_shows_a_measure_under_another_reading(forfait: Forfait) -> None:
    ran = forfait("policy", "show", YEARS[0], "mss", "--reading", "unite-messages=lettre")
    assert (ran.code, "unite-messages=lettre" in ran.out.partition("Comment")[0]) == (0, True)


# --- one language at a time, well set -------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("lang", LANGS)
def test_what_is_told_is_well_set(year: int, lang: Lang) -> None:
    assert {line: found for line in lines(told(year, lang)) if (found := faults(line, lang))} == {}


@pytest.mark.parametrize("year", YEARS)
def test_no_french_is_left_in_the_english_rules(year: int) -> None:
    """Sections keep the names that their documents give them."""
    sections = " ".join(str(source.section) for node in nodes(law(year)) for source in node.sources)
    sections += " ".join(one.publisher for one in law(year).documents.values()) + " ".join(law(year).choices.values())
    given = {word.lower() for word in WORD.findall(sections)}
    longer, words = french()
    english = list(lines(told(year, "en")))
    assert [line for line in english if line in longer] == []
    assert {word for line in english for word in WORD.findall(line.lower())} & words - given == set()


# --- one indicator, another reading, presumed -----------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_whatever_can_be_shown_alone_has_its_title_first(year: int) -> None:
    titles = {one.id: one.title.fr for one in law(year).indicators}
    titles |= {one.id: one.title.fr for one in law(year).components}
    assert {name: told(year, "fr", name).sections[0].text for name in names(law(year))} == titles


def test_alone_an_indicator_brings_its_lists_and_readings_and_no_others() -> None:
    alone = told(YEARS[0], "fr", "volet-2.aat")
    titles = [section.text for section in alone.sections]
    asides = [part.aside for part in alone.sections[-1].parts]
    assert (titles, [aside.split()[0] for aside in asides]) == (
        ["Arrêts de travail dématérialisés", "Comment les taux sont calculés", "Lectures contestées"],
        ["cible-aat", "denominateur-nul", "plusieurs-lieux", "poids-teleservices", "report-mss"],
    )


def test_another_reading_is_told_as_it_decides() -> None:
    other = show(linked(policy_files(YEARS[0]), {"cible-aat": "page"}), "fr", "volet-2.aat")
    text = "\n".join(part.text for part in every(other.sections[:1]))
    assert ("au moins 90\N{NO-BREAK SPACE}%" in text, "au moins 70\N{NO-BREAK SPACE}%" in text) == (True, False)
    assert "cible-aat=page" in other.intro[1]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("quote", [nothing, made_up])
def test_a_rule_that_no_text_of_the_year_says_is_presumed(year: int, quote: Quote) -> None:
    """Where its own text says it, it is not, whatever else says it too."""
    told_so = {}
    for one in law(year).indicators:
        parts = every(show(law(year), "fr", one.id, quote).sections[:1])
        told_so[one.id] = any(part.text.startswith("Présumé") for part in parts)
    shown = {one.id: [one.presumed, *(n.presumed for n in walk(one.when))] for one in law(year).indicators}
    shown |= {
        one.id: [*shown[one.id], *(s.when.presumed for s in one.neutralisations)] for one in law(year).indicators
    }
    assert told_so == {name: any(presumed) for name, presumed in shown.items()}


def test_some_rules_are_presumed_and_some_are_not() -> None:
    assert {one.when.presumed for one in law(YEARS[-1]).indicators} == {True, False}


def test_passages_are_quoted_once_in_what_is_read_together() -> None:
    whole = show(law(YEARS[0]), "fr", quote=made_up)
    for section in whole.sections:
        for title in (part for part in section.parts if part.kind == "title"):
            quoted = [part.text for part in every(title.parts) if part.fine and part.parts]
            assert quoted != []
            assert sorted(set(quoted)) == sorted(quoted)


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("year", YEARS)
def test_the_rules_fit_the_screen(forfait: Forfait, year: int, lang: str) -> None:
    ran = forfait("policy", "show", year, "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert max(len(line) for line in ran.out.splitlines()) <= 80


def test_a_folder_is_shown_as_a_year_is(forfait: Forfait) -> None:
    by_year = forfait("policy", "show", YEARS[0], "vsm").out
    assert forfait("policy", "show", policy_files(YEARS[0]).folder, "vsm").out == by_year != ""


@pytest.mark.parametrize("format", ["markdown", "html"])
def test_a_file_is_written_whole(forfait: Forfait, tmp_path: Path, format: str) -> None:
    out = tmp_path / f"rules.{format}"
    ran = forfait("policy", "show", YEARS[0], "--format", format, "--out", out)
    printed = forfait("policy", "show", YEARS[0], "--format", format).out
    assert (ran.code, ran.out, out.read_text("utf-8")) == (0, "", printed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1999"], "1999"),
        (["nowhere"], "nowhere"),
        ([str(YEARS[0]), "volet-2.att"], "volet-2.aat"),
        ([str(YEARS[0]), "--out", "x.txt"], "--format"),
        ([str(YEARS[0]), "--reading", "cible-aat=pages"], "page"),
        ([str(YEARS[0]), "--documents", "/nowhere"], "/nowhere"),
    ],
)
def test_what_cannot_be_shown_is_told(forfait: Forfait, arguments: list[str], said: str) -> None:
    ran = forfait("policy", "show", *arguments)
    assert (ran.code, ran.out, said in ran.err, "Traceback" in ran.err) == (2, "", True, False)


def test_with_the_documents_each_rule_is_followed_by_its_passage(forfait: Forfait, tmp_path: Path) -> None:
    for name, source in policy_files(YEARS[0]).policy.data["sources"].items():
        text = "\n".join(f"Ligne {number} de *{name}* <b>" for number in range(1, 800))
        (tmp_path / source["file"]).write_text(text, "utf-8")
    asked = ["policy", "show", YEARS[0], "volet-2.aat", "--documents", tmp_path]
    assert "Ligne 272 de *guide-2023* <b>" in forfait(*asked).out
    assert "> Ligne 272 de \\*guide-2023\\* \\<b\\>" in forfait(*asked, "--format", "markdown").out
    assert "<p>Ligne 272 de *guide-2023* &lt;b&gt;</p>" in forfait(*asked, "--format", "html").out
