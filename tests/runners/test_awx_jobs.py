# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every login of the credential type, and the jobs of the workflow one after the other, through ansible-runner."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import catalog_lines
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.runner import Job
from ansible_collections.m365.apps.tests.integration.support.secret_place import (
    APP,
    ASSERTION,
    GROUP,
    PASSPHRASE,
    Place,
)
from ansible_collections.m365.apps.tests.runners import awx_rules as rules
from ansible_collections.m365.apps.tests.runners.awx_jobs import (
    artifacts,
    counted,
    credential_type,
    inject,
    job_of,
    objects,
)
from ansible_collections.m365.apps.tests.unit import own_settings
from graph_emulator.graph.catalog import facts

WRITER = tenant.APPS["writer"][0]
APP_OF = {"tenant_id": tenant.TENANT, "client_id": WRITER}
# Login -> the inputs that make it up, beside those of the connection.
LOGINS: dict[str, dict[str, t.Any]] = {
    "client secret": {**APP_OF, "client_secret": tenant.SECRET, "surface": "office_configuration"},
    "PEM": {**APP_OF, "certificate": APP.pem().decode()},
    "PEM with its chain": {**APP_OF, "certificate": APP.pem().decode(), "send_certificate_chain": True},
    "PFX": {
        **APP_OF,
        "certificate": base64.b64encode(APP.pfx(PASSPHRASE)).decode(),
        "certificate_passphrase": PASSPHRASE,
    },
    "federated token": {**APP_OF, "federated_token": ASSERTION},
    "federated token file": {**APP_OF, "federated_token_file": "token"},
    "managed identity": {"managed_identity": "system"},
    "ready token": {"access_token": ""},
}
# Nothing that AWX keeps in its database beside them holds a secret.
SECRETS = {"client_secret", "certificate", "certificate_passphrase", "federated_token", "access_token", "proxy"}


@pytest.fixture
def connection(place: Place) -> dict[str, t.Any]:
    """The inputs that lead to the emulator."""
    ready = place.emulator.ready
    return {"graph_url": ready.url, "login_url": ready.url, "ca": Path(ready.ca_path).read_text(encoding="ascii")}


def run(place: Place, folder: Path, playbook: str, inputs: dict[str, t.Any], variables: dict[str, t.Any]) -> Job:
    """Run a job, and look for secrets in what it printed, its events, and its artifacts."""
    injected = inject(folder, inputs)
    assert place.canaries.seen_in(json.dumps(injected.shown)) == []
    job = job_of(folder, playbook, injected, variables, AZURE_POD_IDENTITY_AUTHORITY_HOST=place.emulator.ready.url)
    place.look(job.stdout, json.dumps(job.events))
    return job


# What a task's result is -> how many policies Automation Platform counts.
COUNTED: list[tuple[str, dict[str, t.Any], int]] = [
    ("office_client_config", {"config": {"id": "1", "display_name": "There"}}, 1),
    ("office_client_config", {"config": {}}, 0),
    ("office_client_config", {"failed": True}, 0),
    ("office_client_config_assignment", {"config": {"id": "1", "display_name": "There"}}, 1),
    ("office_client_configs", {"failed": True}, 0),
    ("office_client_configs", {"results": [{"id": "1", "display_name": "a", "status": "unchanged"}]}, 1),
    ("office_client_configs", {"results": [{"id": "1", "display_name": "a", "status": "deleted"}]}, 0),
    ("office_client_configs", {"results": [{"id": None, "display_name": "a", "status": "created"}]}, 0),
]


def test_what_counts_as_managed() -> None:
    for module, result, count in COUNTED:
        event = {"event_data": {"resolved_action": f"m365.apps.{module}", "res": result}}
        found = counted(Job("successful", 0, "", [event]))
        assert (len(found), all(one["canonical_facts"] and one["name"] for one in found)) == (count, True), result


def test_secret_fields_are_marked() -> None:
    fields = credential_type()["inputs"]["fields"]
    assert {field["id"] for field in fields if field.get("secret")} == SECRETS


IDS = {"AZURE_TENANT_ID": tenant.TENANT, "AZURE_CLIENT_ID": WRITER}
# Login -> what AWX makes of it for the job, beside the connection: test_logins.py logs in by each.
VARIABLES: dict[str, dict[str, str | bytes]] = {
    "client secret": {**IDS, "AZURE_CLIENT_SECRET": tenant.SECRET, "M365_SURFACE": "office_configuration"},
    "PEM": {**IDS, "AZURE_CLIENT_CERTIFICATE_PATH": APP.pem()},
    "PEM with its chain": {
        **IDS,
        "AZURE_CLIENT_CERTIFICATE_PATH": APP.pem(),
        "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "True",
    },
    "PFX": {
        **IDS,
        "AZURE_CLIENT_CERTIFICATE_PATH": LOGINS["PFX"]["certificate"].encode(),
        "AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSPHRASE,
    },
    "federated token": {**IDS, "AZURE_FEDERATED_TOKEN_FILE": ASSERTION.encode()},
    "federated token file": {**IDS, "AZURE_FEDERATED_TOKEN_FILE": "token"},
    "managed identity": {"M365_MANAGED_IDENTITY": "system"},
    "ready token": {"M365_ACCESS_TOKEN": "a token"},
}


