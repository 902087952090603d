# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of errors with stand-ins: words that Graph's own messages are made of stay, everything else may be a name.

What stands in quotes is a value, whatever its words are.
"""

from __future__ import annotations

import re
import typing as t

from .sentence_words import SENTENCE_WORDS
from .stand_ins import GUID, SHORTEST_KNOWN, StandIns

_MOST_DIGITS = 6
# Longer texts are pages, or what they should not be.
_LONGEST = 20_000
_QUOTED = (
    r"(?<![A-Za-z0-9])'[^'\n]*'(?![A-Za-z])|\"[^\"\n]*\"|`[^`\n]*`"
    "|\u2018[^\u2019\n]*\u2019|\u201c[^\u201d\n]*\u201d"
)
_PARTS = (
    r"(?P<url>https?://[^\s\"<>]+)"
    rf"|(?P<guid>(?i:{GUID.pattern}))"
    r"|(?P<date>\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)"
    rf"|(?P<quoted>{_QUOTED})"
    r"|(?P<word>[^\W_](?:[\w.@$#~-]*[^\W])?(?:'[a-z]{1,2}\b)?)"
    r"|(?P<mark>[ \t\r\n.,:;!?()\[\]{}<>/\\|&*+=%#@_~^$'\"`-])|(?P<other>.)"
)
_TOKENS = re.compile(_PARTS, re.DOTALL)
_CODE = re.compile(r"[A-Za-z][A-Za-z_ ]{0,79}")
_WORDS_OF_CODE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Sentences:
    """Writes sentences with stand-ins. ``is_ours`` tells names that are Graph's, ``url`` writes URLs."""

    def __init__(self, stand_ins: StandIns, is_ours: t.Callable[[str], bool], url: t.Callable[[str], str]) -> None:
        self._stand_ins = stand_ins
        self._is_ours = is_ours
        self._url = url

    def of(self, text: str) -> str:
        """Return a sentence in which all that may be the tenant's is a stand-in."""
        if len(text) > _LONGEST:
            return self._stand_ins.of_text(text)
        shown: list[str] = []
        start = 0
        for found in self._known_in(text):
            shown += [self._tokens(text[start : found.start()]), self._stand_ins.known[found[0]]]
            start = found.end()
        return "".join([*shown, self._tokens(text[start:])])

    def of_code(self, text: str) -> str:
        """Return the code of an error where it is made of words that messages are made of, else a stand-in."""
        words = _WORDS_OF_CODE.findall(text) if _CODE.fullmatch(text) else [text]
        return text if all(word.lower() in SENTENCE_WORDS for word in words) else self._stand_ins.of_text(text)

    def _known_in(self, text: str) -> t.Iterator[re.Match[str]]:
        """Yield where values that were seen before stand as whole words; the longest one where several do."""
        known = [value for value in self._stand_ins.known if len(value) >= SHORTEST_KNOWN and value in text]
        # A word that messages are made of is taken for one.
        names = sorted((value for value in known if value.lower() not in SENTENCE_WORDS), key=len, reverse=True)
        if not names:
            return iter(())
        return re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", text)

    def _tokens(self, text: str) -> str:
        return "".join(self._token(found) for found in _TOKENS.finditer(text))

    def _token(self, found: re.Match[str]) -> str:
        kind, token = found.lastgroup, found[0]
        if kind == "mark":
            return token
        if kind == "word":
            return self._word(token)
        if kind == "url":
            return self._url(token)
        if kind == "quoted":
            inner = token[1:-1]
            kept = not inner or self._is_ours(inner)
            return token if kept else f"{token[0]}{self._stand_ins.of_text(inner)}{token[-1]}"
        return "?" if kind == "other" else self._stand_ins.of_text(token)

    def _word(self, word: str) -> str:
        if word.isascii() and word.isdecimal():
            return word if len(word) <= _MOST_DIGITS else self._stand_ins.of_digits(word)
        if word.lower() in SENTENCE_WORDS or self._is_ours(word):
            return word
        return self._stand_ins.of_text(word)
