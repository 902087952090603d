# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups that were deleted while they are assigned, and groups whose names look like ids; on the emulator."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import group_change
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import GroupChange, GroupName
from ansible_collections.m365.apps.plugins.plugin_utils._policies.effective import effective_policy
from ansible_collections.m365.apps.plugins.plugin_utils._policies.group_map import mapped_groups
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, TENANT, FuzzTenant, Spoilt, refused, run
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_CLIENT_CONFIG_ASSIGNMENT,
    OFFICE_CLIENT_CONFIG_INFO,
    OFFICE_CLIENT_CONFIGS,
)
from graph_emulator.wire import Call

FINANCE, STAFF = GROUPS["Finance"], GROUPS["All Staff"]
GONE = "33333333-0000-4000-8000-000000000009"
GUID = "50000000-0000-4000-8000-000000000005"
# A group whose name is GUID.
NAMED = "60000000-0000-4000-8000-000000000006"
DROPPED = (
    f"policy 'One' (id 40000000-0000-4000-8000-000000000001): the group {GONE} was deleted from the directory, and"
    " Graph assigns only groups that exist. Dropped with this change of its groups."
)


def tenant_with(*assigned: str, spoil: t.Any = lambda _call, answer: answer, **groups: str) -> FuzzTenant:
    """Return a tenant whose policy One has these groups; ``groups`` are more of the directory, ids by name."""
    tenant = FuzzTenant(spoil)
    state = tenant.world.tenants[TENANT]
    ids = {**GROUPS, **groups}
    dump = {
        "policies": [
            {"id": "40000000-0000-4000-8000-000000000001", "displayName": "One", "assignments": list(assigned)},
            {"id": "40000000-0000-4000-8000-000000000002", "displayName": "Two", "priority": 5},
        ],
        "groups": [{"id": key, "displayName": name} for name, key in ids.items()],
        "apps": [{"client_id": app, "secrets": ["s"], "roles": list(known.roles)} for app, known in state.apps.items()],
    }
    tenant.world.load({"tenants": {TENANT: dump}, "settings": {"intune_limits": False}})
    return tenant


def assigned(tenant: FuzzTenant) -> set[str]:
    one = tenant.world.tenants[TENANT].policies.get("40000000-0000-4000-8000-000000000001")
    assert one is not None
    return {entry.group_id for entry in one.assignments}


@pytest.mark.parametrize("kept", [(), (GONE,)], ids=["new", "kept"])
def test_a_group_that_is_gone_is_told_with_the_name_that_was_given_beside_its_id(kept: tuple[str, ...]) -> None:
    """As exports and backups have it: the directory knows no name any more."""
    tenant = tenant_with(*kept, FINANCE)
    legal = {"id": GONE.upper(), "display_name": "Legal - Counsel"}
    result = run(tenant, OFFICE_CLIENT_CONFIGS, {"policies": [{"display_name": "One", "groups": [legal]}]})
    assert f"group 'Legal - Counsel' (id {GONE}): cannot assign it" in result["msg"]
    assert assigned(tenant) == {*kept, FINANCE}


def test_all_ids_of_no_group_are_told_at_once_with_the_policies_that_name_them() -> None:
    other = GONE.replace("9", "8")
    items = [{"display_name": "One", "groups": [GONE]}, {"display_name": "Two", "groups": {"add": [other, GONE]}}]
    tenant = tenant_with(FINANCE)
    result = run(tenant, OFFICE_CLIENT_CONFIGS, {"policies": items})
    unknown = (
        "cannot assign it: the directory holds no group with this id. Check the id; a new group may take a minute."
    )
    one, two = "policies[0] policy 'One'", "policies[1] policy 'Two'"
    for group, places in ((GONE, f"{one}, {two}"), (other, two)):
        assert f"group {group}: {unknown} It is named by {places}." in result["msg"], result["msg"]
    assert tenant.writes == []


def configs(tenant: FuzzTenant, groups: t.Any, **more: t.Any) -> dict[str, t.Any]:
    items = [{"display_name": "Two", "description": "x"}, {"display_name": "One", "groups": groups}]
    return run(tenant, OFFICE_CLIENT_CONFIGS, {"policies": items, **more})


@pytest.mark.parametrize(
    ("groups", "left"),
    [
        ({"add": ["All Staff"]}, {FINANCE, STAFF}),
        ({"add": [STAFF]}, {FINANCE, STAFF}),
        ({"remove": ["Finance"]}, set()),
        ({"remove": [FINANCE]}, set()),
        ({"add": ["All Staff"], "remove": [FINANCE]}, {STAFF}),
        ({"remove": [GONE]}, {FINANCE}),
        (["All Staff"], {STAFF}),
        ([FINANCE], {FINANCE}),
        ([], set()),
    ],
)
def test_a_deleted_group_does_not_stop_a_change(groups: t.Any, left: set[str]) -> None:
    tenant = tenant_with(FINANCE, GONE)
    planned = configs(tenant, groups, _ansible_check_mode=True)
    assert tenant.writes == []
    done = configs(tenant, groups)
    assert not done.get("failed"), done.get("msg")
    assert assigned(tenant) == left
    assert len(tenant.accepted) == planned["plan"]["writes"] == done["plan"]["writes"]
    told = [DROPPED] if isinstance(groups, dict) and groups != {"remove": [GONE]} else []
    assert planned["plan"]["warnings"] == done["plan"]["warnings"] == told
    assert not configs(tenant, groups)["changed"]