@pytest.mark.parametrize("name", LOGINS)
def test_what_a_job_gets_of_each_login(tmp_path: Path, name: str) -> None:
    """A file's content stands for its path; the boolean of AWX is no other than its default."""
    given = {**LOGINS[name], **({"access_token": "a token"} if name == "ready token" else {})}
    made = inject(tmp_path, given).environment
    said = {key: value for key, value in made.items() if value and value != "False"}
    wanted = VARIABLES[name]
    held = {key: Path(said[key]).read_bytes() if isinstance(wanted.get(key), bytes) else said[key] for key in said}
    assert {key: value.strip() if isinstance(value, bytes) else value for key, value in held.items()} == {
        key: value.strip() if isinstance(value, bytes) else value for key, value in wanted.items()
    }


# Those with files of both kinds. What the others hand to a job is above, and that each logs in is in test_logins.py.
ALWAYS = ("PFX", "federated token")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in ALWAYS else pytest.mark.full) for name in LOGINS]
)
def test_each_login(place: Place, connection: dict[str, t.Any], name: str) -> None:
    """The export needs no more than a login; it shows in the files that it was the right tenant."""
    inputs = {**connection, **LOGINS[name]}
    if "access_token" in inputs:
        inputs["access_token"] = tenant.access_token(place.emulator.ready)
    if "federated_token_file" in inputs:
        inputs["federated_token_file"] = str(place.ansible.folder / "token")
    folder = place.ansible.folder / "job"
    job = run(place, folder, "export.yml", inputs, {"rollout_export_folder": str(folder / "export")})
    assert (job.status, job.code) == ("successful", 0), job.stdout
    assert {path.name for path in (folder / "export").iterdir()} == {"there.yml", "other.yml"}


def test_a_wrong_secret_is_told_and_not_shown(place: Place, connection: dict[str, t.Any]) -> None:
    inputs = {**connection, **APP_OF, "client_secret": tenant.WRONG_SECRET}
    job = run(
        place, place.ansible.folder / "job", "drift.yml", inputs, {"rollout_policies": [{"display_name": "There"}]}
    )
    assert job.status == "failed"
    assert "AADSTS7000215" in job.stdout


# What the questions of surveys begin with.
QUESTIONS = objects("questions.yml")
ANSWERS = {
    one["variable"]: one["default"]
    for one in [*QUESTIONS["awx_questions"]["guards"], QUESTIONS["awx_reason"], QUESTIONS["awx_unknown"]]
}


def test_the_workflow_in_the_settings_catalog(place: Place, connection: dict[str, t.Any]) -> None:
    """Refresh, plan, rollout, status with nothing answered otherwise; the credential tells the surface."""
    inputs = {**connection, **LOGINS["client secret"], "surface": "settings_catalog"}
    folder, files = place.ansible.folder / "job", place.ansible.folder / "files"
    state = tenant.state(groups=[GROUP])
    _head, *lines = catalog_lines([each for each in own_settings.DEFINITIONS if each is not own_settings.MAC], "a test")
    state["tenants"][tenant.TENANT]["catalog_definitions"] = list(facts.documents(map(json.loads, lines)))
    place.emulator.reset(state)
    settings = [{"setting": "excel16/L_OwnMacros", "value": 3}]
    policies = [{"display_name": "Macros", "settings": settings, "groups": ["Everyone"]}]
    own = {**ANSWERS, "rollout_title": "Weekly", "rollout_policies": policies}
    file = files / "catalog" / "office.jsonl"
    file.parent.mkdir(parents=True)
    own_settings.write(file)
    handed_on: dict[str, t.Any] = {}

    def job(playbook: str, **more: object) -> Job:
        done = run(place, folder, playbook, inputs, {**own, **more, **handed_on})
        assert done.status == "successful", done.stdout
        handed_on.update(artifacts(done))
        return done

    job("catalog.yml", rollout_catalog_file=str(file), rollout_catalog_fails="refused")
    assert sum(handed_on["rollout_catalog_counts"].values()) > 0
    assert counted(job("plan.yml", rollout_plan_folder=str(files / "plan"))) == []
    assert handed_on["rollout_plan_counts"]["created"] == 1
    spec = [QUESTIONS["awx_questions"]["fingerprint"], *QUESTIONS["awx_questions"]["guards"]]
    assert rules.answers(spec, {**ANSWERS, **handed_on}) == [], "AWX would not start the rollout"
    assert place.emulator.writes() == []
    rolled_out = job(
        "rollout.yml", rollout_backup_folder=str(files / "backups"), rollout_state_folder=str(files / "state")
    )
    [made] = place.emulator.tenant(tenant.TENANT)["catalog_policies"]
    assert (made["name"], len(made["settings"]), len(made["assignments"])) == ("Macros", 1, 1)
    assert place.emulator.tenant(tenant.TENANT)["policies"] == []
    managed = {"name": "Macros", "canonical_facts": {"policy_id": made["id"]}}
    assert [{key: one[key] for key in managed} for one in counted(rolled_out)] == [managed]
    job("report.yml", rollout_report_folder=str(files / "report"), rollout_report_checkins="true")
    assert handed_on["rollout_verdict"]["level"] == "ok"


