# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is seen in anything that a run prints, returns, logs or leaves behind, and nothing else is masked.

Left out is what the user wrote secrets into: the playbook, its variables, key files, and what ansible-runner keeps of
the environment it was given (``command``, ``env``).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import typing as t
from dataclasses import dataclass

import pytest

from ansible_collections.m365.apps.tests.credentials import federated_token, federation, pair, rsa_key
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.canaries import Canaries
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import (
    BIN,
    Ansible,
    Way,
    both_ways,
    environment,
)
from ansible_collections.m365.apps.tests.integration.support.runner import run_job

ONE, MANY, INFO, ORDER, GROUPS = (
    f"m365.apps.office_client_{name}"
    for name in ("config", "configs", "config_info", "config_order", "config_assignment")
)
# Characters that are written otherwise in URLs, JSON and HTML.
PASSPHRASE = "canary passphrase+0123\"<&'%/é"
PROXY_PASSWORD = "canary-proxy%2F0123456789"
IDENTITY_HEADER = "canary-identity-header-0123456789"
APP, IDENTITY_PROVIDER = pair("app"), rsa_key("identity provider")
ASSERTION = federated_token(IDENTITY_PROVIDER)
NO_TOKEN = "canary-of-a-token-file"
FILES = {
    "app.pem": APP.pem(),
    "app.pfx": APP.pfx(PASSPHRASE),
    "token": ASSERTION.encode(),
    "token-text": NO_TOKEN.encode(),
    "cut.pem": APP.pem()[:900],
}
GIVEN = {*FILES, "plays.yml", "site.yml", "variables.json", "env", "command"}
POLICIES = [{"displayName": name, "priority": place} for place, name in enumerate(("There", "Other"))]
GROUP = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "Everyone"}

SECRET = {"client_secret": "{{ m365_client_secret }}"}
LOGINS: dict[str, dict[str, t.Any]] = {
    "secret": SECRET,
    "PEM": {"certificate_path": "app.pem", "send_certificate_chain": True},
    "PFX": {"certificate_path": "app.pfx", "certificate_passphrase": PASSPHRASE},
    "federated": {"federated_token_file": "token"},
    "token": {"access_token": "{{ m365_access_token }}"},
}
WORKING: dict[str, Task] = {
    **{f"login by {name}": {INFO: {**login, "gather": ["payloads", "assignments"]}} for name, login in LOGINS.items()},
    "created": {ONE: {**SECRET, "display_name": "New", "policy_payload": {"a": 1}}, "diff": True},
    "a passphrase in a payload": {
        ONE: {**LOGINS["PFX"], "display_name": "Locked", "policy_payload": {PASSPHRASE: [f"x{PASSPHRASE}"]}},
        "diff": True,
    },
    "many": {MANY: {**SECRET, "policies": [{"display_name": "There", "groups": ["Everyone"]}]}, "diff": True},
    "groups": {GROUPS: {**SECRET, "display_name": "Other", "groups": ["Everyone"]}, "diff": True},
    "order": {ORDER: {**SECRET, "order": ["Other", "There"]}, "diff": True},
    # From here on each task knows the secret: no other can tell it from text.
    "described": {ONE: {**SECRET, "display_name": "New", "description": "with {{ m365_client_secret }}"}, "diff": True},
    "in the background": {INFO: SECRET, "async": 60, "poll": 1},
    "left in the background": {INFO: SECRET, "async": 60, "poll": 0},
}
DOWN = {"graph_url": "https://127.0.0.1:1", "retry_timeout": 0}
FAILING: dict[str, Task] = {
    "a wrong secret": {INFO: {"client_secret": "{{ m365_wrong_secret }}"}},
    "Graph is down": {INFO: {**LOGINS["token"], **DOWN}},
    "an untrusted certificate": {INFO: {**SECRET, "ca_path": None}},
    "a proxy that is down": {
        INFO: {**SECRET, "proxy": f"http://user:{PROXY_PASSWORD}@127.0.0.1:1", "retry_timeout": 0}
    },
    "a proxy that is none": {INFO: {**SECRET, "proxy": f"http://user:{PROXY_PASSWORD}@[x", "retry_timeout": 0}},
    "a password in an URL": {INFO: {**SECRET, "graph_url": f"https://user:{PROXY_PASSWORD}@graph.example"}},
    "a password in the login's URL": {INFO: {**SECRET, "login_url": f"https://user:{PROXY_PASSWORD}@login.example"}},
    "a wrong passphrase": {INFO: {"certificate_path": "app.pfx", "certificate_passphrase": f"{PASSPHRASE}x"}},
    "a key that is cut off": {INFO: {"certificate_path": "cut.pem"}},
    "a key for a path": {INFO: {"certificate_path": FILES["app.pem"].decode()}},
    "no token in a file": {INFO: {"federated_token_file": "token-text"}},
    "a token for a path": {INFO: {"federated_token_file": ASSERTION}},
    "a misspelled option": {INFO: {"client_secrets": "{{ m365_client_secret }}"}},
    "a wrong type": {INFO: {**SECRET, "timeout": "{{ m365_client_secret }}"}},
    "a wrong choice": {INFO: {**SECRET, "cloud": "{{ m365_client_secret }}"}},
    "a secret for an id": {ONE: {**SECRET, "id": "{{ m365_client_secret }}", "display_name": "x"}},
    "two logins": {INFO: {**SECRET, **LOGINS["token"]}},
    "forbidden": {ONE: {**SECRET, "client_id": tenant.APPS["reader"][0], "display_name": "There", "description": "x"}},
}
# The forms in which a server may repeat what it was sent; a part of an assertion is not known for one.
FORMS = ("plain", "quoted", "base64", "late", "split")
ECHOES = ("echo", "echo_redirect", "echo_page")
_CLEANED_SECONDS = 30
Case = tuple[dict[str, t.Any], Task]


