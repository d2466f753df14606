"""The address of a PostgreSQL database, as it is given and as it may be shown."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

from engine.problems import Invalid, Problem

SECRET = ("password", "sslpassword")
SCHEMA = "schema"


class Address(Struct, frozen=True):
    """The address of a database: as libpq takes it, as it may be shown, and the schema that it names, if any."""

    given: str
    shown: str
    schema: str | None


def address(text: str) -> Address:
    """The address written `postgres://user:password@host/database?schema=name`.

    Raises Invalid, which tells nothing of it, when it is none: what is wrong may be how the password is written.
    """
    try:
        parts = urlsplit(text)
        options = parse_qsl(parts.query, keep_blank_values=True)
        passed = urlencode([(key, value) for key, value in options if key != SCHEMA], safe="/", quote_via=quote)
        given = urlunsplit(parts._replace(query=passed))
        conninfo_to_dict(given)
    except (ValueError, psycopg.ProgrammingError):
        raise Invalid([Problem("bad_address")]) from None
    # A password with a sign of its own in it ends the address too early, and would be told as part of it.
    if "@" in parts.path + parts.query or parts.fragment:
        raise Invalid([Problem("bad_address")])
    user, at, host = parts.netloc.rpartition("@")
    kept = urlencode([(key, value) for key, value in options if key not in SECRET], safe="/", quote_via=quote)
    shown = parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=kept)
    return Address(given, urlunsplit(shown), dict(options).get(SCHEMA))
