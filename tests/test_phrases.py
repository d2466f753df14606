"""Numbers, amounts and days are written as the locale data of Unicode have them, for French and for English."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from engine.linking import linked
from engine.telling.phrases import Phrases
from engine.words import LANGS, NO_BREAK, Lang
from tests.conftest import policy_files

LOCALES: dict[Lang, str] = {"fr": "fr_FR", "en": "en_GB"}
numbers = st.decimals(-(10**9), 10**9, places=3)


def phrases(lang: Lang) -> Phrases:
    return Phrases(linked(policy_files(2024), {}), lang)


@pytest.mark.parametrize("lang", LANGS)
@given(value=numbers)
def test_a_number_has_its_groups_and_decimals(lang: Lang, value: Decimal) -> None:
    assert phrases(lang).number(value) == format_decimal(value, locale=LOCALES[lang])


@pytest.mark.parametrize("lang", LANGS)
@given(value=numbers)
def test_an_amount_has_two_decimals_and_its_sign(lang: Lang, value: Decimal) -> None:
    assert phrases(lang).euros(str(value)) == format_currency(value, "EUR", locale=LOCALES[lang])


@pytest.mark.parametrize("lang", LANGS)
@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_is_written_in_full(lang: Lang, day: date) -> None:
    """And the first of a month is an ordinal in French."""
    written = format_date(day, format="d MMMM y", locale=LOCALES[lang]).replace(" ", NO_BREAK)
    first = written.replace("1", "1er", 1) if lang == "fr" and day.day == 1 else written
    assert phrases(lang).day(day.isoformat()) == first
