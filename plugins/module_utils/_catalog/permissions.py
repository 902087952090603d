# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user's role in Intune allows, and which writes of a run it does not. Pure."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._graph.messages import Call
from .._policy.writes import Create, Delete, Update, Write, WritePart

# All scope tags together: what is allowed for some policies alone, Graph tells when they are written.
QUESTION = Call("GET", "/deviceManagement/getEffectivePermissions(scope='*')", version="beta")

_POLICIES = "Microsoft.Intune_DeviceConfigurations_"
_READ = f"{_POLICIES}Read"
_ACTIONS: t.Mapping[type, str] = {
    Create: f"{_POLICIES}Create",
    Update: f"{_POLICIES}Update",
    WritePart: f"{_POLICIES}Assign",
    Delete: f"{_POLICIES}Delete",
}

# All that a rollout does to policies.
WRITE_ACTIONS = tuple(_ACTIONS.values())


def allowed_actions(document: t.Any) -> frozenset[str] | None:
    """Return the actions of an answer to the question, in lower case; None for one that cannot be believed.

    The one who asks has read policies, so an answer in which that is not allowed is about something else.
    """
    parts = document.get("value") if isinstance(document, dict) else None
    found = {
        action.lower().replace("/", "_")
        for permission in _dicts(parts)
        for resource in _dicts(permission.get("resourceActions"))
        for action in _members(resource.get("allowedResourceActions"))
        if isinstance(action, str)
    }
    return frozenset(found) if _READ.lower() in found else None


def refused_writes(writes: t.Sequence[Write], allowed: t.Collection[str]) -> UserError | None:
    """Return the error for all writes of a run for which an action is missing, None where there are none."""
    needed = {type(write): _ACTIONS[type(write)] for write in writes if type(write) in _ACTIONS}
    missing = {kind: action for kind, action in needed.items() if action.lower() not in allowed}
    if not missing:
        return None
    count = sum(type(write) in missing for write in writes)
    names = " and ".join([", ".join(sorted(missing.values())[:-1]), sorted(missing.values())[-1]]).removeprefix(" and ")
    cause = f"the role of the user who signed in does not allow {names}"
    them = "it" if len(missing) == 1 else "them"
    step = f"Nothing was written; add {them} to the role in Intune, or sign in as somebody who has {them}"
    return UserError("the task", f"send {count} of its {len(writes)} writes", cause, step)


def _dicts(value: t.Any) -> list[dict[str, t.Any]]:
    return [member for member in _members(value) if isinstance(member, dict)]


def _members(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else []
