# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ad-hoc commands in JSON and in k=v form, logins by environment and by token, and ansible-doc."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import (
    Ansible,
    Run,
    both_ways,
    in_process_first,
    look_through,
)
from ansible_collections.m365.apps.tests.unit import own_settings

GROUP = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "Executives' Office"}


def adhoc(ansible: Ansible, module: str, arguments: t.Any, *more: str, **environment: str) -> Run:
    """Run one module from the command line; the login comes from the environment."""
    given = arguments if isinstance(arguments, str) else json.dumps(arguments)
    login = environment or ansible.login
    return ansible.run("ansible", "localhost", "-m", f"m365.apps.{module}", "-a", given, "-vvvv", *more, **login)


def answer(run: Run, word: str) -> dict[str, t.Any]:
    """Return the result that an ad-hoc command prints after ``localhost | WORD =>``."""
    found = re.search(rf"^localhost \| {word}!? => (\{{.*?^\}})", run.stdout, re.MULTILINE | re.DOTALL)
    assert found, run.output
    return t.cast(dict[str, t.Any], json.loads(found[1]))


@both_ways
def test_json_arguments(ansible: Ansible, emulator: Emulator) -> None:
    payload = [{"settingId": "ä", "value": "½"}]
    policy = {"display_name": "Ad hoc", "kind": "windows_security", "policy_payload": payload}
    made = answer(adhoc(ansible, "office_client_config", policy).ok(), "CHANGED")
    again = answer(adhoc(ansible, "office_client_config", policy).ok(), "SUCCESS")
    [held] = emulator.tenant(tenant.TENANT)["policies"]
    assert made["config"]["id"] == again["config"]["id"] == held["id"]
    assert held["policyPayload"] == payload
    assert len(emulator.writes()) == 2


@in_process_first
@pytest.mark.parametrize("kind", ["broken_tls", "oversized"])
def test_a_create_whose_answer_is_broken_is_found(ansible: Ansible, emulator: Emulator, kind: str) -> None:
    emulator.misbehave({"kind": kind, "match": {"method": "POST", "path": "/clientConfigurations$"}})
    made = answer(adhoc(ansible, "office_client_config", {"display_name": "Ad hoc"}).ok(), "CHANGED")
    [held] = emulator.tenant(tenant.TENANT)["policies"]
    assert made["config"]["id"] == held["id"]
    assert len(emulator.writes()) == 1


@in_process_first
def test_a_write_whose_answer_does_not_end_is_told(ansible: Ansible, emulator: Emulator) -> None:
    policy = {"display_name": "Ad hoc", "policy_payload": {"a": 1}, "timeout": 2, "retry_timeout": 0}
    emulator.misbehave({"kind": "drip", "seconds": 0.2, "match": {"method": "PUT"}, "count": None})
    failed = answer(adhoc(ansible, "office_client_config", policy), "FAILED")
    assert "did not answer within 2 s" in failed["msg"]
    assert failed["changed"]
    assert [action["action"] for action in failed["actions"]] == ["create"]


@in_process_first
def test_words_as_arguments(ansible: Ansible, emulator: Emulator) -> None:
    emulator.reset(tenant.state(groups=[GROUP]))
    policy = (
        """display_name="Ad hoc's" priority=5 description='' policy_payload='{"a": 1}' user_preference_payload='[]'"""
    )
    planned = answer(adhoc(ansible, "office_client_config", policy, "--check", "--diff").ok(), "CHANGED")
    assert planned["config"]["id"] is None
    assert emulator.writes() == []
    adhoc(ansible, "office_client_config", policy).ok()
    groups = """display_name="Ad hoc's" groups='{"add": ["Executives\\' Office"]}'"""
    adhoc(ansible, "office_client_config_assignment", groups).ok()
    [held] = emulator.tenant(tenant.TENANT)["policies"]
    assert (held["displayName"], held["priority"], held["policyPayload"]) == ("Ad hoc's", 5, {"a": 1})
    assert [entry["groupId"] for entry in held["assignments"]] == [GROUP["id"]]


