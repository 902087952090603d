# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant of the settings catalog is backed up, changed, and brought back, to the last setting and target."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import desired_policies
from ansible_collections.m365.apps.plugins.module_utils._module.results import item_result
from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._export import export
from ansible_collections.m365.apps.plugins.plugin_utils._policies.office import policies_to_back_up
from ansible_collections.m365.apps.tests.integration.support.whole_runs import ADDINS, THEIRS, WARN
from ansible_collections.m365.apps.tests.integration.targets.rollout_role_catalog.filter_plugins.catalog import compared
from ansible_collections.m365.apps.tests.unit.catalog_tenant import FILTER, CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, TENANT
from ansible_collections.m365.apps.tests.unit.test_backup import read

Dict = dict[str, t.Any]
FIRST, SECOND = list(GROUPS.values())[:2]
OTHER_FILTER = "50000000-0000-4000-8000-000000000002"


def target(kind: str, group: str | None = None, mode: str | None = None) -> Dict:
    """Return an assignment as Graph shows it; with a mode it has the filter."""
    chosen = {"deviceAndAppManagementAssignmentFilterId": FILTER, "deviceAndAppManagementAssignmentFilterType": mode}
    named = {"@odata.type": f"#microsoft.graph.{kind}AssignmentTarget", **({"groupId": group} if group else {})}
    return {"target": {**named, **(chosen if mode else {})}}


TARGETS: dict[str, list[Dict]] = {
    "Nobody": [],
    "Groups": [target("group", FIRST), target("group", SECOND)],
    "Filtered": [target("group", FIRST, "include"), target("group", SECOND, "exclude")],
    "Excluding": [target("group", FIRST), target("exclusionGroup", SECOND)],
    "Excluding alone": [target("exclusionGroup", FIRST), target("exclusionGroup", SECOND)],
    "Users": [target("allLicensedUsers"), target("exclusionGroup", FIRST)],
    "Users filtered": [target("allLicensedUsers", mode="include")],
    "Devices": [target("allDevices", mode="exclude"), target("group", SECOND), target("exclusionGroup", FIRST)],
    "Both": [target("allDevices"), target("allLicensedUsers", mode="exclude")],
}
# Another team's setting beside one of Office, one that no definition knows, and tags.
LIVE = [
    {
        "name": name,
        "description": f"For {name}\nand no others",
        "settings": [WARN, *([THEIRS] if number % 2 else [])],
        "roleScopeTagIds": (["0"], ["1"], ["0", "1"])[number % 3],
        "assignments": assignments,
    }
    for number, (name, assignments) in enumerate(TARGETS.items())
]


@pytest.fixture
def tenant() -> CatalogTenant:
    found = CatalogTenant(*copy.deepcopy(LIVE), {"name": "Theirs", "settings": [THEIRS]})
    params: Dict = {
        "policies": [{"state": "present", "display_name": "Add-ins", "settings": [ADDINS], "groups": [FIRST]}]
    }
    found.run(*desired_policies(params, params))
    return found


def facts(tenant: CatalogTenant) -> list[Dict]:
    """Return what must be as before: everything but what the server makes."""
    return sorted(map(compared, tenant.policies), key=lambda policy: str(policy["name"]))


def back_up(folder: Path, tenant: CatalogTenant, planned: t.Sequence[Dict] = ()) -> Dict:
    """Write a backup as the role does, and read it."""
    live = tenant.info(gather=["content", "group_names"])
    made = export(policies_to_back_up(live, planned), {}, Form(), all_ids=True)
    (folder / "definitions").mkdir(parents=True)
    for file in made.files:
        (folder / "definitions" / file.name).write_bytes(file.data)
    files = [{**vars(file), "file": file.name, "sha256": _backup.digest(file.data)} for file in made.files]
    written = _backup.manifest(files, live, planned, "contoso", "2026-01-31T06:00:00Z", "settings_catalog")
    (folder / "manifest.json").write_text(json.dumps(written))
    return read(folder)


def bring_back(backup: Dict, tenant: CatalogTenant, check_mode: bool = False) -> tuple[Outcome, list[Dict], list[Dict]]:
    """Bring the tenant back as the role does; return the outcome, what failed, and what still differs."""
    steps = _backup.steps(backup["policies"], backup["absent"], tenant.info())
    params: Dict = {"policies": [{"state": "present", **item} for item in steps.policies], "allow_same_names": True}
    desired = desired_policies(params, params)
    outcome = tenant.run(*desired, on_error=OnError.LEAVE, same_names=True, check_mode=check_mode)
    failed = [
        each for place in range(len(outcome.items)) if (each := item_result(place, outcome))["status"] == "failed"
    ]
    live = tenant.info(gather=["content", "group_names"])
    return outcome, failed, _backup.differences(backup["policies"], backup["absent"], live, steps.left + failed)


