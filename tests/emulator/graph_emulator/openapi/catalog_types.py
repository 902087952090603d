# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of the settings catalogue as schemas; settings and values are told by their ``@odata.type`` and kept open."""

from __future__ import annotations

from ..graph.catalog.approval_model import STATUSES
from ..graph.catalog.approvals import ACCESS_POLICY, SHOWN
from ..graph.catalog.assignments import TARGETS
from ..graph.catalog.bodies import MADE_BY_SERVICE, PLATFORMS
from ..graph.catalog.model import FILTER_ID, FILTER_TYPE
from ..graph.catalog.references import FILTER_DEFAULTS, TAG_DEFAULTS
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
    entity,
    optional,
    ref,
)

_GRAPH = "microsoft.graph."


def _spelled(*names: str) -> Json:
    return {"type": "string", "enum": [f"{mark}{_GRAPH}{name}" for name in names for mark in ("#", "")]}


def _page(items: Json, *needed: str) -> Json:
    properties: Json = {
        "value": array(items),
        "@odata.nextLink": {"type": "string", "format": "uri"},
        "@odata.count": INT32,
        "@microsoft.graph.tips": TEXT,
    }
    return {
        "type": "object",
        "properties": properties,
        "required": ["@odata.context", "value", *needed],
        "patternProperties": ANNOTATIONS,
        "additionalProperties": False,
    }


_TEMPLATE: Json = {
    "templateId": MAYBE_TEXT,
    "templateFamily": MAYBE_TEXT,
    "templateDisplayName": MAYBE_TEXT,
    "templateDisplayVersion": MAYBE_TEXT,
}
_SETTING_INSTANCE: Json = {
    "type": "object",
    "properties": {"@odata.type": TEXT, "settingDefinitionId": MAYBE_TEXT},
    "required": ["@odata.type", "settingDefinitionId"],
}
_POLICY: Json = {
    "id": TEXT,
    "name": TEXT,
    "description": MAYBE_TEXT,
    "platforms": TEXT,
    "technologies": TEXT,
    "createdDateTime": TEXT,
    "lastModifiedDateTime": TEXT,
    "creationSource": MAYBE_TEXT,
    "roleScopeTagIds": array(TEXT),
    "settingCount": INT32,
    "isAssigned": FLAG,
    "disableEntraGroupPolicyAssignment": FLAG,
    "templateReference": ref("catalogTemplateReference"),
    "priorityMetaData": optional({"type": "object"}),
    "settings": array(ref("deviceManagementConfigurationSetting")),
    "assignments": array(ref("deviceManagementConfigurationPolicyAssignment")),
    # With the setting catalog_extra_fields.
    "deploymentMode": TEXT,
}
_MADE: Json = {
    **dict.fromkeys(MADE_BY_SERVICE, MAYBE_TEXT),
    "settingCount": INT32,
    "isAssigned": optional(FLAG),
    "priorityMetaData": optional({"type": "object"}),
}
_METADATA: Json = {
    "@odata.type": _spelled("deviceManagementConfigurationPolicy"),
    "name": FILLED,
    "description": optional({"type": "string", "maxLength": 1000}),
    "creationSource": MAYBE_TEXT,
    "disableEntraGroupPolicyAssignment": optional(FLAG),
    "templateReference": optional(entity(_TEMPLATE)),
    **_MADE,
}
_KIND: Json = {"platforms": {"type": "string", "enum": list(PLATFORMS)}, "technologies": FILLED}
_SETTINGS = array(ref("NewSetting"), minItems=1, maxItems=5000)
_NEW_SETTING = entity(
    {"id": {}, "settingInstance": ref("SettingInstance"), "settingDefinitions": {}}, "settingInstance"
)
# Assignments in a policy are skipped: the action assign sets them.
_NEW: Json = {**_METADATA, **_KIND, "settings": _SETTINGS, "assignments": {}}
_FILTER_PARTS: Json = {FILTER_ID: MAYBE_TEXT, FILTER_TYPE: {"enum": ["none", "include", "exclude", None]}}