def echoes_of_graph() -> dict[str, Case]:
    """Return faults of Graph that repeat the token, each with the task that meets it."""
    listing = {"path": "clientConfigurations(?!.*skiptoken)"}
    kinds = (*ECHOES, "echo_nextlink")
    cases: dict[str, Case] = {
        f"{kind}, {form}": ({"kind": kind, "form": form, "match": listing}, {INFO: {**SECRET, "retry_timeout": 0}})
        for form in FORMS
        for kind in kinds
    }
    inner = {"kind": "echo", "match": {"method": "PUT", "path": "policyPayload"}, "count": None}
    change = {"display_name": "There", "policy_payload": {"a": 1}}
    both = [change, {"display_name": "Other", "policy_payload": [2]}]
    cases["a write"] = (inner, {ONE: {**SECRET, **change}})
    cases["writes"] = (inner, {MANY: {**SECRET, "policies": both}})
    return cases


def echoes_of_logins() -> dict[str, Case]:
    """Return faults of the login service that repeat the secret or the assertion, each with the task that meets it."""
    at_token = {"on": "login", "path": "/token$"}
    return {
        f"{login}, {kind}, {form}": (
            {"kind": kind, "form": form, "match": at_token},
            {INFO: {**LOGINS[login], "retry_timeout": 0}},
        )
        for login, kinds in (("secret", ECHOES), ("PEM", ECHOES[:1]), ("federated", ECHOES[:1]))
        for kind in kinds
        for form in FORMS
        # One part of an assertion, which is of no use alone, is not known for one.
        if login == "secret" or form != "split"
    }


