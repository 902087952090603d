# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the paths of the settings catalogue take and answer."""

from __future__ import annotations

from ..graph.catalog.routes import ROOT
from ..graph.operations import KEY
from .parts import TEXT, Json
from .shapes import LOCATION, Shape

# What stands before a key in a path -> the key's name there.
KEYS = {
    "configurationPolicies": "catalogPolicy",
    "settings": "setting",
    "assignmentFilters": "assignmentFilter",
    "roleScopeTags": "roleScopeTag",
    "operationApprovalRequests": "approvalRequest",
}
POLICY = f"{ROOT}/{KEY}"
ONE_POLICY = "deviceManagementConfigurationPolicy"
ONE_SETTING = "deviceManagementConfigurationSetting"
ONE_ASSIGNMENT = "deviceManagementConfigurationPolicyAssignment"
EXPANDED: Json = {
    "type": "string",
    "enum": ["assignments", "settings", "assignments,settings", "settings,assignments"],
}
FILTERED: Json = {**TEXT, "examples": ["name eq 'Baseline'", "technologies has 'mdm'"]}
SHAPES: dict[tuple[str, str], Shape] = {
    (ROOT, "GET"): Shape(
        "List policies of the settings catalogue",
        {200: "CatalogPolicyPage"},
        options={"$expand": EXPANDED, "$filter": FILTERED},
    ),
    (ROOT, "POST"): Shape(
        "Create a policy with its settings", {201: ONE_POLICY}, "NewCatalogPolicy", approved=True, headers=LOCATION
    ),
    (POLICY, "GET"): Shape("Get a policy", {200: ONE_POLICY}, options={"$expand": EXPANDED}),
    (POLICY, "PUT"): Shape("Replace metadata and settings", {204: None}, "CatalogPolicyReplaced", approved=True),
    (POLICY, "PATCH"): Shape("Change metadata", {200: ONE_POLICY, 204: None}, "CatalogPolicyChanges", approved=True),
    (POLICY, "DELETE"): Shape("Delete a policy", {204: None}, approved=True),
    (f"{POLICY}/settings", "GET"): Shape(
        "List settings", {200: "CatalogSettingPage"}, options={"$expand": {"const": "settingDefinitions"}}
    ),
    (f"{POLICY}/settings/{KEY}", "GET"): Shape(
        "Get a setting", {200: ONE_SETTING}, options={"$expand": {"const": "settingDefinitions"}}
    ),
    (f"{POLICY}/settings/{KEY}/settingDefinitions", "GET"): Shape(
        "Definitions of a setting and of what is in it", {200: "SettingDefinitionsOfSetting"}
    ),
    (f"{POLICY}/assignments", "GET"): Shape("List assignments", {200: "CatalogAssignmentPage"}),
    (f"{POLICY}/assignments/{KEY}", "GET"): Shape("Get an assignment", {200: ONE_ASSIGNMENT}),
    (f"{POLICY}/assign", "POST"): Shape(
        "Replace the direct assignments", {200: "CatalogAssigned", 204: None}, "CatalogAssignParameters", approved=True
    ),
    (f"{POLICY}/createCopy", "POST"): Shape("Copy a policy", {200: ONE_POLICY}, "CreateCopyParameters", approved=True),
    (f"{POLICY}/reorder", "POST"): Shape("Change the priority", {204: None}, "ReorderParameters", approved=True),
    ("deviceManagement/assignmentFilters", "GET"): Shape("List filters", {200: "FilterPage"}),
    (f"deviceManagement/assignmentFilters/{KEY}", "GET"): Shape(
        "Get a filter", {200: "deviceAndAppManagementAssignmentFilter"}
    ),
    ("deviceManagement/roleScopeTags", "GET"): Shape("List scope tags", {200: "TagPage"}),
    (f"deviceManagement/roleScopeTags/{KEY}", "GET"): Shape("Get a scope tag", {200: "roleScopeTag"}),
    (f"deviceManagement/getRoleScopeTagsByResource/{KEY}", "GET"): Shape(
        "Scope tags that the caller may use for a resource", {200: "TagPage"}
    ),
    (f"deviceManagement/getEffectivePermissions/{KEY}", "GET"): Shape(
        "Allowed actions of the signed-in user", {200: "RolePermissions"}
    ),
    ("deviceManagement/resourceOperations", "GET"): Shape("Every action of roles", {200: "ResourceOperations"}),
    ("deviceManagement/operationApprovalPolicies", "GET"): Shape("List access policies", {200: "AccessPolicyPage"}),
    ("deviceManagement/operationApprovalRequests", "GET"): Shape(
        "List requests for approval",
        {200: "ApprovalRequestPage"},
        options={"$filter": {**TEXT, "examples": ["status eq 'needsApproval'"]}},
    ),
    (f"deviceManagement/operationApprovalRequests/{KEY}", "GET"): Shape(
        "Get a request for approval", {200: "operationApprovalRequest"}
    ),
}
