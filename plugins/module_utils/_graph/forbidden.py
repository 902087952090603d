# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why Graph refuses a call with 403: there are several causes, and their texts alone tell them apart. Pure."""

from __future__ import annotations

import re

from .errors import GraphError

_SCOPES = re.compile(r"must have one of the following scopes:\s*(?P<scopes>[\w.]+(?:\s*,\s*[\w.]+)*)", re.IGNORECASE)
_ROLE = re.compile(r"\buser is not authorized to perform this operation", re.IGNORECASE)
# All that is said to a tenant without a license, with ids for Microsoft's support behind it.
_NOTHING_SAID = re.compile(r"an error has occurred[\s.]*(?:\(operation id .*)?", re.IGNORECASE | re.DOTALL)
_FORBIDDEN = 403

Reading = tuple[str, str]


def of_directory(error: GraphError, permission: str) -> Reading:
    """Return the cause and the next step of a 403 for the directory, which knows no license and no role of Intune."""
    return error.cause(), _missing(error) or f"Grant the app the permission {permission} with admin consent"


def of_intune(error: GraphError, permission: str, more: str = "") -> Reading:
    """Return the cause and the next step of a 403 for Intune: a permission, a role or a license; ``more`` is what else
    it may be on a surface, as the end of the sentence.
    """
    said, told = error.failure.message, error.cause()
    missing = _missing(error)
    if missing is not None:
        return told, missing
    if _ROLE.search(said):
        cause = f"the role of this user does not allow it, or does not reach this object by its scope tags ({told})"
        step = "Let an Intune administrator assign a role that allows this and has the scope tags"
        return cause, f"{step}; the app needs the permission {permission}, too"
    cause = f"most likely the tenant has no active Intune license ({told})" if says_nothing(error) else told
    joined = "," if more else " and"
    return cause, (
        f"Grant the app the permission {permission} with admin consent if it lacks it; else check the Intune license "
        f"of the tenant{joined} the role and scope tags of a user{more}"
    )


def says_nothing(error: GraphError) -> bool:
    """Tell whether a refusal is worded as that of a tenant without a license, which gives no cause."""
    return error.status == _FORBIDDEN and _NOTHING_SAID.fullmatch(error.failure.message) is not None


def _missing(error: GraphError) -> str | None:
    """Return the next step for a text that names the permissions of which one is missing, None for another text."""
    scopes = _SCOPES.search(error.failure.message)
    if scopes is None:
        return None
    names = ", ".join(name.strip(" .") for name in scopes["scopes"].split(","))
    which = "one of the permissions" if "," in names else "the permission"
    return f"Grant the app {which} {names} with admin consent"
