# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input and odd answers that once ended in a traceback, in a wrong write, or not at all."""

from __future__ import annotations

import json
import reprlib
import time
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, NotGraphError
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import LOGIN, FuzzTenant, Spoilt, refused, run
from ansible_collections.m365.apps.tests.unit.fuzz_values import nested
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Clock, Wire, refusal
from graph_emulator.wire import Call

CONFIG, CONFIGS = modules.OFFICE_CLIENT_CONFIG, modules.OFFICE_CLIENT_CONFIGS
JSON = {"Content-Type": "application/json"}
Change = t.Callable[[t.Any], t.Any]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"priority": True}, "use its values: priority is the boolean true, not a number. Give a number."),
        ({"priority": "Infinity"}, "priority is 'Infinity (too large)', not a whole number"),
        ({"priority": "1e999999999"}, "priority is '1e999999999 (too large)', not a whole number"),
        ({"priority": 10**400}, "priority is 'a number (too large)', not a whole number"),
        ({"retry_timeout": 1e300}, "is not a time from 0 to 604800 seconds"),
        (
            {"connections": 0},
            "cannot use connections: 0 is not a number from 1 to 16. Give 1 to send one request after",
        ),
        ({"connections": 17}, "cannot use connections: 17 is not a number from 1 to 16"),
        ({"timeout": 10**400}, "unable to convert to float"),
        ({"api_version": "../other"}, "cannot use api_version: it is not a version's name"),
        ({"policy_payload": nested(200)}, "it is nested too deeply (more than 120 levels)"),
        ({"policy_payload": nested(5000)}, "the task: cannot use its options: a value is nested too deeply"),
        ({"policy_payload": '{"a": 1e999}'}, "JSON has no number inf"),
        ({"policy_payload": '{"a": 1, "a": 2}'}, "cannot use policy_payload: the key 'a' is there twice"),
        ({"description": "\ud800"}, "a text holds an unpaired surrogate"),
        ({"kind": "x" * 100_000}, "value of kind must be one of"),
        ({"kind": "\x1b[31m"}, r"got: \x1b[31m"),
    ],
    ids=reprlib.repr,
)
def test_a_bad_option_is_refused_in_a_sentence(arguments: dict[str, t.Any], said: str) -> None:
    assert said in refused(FuzzTenant(), CONFIG, {"display_name": "New", **arguments})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"policies": [{"display_name": "A", "groups": "[" * 10_000}]}, "it looks like JSON but is not"),
        ({"policies": [{"display_name": "A", "groups": [nested(100)]}]}, "which is not a group name or id"),
        ({"policies": ['{"display_name": "A", "groups": null}']}, "cannot use groups: it is null"),
        ({"prune": True, "prune_scope": '{"display_name": null}'}, "use prune_scope.display_name: it is null"),
        ({"prune_scope": True}, "the option prune_scope: cannot use it: it is a boolean, not a dict"),
        ({"prune": True, "protect": ["[" * 100_000]}, "cannot use protect: a pattern has 100000 characters"),
        ({"prune": True, "prune_scope": {"display_name": ["*" * 1001]}}, "cannot use prune_scope.display_name"),
        ({"max_deletions": "٣"}, "cannot use max_deletions"),
    ],
    ids=reprlib.repr,
)
def test_a_bad_option_of_the_bulk_module_is_refused_in_a_sentence(arguments: dict[str, t.Any], said: str) -> None:
    started = time.monotonic()
    message = refused(FuzzTenant(), CONFIGS, {"policies": [{"display_name": "One"}], **arguments})
    assert said in message or "dictionary requested" in message
    assert time.monotonic() - started < 20


def with_listing(change: Change) -> FuzzTenant:
    """Return a tenant whose listing is changed on its way."""

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        if not call.path.endswith("/clientConfigurations"):
            return answer
        return Spoilt(200, json.dumps(change(answer.json())).encode(), JSON)

    return FuzzTenant(spoil)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("priority", True, "its priority is of type bool, not int"),
        ("priority", 1.5, "its priority is of type float, not int"),
        ("priority", "5", "its priority is of type str, not int"),
        ("priority", 2**40, "its priority is no 32-bit number"),
        ("displayName", ["One"], "its displayName is of type list, not str"),
        ("displayName", "\ud800", "a body that is not complete JSON"),
        ("id", {"a": 1}, "its id is of type dict, not str"),
        ("description", 5, "its description is of type int, not str"),
        ("userCheckinSummary", nested(500), "a body that is not complete JSON"),
    ],
)
def test_a_wrong_value_in_the_listing_stops_the_run(name: str, value: t.Any, said: str) -> None:
    def change(document: t.Any) -> t.Any:
        document["value"][0][name] = value
        return document

    assert said in refused(with_listing(change), CONFIG, {"display_name": "New"})


