# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that nobody expects: a read that cannot be understood ends in a sentence, and nothing is written after it."""

from __future__ import annotations

import gzip
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.tests.unit import fuzz_values, modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import LOGIN, ONE, ORIGIN, FuzzTenant, Spoilt, run
from ansible_collections.m365.apps.tests.unit.fuzz_values import ODD_JSON, doubled, places, replaced
from ansible_collections.m365.apps.tests.unit.modules import ModuleDefinition
from graph_emulator.wire import Call

DESIRED = {"display_name": "One", "priority": 9, "policy_payload": {"a": 1}, "user_preference_payload": []}
BULK = {**DESIRED, "groups": {"add": ["All Staff"]}}
NEW = {"display_name": "New", "policy_payload": {"a": 1}, "groups": ["All Staff", "Finance"]}
RUNS: dict[str, tuple[ModuleDefinition, dict[str, t.Any]]] = {
    "config": (modules.OFFICE_CLIENT_CONFIG, DESIRED),
    "assignment": (modules.OFFICE_CLIENT_CONFIG_ASSIGNMENT, {"display_name": "One", "groups": ["All Staff"]}),
    "info": (modules.OFFICE_CLIENT_CONFIG_INFO, {"gather": ["payloads", "assignments", "checkins"]}),
    "info_one": (modules.OFFICE_CLIENT_CONFIG_INFO, {"id": ONE, "group": "Finance"}),
    "setting": (modules.OFFICE_SETTING_INFO, {"setting": "excel16/L_VBAWarningsPolicy", "source": "graph"}),
    "order": (modules.OFFICE_CLIENT_CONFIG_ORDER, {"order": ["Two", "One"]}),
    "configs": (modules.OFFICE_CLIENT_CONFIGS, {"policies": [BULK, NEW]}),
    "single": (modules.OFFICE_CLIENT_CONFIGS, {"policies": [BULK, NEW], "batch": "never"}),
    "prune": (modules.OFFICE_CLIENT_CONFIGS, {"policies": [BULK], "prune": True}),
}
HEADERS = {"Content-Type": "application/json"}
Row = t.TypeVar("Row")
LATER = {"Retry-After": "1"}
BODIES: tuple[bytes, ...] = (
    b"",
    b" ",
    b"null",
    b"true",
    b"5",
    b'"text"',
    b"[]",
    b"[[[]]]",
    b"{}",
    b'{"value": null}',
    b'{"value": {}}',
    b'{"value": 5}',
    b'{"value": [null]}',
    b'{"value": [[]]}',
    b'{"value": [{}]}',
    b'{"value": [{"id": null}]}',
    b'{"VALUE": []}',
    b'{"value": [',
    b'{"value": []} trailing',
    b'{"value": [NaN]}',
    b'{"value": [1e999]}',
    b'{"value": ["\\ud800"]}',
    b'{"responses": null}',
    b'{"responses": [null, 5, {}]}',
    b'{"error": null}',
    b'{"error": "text"}',
    b'{"error": []}',
    b'{"error": {"message": ["x"], "code": {"a": 1}, "innerError": 5}}',
    b'{"error": {"message": null, "code": 5, "innerError": {"request-id": {"a": []}}}}',
    b'{"error": {"code": "' + b"c" * 50_000 + b'", "message": "' + b"m" * 50_000 + b'"}}',
    b'{"error": {"code": "\\u001b[31m", "message": "\\u0000\\u202e\\ud800"}}',
    b'{"error": {"message": "' + b'{\\"a\\":' * 20_000 + b'"}}',
    b'{"error": {"message": "{\\"Message\\": {\\"a\\": 1}}"}}',
    b'{"error_description": ["x"], "error": {"a": 1}}',
    b"<html><title>Sign in</title></html>",
    b"<title>" * 5000,
    b"<title>\x1b[31m\n\x00</title>",
    b"\xff\xfe\x00",
    b"\xed\xa0\x80",
    '{"value": []}'.encode("utf-16"),
    '{"value": [{"id": "ä"}]}'.encode("latin-1"),
    b"\xef\xbb\xbf{}",
    b"[" * 200_000,
    b'{"value":' + b"[" * 400 + b"]" * 400 + b"}",
    b'{"value": [' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"]}",
    b'{"value": [' + b"9" * 5000 + b"]}",
    b'{"access_token": null}',
    b'{"access_token": {"a": 1}, "expires_in": "soon"}',
    b'{"access_token": "line\\nbreak", "token_type": "Bearer", "expires_in": 3600}',
    b'{"access_token": "abc", "token_type": "Bearer", "expires_in": 1e999}',
    b'{"access_token": "abc", "token_type": "Bearer", "expires_in": null}',
    b'{"access_token": "abc", "token_type": "Bearer", "expires_in": [], "refresh_in": {}}',
    b'{"token_endpoint": 5, "authorization_endpoint": [], "issuer": null}',
    b"\x00" * 1000,
)
STATUSES = (200, 201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 409, 410, 418, 429, 500, 502, 503, 504, 599, 999)
ODD_HEADERS: tuple[dict[str, str], ...] = (
    HEADERS,
    {},
    {"Content-Type": ""},
    {"Content-Type": "x" * 5000},
    {"Content-Type": "application/json; charset=nonsense"},
    {"Content-Type": "text/html", **LATER},
    {"Retry-After": "-1"},
    {"Retry-After": "1e400"},
    {"Retry-After": "nan"},
    {"Retry-After": "soon"},
    {"Retry-After": "99999999999999999999"},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"Retry-After": "Fri, 31 Dec 99999 23:59:59 +9999"},
    {"Retry-After": "\x00"},
    {"Location": "https://[::1"},
    {"Location": "https://evil.test/"},
    {"Location": "//evil.test\x1b"},
    {"request-id": "r" * 5000, "client-request-id": "\x1b"},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "nonsense"},
    {"Content-Length": "-5"},
    {"Transfer-Encoding": "chunked"},
)


