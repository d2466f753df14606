"""The letter: as Markdown, every text escaped so that nothing in it is read as markup, on the screen or in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cli.language import spoken
from cli.markdown import escape
from cli.saving import deliver, save
from engine.problems import Invalid, Problem
from engine.telling.letter_parts import Block, Grid, Items, Letter, Section, Text

if TYPE_CHECKING:
    from cli.options import Decided

KINDS = (".pdf", ".md")


def check_letter(output: Path | None, letter: bool, beside: Sequence[str]) -> None:
    """Raises Invalid for options that do not go with a letter, or a file of another kind."""
    if not letter:
        raise Invalid([Problem("output_letter")])
    if beside:
        raise Invalid([Problem("letter_whole", details={"name": beside[0]})])
    if output is not None and output.suffix.lower() not in KINDS:
        raise Invalid([Problem("output_suffix", details={"name": output.name})])


def send(result: Decided, output: Path | None) -> None:
    """Write the letter on the screen, or in a file as its name says."""
    from engine.measuring.written import passages
    from engine.telling.letter import letter

    decision = result.decision
    made = letter(result.record, decision.dossier, decision.policy, spoken(), passages(result.files))
    if output is not None and output.suffix.lower() == ".pdf":
        from cli.pdf import pdf

        save(output, pdf(made))
    else:
        deliver(letter_markdown(made), output)


def letter_markdown(letter: Letter) -> str:
    """The letter as a Markdown document."""
    return "\n".join(_lines(letter)) + "\n"


def _lines(letter: Letter) -> Iterator[str]:
    for block in (letter.sender, letter.recipient, (letter.place,), letter.about):
        yield from _together(block)
    for paragraph in letter.opening:
        yield from (escape(paragraph), "")
    for section in letter.sections:
        yield from _section(section, 2)
    for paragraph in letter.closing:
        yield from (escape(paragraph), "")
    yield from _together(letter.signature)
    yield from ("---", "")
    yield from _together(letter.notes)


def _together(lines: Iterable[str]) -> Iterator[str]:
    """Lines that stay in one paragraph, each on its own."""
    yield "  \n".join(escape(line) for line in lines)
    yield ""


def _section(section: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escape(section.title)}"
    yield ""
    for block in section.blocks:
        yield from _block(block, level)


def _block(block: Block, level: int) -> Iterator[str]:
    match block:
        case Text(text=text, fine=fine):
            yield f"*{escape(text)}*" if fine else escape(text)
        case Items(label=label, lines=lines):
            if label:
                yield from (f"**{escape(label)}**", "")
            yield from (f"{'  ' * line.depth}- {escape(line.text)}" for line in lines)
        case Grid(head=head, rows=rows, amounts=amounts, total=total):
            yield _row(head)
            yield "|" + "---|" * (len(head) - amounts) + "---:|" * amounts
            yield from (_row(row) for row in (rows[:-1] if total else rows))
            if total:
                yield _row(rows[-1], bold=True)
        case Section():
            yield from _section(block, level + 1)
            return
    yield ""


def _row(cells: Iterable[str], *, bold: bool = False) -> str:
    texts = [escape(cell) for cell in cells]
    return f"| {' | '.join(f'**{text}**' if bold and text else text for text in texts)} |"
