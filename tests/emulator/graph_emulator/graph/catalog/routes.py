# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths of the settings catalogue as a table."""

from __future__ import annotations

from ..operations import KEY, Operation, read
from . import (
    approvals,
    assignments,
    definition_reads,
    exports,
    listing,
    policies,
    references,
    reports,
    templates,
    views,
)

ROOT = "deviceManagement/configurationPolicies"
LIST = ("$select", "$expand", "$filter", "$orderby", "$top", "$skiptoken")
SETTINGS = ("$select", "$expand", "$top", "$skiptoken")
REFERENCES = ("$select", "$filter", "$top", "$skiptoken")
ROUTES: dict[str, dict[str, Operation]] = {
    ROOT: {"GET": read(listing.list_policies, *LIST), "POST": Operation(policies.create_policy)},
    f"{ROOT}/{KEY}": {
        "GET": read(policies.get_policy, "$select", "$expand"),
        "PUT": Operation(policies.replace_policy),
        "PATCH": Operation(policies.update_policy),
        "DELETE": Operation(policies.delete_policy),
    },
    f"{ROOT}/{KEY}/settings": {"GET": read(policies.list_settings, *SETTINGS)},
    f"{ROOT}/{KEY}/settings/{KEY}": {"GET": read(policies.get_setting, "$select", "$expand")},
    f"{ROOT}/{KEY}/settings/{KEY}/settingDefinitions": {"GET": read(policies.list_setting_definitions)},
    f"{ROOT}/{KEY}/assignments": {"GET": read(assignments.list_assignments, "$select", "$top", "$skiptoken")},
    f"{ROOT}/{KEY}/assignments/{KEY}": {"GET": read(assignments.get_assignment, "$select")},
    f"{ROOT}/{KEY}/assign": {"POST": Operation(assignments.assign)},
    f"{ROOT}/{KEY}/createCopy": {"POST": Operation(policies.copy_policy)},
    f"{ROOT}/{KEY}/reorder": {"POST": Operation(policies.reorder_policy)},
    "deviceManagement/assignmentFilters": {"GET": read(references.list_filters, *REFERENCES)},
    f"deviceManagement/assignmentFilters/{KEY}": {"GET": read(references.get_filter, "$select")},
    "deviceManagement/roleScopeTags": {"GET": read(references.list_tags, *REFERENCES)},
    f"deviceManagement/roleScopeTags/{KEY}": {"GET": read(references.get_tag, "$select")},
    f"deviceManagement/getRoleScopeTagsByResource/{KEY}": {"GET": read(references.list_tags_by_resource, *REFERENCES)},
    approvals.POLICIES: {"GET": read(approvals.list_policies, *REFERENCES)},
    approvals.REQUESTS: {"GET": read(approvals.list_requests, *REFERENCES)},
    f"{approvals.REQUESTS}/{KEY}": {"GET": read(approvals.get_request, "$select")},
    f"{views.EFFECTIVE}/{KEY}": {"GET": read(views.effective_permissions)},
    views.OPERATIONS: {"GET": read(views.resource_operations)},
    **definition_reads.ROUTES,
    **templates.ROUTES,
    **reports.ROUTES,
    **exports.ROUTES,
}
