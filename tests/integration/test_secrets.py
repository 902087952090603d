# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is seen in anything that a run prints, returns, logs or leaves behind, and nothing else is masked.

Left out is what the user wrote secrets into: the playbook, its variables, key files, and what ansible-runner keeps of
the environment it was given (``command``, ``env``).
"""

from __future__ import annotations

import base64
import html
import json
import os
import signal
import subprocess
import time
import typing as t
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.canaries import Canaries
from ansible_collections.m365.apps.tests.integration.support.plays import Task
from ansible_collections.m365.apps.tests.integration.support.processes import (
    BIN,
    DEBUG_SHOWS_SECRETS,
    HIDDEN,
    Way,
    assert_called_with,
    both_ways,
    environment,
    in_process_first,
)
from ansible_collections.m365.apps.tests.integration.support.runner import run_job
from ansible_collections.m365.apps.tests.integration.support.secret_place import (
    ASSERTION,
    FILES,
    IDENTITY_HEADER,
    PASSPHRASE,
    PROXY_PASSWORD,
    Place,
)

ONE, MANY, INFO, ORDER, GROUPS = (
    f"m365.apps.office_client_{name}"
    for name in ("config", "configs", "config_info", "config_order", "config_assignment")
)
SECRET = {"client_secret": "{{ m365_client_secret }}"}
LOGINS: dict[str, dict[str, t.Any]] = {
    "secret": SECRET,
    "PEM": {"certificate_path": "app.pem", "send_certificate_chain": True},
    "PFX": {"certificate_path": "app.pfx", "certificate_passphrase": PASSPHRASE},
    "federated": {"federated_token_file": "token"},
    "token": {"access_token": "{{ m365_access_token }}"},
}
NEW = {"display_name": "New too"}
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
AT_TOKEN = {"on": "login", "path": "/token$"}
ECHOES = ("echo", "echo_redirect", "echo_page")
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


def faults_of_graph() -> dict[str, Case]:
    """Return other faults, some in the middle of a run, each with the task that meets it."""
    listing, writing = (
        {"method": "GET", "path": "clientConfigurations(?!/)"},
        {"method": "PUT", "path": "policyPayload"},
    )
    change = {ONE: {**SECRET, "retry_timeout": 0, "display_name": "There"}}
    cases: dict[str, Case] = {}
    for kind in ("cut_json", "other_json", "nextlink_foreign", "nextlink_loop"):
        cases[kind] = ({"kind": kind, "match": listing}, {MANY: {**SECRET, "retry_timeout": 0, "policies": [NEW]}})
    for place, kind in enumerate(
        ("token_expired", "forbidden", "html_error", "redirect", "unavailable", "reset_after")
    ):
        # A refused token is renewed once.
        fault = {"kind": kind, "match": writing, "count": 2 if kind == "token_expired" else 1}
        cases[kind] = (fault, {ONE: {**change[ONE], "policy_payload": {"a": place}}})
    return cases


def echoes_of_logins() -> dict[str, Case]:
    """Return faults of the login service, most of which repeat the credential, each with the task that meets it."""
    cases: dict[str, Case] = {}
    for login, kinds in (("secret", ECHOES), ("PEM", ECHOES[:1]), ("federated", ECHOES[:1])):
        task = {INFO: {**LOGINS[login], "retry_timeout": 0}}
        for kind in kinds:
            # One part of an assertion, which is of no use alone, is not known for one.
            for form in FORMS if login == "secret" else FORMS[:-1]:
                cases[f"{login}, {kind}, {form}"] = ({"kind": kind, "form": form, "match": AT_TOKEN}, task)
    for kind in ("cut_json", "html_error", "redirect", "reset_after"):
        cases[kind] = ({"kind": kind, "match": AT_TOKEN}, {INFO: {**SECRET, "retry_timeout": 0}})
    return cases


def test_canaries_are_found(tmp_path: Path) -> None:
    """What all other tests rest on: a secret that is somewhere, in whatever form, is told."""
    canaries = Canaries({"passphrase": PASSPHRASE})
    canaries.add_tokens(["eyJhbGciOi.eyJhdWQiOi.c2lnbmF0dXJlc2lnbmF0dXJl"])
    for text in (f"user:{PASSPHRASE}", f"Bearer x{PASSPHRASE}y"):
        encoded = base64.b64encode(text.encode()).decode()
        for form in (text, encoded, json.dumps(text), quote(text), quote_plus(text), html.escape(text), repr([text])):
            assert canaries.seen_in(f"before {form} after"), form
    assert canaries.seen_in("the part c2lnbmF0dXJlc2lnbmF0dXJl of it")
    assert canaries.seen_in("canary passphrase and 0123") == []
    (tmp_path / "given").write_text(PASSPHRASE)
    (tmp_path / "log").write_text(f"a line\n{PASSPHRASE}\n")
    assert list(canaries.seen_below(tmp_path, {"given"})) == ["log"]


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


@in_process_first
def test_what_fails(place: Place) -> None:
    results = place.play(FAILING)
    assert [name for name, result in results.items() if not result["failed"]] == []
    assert_called_with(results["a misspelled option"], client_secrets=HIDDEN)
    assert place.emulator.writes() == [call for call in place.emulator.writes() if call.startswith("PATCH")]


@in_process_first
@pytest.mark.parametrize("made", [echoes_of_graph, echoes_of_logins, faults_of_graph], ids=["Graph", "login", "faults"])
def test_a_server_that_fails_or_repeats_what_it_was_sent(place: Place, made: t.Callable[[], dict[str, Case]]) -> None:
    cases = made()
    place.emulator.misbehave(*(fault for fault, _task in cases.values()))
    results = place.play({name: task for name, (_fault, task) in cases.items()})
    assert [name for name, result in results.items() if not result["failed"]] == []
    # Each met its fault, and says what can be said.
    assert [fault["count"] for fault in place.emulator.faults() if fault["count"] is not None] == []
    silent = [name for name in cases if ", echo, " in f", {name}" and "Not taken" not in results[name]["msg"]]
    assert {name: results[name]["msg"] for name in silent} == {}


@in_process_first
def test_a_managed_identity(place: Place) -> None:
    url = place.emulator.ready.url
    machine = {"IDENTITY_ENDPOINT": f"{url}/msi/token", "IDENTITY_HEADER": IDENTITY_HEADER}
    login = {"managed_identity": "system", "client_id": "{{ omit }}", "retry_timeout": 0}
    place.emulator.misbehave(
        *({"kind": "echo", "form": form, "match": {"on": "login", "path": "/msi/token"}} for form in FORMS[:3])
    )
    results = place.play({name: {INFO: login} for name in (*FORMS[:3], "none")}, **machine)
    assert [name for name, result in results.items() if result["failed"]] == list(FORMS[:3])


@in_process_first
# What oneline prints, minimal breaks into lines.
@pytest.mark.parametrize("callback", ["minimal", pytest.param("oneline", marks=pytest.mark.full), "tree"])
def test_other_output(place: Place, callback: str) -> None:
    """The other callbacks of Ansible's core, and its own debug messages; the login comes from the environment."""
    shown = {"ANSIBLE_STDOUT_CALLBACK": f"ansible.builtin.{callback}", "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"}
    if callback == "tree":
        shown = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree", "ANSIBLE_CALLBACK_TREE_DIR": "tree"}
        shown |= {"ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"}
        if place.ansible.way is Way.IN_PROCESS or not DEBUG_SHOWS_SECRETS:
            shown["ANSIBLE_DEBUG"] = "1"
    for faults in ([], [{"kind": "echo", "count": None}]):
        place.emulator.misbehave(*faults)
        more = {**place.ansible.login, **place.logs(), **shown}
        done = place.ansible.run("ansible", "localhost", "-m", INFO, "-vvvv", **more)
        assert (done.code != 0) == bool(faults)
        place.look(done.output)


@in_process_first
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
