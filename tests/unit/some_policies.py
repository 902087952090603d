# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies to look at with the filters, and the filters."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.filter import effective_policy as effective_plugin
from ansible_collections.m365.apps.plugins.filter import policy_conflicts as conflicts_plugin
from ansible_collections.m365.apps.plugins.filter import policy_findings as findings_plugin

Document = dict[str, t.Any]

effective = effective_plugin.FilterModule().filters()["effective_policy"]
conflicts = conflicts_plugin.FilterModule().filters()["policy_conflicts"]
findings = findings_plugin.FilterModule().filters()["policy_findings"]


def setting(name: str, value: t.Any) -> Document:
    return {"settingId": name, "value": value}


def policy(name: str, priority: int | None = None, groups: t.Any = ("G",), **more: t.Any) -> Document:
    """Return a policy; ``s=1`` and the like are its enforced settings, unless a payload is given."""
    options = {key: value for key, value in more.items() if len(key) > 1}
    enforced = [setting(key, value) for key, value in more.items() if len(key) == 1]
    given = {"priority": priority, "groups": list(groups) if isinstance(groups, tuple) else groups}
    found = {"display_name": name, "policy_payload": enforced, **options}
    return found | {key: value for key, value in given.items() if value is not None}


GOOD = policy("Good", 1, ("G",), s=1)
