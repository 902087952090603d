# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings over which policies meet, by the rules of the surface."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.meeting import Everyone

from .effective import asked_groups
from .model import Policies, read_policies, readable
from .rules import Conflict, Rules, entries_by_setting


def find_conflicts(read: Policies) -> list[Conflict]:
    """Return all conflicts, sorted by setting, then as the surface has it."""
    by_setting = entries_by_setting(read.present)
    return [
        conflict
        for setting in sorted(by_setting)
        for conflict in read.rules.conflicts(read, setting, by_setting[setting])
    ]


def policy_conflicts(
    policies: t.Any,
    groups: t.Any = None,
    rules: Rules | None = None,
    group_names: t.Mapping[str, str] | None = None,
) -> list[dict[str, t.Any]]:
    """Return the conflicts as dicts; with ``groups`` only those that members of these groups may see.

    Raises PoliciesError.
    """
    asked = () if groups is None else asked_groups(groups)
    read = readable(read_policies(policies, rules, group_names, asked))
    wanted = None if groups is None else {read.directory.key(group) for group in asked}
    return [
        conflict.as_dict(read)
        for conflict in find_conflicts(read)
        if wanted is None or (wanted and not conflict.targets.isdisjoint({*wanted, *Everyone}))
    ]
