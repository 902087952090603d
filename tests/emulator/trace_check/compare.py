# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two answers to one call, that of a tenant and that of the emulator: where their forms differ. Pure.

Both are as a trace has them. What differs from one tenant to the next (names, ids, dates) counts by its form alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .reading import GUID, STAND_IN, Call

Ids = dict[str, str]
# Numbers that count something: the same tenant has the same ones.
COUNTS = ("@odata.count", "settingCount", "TotalRowCount")
NEXT = "@odata.nextLink"
# What every answer has by itself: a fresh id, and how much else there was.
IGNORED_HEADERS = ("others",)
_FORMS: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(rf"(?i:{GUID.pattern})"), "<id>"),
    (re.compile(r"user-[a-p]{12}@domain-[a-p]{12}\.example"), "<user>"),
    (re.compile(r"(?:host|domain)-[a-p]{12}\.example"), "<host>"),
    (re.compile(r"text-[A-Pa-p]{12}\.*"), "<text>"),
    (re.compile(r"\d{4}-\d\d-\d\d(?=T|\b)"), "<day>"),
    (re.compile(r"(?<=<day>T)[\d:]+"), "<time>"),
)
_FRACTION = re.compile(r"(?<=<time>)\.\d+")
_TYPES = {bool: "true or false", int: "a whole number", float: "a number", dict: "an object", list: "a list"}


def form_of(value: Any, member: str = "") -> str:
    """The form of a JSON value that is no object and no list: what of it is the same in every tenant."""
    if value is None:
        return "null"
    if isinstance(value, str):
        # The id of a setting is its place in the policy.
        return "'<number>'" if member == "id" and value.isdecimal() else _text_form(value)
    if member in COUNTS and not isinstance(value, bool):
        return str(value)
    return _TYPES[type(value)]


def _text_form(text: str) -> str:
    for pattern, name in _FORMS:
        text = pattern.sub(name, text)
    text = _FRACTION.sub(lambda found: f".<{len(found[0]) - 1} digits>", text)
    # In a URL, marks of pages are the server's own.
    text = re.sub(r"(?<=\$skiptoken=)[^&\"]+", "<text>", text)
    return f"'{text}'"


def differences(told: Any, emulated: Any, ids: Ids, path: str = "") -> Iterator[str]:
    """Sentences on where the emulator's JSON has another form than the tenant's (``told``).

    ``ids`` maps ids of the trace to those of the emulator, to find what belongs together.
    """
    member = next((name for name in COUNTS if path.endswith(name)), path.rpartition(".")[2])
    where = path or "the body"
    if isinstance(told, dict) and isinstance(emulated, dict):
        yield from _members(told, emulated, ids, path)
    elif isinstance(told, list) and isinstance(emulated, list):
        yield from _items(told, emulated, ids, path)
    elif isinstance(told, dict | list) or isinstance(emulated, dict | list) or told is None or emulated is None:
        kinds = [_TYPES.get(type(value)) or ("null" if value is None else "text") for value in (told, emulated)]
        if kinds[0] != kinds[1]:
            yield f"{where} is {kinds[0]}, the emulator has {kinds[1]}"
    else:
        forms = form_of(told, member), form_of(emulated, member)
        if forms[0] != forms[1]:
            yield f"{where} is {forms[0]}, the emulator has {forms[1]}"


def _members(told: Mapping[str, Any], emulated: Mapping[str, Any], ids: Ids, path: str) -> Iterator[str]:
    inside = f"{path}." if path else ""
    told, emulated = _renamed(told), _renamed(emulated)
    for name in told:
        if name not in emulated:
            paging = " (the emulator has no further page)" if name == NEXT else ""
            yield f"{inside}{name} is there, the emulator has no such member{paging}"
        elif name != NEXT:
            yield from differences(told[name], emulated[name], ids, f"{inside}{name}")
    for name in emulated:
        if name not in told:
            paging = " (it has a further page)" if name == NEXT else ""
            yield f"{inside}{name} is not there, the emulator has it{paging}"


def _renamed(document: Mapping[str, Any]) -> dict[str, Any]:
    """An object whose members with stand-ins for names are called by their places."""
    own = iter(range(1, len(document) + 1))
    return {f"<text {next(own)}>" if STAND_IN.fullmatch(name) else name: value for name, value in document.items()}