@dataclass
class Place:
    """A tenant, and how to look for its secrets in what a run leaves."""

    ansible: Ansible
    emulator: Emulator
    canaries: Canaries

    def play(self, tasks: t.Mapping[str, Task]) -> dict[str, t.Any]:
        """Run tasks, each of which may fail, with every log there is; look through it and return the results."""
        defaults = {
            name: f"{{{{ m365_{name} }}}}" for name in ("tenant_id", "client_id", "graph_url", "login_url", "ca_path")
        }
        whole = play(registered(tasks), module_defaults={"group/m365.apps.all": defaults})
        kept = run(self.ansible, [whole], "-vvvv", environment=self.logs())
        self.look()
        return {name: entry["result"] for name, entry in kept.items()}

    def logs(self) -> dict[str, str]:
        """Return the settings that put all that Ansible writes below the folder."""
        folder = self.ansible.folder
        return {
            "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
            "ANSIBLE_LOG_VERBOSITY": "4",
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        }

    def look(self, *printed: str) -> None:
        """Raise AssertionError for a secret in what was printed, and in every file below the folder."""
        self.canaries.add_tokens(self.emulator.tokens())
        self._wait_for_async()
        assert [seen for text in printed for seen in self.canaries.seen_in(text)] == []
        assert self.canaries.seen_below(self.ansible.folder, GIVEN) == {}

    def _wait_for_async(self) -> None:
        """Wait until Ansible has removed the module of a task in the background, some seconds after the play."""
        deadline = time.monotonic() + _CLEANED_SECONDS
        while list(self.ansible.folder.glob("remote/*/AnsiballZ_*")) and time.monotonic() < deadline:
            time.sleep(0.2)


@pytest.fixture
def place(ansible: Ansible, emulator: Emulator) -> Place:
    """The tenant, whose writer has every kind of credential, and their files beside the playbook."""
    state = tenant.state(POLICIES, [GROUP])
    held = state["tenants"][tenant.TENANT]
    held["apps"][0].update(
        certificates=[APP.certificate_pem().decode()],
        federated=[federation(IDENTITY_PROVIDER)],
        managed_identity=True,
        identity_header=IDENTITY_HEADER,
    )
    state["tenants"].update({other: {} for other in emulator.tenants() if other != tenant.TENANT})
    emulator.reset(state)
    for name, content in FILES.items():
        (ansible.folder / name).write_bytes(content)
    token = tenant.access_token(emulator.ready)
    variables = {**tenant.login_variables(emulator.ready), "m365_access_token": token}
    there = Ansible(ansible.folder, ansible.login, variables, ansible.way)
    secrets = {
        "secret": tenant.SECRET,
        "wrong secret": tenant.WRONG_SECRET,
        "passphrase": PASSPHRASE,
        "proxy password": PROXY_PASSWORD,
        "identity header": IDENTITY_HEADER,
        "assertion": ASSERTION,
        "token file": NO_TOKEN,
        "begin of any token": "eyJhbGciOi",
        **{f"key line {place}": line for place, line in enumerate(APP.secrets())},
    }
    canaries = Canaries(secrets)
    canaries.add_tokens([token])
    return Place(there, emulator, canaries)


@both_ways
def test_what_works(place: Place) -> None:
    results = place.play(WORKING)
    assert {name: result["msg"] for name, result in results.items() if result.get("failed")} == {}
    held = {policy["displayName"]: policy for policy in place.emulator.tenant(tenant.TENANT)["policies"]}
    # What is written is what was meant.
    assert held["New"]["description"] == f"with {tenant.SECRET}"
    assert held["Locked"]["policyPayload"] == {PASSPHRASE: [f"x{PASSPHRASE}"]}
    assert "masked by m365.apps" in results["described"]["config"]["description"]
    [left] = (place.ansible.folder / "async").iterdir()
    assert "There" in left.read_text()


@both_ways
def test_what_fails(place: Place) -> None:
    results = place.play(FAILING)
    assert [name for name, result in results.items() if not result["failed"]] == []
    assert results["a misspelled option"]["invocation"]["module_args"]["client_secrets"].startswith("VALUE_SPECIFIED")
    assert place.emulator.writes() == [call for call in place.emulator.writes() if call.startswith("PATCH")]


