# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many of a tenant's policies a login sees: scope tags hide them without a sign. Pure.

A user of Intune sees what carries one of the scope tags of the role, and no answer tells that there is more. Apps, and
users with one of two Entra roles, see everything (Intune page "scope tags").
"""

from __future__ import annotations

import typing as t

from .._graph.token_claims import Claims
from .._policy.policy import Policy
from .._policy.surface import Extent, View
from .codec import DEFAULT_TAG

_ADMINISTRATORS = {
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
}
# What has one tag in common by chance does not tell anything.
_FEWEST = 2


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