def harm(tenant: CatalogTenant, change: t.Callable[[list[Dict]], list[Dict]], **more: t.Any) -> None:
    """Change the policies that Office's are among, and more of the tenant."""
    tenant.put("state", {"tenants": {TENANT: {**tenant.state, "catalog_policies": change(tenant.policies), **more}}})


def every(**values: t.Any) -> t.Callable[[list[Dict]], list[Dict]]:
    """Return what gives all policies but that of the other team other values."""
    return lambda policies: [policy if policy["name"] == "Theirs" else {**policy, **values} for policy in policies]


def turned(policies: list[Dict]) -> list[Dict]:
    """Exclude what is included, and the other way round; everybody else has lost the policies."""
    words = {"exclusionGroupAssignmentTarget": "group", "groupAssignmentTarget": "exclusionGroup"}

    def other_way(entry: Dict) -> list[Dict]:
        other = words.get(entry["target"]["@odata.type"].rpartition(".")[2])
        return [target(other, entry["target"]["groupId"])] if other else []

    return [
        {**policy, "assignments": [each for entry in policy["assignments"] for each in other_way(entry)]}
        for policy in policies
    ]


def only_theirs(policies: list[Dict]) -> list[Dict]:
    return [policy for policy in policies if policy["name"] == "Theirs"]


HARM: dict[str, t.Callable[[list[Dict]], list[Dict]]] = {
    "nothing": list,
    "settings": every(settings=[THEIRS]),
    "targets are gone": every(assignments=[]),
    "all have the same targets": every(assignments=[target("allDevices"), target("exclusionGroup", SECOND)]),
    "targets are turned": turned,
    "tags": every(roleScopeTagIds=["0"]),
    "texts": lambda policies: [{**each, "description": "", "name": f"{each['name']} 2"} for each in policies],
    "all are deleted": only_theirs,
    "one more": lambda policies: [*policies, {"name": "Planned", "settings": [WARN], "assignments": [FIRST]}],
}


@pytest.mark.parametrize("change", HARM.values(), ids=HARM)
def test_it_comes_back_as_it_was(
    tmp_path: Path, tenant: CatalogTenant, change: t.Callable[[list[Dict]], list[Dict]]
) -> None:
    before = facts(tenant)
    backup = back_up(tmp_path / "one", tenant, [{"display_name": "Planned"}])
    assert "Theirs" not in [policy["display_name"] for policy in backup["policies"]]
    harm(tenant, change)
    was_theirs = [policy for policy in facts(tenant) if str(policy["name"]).startswith("Theirs")]
    _outcome, failed, left = bring_back(backup, tenant)
    assert (failed, left) == ([], [])
    ours = [policy for policy in before if policy["name"] != "Theirs"]
    assert [policy for policy in facts(tenant) if policy not in was_theirs] == ours
    again, _failed, _left = bring_back(backup, tenant)
    assert again.plan.actions == ()


def test_filters_and_tags_that_were_made_again_are_found_by_their_names(tmp_path: Path, tenant: CatalogTenant) -> None:
    before = facts(tenant)
    backup = back_up(tmp_path / "one", tenant)
    again = [{**tenant.state["assignment_filters"][0], "id": OTHER_FILTER}]
    harm(tenant, only_theirs, assignment_filters=again, scope_tags=[{"id": "7", "displayName": "Pilot"}])
    assert bring_back(backup, tenant)[1:] == ([], [])
    now = json.dumps(facts(tenant)).replace(OTHER_FILTER, FILTER).replace('"7"', '"1"')
    assert json.loads(now) == before


@pytest.mark.parametrize(
    ("missing", "word", "needs"),
    [
        ({"assignment_filters": []}, "assignment filter 'Corporate'", lambda policy: FILTER in str(policy)),
        ({"scope_tags": []}, "scope tag 'Pilot'", lambda policy: "1" in policy["roleScopeTagIds"]),
    ],
    ids=["a filter", "a tag"],
)
def test_what_needs_what_is_missing_is_told_before_the_first_write(
    tmp_path: Path, tenant: CatalogTenant, missing: Dict, word: str, needs: t.Callable[[Dict], bool]
) -> None:
    backup = back_up(tmp_path / "one", tenant)
    harm(tenant, only_theirs, **missing)
    before = facts(tenant)
    _outcome, told, _left = bring_back(backup, tenant, check_mode=True)
    assert facts(tenant) == before
    names = {policy["name"] for policy in LIVE if needs(policy)}
    assert {each["display_name"] for each in told} == names
    assert all(word in each["msg"] for each in told)
    _outcome, failed, left = bring_back(backup, tenant)
    assert (failed, left) == (told, [])
    assert {policy["name"] for policy in facts(tenant)} == {"Theirs", "Add-ins", *TARGETS} - names


def test_a_backup_is_of_one_surface(tmp_path: Path) -> None:
    """Names of what a rollout was to create are all that is in the backup of an empty tenant: no option tells."""
    empty = CatalogTenant()
    assert back_up(tmp_path / "empty", empty, [{"display_name": "New"}])["surface"] == "settings_catalog"
