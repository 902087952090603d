# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""extensions/awx/setup.yml, by the real modules of awx.awx against a server with AWX's rules."""

from __future__ import annotations

import json
import os
import shutil
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.integration.support.processes import BIN, Run, collections_path
from ansible_collections.m365.apps.tests.runners import awx_rules as rules
from ansible_collections.m365.apps.tests.runners.awx_server import PLATFORM_ROOT, TOKEN, Controller, serving
from ansible_collections.m365.apps.tests.runners.programs import AWX_COLLECTIONS, EXTENSIONS, run

AWX = EXTENSIONS / "awx"
PLAYBOOKS = {path.name for path in (AWX / "project").glob("*.yml")}
SECRET = "canary-of-a-client-secret"
GIVEN = {
    "awx_project_url": "https://git.example/policies.git",
    "awx_image": "registry.example/m365-apps-ee:1",
    "awx_credential_inputs": {"tenant_id": "contoso.example", "client_id": "an app", "client_secret": SECRET},
}


PREFIX = "Microsoft 365 Apps - "
# What a private repository, a private registry and a channel to tell of drift need.
PRIVATE = {
    "awx_project_credential_inputs": {"username": "git", "ssh_key_data": "canary-of-a-key"},
    "awx_registry_credential_inputs": {"host": "registry.example", "username": "robot", "password": "canary-of-robot"},
    "awx_notification": {
        "notification_type": "webhook",
        "notification_configuration": {"url": "https://chat.example/canary-of-a-hook", "headers": {}},
    },
}
PRIVATE_SECRETS = ("canary-of-a-key", "canary-of-robot", "canary-of-a-hook")


