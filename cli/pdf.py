"""A letter, or a leaflet, as a PDF: the one door of the library that makes it.

The same one gives the same bytes: nothing is taken from the clock, and the fonts are those of the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TextEmphasis, VAlign, WrapMode
from fpdf.fonts import CoreFont, FontFace, TTFFont

from cli.failing import printable
from engine.telling.letter_parts import Block, Grid, Items, Leaflet, Letter, Section, Text
from engine.words import say

FONT = "Letter"
STYLES = {"": "LiberationSans-Regular.ttf", "B": "LiberationSans-Bold.ttf"}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
MARGIN, FOOT, WINDOW, INDENT = 22, 24, 110, 5  # millimetres
BODY, SMALL, TITLE, SUBTITLE = 9.5, 8, 12, 10.5  # points
LEADING = 1.3
SHARES = {(3, 0): (3, 5, 3), (3, 1): (4, 5, 2), (3, 2): (4, 3, 3), (4, 3): (6, 2, 2, 2)}
"""The widths of a table's columns, by how many there are and how many of them hold amounts; else all alike."""
MILLIMETRES = 0.352778  # in a point
GREY = 90
SIGNED = 14  # lines, from the closing words to the small print: they stay together
NOT_IN_FONT = "?"
TOTALS = FontFace(emphasis=TextEmphasis.B)
"""How the last row of a table is written when it sums the others."""
TOTAL = "◊◊◊"
"""Stands for the number of pages until they are counted; no text of the letter may hold its sign."""


def pdf(letter: Letter) -> bytes:
    """The letter as PDF bytes."""
    paper = _Paper(letter)
    paper.add_page()
    paper.head(letter)
    for section in letter.sections:
        paper.section(section, TITLE)
    paper.foot(letter)
    return bytes(paper.output())


def leaflet_pdf(leaflet: Leaflet) -> bytes:
    """A leaflet as PDF bytes."""
    paper = _Paper(leaflet)
    paper.add_page()
    paper.write_in("B", TITLE)
    paper.paragraph(leaflet.title)
    paper.write_in("", BODY)
    paper.together(leaflet.intro)
    paper.grid(leaflet.totals)
    for section in leaflet.sections:
        paper.section(section, TITLE)
    return bytes(paper.output())


def _characters(font: CoreFont | TTFFont) -> frozenset[int]:
    """What a font can draw."""
    return frozenset(font.cmap) if isinstance(font, TTFFont) else frozenset()