@pytest.mark.full  # what of it differs from the settings catalog, shorter plays show
def test_the_workflow(place: Place, connection: dict[str, t.Any]) -> None:
    """plan, rollout, report: each gets the artifacts of those before it as extra vars, as AWX hands them on."""
    inputs = {**connection, **LOGINS["client secret"]}
    folder = place.ansible.folder / "job"
    files = place.ansible.folder / "files"
    policies = [{"display_name": "There", "description": "Of the workflow"}, {"display_name": "New"}]
    # What the survey's answers are when nothing is changed.
    own = {"rollout_prune": "false", "rollout_max_deletions": 5, "rollout_lint": "error", "rollout_title": "Weekly"}
    own |= {"rollout_policies": policies, "rollout_report_folder": str(files / "report")}

    planned = run(place, folder, "plan.yml", inputs, {**own, "rollout_plan_folder": str(files / "plan")})
    assert planned.status == "successful", planned.stdout
    handed_on = artifacts(planned)
    plan = json.loads((files / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert handed_on["rollout_plan_fingerprint"] == plan["fingerprint"]
    assert handed_on["rollout_plan_counts"]["created"] == 1
    assert place.emulator.writes() == []

    # While the approval waits, somebody changes what the plan depends on.
    before = place.emulator.tenant(tenant.TENANT)
    moved = {**before, "policies": [{**before["policies"][0], "description": "moved"}, *before["policies"][1:]]}
    place.emulator.reset({"tenants": {tenant.TENANT: moved}})
    refused = run(place, folder, "rollout.yml", inputs, {**own, **handed_on})
    assert refused.status == "failed"
    assert "the tenant has changed since the plan was made" in refused.stdout
    assert place.emulator.writes() == []

    place.emulator.reset({"tenants": {tenant.TENANT: before}})
    done = run(place, folder, "rollout.yml", inputs, {**own, **handed_on})
    assert done.status == "successful", done.stdout
    after = {
        policy["displayName"]: policy["description"] for policy in place.emulator.tenant(tenant.TENANT)["policies"]
    }
    assert after == {"There": "Of the workflow", "Other": None, "New": ""}

    # The plan's fingerprint comes along, and the tenant has moved by the rollout itself.
    reported = run(place, folder, "report.yml", inputs, {**own, **handed_on, **artifacts(done)})
    assert reported.status == "successful", reported.stdout
    assert artifacts(reported)["rollout_verdict"]["level"] == "ok"
    page = Path(artifacts(reported)["rollout_report_files"]["html"]).read_text(encoding="utf-8")
    assert "<bdi>Weekly</bdi>" in page
    # A new plan is not bound to the old one, either.
    again = run(place, folder, "plan.yml", inputs, {**own, **handed_on, "rollout_plan_folder": str(files / "plan")})
    assert again.status == "successful", again.stdout
    assert artifacts(again)["rollout_plan_counts"]["unchanged"] == 2


def test_drift(place: Place, connection: dict[str, t.Any]) -> None:
    inputs = {**connection, **LOGINS["client secret"]}
    variables = {"rollout_policies": [{"display_name": "There", "description": "not so"}]}
    job = run(place, place.ansible.folder / "job", "drift.yml", inputs, variables)
    assert job.status == "failed"
    assert "does not match the definitions" in job.stdout


def test_a_backup_and_its_restore(place: Place, connection: dict[str, t.Any]) -> None:
    """Each job leaves a backup of its own, and restore takes the folder that the output names."""
    inputs = {**connection, **LOGINS["client secret"]}
    folder, backups = place.ansible.folder / "job", place.ansible.folder / "backups"
    before = place.emulator.tenant(tenant.TENANT)["policies"]
    for number in (7, 8):
        job = run(place, folder, "backup.yml", inputs, {"awx_backups": str(backups), "awx_job_id": number})
        assert job.status == "successful", job.stdout
        assert (backups / f"job-{number}" / "localhost" / "manifest.json").is_file()
        assert f"The backup is in {backups}/job-{number}/localhost." in job.stdout
    policies = [{"display_name": "There", "description": "not so"}]
    there = {"rollout_policies": policies, "rollout_backup_folder": str(backups)}
    assert run(place, folder, "rollout.yml", inputs, there).status == "successful"
    [own] = [path.parent for path in backups.rglob("manifest.json") if "job-" not in str(path)]
    undone = {"rollout_backup_folder": str(own), "rollout_recheck_after": 0}
    job = run(place, folder, "restore.yml", inputs, undone)
    assert job.status == "successful", job.stdout
    after = {one["displayName"]: one["description"] or "" for one in place.emulator.tenant(tenant.TENANT)["policies"]}
    assert after == {one["displayName"]: one["description"] or "" for one in before}
