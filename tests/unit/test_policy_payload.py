# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The payload codec: what users give, what goes on the wire, what comes back."""

from __future__ import annotations

import base64
import copy
import datetime
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._office.codec import decode_inline, encode_inline
from ansible_collections.m365.apps.plugins.module_utils._policy import payload
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import (
    Json,
    Opaque,
    Payload,
    PayloadError,
    decode,
    decode_as,
    encode,
    parse_given,
    parse_text,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.unset import UNSET, Unset

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
payloads = st.lists(values, max_size=5) | st.dictionaries(st.text(), values, max_size=5)


@given(payloads)
def test_a_payload_survives_the_wire(payload: Json) -> None:
    assert decode(encode(payload)) == payload


@given(payloads | st.binary().map(decode), payloads | st.just(UNSET), st.booleans())
def test_what_is_asked_changes_nothing_in_what_bytes_mean(live: Payload, other: Json | Unset, alike: bool) -> None:
    asked = copy.deepcopy(live) if alike else other
    data = encode(live)
    found = decode_as(asked, data)
    assert repr(found) == repr(decode(data))
    assert (found is asked) == (asked is not UNSET and data == encode(asked))


@given(payloads)
def test_a_payload_survives_as_text(payload: Json) -> None:
    assert parse_given(encode(payload).decode()) == payload


@given(payloads)
def test_a_payload_survives_inside_an_entity(payload: Json) -> None:
    assert decode_inline(encode_inline(payload)) == payload


@given(payloads)
def test_base64url_without_padding_is_read(payload: Json) -> None:
    text = base64.urlsafe_b64encode(encode(payload)).decode().rstrip("=")
    assert decode_inline(text) == payload


@given(payloads)
def test_base64_in_lines_is_read(payload: Json) -> None:
    assert decode_inline(base64.encodebytes(encode(payload)).decode()) == payload


@given(payloads)
def test_a_byte_order_mark_means_nothing(payload: Json) -> None:
    assert decode(b"\xef\xbb\xbf" + encode(payload)) == payload


@given(payloads)
def test_a_value_given_as_such_is_taken_as_it_is(payload: Json) -> None:
    assert parse_given(payload) == payload


@given(st.binary())
def test_live_bytes_are_json_or_kept(data: bytes) -> None:
    found = decode(data)
    assert found == Opaque(data) if isinstance(found, Opaque) else isinstance(found, (dict, list))


@given(st.text())
def test_a_live_text_never_breaks_the_reader(text: str) -> None:
    assert isinstance(decode_inline(text), (dict, list, Opaque))


def test_the_bytes_are_compact_utf_8_in_the_given_order() -> None:
    payload = {"b": [1, 2.5, None, True], "a": 'Zürich 🏔 "x" \n'}
    assert encode(payload) == '{"b":[1,2.5,null,true],"a":"Zürich 🏔 \\"x\\" \\n"}'.encode()


def test_inline_is_standard_base64_with_padding() -> None:
    assert encode_inline({"a": "??>"}) == "eyJhIjoiPz8+In0="


@pytest.mark.parametrize("empty", ["", " ", "\r\n\t", "{}", {}])
def test_no_settings(empty: t.Any) -> None:
    assert parse_given(empty) == {}


@pytest.mark.parametrize("empty", ["[]", []])
def test_an_empty_list_stays_one(empty: t.Any) -> None:
    assert parse_given(empty) == []


@pytest.mark.parametrize("data", [b"", b" \r\n", b"\xef\xbb\xbf", b"{}"])
def test_no_bytes_are_no_settings(data: bytes) -> None:
    assert decode(data) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"text",
        b'"text"',
        b"5",
        b"null",
        b"true",
        b'{"a":',
        b"\xff\xfe\x00",
        b"<html>",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        pytest.param(b"[" * 200_000, id="deep"),
    ],
)
def test_other_live_bytes_are_kept_as_they_are(data: bytes) -> None:
    assert decode(data) == Opaque(data)


def test_bytes_of_too_many_values_stay_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payload, "MOST_VALUES", 4)
    assert decode(b'[0, 0, 0, ",,,,"]') == [0, 0, 0, ",,,,"]
    assert decode(b"[0, 0, 0, 0, 0]") == Opaque(b"[0, 0, 0, 0, 0]")


