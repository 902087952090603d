# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""URLs of Graph with stand-ins for the host, for keys in the path and for literals in the query. Pure."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from .._graph.clouds import CLOUDS
from .._graph.trace_words import words
from .stand_ins import GUID, StandIns, is_few_digits

# Returns what a text of a member is shown as.
Shown = t.Callable[[str, str], str]

HOSTS = frozenset(
    {
        *(urlsplit(url).netloc for cloud in CLOUDS.values() for url in (cloud.graph_url, cloud.login_url)),
        "learn.microsoft.com",
        "docs.microsoft.com",
    }
)
OPERATORS = words(
    "eq ne gt ge lt le and or not has in contains startswith endswith tolower any all true false null asc desc"
)
_EXPRESSIONS = words("$select $expand $orderby $filter $count $search $apply")
_NUMBERS = words("$top $skip top skip")
# Parameters whose values are the server's own.
_OPAQUE = words("$skiptoken $deltatoken $skipToken api-version resource")
_CALLED = re.compile(r"(?P<name>[A-Za-z.$_]+)\((?P<inside>.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"(?:(?P<name>[A-Za-z]+)=)?'(?P<text>(?:[^']|'')*)'")
_TOKENS = re.compile(
    rf"(?P<literal>'(?:[^']|'')*')|(?P<guid>(?i:{GUID.pattern}))"
    r"|(?P<name>[A-Za-z_$@][\w$@.]*)|(?P<number>\d+)|(?P<mark>[ (),:=*/;-])|(?P<other>.)",
    re.DOTALL,
)
_SAFE = "$,()'*:/=@"


class Urls:
    """Writes URLs with stand-ins. ``segments`` and ``members`` are names that are Graph's, ``value`` is what the texts
    of members are shown as.
    """

    def __init__(
        self, segments: t.Collection[str], members: t.Collection[str], stand_ins: StandIns, value: Shown
    ) -> None:
        self._segments = segments
        self._names = {*members, *segments, *OPERATORS}
        self._stand_ins = stand_ins
        self._value = value

    def of(self, url: str) -> str:
        """Return a URL, which may be one without a host, with stand-ins. What is not a URL becomes a text."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return self._stand_ins.of_text(url)
        start = ""
        if parts.scheme or parts.netloc:
            host = parts.netloc.lower()
            shown = host if host in HOSTS else self._stand_ins.of_host(host)
            start = f"{'http' if parts.scheme == 'http' else 'https'}://{shown}"
        path = "/".join(self._segment(segment) for segment in parts.path.split("/"))
        query = "&".join(self._parameter(parameter) for parameter in parts.query.split("&")) if parts.query else ""
        fragment = "/".join(self._context(part) for part in _steps(parts.fragment)) if parts.fragment else ""
        return f"{start}{path}{'?' if query else ''}{query}{'#' if fragment else ''}{fragment}"

    def expression(self, text: str) -> str:
        """Return a filter, an order or a list of names with stand-ins for its literals and for unknown names."""
        shown: list[str] = []
        member = ""
        for found in _TOKENS.finditer(text):
            kind, token = found.lastgroup, found[0]
            if kind == "literal":
                token = f"'{self._value(member, token[1:-1].replace(chr(39) * 2, chr(39)))}'"
            elif kind == "guid":
                token = self._stand_ins.of_guid(token)
            elif kind == "name":
                is_operator = token.lower() in OPERATORS
                member = member if is_operator else token
                token = token if is_operator or self._is_name(token) else self._stand_ins.of_text(token)
            elif kind == "number":
                token = token if len(token) <= _MOST_DIGITS else self._stand_ins.of_digits(token)
            elif kind == "other":
                token = "?"
            shown.append(token)
        return "".join(shown)

    def _is_name(self, token: str) -> bool:
        return all(part in self._names for part in token.split(".")) or token in self._names

    def _segment(self, segment: str) -> str:
        if not segment or segment in self._segments:
            return segment
        text = unquote(segment)
        called = _CALLED.fullmatch(text)
        if called and called["name"] in self._segments:
            return quote(f"{called['name']}({self._arguments(called['inside'])})", safe=_SAFE)
        return quote(text if is_few_digits(text) else self._value("", text), safe="~{}")

    def _arguments(self, inside: str) -> str:
        """Return what stands in the parentheses of a segment: a key, or parameters of a function."""
        shown = []
        for argument in _ARGUMENT.finditer(inside):
            text = argument["text"].replace("''", "'")
            told = text if is_few_digits(text) else self._value(argument["name"] or "", text)
            name = argument["name"] if argument["name"] in self._names or argument["name"] in _PARAMETERS else ""
            shown.append(f"{name}{'=' if name else ''}'{told}'")
        return ",".join(shown)

    def _parameter(self, parameter: str) -> str:
        name, equals, value = (unquote_plus(part) for part in parameter.partition("="))
        known = name if name in {*_EXPRESSIONS, *_NUMBERS, *_OPAQUE} else self._stand_ins.of_text(name)
        if name in _EXPRESSIONS:
            shown = self.expression(value)
        elif name in _NUMBERS and value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS:
            shown = value
        else:
            shown = value if name == "api-version" and _VERSION.fullmatch(value) else self._stand_ins.of_text(value)
        return f"{known}{equals}{quote(shown, safe=_SAFE)}"

    def _context(self, step: str) -> str:
        """Return one step of a context URL's fragment, which may have a key or a list of names behind it."""
        called = _CALLED.fullmatch(unquote(step))
        if called is None or called["name"] not in self._segments:
            return step if step in self._names else self._segment(step)
        inside = called["inside"]
        shown = self._arguments(inside) if inside.startswith("'") else self.expression(inside)
        return f"{called['name']}({shown})"


_MOST_DIGITS = 6
_VERSION = re.compile(r"\d{4}-\d\d-\d\d|\d\.\d")
_PARAMETERS = ("scope", "resource")


def _steps(fragment: str) -> list[str]:
    """Return the steps of a fragment, which slashes part outside of parentheses."""
    return re.findall(r"(?:[^/(]|\([^)]*(?:\(\))?[^)]*\))+", fragment)
