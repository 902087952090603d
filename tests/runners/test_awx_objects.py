# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects of extensions/awx stand in the shape that infra.aap_configuration takes: its variables, with its keys.

Source: the tables "Data Structure" in the READMEs of its roles controller_*, and what their tasks hand to modules.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support.processes import BIN
from ansible_collections.m365.apps.tests.runners import awx_rules as rules
from ansible_collections.m365.apps.tests.runners.awx_jobs import AWX
from ansible_collections.m365.apps.tests.runners.programs import run

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
SURFACES = ("settings_catalog", "office_configuration")
GIVEN = {
    "awx_project_url": "https://git.example/policies.git",
    "awx_image": "registry.example/m365-apps-ee:1",
    "awx_credential_inputs": {"tenant_id": "contoso.example"},
    "awx_project_credential_inputs": {"username": "git"},
    "awx_registry_credential_inputs": {"host": "registry.example"},
    "awx_notification": {
        "notification_type": "slack",
        "notification_configuration": {"token": "t", "channels": ["#o"]},
    },
}
SHOWN = {
    "content": "{{ dict(names | zip(query('ansible.builtin.vars', *names))) | to_json }}",
    "dest": "{{ playbook_dir }}/{{ inventory_hostname }}.json",
}
PLAY = {
    "hosts": "all",
    "connection": "local",
    "gather_facts": False,
    "vars": {"names": sorted(KEYS), "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    # As the guide tells it for infra.aap_configuration.
    "tasks": [{"ansible.builtin.include_vars": {"dir": str(AWX / "objects")}}, {"ansible.builtin.copy": SHOWN}],
}
Objects = dict[str, list[dict[str, t.Any]]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Objects]:
    """What Ansible makes of the variables, by surface: each is a host of the play."""
    folder = tmp_path_factory.mktemp("objects")
    (folder / "play.json").write_text(json.dumps([PLAY]))
    (folder / "given.json").write_text(json.dumps({**GIVEN, "awx_surface": "{{ inventory_hostname }}"}))
    hosts = ["-i", ",".join((*SURFACES, "")), "-e", f"@{folder / 'given.json'}"]
    run(folder, [BIN / "ansible-playbook", folder / "play.json", *hosts]).ok()
    return {surface: json.loads((folder / f"{surface}.json").read_text()) for surface in SURFACES}


@pytest.mark.parametrize("surface", SURFACES)
def test_each_variable_is_a_list_of_entries_with_its_keys(made: dict[str, Objects], surface: str) -> None:
    assert set(made[surface]) == set(KEYS)
    for name, found in made[surface].items():
        assert found, name
        assert [(one["name"], unknown) for one in found if (unknown := set(one) - KEYS[name])] == [], name
    [workflow] = made[surface]["controller_workflows"]
    assert [one["identifier"] for one in workflow["simplified_workflow_nodes"] if set(one) - NODE] == []
    first = {question["variable"]: question["default"] for question in workflow["survey_spec"]["spec"]}
    assert first["rollout_report_checkins"] == "true", "the status at its end"


@pytest.mark.parametrize("surface", SURFACES)
def test_awx_would_take_them(made: dict[str, Objects], surface: str) -> None:
    objects = made[surface]
    for one in (*objects["controller_templates"], *objects["controller_workflows"]):
        assert one["survey_enabled"] == ("survey_spec" in one), one["name"]
        if one["survey_enabled"]:
            rules.survey(one["survey_spec"])
    for one in objects["controller_schedules"]:
        rules.schedule(one)
    for one in objects["controller_notifications"]:
        rules.notification(one)
    for one in objects["controller_credential_types"]:
        rules.credential_type(json.loads(json.dumps(one).replace("{  {", "{{")))


@pytest.mark.parametrize("surface", SURFACES)
def test_what_is_named_is_there(made: dict[str, Objects], surface: str) -> None:
    """Templates, nodes, schedules and credentials name each other by names that are made, too."""
    names = {kind: {one["name"] for one in found} for kind, found in made[surface].items()}
    startable = names["controller_templates"] | names["controller_workflows"]
    [workflow] = made[surface]["controller_workflows"]
    nodes = workflow["simplified_workflow_nodes"]
    assert {one["unified_job_template"] for one in made[surface]["controller_schedules"]} <= startable
    assert {one["unified_job_template"] for one in nodes if "approval_node" not in one} <= startable
    identifiers = {one["identifier"] for one in nodes}
    assert {to for one in nodes for to in (*one.get("success_nodes", ()), *one.get("failure_nodes", ()))} < identifiers
    credentials = names["controller_credentials"]
    for one in made[surface]["controller_templates"]:
        assert set(one["credentials"]) <= credentials
        assert {one["project"]} == names["controller_projects"]
        assert set(one.get("notification_templates_error", ())) <= names["controller_notifications"]
    for kind in ("controller_projects", "controller_execution_environments"):
        assert {one["credential"] for one in made[surface][kind]} <= credentials, kind


def asked(one: dict[str, t.Any]) -> set[str]:
    """Return the variables that a template asks for."""
    return {question["variable"] for question in one.get("survey_spec", {}).get("spec", ())}


def test_each_surface_is_asked_for_what_it_has_and_the_other_one_refuses(made: dict[str, Objects]) -> None:
    catalog, office = (
        {one["playbook"].removesuffix(".yml"): asked(one) for one in made[surface]["controller_templates"]}
        for surface in SURFACES
    )
    changes, reason = "rollout_overwrite_unknown", "rollout_approval_reason"
    own = {"plan": {changes}, "rollout": {changes, reason}, "restore": {changes, reason}}
    assert {name: catalog[name] - office[name] for name in catalog if catalog[name] != office[name]} == own
    assert [name for name in own if office[name] - catalog[name]] == []
    schedules = [{one["name"] for one in made[surface]["controller_schedules"]} for surface in SURFACES]
    assert schedules[0] - schedules[1] == {"Microsoft 365 Apps - weekly catalog"}
    for surface in SURFACES:
        [credential] = [one for one in made[surface]["controller_credentials"] if "surface" in one["inputs"]]
        assert credential["inputs"]["surface"] == surface


# Entry points that run another one, with its options, and what the playbook in the project makes an option of.
RUNS = {"tenants": "main", "report": "drift"}
MADE = {"awx_backups": "rollout_backup_folder"}


def test_templates_ask_for_options_of_the_role(made: dict[str, Objects], tmp_path: Path) -> None:
    """Each question is one of the entry point's options, and each option without a default is asked or set."""
    shown = run(tmp_path, [BIN / "ansible-doc", "--json", "-t", "role", "m365.apps.rollout"]).ok()
    entries = json.loads(shown.stdout)["m365.apps.rollout"]["entry_points"]
    for template in (one for surface in SURFACES for one in made[surface]["controller_templates"]):
        book = template["playbook"].removesuffix(".yml")
        options = entries[{"rollout": "main"}.get(book, book)]["options"]
        known, required = set(options), {name for name, one in options.items() if one.get("required")}
        if book in RUNS:
            known |= set(entries[RUNS[book]]["options"])
        given = {MADE.get(name, name) for name in asked(template) | set(template["extra_vars"])} - {"awx_files"}
        assert given <= known, template["name"]
        assert required <= given, template["name"]


def test_nothing_that_awx_renders_is_a_template_of_ansible() -> None:
    """The roles and setup.yml take out what stands between the braces."""
    text = (AWX / "objects" / "credential_types.yml").read_text(encoding="utf-8")
    assert "{{" not in text
    assert text.count("{  {") == text.count("}}") > 10
