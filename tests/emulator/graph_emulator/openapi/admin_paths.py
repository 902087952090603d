# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin part: state, settings, faults, journal and logins, by the tables that read them."""

from __future__ import annotations

from dataclasses import fields

from ..echo import FORMS
from ..fault_kinds import KINDS
from ..graph.catalog.approval_model import OPERATIONS, STATUSES
from ..graph.catalog.statuses import IDS as STATUS_IDS
from ..graph.catalog.statuses import TEXTS as STATUS_TEXTS
from ..graph.catalog.statuses import WORDS as STATUS_WORDS
from ..graph.schema import ABSTRACT_POLICY, POLICY_TYPES
from ..journal import APPROVAL_HEADERS
from ..settings import Settings
from ..tenants import PAYLOADS
from .parts import (
    COUNT,
    FILLED,
    FLAG,
    GUID,
    INT32,
    MAYBE_TEXT,
    TEXT,
    Json,
    answer,
    array,
    body,
    closed,
    optional,
    ref,
)

NUMBER: Json = {"type": "number", "minimum": 0, "exclusiveMaximum": 2**53}


def _optional(properties: Json) -> Json:
    """In a state everything may be null, which is as good as left out."""
    return {name: optional(schema) for name, schema in properties.items()}


HEADER_TEXT: Json = {"type": "string", "pattern": "^[ -~]*$"}
_STATUS_TYPES: Json = {"userId": TEXT, "wasSuccessful": FLAG, "checkinDateTime": TEXT, "appliedPolicies": array(FILLED)}
_STATUS_TEXTS = ("userPrincipalName", "deviceName", "devicePlatform", "devicePlatformVersion", "errorMessage")
_STATUS = closed(_optional({"@odata.type": {}, **_STATUS_TYPES, **dict.fromkeys(_STATUS_TEXTS, TEXT)}))
_SUMMARY = closed(_optional({"@odata.type": {}, "succeededUserCount": INT32, "failedUserCount": INT32}))
_TYPES = (*POLICY_TYPES, ABSTRACT_POLICY)
_CHECKINS: Json = {"checkinStatuses": array(_STATUS), "userCheckinSummary": _SUMMARY}


_ASSIGNMENT: Json = {"anyOf": [GUID, closed({"id": MAYBE_TEXT, "groupId": GUID}, "groupId")]}
_POLICY = _optional(
    {
        "id": TEXT,
        "@odata.type": {"enum": [mark + name for name in _TYPES for mark in ("#", "")]},
        "displayName": TEXT,
        "description": TEXT,
        "priority": INT32,
        **{name: {} for name in PAYLOADS},
        "assignments": array(_ASSIGNMENT),
        **_CHECKINS,
        "lastModifiedDateTime": TEXT,
    }
)
_APP = _optional(
    {
        "client_id": TEXT,
        "object_id": TEXT,
        **{name: array(FILLED) for name in ("secrets", "expired_secrets", "roles")},
        "certificates": array({**FILLED, "description": "PEM"}),
        "federated": array(ref("Federation")),
        "managed_identity": FLAG,
        "identity_header": TEXT,
    }
)
_TAG: Json = {"displayName": FILLED, **_optional({"id": TEXT, "description": TEXT, "isBuiltIn": FLAG})}


_NUMBER: Json = {"enum": [*STATUS_WORDS, None]}
_SETTING_STATUS: Json = {"SettingId": FILLED, "SettingStatus": _NUMBER, "ErrorCode": {"type": ["integer", "null"]}}
_STATUS_ROW: Json = {
    **_optional({**dict.fromkeys(STATUS_IDS, GUID), **dict.fromkeys(STATUS_TEXTS, TEXT)}),
    "PolicyId": GUID,
    "PolicyStatus": _NUMBER,
    "settings": optional(array(closed(_SETTING_STATUS, "SettingId"))),
}


def _named(name: str) -> Json:
    """An object that needs a name; what else it has is as Graph shows it."""
    return {"type": "object", "properties": {name: FILLED}, "required": [name]}


