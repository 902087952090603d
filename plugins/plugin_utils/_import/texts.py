# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the bytes of a file to the values in it: JSON, JSON lines or YAML, in UTF-8, UTF-16 or UTF-32.

What a file holds is told by its text, not by its name. Everything is bounded before it is built.
"""

from __future__ import annotations

import codecs
import json
import re
import typing as t
from collections.abc import Hashable

import yaml

from ansible_collections.m365.apps.plugins.module_utils._json import DEEPEST, is_too_deep
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import (
    BEFORE_TEXT,
    PayloadError,
    parse_text,
    reason_of,
)
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.yaml_text import MOST_VALUES, UnboundedError, weigh

from .found import LeftError, Place, Reason

# Marks at the beginning of a file; those of UTF-32 begin like those of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# Characters of a YAML text: a YAML value takes up to a kilobyte of memory.
_LONGEST_YAML = 16 * 1024 * 1024
_TOO_DEEP = "it is nested too deeply"


def text_of(data: bytes) -> str:
    """Return the text of a file. Raises LeftError."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    try:
        return data.decode(encoding or json.detect_encoding(data))
    except UnicodeDecodeError:
        raise LeftError(Reason.BROKEN, "it is neither UTF-8 nor UTF-16 text") from None


def values_in(text: str, place: Place) -> t.Iterator[tuple[Place, t.Any]]:
    """Yield the values of a text with their places; one that cannot be read is a LeftError in its place.

    A text of several lines, each of which is JSON by itself, has one value a line.
    """
    try:
        yield place, _only_value(text, place.file)
    except LeftError as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip(BEFORE_TEXT)]
        if len(lines) < 2 or not _is_json_object(lines[0][1]):
            yield place, error
            return
        for number, line in lines:
            yield place.within(f"line {number}"), _read(json_of, line)


def json_of(text: str) -> t.Any:
    """Return the value of a JSON text. Raises LeftError."""
    try:
        value = parse_text(text)
    except PayloadError as error:
        raise LeftError(Reason.BROKEN, str(error)) from None
    if is_too_deep(value):
        raise LeftError(Reason.BROKEN, _TOO_DEEP)
    return value


def _read(read: t.Callable[[str], t.Any], text: str) -> t.Any:
    try:
        return read(text)
    except LeftError as error:
        return error


def _only_value(text: str, name: str) -> t.Any:
    if not text.strip(BEFORE_TEXT):
        raise LeftError(Reason.BROKEN, "it is empty")
    is_yaml = name.casefold().endswith((".yml", ".yaml"))
    # JSON is YAML, too, but for a few texts that only JSON knows.
    if is_yaml and text.lstrip(BEFORE_TEXT)[0] not in "{[":
        return _yaml_of(text)
    return json_of(text)


def _is_json_object(line: str) -> bool:
    return line.lstrip(BEFORE_TEXT).startswith("{") and not isinstance(_read(json_of, line), LeftError)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that takes for numbers and booleans what JSON writes so, and all else for text.

    YAML 1.1 makes a date, a number or a boolean of texts such as 2026-01-02, 0123 and no, which those who dump YAML 1.2
    do not quote.
    """

    yaml_implicit_resolvers: t.ClassVar[dict[str, t.Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, t.Any]:
        """Build a mapping. Raises ConstructorError for a key that is there twice."""
        built: dict[Hashable, t.Any] = super().construct_mapping(node, deep)
        if len(built) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is there twice in one mapping", node.start_mark)
        return built


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


def _check_size(text: str) -> None:
    """Raise UnboundedError for a text of too many values or levels: what composes nodes recurses without a bound."""
    values = depth = 0
    for event in yaml.parse(text, _Loader):
        values += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if values > MOST_VALUES:
            raise UnboundedError(f"it holds more than {MOST_VALUES} values")
        if depth > DEEPEST:
            raise UnboundedError(_TOO_DEEP)


def _yaml_of(text: str) -> t.Any:
    """Return the value of a YAML text of one document, its size known before it is built. Raises LeftError."""
    if len(text) > _LONGEST_YAML:
        raise LeftError(Reason.BROKEN, f"it is YAML of more than {_LONGEST_YAML // 1024 // 1024} million characters")
    try:
        return _built(text.lstrip(BEFORE_TEXT))
    except RecursionError:
        cause = _TOO_DEEP
    except UnboundedError as error:
        cause = str(error)
    except (yaml.YAMLError, ValueError) as error:
        cause = f"it is not YAML ({reason_of(error)})"
    except (LookupError, AttributeError, TypeError):
        cause = "a value in it does not fit its YAML tag"
    raise LeftError(Reason.BROKEN, cause)


def _built(text: str) -> t.Any:
    """Return the value of a text. Raises what PyYAML does, and UnboundedError."""
    _check_size(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        weigh(node)
        return loader.construct_document(node)
    finally:
        loader.dispose()
