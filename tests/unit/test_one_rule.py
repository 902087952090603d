# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule, one place: lint refuses what the module refuses without a tenant, in the same words, and nothing else."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies import model
from ansible_collections.m365.apps.tests.unit.bad_policies import (
    CATALOG_REFUSED_ALIKE,
    CATALOG_TAKEN,
    REFUSED,
    REFUSED_ALIKE,
    TAKEN,
    Policies,
)
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ORIGIN, FuzzTenant
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CONFIGS
from ansible_collections.m365.apps.tests.unit.some_policies import findings


def said_by_module(policies: Policies, surface: str = "office_configuration") -> str:
    """Return why the module refuses policies in check mode, "" where it takes them."""
    tenant = {"office_configuration": FuzzTenant, "settings_catalog": CatalogTenant}[surface]()
    login = {"access_token": tenant.token, "graph_url": ORIGIN, "login_url": ORIGIN, "surface": surface}
    with tenant.entered():
        printed, _warnings = _fast_path.run_here(
            OFFICE_CLIENT_CONFIGS, {**login, "policies": policies, "_ansible_check_mode": True}
        )
    result = json.loads(printed)
    return str(result["msg"]) if result.get("failed") else ""


def said_by_lint(policies: Policies, surface: str = "office_configuration") -> list[str]:
    """Return the errors that lint finds."""
    return [found["message"] for found in findings(policies, surface=surface) if found["level"] == "error"]


def core(message: str) -> str:
    """Return a message without what tells where in a list of policies it is."""
    for place in ("policies[0] ", "policies[0].", "policies[0]: ", " found in policies"):
        message = message.replace(place, "")
    newer = ". Correct it, or give a catalog_file of your tenant where that is newer"
    for step in (". Correct them; nothing was written", newer, ". Correct it"):
        message = message.replace(step, "")
    return message.removeprefix("the task: ").rstrip(".")


@pytest.mark.parametrize("policies", REFUSED_ALIKE.values(), ids=REFUSED_ALIKE)
def test_the_module_and_lint_refuse_a_policy_in_the_same_words(policies: Policies) -> None:
    [message] = said_by_lint(policies)
    assert message.startswith(("policy '", "a policy", "the policy"))
    assert core(said_by_module(policies)) in message


@pytest.mark.parametrize("policies", REFUSED.values(), ids=REFUSED)
def test_the_module_and_lint_refuse_the_same_policies(policies: Policies) -> None:
    assert said_by_module(policies) != ""
    assert len(said_by_lint(policies)) == 1


def test_what_policies_are_sorted_by_has_the_types_of_the_options() -> None:
    assert {name: option["type"] for name, option in model._SCALARS.items()} == {
        name: POLICY[name]["type"] for name in model._SCALARS
    }


@pytest.mark.parametrize("policies", TAKEN.values(), ids=TAKEN)
def test_what_the_module_takes_is_no_error_for_lint(policies: Policies) -> None:
    assert said_by_module(policies) == ""
    assert said_by_lint(policies) == []


@pytest.mark.parametrize("policies", CATALOG_REFUSED_ALIKE.values(), ids=CATALOG_REFUSED_ALIKE)
def test_both_refuse_a_policy_of_the_settings_catalog_in_the_same_words(policies: Policies) -> None:
    [message] = said_by_lint(policies, "settings_catalog")
    said = core(said_by_module(policies, "settings_catalog"))
    assert message.startswith(("policy '", "the policy"))
    assert said != ""
    assert said in core(message)


@pytest.mark.parametrize("policies", CATALOG_TAKEN.values(), ids=CATALOG_TAKEN)
def test_what_the_module_takes_for_the_settings_catalog_is_no_error_for_lint(policies: Policies) -> None:
    assert said_by_module(policies, "settings_catalog") == ""
    assert said_by_lint(policies, "settings_catalog") == []


def test_what_is_wrong_with_several_entries_is_told_by_both() -> None:
    settings = [{"setting": f"excel16/L_VBAWarningsPolicy{number}"} for number in (8, 9)]
    policies: Policies = [{"display_name": "New", "settings": settings}]
    said = core(said_by_module(policies, "settings_catalog"))
    told = [core(each).partition("use its settings: ")[2] for each in said_by_lint(policies, "settings_catalog")]
    assert len(told) == 2
    assert all(each in said for each in told)
