# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML in block style: lists are indented, and every text is quoted that some tool may take for a number. Pure.

It is what PyYAML writes, in a part of the time: most values take one line, and most texts are there many times.
"""

from __future__ import annotations

import functools
import re
import typing as t

import yaml

_LONGEST_LINE = 2**31
# PyYAML writes other keys in a form of their own.
_LONGEST_KEY = 100
# How to write a text, the first that fits counts; PyYAML takes another style where that one cannot hold the text.
_STYLES = (
    # Line breaks of old, which PyYAML writes raw in other styles and reads back as spaces.
    (re.compile("[\r\x85\u2028\u2029\ufeff]"), '"'),
    # White space at the start of a block would be taken for its indentation.
    (re.compile(r"\A\s"), '"'),
    (re.compile("\n"), "|"),
    # Numbers of YAML 1.2, which other tools than PyYAML would read as such.
    (re.compile(r"\A([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+)\Z"), "'"),
)


# Texts that are themselves in YAML, but for the words below: most keys of settings, ids, and most names.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_~/.-]*( [A-Za-z0-9_~/.-]+)*")
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null"})


class _SeveralLinesError(Exception):
    """A value that takes several lines, whose indentation PyYAML knows better."""


def block_text(value: t.Any) -> str:
    """Return a mapping, or a list, as YAML in block style, keys in their order."""
    try:
        if isinstance(value, dict) and value:
            return "".join(_mapping_lines(value, ""))
        if isinstance(value, list) and value:
            return "".join(_list_lines(value, ""))
    except _SeveralLinesError:
        pass
    return _dumped(value)


def _mapping_lines(mapping: t.Mapping[t.Any, t.Any], indent: str) -> t.Iterator[str]:
    """Yield the lines that PyYAML takes several times as long for. Raises _SeveralLinesError."""
    for key, value in mapping.items():
        if not _is_simple(key):
            raise _SeveralLinesError
        name = f"{indent}{_scalar(key)}:"
        if isinstance(value, dict) and value:
            yield f"{name}\n"
            yield from _mapping_lines(value, f"{indent}  ")
        elif isinstance(value, list) and value:
            yield f"{name}\n"
            yield from _list_lines(value, f"{indent}  ")
        else:
            yield f"{name} {_inline(value)}\n"


def _is_simple(key: t.Any) -> bool:
    return isinstance(key, str) and 0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()


def _list_lines(members: t.Sequence[t.Any], indent: str) -> t.Iterator[str]:
    for member in members:
        if isinstance(member, dict) and member:
            first, *rest = _mapping_lines(member, f"{indent}  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        elif isinstance(member, list) and member:
            raise _SeveralLinesError
        else:
            yield f"{indent}- {_inline(member)}\n"


def _inline(value: t.Any) -> str:
    """Return a value that takes one line. Raises _SeveralLinesError."""
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if value in ({}, []):
        return str(value)
    raise _SeveralLinesError


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _one_line(text)


@functools.lru_cache(maxsize=20_000)
def _one_line(text: str) -> str:
    """Return a text as PyYAML writes it on one line. Raises _SeveralLinesError."""
    if "\n" in text:
        raise _SeveralLinesError
    return _dumped({"k": text}).removeprefix("k: ").removesuffix("\n")


def _dumped(value: t.Any) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_LONGEST_LINE
    )
    return text


class _Dumper(yaml.SafeDumper):
    """A safe dumper that indents lists, quotes every text that some tool may take for a number, and writes what is
    there more than once each time.
    """

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        del indentless
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: t.Any) -> bool:
        """Return that nothing is written as an alias."""
        del data
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = next((style for pattern, style in _STYLES if pattern.search(value)), None)
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
