# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The boundary to AnsibleModule: options as given, environment, one sentence for every failure, no secrets."""

from __future__ import annotations

import copy
import json
import re
import sys
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.m365.apps.plugins.module_utils._errors import Failure, MissingLibraryError, UserError
from ansible_collections.m365.apps.plugins.module_utils._module import boundary
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import (
    AUTH,
    CONNECTION,
    POLICY_IN_LIST,
    SURFACE,
)
from ansible_collections.m365.apps.plugins.module_utils._module.boundary import answer, run_module
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Handler, Opening, Reply, Request
from ansible_collections.m365.apps.plugins.module_utils._module.masks import MASK
from ansible_collections.m365.apps.plugins.modules import office_client_config, office_client_config_info
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import SHOW_ARGUMENTS, without_news
from ansible_collections.m365.apps.tests.unit.modules import ModuleDefinition
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, POLICIES, TOKEN, Wire, refusal

SECRET = "canary-secret~0123456789"
DEFAULTS = {name: option.get("default") for name, option in {**AUTH, **CONNECTION, **SURFACE}.items()}
SHARED = {**AUTH, **CONNECTION, **SURFACE}
# What is written into a variable, for the options that do not take any text, and the value that this is.
WRITTEN = {
    "api_version": "v1.0",
    "cloud": "global",
    "connections": "7",
    "surface": "settings_catalog",
    "managed_identity": "user",
    "send_certificate_chain": "true",
    "validate_certs": "false",
}
MEANT: dict[str, t.Any] = {**WRITTEN, "send_certificate_chain": True, "validate_certs": False, "connections": 7}
ENVIRONMENT = {
    name: (option["fallback"][1][0], WRITTEN.get(name, "https://e"))
    for name, option in SHARED.items()
    if "fallback" in option
}
POLICY_LIST = {"type": "list", "elements": "dict", "options": POLICY_IN_LIST}
Capture = pytest.CaptureFixture[str]


def given(args: dict[str, t.Any]) -> t.ContextManager[None]:
    """Hand arguments to the next module of this process. Ansible's own helper for it came with ansible-core 2.19."""
    return _fast_path._given(_fast_path._written(args))


def printed(main: t.Callable[[], None], args: dict[str, t.Any], capsys: Capture) -> str:
    """Run a module in this process, as with -vvv, and return all it prints."""
    with given({**SHOW_ARGUMENTS, **args}), pytest.raises(SystemExit):
        main()
    output = capsys.readouterr()
    result = json.loads(output.out)
    assert result["invocation"]["module_args"]
    return without_news(result) + output.err


def run(main: t.Callable[[], None], args: dict[str, t.Any], capsys: Capture) -> dict[str, t.Any]:
    """Run a module in this process and return its result."""
    with given(args), pytest.raises(SystemExit):
        main()
    result: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The module's warnings; where they end up depends on what else of Ansible is loaded in this process."""
    texts: list[str] = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda _module, text: texts.append(text))
    return texts


def seen(spec: dict[str, t.Any], args: dict[str, t.Any], capsys: Capture) -> Request:
    """Return the request that a module with these options hands to its handler."""
    requests: list[Request] = []

    def handler(request: Request, _opening: Opening) -> Reply:
        requests.append(request)
        return Reply({"changed": False})

    result = run(lambda: run_module(ModuleDefinition(spec, handler)), {"access_token": TOKEN, **args}, capsys)
    assert requests, result
    return requests[0]


# Options


def test_raw_options_are_those_of_the_task(capsys: Capture) -> None:
    request = seen({"x": {"type": "str"}, "y": {"type": "int", "default": 5}}, {"x": None}, capsys)
    assert {name: value for name, value in request.raw.items() if not name.startswith("_ansible")} == {
        "access_token": TOKEN,
        "x": None,
    }
    assert (request.params["x"], request.params["y"]) == (None, 5)


