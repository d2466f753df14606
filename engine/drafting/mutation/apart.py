"""A dossier that a mutant decides otherwise than its policy, for the case that is missing.

The solver speaks of complete dossiers on the day of decision. What it finds is decided again by the engine, and is so
for certain; where it finds nothing, nothing is proved: a dossier in which a fact is missing may still tell.
"""

from __future__ import annotations

from typing import Any as Anything

from engine.claims import claims
from engine.drafting.branches import every_choice
from engine.drafting.mutation.equivalence import same_form, same_worth
from engine.drafting.mutation.mutants import Mutant
from engine.linking import link
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.problems import Invalid
from engine.proving.meaning import Mismatch, compare, deciding
from engine.proving.solving import Undecided

Page = dict[str, Anything]
MOST_TRIED = 3
"""Readings under which a dossier is looked for."""


def example(files: PolicyFiles, mutant: Mutant) -> Page | None:
    """A complete dossier, as a page, that a mutant decides otherwise than the policy; None where none is found."""
    pages = mutant.applied(files)
    try:
        choices = [{}, *every_choice(files, link(files, {}).readings)]
        pairs = ((link(files, taken), link(pages, taken)) for taken in choices)
        unlike = [(before, after) for before, after in pairs if not same_form(before, after)]
    except Invalid:
        return None
    shown = (told_apart(before, after) for before, after in unlike[:MOST_TRIED])
    return next((page for page in shown if page is not None), None)


def told_apart(one: Policy, other: Policy) -> Page | None:
    """A complete dossier that two policies decide otherwise, or None where none is found."""
    if not same_worth(one, other):
        return None
    shared = {name for name, _ in claims(other)}
    # A volet hangs on all of its indicators, which tell of it with less.
    volets = {volet.id for volet in one.volets}
    names = [name for name in deciding(one) if name in shared and name not in volets]
    try:
        found = (compare(one, other, name) for name in names)
        pages = (meaning.granted_by_one or meaning.granted_by_other for meaning in found)
        return next((page for page in pages if page is not None), None)
    except (Undecided, Mismatch, KeyError):
        # KeyError: the solver's dossier says what no dossier can, such as a paper's own choice.
        return None