@pytest.mark.parametrize("number", ["1e999", "NaN"])
def test_a_number_that_json_does_not_know_stops_the_run(number: str) -> None:
    body = f'{{"value": [{{"id": "a", "displayName": "A", "priority": {number}}}]}}'.encode()
    tenant = FuzzTenant(lambda _call, _answer: Spoilt(200, body, JSON))
    assert "not complete JSON" in refused(tenant, CONFIG, {"display_name": "New"})


@pytest.mark.parametrize("target", [None, {}, {"groupId": 5}, {"groupId": ""}, {"@odata.type": ["x"]}, 5])
def test_an_assignment_that_could_not_be_sent_back_stops_the_run(target: t.Any) -> None:
    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        body = json.dumps({"value": [{"id": "a", "target": target}]}).encode()
        return Spoilt(200, body, JSON) if call.path.endswith("/assignments") else answer

    desired = {"display_name": "One", "description": "x", "groups": {"add": ["All Staff"]}}
    assert "the target of an assignment" in refused(
        FuzzTenant(spoil), CONFIGS, {"policies": [desired], "batch": "never"}
    )


@pytest.mark.parametrize("headers", [[], "x", 5, {"Retry-After": [1]}])
@pytest.mark.parametrize("status", [True, -5, 99999, 200])
def test_an_odd_inner_answer_of_a_batch_is_survived(headers: t.Any, status: t.Any) -> None:
    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        if not call.path.endswith("/$batch"):
            return answer
        document = answer.json()
        for inner in document["responses"]:
            inner.update(headers=headers, status=status)
        return Spoilt(200, json.dumps(document).encode(), JSON)

    tenant = FuzzTenant(spoil)
    result = run(tenant, modules.OFFICE_CLIENT_CONFIG_INFO, {"gather": ["payloads"], "retry_timeout": 0})
    assert bool(result.get("failed")) == (status != 200)


@pytest.mark.parametrize("link", ["https://[::1", "https://graph.test\n.evil.test/", "https://graph.test/\x00"])
def test_a_page_link_that_is_no_url_is_refused(wire: Wire, link: str) -> None:
    wire.expect("GET", f"{GRAPH}/beta/things", json={"value": [], "@odata.nextLink": link})
    with pytest.raises(NotGraphError, match="a page link is not a URL"):
        Clock().client().pages("/things")


def test_a_redirect_to_what_is_no_url_is_an_answer(wire: Wire) -> None:
    wire.expect("GET", f"{GRAPH}/beta/things", status=302, headers={"Location": "https://[::1"})
    with pytest.raises(NotGraphError, match="a redirect to an unnamed place"):
        Clock().client().call("GET", "/things")


def test_a_deep_message_of_a_refusal_is_cut(wire: Wire) -> None:
    wire.expect("GET", f"{GRAPH}/beta/things", **refusal(400, '{"a":' * 20_000, code="c" * 5000))
    with pytest.raises(GraphError) as caught:
        Clock().client().call("GET", "/things")
    assert len(caught.value.cause()) < 1000


@pytest.mark.parametrize("token", [None, 5, {"a": 1}, "", "two words", "line\nbreak", "é"])
def test_a_login_answer_without_a_token_is_no_login(token: t.Any) -> None:
    body = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        return Spoilt(200, json.dumps(body).encode(), JSON) if call.path.endswith("/token") else answer

    arguments = {"display_name": "New", **LOGIN, "access_token": None}
    assert refused(FuzzTenant(spoil), CONFIG, arguments).startswith("the login: cannot get a token: ")


def test_a_sentence_is_printable_and_short() -> None:
    text = str(UserError("policy '\x1b[31m\u202e\ud800'", "use " + "x" * 9999, "a\nb" * 9999, "Do it"))
    assert text.startswith(r"policy '\x1b[31m\u202e\ud800': cannot use xxx")
    assert text.endswith(". Do it.")
    assert len(text) < 2000
