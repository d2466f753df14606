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
SAID_OF_YAML = {
    "block sequence entries are not allowed in this context": "dash_here",
    "could not find expected ':'": "no_colon",
    "could not find expected directive name": "directive",
    "did not find expected ',' or ']'": "no_bracket",
    "did not find expected ',' or '}'": "no_brace",
    "did not find expected '-' indicator": "no_dash",
    "did not find expected <document start>": "more_data",
    "did not find expected alphabetic or numeric character": "no_letter",
    "did not find expected comment or line break": "no_line_end",
    "did not find expected digit or '.' character": "directive",
    "did not find expected hexdecimal number": "escape",
    "did not find expected key": "no_key",
    "did not find expected node content": "no_value",
    "did not find expected version number": "directive",
    "did not find expected whitespace": "no_space",
    "did not find expected whitespace or line break": "no_space",
    "did not find the expected '>'": "tag",
    "found a tab character that violates indentation": "tab",
    "found a tab character where an indentation space is expected": "tab",
    "found an indentation indicator equal to 0": "no_line_end",
    "found character that cannot start any token": "start",
    "found duplicate %YAML directive": "directive",
    "found incompatible YAML document": "directive",
    "found invalid Unicode character escape code": "escape",
    "found undefined tag handle": "tag",
    "found unexpected document indicator": "cut_short",
    "found unexpected end of stream": "cut_short",
    "found unexpected non-alphabetical character": "directive",
    "found unknown directive name": "directive",
    "found unknown escape character": "escape",
    "mapping keys are not allowed in this context": "key_here",
    "mapping values are not allowed in this context": "colon_here",
}
AT = r"(?: - at `\$\.?(?P<place>.*)`)?"
PATTERNS = (
    (re.compile(r"Object missing required field `(?P<name>.*?)`" + AT), "lacks"),
    (re.compile(r"Expected `(?P<wanted>.*?)`, got `(?P<found>.*?)`" + AT), "other_type"),
    (re.compile(r"JSON is malformed: .*"), "malformed"),
    (re.compile(r"unacceptable character .*"), "control"),
)


def in_words(why: str, lang: Lang) -> str:
    """A reason as the system or a library gives it, in the language; as it is, where it is none that is known."""
    if known := SAID.get(why) or SAID_OF_YAML.get(why):
        return say(lang, f"foreign.{known}")
    for pattern, key in PATTERNS:
        found = pattern.fullmatch(why)
        if found:
            details = found.groupdict()
            said = say(lang, f"foreign.{key}", **details)
            place = details.get("place")
            return say(lang, "foreign.at", place=place, why=said) if place else said
    return why
