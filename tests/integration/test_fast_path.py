# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugins that run a module's handler in-process: nobody can tell the difference but by the time it takes.

Which way a task went shows in the logins: a module logs in for each item of a loop, an action plugin once for all. A
connection that is not local is not in here: it would need a second machine.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import (
    HIDDEN,
    REGISTERS_ALL,
    Ansible,
    Way,
    assert_called_with,
    both_ways,
    in_process_first,
)
from ansible_collections.m365.apps.tests.integration.test_gate_catalog import DISABLED, POLICY, reported

ONE = "office_client_config"
MANY = "office_client_configs"
GROUPS = "office_client_config_assignment"
ORDER = "office_client_config_order"
INFO = "office_client_config_info"
CHECKINS = "office_client_checkin_info"

GROUP = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "Büro"}
POLICIES = [
    {
        "id": "22222222-0000-4000-8000-000000000001",
        "displayName": "There",
        "description": "½ and <html> & \u2028",
        "priority": 5,
        "policyPayload": [{"settingId": "a", "value": "1", "number": 1.0, "big": 12345678901234567890}],
        "assignments": [GROUP["id"]],
        "lastModifiedDateTime": "2026-01-02T03:04:05Z",
    },
    # A payload that is neither an object nor an array.
    # A check-in without a readable time.
    {
        "id": "22222222-0000-4000-8000-000000000002",
        "displayName": "Opaque",
        "priority": 6,
        "policyPayload": 5,
        "checkinStatuses": [{"userId": "u", "checkinDateTime": "soon"}],
    },
]
CHECK = {"check_mode": True, "diff": True}
GROUPLESS = "{{ m365_apps.groupless.client_id }}"


def task(module: str, arguments: t.Any, **keywords: t.Any) -> Task:
    """Return a task of the collection."""
    return {f"m365.apps.{module}": arguments, **keywords}


