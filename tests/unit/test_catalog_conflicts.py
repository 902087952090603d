# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conflicts with what is live in a tenant: what is compared, what is read for it, and what is said where that fails."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._module.conflict_results import conflicts_result
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.live_conflicts import Conflicts
from ansible_collections.m365.apps.tests.unit.catalog_tenant import POLICIES, CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory

BASELINE = {"templateReference": {"templateId": "x_1", "templateFamily": "baseline"}}
OWN = {"platforms": "windows10", "technologies": "mdm"}
MACROS, FORGOTTEN = "excel16/L_VBAWarningsPolicy", "outlk16/L_CheckForgottenAttachments"
_TYPES = {"all_users": "allLicensedUsersAssignmentTarget", "all_devices": "allDevicesAssignmentTarget"}


def target(name: str) -> dict[str, t.Any]:
    """Return an assignment: to all users or all devices, or to a group by its name; "-NAME" excludes one."""
    if name in _TYPES:
        return {"target": {"@odata.type": f"#microsoft.graph.{_TYPES[name]}"}}
    kind = "exclusionGroupAssignmentTarget" if name.startswith("-") else "groupAssignmentTarget"
    return {"target": {"@odata.type": f"#microsoft.graph.{kind}", "groupId": GROUPS[name.lstrip("-")]}}


def row(name: str, value: t.Any, *targets: str, **more: t.Any) -> dict[str, t.Any]:
    """Return a live policy that sets the macros of Excel; None sets something else."""
    entry = {"setting": FORGOTTEN} if value is None else {"setting": MACROS, "value": value}
    sent = instances(compile_settings([entry], built_in()))
    settings = [{"settingInstance": each} for each in sent]
    return {"name": name, **OWN, "settings": settings, "assignments": [target(each) for each in targets], **more}


def mine(value: int, *groups: str, **options: t.Any) -> DesiredPolicy:
    """Return a policy to roll out that sets the same."""
    change = AssignmentChange(groups=GroupChange(exact=groups), **options)
    values = {"settings": [{"setting": MACROS, "value": value}], "assignments": change}
    return DesiredPolicy("", display_name="Mine", values=values)


def told(tenant: CatalogTenant, *desired: DesiredPolicy, **options: t.Any) -> dict[str, t.Any]:
    """Return what a plan tells of conflicts: for each how certain it is, who has which value, and for whom."""
    outcome = tenant.run(*desired, check_mode=True, conflicts=True, **options)
    return shown(outcome.plan.conflicts)


def shown(conflicts: Conflicts | None) -> dict[str, t.Any]:
    result = conflicts_result(conflicts, MemoryDirectory({}))
    assert {each["setting"] for each in result["conflicts"]} <= {MACROS}
    rows = [
        (
            "certain" if each["certain"] else "maybe",
            {side["policy"]: side["value"]["value"] for side in each["policies"]},
            each["groups"],
        )
        for each in result["conflicts"]
    ]
    return {"conflicts": rows, "unread": [each["policy"] for each in result["unread_policies"]]}


STAFF, FINANCE = GROUPS["All Staff"], GROUPS["Finance"]
LIVE: dict[str, tuple[list[dict[str, t.Any]], list[t.Any]]] = {
    "same group": ([row("Theirs", 4, "Finance")], [("certain", {"Mine": 3, "Theirs": 4}, [FINANCE])]),
    "same value": ([row("Theirs", 3, "Finance")], []),
    "other setting": ([row("Theirs", None, "Finance")], []),
    "other group": ([row("Theirs", 4, "All Staff")], [("maybe", {"Mine": 3, "Theirs": 4}, [STAFF, FINANCE])]),
    "no group": ([row("Theirs", 4)], []),
    "excluded": ([row("Theirs", 4, "all_users", "-Finance")], []),
    "excluded from devices": (
        [row("Theirs", 4, "all_devices", "-Finance")],
        [("maybe", {"Mine": 3, "Theirs": 4}, [FINANCE])],
    ),
    "all users": ([row("Theirs", 4, "all_users")], [("certain", {"Mine": 3, "Theirs": 4}, [FINANCE])]),
    "baseline": (
        [row("Microsoft 365 Apps baseline", 4, "all_devices", **BASELINE)],
        [("certain", {"Mine": 3, "Microsoft 365 Apps baseline": 4}, [FINANCE])],
    ),
    "other platform": ([row("Theirs", 4, "Finance", platforms="macOS")], []),
    "several platforms and technologies": (
        [row("Theirs", 4, "Finance", platforms="windows10,macOS", technologies="mdm,microsoftSense")],
        [("certain", {"Mine": 3, "Theirs": 4}, [FINANCE])],
    ),
    "others among themselves": (
        [row("Theirs", 3, "Finance"), row("Another", 3, "All Staff"), row("Baseline", 3, "all_users", **BASELINE)],
        [],
    ),
    "both ways": (
        [row("A", 4, "Finance"), row("B", 4, "All Staff"), row("C", 2, "Finance")],
        [
            ("certain", {"Mine": 3, "A": 4, "C": 2}, [FINANCE]),
            ("maybe", {"Mine": 3, "B": 4}, [STAFF, FINANCE]),
        ],
    ),
}


@pytest.mark.parametrize("case", LIVE)
def test_what_disagrees_with_what_is_rolled_out_is_told(case: str) -> None:
    rows, expected = LIVE[case]
    for there in ([], [row("Mine", 2, "All Staff")]):
        assert told(CatalogTenant(*there, *rows), mine(3, "Finance")) == {"conflicts": expected, "unread": []}