def is_read(call: Call) -> bool:
    """Tell whether a call changes nothing; a batch may do both."""
    if call.path.endswith("/$batch"):
        return all(inner["method"] == "GET" for inner in json.loads(call.body)["requests"])
    return call.method == "GET" or "oauth2" in call.path


def assert_sound(
    name: str,
    spoil: t.Callable[[Spoilt], Spoilt],
    nth: int,
    reads_only: bool = True,
    plausible: bool = False,
    **more: t.Any,
) -> None:
    """Run a module whose nth answer is spoilt, for good: a retry gets the same.

    Where the run ends in an error and only reads were spoilt, nothing was written. Where the answer is a ``plausible``
    lie (another name, no type), a write may be sent that the tenant refuses; then the result must own up to the others.
    """
    target: list[str] = []
    writes_before: list[str] = []
    count = 0

    def on_its_way(call: Call, answer: Spoilt) -> Spoilt:
        nonlocal count
        if reads_only and not is_read(call):
            return answer
        if not target and count == nth:
            target.append(call.target)
            writes_before.extend(tenant.writes)
        count += 1
        return spoil(answer) if call.target in target else answer

    tenant = FuzzTenant(on_its_way)
    definition, arguments = RUNS[name]
    waits = {"wait_timeout": 5} if "wait_timeout" in definition.spec else {}
    result = run(tenant, definition, {"retry_timeout": 30, **waits, **arguments, **more})
    if reads_only and plausible:
        assert bool(result.get("changed")) == bool(tenant.accepted), result
    elif reads_only and result.get("failed") and tenant.writes:
        # Only what reads the writes back may fail so late, and the result owns up to the writes.
        assert result["changed"], result
        assert writes_before or "cannot confirm what was written" in result["msg"], result
    assert tenant.clock.now - 1000 < 10_000


# make test tries every second row of each table, another half for the next module, place or headers. So each module
# meets each body in place of one answer at least; what is left out is the same row once more, in place of another one.
HALVES = pytest.mark.parametrize("half", [0, pytest.param(1, marks=pytest.mark.full)])


def every_second(table: t.Sequence[Row], half: int) -> list[tuple[int, Row]]:
    """Return half of a table, with the places of its rows."""
    return list(enumerate(table))[half % 2 :: 2]


@HALVES
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("nth", range(3))
def test_an_odd_body(name: str, nth: int, half: int) -> None:
    for place, body in every_second(BODIES, half + nth):
        status = STATUSES[place % len(STATUSES)] if place % 3 == nth % 3 else 200
        assert_sound(name, lambda _answer, s=status, b=body: Spoilt(s, b, HEADERS), nth)  # type: ignore[misc]


