# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What errors of Graph mean for the settings catalog: texts of Intune's service as sentences with a next step."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._graph.errors import GraphError, NotGraphError
from .._graph.explain import ErrorRules, is_missing
from .._graph.forbidden import Reading, of_intune

READ_PERMISSION = "DeviceManagementConfiguration.Read.All"
WRITE_PERMISSION = "DeviceManagementConfiguration.ReadWrite.All"

_SEGMENT = re.compile(r"resource not found for the segment '(devicemanagement|configurationpolicies)'", re.IGNORECASE)
_ABSENT_CODE = "resourcenotfound"

_APPROVAL = ", and whether a second administrator must approve changes (multi-admin approval)"
_CHECK_SETTINGS = "Correct settings; catalog_file takes the definitions that this tenant has now"


@dataclass(frozen=True)
class _Rule:
    """A text that Intune's service is known for, what it means and what to do; both may name groups of the text."""

    text: str
    cause: str
    step: str

    def read(self, message: str) -> tuple[str, str] | None:
        """Return the cause and the next step, None where the message is another one."""
        found = re.search(self.text, message, re.IGNORECASE | re.DOTALL)
        if found is None:
            return None
        groups = {name: (value or "").strip() for name, value in found.groupdict().items()}
        return self.cause.format(**groups), self.step.format(**groups)


# What a sentence below says of a scope tag or a filter, which Graph names by its id alone.
NAMED_BY_ID = re.compile(r"(?P<word>scope tag|assignment filter) (?P<id>[0-9][0-9a-fA-F-]*)(?=,)")

# The texts are facts of real tenants; the first that fits counts.
_RULES = (
    _Rule(
        r"added a tag which is not allowed by the current role:\s*(?P<tag>[^\s(]+)",
        "the role of this login does not allow the scope tag {tag}, and a new policy without scope_tags gets 0",
        "Give scope_tags that the role allows",
    ),
    _Rule(
        r"Scope Tags validation failed\s*:\s*Filters\s+(?P<filter>[^\s,]+)",
        "this tenant has no assignment filter {filter}, or this login cannot see it",
        "Check the filter of each group, all_users and all_devices",
    ),
    _Rule(
        r"Invalid GroupId\s*:\s*(?P<group>.*?)\s+provided",
        "Graph does not take {group} for the id of a group",
        "Check groups and exclude_groups",
    ),
    _Rule(
        r"The Settings field is required|Settings\s*:\s*Count is not >= 1 and <= 5000",
        "a policy needs 1 to 5,000 settings",
        "Give at least one entry in settings, or delete the policy with state: absent",
    ),
    _Rule(
        r"Description must be a string with a maximum length of (?P<most>\d+)",
        "its description is longer than {most} characters",
        "Shorten description",
    ),
    _Rule(
        r"Selected option (?P<option>.+?) with dependent settings does\s?n.?t contain required dependent settings\. "
        r"Required dependent settings are (?P<missing>[^(]+)",
        "the option {option} needs the settings {missing} as well",
        _CHECK_SETTINGS,
    ),
    _Rule(
        r"Selected Option (?P<option>.+?) does not match with the list of expected options:\s*(?P<options>[^(]+)",
        "this tenant does not know the option {option}; it allows {options}",
        _CHECK_SETTINGS,
    ),
    _Rule(
        r"Setting contains parent setting that (is|are) not present in the policy",
        "one of its settings is a part of another setting, which the policy does not have",
        "Give it as a value of the setting that it belongs to",
    ),
    _Rule(
        r"Setting with technology applicability (?P<other>.+?) does not match with the policy's technology",
        "one of its settings is for {other}, not for devices that are managed with MDM",
        "Remove that setting",
    ),
    _Rule(
        r"Simple Setting has unexpected value\. Expected value type (?P<wanted>.+?) does not match actual value type "
        r"(?P<found>\w+)",
        "a value of one of its settings is of type {found}, not {wanted}",
        _CHECK_SETTINGS,
    ),
    _Rule(
        r"SettingCollectionValue\s*:\s*Count is not >= \d+ and <= (?P<most>\d+)",
        "a list in one of its settings has more than {most} members, which is the most that this tenant takes",
        "Shorten the list",
    ),
    _Rule(
        r"Invalid Reference id found in Policy created from Template",
        "the policy was made from a template, and a setting refers to something that this template does not have",
        "Change such a policy in the Intune admin center",
    ),
    _Rule(
        r"A type named '(?P<type>.+?)' could not be resolved",
        "this Graph does not know the type {type}",
        "Check raw entries of settings, and api_version",
    ),
    _Rule(
        r"Platform, PolicyType, and CreationSource cannot be changed",
        "the platform, the type and the origin of a policy cannot change",
        "Create a new policy and delete this one",
    ),
    _Rule(
        r"No OData route exists that match template",
        "this Graph does not take this kind of call any more",
        "Look for a newer version of the collection, or make this change in the Intune admin center",
    ),
)


def is_withdrawn(error: GraphError) -> bool:
    """Tell whether this Graph has no settings catalog at all."""
    return error.status in (400, 404) and _SEGMENT.search(error.failure.message) is not None


def is_absent(error: GraphError) -> bool:
    """Tell whether Graph says that the object is not there: Intune answers 400 ResourceNotFound for a policy."""
    if isinstance(error, NotGraphError) or is_withdrawn(error):
        return False
    return is_missing(error) or (error.status == 400 and (error.failure.code or "").lower() == _ABSENT_CODE)


def _reading(error: GraphError) -> tuple[str, str] | None:
    """Return the cause and the next step of what is known here, None for all other errors."""
    if isinstance(error, NotGraphError):
        return None
    if is_withdrawn(error):
        cause = f"this Graph does not serve the settings catalog ({error.cause().rstrip('. ')})"
        return cause, "Nothing is known about its policies, so nothing was changed; check api_version and cloud"
    if (error.status or 0) < 400 or (error.status or 0) >= 500:
        return None
    said = next((read for rule in _RULES if (read := rule.read(error.failure.message))), None)
    if said is not None:
        cause, step = said
        return f"{cause} ({error.cause().rstrip('. ')})", step
    return _named_absent(error)


def _named_absent(error: GraphError) -> tuple[str, str] | None:
    if not is_absent(error):
        return None
    cause = f"Intune has no such object, or this login cannot see it ({error.cause().rstrip('. ')})"
    return cause, "Check the id, and the scope tags that this login may see"


def _forbidden(error: GraphError, permission: str) -> Reading:
    """Return the cause and the next step of a 403: a tenant may also want writes approved."""
    is_read = error.failure.method == "GET"
    return of_intune(error, permission, "" if is_read else _APPROVAL)


RULES = ErrorRules(is_absent, _reading, _forbidden)
