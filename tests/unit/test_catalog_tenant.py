# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine on the settings catalog of the emulator: what is sent for what, and what faults in the middle leave."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter
from ansible_collections.m365.apps.tests.unit.catalog_tenant import FILTER, POLICIES, CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS

MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
REPAIR = {"setting": "outlk16/L_CheckForgottenAttachments", "state": "disabled"}
FINANCE, STAFF = GROUPS["Finance"], GROUPS["All Staff"]


def policy(
    name: str = "Mine", state: State = State.PRESENT, policy_id: str | None = None, **values: t.Any
) -> DesiredPolicy:
    return DesiredPolicy("", state, policy_id, name, values=values)


def groups(*names: str, **more: t.Any) -> AssignmentChange:
    return AssignmentChange(GroupChange(exact=names), **more)


WHOLE = policy(settings=[MACROS, REPAIR], description="D", scope_tags=["Pilot"], assignments=groups("Finance"))


def made(**settings: t.Any) -> CatalogTenant:
    """Return a tenant that has the whole policy."""
    tenant = CatalogTenant()
    assert tenant.run(WHOLE).error is None
    if settings:
        tenant.put("settings", settings)
    return tenant


def quiet(tenant: CatalogTenant, *desired: DesiredPolicy, **options: t.Any) -> None:
    """Check that another run changes nothing and writes nothing."""
    before = len(tenant.writes)
    outcome = tenant.run(*desired, **options)
    assert (outcome.error, outcome.changed, len(tenant.writes)) == (None, False, before)


@pytest.mark.parametrize("batching", [True, False])
def test_a_policy_is_made_whole_and_the_next_run_is_quiet(batching: bool) -> None:
    tenant = CatalogTenant()
    outcome = tenant.run(WHOLE, batching=batching)
    assert (outcome.error, outcome.statuses) == (None, ("created",))
    [found] = tenant.policies
    assert tenant.writes == [f"POST {POLICIES}", f"POST {POLICIES}/{found['id']}/assign"]
    assert (found["name"], found["description"], found["roleScopeTagIds"]) == ("Mine", "D", ["1"])
    assert len(found["settings"]) == 2
    quiet(tenant, WHOLE, batching=batching)


@pytest.mark.parametrize(
    ("change", "method"),
    [
        ({"description": ""}, "PATCH"),
        ({"settings": [{**MACROS, "value": 2}, REPAIR]}, "PUT"),
        ({"settings": {"add": [{**MACROS, "value": 2}]}}, "PUT"),
        ({"settings": {"remove": ["outlk16/L_CheckForgottenAttachments"]}}, "PUT"),
        ({"scope_tags": []}, "PUT"),
        ({"description": "New", "settings": [MACROS]}, "PUT"),
    ],
)
def test_a_change_is_one_write_and_leaves_all_else(change: dict[str, t.Any], method: str) -> None:
    tenant = made()
    [before] = tenant.policies
    sent = len(tenant.writes)
    asked = policy(**change)
    assert tenant.run(asked, check_mode=True).changed
    assert tenant.run(asked).error is None
    assert tenant.writes[sent:] == [f"{method} {POLICIES}/{before['id']}"]
    [after] = tenant.policies
    kept = {"assignments", "id", "name"} | ({"roleScopeTagIds"} if "scope_tags" not in change else set())
    kept |= {"settings"} if "settings" not in change else set()
    kept |= {"description"} if "description" not in change else set()
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    quiet(tenant, asked)


def test_a_rename_by_id_is_one_patch() -> None:
    tenant = made()
    [before] = tenant.policies
    sent = len(tenant.writes)
    asked = policy("New", policy_id=before["id"], settings=[MACROS, REPAIR])
    assert tenant.run(asked).error is None
    assert tenant.writes[sent:] == [f"PATCH {POLICIES}/{before['id']}"]
    quiet(tenant, asked)


def test_all_kinds_of_targets_are_assigned_at_once() -> None:
    tenant = made()
    corporate = AssignmentFilter("Corporate", "exclude")
    asked = policy(
        assignments=AssignmentChange(
            GroupChange(exact=("Finance",), filters={"Finance": AssignmentFilter(FILTER)}),
            GroupChange(exact=("All Staff",)),
            AllTarget(True, corporate),
            AllTarget(True),
        )
    )
    assert tenant.run(asked).error is None
    assert tenant.writes[-1].endswith("/assign")
    quiet(tenant, asked)
    # What is not asked stays.
    only = policy(assignments=AssignmentChange(all_users=AllTarget(False)))
    assert tenant.run(only).error is None
    [found] = tenant.policies
    assert len(found["assignments"]) == 3


