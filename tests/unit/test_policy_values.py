# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts and numbers: the same decision in modules, in definition files, and in policies inside of plays."""

from __future__ import annotations

import datetime
import json
import typing as t
from types import SimpleNamespace

import pytest
from ansible.utils.display import Display

from ansible_collections.m365.apps.plugins.action.office_client_config import ActionModule
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import POLICY_IN_LIST
from ansible_collections.m365.apps.plugins.module_utils._policy.values import number_warnings, refused_dates, typed
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import role_input
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import FuzzTenant, run

GUID = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
Dict = dict[str, t.Any]


class Heard:
    """Runs a module and keeps its warnings."""

    def __init__(self, runner: t.Callable[..., tuple[str, list[str]]]) -> None:
        self.warnings: list[str] = []
        self._runner = runner

    def __call__(self, *arguments: t.Any) -> tuple[str, list[str]]:
        printed, warnings = self._runner(*arguments)
        self.warnings += warnings
        return printed, warnings


def of_module(policy: Dict) -> Dict:
    """Return what the module of one policy makes, in check mode."""
    result = run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIG, {**policy, "_ansible_check_mode": True})
    return {"failed": result["msg"]} if result.get("failed") else result["config"]


def of_bulk_module(policy: Dict) -> Dict:
    result = run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIGS, {"policies": [policy], "_ansible_check_mode": True})
    return {"failed": result["msg"]} if result.get("failed") else result["configs"][0]


def of_json_text(policy: Dict) -> Dict:
    text = json.dumps([policy])
    result = run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIGS, {"policies": text, "_ansible_check_mode": True})
    return {"failed": result["msg"]} if result.get("failed") else result["configs"][0]


def of_inline_policies(policy: Dict) -> Dict:
    try:
        [read] = role_input([policy], "rollout_policies")
    except Exception as error:  # noqa: BLE001 - whatever it says is compared
        return {"failed": str(error)}
    return dict(read)


def of_json_file(policy: Dict) -> Dict:
    try:
        [read] = read_definitions("a.json", json.dumps(policy).encode())
    except ValueError as error:
        return {"failed": str(error)}
    return read


PLACES = (of_module, of_bulk_module, of_json_text, of_inline_policies, of_json_file)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"display_name": 2024}, {"display_name": "2024"}),
        ({"display_name": 0}, {"display_name": "0"}),
        ({"display_name": -5, "description": 7}, {"display_name": "-5", "description": "7"}),
        ({"display_name": "0123"}, {"display_name": "0123"}),
        ({"display_name": "no"}, {"display_name": "no"}),
        ({"display_name": "A", "priority": "20"}, {"priority": 20}),
        ({"display_name": "A", "priority": "020"}, {"priority": 20}),
        ({"display_name": "A", "priority": 20}, {"priority": 20}),
        ({"display_name": "A", "priority": " +20 "}, {"priority": 20}),
    ],
    ids=repr,
)
def test_a_value_is_the_same_everywhere(place: t.Callable[[Dict], Dict], given: Dict, wanted: Dict) -> None:
    read = place(given)
    assert {name: read.get(name) for name in wanted} == wanted, read


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"display_name": True}, "display_name is a boolean, not a text"),
        ({"display_name": False}, "display_name is a boolean, not a text"),
        ({"display_name": 1.5}, "display_name is a number that is not whole, not a text"),
        ({"display_name": ["A"]}, "display_name is a list, not a text"),
        ({"display_name": {"A": 1}}, "display_name is a dict, not a text"),
        ({"id": {GUID: None}}, "id is a dict, not a text"),
        ({"id": "a", "description": False}, "description is a boolean, not a text"),
        ({"id": "a", "priority": True}, "priority is the boolean true, not a number"),
        ({"id": "a", "priority": 20.0}, "priority is 20.0, not a whole number"),
        ({"id": "a", "priority": "20.0"}, "priority is '20.0', not a whole number"),
        ({"id": "a", "priority": "1_000"}, "priority is '1_000', not a whole number"),
        ({"id": "a", "priority": "1e3"}, "priority is '1e3', not a whole number"),
        ({"id": "a", "priority": "٣"}, "not a whole number"),
        ({"id": "a", "priority": "0x1F"}, "priority is '0x1F', not a whole number"),
    ],
    ids=repr,
)
def test_what_is_no_text_and_no_number_is_refused_everywhere(
    place: t.Callable[[Dict], Dict], given: Dict, said: str
) -> None:
    failed = place(given).get("failed")
    assert failed is not None
    assert said in failed


