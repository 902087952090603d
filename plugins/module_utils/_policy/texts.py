# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that users give: lists and dicts that arrive as text, and names that only look like one another.

Extra variables, surveys and ad-hoc commands know nothing but text.
"""

from __future__ import annotations

import ast
import difflib
import json
import re
import typing as t
import unicodedata

from .payload import BEFORE_TEXT, PayloadError, has_too_many_values, parse_text

# In the place of a secret. No other text looks so: what was masked can be refused where it would be written.
MASK = "(secret masked by m365.apps)"
# How much of two words must be alike, from 0 to 1, for one to be taken for a misspelling of the other.
_NEAR = 0.75
_JSON_BEGINS = re.compile(r"""(\[\s*(["'\[\]{]|$))|(\{\s*(["'}]|$))""")


def value_of_text(text: str) -> t.Any:
    """Return the value of a JSON text, or of a list or dict as Python writes it.

    ansible-core before 2.19 makes a list of such a text by itself wherever a template hands it on, so it means the
    same everywhere. Raises PayloadError for any other text.
    """
    try:
        return parse_text(text)
    except PayloadError:
        value = None if has_too_many_values(text) or _is_json(text) else _as_python_writes_it(text)
        if value is None:
            raise
        return value


def is_like_json(text: str) -> bool:
    """Tell whether a text looks like a JSON list or object, whole or cut off, and not like a name: "[PROD] Staff"."""
    text = text.lstrip(BEFORE_TEXT).rstrip()
    closing = {"[": "]", "{": "}"}.get(text[:1])
    return closing is not None and (text.endswith(closing) or _JSON_BEGINS.match(text) is not None)


def length_on_graph(text: str) -> int:
    """Return how many characters a text has for Graph, whose limits are those of .NET texts: one outside of the Basic
    Multilingual Plane, such as an emoji, counts as two.
    """
    return len(text) + sum(character > "\uffff" for character in text)


def look_of(name: str) -> str:
    """Return what names share that look alike: they differ only in case, Unicode form, blanks or hidden characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(" " if _is_blank(character) else character for character in folded if not _is_hidden(character))
    return " ".join(seen.split())


def with_escapes(name: str) -> str:
    """Return a name with escapes for all that cannot be told from something else: blanks, accents on their own."""
    return "".join(
        character
        if character == " " or unicodedata.category(character)[0] not in "ZCM"
        else character.encode("unicode_escape").decode("ascii")
        for character in name
    )


def meant(word: str, known: t.Iterable[str]) -> str:
    """Return the one of the known words that a misspelled one is most like, "" where it is like none."""
    by_look = {_letters(each): each for each in known}
    same = by_look.get(_letters(word))
    near = [] if same else difflib.get_close_matches(_letters(word), by_look, n=1, cutoff=_NEAR)
    return same or "".join(by_look[each] for each in near)


def with_meant(words: t.Iterable[str], known: t.Collection[str]) -> str:
    """Return misspelled words in a row for a message, each with the known one that it is like."""
    told = ((word, meant(word, known)) for word in words)
    return ", ".join(f"{word} (did you mean {other}?)" if other else word for word, other in told)


def _letters(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc")


def _is_hidden(character: str) -> bool:
    """Tell whether a character takes no room, such as a zero width space or a soft hyphen."""
    return unicodedata.category(character) == "Cf"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _as_python_writes_it(text: str) -> t.Any:
    """Return the list or dict of a Python literal, None where it is none."""
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, (list, dict)) else None