def setup(folder: Path, url: str, given: dict[str, t.Any], *arguments: str, collections: Path = AWX_COLLECTIONS) -> Run:
    """Run the playbook as its users do."""
    (folder / "my.json").write_text(json.dumps(given))
    more = {
        "ANSIBLE_COLLECTIONS_PATH": f"{collections_path()}:{collections}",
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": TOKEN,
        # The modules of awx.awx still import what core is about to drop.
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        # For each request they would read the certificates of the machine anew, and this server speaks plain HTTP.
        "SSL_CERT_FILE": os.devnull,
        "ANSIBLE_PIPELINING": "true",
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


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Controller:
    """A server that Automation Platform's own collection set up for the other surface, with everything private."""
    folder = tmp_path_factory.mktemp("platform")
    controller = Controller(PLAYBOOKS, PLATFORM_ROOT)
    given = {**GIVEN, **PRIVATE, "awx_modules": "ansible.controller", "awx_surface": "office_configuration"}
    with serving(controller) as url:
        said = setup(folder, url, given, "-vvvv", collections=ansible_controller(folder / "collections")).ok()
    assert [secret for secret in (SECRET, *PRIVATE_SECRETS) if secret in said.output] == []
    return controller


def ansible_controller(folder: Path) -> Path:
    """Make the collection ansible.controller of awx.awx, as its builders do; return the path of its collections."""
    source, made = AWX_COLLECTIONS / "ansible_collections/awx/awx", folder / "ansible_collections/ansible/controller"
    shutil.copytree(source, made, ignore=shutil.ignore_patterns("test*", "MANIFEST.json", "FILES.json"))
    for path in made.rglob("*"):
        if path.suffix in (".py", ".yml"):
            text = path.read_text(encoding="utf-8").replace("awx.awx", "ansible.controller")
            path.write_text(text.replace('_COLLECTION_TYPE = "awx"', '_COLLECTION_TYPE = "controller"'), "utf-8")
    return folder


def questions(controller: Controller, kind: str = "job_templates") -> dict[str, list[dict[str, t.Any]]]:
    """Return the survey of each template by the end of its name."""
    return {name.removeprefix(PREFIX): controller.survey(one) for name, one in controller.named(kind).items()}


def asked(spec: list[dict[str, t.Any]]) -> set[str]:
    return {question["variable"] for question in spec}


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
    assert credential["inputs"]["surface"] == "settings_catalog"
    for one in templates.values():
        assert controller.linked(one, "credentials") == [credential["id"]]
    # What AWX renders later came through Ansible untouched.
    kind = controller.named("credential_types")["Microsoft 365 Apps"]
    assert kind["injectors"]["env"]["AZURE_CLIENT_SECRET"] == "{{ client_secret }}"
    plan = json.loads(templates["Microsoft 365 Apps - plan"]["extra_vars"])
    assert plan == {
        "rollout_definitions": "/runner/project/definitions",
        "rollout_plan_folder": "/runner/project/files/plan",
    }
    for name in ("rollout", "restore", "tenants"):
        given = json.loads(templates[f"Microsoft 365 Apps - {name}"]["extra_vars"])
        assert given["rollout_state_folder"] == "/runner/project/files/state", name
    # What restore asks for is what these leave.
    for name, variable in (("rollout", "rollout_backup_folder"), ("backup", "awx_backups")):
        given = json.loads(templates[f"Microsoft 365 Apps - {name}"]["extra_vars"])
        assert given[variable] == "/runner/project/files/backups", name
    question = controller.survey(templates["Microsoft 365 Apps - restore"])[0]
    assert question["variable"] == "rollout_backup_folder"
    assert "/runner/project/files/backups " in question["question_description"]


def test_there_is_a_template_for_each_playbook_of_the_collection() -> None:
    own = {path.name for path in (EXTENSIONS.parent / "playbooks").glob("*.yml")} - {"entry_point.yml"}
    assert own == PLAYBOOKS


def links_of(controller: Controller) -> set[tuple[str, str, str]]:
    """Return the arrows of the workflow: from, relation, to."""
    nodes = controller.named("workflow_job_template_nodes")
    names = {node["id"]: name for name, node in nodes.items()}
    return {
        (name, relation, names[target])
        for name, node in nodes.items()
        for relation in ("success_nodes", "failure_nodes", "always_nodes")
        for target in controller.linked(node, relation)
    }


PLANNED = {
    ("plan", "success_nodes", "approval"),
    ("approval", "success_nodes", "rollout"),
    ("rollout", "success_nodes", "status"),
    ("rollout", "failure_nodes", "status"),
}


def test_the_workflow_leads_from_the_catalog_to_the_status(twice: Twice) -> None:
    controller = twice.controller
    assert links_of(controller) == {("refresh", "success_nodes", "plan"), *PLANNED}
    nodes = controller.named("workflow_job_template_nodes")
    [approval] = controller.objects["workflow_approval_templates"]
    assert nodes["approval"]["related"]["unified_job_template"] == approval["url"]
    templates = controller.named("job_templates")
    runs = {"refresh": "refresh catalog", "plan": "plan", "rollout": "rollout", "status": "report"}
    for node, name in runs.items():
        assert nodes[node]["unified_job_template"] == templates[f"Microsoft 365 Apps - {name}"]["id"]
    # Artifacts and answers of the workflow reach those templates only that take variables.
    assert all(one["ask_variables_on_launch"] for one in templates.values())


def test_what_is_scheduled_starts_without_a_person(twice: Twice) -> None:
    """Each has an answer to every question; the workflow waits for somebody to turn its schedule on."""
    controller = twice.controller
    kinds = ("job_templates", "workflow_job_templates")
    there = {one["id"]: (kind, one) for kind in kinds for one in controller.objects[kind]}
    started = {}
    for schedule in controller.objects["schedules"]:
        _kind, template = there[schedule["unified_job_template"]]
        assert rules.answers(controller.survey(template), schedule["extra_data"]) == [], schedule["name"]
        started[schedule["name"].removeprefix(PREFIX)] = schedule["enabled"]
    assert started == {
        "drift on workdays": True,
        "weekly report": True,
        "weekly catalog": True,
        "planned rollout each week": False,
    }


def test_the_workflow_answers_what_its_templates_ask(twice: Twice) -> None:
    """With its own answers, the first ones and the longest, and with the artifacts of the plan."""
    controller = twice.controller
    [workflow] = questions(controller, "workflow_job_templates").values()
    first = {question["variable"]: question["default"] for question in workflow}
    longest = {one["variable"]: "x" * one["max"] for one in workflow if one["type"] == "text"}
    planned = {"rollout_plan_fingerprint": "sha256:" + "0" * 64}
    surveys = questions(controller)
    for name in ("refresh catalog", "plan", "rollout", "report"):
        for given in (first, {**first, **longest}):
            known = {key: value for key, value in {**given, **planned}.items() if key in asked(surveys[name])}
            assert rules.answers(surveys[name], known) == [], name
    assert asked(workflow) >= (asked(surveys["plan"]) | asked(surveys["report"]))
    assert asked(workflow) | {"rollout_plan_fingerprint"} >= asked(surveys["rollout"])


@pytest.mark.full  # test_awx_objects.py shows what it makes; these are the modules of the other collection
def test_private_places_have_their_credentials_and_somebody_is_told(platform: Controller) -> None:
    credentials = platform.named("credentials")
    [project] = platform.objects["projects"]
    [image] = platform.objects["execution_environments"]
    assert project["credential"] == credentials[PREFIX + "git"]["id"]
    assert image["credential"] == credentials[PREFIX + "registry"]["id"]
    assert credentials[PREFIX + "git"]["inputs"]["ssh_key_data"] == "$encrypted$"
    assert links_of(platform) == PLANNED
    assert credentials["Microsoft 365 Apps"]["inputs"]["surface"] == "office_configuration"
    [told] = platform.objects["notification_templates"]
    templates = platform.named("job_templates")
    for name in ("drift", "rollout", "restore", "refresh catalog", "tenants"):
        assert platform.linked(templates[PREFIX + name], "notification_templates_error") == [told["id"]], name
    [workflow] = platform.objects["workflow_job_templates"]
    for relation in ("notification_templates_error", "notification_templates_approvals"):
        assert platform.linked(workflow, relation) == [told["id"]]


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