def test_an_assignment_of_a_policy_set_stays_and_is_never_sent() -> None:
    tenant = made()
    [found] = tenant.policies
    target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": STAFF}
    found["assignments"].append({"source": "policySets", "sourceId": FILTER, "target": target})
    tenant = CatalogTenant(found)
    none = policy(assignments=groups())
    assert tenant.run(none).error is None
    [after] = tenant.policies
    assert [entry["source"] for entry in after["assignments"]] == ["policySets"]
    quiet(tenant, none)


def test_where_graph_takes_no_put_the_run_says_so() -> None:
    tenant = made(catalog_put_refused=True)
    outcome = tenant.run(policy(settings=[MACROS]))
    assert outcome.statuses == ("failed",)
    assert "this Graph does not take this kind of call any more" in str(outcome.error)


def test_pruning_takes_policies_of_office_alone_and_none_that_is_for_another_platform() -> None:
    other = {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "device_vendor_msft_policy_config_defender_scanparameter",
        "simpleSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
            "value": 1,
        },
    }
    tenant = made()
    [mine] = tenant.policies
    instance = mine["settings"][0]["settingInstance"]
    rows: dict[str, dict[str, t.Any]] = {
        "Managed office": {"settings": [{"settingInstance": instance}]},
        "Managed both": {"settings": [{"settingInstance": instance}, {"settingInstance": other}]},
        "Managed mac": {"settings": [{"settingInstance": instance}], "platforms": "macOS"},
        "Managed template": {
            "settings": [{"settingInstance": instance}],
            "templateReference": {"templateId": "x_1", "templateFamily": "baseline"},
        },
    }
    shared = {"platforms": "windows10", "technologies": "mdm"}
    tenant = CatalogTenant(mine, *({"name": name, **shared, **more} for name, more in rows.items()))
    guards = Guards(prune=Prune(names=("Managed *",)))
    assert tenant.run(WHOLE, guards=guards).error is None
    left = {found["name"] for found in tenant.policies}
    assert left == {"Mine", "Managed both", "Managed mac", "Managed template"}
    with pytest.raises(UserError, match=r"prune_scope\.display_name"):
        tenant.run(WHOLE, guards=Guards(prune=Prune()))


def test_a_delete_takes_one_call() -> None:
    tenant = made()
    gone = policy(state=State.ABSENT)
    sent = len(tenant.writes)
    assert tenant.run(gone).error is None
    assert (tenant.policies, len(tenant.writes)) == ([], sent + 1)
    quiet(tenant, gone)


def test_a_quiet_run_takes_three_requests() -> None:
    """The list, the settings and the assignments in one batch, and the group by its name; tags cost one more."""
    tenant = made()
    asked = policy(settings=[MACROS, REPAIR], assignments=groups("Finance"))
    seen = len(tenant.lines)
    quiet(tenant, asked)
    assert len(tenant.lines) == seen + 3
    assert tenant.lines[seen].startswith(f"GET {POLICIES}")
    assert tenant.lines[seen + 1].count("[GET") == 2


def test_deprecated_settings_are_told_when_they_are_written_and_not_again() -> None:
    old = next(
        each for key in built_in().ids() if (each := built_in().get(key)) and each.deprecated and each.is_setting
    )
    tenant = CatalogTenant()
    asked = policy(settings=[MACROS, {"setting": old.id, "state": "disabled"}])
    [warning] = tenant.run(asked).plan.warnings
    assert warning.startswith("policy 'Mine': Microsoft calls this setting deprecated")
    assert tenant.run(asked).plan.warnings == ()
    assert tenant.run(policy(description="D")).plan.warnings == ()


# What is refused before the first write


def refused(tenant: CatalogTenant, *desired: DesiredPolicy, **options: t.Any) -> str:
    before = len(tenant.writes)
    with pytest.raises(UserError) as caught:
        tenant.run(*desired, **options)
    assert len(tenant.writes) == before
    return str(caught.value)


def test_all_problems_of_all_policies_are_told_at_once() -> None:
    wrong = policy("One", settings=[{"setting": "excel16/L_VBAWarningsPolcy", "value": 3}, {**MACROS, "value": 99}])
    names = AssignmentChange(GroupChange(exact=("Finance",), filters={"Finance": AssignmentFilter("Nobody's")}))
    other = policy("Two", settings=[MACROS], scope_tags=["Nowhere", "Pilot"], assignments=names)
    said = refused(CatalogTenant(), wrong, other)
    for part in (
        "policy 'One': cannot use its settings",
        "L_VBAWarningsPolcy",
        "99",
        "policy 'Two': scope tag 'Nowhere'",
        "policy 'Two': assignment filter 'Nobody's'",
    ):
        assert part in said