@in_process_first
def test_many_policies_and_reading(ansible: Ansible, emulator: Emulator) -> None:
    policies = {"policies": [{"display_name": "One", "priority": 3}, {"display_name": "Two"}]}
    made = answer(adhoc(ansible, "office_client_configs", policies).ok(), "CHANGED")
    assert [item["status"] for item in made["results"]] == ["created", "created"]
    read = answer(adhoc(ansible, "office_client_config_info", "gather=payloads,assignments").ok(), "SUCCESS")
    assert [(config["display_name"], config["priority"]) for config in read["configs"]] == [("One", 3), ("Two", 4)]
    assert [config["groups"] for config in read["configs"]] == [[], []]
    assert len(emulator.writes()) == 2


@in_process_first
def test_token_from_the_environment(ansible: Ansible, emulator: Emulator) -> None:
    token = tenant.access_token(emulator.ready)
    logins = {name: value for name, value in ansible.login.items() if not name.startswith("AZURE_")}
    emulator.reset(tenant.state())
    run = adhoc(ansible, "office_client_config", {"display_name": "By token"}, M365_ACCESS_TOKEN=token, **logins).ok()
    assert token not in run.output
    assert [policy["displayName"] for policy in emulator.tenant(tenant.TENANT)["policies"]] == ["By token"]


@in_process_first
@pytest.mark.parametrize(
    "spoil", [lambda token: f"{token[:-8]}AAAAAAAA", lambda token: f"{token} "], ids=["forged", "blank"]
)
def test_wrong_token_is_not_shown(ansible: Ansible, emulator: Emulator, spoil: t.Callable[[str], str]) -> None:
    token = spoil(tenant.access_token(emulator.ready))
    logins = {name: value for name, value in ansible.login.items() if not name.startswith("AZURE_")}
    run = adhoc(ansible, "office_client_config_info", "", M365_ACCESS_TOKEN=token, **logins).failed()
    said = answer(run, "FAILED")["msg"]
    assert "token" in said
    assert "\n" not in said
    assert token.strip() not in run.output
    assert emulator.writes() == []


# The same in a play: test_each_failure_is_one_sentence of test_logins.py.
@pytest.mark.full
@in_process_first
def test_refused_login_is_one_sentence(ansible: Ansible, emulator: Emulator) -> None:
    login = {**ansible.login, "AZURE_CLIENT_SECRET": tenant.WRONG_SECRET}
    run = adhoc(ansible, "office_client_config", {"display_name": "Never"}, **login).failed()
    said = answer(run, "FAILED")["msg"]
    assert "AADSTS7000215" in said
    assert "\n" not in said
    assert emulator.journal() == []


@pytest.mark.full  # the same
@in_process_first
def test_no_login_at_all(ansible: Ansible, emulator: Emulator) -> None:
    login = {name: value for name, value in ansible.login.items() if not name.startswith("AZURE_")}
    run = adhoc(ansible, "office_client_config", {"display_name": "Never"}, **login).failed()
    assert "no credential is given" in answer(run, "FAILED")["msg"]
    assert emulator.journal() == []


@in_process_first
def test_a_setting_is_found_without_a_login(ansible: Ansible, emulator: Emulator) -> None:
    login = {name: value for name, value in ansible.login.items() if not name.startswith("AZURE_")}
    own_settings.write(ansible.folder / "own.jsonl")
    words = "search='macro own workbooks' app=excel16 catalog_file=own.jsonl"
    found = answer(adhoc(ansible, "office_setting_info", words, **login).ok(), "SUCCESS")
    [setting] = found["settings"]
    assert (setting["setting"], found["count"]) == ("excel16/L_OwnMacros", 1)
    known = answer(
        adhoc(ansible, "office_setting_info", "setting=excel16;l_vbawarningspolicy", **login).ok(), "SUCCESS"
    )
    assert known["settings"][0]["example"] == "- setting: excel16/L_VBAWarningsPolicy\n  value: 2\n"
    assert emulator.journal() == []


@in_process_first
def test_words_of_a_setting_are_looked_for_in_graph(ansible: Ansible, emulator: Emulator) -> None:
    found = answer(adhoc(ansible, "office_setting_info", "search='macro' app=excel16").ok(), "SUCCESS")
    assert (found["source"], found["complete"]) == ("graph", False)
    assert all("acro" in setting["policy"] for setting in found["settings"])
    assert emulator.journal()


def test_the_search_for_secrets_finds_one() -> None:
    for shown in (tenant.SECRET, tenant.WRONG_SECRET, "a canary", "Traceback (most recent call last):"):
        with pytest.raises(AssertionError):
            look_through(f"something\nand {shown}\n", ["a canary"])