@HALVES
@pytest.mark.parametrize("name", RUNS)
def test_an_odd_answer_to_a_write(name: str, half: int) -> None:
    for place, body in every_second(BODIES, half + list(RUNS).index(name)):
        nth, status = place % 7, STATUSES[place % len(STATUSES)]
        assert_sound(name, lambda _answer, s=status, b=body: Spoilt(s, b, HEADERS), nth, reads_only=False)  # type: ignore[misc]


@HALVES
@pytest.mark.parametrize("headers", ODD_HEADERS, ids=lambda headers: repr(headers)[:60])
def test_odd_headers(headers: dict[str, str], half: int) -> None:
    for place, status in every_second(STATUSES, half + ODD_HEADERS.index(headers)):
        name = sorted(RUNS)[place % len(RUNS)]
        assert_sound(name, lambda answer, s=status: Spoilt(s, answer.body, headers), place % 3)  # type: ignore[misc]


@HALVES
@pytest.mark.parametrize("nth", range(2))
@pytest.mark.parametrize("status", [200, 302, 400, 429, 500])
def test_odd_answers_to_the_login(nth: int, status: int, half: int) -> None:
    more: dict[str, t.Any] = {**LOGIN, "access_token": None}
    for _place, body in every_second(BODIES, half + nth + status // 100):
        assert_sound("info", lambda _answer, b=body: Spoilt(status, b, HEADERS), nth, **more)  # type: ignore[misc]


def test_a_gzip_bomb_is_read_or_refused() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {**HEADERS, "Content-Encoding": "gzip"}
    assert_sound("info", lambda _answer: Spoilt(200, bomb, headers), 0)


LINKS: tuple[t.Any, ...] = (
    5,
    True,
    "",
    [],
    {},
    ["https://graph.test/x"],
    "relative",
    "/beta/x",
    "https://[::1",
    "https://evil.test/beta",
    "http://graph.test/beta",
    "https://graph.test@evil.test/",
    "https://graph.test:99999/",
    "https://graph.test\\@evil.test",
    "https://graph.test\n.evil.test/",
    "HTTPS://GRAPH.TEST/",
    "file:///etc/passwd",
    "javascript:x",
    "https://graph.test/\x00",
    "https://graph.test/" + "x" * 100_000,
    "https://graph.test/\ud83d\ude00",
    "https://graph.test",
    f"{ORIGIN}/beta/users",
)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: repr(link)[:40])
def test_an_odd_page_link(link: t.Any) -> None:
    def spoil(answer: Spoilt) -> Spoilt:
        document = answer.json()
        return Spoilt(200, json.dumps({**document, "@odata.nextLink": link}).encode(), HEADERS)

    for name in RUNS:
        if name != "info_one":
            assert_sound(name, spoil, 0)


@given(data=st.data(), name=st.sampled_from(sorted(RUNS)), nth=st.integers(0, 5), reads_only=st.booleans())
def test_a_wrong_value_anywhere_in_an_answer(data: st.DataObject, name: str, nth: int, reads_only: bool) -> None:
    values = st.one_of(st.sampled_from(ODD_JSON), fuzz_values.json_values)
    spot, value = data.draw(st.integers(0, 400)), data.draw(values)

    def spoil(answer: Spoilt) -> Spoilt:
        document = answer.json()
        if document is None:
            return answer
        found = list(places(document))
        changed = doubled(document) if spot == 0 else replaced(document, found[spot % len(found)], value)
        return Spoilt(answer.status, json.dumps(changed).encode(), answer.headers)

    assert_sound(name, spoil, nth, reads_only, plausible=True)


@given(
    name=st.sampled_from(sorted(RUNS)),
    nth=st.integers(0, 5),
    status=st.sampled_from(STATUSES),
    body=st.binary(max_size=60),
)
def test_any_bytes_in_place_of_an_answer(name: str, nth: int, status: int, body: bytes) -> None:
    assert_sound(name, lambda _answer: Spoilt(status, body, {}), nth)


@given(name=st.sampled_from(sorted(RUNS)), nth=st.integers(0, 5), cut=st.integers(1, 400))
def test_a_cut_answer(name: str, nth: int, cut: int) -> None:
    assert_sound(name, lambda answer: Spoilt(answer.status, answer.body[:-cut], answer.headers), nth)