@pytest.mark.parametrize("groups", [{"add": ["Finance"]}, {"add": [FINANCE]}, {"remove": [STAFF]}, [FINANCE, GONE]])
def test_without_another_change_it_is_left_alone(groups: t.Any) -> None:
    tenant = tenant_with(FINANCE, GONE)
    result = run(tenant, OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"display_name": "One", "groups": groups})
    assert (result["changed"], tenant.writes, assigned(tenant)) == (False, [], {FINANCE, GONE})


def test_groups_that_are_certainly_right_are_not_looked_up() -> None:
    for groups in ([FINANCE, GONE], {"add": [GONE]}, {"remove": [STAFF]}):
        assert configs(tenant_with(FINANCE, GONE), groups)["plan"]["read_requests"] == 1


def test_a_deleted_group_that_is_asked_for_is_an_error_before_the_first_write() -> None:
    message = refused(
        tenant_with(FINANCE, GONE),
        OFFICE_CLIENT_CONFIGS,
        {"policies": [{"display_name": "Two", "description": "x"}, {"display_name": "One", "groups": [GONE, STAFF]}]},
    )
    assert message.startswith(f"group {GONE}: cannot assign it: the directory holds no group with this id.")


def _answering(status: int) -> t.Callable[[Call, Spoilt], Spoilt]:
    body = f'{{"error": {{"code": "x", "message": "no", "innerError": {{}}, "status": {status}}}}}'.encode()

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        alone = "/groups/" in call.path
        return Spoilt(status, body, {"Content-Type": "application/json"}) if alone else answer

    return spoil


def test_groups_that_may_not_be_read_stay() -> None:
    tenant = tenant_with(FINANCE, STAFF, spoil=_answering(403), New=GUID)
    items = [{"display_name": "One", "groups": {"add": [GUID]}}]
    result = run(tenant, OFFICE_CLIENT_CONFIGS, {"policies": items, "batch": "never"})
    assert result["changed"]
    assert result["plan"]["warnings"] == []
    assert assigned(tenant) == {FINANCE, STAFF, GUID}


def test_groups_that_cannot_be_read_are_not_gone() -> None:
    tenant = tenant_with(FINANCE, spoil=_answering(500))
    message = refused(
        tenant,
        OFFICE_CLIENT_CONFIGS,
        {"policies": [{"display_name": "One", "groups": {"add": ["All Staff"]}}], "batch": "never"},
    )
    assert message.startswith(f"group {FINANCE}: cannot look it up")


# Names that look like ids


def test_a_display_name_alone_is_a_name() -> None:
    change = group_change([{"display_name": GUID}, GUID, {"id": GUID, "display_name": "A"}], "it")
    assert change == GroupChange(exact=(GUID, GUID, GUID))
    assert [isinstance(group, GroupName) for group in change.exact or ()] == [True, False, False]


def test_a_group_whose_name_looks_like_an_id_is_found_by_it() -> None:
    tenant = tenant_with(FINANCE, **{GUID: NAMED})
    result = run(
        tenant, OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"display_name": "One", "groups": {"add": [{"display_name": GUID}]}}
    )
    assert not result.get("failed"), result.get("msg")
    assert assigned(tenant) == {FINANCE, NAMED}
    by_name = run(tenant, OFFICE_CLIENT_CONFIG_INFO, {"group": {"display_name": GUID}})
    assert [config["display_name"] for config in by_name["configs"]] == ["One"]
    assert run(tenant, OFFICE_CLIENT_CONFIG_INFO, {"group": GUID})["configs"] == []
    waits = {
        "policies": [{"display_name": "One", "description": "x"}],
        "limit_to_groups": ["Finance", {"display_name": GUID}],
    }
    assert run(tenant, OFFICE_CLIENT_CONFIGS, waits)["plan"]["updated"] == 1


def test_filters_take_a_display_name_for_a_name() -> None:
    settings = [{"settingId": "a", "value": "1"}]
    named = {"display_name": "A", "policy_payload": settings, "groups": [{"display_name": GUID}]}
    assert effective_policy([named], [{"display_name": GUID}])["settings"] != []
    assert effective_policy([named], [{"display_name": GUID}])["groups"] == [GUID]
    assert effective_policy([named], [GUID])["settings"] == []
    assert effective_policy([named], [GUID], group_names={STAFF: GUID})["settings"] == []


def test_maps_take_a_display_name_for_a_name() -> None:
    target = {"display_name": GUID}
    policies = [{"groups": ["A", GUID, {"display_name": GUID}, {"id": GUID, "display_name": "x"}]}]
    assert mapped_groups(policies, {"A": target, GUID: "B"}) == [{"groups": [target, "B", target, "B"]}]


@pytest.mark.parametrize("name", ["[PROD] Staff", "{x} Staff", "[1] Staff"])
def test_a_name_in_brackets_is_a_name(name: str) -> None:
    assert group_change(name, "it").exact == group_change({"set": name}, "it").exact == (name,)


def test_a_name_and_an_id_that_look_the_same_are_two_groups() -> None:
    items = [
        {"display_name": "One", "groups": {"add": [GUID]}},
        {"display_name": "Two", "groups": [{"display_name": GUID}]},
    ]
    message = refused(tenant_with(FINANCE, New=GUID), OFFICE_CLIENT_CONFIGS, {"policies": items})
    assert message.startswith(f"group '{GUID}': cannot resolve the name: no group has it.")
    assert message.endswith("It is named by policies[1] policy 'Two'.")
