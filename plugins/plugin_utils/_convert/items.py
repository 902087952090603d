# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads of Cloud Policy as items: which ADMX policy each belongs to, and the registry value that it has."""

from __future__ import annotations

import base64
import binascii
import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import unfit
from ansible_collections.m365.apps.plugins.module_utils._errors import plain
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import PayloadError, parse_given
from ansible_collections.m365.apps.plugins.plugin_utils._admx.registry import EXPANDABLE, NUMBERS, TEXT, TEXTS, Data

_KEY = re.compile(r"\s*(?P<file>[^;/]+?)\s*[;/]\s*(?P<policy>[^;/]+?)\s*")
_NUMBER = re.compile(r"\s*(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})\s*")
_PLATFORM = "windows"
_LONGEST_PLACE = 200
_NO_LIST = "it is not a list of items with settingId, valueName, type and value"


@dataclass(frozen=True)
class Item:
    """One member of a payload. ``wrong`` says why it is no registry value of an ADMX policy, "" where it is one."""

    number: int
    setting: str
    name: str
    type: str
    value: t.Any
    wrong: str = ""
    data: Data | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The ADMX file and the policy, in lower case."""
        found = _KEY.fullmatch(self.setting)
        return (found["file"].lower(), found["policy"].lower()) if found else ("", "")

    @property
    def policy(self) -> str:
        """The policy as it is spelled."""
        found = _KEY.fullmatch(self.setting)
        return found["policy"] if found else ""


def payload_of(policy: t.Mapping[str, t.Any], option: str) -> tuple[tuple[Item, ...], str]:
    """Return the items of a payload, and why it cannot be taken apart where that is so.

    The items in an object are all open: what its keys mean for them is not known.
    """
    try:
        given = _given(policy, option)
    except (PayloadError, ValueError) as error:
        return (), f"it is not a list of items: {error}"
    if not given:
        return (), ""
    if isinstance(given, dict):
        found = enumerate(_members(given, ""), 1)
        return tuple(_without_meaning(_item(number, member), where) for number, (where, member) in found), _NO_LIST
    if not isinstance(given, list):
        return (), _NO_LIST
    return tuple(_item(number, member) for number, member in enumerate(given, 1)), ""


def _members(value: t.Any, where: str) -> t.Iterator[tuple[str, t.Any]]:
    """Yield what may be an item in an object, with the keys that lead there: members of lists, and objects with ids."""
    if isinstance(value, list) or (isinstance(value, dict) and "settingId" in value):
        yield from ((where, member) for member in (value if isinstance(value, list) else [value]))
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _members(member, f"{where}.{key}" if where else str(key))


def _without_meaning(item: Item, where: str) -> Item:
    place = f"in {plain(where, _LONGEST_PLACE)} of an object" if where else "not in a list"
    cause = f"it is {place}, and what that means for it is not known: make the payload a list of items"
    return replace(item, wrong=cause, data=None)


def _given(policy: t.Mapping[str, t.Any], option: str) -> t.Any:
    """Return what a payload holds. Raises PayloadError and ValueError."""
    value = policy.get(option)
    encoded = policy.get(f"{option}_base64")
    if not value and encoded:
        try:
            value = base64.b64decode(encoded, validate=True).decode("utf-8-sig")
        except (binascii.Error, UnicodeDecodeError):
            raise ValueError("its bytes are not JSON text") from None
    return parse_given(value) if isinstance(value, str) and value.strip() else value


def _item(number: int, member: t.Any) -> Item:
    unusable = unfit(member)
    if unusable:
        return Item(number, "", "", "", None, unusable)
    if not isinstance(member, dict):
        return Item(number, "", "", "", member, "it is not an object with settingId, valueName, type and value")
    setting, name, kind = (_text(member.get(key)) for key in ("settingId", "valueName", "type"))
    value = member.get("value")
    data, wrong = _data(kind.upper(), value)
    if not _KEY.fullmatch(setting):
        wrong = "its settingId is not an ADMX file and a policy, such as excel16;L_VBAWarningsPolicy"
    elif _text(member.get("platform") or _PLATFORM).lower() != _PLATFORM:
        wrong = f"it is for the platform {_text(member['platform'])}, and these settings are for Windows"
    elif not name:
        wrong = "it has no valueName"
    return Item(number, setting, name, kind, value, wrong, None if wrong else data)


def _data(kind: str, value: t.Any) -> tuple[Data | None, str]:
    """Return the data of a registry value, or what is wrong with it."""
    if isinstance(value, bool) or value is None:
        return None, f"its value is {'null' if value is None else str(value).lower()}, not a number or a text"
    if kind in NUMBERS:
        number = _number(value)
        wrong = f"a whole number from 0 to {NUMBERS[kind]}" if not 0 <= number <= NUMBERS[kind] else ""
        data = Data(kind, number)
    elif kind in (TEXT, EXPANDABLE):
        wrong = "a text" if not isinstance(value, (str, int)) else ""
        data = Data(kind, str(value))
    elif kind == TEXTS:
        texts = value if isinstance(value, list) else [None]
        wrong = "a list of texts" if not all(isinstance(each, str) for each in texts) else ""
        data = Data(kind, tuple(map(str, texts)))
    else:
        known = ", ".join([*NUMBERS, TEXT, EXPANDABLE, TEXTS])
        return None, f"its type is {kind or 'not given'}, and it must be one of {known}"
    return (None, f"its value is not {wrong}, as {kind} has it") if wrong else (data, "")


def _number(value: t.Any) -> int:
    """Return a number that is one, or the text of one, -1 for what is none."""
    text = str(value) if isinstance(value, str) else f"{value:d}" if isinstance(value, int) and value < 2**64 else ""
    return int(text, 0 if "x" in text.lower() else 10) if _NUMBER.fullmatch(text) else -1


def _text(value: t.Any) -> str:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""


def grouped(items: t.Iterable[Item]) -> dict[tuple[str, str], list[Item]]:
    """Return items by their ADMX policy; those that have none are left out."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        if not item.wrong:
            found.setdefault(item.key, []).append(item)
    return found
