# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates of which nobody knows whether they were done: which policy is theirs, and what is said of none. Pure."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._policy.policy import Policy
from .._policy.writes import Written


def created_by(draft: Policy, live: Policy) -> Written | None:
    """Return what the create of a draft brought if a live policy is the one that it made, else None."""
    return Written(live.id) if (live.display_name, live.type) == (draft.display_name, draft.type) else None


def each_once(settled: t.Mapping[int, t.Any]) -> dict[int, t.Any]:
    """Return what became of creates with each policy once: of two drafts alike none can tell which one it is."""
    found: dict[int, t.Any] = {}
    seen: set[str] = set()
    for place, brought in settled.items():
        key = brought.policy_id if isinstance(brought, Written) else None
        if key is None or key not in seen:
            found[place] = brought
        if key is not None:
            seen.add(key)
    return found


def unsettled(error: UserError | None) -> UserError | None:
    """Return the error of a create that nobody found and that is not sent again."""
    if error is None:
        return None
    told = "The list does not show the policy (yet); since names need not be unique here, it is not sent a second time"
    return error.saying(f"{error} {told}.")
