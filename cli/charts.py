"""Bars as SVG to stand in a page: text stays text, the same figures give the same bytes, and a phone can show it.

A name stands above its bar, so that bars keep the whole width of a narrow screen.
"""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape
from io import StringIO

import matplotlib.style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from cli.failing import printable
from engine.telling.sheets import Sheet

INK, RULE, MORE, LESS = "#1b1f24", "#8c959f", "#0a6e5c", "#b4432a"
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "forfait",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
WIDTH, ROW, EDGE = 5, Fraction(9, 20), Fraction(1, 5)
"""The inches of a chart's width, of a row's height, and of what is left above and below."""
BAR, ABOVE = Fraction(9, 25), Fraction(2, 5)
"""The height of a bar in its row, and how far above its foot the name stands."""
BARS = Fraction(19, 25)
"""The part of the width that bars have; figures have the rest."""
NAMES = re.compile(r'(\bid="|href="#|url\(#)')
HEAD = re.compile(r"\A.*?<svg ([^>]*)>", re.DOTALL)
UNNEEDED = re.compile(r" <metadata>.*?</metadata>\n", re.DOTALL)
SIZES = re.compile(r'\b(?:width|height)="[^"]*"\s*')


def chart(sheet: Sheet, name: str) -> str:
    """The bars of a table as an SVG element; `name` tells its ids from those of the page's other charts.

    Of a row without a bar nothing is drawn. The last figure of each row stands beside its bar.
    """
    rows = [row for row in sheet.rows if row.share is not None]
    with matplotlib.style.context(["default", STYLE]):
        height = len(rows) * ROW + 2 * EDGE
        figure = Figure(figsize=(WIDTH, float(height)))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((0, float(EDGE / height), 1, float(1 - 2 * EDGE / height)))
        shares = [Fraction(row.share or 0) for row in rows]
        zero, scale = _scale(shares)
        for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
            foot = len(rows) - 1 - place
            weight, colour = "bold" if row.strong else "normal", MORE if share > 0 else LESS
            axes.text(0, float(foot + ABOVE), printable(row.name), va="bottom", weight=weight)
            axes.text(1, float(foot + BAR / 2), printable(row.figures[-1]), va="center", ha="right", weight=weight)
            start, length = zero + min(share, Fraction(0)) * scale, abs(share) * scale
            axes.barh(foot, float(length), height=float(BAR), left=float(start), align="edge", color=colour)
            axes.vlines(float(zero), foot, float(foot + BAR), color=RULE, linewidth=1)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, max(len(rows), 1))
        axes.set_axis_off()
        written = StringIO()
        figure.savefig(written, format="svg", metadata=NO_METADATA)
    return _inlined(written.getvalue(), sheet, name)


def _scale(shares: list[Fraction]) -> tuple[Fraction, Fraction]:
    """Where zero stands in the width of bars, and how long a whole share is."""
    least, most = min([*shares, Fraction(0)]), max([*shares, Fraction(0)])
    return (-least * BARS / (most - least), BARS / (most - least)) if most > least else (Fraction(0), BARS)


def _inlined(svg: str, sheet: Sheet, name: str) -> str:
    """The element alone, its ids its own, told to those who do not see it."""
    body = UNNEEDED.sub("", svg)
    attributes = SIZES.sub("", HEAD.match(body)[1])  # type: ignore[index]
    body = HEAD.sub("", body, count=1)
    title, desc = f"{name}-title", f"{name}-desc"
    told = "; ".join(f"{row.name}: {row.figures[-1]}" for row in sheet.rows if row.share is not None)
    return (
        f'<svg {attributes.strip()} role="img" aria-labelledby="{title} {desc}">\n'
        f'<title id="{title}">{escape(printable(sheet.title))}</title>\n'
        f'<desc id="{desc}">{escape(printable(told))}</desc>'
        f"{NAMES.sub(lambda found: f'{found[0]}{name}-', body)}"
    )