def test_raw_options_are_not_touched_by_validation(capsys: Capture) -> None:
    item = {"display_name": "A", "priority": "7"}
    request = seen({"policies": POLICY_LIST}, {"policies": [item]}, capsys)
    assert request.raw["policies"] == [item]
    assert request.params["policies"][0]["priority"] == 7
    assert request.params["policies"][0]["state"] == "present"


def test_a_list_of_policies_may_be_json_text(capsys: Capture) -> None:
    item = {"display_name": "A", "priority": "7", "policy_payload": [{"settingId": "a"}], "description": None}
    given = [seen({"policies": POLICY_LIST}, {"policies": form}, capsys) for form in ([item], json.dumps([item]))]
    assert given[0].raw["policies"] == given[1].raw["policies"]
    assert given[0].raw["policies"][0]["description"] is None
    assert given[0].params["policies"] == given[1].params["policies"]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('[{"display_name": "A"}', "it is not JSON (Expecting ',' delimiter: line 1 column 23 (char 22))"),
        ('{"display_name": "A"}', "its text is a dict, not that of a list"),
        ('[{"priority": 1, "priority": 2}]', "the key 'priority' is there twice in one object"),
        ("[NaN]", "JSON has no number NaN"),
        ("[" * 100_000, "it is nested too deeply (more than 120 levels)"),
        ("", "it is empty text"),
    ],
)
def test_a_text_that_is_no_list_is_refused(capsys: Capture, text: str, cause: str) -> None:
    definition = ModuleDefinition({"policies": POLICY_LIST}, lambda _request, _opening: Reply({"changed": True}))
    result = run(lambda: run_module(definition), {"access_token": TOKEN, "policies": text}, capsys)
    assert result["msg"] == (f"the option policies: cannot use it: {cause}. Give a list, or the JSON text of one.")
    assert (result["failed"], result["changed"]) == (True, False)


def test_payloads_are_not_copied(capsys: Capture) -> None:
    payload = {"a": {"b": 1}}
    item = {"display_name": "A", "policy_payload": payload, "user_preference_payload": [payload]}
    request = seen({"policies": POLICY_LIST}, {"policies": [item]}, capsys)
    [given] = request.params["policies"]
    assert (given["policy_payload"], given["user_preference_payload"]) == (payload, [payload])
    for name in ("policy_payload", "user_preference_payload"):
        assert copy.deepcopy(given[name]) is given[name]


