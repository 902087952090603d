# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export says and a definition has no words for: members of the policy, and references to templates."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import KNOWN_MEMBERS, unknown_members
from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import listed

from .plain import Document

_BY_LOWER_CASE = {name.lower(): name for name in KNOWN_MEMBERS}
# Members that name a part of a template. Tools drop the template of a policy, and keep these.
_TEMPLATE_IDS = ("settinginstancetemplateid", "settingvaluetemplateid")
# Definitions that some tools keep beside each setting: long, and no part of the policy.
_DEFINITIONS = "settingDefinitions"
_SHOWN = 5


def unsaid_members(document: Document) -> tuple[str, ...]:
    """Return the sentence on the members of a policy that an import drops, if there are any with a value.

    What Graph keeps for itself, such as who made a policy and when, is no loss.
    """
    held = {
        _BY_LOWER_CASE.get(name.lower(), name): value
        for name, value in document.items()
        if isinstance(name, str) and value not in (None, "", [], {})
    }
    names = unknown_members(held)
    if not names:
        return ()
    return (f"the definition has no words for this of the policy, and does not hold it: {listed(names, _SHOWN)}",)


def template_part(settings: t.Any) -> str:
    """Return the id of the first part of a template that one of these settings refers to, "" where none does."""
    waiting = [settings]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            found = next((each for name, each in value.items() if str(name).lower() in _TEMPLATE_IDS and each), None)
            if found is not None:
                return str(found)
            waiting += [each for name, each in value.items() if name != _DEFINITIONS]
    return ""
