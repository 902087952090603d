# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies and assignments of the settings catalog in JSON: read tolerantly, written whole."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import (
    OWN_TYPE,
    assignment_from_graph,
    assignments_body,
    policy_body,
    policy_from_graph,
    unknown_members,
    why_foreign,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Assignment, AssignmentFilter, Target

ID = "13a5ac73-ac73-13a5-73ac-a51373aca513"
GROUP = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
FILTER = "50000000-0000-4000-8000-000000000001"
# As a tenant shows one.
DOCUMENT: dict[str, t.Any] = {
    "@odata.etag": "x",
    "createdDateTime": "2026-01-02T03:04:05.1234567Z",
    "creationSource": None,
    "description": "D",
    "lastModifiedDateTime": "2026-01-02T03:04:05.1234567Z",
    "name": "Zürich",
    "platforms": "windows10",
    "priorityMetaData": None,
    "roleScopeTagIds": ["10", "2", "0"],
    "settingCount": 3,
    "technologies": "mdm",
    "id": ID,
    "templateReference": {
        "templateId": "",
        "templateFamily": "none",
        "templateDisplayName": None,
        "templateDisplayVersion": None,
    },
    "isAssigned": True,
    "disableEntraGroupPolicyAssignment": False,
    "#microsoft.graph.assign": {},
}


def test_a_policy_is_read() -> None:
    policy = policy_from_graph(DOCUMENT)
    assert (policy.id, policy.type, policy.last_modified) == (ID, OWN_TYPE, DOCUMENT["lastModifiedDateTime"])
    assert policy.values == {"display_name": "Zürich", "description": "D", "scope_tags": ("0", "2", "10")}


@pytest.mark.parametrize("missing", ["description", "templateReference", "settingCount"])
def test_null_means_nothing(missing: str) -> None:
    policy = policy_from_graph({**DOCUMENT, missing: None})
    assert policy.type == OWN_TYPE
    assert policy.description == ("" if missing == "description" else "D")


