# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What parts of policies are called, and how one is told from a policy of somebody else that only has such a name.

Policies with priorities are compiled to parts, see the filter layered_policies. A part has the name of its policy with
the groups behind it that it leaves to stronger ones, and says the same in the last line of its description. Pure.
"""

from __future__ import annotations

# How the name of a part goes on behind that of its policy, and its description behind the one of that.
_BEHIND, _END = " (not for ", ")"
_NOTE = "Part of '{policy}' for all but {groups}, for whom stronger policies have other values."


def name_of_part(policy: str, groups: str) -> str:
    """Return what the part of a policy is called that these groups do not get."""
    return f"{policy}{_BEHIND}{groups}{_END}"


def description_of_part(policy: str, groups: str, own: str) -> str:
    """Return the description of such a part; ``own`` is that of the policy."""
    note = _NOTE.format(policy=policy, groups=groups)
    return f"{own}\n{note}" if own else note


def owner_of_part(name: str, description: str) -> str | None:
    """Return the name of the policy that a policy is a part of, by its name and description; None where it is none."""
    if not name.endswith(_END):
        return None
    told = description.replace("\r\n", "\n").rstrip()
    inside = name[: -len(_END)]
    start = inside.find(_BEHIND)
    while start >= 0:
        policy, groups = inside[:start], inside[start + len(_BEHIND) :]
        note = _NOTE.format(policy=policy, groups=groups).replace("\r\n", "\n")
        if told == note or told.endswith(f"\n{note}"):
            return policy
        start = inside.find(_BEHIND, start + 1)
    return None
