"""What a change of rules does, as one self-contained page: charts, the figures under them, nothing fetched or run."""

from __future__ import annotations

from fractions import Fraction

from cli.charts import chart
from cli.html import environment
from engine.running.impact.told import ImpactTold

CHARTED = 2
"""The first tables are charts as well; longer ones have bars in them, and break across pages."""
HUNDRED = 100


def impact_page(told: ImpactTold) -> str:
    """The page of a comparison. It names no doctor."""
    sheets = list(told.whole())
    sections = [(sheet, chart(sheet, f"c{rank}") if rank < CHARTED else "") for rank, sheet in enumerate(sheets)]
    template = environment().get_template("impact.html")
    return template.render(
        lang=told.lang,
        title=told.title(),
        intro=list(told.intro()),
        contents=told.say("page.contents"),
        sections=sections,
        percent=_percent,
    )


def _percent(share: Fraction) -> str:
    """The length of a bar, in hundredths."""
    return str(abs(round(share * HUNDRED)))