# Each is run both ways and must give the same. None of them writes, so that the second way finds the same tenant.
CASES = {
    "create in check mode": task(
        ONE, {"display_name": "New", "policy_payload": {"a": [1, {"b": None}]}, "priority": 1}, **CHECK
    ),
    "change in check mode": task(
        ONE, {"display_name": "There", "description": "x", "policy_payload": {"a": 1}}, **CHECK
    ),
    "delete in check mode": task(ONE, {"display_name": "There", "state": "absent"}, **CHECK),
    "unchanged": task(ONE, {"display_name": "There", "priority": 5}, diff=True),
    "unchanged without diff": task(ONE, {"display_name": "There", "description": "½ and <html> & \u2028"}),
    "a string for a number": task(ONE, {"display_name": "There", "priority": "5"}, diff=True),
    "words": task(ONE, "display_name=There priority=5 description='½ and <html> & \u2028'"),
    "numbers and dates for text": task(ONE, {"display_name": 2026, "description": 1.5}, **CHECK),
    "a payload as text": task(ONE, {"display_name": "There", "policy_payload": '[{"settingId": "a"}]'}, **CHECK),
    "groups in check mode": task(GROUPS, {"display_name": "There", "groups": {"remove": ["Büro"]}}, **CHECK),
    "groups unchanged": task(GROUPS, {"display_name": "There", "groups": "Büro"}),
    "many in check mode": task(
        MANY,
        {"policies": [{"display_name": "New"}, {"display_name": "There", "groups": []}], "order": ["New"]},
        **CHECK,
    ),
    "nothing": task(MANY, {"policies": []}, diff=True),
    "order in check mode": task(ORDER, {"order": ["Opaque", "There"]}, **CHECK),
    "everything read": task(INFO, {"gather": ["payloads", "assignments", "checkins"]}),
    "check-ins read": task(CHECKINS, {"since": "2026-01-01"}),
    "status reports read": task(CHECKINS, {"surface": "settings_catalog", "policies": ["Macros"]}),
    "check-ins read with a warning": task(CHECKINS, {"display_name": "Opaque"}),
    "a loop": task(INFO, {"display_name": "{{ item }}"}, loop=["There", "Nowhere"]),
    "a refusal": task(ONE, {"display_name": "New", "priority": 5}),
    "a refusal in a loop": task(ONE, {"display_name": "There", "priority": "{{ item }}"}, loop=[5, 6]),
    "a refusal by the tenant": task(
        ONE, {"display_name": "There", "description": "x", "client_id": "{{ m365_apps.reader.client_id }}"}
    ),
    "an old plan": task(MANY, {"policies": [{"display_name": "There"}], "expect_fingerprint": "m365.apps-1:"}),
    "a plan that is bound": task(
        MANY, {"policies": [{"display_name": "There"}], "expect_fingerprint": f"m2{'a' * 72}"}
    ),
    "an unknown option": task(ONE, {"display_name": "New", "priorty": 5}),
    "an unknown option in an item": task(MANY, {"policies": [{"display_name": "New", "priorty": 5}]}),
    "a wrong type": task(ONE, {"display_name": "New", "priority": "high"}),
    "a wrong choice": task(ONE, {"display_name": "New", "kind": "mac"}),
    "nothing to tell which policy": task(ONE, {"description": "x"}),
    "null": task(ONE, {"display_name": "There", "description": None}),
    "null for what has a default": task(ONE, {"display_name": "There", "state": None}),
    "null for a login option": task(INFO, {"display_name": "There", "timeout": None, "proxy": None}),
    "omit": task(ONE, {"display_name": "There", "description": "{{ omit }}", "priority": 5}),
    "a wrong secret": task(INFO, {"client_secret": "{{ m365_wrong_secret }}"}),
    "an unknown tenant": task(INFO, {"tenant_id": "nowhere.example"}),
    "no certificate": task(INFO, {"ca_path": "/nonexistent/ca.pem"}),
    "a host that cannot be reached": task(INFO, {"graph_url": "https://127.0.0.1:1", "retry_timeout": 0}),
    "a warning of a group": task(
        GROUPS, {"display_name": "Opaque", "groups": [GROUP["id"]], "client_id": GROUPLESS}, **CHECK
    ),
    "a warning that failed_when reads": task(
        GROUPS,
        {"display_name": "Opaque", "groups": [GROUP["id"]], "client_id": GROUPLESS},
        check_mode=True,
        failed_when="'GroupMember.Read.All' in (this.warnings | join(' '))",
    ),
    "a warning of a payload": task(INFO, {"display_name": "Opaque", "gather": ["payloads"]}),
    "warnings in a loop": task(
        INFO, {"display_name": "{{ item }}", "gather": ["payloads"]}, loop=["Opaque", "There", "Opaque"]
    ),
    "a secret in a result": task(
        ONE,
        {
            "display_name": "New",
            "description": "with {{ m365_client_secret }} in it",
            "policy_payload": {"{{ m365_client_secret }}": 1},
        },
        **CHECK,
    ),
    "a secret in an error": task(ONE, {"id": "{{ m365_client_secret }}", "display_name": "x"}),
    "a secret that is short": task(INFO, {"proxy": "", "display_name": "There"}),
    "what is hidden": task(INFO, {}, no_log=True),
    "until": task(INFO, {"display_name": "There"}, until="this.configs | length == 2", retries=2, delay=0),
    "changed_when": task(INFO, {"display_name": "There"}, changed_when="this.configs[0].priority == 5"),
}

# Of these make test tries the one behind it alone, which goes the same way through Ansible.
LIKE = {
    "delete in check mode": "change in check mode",
    "numbers and dates for text": "a string for a number",
    "unchanged without diff": "unchanged",
    "groups in check mode": "a warning that failed_when reads",
    "groups unchanged": "unchanged",
    "a payload as text": "a string for a number",
    "status reports read": "check-ins read",
    "nothing": "many in check mode",
    "check-ins read with a warning": "a warning that failed_when reads",
    "a warning of a group": "a warning that failed_when reads",
    "a loop": "warnings in a loop",
    "a warning of a payload": "warnings in a loop",
    "a refusal in a loop": "a refusal",
    "a refusal by the tenant": "a wrong secret",
    "an old plan": "a refusal",
    "a plan that is bound": "a refusal",
    "an unknown option in an item": "an unknown option",
    "nothing to tell which policy": "an unknown option",
    "a wrong choice": "a wrong type",
    "null for what has a default": "null",
    "null for a login option": "null",
    "an unknown tenant": "a wrong secret",
    "no certificate": "a wrong secret",
    "a host that cannot be reached": "a wrong secret",
    "a secret that is short": "a secret in an error",
    "changed_when": "until",
}

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIXED = (
    GROUP["id"],
    *(str(policy["id"]) for policy in POLICIES),
    tenant.TENANT,
    *(app for app, _unused in tenant.APPS.values()),
)


