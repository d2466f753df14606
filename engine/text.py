"""Exact numbers as text for records and comparisons, free of any locale."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any as Anything

from msgspec.json import Encoder

from engine.amount import Amount

ENCODER = Encoder(order="sorted")
BEYOND = re.compile("[\U00010000-\U0010ffff]")


def decimal_text(value: Decimal) -> str:
    """A decimal without superfluous zeros: `30.5`, `1163`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_text(amount: Amount | Decimal | str) -> str:
    """A settled amount as one decimal, another as `least..most`."""
    if not isinstance(amount, Amount):
        return decimal_text(Decimal(amount))
    if amount.settled:
        return decimal_text(amount.least)
    return f"{decimal_text(amount.least)}..{decimal_text(amount.most)}"


def in_order(plain: Anything) -> str:
    """A text to sort plain data by, which no dictionary, locale or machine changes."""
    return ENCODER.encode(plain).decode()


def canonical_json(plain: Anything) -> bytes:
    """Plain data without decimals in canonical JSON (RFC 8785)."""
    text = in_order(plain)
    if BEYOND.search(text) is None:
        return text.encode()
    # The names of characters beyond the first 65,536 are sorted in an order of their own.
    import rfc8785  # noqa: PLC0415

    return rfc8785.dumps(plain)
