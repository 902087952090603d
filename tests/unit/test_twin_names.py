# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that differ only in what is hard to see: found by lint, and told when a run gives one."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.module_utils._policy.texts import look_of, with_escapes
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import LOGIN, ORIGIN, TENANT, FuzzTenant, Spoilt
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryTenant
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CONFIG
from ansible_collections.m365.apps.tests.unit.office_values import office_item
from ansible_collections.m365.apps.tests.unit.small_tenants import absent, desired, policies, policy, run
from ansible_collections.m365.apps.tests.unit.some_policies import findings
from graph_emulator.wire import Call

TWIN = "40000000-0000-4000-8000-00000000000f"
NAME = "Contoso \u2013 Caf\u00e9 Stra\u00dfe 1"
TWINS = [
    NAME.upper(),
    NAME.casefold(),
    unicodedata.normalize("NFD", NAME),
    f" {NAME}",
    f"{NAME} ",
    f"{NAME}\n",
    NAME.replace(" ", "\u00a0"),
    NAME.replace(" ", "\u3000"),
    NAME.replace(" ", "\u202f", 1),
    NAME.replace(" ", "\t"),
    NAME.replace(" ", "  ", 1),
    NAME.replace("C", "\uff23", 1),
    NAME.replace("o", "o\u200b", 1),
    NAME.replace("o", "o\u00ad", 1),
    f"\ufeff{NAME}",
]
OTHERS = [NAME[:-1], NAME.replace("\u00e9", "e"), NAME.replace(" ", ""), NAME.replace("\u2013", "-"), f"{NAME}1"]


@pytest.mark.parametrize("twin", TWINS, ids=ascii)
def test_a_new_policy_with_the_look_of_a_live_one_is_told(twin: str) -> None:
    outcome = run(MemoryTenant.of([policy(NAME, 0)]), [twin])
    assert outcome.statuses == ("created",)
    [warning] = outcome.plan.warnings
    assert warning.startswith(f"policy '{with_escapes(twin)}': its name differs only in case, blanks or Unicode form")
    assert f"policy '{NAME}' (id id-{NAME})" in warning
    assert with_escapes(twin) != NAME, "the difference must be seen"


@pytest.mark.parametrize("other", OTHERS)
def test_other_names_are_other_names(other: str) -> None:
    assert run(MemoryTenant.of([policy(NAME, 0)]), [other]).plan.warnings == ()
    assert look_of(other) != look_of(NAME)


def test_two_new_ones_are_told_once() -> None:
    [warning] = run(MemoryTenant(), ["A b", "a B"]).plan.warnings
    assert warning.startswith("policy 'a B': ")
    assert "policy 'A b'" in warning


def test_a_rename_is_told() -> None:
    renamed = office_item(label="", id="id-B", display_name="a")
    [warning] = run(MemoryTenant.of(policies("AB")), [renamed]).plan.warnings
    assert warning.startswith("policy 'a' (id id-B): ")


def test_a_twin_that_goes_and_one_that_was_there_before_are_not_told() -> None:
    assert run(MemoryTenant.of(policies("A")), ["a", absent("A")]).plan.warnings == ()
    assert run(MemoryTenant.of(policies("Aa")), ["A", "a"]).plan.warnings == ()
    assert run(MemoryTenant.of(policies("Aa")), [desired("A", description="D")]).plan.warnings == ()


@pytest.mark.parametrize("twin", TWINS, ids=ascii)
def test_lint_finds_definitions_that_look_alike(twin: str) -> None:
    found = findings([{"display_name": NAME}, {"display_name": twin}])
    [finding] = [finding for finding in found if finding["rule"] == "similar_name"]
    assert finding["level"] == "warning"
    assert finding["policies"] == sorted([NAME, twin])
    assert finding["message"].startswith("2 policies ('")
    assert "their names differ only in case, blanks or Unicode form" in finding["message"]


def test_lint_is_silent_on_one_name_twice_and_on_deletions() -> None:
    both = [{"display_name": "A", "id": "1"}, {"display_name": "A", "id": "2"}]
    gone = [{"display_name": "A"}, {"display_name": "a", "state": "absent"}]
    for listed in (both, gone):
        rules = {finding["rule"] for finding in findings(listed)}
        assert "similar_name" not in rules


def test_a_report_finds_a_live_one_that_nobody_described() -> None:
    result = {"results": [{"display_name": "A", "id": "1", "status": "unchanged"}], "plan": {"warnings": ["W."]}}
    live = [{"display_name": name, "id": place} for place, name in (("1", "A"), ("2", "a\u00a0"), ("3", "B"))]
    found = report_of(result, live=live)["findings"]
    assert [(finding["level"], finding["rule"]) for finding in found] == [
        ("warning", "plan"),
        ("warning", "similar_name"),
    ]
    assert found[0]["message"] == "W."
    assert found[1]["message"] == (
        "policy 'a\\xa0' (id 2), which no definition describes: its name differs only in case, blanks or Unicode form"
        " from 'A'. Check which of the two is meant."
    )


def test_two_runs_that_create_the_same_at_once() -> None:
    """The second run lists the tenant before the first one creates, and creates the same under another number."""

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        mine = next((policy for _place, policy in held.policies.items() if policy.display_name == "New"), None)
        if call.method == "POST" and mine is not None and held.policies.get(TWIN) is None:
            held.policies.put(replace(mine, id=TWIN, priority=77))
        return answer

    tenant = FuzzTenant(spoil)
    held = tenant.world.tenants[TENANT]
    arguments = {**LOGIN, "graph_url": ORIGIN, "login_url": ORIGIN, "display_name": "New", "description": "x"}
    with tenant.entered():
        printed, warnings = _fast_path.run_here(OFFICE_CLIENT_CONFIG, {**arguments})
    result = json.loads(printed)
    assert (result.get("failed"), result["changed"], result["config"]["display_name"]) == (None, True, "New")
    [warning] = warnings
    assert warning.startswith(f"policy 'New' (id {result['config']['id']}): another policy has the same name (id ")
    assert f"[{{id: {TWIN}, state: absent}}]" in warning
