# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments as officeConfiguration has them in JSON."""

from __future__ import annotations

import base64
import binascii
import typing as t

from .._ids import unfit_for_path
from .._policy.fields import known
from .._policy.payload import Payload, decode, encode
from .._policy.policy import MAX_PRIORITY, PRIORITY, Assignment, Policy
from .._policy.unset import UNSET
from .fields import CONTENT, KINDS, TEXTS, type_named

_GROUP_TARGET = "microsoft.graph.officeConfigurationGroupAssignmentTarget"
_ASSIGNMENT = "microsoft.graph.officeClientConfigurationAssignment"

# The names of fields on the wire.
WIRE_NAMES = {
    "display_name": "displayName",
    "description": "description",
    "priority": "priority",
    "policy_payload": "policyPayload",
    "user_preference_payload": "userPreferencePayload",
}
_PAYLOADS = tuple(field.name for field in CONTENT)
# The names of what the server tells of check-ins.
_REPORTS = {"user_checkin_summary": "userCheckinSummary", "checkin_statuses": "checkinStatuses"}


def policy_from_graph(document: t.Mapping[str, t.Any], inline_payloads: bool = False) -> Policy:
    """Read one of the officeClientConfiguration types, tolerantly.

    Unknown properties are ignored. A missing @odata.type means the collection's declared type. A payload string is
    base64. A null means none with ``inline_payloads``, else nothing, since streams are read from their own URL.
    Raises ValueError without an id, and for a name, number or description of a wrong type.
    """
    if not document.get("id"):
        raise ValueError("a policy without an id")
    policy_id = _typed(document, "id", str)
    unfit = unfit_for_path(policy_id)
    if unfit:
        raise ValueError(f"its id {unfit}")
    odata_type = _typed(document, "@odata.type", str)
    values: dict[str, t.Any] = {field.name: _typed(document, WIRE_NAMES[field.name], str) or "" for field in TEXTS}
    values[PRIORITY] = _typed(document, "priority", int)
    for field in CONTENT:
        value = document.get(WIRE_NAMES[field.name], UNSET)
        if isinstance(value, str):
            values[field.name] = decode_inline(value)
        else:
            values[field.name] = {} if value is None and inline_payloads else UNSET
    return Policy(
        id=policy_id,
        type=type_named(odata_type.lstrip("#")) if odata_type else KINDS["office"],
        values=values,
        last_modified=_typed(document, "lastModifiedDateTime", str),
        reports={name: value for name, wire in _REPORTS.items() if (value := document.get(wire)) is not None},
    )


def policy_to_graph(policy: Policy) -> dict[str, t.Any]:
    """Return the body of a create: scalars, and payloads where they are set (inline base64)."""
    return fields_to_graph(
        policy.type.name, {name: value for name, value in known(policy).items() if name in WIRE_NAMES}
    )


def assignment_from_graph(document: t.Mapping[str, t.Any]) -> Assignment:
    """Read an officeClientConfigurationAssignment. A target of another type is not a group, even with a groupId."""
    target = document.get("target") or {}
    odata_type = str(target.get("@odata.type") or _GROUP_TARGET).lstrip("#")
    group_id = target.get("groupId") if odata_type == _GROUP_TARGET else None
    return Assignment(
        group_id=str(group_id).lower() if group_id else None,
        id=document.get("id"),
        target=target,
    )


def assignment_to_graph(assignment: Assignment) -> dict[str, t.Any]:
    """Return the assignment as a member of an assign call."""
    target = (
        assignment.target
        if assignment.group_id is None
        else {"@odata.type": f"#{_GROUP_TARGET}", "groupId": assignment.group_id}
    )
    return {"@odata.type": f"#{_ASSIGNMENT}", "target": target}


def fields_to_graph(odata_type: str, fields: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the JSON body for some fields of a policy, with the concrete type; payloads become inline base64."""
    body: dict[str, t.Any] = {"@odata.type": f"#{odata_type}"}
    for name, value in fields.items():
        body[WIRE_NAMES[name]] = encode_inline(value) if name in _PAYLOADS else value
    return body


def _typed(document: t.Mapping[str, t.Any], name: str, wanted: type) -> t.Any:
    """Return a property, None where it is null or not there. Raises ValueError for another type, and beyond Int32."""
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ValueError(f"its {name} is of type {type(value).__name__}, not {wanted.__name__}")
    if isinstance(value, int) and not -MAX_PRIORITY - 1 <= value <= MAX_PRIORITY:
        raise ValueError(f"its {name} is no 32-bit number")
    return value


def encode_inline(value: Payload) -> str:
    """Return the payload as standard base64, for a property inside an entity (our reading of Edm.Stream in JSON)."""
    return base64.b64encode(encode(value)).decode("ascii")


def decode_inline(text: str) -> Payload:
    """Return what a string in an entity means: base64 or base64url with or without padding, else the text itself."""
    compact = "".join(text.split()).replace("-", "+").replace("_", "/")
    padded = compact + "=" * (-len(compact) % 4)
    try:
        return decode(base64.b64decode(padded, validate=True))
    except (binascii.Error, ValueError):
        return decode(text.encode())