def without_chance(text: str) -> str:
    """Return a text with all GUIDs that the server makes up anew each time as one and the same."""
    return _GUID.sub(lambda found: found[0] if found[0] in _FIXED else "a new GUID", text)


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    """A tenant with two policies and a group."""
    state = tenant.state(POLICIES, [GROUP])
    state["tenants"][tenant.TENANT] |= {
        "catalog_policies": [{"id": POLICY, "name": "Macros", "settings": [DISABLED]}],
        "device_statuses": [reported("ann", 2), reported("bob", 6)],
    }
    emulator.reset(state)
    return emulator


def both(ansible: Ansible, there: Emulator, cases: t.Mapping[str, Task]) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return the results of cases by their names, in-process and by modules."""

    def results(way: Way) -> dict[str, t.Any]:
        folder = ansible.folder / way.name
        folder.mkdir()
        one = Ansible(folder, {}, tenant.login_variables(there.ready), way)
        kept = json.loads(without_chance(json.dumps(run(one, [play(registered(cases))], "-vvvv"))))
        return {name: entry["result"] for name, entry in kept.items()}

    with ThreadPoolExecutor(2) as pool:
        here, by_module = pool.map(results, (Way.IN_PROCESS, Way.MODULE))
    assert list(here) == list(cases)
    unlike = {name: [here[name], by_module[name]] for name in cases if here[name] != by_module[name]}
    assert unlike == {}
    return here, by_module


@pytest.mark.long
@pytest.mark.full
def test_results_like_those_are_equal(ansible: Ansible, there: Emulator) -> None:
    """Cheaper: test_results_are_equal."""
    assert set(LIKE.values()) <= set(CASES) - set(LIKE)
    both(ansible, there, {name: CASES[name] for name in LIKE})
    assert there.writes() == [f"PATCH /beta/officeConfiguration/clientConfigurations/{POLICIES[0]['id']}"] * 2


@pytest.mark.long
def test_results_are_equal(ansible: Ansible, there: Emulator) -> None:
    here, by_module = both(ansible, there, {name: case for name, case in CASES.items() if name not in LIKE})
    # The cases are what they are called.
    assert here["create in check mode"]["changed"]
    assert here["create in check mode"]["diff"]
    assert not here["unchanged"]["changed"]
    assert here["a refusal"]["failed"]
    assert here["a warning that failed_when reads"]["failed"]
    warned = [len(result.get("warnings", [])) for result in here["warnings in a loop"]["results"]]
    assert warned == ([1, 0, 1] if REGISTERS_ALL else [0, 0, 0])
    assert here["until"]["attempts"] == 2
    assert_called_with(here["unchanged"], client_secret=HIDDEN)
    assert here["a secret in a result"]["config"]["description"] == "with (secret masked by m365.apps) in it"
    assert tenant.SECRET not in json.dumps([here, by_module])
    assert there.writes() == []


# That the switch of the environment makes modules of all is in each run, too: test_fast_path_choice.py of the units,
# and test_progress.py, where a module prints nothing.
@in_process_first
@pytest.mark.usefixtures("there")
def test_one_login_for_a_loop(ansible: Ansible) -> None:
    clients = {"client_id": "{{ item }}", "display_name": "There", "description": "x"}
    apps = [tenant.APPS[name][0] for name in ("writer", "reader", "writer")]
    secrets = {"client_secret": "{{ item }}"}
    right, wrong = "{{ m365_client_secret }}", "{{ m365_wrong_secret }}"
    kept = run(
        ansible,
        [
            play(
                registered(
                    {
                        "three items": task(INFO, {}, loop=[1, 2, 3]),
                        "another task": task(INFO, {}),
                        "a variable, which wins": task(INFO, {}, loop=[1, 2], vars={"m365_fast_path": True}),
                        "apps": task(ONE, clients, loop=apps, diff=True),
                        "secrets": task(INFO, secrets, loop=[right, wrong, right], no_log=True),
                    },
                    logins=True,
                )
            )
        ],
    )
    # A text before ansible-core 2.19.
    logins = [int(entry["logins"]) for entry in kept.values()]
    spent = [after - before for before, after in zip([0, *logins], logins, strict=False)]
    # Nothing is kept from one task to the next, and nothing shared between two apps or two secrets.
    assert spent == ([1, 1, 1, 2, 2] if ansible.way is Way.IN_PROCESS else [3, 1, 1, 3, 3])
    failed = {name: [item["failed"] for item in kept[name]["result"]["results"]] for name in ("apps", "secrets")}
    assert failed == {"apps": [False, False, False], "secrets": [False, True, False]}


@in_process_first
def test_an_app_does_not_write_with_the_login_of_another(ansible: Ansible, there: Emulator) -> None:
    change = {"client_id": "{{ item }}", "display_name": "There", "description": "by {{ item }}"}
    apps = [tenant.APPS[name][0] for name in ("writer", "reader")]
    kept = run(ansible, [play(registered({"apps": task(ONE, change, loop=apps)}))])
    assert [item["failed"] for item in kept["apps"]["result"]["results"]] == [False, True]
    assert there.tenant(tenant.TENANT)["policies"][0]["description"] == f"by {apps[0]}"


ITEMS = {"loop": [1, 2]}
# What makes a task in a loop go which way: the keywords, and its logins. test_fast_path_choice.py of the units has all
# values; these are the ones that ansible makes of keywords.
CONDITIONS: dict[str, tuple[dict[str, t.Any], int]] = {
    "nothing special": ({}, 1),
    "an empty environment": ({"environment": {}}, 1),
    "become that is off": ({"become": False, "become_user": "root"}, 1),
    "switched on": ({"vars": {"m365_fast_path": "{{ 1 == 1 }}"}}, 1),
    "switched off by a template": ({"vars": {"m365_fast_path": "{{ item > 5 }}"}}, 2),
    "become": ({"become": True, "become_user": "root", "become_method": "ansible.builtin.su"}, 2),
    "async": ({"async": 60, "poll": 1}, 2),
    "environment": ({"environment": {"M365_CLOUD": "global"}}, 2),
    "another Python": ({"vars": {"ansible_python_interpreter": "{{ playbook_dir }}/other-python"}}, 2),
    "another host": ({"delegate_to": "other"}, 2),
}


@pytest.mark.usefixtures("there")
def test_what_runs_the_module(ansible: Ansible) -> None:
    # Another path for the same Python: a wrapper, since a link would not find the packages.
    other = ansible.folder / "other-python"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    other.chmod(0o700)
    host = {
        "name": "other",
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    add = {"ansible.builtin.add_host": host}
    cases = {name: task(INFO, {}, **ITEMS, **keywords) for name, (keywords, _unused) in CONDITIONS.items()}
    on_play = registered({"environment of the play": task(INFO, {}, **ITEMS)}, logins=True)
    kept = run(
        ansible,
        [play([add, *registered(cases, logins=True)]), play(on_play, environment={"M365_CLOUD": "global"})],
    )
    failed = [name for name, entry in kept.items() if entry["result"].get("failed")]
    assert failed == []
    # A text before ansible-core 2.19.
    logins = [int(entry["logins"]) for entry in kept.values()]
    spent = {name: after - before for name, before, after in zip(kept, [0, *logins], logins, strict=False)}
    wanted = {name: logins for name, (_unused, logins) in CONDITIONS.items()} | {"environment of the play": 2}
    assert spent == wanted


@both_ways
def test_relative_ca_path(ansible: Ansible, there: Emulator) -> None:
    """It is looked for beside the playbook, wherever the command was started."""
    beside = ansible.folder / "elsewhere"
    beside.mkdir()
    shutil.copy(there.ready.ca_path, beside / "own-ca.pem")
    cases = {
        "there": task(INFO, {"ca_path": "own-ca.pem"}),
        "in a loop": task(INFO, {"ca_path": "./own-ca.pem"}, loop=[1, 2]),
        "not there": task(INFO, {"ca_path": "no-ca.pem"}),
    }
    kept = run(ansible, [play(registered(cases))], folder=beside)
    assert [name for name, entry in kept.items() if entry["result"].get("failed")] == ["not there"]
    assert "no-ca.pem" in kept["not there"]["result"]["msg"]
    assert_called_with(kept["there"]["result"], ca_path="own-ca.pem")
