# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a YAML text, for people who write definitions: where, what is there, and what usually helps."""

from __future__ import annotations

import re
import typing as t

import yaml

from ansible_collections.m365.apps.plugins.module_utils._policy.payload import reason_of

_CORRECT = "Correct the file"
_QUOTE = "Put the text in quotes"
# A key, and a text behind it in which a colon and a blank come again.
_SECOND_COLON = re.compile(r"^\s*(?:-\s+)*[^\s:\"'\[{][^:]*:\s+[^\s\"'\[{].*:(?:\s|$)")
_OPENED = re.compile("parsing a flow|scanning a quoted")
# Of a line that is shown.
_LONGEST = 80


class Usual(t.NamedTuple):
    """What PyYAML says, in part, and the cause that it usually has with the step that helps."""

    said: str
    step: str


# The first one that fits counts. PyYAML's sentences: yaml/scanner.py, parser.py, composer.py, reader.py.
_USUAL = (
    Usual(r"character '\\t'", "Indent with blanks, not with tabs"),
    Usual(r"character '([@`%])' that cannot start", f"{_QUOTE}: it begins with a character that YAML keeps for itself"),
    Usual(r"undefined alias", f"{_QUOTE}: a star at its beginning makes an alias of it"),
    Usual(r"while scanning an? (alias|anchor|tag)", f"{_QUOTE}: it begins with a character that YAML keeps for itself"),
    Usual(r"while scanning a quoted scalar", "Close the quotes that are opened there"),
    Usual(r"expected ',' or '[\]}]'", "Close the bracket, or put a text that holds brackets in quotes"),
    Usual(r"expected the node content", "Close the bracket, or give the value that is missing"),
    Usual(r"could not find expected ':'", "Give the colon and the value that are missing, or put the text in quotes"),
    Usual(r"expected <block end>", "Indent members of one list or mapping alike, or put the text in quotes"),
    Usual(r"is there twice", "Keep one of them"),
    Usual(r"expected a single document", "Put each document into a file of its own, or make a list of them"),
    Usual(r"tag !vault", "Encrypt the whole file with ansible-vault"),
    Usual(r"could not determine a constructor", "Remove the tag, or put a text that begins with ! in quotes"),
)


def told(error: yaml.YAMLError) -> tuple[str, str]:
    """Return the cause and the next step for what PyYAML refuses."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return reason_of(error), "Save it as UTF-8, without control characters"
    mark = error.context_mark if _is_open(error) else error.problem_mark or error.context_mark
    if mark is None:
        return reason_of(error), _CORRECT
    said = "; ".join(" ".join(str(part).split()) for part in (error.context, error.problem) if part)
    line = _line_of(mark)
    shown = f" ({line[:_LONGEST]})" if line else ""
    return f"line {mark.line + 1}, column {mark.column + 1}: {said}{shown}", _step(said, line)


def _is_open(error: yaml.MarkedYAMLError) -> bool:
    """Tell whether something was opened and not closed in its line: there it is to be looked at, not where it hurts."""
    start, end = error.context_mark, error.problem_mark
    opened = _OPENED.search(str(error.context)) is not None
    return opened and start is not None and end is not None and start.line < end.line


def _line_of(mark: yaml.Mark) -> str:
    """Return the line of a mark, "" where PyYAML keeps none of it."""
    snippet = mark.get_snippet(indent=0, max_length=10 * _LONGEST)
    return snippet.rpartition("\n")[0].strip() if snippet else ""


def _step(said: str, line: str) -> str:
    if "mapping values are not allowed" in said:
        if _SECOND_COLON.match(line):
            return f"{_QUOTE}: one with a colon and a blank behind it wants them"
        return "Indent the line like those of the same mapping, or put a text that goes on here in quotes"
    return next((usual.step for usual in _USUAL if re.search(usual.said, said)), _CORRECT)