def test_tags_that_are_not_told_are_the_default() -> None:
    assert policy_from_graph({**DOCUMENT, "roleScopeTagIds": None}).value("scope_tags") == ("0",)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"platforms": "macOS"}, "is for macOS (mdm), not for windows10 (mdm)"),
        ({"technologies": "mdm, microsoftSense"}, "is for windows10 (mdm,microsoftSense), not for windows10 (mdm)"),
        (
            {"templateReference": {"templateId": "x_1", "templateFamily": "baseline"}},
            "was made from a template of the family baseline",
        ),
        (
            {"templateReference": {"templateId": "x_1", "templateFamily": "none"}},
            "was made from a template of the family template",
        ),
        ({"platforms": None}, "is for no platform (mdm), not for windows10 (mdm)"),
    ],
)
def test_a_policy_of_another_kind_is_told_from_ours(changes: dict[str, t.Any], why: str) -> None:
    policy = policy_from_graph({**DOCUMENT, **changes})
    assert policy.type != OWN_TYPE
    assert why_foreign(policy) == why


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": ".."},
        {"name": 5},
        {"name": None},
        {"platforms": ["windows10"]},
        {"roleScopeTagIds": "0"},
        {"roleScopeTagIds": [0]},
        {"templateReference": "none"},
    ],
)
def test_what_is_not_a_policy_is_refused(changes: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        policy_from_graph({**DOCUMENT, **changes})


def test_what_nobody_knows_is_found_unless_it_says_nothing() -> None:
    assert unknown_members(DOCUMENT) == ()
    more = {"deploymentMode": "x", "other": None, "isLocked": False, "priorityMetaData": {"priority": 1}}
    assert unknown_members({**DOCUMENT, **more, "x@odata.type": "y"}) == (
        "deploymentMode",
        "isLocked",
        "priorityMetaData",
    )
    assert unknown_members({**DOCUMENT, "disableEntraGroupPolicyAssignment": True}) == (
        "disableEntraGroupPolicyAssignment",
    )


def test_a_body_holds_all_six_members_and_nothing_else() -> None:
    policy = policy_from_graph(DOCUMENT)
    instance = {"settingDefinitionId": "a"}
    assert policy_body(policy.values, [instance]) == {
        "name": "Zürich",
        "description": "D",
        "roleScopeTagIds": ["0", "2", "10"],
        "platforms": "windows10",
        "technologies": "mdm",
        "settings": [
            {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting",
                "settingInstance": instance,
            }
        ],
    }


def target(name: str, **more: t.Any) -> dict[str, t.Any]:
    filters = {
        "deviceAndAppManagementAssignmentFilterId": None,
        "deviceAndAppManagementAssignmentFilterType": "none",
    }
    return {"@odata.type": f"#microsoft.graph.{name}AssignmentTarget", **filters, **more}


FILTERED = {
    "deviceAndAppManagementAssignmentFilterId": FILTER.upper(),
    "deviceAndAppManagementAssignmentFilterType": "exclude",
}


@pytest.mark.parametrize(
    ("shown", "to", "group", "mode"),
    [
        (target("group", groupId=GROUP.upper()), Target.GROUP, GROUP, ""),
        (target("group", groupId=GROUP, **FILTERED), Target.GROUP, GROUP, "exclude"),
        (target("exclusionGroup", groupId=GROUP), Target.EXCLUDED_GROUP, GROUP, ""),
        (target("allLicensedUsers"), Target.ALL_USERS, None, ""),
        (target("allDevices", **FILTERED), Target.ALL_DEVICES, None, "exclude"),
        (target("configurationManagerCollection", collectionId="c"), Target.UNKNOWN, None, ""),
        # A mode that nobody knows makes the target unknown: it is kept as it is.
        (
            target("group", groupId=GROUP, **{**FILTERED, "deviceAndAppManagementAssignmentFilterType": "most"}),
            Target.UNKNOWN,
            None,
            "",
        ),
    ],
)
def test_an_assignment_is_read_and_sent_back(shown: dict[str, t.Any], to: Target, group: str | None, mode: str) -> None:
    read = assignment_from_graph({"id": f"{ID}_x", "source": "direct", "sourceId": ID, "target": shown})
    assert (read.to, read.group_id, read.id) == (to, group, f"{ID}_x")
    assert read.filter == (AssignmentFilter(FILTER, mode) if mode else None)
    [sent] = assignments_body([read])["assignments"]
    if to is Target.UNKNOWN:
        assert sent == {"target": shown}
    else:
        assert assignment_from_graph(sent).meaning == read.meaning


def test_a_new_assignment_is_sent_with_its_filter() -> None:
    new = Assignment(GROUP, filter=AssignmentFilter(FILTER, "include"))
    assert assignments_body([new]) == {
        "assignments": [
            {
                "target": {
                    "@odata.type": "#microsoft.graph.groupAssignmentTarget",
                    "groupId": GROUP,
                    "deviceAndAppManagementAssignmentFilterId": FILTER,
                    "deviceAndAppManagementAssignmentFilterType": "include",
                }
            }
        ]
    }


def test_an_exclusion_has_no_filter() -> None:
    [sent] = assignments_body([Assignment(GROUP, to=Target.EXCLUDED_GROUP)])["assignments"]
    assert sent == {"target": {"@odata.type": "#microsoft.graph.exclusionGroupAssignmentTarget", "groupId": GROUP}}


def test_an_assignment_of_a_policy_set_is_not_sent() -> None:
    read = assignment_from_graph({"source": "policySets", "target": target("group", groupId=GROUP)})
    assert not read.is_direct
    assert (
        assignments_body([read, Assignment(GROUP)])["assignments"]
        == assignments_body([Assignment(GROUP)])["assignments"]
    )


@pytest.mark.parametrize(
    "document",
    [{}, {"target": None}, {"target": {}}, {"target": target("group")}, {"target": target("group", groupId=5)}],
)
def test_what_could_not_be_sent_back_is_refused(document: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        assignment_from_graph(document)