@pytest.mark.parametrize("place", [of_module, of_bulk_module, of_json_text, of_json_file])
@pytest.mark.parametrize("policy_id", [f"{{{GUID}}}", f" {GUID}", f"{GUID}\n", f"'{GUID}'", f"({GUID})"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_id_with_something_around_it_is_refused(place: t.Any, policy_id: str, state: str) -> None:
    """Taken as it is, it would be that of a policy which is gone already."""
    said = place({"id": policy_id, "state": state}).get("failed")
    assert "cannot use id: it has blanks, quotes or braces around it. Give the id alone." in str(said)


@pytest.mark.parametrize("module", [modules.OFFICE_CLIENT_CONFIG_INFO, modules.OFFICE_CLIENT_CHECKIN_INFO])
def test_a_filter_by_such_an_id_is_refused(module: modules.ModuleDefinition) -> None:
    result = run(FuzzTenant(), module, {"id": f"{{{GUID}}}"})
    assert "it has blanks, quotes or braces around it" in result["msg"]


def test_all_misfits_are_named_at_once() -> None:
    policies = [{"display_name": False}, {"display_name": "A", "priority": 1.5}, {"display_name": 3}]
    result = run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIGS, {"policies": policies})
    assert result["msg"] == (
        "the task: cannot use its values: policies[0].display_name is a boolean, not a text;"
        " policies[1].priority is 1.5, not a whole number. Quote what is a text."
    )
    with pytest.raises(Exception, match=r"rollout_policies\[0\]\.display_name is a boolean, not a text"):
        role_input(policies, "rollout_policies")
    many = [{"display_name": True}] * 20
    assert "and 12 more" in run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIGS, {"policies": many})["msg"]


def test_a_login_option_that_is_no_text_is_refused_without_its_value() -> None:
    result = run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIG, {"display_name": "A", "client_secret": 1.25})
    assert "client_secret is a number that is not whole, not a text" in result["msg"]
    assert "1.25" not in result["msg"]


def test_a_boolean_is_not_a_time() -> None:
    result = run(FuzzTenant(), modules.OFFICE_CLIENT_CONFIG, {"display_name": "A", "timeout": False})
    assert "timeout is the boolean false, not a number" in result["msg"]


@pytest.mark.parametrize("value", [datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 10, tzinfo=datetime.UTC)])
def test_a_date_is_refused_before_it_becomes_a_text_of_ansibles(value: t.Any) -> None:
    spec = modules.OFFICE_CLIENT_CONFIGS.spec
    error = refused_dates({"policies": [{"display_name": value, "policy_payload": [value]}]}, spec)
    assert isinstance(error, UserError)
    assert "policies[0].display_name is a date, not a text. Quote what is a text." in str(error)
    assert refused_dates({"policies": [{"display_name": True}]}, spec) is None
    assert "is a date" in of_inline_policies({"display_name": value})["failed"]


def test_a_number_that_python_writes_no_text_of_is_refused() -> None:
    _values, misfits = typed({"display_name": 10**5000}, POLICY_IN_LIST)
    assert [str(misfit) for misfit in misfits] == ["display_name is a number of too many digits, not a text"]


def test_a_name_that_is_a_number_is_a_warning_since_it_may_have_been_another(monkeypatch: pytest.MonkeyPatch) -> None:
    policies = [{"display_name": 83}, {"display_name": "84", "priority": 5}, {"id": "a", "description": 0}]
    wanted = "policies[0].display_name 83, {0}policies[2].description 0. Quote them, since YAML reads 0123 as 83"
    [said] = number_warnings({"policies": policies, "max_deletions": 5})
    assert said.startswith("numbers are taken as texts: " + wanted.format(""))
    assert number_warnings({"policies": "[]", "display_name": "83", "priority": 5}) == []
    assert number_warnings({"display_name": True}) == []
    told: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, msg, *_more, **_options: told.append(msg))
    role_input(policies, "rollout_policies")
    assert told[0].startswith("numbers are taken as texts: rollout_" + wanted.format("rollout_"))
    monkeypatch.setattr(_fast_path, "run_here", heard := Heard(_fast_path.run_here))
    of_module({"display_name": 83})
    assert heard.warnings == [number_warnings({"display_name": 83})[0]]


def test_a_task_with_a_date_as_a_name_fails_before_any_module_runs() -> None:
    action = object.__new__(ActionModule)
    action._task = SimpleNamespace(args={"display_name": datetime.date(2026, 1, 2)})
    assert action.run() == {
        "failed": True,
        "changed": False,
        "error": {},
        "msg": "the task: cannot use its values: display_name is a date, not a text. Quote what is a text.",
    }