@both_ways
@pytest.mark.parametrize("echoes", [echoes_of_graph, echoes_of_logins], ids=["Graph", "login"])
def test_a_server_that_repeats_what_it_was_sent(place: Place, echoes: t.Callable[[], dict[str, Case]]) -> None:
    cases = echoes()
    place.emulator.misbehave(*(fault for fault, _task in cases.values()))
    results = place.play({name: task for name, (_fault, task) in cases.items()})
    assert [name for name, result in results.items() if not result["failed"]] == []
    # Each met its fault, and says what can be said.
    assert [fault["count"] for fault in place.emulator.faults() if fault["count"] is not None] == []
    silent = [name for name in cases if ", echo, " in f", {name}" and "Not taken: " not in results[name]["msg"]]
    assert {name: results[name]["msg"] for name in silent} == {}


@both_ways
def test_a_managed_identity(place: Place) -> None:
    url = place.emulator.ready.url
    machine = {"IDENTITY_ENDPOINT": f"{url}/msi/token", "IDENTITY_HEADER": IDENTITY_HEADER}
    login = {
        "managed_identity": "system",
        "graph_url": url,
        "ca_path": place.emulator.ready.ca_path,
        "retry_timeout": 0,
    }
    echo = [{"kind": "echo", "form": form, "match": {"on": "login", "path": "/msi/token"}} for form in FORMS[:3]]
    for faults in ([], *([fault] for fault in echo)):
        place.emulator.misbehave(*faults)
        done = place.ansible.run("ansible", "localhost", "-m", INFO, "-a", json.dumps(login), "-vvvv", **machine)
        assert (done.code != 0) == bool(faults)
        place.look(done.output)