@pytest.mark.parametrize("state", list(State))
def test_a_policy_of_another_kind_is_refused_by_its_id_and_not_seen_by_its_name(state: State) -> None:
    mac = {"id": FILTER, "name": "Mine", "platforms": "macOS", "technologies": "mdm", "settings": []}
    tenant = CatalogTenant(mac)
    said = refused(tenant, policy("Mine", state, FILTER, **({"settings": [MACROS]} if state is State.PRESENT else {})))
    assert f"cannot manage the policy with id {FILTER}: it is for macOS" in said
    assert tenant.run(WHOLE).error is None
    assert len(tenant.policies) == 2


def test_a_field_that_nobody_knows_is_not_written_over_silently() -> None:
    tenant = made(catalog_extra_fields=True)
    for asked in (policy(settings=[MACROS]), policy(scope_tags=[])):
        assert "a write would lose it: deploymentMode" in refused(tenant, asked)
    assert tenant.run(policy(description="new")).error is None
    assert tenant.run(policy(settings=[MACROS]), overwrite_unknown=True).error is None


def test_a_policy_cannot_lose_its_last_setting() -> None:
    tenant = made()
    assert "it would have none, and Graph wants one at least" in refused(tenant, policy(settings=[]))
    assert "no settings are given, and Graph wants one at least" in refused(tenant, policy("Other"))


# Faults in the middle


def test_a_create_whose_answer_is_lost_is_found_where_lists_lag() -> None:
    tenant = CatalogTenant()
    tenant.put("settings", {"catalog_list_lag_seconds": 20})
    tenant.faults({"kind": "reset_after", "match": {"method": "POST", "path": "configurationPolicies$"}, "count": 1})
    outcome = tenant.run(WHOLE)
    assert outcome.error is None
    assert len(tenant.policies) == 1


def test_one_that_lags_for_longer_is_in_doubt_and_the_next_run_finds_it() -> None:
    tenant = CatalogTenant()
    tenant.put("settings", {"catalog_list_lag_seconds": 100})
    tenant.faults({"kind": "reset_after", "match": {"method": "POST", "path": "configurationPolicies$"}, "count": 1})
    outcome = tenant.run(WHOLE)
    assert outcome.in_doubt
    assert "it is not sent a second time" in str(outcome.error)
    tenant.clock.now += 100
    assert tenant.run(WHOLE).error is None
    assert len(tenant.policies) == 1


@pytest.mark.parametrize("kind", ["reset_after", "reset_before", "unavailable", "throttle"])
def test_a_put_that_fails_once_is_sent_again(kind: str) -> None:
    tenant = made()
    tenant.faults({"kind": kind, "match": {"method": "PUT", "path": "configurationPolicies/"}, "count": 1})
    assert tenant.run(policy(settings=[MACROS])).error is None
    quiet(tenant, policy(settings=[MACROS]))


def test_an_assign_that_is_refused_after_a_create_is_told_and_mended_by_the_next_run() -> None:
    tenant = CatalogTenant()
    tenant.faults({"kind": "forbidden", "match": {"method": "POST", "path": "assign$"}, "count": 1})
    outcome = tenant.run(WHOLE)
    assert outcome.statuses == ("failed",)
    assert "policy 'Mine'" in str(outcome.error)
    assert "cannot assign it" in str(outcome.error)
    sent = len(tenant.writes)
    assert tenant.run(WHOLE).error is None
    assert [line.rpartition("/")[2] for line in tenant.writes[sent:]] == ["assign"]
    assert len(tenant.policies) == 1


@pytest.mark.parametrize("retry_after", [None, 2])
def test_calls_of_a_batch_that_are_throttled_are_sent_again_by_themselves(retry_after: int | None) -> None:
    tenant = CatalogTenant()
    fault = {"kind": "throttle", "match": {"method": "POST", "path": "configurationPolicies$"}, "count": 2, "skip": 1}
    tenant.faults(fault if retry_after is None else {**fault, "retry_after": retry_after})
    desired = [policy(f"P{place}", settings=[MACROS]) for place in range(4)]
    assert tenant.run(*desired).error is None
    assert sorted(found["name"] for found in tenant.policies) == ["P0", "P1", "P2", "P3"]


def test_a_new_policy_that_reads_do_not_show_yet_is_waited_for() -> None:
    """Right after a create, a read by id may answer 400 ResourceNotFound: that is not yet, and not never."""
    tenant = CatalogTenant()
    tenant.put("settings", {"stale_seconds": 8})
    outcome = tenant.run(WHOLE)
    assert outcome.error is None
    assert len(tenant.policies) == 1


def test_others_go_on_where_one_policy_is_refused() -> None:
    tenant = CatalogTenant()
    bad = policy("Bad", settings=[{**MACROS, "value": 99}])
    outcome = tenant.run(bad, WHOLE, on_error=OnError.LEAVE)
    assert outcome.statuses == ("failed", "created")
