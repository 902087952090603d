# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads that nobody expects: refused in a sentence, or written once and found equal by the next run."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._policy.payload import PayloadError, decode, encode, parse_given
from ansible_collections.m365.apps.tests.unit import fuzz_values, modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import FuzzTenant, check_text, refused, run
from ansible_collections.m365.apps.tests.unit.fuzz_values import nested

BAD_TEXTS = (
    '{"a": 1, "a": 1}',
    '{"a": {"b": 1, "b": 2}}',
    '[{"a": 1, "a": 2}]',
    "[" * 10_000,
    '{"a":' * 10_000,
    "[" * 500 + "]" * 500,
    '{"a": 1e999}',
    '{"a": -1e999}',
    '{"a": NaN}',
    "[Infinity]",
    "[-Infinity]",
    "[" + "9" * 5000 + "]",
    "{",
    "}",
    "[1,]",
    "{'a': 1}",
    "{a: 1}",
    '{"a": "\x00"}',
    '["\t"]',
    '["\\ud800"]',
    '{"\\udfff": 1}',
    '["\\x"]',
    "[01]",
    "[1.]",
    "[.5]",
    "[+1]",
    "5",
    "true",
    "null",
    '"text"',
    "text",
    "{} {}",
    "[]]",
    "/* */ {}",
    "\x00",
    "{\x00}",
    "\u2028{}",
    "[1]\x1b",
    "[tru",
    "undefined",
    "[,]",
)
BAD_VALUES = (5, 0.5, True, nested(121), nested(121, "dict"))
# Two spellings that mean one thing.
PAIRS: tuple[tuple[t.Any, t.Any], ...] = (
    ({}, []),
    ({}, ""),
    ("", " \n\t"),
    ("{}", "[]"),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ('{"a":1}', '{ "a" : 1.0 }'),
    ('["\\u00e4"]', '["ä"]'),
    ('["\\ud83d\\ude00"]', ["😀"]),
    ("[1e2]", [100]),
    ('{"a": 1E+2}', {"a": 100.0}),
    ("[0]", [-0.0]),
    ([{"settingId": "a"}, {"settingId": "b"}], [{"settingId": "b"}, {"settingId": "a"}]),
    ("[10000000000000000000000]", [10**22]),
    ('["\\/"]', ["/"]),
    ('{"": {"": []}}', {"": {"": []}}),
    (nested(100), json.dumps(nested(100))),
    ('["\\u0000"]', ["\x00"]),
    ([{"settingId": "a"}, {"settingId": "a"}], '[{"settingId":"a"},{"settingId":"a"}]'),
    (["e\u0301"], ["e\u0301"]),
)
DIFFERENT: tuple[tuple[t.Any, t.Any], ...] = (
    ([1], [True]),
    ([0], [False]),
    (["1"], [1]),
    ([[]], [{}]),
    ([None], [[]]),
    ([1, 2], [2, 1]),
    (["é"], ["e\u0301"]),
    ([""], [None]),
    ([{"settingId": "a"}, {"settingId": "a", "x": 1}], [{"settingId": "a", "x": 1}, {"settingId": "a"}]),
    ({"a": 1}, {"A": 1}),
)
LIVE: tuple[bytes, ...] = (
    b"",
    b" ",
    b"\xef\xbb\xbf{}",
    b"{",
    b"null",
    b"5",
    b"NaN",
    b"[NaN]",
    b"[1e999]",
    b'{"a":1,"a":2}',
    b'["\\ud800"]',
    b"\xff\xfe\x00",
    "[1]".encode("utf-16"),
    b"[" * 100_000,
    b"[" * 300 + b"]" * 300,
    b"\x00" * 100,
    b"<html></html>",
    b"\xed\xa0\x80",
    b'"' + b"x" * 100_000,
    b"[" + b"9" * 5000 + b"]",
    bytes(range(256)),
)


