# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of extensions/awx stand in the shape that infra.aap_configuration takes: its variables, with its keys.

Source: the tables "Data Structure" in the READMEs of its roles controller_*, and what their tasks hand to modules.
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.tests.runners.awx_jobs import AWX, objects

_TOLD = {"notification_templates_error", "notification_templates_started", "notification_templates_success"}
_ASKS = {f"ask_{name}_on_launch" for name in ("variables", "job_type", "diff_mode", "credential", "limit")}
_SURVEY = {"survey_enabled", "survey_spec"}
# Variable -> the keys that its entries may have.
KEYS: dict[str, set[str]] = {
    "controller_credential_types": {"name", "description", "kind", "inputs", "injectors"},
    "controller_credentials": {"name", "description", "organization", "credential_type", "inputs", "update_secrets"},
    "controller_execution_environments": {"name", "description", "organization", "image", "credential", "pull"},
    "controller_projects": {
        *("name", "description", "organization", "scm_type", "scm_url", "scm_branch", "scm_update_on_launch"),
        *("credential", "default_environment"),
    },
    "controller_inventories": {"name", "description", "organization", "variables"},
    "controller_hosts": {"name", "description", "inventory", "enabled", "variables"},
    "controller_templates": {
        *("name", "description", "organization", "project", "playbook", "inventory", "credentials", "job_type"),
        *("execution_environment", "extra_vars", *_ASKS, *_SURVEY, *_TOLD),
    },
    "controller_workflows": {
        *("name", "description", "organization", "inventory", "ask_limit_on_launch", *_SURVEY, *_TOLD),
        *("notification_templates_approvals", "simplified_workflow_nodes"),
    },
    "controller_schedules": {
        *("name", "description", "organization", "unified_job_template", "rrule", "extra_data", "enabled"),
    },
    "controller_notifications": {
        *("name", "description", "organization", "notification_type", "notification_configuration", "messages"),
    },
}
NODE = {
    *("identifier", "unified_job_template", "lookup_organization", "approval_node", "extra_data"),
    *("success_nodes", "failure_nodes", "always_nodes"),
}
VARIABLES = {
    name: value for path in sorted((AWX / "objects").glob("*.yml")) for name, value in objects(path.name).items()
}


def entries(name: str) -> list[dict[str, t.Any]]:
    """Return the entries of a variable as far as they stand as data: what a template puts together stands beside it."""
    value, kind = VARIABLES[name], name.removeprefix("controller_").removesuffix("s")
    made = [one for other, one in VARIABLES.items() if other.endswith(f"{kind}_made")]
    listed = value if isinstance(value, list) else VARIABLES.get(f"awx_{kind}s", [])
    of_surface = VARIABLES.get(f"awx_{kind}s_of_surface", {})
    return [one for part in (listed, made, *of_surface.values()) for one in part if isinstance(one, dict)]


def test_there_is_every_variable() -> None:
    assert {name for name in VARIABLES if name.startswith("controller_")} == set(KEYS)


@pytest.mark.parametrize("name", sorted(set(KEYS) - {"controller_notifications"}))
def test_entries_have_no_other_keys(name: str) -> None:
    found = entries(name)
    assert found
    assert [(one["name"], unknown) for one in found if (unknown := set(one) - KEYS[name])] == []


def test_nodes_have_no_other_keys() -> None:
    nodes = [*VARIABLES["awx_nodes"], *VARIABLES["awx_nodes_of_surface"]["settings_catalog"]]
    assert [unknown for one in nodes if (unknown := set(one) - NODE)] == []


def test_nothing_that_awx_renders_is_a_template_of_ansible() -> None:
    """The roles and setup.yml take out what stands between the braces."""
    text = (AWX / "objects" / "credential_types.yml").read_text(encoding="utf-8")
    assert "{{" not in text
    assert text.count("{  {") == text.count("}}") > 10