def _items(told: list[Any], emulated: list[Any], ids: Ids, path: str) -> Iterator[str]:
    where = path or "the body"
    if len(told) != len(emulated):
        yield f"{where} has {len(told)} entries, the emulator's has {len(emulated)}"
    settings = [_definition(each) for each in told], [_definition(each) for each in emulated]
    if all(settings[0]) and settings[0] != settings[1]:
        same = sorted(map(str, settings[0])) == sorted(map(str, settings[1]))
        yield f"{where} is in another order" if same else f"{where} has settings that the emulator's has not"
    for one, other in pairs(told, emulated, ids):
        yield from differences(one, other, ids, f"{path}[]")


def pairs(told: list[Any], emulated: list[Any], ids: Ids) -> list[tuple[Any, Any]]:
    """Entries that belong together: by their settings or ids where they have any, else by their places."""
    left = list(emulated)
    found: list[tuple[Any, Any]] = []
    others: list[Any] = []
    for item in told:
        key = _key(item, ids)
        same = next((each for each in left if key is not None and _key(each, {}) == key), None)
        if same is None:
            others.append(item)
        else:
            left.remove(same)
            found.append((item, same))
    return [*found, *((one, other) for one, other in zip(others, left, strict=False) if not _definition(one))]


def _key(item: Any, ids: Ids) -> str | None:
    own = item.get("id") if isinstance(item, dict) else None
    return _definition(item) or (mapped(own, ids).lower() if isinstance(own, str) else None)


def _definition(item: Any) -> str | None:
    """The definition of a setting, which tells it from others in a list; None for what is not a setting."""
    setting = item.get("settingInstance", item) if isinstance(item, dict) else None
    found = setting.get("settingDefinitionId") if isinstance(setting, dict) else None
    return found.lower() if isinstance(found, str) else None


def mapped(text: str, ids: Ids) -> str:
    """A text with ids of the trace replaced by those that the emulator has for the same things."""
    return GUID.sub(lambda found: ids.get(found[0].lower(), found[0]), text)


def learn(told: Any, emulated: Any, ids: Ids) -> None:
    """Note which ids of the emulator are for which of the trace, from the two answers to a write."""
    if isinstance(told, dict) and isinstance(emulated, dict):
        one, other = told.get("id"), emulated.get("id")
        if isinstance(one, str) and isinstance(other, str):
            for key, value in zip(GUID.findall(one), GUID.findall(other), strict=False):
                ids.setdefault(key.lower(), value.lower())
        for name in told.keys() & emulated.keys():
            learn(told[name], emulated[name], ids)
    elif isinstance(told, list) and isinstance(emulated, list):
        for first, second in pairs(told, emulated, ids):
            learn(first, second, ids)


def header_differences(told: Mapping[str, Any], emulated: Mapping[str, Any]) -> Iterator[str]:
    """Sentences on headers of an answer that a trace shows and the emulator has not, has alone, or has otherwise."""
    names: Callable[[Mapping[str, Any]], set[str]] = lambda headers: set(headers) - set(IGNORED_HEADERS)  # noqa: E731
    for name in sorted(names(told) - names(emulated)):
        yield f"the header {name} is there, the emulator does not send it"
    for name in sorted(names(emulated) - names(told)):
        yield f"the header {name} is not there, the emulator sends it"
    for name in sorted(names(told) & names(emulated)):
        forms = _header_form(name, told[name]), _header_form(name, emulated[name])
        if forms[0] != forms[1]:
            yield f"the header {name} is {forms[0]}, the emulator sends {forms[1]}"


def _header_form(name: str, value: Any) -> str:
    text = str(value)
    return "a number of seconds" if name == "retry-after" and text.replace(".", "").isdigit() else _text_form(text)


def answer_differences(call: Call, emulated: Call, ids: Ids) -> list[str]:
    """Sentences on where the emulator's answer to one call is another one than the tenant's."""
    if call.status != emulated.status:
        reason = _reason(emulated)
        return [f"status {call.status}, the emulator answers {emulated.status}{reason}"]
    found = list(header_differences(call.told, emulated.told))
    kinds = [next(iter(body)) if body else "no body" for body in (call.answer, emulated.answer)]
    if kinds[0] != kinds[1]:
        return [*found, f"the body is {kinds[0]}, the emulator's is {kinds[1]}"]
    if call.answer is not None and emulated.answer is not None and kinds[0] != "bytes":
        found += differences(call.answer[kinds[0]], emulated.answer[kinds[0]], ids)
    return found


def _reason(call: Call) -> str:
    error = call.document.get("error") if isinstance(call.document, dict) else None
    if not isinstance(error, dict):
        return ""
    return f" ({error.get('code')}: {_text_form(str(error.get('message')))[:160]})"
