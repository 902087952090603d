# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments as frozen values, read from and written to Graph's JSON."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .payload import Payload, Slot, decode_inline, encode_inline
from .unset import UNSET, Unset

_NAMESPACE = "microsoft.graph."
_GROUP_TARGET = "microsoft.graph.officeConfigurationGroupAssignmentTarget"
_ASSIGNMENT = "microsoft.graph.officeClientConfigurationAssignment"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

MAX_PRIORITY = 2**31 - 1

# The kinds of policy and their types on the wire (last beta metadata). "office" is the base type, which Graph's
# metadata calls abstract while one documented example creates it.
KINDS = {
    "windows": "microsoft.graph.windowsOfficeClientConfiguration",
    "windows_security": "microsoft.graph.windowsOfficeClientSecurityConfiguration",
    "office": "microsoft.graph.officeClientConfiguration",
}
_KIND_OF_TYPE = {odata_type: kind for kind, odata_type in KINDS.items()}


def is_guid(text: str) -> bool:
    """Tell whether the text is a GUID, in either case."""
    return _GUID.fullmatch(text) is not None


def id_key(policy_id: object) -> str:
    """Return what all spellings of one policy id share: ids are the same in either case."""
    return str(policy_id).casefold()


@dataclass(frozen=True)
class Assignment:
    """One assignment: ``group_id`` is the Entra group's GUID in lower case, None for a target of another type.

    ``target`` is the target as the server sent it, kept so that an unknown one can be sent back unchanged.
    """

    group_id: str | None
    id: str | None = None
    target: t.Mapping[str, t.Any] | None = None

    @classmethod
    def from_graph(cls, document: t.Mapping[str, t.Any]) -> Assignment:
        """Read an officeClientConfigurationAssignment. A target of another type is no group, even with a groupId."""
        target = document.get("target") or {}
        odata_type = str(target.get("@odata.type") or _GROUP_TARGET).lstrip("#")
        group_id = target.get("groupId") if odata_type == _GROUP_TARGET else None
        return cls(
            group_id=str(group_id).lower() if group_id else None,
            id=document.get("id"),
            target=target,
        )

    def to_graph(self) -> dict[str, t.Any]:
        """Return the assignment as a member of an assign call."""
        target = (
            self.target if self.group_id is None else {"@odata.type": f"#{_GROUP_TARGET}", "groupId": self.group_id}
        )
        return {"@odata.type": f"#{_ASSIGNMENT}", "target": target}

    @property
    def key(self) -> str:
        """What makes two assignments the same: the group, or the whole unknown target."""
        return self.group_id or repr(sorted((self.target or {}).items()))


