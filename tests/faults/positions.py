# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a fault can strike: every call of a run without faults."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .kinds import Kind, Mode

_GUID = re.compile(r"[0-9a-f]{8}(?:\\?-[0-9a-f]{4}){3}\\?-[0-9a-f]{12}")
_LISTS = ("clientConfigurations", "configurationPolicies", "assignmentFilters", "assignments", "groups")
# What MSAL asks before Graph is called: where to log in, then the token.
_LOGIN_CALLS = (("GET", "/openid-configuration"), ("POST", "/oauth2/v2.0/token"))

Dicts = list[dict[str, t.Any]]


@dataclass(frozen=True)
class Position:
    """One call of a run.

    ``pattern`` is a regular expression for its path, ``before`` counts earlier calls that it and the method match,
    ``place`` counts all earlier calls; ``inner`` is within a batch, ``on`` is graph or login. ``writes`` tells that it
    may change something.
    """

    method: str
    path: str
    pattern: str
    place: int
    before: int = 0
    inner: bool = False
    writes: bool = False
    on: str = "graph"

    def suits(self, kind: Kind, mode: Mode) -> bool:
        """Tell whether a fault of this kind and mode can strike here."""
        if mode.name not in kind.modes or (self.inner and not mode.inner):
            return False
        if kind.places == "lists":
            return self.method == "GET" and self.path.partition("?")[0].rpartition("/")[2] in _LISTS
        return kind.places == "any" or self.on == "graph"

    def fault(self, kind: Kind, mode: Mode) -> dict[str, t.Any]:
        """Return the fault as the emulator takes it."""
        match = {"on": self.on} if mode.anywhere else {"on": self.on, "method": self.method, "path": self.pattern}
        skip = self.place if mode.anywhere else self.before
        return {**kind.fault, "match": match, "count": mode.count, "skip": skip}


def positions_of(journal: Dicts, known_ids: t.Collection[str]) -> list[Position]:
    """Return the positions of a run: its logins, then its calls in order, those of a batch behind it.

    An id that is not among ``known_ids`` was made by the server, so that the next run will have another in its place.
    """
    found = [
        Position(method, path, f"{re.escape(path)}$", place, on="login")
        for place, (method, path) in enumerate(_LOGIN_CALLS)
    ]
    seen: list[tuple[str, str]] = []
    for entry in journal:
        for call, inner in ((entry, False), *((one, True) for one in entry["batch"])):
            pattern = _pattern(call["path"], known_ids)
            earlier = sum(method == call["method"] and bool(re.search(pattern, path)) for method, path in seen)
            writes = any(one["method"] != "GET" for one in call.get("batch") or [call])
            found.append(Position(call["method"], call["path"], pattern, len(seen), earlier, inner, writes))
            seen.append((call["method"], call["path"]))
    return found


def _pattern(path: str, known_ids: t.Collection[str]) -> str:
    def any_id(found: re.Match[str]) -> str:
        return found[0] if found[0].replace("\\", "") in known_ids else "[^/]+"

    return f"{_GUID.sub(any_id, re.escape(path))}$"
