# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misbehaviour on demand: the queue that decides which call is hit, and the reading of faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .echo import FORMS
from .fault_kinds import KINDS, Fault
from .wire import HEADER_TEXT, Answer, Call, Proceed

# Counts and seconds: below it they can be written again exactly.
MAX_NUMBER = 2**53


class FaultError(ValueError):
    """A fault is described wrongly; the text names the key."""


@dataclass(slots=True)
class Faults:
    """The faults that wait for calls; the first that matches is consumed once and acts."""

    waiting: list[Fault] = field(default_factory=list)

    @classmethod
    def from_json(cls, value: object) -> Faults:
        """Faults out of a JSON list.

        :raises FaultError: what is wrong, with the key.
        """
        if not isinstance(value, list):
            raise FaultError("faults: a list is needed")
        return cls([_read(item, f"faults[{place}]") for place, item in enumerate(value)])

    def to_json(self) -> list[dict[str, Any]]:
        """What is left."""
        return [fault.to_json() for fault in self.waiting]

    def apply(self, on: str, call: Call, tenant: str, proceed: Proceed) -> Answer:
        """The answer to a call, by the fault that hits it if there is one."""
        fault = self._take(on, call, tenant)
        return proceed() if fault is None else KINDS[fault.kind](fault, call, proceed)

    def _take(self, on: str, call: Call, tenant: str) -> Fault | None:
        for fault in self.waiting:
            if not fault.matches(on, call, tenant):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
                if not fault.count:
                    self.waiting.remove(fault)
            return fault
        return None


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MAX_NUMBER


def _header(value: Any) -> bool:
    return isinstance(value, str) and HEADER_TEXT.fullmatch(value) is not None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_NUMBER


FIELDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "kind": (lambda value: isinstance(value, str) and value in KINDS, "one of " + ", ".join(KINDS)),
    "match": (lambda value: isinstance(value, dict), "an object of method, path, tenant and on"),
    "count": (lambda value: value is None or (_whole(value) and value > 0), "a whole number above 0, or null for ever"),
    "skip": (_whole, "a whole number"),
    "retry_after": (
        lambda value: value is None or _number(value) or _header(value),
        "a number or a printable ASCII string",
    ),
    "seconds": (_number, "a number"),
    "committed": (lambda value: isinstance(value, bool), "true or false"),
    "url": (lambda value: value is None or isinstance(value, str), "a string"),
    "form": (lambda value: isinstance(value, str) and value in FORMS, "one of " + ", ".join(FORMS)),
}


def _methods(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _pattern(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


MATCH: dict[str, tuple[Callable[[Any], bool], str]] = {
    "method": (_methods, "a method or a list of methods"),
    "path": (_pattern, "a regular expression"),
    "tenant": (lambda value: isinstance(value, str), "a tenant id"),
    "on": (lambda value: value in ("graph", "login"), "graph or login"),
}


def _checked(value: object, place: str, table: Mapping[str, tuple[Callable[[Any], bool], str]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FaultError(f"{place}: a JSON object is needed")
    for name, content in value.items():
        if name not in table:
            raise FaultError(f"{place}.{name}: unknown key; known are {', '.join(table)}")
        accepts, text = table[name]
        if not accepts(content):
            raise FaultError(f"{place}.{name}: must be {text}")
    return value


def _read(value: object, place: str) -> Fault:
    content = dict(_checked(value, place, FIELDS))
    if "kind" not in content:
        raise FaultError(f"{place}.kind: is required; must be {FIELDS['kind'][1]}")
    match = dict(_checked(content.pop("match", {}), f"{place}.match", MATCH))
    method = match.pop("method", [])
    methods = tuple(item.upper() for item in ([method] if isinstance(method, str) else method))
    return Fault(methods=methods, **match, **content)
