# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Graph's types as schemas (last beta metadata; what the documentation adds is marked in ``graph.schema``)."""

from __future__ import annotations

from ..graph.schema import ABSTRACT_POLICY, ABSTRACT_TARGET, ASSIGNMENT, GROUP_TARGET, POLICY_TYPES
from .parts import (
    ANNOTATIONS,
    FILLED,
    FLAG,
    GUID,
    INT32,
    MAYBE_TEXT,
    TEXT,
    Json,
    array,
    closed,
    entity,
    optional,
    ref,
)

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
MAX_BATCH = 20


def _spelled(*types: str) -> Json:
    """The names of types, with and without the leading hash."""
    return {"type": "string", "enum": [mark + name for name in types for mark in ("#", "")]}


def _page(items: str) -> Json:
    return {
        "type": "object",
        "properties": {"value": array(ref(items)), "@odata.nextLink": {"type": "string", "format": "uri"}},
        "required": ["@odata.context", "value"],
        "patternProperties": ANNOTATIONS,
        "additionalProperties": False,
    }


_SUMMARY = {"succeededUserCount": INT32, "failedUserCount": INT32}
_WRITABLE: Json = {
    "@odata.type": _spelled(*POLICY_TYPES, ABSTRACT_POLICY),
    "displayName": MAYBE_TEXT,
    "description": MAYBE_TEXT,
    "priority": INT32,
    # Base64, with the setting payload_transport only.
    "policyPayload": MAYBE_TEXT,
    "userPreferencePayload": MAYBE_TEXT,
    # With the setting deep_insert only.
    "assignments": array(ref("NewAssignment")),
}
_CHECKIN_STATUS: Json = {
    "userId": TEXT,
    "userPrincipalName": MAYBE_TEXT,
    "deviceName": MAYBE_TEXT,
    "devicePlatform": MAYBE_TEXT,
    "devicePlatformVersion": MAYBE_TEXT,
    "wasSuccessful": FLAG,
    "checkinDateTime": TEXT,
    "errorMessage": MAYBE_TEXT,
    "appliedPolicies": array(MAYBE_TEXT),
}
_GROUP: Json = {
    "id": GUID,
    "deletedDateTime": MAYBE_TEXT,
    "createdDateTime": MAYBE_TEXT,
    "description": MAYBE_TEXT,
    "displayName": TEXT,
    "groupTypes": array(TEXT),
    "mail": MAYBE_TEXT,
    "mailEnabled": optional(FLAG),
    "mailNickname": MAYBE_TEXT,
    "membershipRule": MAYBE_TEXT,
    "securityEnabled": optional(FLAG),
    "visibility": MAYBE_TEXT,
}
_INNER_REQUEST = closed(
    {
        "id": {"anyOf": [FILLED, {"type": "integer"}]},
        "method": {"type": "string", "enum": list(METHODS)},
        "url": FILLED,
        "headers": optional({"type": "object", "additionalProperties": TEXT}),
        "body": {},
        "dependsOn": optional(array(TEXT, maxItems=1)),
        "depends_on": {},
    },
    "id",
    "method",
    "url",
)
_INNER_RESPONSE = closed({"id": TEXT, "status": INT32, "headers": {"type": "object"}, "body": {}}, "id", "status")

SCHEMAS: Json = {
    "officeConfiguration": entity(
        {
            "tenantCheckinStatuses": array(ref("officeClientCheckinStatus")),
            "tenantUserCheckinSummary": ref("officeUserCheckinSummary"),
        },
        "@odata.context",
    ),
    "officeClientConfiguration": entity(
        {
            "@odata.type": _spelled(*POLICY_TYPES, ABSTRACT_POLICY),
            "id": TEXT,
            "displayName": MAYBE_TEXT,
            "description": MAYBE_TEXT,
            "priority": INT32,
            "policyPayload": MAYBE_TEXT,
            "userPreferencePayload": MAYBE_TEXT,
            "userCheckinSummary": ref("officeUserCheckinSummary"),
            "checkinStatuses": array(ref("officeClientCheckinStatus")),
            "lastModifiedDateTime": TEXT,
            "assignments": array(ref("officeClientConfigurationAssignment")),
        },
        "@odata.type",
    ),
    "officeClientConfigurationAssignment": entity(
        {"id": TEXT, "target": ref("officeConfigurationGroupAssignmentTarget")}, "@odata.type"
    ),
    "officeConfigurationGroupAssignmentTarget": entity(
        {"@odata.type": _spelled(GROUP_TARGET), "groupId": GUID}, "@odata.type", "groupId"
    ),
    "officeClientCheckinStatus": entity(_CHECKIN_STATUS, *_CHECKIN_STATUS),
    "officeUserCheckinSummary": entity(_SUMMARY, *_SUMMARY),
    "group": entity(_GROUP),
    "PolicyPage": _page("officeClientConfiguration"),
    "AssignmentPage": _page("officeClientConfigurationAssignment"),
    "GroupPage": _page("group"),
    # As the documentation's samples have it, with the setting wrap_get.
    "WrappedPolicy": closed({"@odata.context": TEXT, "value": ref("officeClientConfiguration")}, "value"),
    "NewPolicy": entity(_WRITABLE, "@odata.type", "priority"),
    "PolicyChanges": entity(_WRITABLE),
    "NewAssignment": entity({"@odata.type": _spelled(ASSIGNMENT), "target": ref("Target")}, "target"),
    "AssignmentChanges": entity({"@odata.type": _spelled(ASSIGNMENT), "target": ref("Target")}),
    "Target": entity(
        {"@odata.type": _spelled(GROUP_TARGET, ABSTRACT_TARGET), "groupId": GUID}, "@odata.type", "groupId"
    ),
    "AssignParameters": entity(
        {"officeConfigurationAssignments": array(ref("NewAssignment"))}, "officeConfigurationAssignments"
    ),
    "UpdatePrioritiesParameters": entity(
        {"officeConfigurationPolicyIds": array(TEXT), "officeConfigurationPriorities": array(INT32)},
        "officeConfigurationPolicyIds",
        "officeConfigurationPriorities",
    ),
    "GetByIds": entity({"ids": array(GUID, minItems=1, maxItems=1000), "types": optional(array(TEXT))}, "ids"),
    "Batch": closed({"requests": array(_INNER_REQUEST, minItems=1, maxItems=MAX_BATCH)}, "requests"),
    "BatchAnswer": closed({"responses": array(_INNER_RESPONSE, minItems=1, maxItems=MAX_BATCH)}, "responses"),
    "GraphError": closed(
        {
            "error": closed(
                {
                    "code": TEXT,
                    "message": TEXT,
                    "innerError": closed(
                        {"message": TEXT, "date": TEXT, "request-id": GUID, "client-request-id": TEXT}, "request-id"
                    ),
                },
                "code",
                "message",
                "innerError",
            )
        },
        "error",
    ),
}