@dataclass(frozen=True)
class Policy:
    """An Office client policy.

    Payloads and assignments are UNSET while they were not read. ``odata_type`` has no leading '#'. ``priority`` is None
    when the server sent none. The check-in fields and ``last_modified`` are the server's and never sent.
    """

    id: str | None
    odata_type: str
    display_name: str
    description: str = ""
    priority: int | None = None
    policy_payload: Payload | Unset = UNSET
    user_preference_payload: Payload | Unset = UNSET
    assignments: tuple[Assignment, ...] | Unset = UNSET
    last_modified: str | None = None
    user_checkin_summary: t.Any = None
    checkin_statuses: t.Any = None

    @property
    def kind(self) -> str | None:
        """The kind by the name users give it, None for a type this collection does not know."""
        return _KIND_OF_TYPE.get(self.odata_type)

    def payload(self, slot: Slot) -> Payload | Unset:
        """Return the payload of one slot, UNSET when it was not read."""
        return getattr(self, PAYLOAD_FIELDS[slot])  # type: ignore[no-any-return]

    def named(self) -> str:
        """Return the policy as messages name it."""
        return f"policy '{self.display_name}'" + (f" (id {self.id})" if self.id else "")

    @classmethod
    def from_graph(cls, document: t.Mapping[str, t.Any], inline_payloads: bool = False) -> Policy:
        """Read one of the officeClientConfiguration types, tolerantly.

        Unknown properties are ignored. A missing @odata.type means the collection's declared type. A payload string is
        base64. A null means none with ``inline_payloads``, else nothing, since streams are read from their own URL.
        Raises ValueError without an id, and for a name, number or description of a wrong type.
        """
        if not document.get("id"):
            raise ValueError("a policy without an id")
        scalars = {name: _typed(document, name, wanted) for name, wanted in _SCALAR_TYPES.items()}
        unfit = unfit_for_path(scalars["id"])
        if unfit:
            raise ValueError(f"its id {unfit}")
        payloads: dict[str, t.Any] = {}
        for slot, field in PAYLOAD_FIELDS.items():
            value = document.get(slot.value, UNSET)
            if isinstance(value, str):
                payloads[field] = decode_inline(value)
            else:
                payloads[field] = {} if value is None and inline_payloads else UNSET
        return cls(
            id=scalars["id"],
            odata_type=(scalars["@odata.type"] or KINDS["office"]).lstrip("#"),
            display_name=scalars["displayName"] or "",
            description=scalars["description"] or "",
            priority=scalars["priority"],
            last_modified=scalars["lastModifiedDateTime"],
            user_checkin_summary=document.get("userCheckinSummary"),
            checkin_statuses=document.get("checkinStatuses"),
            **payloads,
        )

    def to_graph(self) -> dict[str, t.Any]:
        """Return the body of a create: scalars, and payloads where they are set (inline base64)."""
        names = ("display_name", "description", "priority")
        fields: dict[str, t.Any] = {name: getattr(self, name) for name in names}
        for field in PAYLOAD_FIELDS.values():
            if getattr(self, field) is not UNSET:
                fields[field] = getattr(self, field)
        return fields_to_graph(self.odata_type, fields)


def unfit_for_path(text: str) -> str:
    """Return why a text cannot be one segment of a URL's path even when it is quoted, "" when it can.

    Dots are not quoted, and libraries and servers take them for a step up the path.
    """
    if not text.strip():
        return "must not be blank"
    if text.strip() in (".", ".."):
        return f"must not be {text!r}, which leads to another path"
    return "must be text that UTF-8 can carry" if _HALF_CHARACTER.search(text) else ""


def distinct(policies: t.Iterable[Policy]) -> tuple[Policy, ...]:
    """Return policies with each id (compared without case) once: pages overlap where policies move in between.

    It is in the place of the first and as the last shows it, which was read later.
    """
    found: dict[str, Policy] = {}
    for policy in policies:
        found[id_key(policy.id)] = policy
    return tuple(found.values())


def distinct_assignments(assignments: t.Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return assignments with each of them once, the same way; those without an id are the same by their target."""
    return tuple({id_key(assignment.id or assignment.key): assignment for assignment in assignments}.values())


_HALF_CHARACTER = re.compile("[\ud800-\udfff]")

_SCALAR_TYPES = {
    "id": str,
    "@odata.type": str,
    "displayName": str,
    "description": str,
    "priority": int,
    "lastModifiedDateTime": str,
}


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


PAYLOAD_FIELDS = {Slot.POLICY: "policy_payload", Slot.USER_PREFERENCE: "user_preference_payload"}
# Each payload as bytes in base64, for what is not a JSON object or array.
BYTES_FIELDS = {field: f"{field}_base64" for field in PAYLOAD_FIELDS.values()}

_WIRE_NAMES = {
    "display_name": "displayName",
    "description": "description",
    "priority": "priority",
    **{field: slot.value for slot, field in PAYLOAD_FIELDS.items()},
}


def fields_to_graph(odata_type: str, fields: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the JSON body for some fields of a policy, with the concrete type; payloads become inline base64."""
    body: dict[str, t.Any] = {"@odata.type": f"#{odata_type}"}
    for name, value in fields.items():
        body[_WIRE_NAMES[name]] = encode_inline(value) if name in PAYLOAD_FIELDS.values() else value
    return body