def test_policies_count_as_the_task_leaves_them() -> None:
    """A value that goes, a group that goes, a policy that goes, and one that is described beside."""
    tenant = CatalogTenant(row("Mine", 4, "Finance"), row("Other", 3, "Finance"), row("Gone", 4, "Finance"))
    gone = DesiredPolicy("", State.ABSENT, display_name="Gone")
    agreed: dict[str, t.Any] = {"conflicts": [], "unread": []}
    assert told(tenant, mine(3, "Finance"), gone) == agreed
    assert told(tenant, mine(4), gone) == agreed
    other = DesiredPolicy("", display_name="Other", values={"settings": [{"setting": MACROS, "value": 4}]})
    assert told(tenant, mine(4, "Finance"), other) == agreed
    conflict = ("certain", {"Mine": 4, "Other": 3}, [FINANCE])
    assert told(tenant, mine(4, "Finance")) == {"conflicts": [conflict], "unread": []}


def test_what_is_not_asked_of_a_described_policy_is_read() -> None:
    tenant = CatalogTenant(row("Mine", 3, "Finance"), row("Theirs", 4, "Finance"))
    renamed = DesiredPolicy("", display_name="Mine", values={"description": "New"})
    assert told(tenant, renamed)["conflicts"] == [("certain", {"Mine": 3, "Theirs": 4}, [FINANCE])]


def test_what_may_not_disagree_is_not_read() -> None:
    """The settings of all in one batch for each twenty, the assignments of those alone that disagree, no list more."""
    rows = [row(f"P{number}", None, "Finance") for number in range(17)]
    tenant = CatalogTenant(*rows, row("Baseline", 4, "all_users", **BASELINE), row("Mac", 4, platforms="macOS"))
    tenant.run(mine(3, "Finance"), check_mode=True)
    quiet = len(tenant.lines)
    told(tenant, mine(3, "Finance"))
    more = len(tenant.lines) - 2 * quiet
    assert more == 2
    agreeing = len(tenant.lines)
    told(tenant, mine(4, "Finance"))
    assert len(tenant.lines) - agreeing == quiet + 1


@pytest.mark.parametrize("own", [3, 25, 60])
@pytest.mark.parametrize("templates", [0, 2, 20, 130])
def test_it_costs_no_more_than_an_export(own: int, templates: int) -> None:
    """Even where all disagree: than an export of a tenant that has as many policies, and all of them exported."""
    rows = [row(f"P{number}", 4, "Finance") for number in range(own)]
    others = [row(f"B{number}", 2, "all_users") for number in range(templates)]
    tenant = CatalogTenant(*rows, *({**each, **BASELINE} for each in others))
    tenant.run(mine(3, "Finance"), check_mode=True)
    plain = len(tenant.lines)
    outcome = tenant.run(mine(3, "Finance"), check_mode=True, conflicts=True)
    with tenant.serving():
        conflicts_result(outcome.plan.conflicts, MemoryDirectory({}))
    extra = len(tenant.lines) - 2 * plain
    exported = CatalogTenant(*rows, *others)
    exported.told(gather=["content", "group_names"])
    assert 0 < extra <= len(exported.lines)


def test_what_cannot_be_read_is_told_and_all_else_is_compared() -> None:
    tenant = CatalogTenant(row("Theirs", 4, "Finance"), row("Broken", 4, "Finance"), row("Shy", 2, "Finance"))
    ids = {each["name"]: each["id"] for each in tenant.policies}
    tenant.faults(
        {"kind": "forbidden", "match": {"path": f"{ids['Broken']}\\?"}, "count": None},
        {"kind": "forbidden", "match": {"path": f"{ids['Shy']}/assignments"}, "count": None},
    )
    found = told(tenant, mine(3, "Finance"))
    assert found["conflicts"] == [("certain", {"Mine": 3, "Theirs": 4}, [FINANCE])]
    assert sorted(found["unread"]) == ["Broken", "Shy"]


def test_a_policy_that_is_gone_since_the_list_is_no_conflict_and_no_failure() -> None:
    tenant = CatalogTenant(row("Theirs", 4, "Finance"))
    listed = CatalogSurface.list_policies

    def and_deleted(surface: CatalogSurface, *expect: t.Any) -> t.Any:
        found = listed(surface, *expect)
        tenant.client().call("DELETE", f"{POLICIES.removeprefix('/beta')}/{found[0].id}", json_answer=False)
        return found

    with mock.patch.object(CatalogSurface, "list_policies", and_deleted):
        assert told(tenant, mine(3, "Finance")) == {"conflicts": [], "unread": []}


def test_the_info_tells_them_of_what_is_live() -> None:
    tenant = CatalogTenant(
        row("A", 3, "Finance"), row("B", 4, "Finance"), row("Baseline", 2, "all_users", **BASELINE), row("C", 3)
    )
    whole = tenant.told(gather=["conflicts"]).result
    [conflict] = whole["conflicts"]
    assert [(each["policy"], each["described"], each["template"]) for each in conflict["policies"]] == [
        ("A", True, None),
        ("B", True, None),
        ("Baseline", False, "baseline"),
    ]
    assert conflict["groups"] == [f"Finance ({FINANCE})"]
    assert [config["display_name"] for config in whole["configs"]] == ["A", "B", "C"]
    assert "settings" not in whole["configs"][0]
    one = tenant.told(gather=["conflicts"], display_name="B").result
    assert [config["display_name"] for config in one["configs"]] == ["B"]
    assert {each["policy"]: each["described"] for each in one["conflicts"][0]["policies"]} == {
        "A": False,
        "B": True,
        "Baseline": False,
    }
    assert "conflicts" not in tenant.told(gather=["settings"]).result