@both_ways
@pytest.mark.parametrize("callback", ["minimal", "oneline", "tree"])
def test_other_output(place: Place, callback: str) -> None:
    """The other callbacks of Ansible's core, and its own debug messages; the login comes from the environment."""
    shown = {"ANSIBLE_STDOUT_CALLBACK": f"ansible.builtin.{callback}", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"}
    if callback == "tree":
        shown = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree", "ANSIBLE_CALLBACK_TREE_DIR": "tree"}
        shown |= {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "true", "ANSIBLE_DEBUG": "1"}
    for faults in ([], [{"kind": "echo", "count": None}]):
        place.emulator.misbehave(*faults)
        more = {**place.ansible.login, **place.logs(), **shown}
        done = place.ansible.run("ansible", "localhost", "-m", INFO, "-vvvv", **more)
        assert (done.code != 0) == bool(faults)
        place.look(done.output)


@both_ways
def test_jobs(place: Place) -> None:
    """ansible-runner's artifacts: events, printed lines, facts; a role that works and one that fails."""
    folder = place.ansible.folder / "job"
    (folder / "project").mkdir(parents=True)
    policies = [{"display_name": "There", "policy_payload": {"a": 1}}]
    roles = [{"role": "m365.apps.rollout", "rollout_policies": policies}]
    site = [{"hosts": "localhost", "gather_facts": False, "roles": roles}]
    (folder / "project" / "site.yml").write_text(json.dumps(site))
    more = {**place.ansible.login, **place.logs(), "ANSIBLE_VERBOSITY": "4"}
    for faults, status in (([], "successful"), ([{"kind": "echo", "count": None}], "failed")):
        place.emulator.misbehave(*faults)
        job = run_job(folder, "site.yml", environment(place.ansible.folder, place.ansible.way, **more), {})
        assert job.status == status, job.stdout
        place.look(job.stdout, json.dumps(job.events))
    assert list(folder.glob("artifacts/*/job_events/*.json"))


def test_a_run_that_is_killed(place: Place) -> None:
    """In the middle of a call. A module process, which is not tried here, may leave the file that Ansible gave it."""
    place.emulator.misbehave({"kind": "slow", "seconds": 30, "match": {"path": "clientConfigurations"}})
    command = [str(BIN / "ansible"), "localhost", "-m", INFO, "-vvvv"]
    more = {**place.ansible.login, **place.logs()}
    process = subprocess.Popen(
        command,
        cwd=place.ansible.folder,
        env=environment(place.ansible.folder, Way.IN_PROCESS, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not place.emulator.journal():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    printed, _none = process.communicate()
    assert place.emulator.tokens()
    place.look(printed)


# What is no secret

WORD, LETTER = "office", "a"
WORDS = {
    "display_name": "office",
    "description": "an office a day, at http://proxy.example:8080",
    "policy_payload": [{"settingId": "office", "value": "a", "a": "http://proxy.example:8080", "number": 1}],
}


@both_ways
def test_short_secrets_damage_nothing(place: Place) -> None:
    """A secret that is a word, a passphrase of one letter, in results, in check mode, and in what is written."""
    state = tenant.state()
    app = state["tenants"][tenant.TENANT]["apps"][0]
    app.update(secrets=[WORD], certificates=[APP.certificate_pem().decode()])
    state["tenants"][tenant.TENANT]["groups"] = [GROUP]
    place.emulator.reset(state)
    (place.ansible.folder / "letter.pfx").write_bytes(APP.pfx(LETTER))
    login = {"client_secret": WORD, "proxy": ""}
    by_letter = {"certificate_path": "letter.pfx", "certificate_passphrase": LETTER}
    everything = {"gather": ["payloads", "assignments"]}
    policies = "{{ kept['read'].result.configs }}"
    results = place.play(
        {
            "planned": {ONE: {**login, **WORDS}, "check_mode": True, "diff": True},
            "made": {ONE: {**login, **WORDS}, "diff": True},
            "grouped": {GROUPS: {**by_letter, "display_name": WORD, "groups": [GROUP["displayName"]]}},
            "read": {INFO: {**by_letter, **everything}},
            "read by secret": {INFO: {**login, **everything}},
            "written back": {MANY: {**login, "policies": policies}, "diff": True},
            "refused": {ONE: {**login, **WORDS, "kind": "office"}},
            "wrong": {INFO: {"client_secret": "wrong"}},
        }
    )
    assert {name for name, result in results.items() if result["failed"]} == {"refused", "wrong"}
    [held] = place.emulator.tenant(tenant.TENANT)["policies"]
    assert (held["displayName"], held["description"]) == (WORDS["display_name"], WORDS["description"])
    assert held["policyPayload"] == WORDS["policy_payload"]
    for name in ("planned", "made"):
        assert {key: results[name]["config"][key] for key in WORDS} == WORDS
        assert results[name]["diff"][0]["after"]["description"] == WORDS["description"]
        assert results[name]["actions"][0]["display_name"] == WORD
        arguments = results[name]["invocation"]["module_args"]
        assert (arguments["client_secret"], arguments["proxy"]) == ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "")
    assert results["read"]["configs"] == results["read by secret"]["configs"]
    assert results["read"]["configs"][0]["groups"] == [GROUP["id"]]
    assert {key: results["read"]["configs"][0][key] for key in WORDS} == WORDS
    assert not results["written back"]["changed"]
    # Messages say words of others, so there a short secret that is sent is masked.
    assert "wrong" not in results["wrong"]["msg"]
    assert results["read"]["invocation"]["module_args"]["certificate_passphrase"].startswith("VALUE_SPECIFIED")


@both_ways
def test_what_was_masked_is_not_written(place: Place) -> None:
    """A policy whose text is a long secret comes back masked, and the next task refuses to write that."""
    state = tenant.state([{"displayName": "There", "description": f"see {tenant.SECRET}", "priority": 1}])
    place.emulator.reset(state)
    copied = {"display_name": "Copy", "description": "{{ kept['read'].result.configs[0].description }}"}
    results = place.play(
        {
            "read": {INFO: SECRET},
            "written back": {MANY: {**SECRET, "policies": "{{ kept['read'].result.configs }}"}},
            "copied": {ONE: {**SECRET, **copied}},
            "copied in check mode": {ONE: {**SECRET, **copied}, "check_mode": True},
        }
    )
    assert results["read"]["configs"][0]["description"] == "see (secret masked by m365.apps)"
    for name in ("written back", "copied", "copied in check mode"):
        assert results[name]["failed"]
        assert "cannot use description: it holds a mask" in results[name]["msg"]
    assert place.emulator.writes() == []
