# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule, one place: lint refuses what the module refuses without a tenant, in the same words, and nothing else."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY
from ansible_collections.m365.apps.plugins.module_utils._module.modules import OFFICE_CLIENT_CONFIGS
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies import model
from ansible_collections.m365.apps.tests.unit.bad_policies import REFUSED, REFUSED_ALIKE, TAKEN, Policies
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import ORIGIN, FuzzTenant
from ansible_collections.m365.apps.tests.unit.some_policies import findings


def said_by_module(policies: Policies) -> str:
    """Return why the module refuses policies in check mode, "" where it takes them."""
    tenant = FuzzTenant()
    login = {"access_token": tenant.token, "graph_url": ORIGIN, "login_url": ORIGIN}
    with tenant.entered():
        printed, _warnings = _fast_path.run_here(
            OFFICE_CLIENT_CONFIGS, {**login, "policies": policies, "_ansible_check_mode": True}
        )
    result = json.loads(printed)
    return str(result["msg"]) if result.get("failed") else ""


def said_by_lint(policies: Policies) -> list[str]:
    """Return the errors that lint finds."""
    return [found["message"] for found in findings(policies) if found["level"] == "error"]


def core(message: str) -> str:
    """Return a message without what tells where in a list of policies it is."""
    for place in ("policies[0] ", "policies[0].", "policies[0]: ", " found in policies"):
        message = message.replace(place, "")
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
