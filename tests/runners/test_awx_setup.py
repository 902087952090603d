# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""extensions/awx/setup.yml, by the real modules of awx.awx against a server with AWX's rules."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support.processes import BIN, Run, collections_path
from ansible_collections.m365.apps.tests.runners.awx_server import TOKEN, Controller, serving
from ansible_collections.m365.apps.tests.runners.programs import AWX_COLLECTIONS, EXTENSIONS, run

AWX = EXTENSIONS / "awx"
PLAYBOOKS = {path.name for path in (AWX / "project").glob("*.yml")}
SECRET = "canary-of-a-client-secret"
GIVEN = {
    "awx_project_url": "https://git.example/policies.git",
    "awx_image": "registry.example/m365-apps-ee:1",
    "awx_credential_inputs": {"tenant_id": "contoso.example", "client_id": "an app", "client_secret": SECRET},
}


def setup(folder: Path, url: str, given: dict[str, t.Any], *arguments: str) -> Run:
    """Run the playbook as its users do."""
    (folder / "my.json").write_text(json.dumps(given))
    more = {
        "ANSIBLE_COLLECTIONS_PATH": f"{collections_path()}:{AWX_COLLECTIONS}",
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
        # The modules of awx.awx still import what core is about to drop.
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
    }
    command = [BIN / "ansible-playbook", AWX / "setup.yml", "-e", f"@{folder / 'my.json'}", *arguments]
    return run(folder, command, **more)


@dataclass(frozen=True)
class Twice:
    """A server after two runs, and what each of them printed and wrote."""

    controller: Controller
    first: Run
    again: Run
    made: list[str]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    controller, folder = Controller(PLAYBOOKS), tmp_path_factory.mktemp("awx")
    with serving(controller) as url:
        first = setup(folder, url, GIVEN, "-vvvv").ok()
        made = list(controller.writes)
        return Twice(controller, first, setup(folder, url, GIVEN).ok(), made)


def test_everything_is_made_and_stays(twice: Twice) -> None:
    controller, first, again, made = twice.controller, twice.first, twice.again, twice.made
    assert SECRET not in first.output
    assert TOKEN not in first.output
    assert made.count("POST job_templates") == len(PLAYBOOKS) == len(controller.objects["job_templates"])
    assert controller.writes == made, "the second run wrote"
    assert "changed=0" in again.stdout
    templates = controller.named("job_templates")
    assert {one["playbook"] for one in templates.values()} == PLAYBOOKS
    [credential] = controller.objects["credentials"]
    assert credential["inputs"]["client_secret"] == "$encrypted$"
    for one in templates.values():
        assert controller.linked(one, "credentials") == [credential["id"]]
    # What AWX renders later came through Ansible untouched.
    [kind] = controller.objects["credential_types"]
    assert kind["injectors"]["env"]["AZURE_CLIENT_SECRET"] == "{{ client_secret }}"
    plan = json.loads(templates["Microsoft 365 Apps - plan"]["extra_vars"])
    assert plan == {
        "rollout_definitions": "/runner/project/definitions",
        "rollout_plan_folder": "/runner/project/files/plan",
    }
    # What restore asks for is what these leave.
    for name, variable in (("rollout", "rollout_backup_folder"), ("backup", "awx_backups")):
        given = json.loads(templates[f"Microsoft 365 Apps - {name}"]["extra_vars"])
        assert given[variable] == "/runner/project/files/backups", name
    [question] = controller.survey(templates["Microsoft 365 Apps - restore"])
    assert question["variable"] == "rollout_backup_folder"
    assert "/runner/project/files/backups " in question["question_description"]


def test_the_workflow_leads_from_the_plan_to_the_report(twice: Twice) -> None:
    controller = twice.controller
    nodes = controller.named("workflow_job_template_nodes")
    names = {node["id"]: name for name, node in nodes.items()}
    links = {
        (name, relation, names[target])
        for name, node in nodes.items()
        for relation in ("success_nodes", "failure_nodes", "always_nodes")
        for target in controller.linked(node, relation)
    }
    assert links == {
        ("plan", "success_nodes", "approval"),
        ("approval", "success_nodes", "rollout"),
        ("rollout", "success_nodes", "report"),
        ("rollout", "failure_nodes", "report"),
    }
    [approval] = controller.objects["workflow_approval_templates"]
    assert nodes["approval"]["related"]["unified_job_template"] == approval["url"]
    templates = controller.named("job_templates")
    for name in ("plan", "rollout", "report"):
        assert nodes[name]["unified_job_template"] == templates[f"Microsoft 365 Apps - {name}"]["id"]
    # Artifacts and answers of the workflow reach those templates only that take variables.
    assert all(one["ask_variables_on_launch"] for one in templates.values())
    assert {one["unified_job_template"] for one in controller.objects["schedules"]} <= {
        one["id"] for one in templates.values()
    }


def test_surveys_ask_for_options_of_the_role(twice: Twice, tmp_path: Path) -> None:
    """Each question is one of the entry point's options, and each option without a default is asked or set."""
    controller, specs = twice.controller, _argument_specs(tmp_path)
    asked = 0
    for template in controller.objects["job_templates"]:
        entry = {"rollout.yml": "main"}.get(template["playbook"], template["playbook"].removesuffix(".yml"))
        options = specs[entry] | (specs["drift"] if entry == "report" else {})
        questions = {question["variable"] for question in controller.survey(template)}
        given = questions | set(json.loads(template["extra_vars"] or "{}"))
        # Of these the playbook in the project makes the option.
        made = {"awx_backups": "rollout_backup_folder"}
        given = {made.get(name, name) for name in given}
        assert given <= set(options), template["name"]
        assert {name for name, option in options.items() if option.get("required")} <= given, template["name"]
        asked += len(questions)
    assert asked > 8


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    controller = Controller(PLAYBOOKS)
    with serving(controller) as url:
        said = setup(tmp_path, url, {}).failed()
    assert "awx_project_url or awx_image is missing" in said.stdout
    assert controller.writes == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"awx_credential_inputs": {"tenant": "x"}}, "the output has been hidden"),
        ({"awx_organization": "Nowhere"}, "returned 0 items, expected 1"),
    ],
)
def test_the_server_has_rules(tmp_path: Path, given: dict[str, t.Any], words: str) -> None:
    """A credential with another field, an organization that is not there."""
    controller = Controller(PLAYBOOKS)
    with serving(controller) as url:
        said = setup(tmp_path, url, {**GIVEN, **given}).failed()
    assert words in said.output
    assert "credentials" not in controller.objects


def _argument_specs(folder: Path) -> dict[str, dict[str, t.Any]]:
    shown = run(folder, [BIN / "ansible-doc", "--json", "-t", "role", "m365.apps.rollout"]).ok()
    entries = json.loads(shown.stdout)["m365.apps.rollout"]["entry_points"]
    return {name: entry["options"] for name, entry in entries.items()}
