# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods that the generated clients have and the service has not, and parameters that its actions do not have."""

from __future__ import annotations

from ...errors import Refused, service_path
from ...wire import Call

ACTIONS = ("assign", "createCopy", "reorder")
COLLECTIONS = ("configurationPolicies", "settings", "assignments", "settingDefinitions")


def no_route(segments: list[str], call: Call) -> Refused:
    """400 for a method that a path does not take: the generated clients have some that the service has not."""
    steps = ["~", "singleton"]
    for place, segment in enumerate(segments[1:], start=1):
        if segment in COLLECTIONS:
            steps.append("navigation")
        elif segments[place - 1] in COLLECTIONS and segment not in ACTIONS:
            steps.append("key")
        else:
            steps.append("action")
    text = (
        f"No OData route exists that match template {'/'.join(steps)} with http verb {call.method} "
        f"for request {service_path(call)}."
    )
    return Refused(400, "No method match route template", text)


def wrong_parameter(name: str, action: str) -> Refused:
    """400 for a parameter that an action does not have."""
    text = f"The parameter '{name}' in the request payload is not a valid parameter for the operation '{action}'."
    return Refused(400, "ModelValidationFailure", text)