_TENANT = _optional(
    {
        "policies": array(closed(_POLICY)),
        "groups": array(
            {
                "type": "object",
                "properties": {"id": {"anyOf": [GUID, {"enum": ["", None]}]}, "displayName": FILLED},
                "required": ["displayName"],
                "description": "a group with any of its properties",
            }
        ),
        "apps": array(closed(_APP)),
        "domains": array(FILLED),
        "tenantCheckinStatuses": array(_STATUS),
        "tenantUserCheckinSummary": _SUMMARY,
        "catalog_definitions": array(_named("id")),
        "catalog_policies": array(_named("name")),
        "assignment_filters": array(_named("displayName")),
        "scope_tags": array({"anyOf": [FILLED, closed(_TAG, "displayName")]}),
        "device_statuses": array(closed(_STATUS_ROW, "PolicyId")),
        "approval_requests": array(ref("ApprovalRequest")),
        "settings": ref("Settings"),
    }
)
_TIME: Json = {"type": "string", "format": "date-time"}
_REQUEST: Json = {
    "method": {"enum": list(OPERATIONS)},
    "url": {"type": "string", "pattern": "^/"},
    "body": {},
    "id": optional({"anyOf": [GUID, {"const": ""}]}),
    "status": {"enum": [*STATUSES, None]},
    **_optional(dict.fromkeys(("caller", "payloadName", "requestJustification", "approvalJustification"), TEXT)),
    **_optional(dict.fromkeys(("requestDateTime", "lastModifiedDateTime", "expirationDateTime"), _TIME)),
}
_DECISION: Json = {
    "tenant": MAYBE_TEXT,
    "id": GUID,
    "status": {"enum": list(STATUSES)},
    "approvalJustification": MAYBE_TEXT,
}
_MATCH: Json = {
    "method": {"anyOf": [TEXT, array(TEXT)]},
    "path": {"type": "string", "format": "regex"},
    "tenant": TEXT,
    "on": {"enum": ["graph", "login"]},
}
_CALL: Json = {"method": TEXT, "path": TEXT, "status": {"type": ["integer", "null"]}}
_SENT: Json = {"headers": closed(dict.fromkeys(APPROVAL_HEADERS, TEXT))}
_ENTRY: Json = {"n": COUNT, "tenant": MAYBE_TEXT, **_CALL, "batch": array(closed({**_CALL, **_SENT}, *_CALL))}
_COUNTS: Json = {"type": "object", "additionalProperties": COUNT}
_LOGINS: Json = {
    "total": COUNT,
    "by_kind": _COUNTS,
    "tenants": {"type": "object", "additionalProperties": _COUNTS},
    "tokens": array(TEXT),
}
_FAULT: Json = {
    "kind": {"enum": list(KINDS)},
    "match": closed(_MATCH),
    "count": {"type": ["integer", "null"], "minimum": 1, "maximum": 2**53 - 1},
    "skip": COUNT,
    "retry_after": {"anyOf": [NUMBER, HEADER_TEXT, {"type": "null"}]},
    "seconds": NUMBER,
    "committed": FLAG,
    "url": MAYBE_TEXT,
    "form": {"enum": list(FORMS)},
}

SCHEMAS: Json = {
    "Federation": closed(
        {"issuer": FILLED, "subject": FILLED, "key": FILLED, "audience": TEXT}, "issuer", "subject", "key"
    ),
    "Tenants": {"type": "object", "additionalProperties": closed(_TENANT)},
    "State": closed(
        {"tenants": optional(ref("Tenants")), "settings": ref("Settings"), "faults": array(ref("Fault"))},
    ),
    "TenantsOnly": closed({"tenants": ref("Tenants")}, "tenants"),
    "Settings": closed({item.name: item.metadata["rule"].schema for item in fields(Settings)}),
    "Fault": closed(_FAULT, "kind"),
    "Faults": array(ref("Fault")),
    "Journal": array(closed({**_ENTRY, **_SENT}, *_ENTRY)),
    "ApprovalRequest": closed(_REQUEST, "method", "url"),
    "Decision": closed(_DECISION, "id", "status"),
    "Logins": closed(_LOGINS, *_LOGINS),
    "Refusal": closed({"error": TEXT}, "error"),
    "Document": {"type": "object", "required": ["openapi", "paths"]},
}
# (method, name) -> summary, schema of the body, schema of the answer
SHAPES: dict[tuple[str, str], tuple[str, str | None, str | None]] = {
    ("GET", "journal"): ("Every Graph request so far", None, "Journal"),
    ("DELETE", "journal"): ("Empty the journal", None, None),
    ("GET", "logins"): ("How often which login was asked for", None, "Logins"),
    ("DELETE", "logins"): ("Count logins from 0 again", None, None),
    ("GET", "state"): ("All tenants", None, "TenantsOnly"),
    ("PUT", "state"): ("Replace the tenants that are named", "State", "TenantsOnly"),
    ("GET", "faults"): ("The faults that wait for calls", None, "Faults"),
    ("PUT", "faults"): ("Replace the faults", "Faults", "Faults"),
    ("GET", "settings"): ("All settings", None, "Settings"),
    ("PUT", "settings"): ("Change some settings", "Settings", "Settings"),
    ("POST", "approvals"): ("Decide a request for approval", "Decision", "ApprovalRequest"),
    ("GET", "openapi.json"): ("This document", None, "Document"),
}


def paths() -> Json:
    """All admin paths."""
    found: Json = {}
    for (method, name), (summary, takes, gives) in SHAPES.items():
        operation: Json = {"summary": summary, "tags": ["admin"], "responses": {}}
        if takes:
            operation["requestBody"] = body(ref(takes))
            operation["responses"]["400"] = answer("a mistake in the body; nothing has changed", ref("Refusal"))
        code = "204" if gives is None else "200"
        operation["responses"][code] = answer("done", None if gives is None else ref(gives))
        found.setdefault(f"/_emulator/{name}", {})[method.lower()] = operation
    return found
