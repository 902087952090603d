# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the XML of an ADMX file to policies.

What is written where the file does not say it: an enabled policy with a value of its own writes the number 1, a
disabled one removes it; a true boolean is the number 1, a false one is removed.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .model import DEVICE, USER, AdmxError, Element, Fixed, Free, Item, Listed, Policy
from .registry import DELETED, DWORD, EXPANDABLE, NUMBERS, QWORD, TEXT, TEXTS, Data, Place, Registry
from .xml_tree import Node, parsed

_SCOPES = {"User": frozenset({USER}), "Machine": frozenset({DEVICE}), "Both": frozenset({USER, DEVICE})}
_YES = ("true", "1")


@dataclass
class Admx:
    """One ADMX file: the prefix by which the settings catalog knows it, and its policies, read as they are needed."""

    prefix: str
    _nodes: dict[str, list[Node]]
    _read: dict[str, Policy] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return the names of its policies."""
        return [node.attributes["name"] for nodes in self._nodes.values() for node in nodes]

    def get(self, name: str) -> Policy | None:
        """Return a policy by its name in any case, None where there is none. Raises AdmxError for one out of form."""
        key = name.lower()
        nodes = self._nodes.get(key, [])
        if len(nodes) > 1:
            raise AdmxError(f"it has {len(nodes)} policies {nodes[0].attributes['name']}")
        if nodes and key not in self._read:
            self._read[key] = _policy(nodes[0])
        return self._read.get(key)


def admx_of(data: bytes) -> Admx:
    """Return the file of these bytes. Raises AdmxError."""
    root = parsed(data)
    if root.tag != "policyDefinitions":
        raise AdmxError(f"its root is {root.tag}, not policyDefinitions")
    namespaces = root.first("policyNamespaces")
    target = namespaces.first("target") if namespaces else None
    prefix = target.attributes.get("prefix", "") if target else ""
    if not prefix:
        raise AdmxError("it does not say the prefix of its own namespace")
    nodes: dict[str, list[Node]] = {}
    for section in root.all("policies"):
        for node in section.all("policy"):
            nodes.setdefault(_needed(node, "name").lower(), []).append(node)
    return Admx(prefix.lower(), nodes)


def _policy(node: Node) -> Policy:
    """Return one policy. Raises AdmxError."""
    key = _needed(node, "key")
    scope = _needed(node, "class")
    if scope not in _SCOPES:
        raise AdmxError(f"class is {scope}, not User, Machine or Both")
    found = node.first("elements")
    return Policy(
        name=_needed(node, "name"),
        scopes=_SCOPES[scope],
        enabled={**_own(node, key, "enabledValue", Data(DWORD, 1)), **_list(node.first("enabledList"), key)},
        disabled={**_own(node, key, "disabledValue", DELETED), **_list(node.first("disabledList"), key)},
        elements=tuple(_element(child, key) for child in found.children) if found else (),
    )


def _own(node: Node, key: str, tag: str, default: Data) -> Registry:
    """Return what a state writes to the value of its own that a policy may have."""
    if not node.attributes.get("valueName"):
        return {}
    return {Place.of(key, node.attributes["valueName"]): _value(node.first(tag), default)}


def _list(node: Node | None, key: str) -> Registry:
    """Return what the items of a list of values write."""
    if node is None:
        return {}
    key = node.attributes.get("defaultKey") or key
    return {
        Place.of(item.attributes.get("key") or key, _needed(item, "valueName")): _value(item.first("value"), None)
        for item in node.all("item")
    }


def _element(node: Node, policy_key: str) -> Element:
    """Return one element. Raises AdmxError."""
    make = _ELEMENTS.get(node.tag)
    if make is None:
        raise AdmxError(f"it has an element of the unknown form {node.tag}")
    return make(node, node.attributes.get("key") or policy_key)


def _boolean(node: Node, key: str) -> Fixed:
    place = Place.of(key, _needed(node, "valueName"))
    true = {place: _value(node.first("trueValue"), Data(DWORD, 1)), **_list(node.first("trueList"), key)}
    false = {place: _value(node.first("falseValue"), DELETED), **_list(node.first("falseList"), key)}
    return Fixed(_needed(node, "id"), place, (Item(True, true), Item(False, false)), False, false)


def _enum(node: Node, key: str) -> Fixed:
    place = Place.of(key, _needed(node, "valueName"))
    items: list[Item] = []
    for each in node.all("item"):
        data = _value(each.first("value"), None)
        writes = {place: data, **_list(each.first("valueList"), key)}
        made = Item(None if data == DELETED else _single(data), writes)
        # Two names for one thing are one thing.
        items += [made] if made not in items else []
    gone = dict.fromkeys([place, *(other for item in items for other in item.writes)], DELETED)
    return Fixed(_needed(node, "id"), place, tuple(items), _is(node, "required"), gone)


def _number(node: Node, key: str, number_type: str) -> Free:
    bounds = (_bound(node, "minValue"), _bound(node, "maxValue"))
    as_text = _is(node, "storeAsText")
    kind = TEXT if as_text else number_type
    place = Place.of(key, _needed(node, "valueName"))
    return Free(_needed(node, "id"), place, kind, _is(node, "required"), bounds, as_text)


def _text(node: Node, key: str) -> Free:
    kind = EXPANDABLE if _is(node, "expandable") else TEXT
    return Free(_needed(node, "id"), Place.of(key, _needed(node, "valueName")), kind, _is(node, "required"))


def _texts(node: Node, key: str) -> Free:
    return Free(_needed(node, "id"), Place.of(key, _needed(node, "valueName")), TEXTS, _is(node, "required"))


def _listed(node: Node, key: str) -> Listed:
    kind = EXPANDABLE if _is(node, "expandable") else TEXT
    prefix = node.attributes.get("valuePrefix")
    place = Place.of(key, "")
    return Listed(_needed(node, "id"), place.key, kind, _is(node, "explicitValue"), prefix, _is(node, "required"))


_ELEMENTS: dict[str, t.Callable[[Node, str], Element]] = {
    "boolean": _boolean,
    "enum": _enum,
    "decimal": lambda node, key: _number(node, key, DWORD),
    "longDecimal": lambda node, key: _number(node, key, QWORD),
    "text": _text,
    "multiText": _texts,
    "list": _listed,
}


def _value(node: Node | None, default: Data | None) -> Data:
    """Return the data of what holds decimal, longDecimal, string or delete. Raises AdmxError."""
    if node is None:
        if default is None:
            raise AdmxError("it has an item without a value")
        return default
    for child in node.children:
        if child.tag == "delete":
            return DELETED
        if child.tag == "string":
            return Data(TEXT, child.text)
        if child.tag in ("decimal", "longDecimal"):
            kind = DWORD if child.tag == "decimal" else QWORD
            return Data(kind, _whole(child, "value", NUMBERS[kind]))
    raise AdmxError(f"{node.tag} holds neither a number nor a text nor delete")


def _single(data: Data) -> int | str:
    return data.value if not isinstance(data.value, tuple) else ""


def _whole(node: Node, name: str, most: int) -> int:
    text = _needed(node, name).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and int(text) <= most):
        raise AdmxError(f"{name} of {node.tag} is {text!r}, not a whole number from 0 to {most}")
    return int(text)


def _bound(node: Node, name: str) -> int | None:
    return _whole(node, name, NUMBERS[QWORD]) if node.attributes.get(name) else None


def _is(node: Node, name: str) -> bool:
    return node.attributes.get(name, "").strip().lower() in _YES


def _needed(node: Node, name: str) -> str:
    value = node.attributes.get(name)
    if not value:
        raise AdmxError(f"{node.tag} has no {name}")
    return value