def write(tenant: FuzzTenant, payload: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return run(tenant, modules.OFFICE_CLIENT_CONFIG, {"display_name": "Two", "policy_payload": payload, **more})


@pytest.mark.parametrize("payload", [*BAD_TEXTS, *BAD_VALUES], ids=lambda payload: repr(payload)[:40])
@pytest.mark.parametrize("option", ["policy_payload", "user_preference_payload"])
def test_a_bad_payload_is_refused(payload: t.Any, option: str) -> None:
    item = {"display_name": "Two", option: payload}
    # A newer AnsibleModule itself refuses a NUL where it cannot write the options to the system's log.
    named = f"null character|{option}" if isinstance(payload, str) and "\0" in payload else option
    assert re.search(named, refused(FuzzTenant(), modules.OFFICE_CLIENT_CONFIG, item))
    assert option in refused(FuzzTenant(), modules.OFFICE_CLIENT_CONFIGS, {"policies": [{"display_name": "New"}, item]})


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda value: repr(value)[:30])
def test_two_spellings_of_one_payload_are_no_change(one: t.Any, other: t.Any) -> None:
    for first, second in ((one, other), (other, one)):
        tenant = FuzzTenant()
        assert not write(tenant, first).get("failed")
        before = tenant.writes
        assert write(tenant, second, _ansible_diff=True)["changed"] is False
        assert tenant.writes == before


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=lambda value: repr(value)[:30])
def test_payloads_that_look_alike_are_a_change(one: t.Any, other: t.Any) -> None:
    tenant = FuzzTenant()
    write(tenant, one)
    assert write(tenant, other, _ansible_diff=True)["changed"] is True
    assert write(tenant, other)["changed"] is False


@pytest.mark.parametrize("live", LIVE, ids=lambda live: repr(live[:30]))
def test_live_bytes_of_any_kind_are_shown_and_replaced(live: bytes) -> None:
    tenant = FuzzTenant()
    held = tenant.world.tenants["10000000-0000-4000-8000-000000000001"].policies
    two = next(policy for _ordinal, policy in held.items() if policy.display_name == "Two")
    t.cast(dict[str, bytes], two.payloads)["policyPayload"] = live
    assert not run(tenant, modules.OFFICE_CLIENT_CONFIG_INFO, {"gather": ["payloads"]}).get("failed")
    assert write(tenant, {"a": 1}, _ansible_diff=True)["changed"] is True
    assert write(tenant, {"a": 1}, _ansible_diff=True)["changed"] is False


@given(value=fuzz_values.json_values)
def test_any_payload_is_refused_or_converges(value: t.Any) -> None:
    tenant = FuzzTenant()
    if write(tenant, value).get("failed"):
        assert tenant.writes == []
    else:
        assert write(tenant, value)["changed"] is False


@given(text=st.text(st.sampled_from('{}[]",:\\ue0d89a1-.+EtrufalsnN \n\0\ud800'), max_size=40))
def test_any_text_is_refused_or_read_as_json_reads_it(text: str) -> None:
    try:
        value = parse_given(text)
    except PayloadError as error:
        check_text(f"it cannot be used: {str(error).encode('unicode_escape').decode()}")
        return
    assert value == (json.loads(text) if text.strip() else {})
    assert decode(encode(value)) == (value or {})


@given(data=st.binary(max_size=60))
def test_any_bytes_have_a_meaning(data: bytes) -> None:
    assert decode(data) is not None


printed = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@given(name=st.text(printed, min_size=1, max_size=60), description=st.text(printed, max_size=300))
def test_any_name_converges(name: str, description: str) -> None:
    assume(name.strip() and name not in ("One", "Two"))
    tenant = FuzzTenant()
    desired = {"display_name": name, "description": description}
    made = run(tenant, modules.OFFICE_CLIENT_CONFIG, desired)
    assert (made.get("failed"), made["changed"]) == (None, True), made
    assert made["config"]["display_name"] == name
    assert run(tenant, modules.OFFICE_CLIENT_CONFIGS, {"policies": [desired]})["changed"] is False
