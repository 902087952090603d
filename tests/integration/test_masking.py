# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Masking damages nothing: not what is shown, and not what is written."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import play
from ansible_collections.m365.apps.tests.integration.support.processes import (
    HIDDEN,
    Ansible,
    assert_called_with,
    in_process_first,
)
from ansible_collections.m365.apps.tests.integration.support.secret_place import APP, GROUP, Place

ONE, MANY, INFO, ORDER, GROUPS = (
    f"m365.apps.office_client_{name}"
    for name in ("config", "configs", "config_info", "config_order", "config_assignment")
)
SECRET = {"client_secret": "{{ m365_client_secret }}"}
WORD, LETTER = "office", "a"
WORDS = {
    "display_name": "office",
    "description": "an office a day, at http://proxy.example:8080",
    "policy_payload": [{"settingId": "office", "value": "a", "a": "http://proxy.example:8080", "number": 1}],
}


@in_process_first
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
        assert_called_with(results[name], client_secret=HIDDEN, proxy="")
    assert results["read"]["configs"] == results["read by secret"]["configs"]
    assert results["read"]["configs"][0]["groups"] == [GROUP["id"]]
    assert {key: results["read"]["configs"][0][key] for key in WORDS} == WORDS
    assert not results["written back"]["changed"]
    # Messages say words of others, so there a short secret that is sent is masked.
    assert "wrong" not in results["wrong"]["msg"]
    assert_called_with(results["read"], certificate_passphrase=HIDDEN)


@in_process_first
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


ORDINARY = "Standard"
NAMED = {"displayName": f"Contoso {ORDINARY}", "description": f"the {ORDINARY}", "priority": 1}
# Credentials that the environment offers, and that a login by client_secret of the task does not use.
UNUSED = {
    "M365_ACCESS_TOKEN": f"x.{ORDINARY}.y",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": ORDINARY,
    "AZURE_FEDERATED_TOKEN_FILE": f"eyJ\n{ORDINARY}",
    "IDENTITY_HEADER": ORDINARY,
    "HTTP_PROXY": f"http://u:{ORDINARY}@127.0.0.1:1",
}
ROLLOUT = {
    "rollout_policies": [{"display_name": f"Contoso {ORDINARY}", "description": "new"}],
    "rollout_backup_folder": "{{ playbook_dir }}/backup",
    "rollout_plan_folder": "{{ playbook_dir }}/plan",
    "rollout_export_folder": "{{ playbook_dir }}/export",
    "rollout_drift_file": "{{ playbook_dir }}/drift.json",
    "rollout_state_folder": "{{ playbook_dir }}/state",
    "rollout_drift_fails": False,
}


def entered(*entries: str, **variables: t.Any) -> list[dict[str, t.Any]]:
    """Return tasks that run entry points of the role; one that fails is told of, and does not end the play."""
    return [
        {
            "block": [
                {
                    "ansible.builtin.include_role": {"name": "m365.apps.rollout", "tasks_from": entry},
                    "vars": {**ROLLOUT, **variables},
                }
            ],
            "rescue": [{"ansible.builtin.debug": {"msg": f"REFUSED {entry}: {{{{ ansible_failed_result.msg }}}}"}}],
        }
        for entry in entries
    ]


@in_process_first
def test_an_unused_secret_damages_nothing_that_is_kept(ansible: Ansible, emulator: Emulator) -> None:
    emulator.reset(tenant.state([NAMED]))
    site = ansible.folder / "site.yml"
    site.write_text(json.dumps([play(entered("export", "plan", "main"))]))
    run = ansible.playbook(site, **UNUSED).ok()
    assert "REFUSED" not in run.output
    assert [policy["description"] for policy in emulator.tenant(tenant.TENANT)["policies"]] == ["new"]
    [backup] = (ansible.folder / "backup").rglob("definitions/*.yml")
    for path in (ansible.folder / "export" / "contoso-standard.yml", backup):
        assert f"display_name: Contoso {ORDINARY}\n" in path.read_text()
    kept = [path for path in ansible.folder.rglob("*") if path.is_file() and path.suffix in (".yml", ".json", ".md")]
    assert [path for path in kept if "secret masked" in path.read_text()] == []


@in_process_first
def test_what_a_used_secret_masks_is_not_kept(ansible: Ansible, emulator: Emulator) -> None:
    """Each refuses in one sentence, before anything is written to the tenant or to a file."""
    state = tenant.state([NAMED], [{"id": "11111111-0000-4000-8000-000000000009", "displayName": "g"}])
    state["tenants"][tenant.TENANT]["apps"][0].update(secrets=[ORDINARY])
    emulator.reset(state)
    waves = [{"name": "all", "groups": ["g"]}]
    tasks = [
        *entered("export", "plan", "main", "drift"),
        *entered("main", rollout_backup_folder="", rollout_waves=waves),
    ]
    site = ansible.folder / "site.yml"
    site.write_text(json.dumps([play(tasks)]).replace("{{ m365_client_secret }}", ORDINARY))
    run = ansible.playbook(site).ok()
    refused = re.findall(r"REFUSED (\w+): (.*)", run.stdout)
    assert [entry for entry, _text in refused] == ["export", "plan", "main", "drift", "main"], run.output
    for entry, text in refused:
        assert "a secret of" in text, entry
        assert "policy 'Contoso (secret masked by m365.apps)'" in text, entry
    assert emulator.writes() == []
    files = {path.name for path in ansible.folder.rglob("*") if path.is_file() and "ansible" not in path.parts}
    assert files <= {"site.yml", "variables.json", "ansible.cfg"}