class _Paper(FPDF):
    """An A4 page that keeps a title with what follows it."""

    def __init__(self, told: Letter | Leaflet) -> None:
        super().__init__(format="A4")
        self.told = told
        for style, name in STYLES.items():
            with as_file(files("cli") / "fonts" / name) as path:
                self.add_font(FONT, style, path)
        self.known = _characters(self.fonts[FONT.lower()])
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=FOOT)
        self.alias_nb_pages(TOTAL)
        self.set_creation_date(datetime.fromisoformat(told.day).replace(tzinfo=UTC))
        self.set_lang(LOCALES[told.lang])
        self.set_title(self.clean(told.title))
        self.set_author(self.clean(told.author))
        self.set_creator("forfait-structure")

    def footer(self) -> None:
        """The page's number, and what remains to be checked."""
        self.set_y(MARGIN - FOOT - MARGIN / 2)
        self.write_in("", SMALL, grey=True)
        page = say(self.told.lang, "letter.page", page=self.page_no(), pages=TOTAL)
        self.cell(0, self.step, self.clean(self.told.footer))
        self.set_x(self.l_margin)
        self.cell(0, self.step, page, align="R")
        self.set_text_color(0)

    # --- writing ------------------------------------------------------------------------------------------------

    def clean(self, text: str) -> str:
        """The text without control characters, and without those the font cannot draw."""
        return "".join(
            char if ord(char) in self.known and char not in TOTAL else NOT_IN_FONT for char in printable(text)
        )

    def write_in(self, style: str, size: float, *, grey: bool = False) -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(GREY if grey else 0)

    @property
    def step(self) -> float:
        """The height of a line."""
        return self.font_size * LEADING

    def room(self, lines: int) -> None:
        """Go to a new page unless so many lines of body fit on this one."""
        if self.will_page_break(lines * BODY * MILLIMETRES * LEADING):
            self.add_page()

    def lines(self, text: str) -> int:
        """How many lines a text takes, as it would be written now."""
        found = self.multi_cell(self.epw, self.step, self.clean(text), dry_run=True, output="LINES")
        assert isinstance(found, list), "lines were asked for"
        return len(found)

    def paragraph(self, text: str, indent: float = 0, space: float = 0.5) -> None:
        """A paragraph, then a space of so many lines."""
        self.set_x(self.l_margin + indent)
        self.multi_cell(self.epw - indent, self.step, self.clean(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(self.step * space)

    def together(self, lines: Sequence[str], indent: float = 0) -> None:
        """Lines that follow one another without a space."""
        for line in lines:
            self.paragraph(line, indent, space=0)
        self.ln(self.step)

    # --- the letter ---------------------------------------------------------------------------------------------

    def head(self, letter: Letter) -> None:
        self.write_in("B", BODY)
        self.paragraph(letter.sender[0], space=0)
        self.write_in("", BODY)
        self.together(letter.sender[1:])
        self.together(letter.recipient, WINDOW - self.l_margin)
        self.together([letter.place], WINDOW - self.l_margin)
        *before, subject = letter.about
        self.together(before)
        self.write_in("B", BODY)
        self.together([subject])
        self.write_in("", BODY)
        for paragraph in letter.opening:
            self.paragraph(paragraph)

    def foot(self, letter: Letter) -> None:
        self.room(SIGNED)
        self.ln(self.step)
        for paragraph in letter.closing:
            self.paragraph(paragraph)
        self.together(letter.signature, WINDOW - self.l_margin)
        self.ln(self.step * 3)
        self.write_in("", SMALL, grey=True)
        self.together(letter.notes)

    def section(self, section: Section, size: float) -> None:
        self.ln(self.step * 0.6)
        first = section.blocks[0] if section.blocks else None
        self.room(8 if isinstance(first, Grid | Section) else 6)
        self.write_in("B", size)
        self.start_section(self.clean(section.title), level=0 if size == TITLE else 1)
        self.paragraph(section.title, space=0.4)
        self.write_in("", BODY)
        for block in section.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        match block:
            case Text(text=text, fine=fine):
                self.write_in("", SMALL if fine else BODY, grey=fine)
                self.room(2)
                self.paragraph(text)
                self.write_in("", BODY)
            case Items():
                self.items(block)
            case Grid():
                self.grid(block)
            case Section():
                self.section(block, SUBTITLE)

    def items(self, items: Items) -> None:
        if items.label:
            self.write_in("B", BODY)
            self.room(self.lines(items.label) + 2)
            self.paragraph(items.label, space=0.1)
            self.write_in("", BODY)
        for line in items.lines:
            indent = INDENT * (line.depth + 1)
            self.room(1)
            self.set_x(self.l_margin + indent - INDENT * 0.6)
            self.cell(INDENT * 0.6, self.step, "•" if line.depth == 0 else "–")
            self.paragraph(line.text, indent, space=0.15)
        self.ln(self.step * 0.4)

    def grid(self, grid: Grid) -> None:
        self.write_in("", SMALL)
        plain = len(grid.head) - grid.amounts
        with self.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=SHARES.get((len(grid.head), grid.amounts), (1,) * len(grid.head)),
            text_align=(*("LEFT" for _ in range(plain)), *("RIGHT" for _ in range(grid.amounts))),
            headings_style=FontFace(emphasis=TextEmphasis.B, fill_color=235),
            line_height=self.step,
            padding=(1, 1.5),
            v_align=VAlign.T,
            wrapmode=WrapMode.WORD,
        ) as table:
            for number, cells in enumerate((grid.head, *grid.rows)):
                summing = grid.total and number == len(grid.rows)
                table.row([self.clean(cell) for cell in cells], style=TOTALS if summing else None)
        self.ln(self.step)
        self.write_in("", BODY)
