"""What the system and the libraries say of what they cannot read, in the reader's language: it comes in English."""

from __future__ import annotations

import os
import re
from errno import EACCES, EEXIST, EISDIR, ENOENT, ENOSPC, ENOTDIR, EPERM, EROFS

from engine.words import Lang, say

OF_THE_SYSTEM = {
    EACCES: "denied",
    EEXIST: "exists",
    EISDIR: "a_folder",
    ENOENT: "no_file",
    ENOSPC: "no_room",
    ENOTDIR: "no_folder",
    EPERM: "denied",
    EROFS: "read_only",
}
SAID = {
    **{os.strerror(code): key for code, key in OF_THE_SYSTEM.items()},
    "Expecting value": "no_value",
    "Expecting ',' delimiter": "no_comma",
    "Expecting ':' delimiter": "no_colon",
    "Expecting property name enclosed in double quotes": "no_name",
    "Extra data": "more_data",
    "Input data was truncated": "cut_short",
}
AT = r"(?: - at `\$\.?(?P<place>.*)`)?"
PATTERNS = (
    (re.compile(r"Object missing required field `(?P<name>.*?)`" + AT), "lacks"),
    (re.compile(r"Expected `(?P<wanted>.*?)`, got `(?P<found>.*?)`" + AT), "other_type"),
    (re.compile(r"JSON is malformed: .*"), "malformed"),
)


def in_words(why: str, lang: Lang) -> str:
    """A reason as the system or a library gives it, in the language; as it is, where it is none that is known."""
    if why in SAID:
        return say(lang, f"foreign.{SAID[why]}")
    for pattern, key in PATTERNS:
        found = pattern.fullmatch(why)
        if found:
            details = found.groupdict()
            said = say(lang, f"foreign.{key}", **details)
            place = details.get("place")
            return say(lang, "foreign.at", place=place, why=said) if place else said
    return why