@pytest.mark.parametrize("name", ["access_token", "graph_url"])
def test_what_the_environment_fills_in_is_not_raw(capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    variable, value = ENVIRONMENT[name]
    monkeypatch.setenv(variable, value)
    request = seen({}, {"client_secret": SECRET, "tenant_id": "t", "client_id": "c", "access_token": None}, capsys)
    assert request.raw.get(name) is None


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_each_variable_is_read(capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    variable, value = ENVIRONMENT[name]
    monkeypatch.setenv(variable, value)
    args = {"client_secret": SECRET, "tenant_id": "t", "client_id": "c"}
    args.pop(name, None)
    requests: list[Request] = []

    def handler(request: Request, _opening: Opening) -> Reply:
        requests.append(request)
        return Reply({"changed": False})

    run(lambda: run_module(ModuleDefinition({}, handler)), args, capsys)
    assert requests[0].params[name] == MEANT.get(name, value)


@pytest.mark.parametrize("name", sorted(set(SHARED) - {"access_token"}))
def test_a_null_shared_option_is_as_if_left_out(capsys: Capture, name: str) -> None:
    assert seen({}, {name: None}, capsys).params[name] == DEFAULTS[name]


@pytest.mark.parametrize("name", sorted(set(ENVIRONMENT) - {"access_token", "client_secret"}))
def test_a_null_shared_option_leaves_the_environment_its_say(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    variable, value = ENVIRONMENT[name]
    monkeypatch.setenv(variable, value)
    assert seen({}, {name: None}, capsys).params[name] == MEANT.get(name, value)


@pytest.mark.parametrize("name", sorted(set(ENVIRONMENT) - {"access_token"}))
def test_an_empty_variable_is_as_if_not_set(capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(ENVIRONMENT[name][0], "")
    assert seen({}, {}, capsys).params[name] == DEFAULTS[name]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("diff_mode", [False, True])
def test_check_and_diff_mode_are_handed_on(capsys: Capture, check_mode: bool, diff_mode: bool) -> None:
    request = seen({}, {"_ansible_check_mode": check_mode, "_ansible_diff": diff_mode}, capsys)
    assert (request.check_mode, request.diff_mode) == (check_mode, diff_mode)


# Replies


def replying(reply: Reply) -> Handler:
    return lambda _request, _opening: reply


def test_a_result_is_handed_out_with_its_warnings(capsys: Capture, warned: list[str]) -> None:
    reply = Reply({"changed": True, "config": {"id": "p1"}}, ["mind this"])
    result = run(lambda: run_module(ModuleDefinition({}, replying(reply))), {"access_token": TOKEN}, capsys)
    assert (result["changed"], result["config"], "failed" in result) == (True, {"id": "p1"}, False)
    assert warned == ["mind this"]


def test_a_secret_that_is_not_used_is_not_masked_in_warnings(
    capsys: Capture, warned: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "Standard")
    reply = Reply({"changed": False, "plan": {"warnings": ["policy 'Standard'"]}}, ["policy 'Standard'", TOKEN])
    result = run(lambda: run_module(ModuleDefinition({}, replying(reply))), {"access_token": TOKEN}, capsys)
    assert result["plan"]["warnings"] == ["policy 'Standard'"]
    assert warned == ["policy 'Standard'", MASK]


def test_an_error_is_a_failure_with_facts_and_result(capsys: Capture, warned: list[str]) -> None:
    error = UserError("policy 'A'", "read it", "no", "Do something", Failure("no", status=403, code="Forbidden"))
    reply = Reply({"changed": True, "actions": [1]}, ["mind this"], error)
    result = run(lambda: run_module(ModuleDefinition({}, replying(reply))), {"access_token": TOKEN}, capsys)
    assert result["failed"] is True
    assert result["msg"] == "policy 'A': cannot read it: no. Do something."
    assert result["error"]["status"] == 403
    assert (result["changed"], result["actions"]) == (True, [1])
    assert warned == ["mind this"]
    assert "exception" not in result


def test_an_error_before_any_call_has_no_facts(capsys: Capture) -> None:
    result = run(office_client_config_info.main, {}, capsys)
    assert result["failed"] is True
    assert result["error"] == {}
    assert result["changed"] is False


def test_a_missing_requests_library_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary, "REQUESTS_IMPORT_ERROR", "ImportError: No module named 'requests'")
    result = run(office_client_config_info.main, {"access_token": TOKEN}, capsys)
    assert result["failed"] is True
    assert "requests" in result["msg"]
    assert sys.executable in result["msg"]


def test_a_missing_msal_library_is_named(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msal", None)
    args = {"client_secret": SECRET, "tenant_id": "t", "client_id": "c"}
    result = run(office_client_config_info.main, args, capsys)
    assert result["failed"] is True
    assert "msal" in result["msg"]
    assert SECRET not in json.dumps(result)


# Errors nobody foresaw

PARAMS = {**DEFAULTS, "access_token": TOKEN}


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("canary-text"),
        KeyError("canary-text"),
        AssertionError("canary-text"),
        RecursionError("canary-text"),
        OSError(2, "canary-text"),
        UnicodeDecodeError("utf-8", b"canary-text", 0, 1, "canary-text"),
        ExceptionGroup("canary-text", [ValueError("canary-text")]),
    ],
    ids=lambda error: type(error).__name__,
)
def test_any_exception_becomes_one_sentence_without_its_text(error: Exception) -> None:
    def handler(_request: Request, _opening: Opening) -> Reply:
        raise error

    reply = answer(Request(PARAMS, {}), handler)
    assert reply.result == {"changed": False}
    message = str(reply.error)
    assert re.fullmatch(
        rf"m365\.apps: cannot go on: an unexpected {type(error).__name__} in test_module_boundary\.py line \d+\. "
        r"This is a defect of the collection: please report it with this sentence\.",
        message,
    )
    assert "canary" not in message


def test_an_exception_while_opening_the_tenant_becomes_a_sentence_too() -> None:
    reply = answer(Request({}, {}), lambda _request, opening: Reply({"url": opening().client.graph_url}))
    assert "an unexpected KeyError in tenant.py line" in str(reply.error)


def test_a_user_error_is_kept_with_its_facts() -> None:
    error = UserError("policy 'A'", "read it", "no", "Do something", Failure("no", status=404))

    def handler(_request: Request, _opening: Opening) -> Reply:
        raise error

    assert answer(Request(PARAMS, {}), handler).error is error


def test_a_missing_library_is_not_a_defect() -> None:
    def handler(_request: Request, _opening: Opening) -> Reply:
        raise MissingLibraryError("msal", "story")

    with pytest.raises(MissingLibraryError):
        answer(Request(PARAMS, {}), handler)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_from_outside_is_not_caught(stop: type[BaseException]) -> None:
    def handler(_request: Request, _opening: Opening) -> Reply:
        raise stop

    with pytest.raises(stop):
        answer(Request(PARAMS, {}), handler)


# Secrets


def test_a_request_does_not_show_its_options() -> None:
    request = Request({"client_secret": SECRET}, {"access_token": TOKEN})
    assert SECRET not in f"{request!r} {request}"
    assert TOKEN not in f"{request!r} {request}"


def test_a_token_that_a_proxy_sends_back_is_masked(wire: Wire, capsys: Capture) -> None:
    wire.expect("GET", POLICIES, **refusal(400, f"bad header Authorization: Bearer {TOKEN}"))
    shown = printed(office_client_config_info.main, {"access_token": TOKEN, "graph_url": GRAPH}, capsys)
    assert "bad header" in shown
    assert TOKEN not in shown


def test_neither_credential_is_shown(wire: Wire, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", SECRET)
    wire.expect("GET", POLICIES, **refusal(403))
    args = {"access_token": TOKEN, "graph_url": GRAPH, "display_name": "A"}
    shown = printed(office_client_config.main, args, capsys)
    assert TOKEN not in shown
    assert SECRET not in shown


def test_a_proxys_password_is_not_shown(wire: Wire, capsys: Capture) -> None:
    wire.expect("GET", POLICIES, **refusal(403))
    args = {"access_token": TOKEN, "graph_url": GRAPH, "proxy": "http://user:canary-password@proxy.test:8080"}
    assert "canary-password" not in printed(office_client_config_info.main, args, capsys)


def test_raw_options_tell_what_was_given_without_holding_payloads(capsys: Capture) -> None:
    item = {"display_name": "A", "policy_payload": [{"settingId": "a"}], "description": None}
    request = seen({"policies": POLICY_LIST}, {"policies": [item]}, capsys)
    assert request.raw["policies"] == [{"display_name": "A", "policy_payload": True, "description": None}]
    assert request.params["policies"][0]["policy_payload"] == [{"settingId": "a"}]


@pytest.mark.parametrize("error", [None, UserError("the policy", "read it", "it says acquired-token", "Look")])
def test_an_acquired_token_is_masked_wherever_it_comes_back(
    capsys: Capture, warned: list[str], error: UserError | None
) -> None:
    """An opaque one, known only because it was sent."""

    def handler(_request: Request, opening: Opening) -> Reply:
        t.cast("set[str]", opening().tokens).add("acquired-token")
        return Reply({"config": {"description": "acquired-token", "id": "p1"}}, ["mind acquired-token"], error)

    args = {"access_token": TOKEN, "graph_url": GRAPH}
    result = run(lambda: run_module(ModuleDefinition({}, handler)), args, capsys)
    assert result["config"] == {"description": MASK, "id": "p1"}
    assert warned == [f"mind {MASK}"]
    assert "acquired" not in json.dumps(result)
    assert result.get("msg") == (error and f"the policy: cannot read it: it says {MASK}. Look.")