def test_opaque_bytes_have_a_text() -> None:
    assert Opaque(b"a\xffb").text() == "a\ufffdb"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", {}),
        ("e30=", {}),
        ("e30", {}),
        ('{"a":1}', {"a": 1}),
        (' [ {"a": 1} ] ', [{"a": 1}]),
        ("not base64!", Opaque(b"not base64!")),
        ("Zürich", Opaque("Zürich".encode())),
        ("aGVsbG8=", Opaque(b"hello")),
    ],
)
def test_an_inline_string_is_base64_or_the_text_itself(text: str, meaning: t.Any) -> None:
    assert decode_inline(text) == meaning


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "not null"),
        (5, "not int"),
        (True, "not bool"),
        (1.5, "not float"),
        (datetime.date(2026, 11, 23), "not date"),
        ("5", "not int"),
        ('"text"', "not str"),
        ("null", "not null"),
        ("{", "it is not JSON"),
        ("policy.json", "it is not JSON"),
        ("{'a': 1}", "it is not JSON"),
        ('{"a": NaN}', "JSON has no number NaN"),
        ('{"a": -Infinity}', "JSON has no number -Infinity"),
        ('{"a": 1e999}', "JSON has no number inf"),
        pytest.param('{"a": ' + "1" * 5000 + "}", "it is not JSON", id="long number"),
        ({"a": float("nan")}, "JSON has no number nan"),
        ([float("inf")], "JSON has no number inf"),
        ('{"a": 1, "a": 1}', "the key 'a' is there twice"),
        ('[{"b": {"a": 1, "a": 2}}]', "the key 'a' is there twice"),
        ({"a": {1: "x"}}, "the key 1 is not text; quote it"),
        ({True: "x"}, "the key True is not text; quote it"),
        ({None: "x"}, "the key None is not text; quote it"),
        ({"a": [datetime.date(2026, 11, 23)]}, "a value of type date is not JSON; quote it"),
        ({"a": datetime.datetime(2026, 11, 23)}, "a value of type datetime is not JSON; quote it"),
        ({"a": b"x"}, "a value of type bytes is not JSON"),
        ({"a": {"x"}}, "a value of type set is not JSON"),
        ({"a": (1, 2)}, "a value of type tuple is not JSON"),
        pytest.param("[" * 200_000, "it is nested too deeply", id="deep"),
        ('{"a": "\\ud800"}', "surrogate"),
        ({"a": ["\ud800"]}, "surrogate"),
        ({"\udfff": 1}, "surrogate"),
    ],
)
def test_what_json_cannot_carry_is_refused_with_the_reason(value: t.Any, reason: str) -> None:
    with pytest.raises(PayloadError) as caught:
        parse_given(value)
    assert reason in str(caught.value)


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert parse_given('{"a": "\\ud83c\\udfd4"}') == {"a": "🏔"}


@pytest.mark.parametrize(
    ("text", "value"), [("1e5", 1e5), ("1E-2", 0.01), ("-0.0", -0.0), ("10000000000000000", 10**16)]
)
def test_numbers_are_read_as_json(text: str, value: float) -> None:
    assert parse_given(f'{{"a": {text}}}') == {"a": value}


def test_keys_keep_their_case_and_order() -> None:
    given_text = '{"b": 1, "B": 2, "a": 3}'
    assert list(parse_given(given_text)) == ["b", "B", "a"]


def test_a_deep_payload_that_can_be_read_can_be_written() -> None:
    deep: t.Any = []
    for _unused in range(100):
        deep = [deep]
    assert json.loads(encode(parse_given(deep))) == deep


@pytest.mark.parametrize("mark", ["\ufeff", "\n\ufeff ", "\ufeff\ufeff"])
def test_a_byte_order_mark_before_a_text_is_taken(mark: str) -> None:
    assert parse_given(f'{mark}{{"a": 1}}') == parse_given('{"a": 1}')
    assert parse_given(mark) == {}
    assert parse_text(f"{mark}[1]") == [1]
