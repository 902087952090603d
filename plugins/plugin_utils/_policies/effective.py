# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings that members of some groups get, by the rules of the surface."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import GroupsError
from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Reach

from .groups import members_of
from .model import Policies, PoliciesError, Policy, read_policies, readable
from .rules import Applying, Rules, entries_by_setting


def asked_groups(groups: t.Any) -> t.Any:
    """Return the groups of an option: a name, an id, an object of both, or a list of them. Raises PoliciesError."""
    try:
        return members_of([groups] if isinstance(groups, t.Mapping) else groups)
    except GroupsError as error:
        raise PoliciesError(f"groups: cannot use it: {error}. Give a list of group names or ids.") from None


def effective_policy(
    policies: t.Any,
    groups: t.Any,
    rules: Rules | None = None,
    group_names: t.Mapping[str, str] | None = None,
) -> dict[str, t.Any]:
    """Return what somebody gets who is in just these groups: ``groups``, ``settings`` and ``skipped``.

    Each of ``settings`` has its ``outcome``, the object that counts (``value``) with its policy, and the entries that
    lost to it. Raises PoliciesError.
    """
    asked = asked_groups(groups)
    read = readable(read_policies(policies, rules, group_names, asked))
    keys = {read.directory.key(group) for group in asked}
    reach = {id(policy): policy.targets.reach(keys) for policy in read.present}
    applying = [policy for policy in read.present if reach[id(policy)] is not Reach.NO]
    found = {
        read.rules.label(setting): [Applying(entry, reach[id(entry.policy)]) for entry in entries]
        for setting, entries in entries_by_setting(applying).items()
    }
    return {
        "groups": sorted(map(read.directory.label, keys)),
        "settings": [{"setting": name, **read.rules.outcome(entries)} for name, entries in sorted(found.items())],
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
