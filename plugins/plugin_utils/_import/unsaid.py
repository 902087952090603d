# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export says and a definition has no words for: members of the policy, references to templates, variables."""

from __future__ import annotations

import re
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
# CIPP puts values of each tenant in the place of its variables. Those of Windows it leaves to the device.
_VARIABLE = re.compile(r"%[A-Za-z][A-Za-z0-9_-]*%")
_OF_WINDOWS = {
    f"%{name}%"
    for name in (
        *("allusersprofile", "appdata", "commonprogramfiles", "computername", "homedrive", "homepath", "homeshare"),
        *("localappdata", "logonserver", "onedrive", "onedrivecommercial", "path", "programdata", "programfiles"),
        *("programw6432", "public", "serial", "systemdrive", "systemroot", "temp", "tmp", "userdnsdomain"),
        *("userdomain", "username", "userprofile", "windir"),
    )
}


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


def unfilled_variables(definition: Document) -> tuple[str, ...]:
    """Return the sentence on the variables of CIPP in a definition, in whose place nobody puts a value any more."""
    names = {name for text in _texts(definition) for name in _VARIABLE.findall(text)}
    wanted = sorted(name for name in names if name.lower() not in _OF_WINDOWS)
    if not wanted:
        return ()
    told = f"it holds {listed(wanted, _SHOWN)}, in whose place CIPP puts a value of each tenant"
    return (f"{told}; the definition has it as it is: put your value there",)


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from (*_texts(name), *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


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
