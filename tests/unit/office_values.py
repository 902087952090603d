# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and desired policies of officeConfiguration, with the values of their fields as plain arguments."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.m365.apps.plugins.module_utils._office.fields import FIELDS
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy, PolicyType
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET, Unset

_NAMES = {field.name for field in FIELDS}


def office_policy(
    policy_id: str | None,
    policy_type: PolicyType,
    display_name: str,
    description: str = "",
    priority: int | None = None,
    *,
    last_modified: str | None = None,
    reports: t.Mapping[str, t.Any] | None = None,
    **values: t.Any,
) -> Policy:
    """Return a policy; ``values`` are those of its payloads and its assignments, which are else not read."""
    known = {"display_name": display_name, "description": description, "priority": priority, **values}
    assert set(known) <= _NAMES
    ordered = {field.name: known[field.name] for field in FIELDS if field.name in known}
    return Policy(policy_id, policy_type, ordered, last_modified, reports or {})


def changed_policy(policy: Policy, **changes: t.Any) -> Policy:
    """Return a policy with other values of fields or attributes."""
    values = {name: value for name, value in changes.items() if name in _NAMES}
    attributes: t.Any = {name: value for name, value in changes.items() if name not in _NAMES}
    return replace(policy.with_values(values), **attributes)


def office_item(
    label: str = "",
    state: State = State.PRESENT,
    *,
    id: str | None = None,  # noqa: A002  # pylint: disable=redefined-builtin
    display_name: str | None = None,
    kind: str | None = None,
    groups: GroupChange | Unset = UNSET,
    **values: t.Any,
) -> DesiredPolicy:
    """Return a desired policy; ``values`` are those of other fields."""
    assert set(values) <= _NAMES
    asked = UNSET if groups is UNSET else AssignmentChange(groups)
    return DesiredPolicy(label, state, id, display_name, kind, {**values, "assignments": asked})


def other_item(item: DesiredPolicy, **changes: t.Any) -> DesiredPolicy:
    """Return a desired policy that asks for something else."""
    if "groups" in changes:
        groups = changes.pop("groups")
        changes["assignments"] = UNSET if groups is UNSET else AssignmentChange(groups)
    values = {name: value for name, value in changes.items() if name in _NAMES - {"display_name"}}
    attributes: t.Any = {name: value for name, value in changes.items() if name not in values}
    return replace(item.with_values(values), **attributes)


def asked_groups(item: DesiredPolicy) -> GroupChange | Unset:
    """Return what is asked of the groups of a policy."""
    return UNSET if item.assignments is UNSET else item.assignments.groups