SCHEMAS: Json = {
    "deviceManagementConfigurationPolicy": {"type": "object", "properties": _POLICY},
    "catalogTemplateReference": entity(_TEMPLATE, *_TEMPLATE),
    "deviceManagementConfigurationSetting": entity(
        {"id": TEXT, "settingInstance": ref("SettingInstance"), "settingDefinitions": array({"type": "object"})}
    ),
    "deviceManagementConfigurationPolicyAssignment": entity(
        {"id": TEXT, "source": TEXT, "sourceId": MAYBE_TEXT, "target": ref("CatalogTargetShown")}
    ),
    "CatalogTargetShown": {
        "type": "object",
        "properties": {"@odata.type": TEXT, FILTER_ID: MAYBE_TEXT, FILTER_TYPE: TEXT},
        "required": ["@odata.type", FILTER_ID, FILTER_TYPE],
    },
    "SettingInstance": _SETTING_INSTANCE,
    "deviceAndAppManagementAssignmentFilter": entity({name: {} for name in FILTER_DEFAULTS}),
    "operationApprovalPolicy": entity({name: {} for name in ACCESS_POLICY}),
    "operationApprovalRequest": entity({**{name: {} for name in SHOWN}, "status": {"enum": list(STATUSES)}}),
    "roleScopeTag": entity({name: {} for name in TAG_DEFAULTS}),
    "CatalogPolicyPage": _page(ref("deviceManagementConfigurationPolicy"), "@odata.count"),
    "CatalogSettingPage": _page(ref("deviceManagementConfigurationSetting"), "@odata.count"),
    "CatalogAssignmentPage": _page(ref("deviceManagementConfigurationPolicyAssignment"), "@odata.count"),
    "CatalogAssigned": _page(ref("deviceManagementConfigurationPolicyAssignment")),
    "SettingDefinitionsOfSetting": _page({"type": "object"}),
    "FilterPage": _page(ref("deviceAndAppManagementAssignmentFilter")),
    "TagPage": _page(ref("roleScopeTag")),
    "RolePermissions": _page(entity({"actions": array(TEXT), "resourceActions": array({"type": "object"})})),
    "ResourceOperations": _page({"type": "object"}),
    "AccessPolicyPage": _page(ref("operationApprovalPolicy")),
    "ApprovalRequestPage": _page(ref("operationApprovalRequest")),
    "NewSetting": _NEW_SETTING,
    "NewCatalogPolicy": entity({**_NEW, "roleScopeTagIds": optional(array(TEXT))}, "name", "settings"),
    "CatalogPolicyReplaced": entity(
        {**_NEW, "roleScopeTagIds": array(TEXT)}, "name", "platforms", "technologies", "settings"
    ),
    # PATCH skips what it does not know, and takes no navigation property.
    "CatalogPolicyChanges": {
        "type": "object",
        "properties": {**_METADATA, **_KIND, "roleScopeTagIds": array(TEXT), "settings": False, "assignments": False},
    },
    # Which of groupId and collectionId it needs, if any, depends on its type.
    "CatalogTarget": entity(
        {"@odata.type": _spelled(*TARGETS), "groupId": GUID, "collectionId": TEXT, **_FILTER_PARTS}, "@odata.type"
    ),
    "CatalogAssignParameters": entity(
        {
            "assignments": array(
                entity(
                    {
                        "@odata.type": {},
                        "id": {},
                        "source": {},
                        "sourceId": {},
                        "target": ref("CatalogTarget"),
                    },
                    "target",
                )
            )
        },
        "assignments",
    ),
    "CreateCopyParameters": entity({"displayName": FILLED, "description": MAYBE_TEXT}, "displayName"),
    "ReorderParameters": entity({"priority": {"type": "integer", "minimum": 1, "maximum": 500}}, "priority"),
}
