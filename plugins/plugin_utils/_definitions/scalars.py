# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scalars that YAML 1.1 takes for something else than what is written.

``0123`` is 83, ``no`` is false, ``12:30:00`` is 45000, ``2026-01-02`` is a date; editors and other tools (YAML 1.2)
read some of them otherwise. Where a definition wants a text or a number, and inside payloads, which are JSON, such a
scalar is refused: quoted it is the text, and in plain digits the number.
"""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass, field

import yaml

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST

from .yaml_text import Bounded

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
# Problems that one error shows; the rest is counted.
_MOST_SHOWN = 8
_LONGEST = 60

_DIGITS = re.compile(r"0|-?[1-9][0-9]*")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
# Numbers of YAML 1.2 that are texts in YAML 1.1.
_NUMBER_ELSEWHERE = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+")


class Wanted(enum.Enum):
    """What a place in a definition is for."""

    TEXT = "text"
    NUMBER = "number"
    DATA = "data"


# For each place, what a number or a boolean may look like; a type that is missing is always refused.
_FITS: dict[Wanted, dict[str, re.Pattern[str]]] = {
    Wanted.TEXT: {"int": _DIGITS},
    Wanted.NUMBER: {"int": _INTEGER, "float": _FRACTION},
    Wanted.DATA: {"int": _INTEGER, "float": _FRACTION, "bool": _BOOLEAN},
}
_READ_AS = {"bool": "the boolean", "int": "the number", "float": "the number", "timestamp": "the date"}


def misread(document: yaml.Node | None, loader: Bounded) -> str:
    """Return which scalars of definitions are not what they look like, as the cause of an error; "" for none."""
    search = _Search(loader)
    for policy in document.value if isinstance(document, yaml.SequenceNode) else [document]:
        search.of_item(policy)
    found = search.found
    if not found:
        return ""
    more = f"; and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    return f"YAML does not take every value as it is written: {'; '.join(found[:_MOST_SHOWN])}{more}"


def wanted_of(option: str) -> Wanted:
    """Return what an option of a policy is for."""
    if option == "groups":
        return Wanted.TEXT
    return {"str": Wanted.TEXT, "int": Wanted.NUMBER}.get(str(POLICY_IN_LIST.get(option, {}).get("type")), Wanted.DATA)


@dataclass
class _Search:
    """The problems that were found so far. What aliases repeat is looked at once."""

    loader: Bounded
    found: list[str] = field(default_factory=list)
    seen: set[tuple[int, Wanted]] = field(default_factory=set)

    def of_item(self, node: yaml.Node | None) -> None:
        """Look at one policy, at those that it merges, or at what is in the place of one."""
        if not isinstance(node, yaml.MappingNode):
            if node is not None:
                self.walk(node, "an item", Wanted.DATA)
            return
        for key, value in node.value:
            if key.tag == _MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    self.of_item(merged)
            else:
                self.walk(key, "an option", Wanted.TEXT)
                option = key.value[:_LONGEST] if isinstance(key, yaml.ScalarNode) else "an option"
                self.walk(value, option, wanted_of(option))

    def walk(self, node: yaml.Node, place: str, wanted: Wanted) -> None:
        """Look at a node and at all below it; ``place`` is how messages name it."""
        if (id(node), wanted) in self.seen:
            return
        self.seen.add((id(node), wanted))
        if isinstance(node, yaml.SequenceNode):
            for member in node.value:
                self.walk(member, place, wanted)
        elif isinstance(node, yaml.MappingNode):
            option = place.partition(" ")[0]
            for key, value in node.value:
                if key.tag != _MERGE:
                    self.walk(key, f"a key in {option}", wanted)
                is_scalar = isinstance(key, yaml.ScalarNode)
                self.walk(value, f"{option} {key.value[:_LONGEST]}" if is_scalar else option, wanted)
        else:
            self.scalar(node, place, wanted)

    def scalar(self, node: yaml.Node, place: str, wanted: Wanted) -> None:
        """Look at one scalar."""
        if not _fits(node, wanted, self.loader):
            line = node.start_mark.line + 1
            self.found.append(f"{place}: {node.value[:_LONGEST]} (line {line}) is {_reading(node, self.loader)}")


def _fits(node: t.Any, wanted: Wanted, loader: Bounded) -> bool:
    kind = node.tag.removeprefix(_TAG)
    if kind == "str":
        is_plain = not node.style and id(node) not in loader.tagged
        return wanted is Wanted.TEXT or not is_plain or not _NUMBER_ELSEWHERE.fullmatch(node.value)
    if kind not in _READ_AS:
        return True  # null, and what the constructor refuses
    pattern = _FITS[wanted].get(kind)
    return pattern is not None and pattern.fullmatch(node.value) is not None


def _reading(node: yaml.Node, loader: Bounded) -> str:
    kind = node.tag.removeprefix(_TAG)
    if kind == "str":
        return "a text here, and a number to other tools"
    if len(node.value) > _LONGEST:
        # A number of a million parts such as 1:1:1 would take hours.
        return f"{_READ_AS[kind]} that YAML makes of it"
    try:
        value = loader.construct_object(node)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError):
        return f"tagged {kind}, which it does not fit"
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{_READ_AS[kind]} {shown[:_LONGEST]}"
