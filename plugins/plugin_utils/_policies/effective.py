# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings that members of some groups get.

For a user in several groups the strongest policy that is assigned to any of them wins, setting by setting. A setting
that any of these policies enforces wins over user preferences, whatever their priority: our reading, since Microsoft's
pages do not say how the two payloads meet.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.compare import same_payload
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import GroupsError

from .groups import members_of
from .model import Policies, PoliciesError, Policy, read_policies, readable
from .payloads import SETTING_KEY, Payload


class Entry(t.NamedTuple):
    """One setting in one payload of a policy."""

    policy: Policy
    payload: Payload
    value: t.Any


def entries_by_setting(policies: t.Sequence[Policy]) -> dict[str, list[Entry]]:
    """Return the entries of each setting, the winning one first. ``policies`` come strongest first."""
    found: dict[str, list[Entry]] = {}
    for enforced in (True, False):
        for policy in policies:
            for payload in policy.payloads:
                if payload.enforced is enforced:
                    for setting, value in payload.settings.items():
                        found.setdefault(setting, []).append(Entry(policy, payload, value))
    return found


def asked_groups(groups: t.Any) -> t.Any:
    """Return the groups of an option: a name, an id, an object of both, or a list of them. Raises PoliciesError."""
    try:
        return members_of([groups] if isinstance(groups, t.Mapping) else groups)
    except GroupsError as error:
        raise PoliciesError(f"groups: cannot use it: {error}. Give a list of group names or ids.") from None


def effective_policy(
    policies: t.Any,
    groups: t.Any,
    setting_key: str = SETTING_KEY,
    group_names: t.Mapping[str, str] | None = None,
) -> dict[str, t.Any]:
    """Return what somebody gets who is in these groups: ``groups``, ``settings`` and ``skipped``. Raises PoliciesError.

    Each of ``settings`` has the winning object (``value``), its policy, and the entries that lost to it.
    """
    asked = asked_groups(groups)
    read = readable(read_policies(policies, setting_key, group_names, asked))
    keys = {read.directory.key(group) for group in asked}
    applying = [policy for policy in read.present if policy.groups & keys]
    return {
        "groups": sorted(map(read.directory.label, keys)),
        "settings": [_setting(setting, entries) for setting, entries in sorted(entries_by_setting(applying).items())],
        "skipped": [*_unknown_groups(read), *(skip for policy in applying for skip in _skipped_of(policy))],
    }


def _skipped_of(policy: Policy) -> list[dict[str, t.Any]]:
    """Return what of a policy's payloads is left out, and why."""
    return [
        {"policy": policy.title, "payload": payload.name, "reason": reason}
        for payload in policy.payloads
        for reason in payload.left_out
    ]


def _unknown_groups(read: Policies) -> list[dict[str, t.Any]]:
    return [
        {"policy": policy.title, "payload": None, "reason": "its groups are not given, or not all of them"}
        for policy in read.present
        if not policy.exact
    ]


def _setting(setting: str, entries: list[Entry]) -> dict[str, t.Any]:
    winner, *lost = entries
    return {
        "setting": setting,
        "value": winner.value,
        "policy": winner.policy.title,
        "priority": winner.policy.priority,
        "enforced": winner.payload.enforced,
        "lost": [
            {
                "policy": entry.policy.title,
                "priority": entry.policy.priority,
                "enforced": entry.payload.enforced,
                "value": entry.value,
                "same": same_payload(winner.value, entry.value),
            }
            for entry in lost
        ],
    }
