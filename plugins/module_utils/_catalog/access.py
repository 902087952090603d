# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the login of a run sees, and what it may write, as far as Graph tells.

A user of Intune sees what carries one of the scope tags of the role, and no answer tells that there is more. Apps, and
users with one of two Entra roles, see everything (Intune page "scope tags").
"""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._graph.client import GraphClient
from .._graph.errors import GraphError
from .._graph.messages import Answer, Call
from .._graph.token_claims import Claims
from .._policy.policy import Policy
from .._policy.surface import Extent, View
from .._policy.writes import Create, Delete, Update, Write, WritePart
from .codec import DEFAULT_TAG
from .names import Names

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
_ADMINISTRATORS = {
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
}
# What has one tag in common by chance does not tell anything.
_FEWEST = 2


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


def view_of(claims: Claims, shared_tag: str | None, tags_refused: bool) -> View:
    """Return the view of a login.

    ``shared_tag`` is what to call the tag that all policies have that it sees, ``tags_refused`` whether Graph refused
    it the list of scope tags.
    """
    if claims.is_app:
        return View(Extent.FULL, "an app signed in, and scope tags hide nothing from apps")
    role = administrator(claims)
    if role is not None:
        return View(Extent.FULL, f"a user with the role {role} signed in, and scope tags hide nothing from that role")
    if tags_refused:
        return View(
            Extent.PARTIAL, "Graph refuses this login the list of scope tags, as it does where these hide policies"
        )
    if shared_tag is not None:
        cause = f"all policies that this login sees have the scope tag {shared_tag}, so those of other tags seem hidden"
        return View(Extent.PARTIAL, cause)
    if claims.is_user:
        return View(Extent.UNKNOWN, "a user signed in, from whom scope tags may hide policies")
    return View(Extent.UNKNOWN, "its token does not tell whether scope tags hide policies from it")


def called(tag: str, name: t.Any) -> str:
    """Return how sentences call a scope tag: by its name, where that is known, with its id behind it."""
    return f"'{name}' ({tag})" if isinstance(name, str) else tag


def administrator(claims: Claims) -> str | None:
    """Return the Entra role that lets a user see and do everything in Intune, None where there is none."""
    return next((name for role, name in _ADMINISTRATORS.items() if role in claims.directory_roles), None)


def shared_tag(policies: t.Sequence[Policy]) -> str | None:
    """Return the scope tag, not the default one, that all of several policies have; None where they have none."""
    if len(policies) < _FEWEST:
        return None
    tags = [{str(tag) for tag in policy.value("scope_tags") or ()} for policy in policies]
    return min(set.intersection(*tags) - {DEFAULT_TAG}, default=None)


class Access:
    """The view of one login, and its permissions, which are asked for once and only where a role may lack some."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        # The scope tag that all policies have that were seen.
        self._shared_tag: str | None = None

    def saw(self, policies: t.Sequence[Policy]) -> None:
        """Hear of all policies that the list shows."""
        self._shared_tag = shared_tag(policies)

    def view(self, names: Names) -> View:
        """Return what the login sees, as far as that is known now."""
        tag = self._shared_tag
        shown = None if tag is None else called(tag, names.tag_names([tag]).get(tag.lower()))
        return view_of(self._client.claims, shown, names.tags_refused)

    def forbidden(self, writes: t.Sequence[Write]) -> UserError | None:
        """Return why the login may not send all of these writes, None where it may, or where Graph does not say."""
        claims = self._client.claims
        if not writes or not claims.is_user or administrator(claims) is not None:
            return None
        allowed = _allowed(self._client.ask(QUESTION))
        return None if allowed is None else refused_writes(writes, allowed)


def _allowed(answer: Answer | GraphError) -> frozenset[str] | None:
    """Return the actions that an answer allows, None where there is none: the question needs a right of its own."""
    if isinstance(answer, GraphError):
        return None
    try:
        return allowed_actions(answer.json())
    except GraphError:
        return None
