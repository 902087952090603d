# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a replacement sends and what it never sends, which policies are never written, and what is never believed."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog import codec
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import (
    AllTarget,
    AssignmentChange,
    DesiredPolicy,
    GroupChange,
    State,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.reads import Part
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Update
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import Spoilt
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire
from graph_emulator.wire import Call

POLICIES = f"{GRAPH}/beta/deviceManagement/configurationPolicies"
LIST = f"{POLICIES}?$top=100"
MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
OTHER = {"setting": "excel16/L_VBAWarningsPolicy", "value": 4}
SIX = {"name", "description", "platforms", "technologies", "roleScopeTagIds", "settings"}
# Of what a policy is read with, this is the server's own.
NEVER = {
    *("creationSource", "createdDateTime", "lastModifiedDateTime", "id", "templateReference", "settingCount"),
    *("isAssigned", "assignments", "priorityMetaData", "supportsScopeTags", "@odata.context", "@odata.type"),
}
EXCEL = (
    "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
    "_l_vbawarningspolicy"
)
KIND = "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance"
CHILD: dict[str, t.Any] = {
    "@odata.type": KIND,
    "settingDefinitionId": f"{EXCEL}_l_empty4",
    "settingInstanceTemplateReference": None,
    "choiceSettingValue": {"value": f"{EXCEL}_l_empty4_3", "children": [], "settingValueTemplateReference": None},
}
INSTANCE: dict[str, t.Any] = {
    "@odata.type": KIND,
    "settingDefinitionId": EXCEL,
    "settingInstanceTemplateReference": None,
    "choiceSettingValue": {"value": f"{EXCEL}_1", "children": [CHILD], "settingValueTemplateReference": None},
}


def row(**more: t.Any) -> dict[str, t.Any]:
    return {
        "@odata.context": "x",
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationPolicy",
        "id": "p1",
        "name": "Mine",
        "description": "D",
        "platforms": "windows10",
        "technologies": "mdm",
        "roleScopeTagIds": ["0", "7"],
        "creationSource": "Portal",
        "createdDateTime": "2026-01-02T03:04:05Z",
        "lastModifiedDateTime": "2026-01-02T03:04:05Z",
        "templateReference": {"templateId": "", "templateFamily": "none"},
        "settingCount": 1,
        "isAssigned": True,
        "priorityMetaData": None,
        "supportsScopeTags": True,
        **more,
    }


@pytest.fixture
def catalog(clock: Clock) -> CatalogSurface:
    return CatalogSurface(clock.client(), built_in())


def read(wire: Wire, catalog: CatalogSurface, **more: t.Any) -> Policy:
    """Return the policy as it is read in a run: by the list, and with its settings."""
    wire.expect("GET", LIST, json={"value": [row(**more)]})
    [policy] = catalog.list_policies()
    whole = row(settings=[{"id": "0", "settingInstance": INSTANCE}], **more)
    wire.expect("GET", f"{POLICIES}/p1?$expand=settings", json=whole)
    field = next(field for field in catalog.capabilities.fields if field.name == "settings")
    [settings] = catalog.read([Part(policy, field)])
    return policy.with_values({"settings": settings})


def keys_in(value: t.Any) -> set[str]:
    """Return all keys in a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*(keys_in(each) for each in value.values()))
    return set().union(*map(keys_in, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("fields", [{"description": "New", "scope_tags": ("0",)}, {"scope_tags": ("9",)}])
@pytest.mark.parametrize(
    ("platforms", "technologies"), [("windows10", "mdm"), ("windows10 ", " mdm"), (" windows10", "mdm,")]
)
def test_a_replacement_sends_six_members_and_what_it_is_for_as_it_was_read(
    wire: Wire, catalog: CatalogSurface, fields: dict[str, t.Any], platforms: str, technologies: str
) -> None:
    policy = read(wire, catalog, platforms=platforms, technologies=technologies)
    wire.expect("PUT", f"{POLICIES}/p1", status=204)
    assert catalog.write([Update(policy, fields)], ["p1"])[0].error is None
    body = wire.json()
    assert set(body) == SIX
    assert (body["platforms"], body["technologies"]) == (platforms, technologies)
    assert (body["name"], body["description"]) == ("Mine", fields.get("description", "D"))
    assert body["roleScopeTagIds"] == list(fields["scope_tags"])
    assert len(body["settings"]) == 1
    top = {name: value for name, value in body.items() if name != "settings"}
    assert not NEVER & set(top)
    inside = keys_in(body["settings"])
    assert not (NEVER - {"@odata.type"}) & inside
    assert not {name for name in inside if "emplateReference" in name}


def test_a_policy_that_turns_out_to_be_a_templates_is_not_read_as_one_to_write(
    wire: Wire, catalog: CatalogSurface
) -> None:
    """The list says nothing of it, the policy itself does."""
    wire.expect("GET", LIST, json={"value": [row(templateReference=None)]})
    [policy] = catalog.list_policies()
    whole = row(settings=[], templateReference={"templateId": "x_1", "templateFamily": "baseline"}, settingCount=0)
    wire.expect("GET", f"{POLICIES}/p1?$expand=settings", json=whole)
    field = next(field for field in catalog.capabilities.fields if field.name == "settings")
    [error] = catalog.look([Part(policy, field)])
    assert "policy 'Mine' (id p1): cannot read its settings: it was made from a template of the family baseline" in str(
        error
    )


# Policies that were made from a template

TEMPLATE_ID = "70000000-0000-4000-8000-000000000001"


def with_template() -> CatalogTenant:
    """Return a tenant with a policy of its own, and one with the same settings that was made from a template."""
    shared = {"platforms": "windows10", "technologies": "mdm", "settings": [{"settingInstance": INSTANCE}]}
    template = {"templateId": "x_1", "templateFamily": "baseline"}
    return CatalogTenant(
        {"name": "Mine", **shared}, {"id": TEMPLATE_ID, "name": "Baseline", **shared, "templateReference": template}
    )


def of_template(tenant: CatalogTenant) -> dict[str, t.Any]:
    return next(found for found in tenant.policies if found["id"] == TEMPLATE_ID)


def item(
    name: str | None = None, state: State = State.PRESENT, policy_id: str | None = None, **values: t.Any
) -> DesiredPolicy:
    return DesiredPolicy("", state, policy_id, name, values=values)


ASSIGN = AssignmentChange(GroupChange(add=("Finance",)), all_devices=AllTarget(True))
NEW_SETTINGS: dict[str, t.Any] = {"settings": [OTHER]}
REFUSED = {
    "by id": item(policy_id=TEMPLATE_ID, **NEW_SETTINGS),
    "by id in capitals": item(policy_id=TEMPLATE_ID.upper(), description="x"),
    "rename": item("Renamed", policy_id=TEMPLATE_ID),
    "tags": item(policy_id=TEMPLATE_ID, scope_tags=["Pilot"]),
    "assign": item(policy_id=TEMPLATE_ID, assignments=ASSIGN),
    "assign an existing one": item(None, State.EXISTING, TEMPLATE_ID, assignments=ASSIGN),
    "delete": item(None, State.ABSENT, TEMPLATE_ID),
}
# A name means policies of no template alone: one may get the name, too.
NOT_MEANT = {
    "by name": (item("Mine"), item("Baseline", **NEW_SETTINGS)),
    "delete by name": (item("Baseline", State.ABSENT),),
    "prune": (item("Mine"),),
}


def check_untouched(tenant: CatalogTenant, before: dict[str, t.Any]) -> None:
    assert of_template(tenant) == before
    assert not [write for write in tenant.writes if TEMPLATE_ID in write.lower()]


@pytest.mark.parametrize("batching", [True, False])
@pytest.mark.parametrize("path", REFUSED)
def test_a_policy_of_a_template_is_refused_by_its_id(path: str, batching: bool) -> None:
    tenant = with_template()
    before = of_template(tenant)
    with pytest.raises(UserError, match="it was made from a template of the family baseline"):
        tenant.run(REFUSED[path], batching=batching)
    assert not tenant.writes
    check_untouched(tenant, before)


@pytest.mark.parametrize("batching", [True, False])
@pytest.mark.parametrize("path", NOT_MEANT)
def test_a_policy_of_a_template_is_not_meant_by_a_name_or_a_pattern(path: str, batching: bool) -> None:
    tenant = with_template()
    before = of_template(tenant)
    guards = Guards(Prune(names=("Base*", "B*"))) if path == "prune" else Guards()
    assert tenant.run(*NOT_MEANT[path], guards=guards, batching=batching).error is None
    check_untouched(tenant, before)
    assert sum(found["name"] == "Baseline" for found in tenant.policies) == 1 + int(path == "by name")


def test_a_policy_of_a_template_is_not_assigned_by_its_name() -> None:
    tenant = with_template()
    before = of_template(tenant)
    with pytest.raises(UserError, match="the tenant has no such policy"):
        tenant.run(item("Baseline", State.EXISTING, assignments=ASSIGN))
    check_untouched(tenant, before)


# What is not believed


@pytest.mark.parametrize("told", [True, False, None, "yes", 7])
@pytest.mark.parametrize("assigned", [True, False])
def test_whether_a_policy_is_assigned_is_not_what_is_assigned_says(told: t.Any, assigned: bool) -> None:
    """The results of runs are the same whatever isAssigned says in all answers."""

    def runs(spoilt: bool) -> list[t.Any]:
        tenant = CatalogTenant()
        first = item("Mine", settings=[MACROS], assignments=ASSIGN if assigned else AssignmentChange())
        tenant.spoil = flipping if spoilt else tenant.spoil
        more = item("Mine", assignments=AssignmentChange(GroupChange(exact=("Finance",))))
        results: list[t.Any] = []
        for asked in (first, first, more, more, item("Mine", State.ABSENT)):
            for check in (True, False):
                outcome = tenant.run(asked, check_mode=check, whole_policies=True)
                after = outcome.items[0].after
                shown = after.assignments if after else None
                results.append((outcome.statuses, str(outcome.error), len(outcome.actions), str(shown)))
        return [*results, len(tenant.lines), len(tenant.writes)]

    def flipping(_call: Call, answer: Spoilt) -> Spoilt:
        return (
            Spoilt(answer.status, json.dumps(_flipped(answer.json(), told)).encode(), answer.headers)
            if answer.body
            else answer
        )

    assert _without_ids(runs(True)) == _without_ids(runs(False))


def test_no_code_reads_whether_a_policy_is_assigned() -> None:
    """It is named twice: among the members that are known so that they are no reason to refuse a write, and among the
    words that a trace shows as they are.
    """
    root = Path(str(codec.__file__)).parents[2]
    counts = {path.name: path.read_text("utf-8").count("isAssigned") for path in root.rglob("*.py")}
    assert {name: count for name, count in counts.items() if count} == {"codec.py": 1, "trace_words.py": 1}


def _flipped(value: t.Any, told: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: told if name == "isAssigned" else _flipped(each, told) for name, each in value.items()}
    return [_flipped(each, told) for each in value] if isinstance(value, list) else value


def _without_ids(results: list[t.Any]) -> list[t.Any]:
    """Return results without what two tenants have of their own."""
    return [
        (*result[:3], result[3].count("Assignment(")) if isinstance(result, tuple) else result for result in results
    ]


def test_every_option_of_a_query_begins_with_a_dollar() -> None:
    """Beta takes options without it, too, such as top; v1.0 ignores these, and so would a count of what was asked."""
    tenant = CatalogTenant()
    asked = item("Mine", settings=[MACROS], scope_tags=["Pilot"], assignments=ASSIGN)
    for desired in (asked, item("Mine", settings=[OTHER]), item("Mine", State.ABSENT)):
        assert tenant.run(desired, whole_policies=True).error is None
    paths = [
        part for line in tenant.lines for part in line.replace("[", " ").replace("]", " ").split(" ") if "?" in part
    ]
    assert len(paths) > 5
    names = {name for path in paths for name, _value in parse_qsl(path.partition("?")[2], keep_blank_values=True)}
    assert names <= {"$top", "$select", "$expand", "$filter"}
    assert {"$top", "$expand"} <= names
