# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each module is made of: its own options and its handler. Its file and its action plugin both call it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._catalog.keys import SCOPES
from .arguments import (
    APPROVAL,
    BATCH,
    BULK,
    GROUPS,
    IDENTITY,
    OVERWRITE,
    POLICY,
    POLICY_IN_LIST,
    UNLISTED,
    VIEW,
    WAIT,
    Spec,
)
from .choices import AUTO, CHECKIN_PARTS, DEFAULT_NEEDS, LIMIT, MAX_REMOVALS, NEEDS, SOURCES, STALE_AFTER
from .handlers import Handler, many_policies, one_assignment, one_policy, order_of_policies, policy_info
from .late_handlers import NAMES_OF_GROUPS, PREFLIGHT, SETTING_CATALOG, SETTING_INFO, checkin_info

_ONE_IDENTITY = {"required_one_of": [("id", "display_name")]}


@dataclass(frozen=True)
class ModuleDefinition:
    """A module: its options beside the shared ones, what it does, and the rules that AnsibleModule checks."""

    spec: Spec
    handler: Handler
    rules: t.Mapping[str, t.Any] = field(default_factory=dict)


OFFICE_CLIENT_CHECKIN_INFO = ModuleDefinition(
    {
        **IDENTITY,
        **BATCH,
        "gather": {"type": "list", "elements": "str", "choices": list(CHECKIN_PARTS), "default": list(CHECKIN_PARTS)},
        "policies": {"type": "list", "elements": "str"},
        "stale_after": {"type": "int", "default": STALE_AFTER},
        "since": {"type": "str"},
    },
    checkin_info,
)

OFFICE_CLIENT_CONFIG = ModuleDefinition({**POLICY, **OVERWRITE, **VIEW, **APPROVAL, **WAIT}, one_policy, _ONE_IDENTITY)

OFFICE_CLIENT_CONFIG_ASSIGNMENT = ModuleDefinition(
    {**IDENTITY, **GROUPS, **APPROVAL, **WAIT}, one_assignment, _ONE_IDENTITY
)

OFFICE_CLIENT_CONFIG_INFO = ModuleDefinition(
    {
        **IDENTITY,
        **BATCH,
        "group": {"type": "raw"},
        "gather": {
            "type": "list",
            "elements": "str",
            "choices": [
                "content",
                "payloads",
                "settings",
                "assignments",
                "group_names",
                "checkins",
                "conflicts",
                "status",
            ],
            "default": [],
        },
    },
    policy_info,
)

OFFICE_CLIENT_CONFIG_ORDER = ModuleDefinition(
    {"order": {"type": "list", "elements": "str", "required": True}, **UNLISTED, **WAIT}, order_of_policies
)

OFFICE_CLIENT_CONFIGS = ModuleDefinition(
    {
        "policies": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": POLICY_IN_LIST,
            **_ONE_IDENTITY,
        },
        **BULK,
        **OVERWRITE,
        **VIEW,
        **APPROVAL,
        **WAIT,
    },
    many_policies,
)

OFFICE_PREFLIGHT_INFO = ModuleDefinition(
    {"needs": {"type": "list", "elements": "str", "choices": list(NEEDS), "default": list(DEFAULT_NEEDS)}},
    PREFLIGHT,
)

OFFICE_SETTING_CATALOG = ModuleDefinition(
    {
        "path": {"type": "path", "required": True},
        "policies": {"type": "list", "elements": "dict", "default": []},
        "max_removals": {"type": "str", "default": MAX_REMOVALS},
        **BATCH,
    },
    SETTING_CATALOG,
)

OFFICE_SETTING_INFO = ModuleDefinition(
    {
        "search": {"type": "str"},
        "setting": {"type": "str"},
        "app": {"type": "str"},
        "scope": {"type": "str", "choices": list(SCOPES)},
        "deprecated": {"type": "bool"},
        "limit": {"type": "int", "default": LIMIT},
        "source": {"type": "str", "choices": list(SOURCES), "default": AUTO},
        **BATCH,
    },
    SETTING_INFO,
    {"mutually_exclusive": [("search", "setting")]},
)

PRIVATE_GROUP_NAMES = ModuleDefinition(
    {"ids": {"type": "list", "elements": "str", "required": True}, **BATCH}, NAMES_OF_GROUPS
)
