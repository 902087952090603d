# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of policy and their types on the wire (last beta metadata)."""

from __future__ import annotations

from .._policy.policy import PolicyType

# "office" is the base type, which Graph's metadata calls abstract while one documented example creates it.
KINDS = {
    "windows": PolicyType("microsoft.graph.windowsOfficeClientConfiguration", "windows"),
    "windows_security": PolicyType("microsoft.graph.windowsOfficeClientSecurityConfiguration", "windows_security"),
    "office": PolicyType("microsoft.graph.officeClientConfiguration", "office"),
}
# The type of a new policy of which no kind is asked.
NEW_TYPE = KINDS["windows"]
_BY_NAME = {policy_type.name: policy_type for policy_type in KINDS.values()}


def type_named(name: str) -> PolicyType:
    """Return a type by its name on the wire, without the leading '#'."""
    return _BY_NAME.get(name) or PolicyType(name)
