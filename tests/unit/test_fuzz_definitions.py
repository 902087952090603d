# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definition files that nobody expects: each is read, or refused in a sentence that names it."""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.lookup.definitions import LookupModule
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions
from ansible_collections.m365.apps.tests.unit import fuzz_values, modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import FuzzTenant, check_text, run

LAUGHS = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{chr(98 + place)}: &{chr(98 + place)} [{','.join([f'*{chr(97 + place)}'] * 10)}]\n" for place in range(12)
)
TEXTS: tuple[bytes, ...] = (
    *tuple(
        text.encode("utf-8", "surrogatepass")
        for text in (
            "",
            "\n",
            "---",
            "---\n---\n",
            "...",
            "null",
            "~",
            "5",
            "text",
            "[]",
            "{}",
            "[[]]",
            "[null]",
            "- - id: a",
            "\tid: a",
            "id:\ta",
            "id: a\n\tb: c",
            "id: a\nid: b",
            "id: a\n---\nid: b",
            "{id: a",
            "id: 'a",
            'id: "a\\x"',
            "id: @a",
            "id: `a`",
            "id: %a",
            "%YAML 9.9\n---\nid: a",
            "%TAG ! x\n---\nid: a",
            "id: !vault a",
            "id: !unsafe a",
            "id: !x a",
            "!!python/object/apply:os.system [id]",
            "id: !!python/name:os.system",
            "id: !!python/object:x.Y {}",
            "!!set {id, b}",
            "id: !!binary aGFsbG8=",
            "id: !!binary '*'",
            "id: !!bool maybe",
            "id: !!int ''",
            "id: !!int x",
            "id: !!float ''",
            "id: !!timestamp x",
            "id: !!timestamp 2024-99-99",
            "id: !!null x",
            "!!map x",
            "!!map [a]",
            "!!seq {a: b}",
            "!!str {a: b}",
            "id: !!omap [a]",
            "id: !!pairs [{a: 1}]",
            "id: a\npolicy_payload: !!pairs [{a: 1}]",
            "id: a\npolicy_payload: !!set {a}",
            "id: a\npolicy_payload: {x: 2024-01-01}",
            "id: a\npolicy_payload: {x: .nan}",
            "id: a\npolicy_payload: {x: -.inf}",
            "id: a\npolicy_payload: {1: x}",
            "id: a\npolicy_payload: {true: x}",
            "id: a\npolicy_payload: {null: x}",
            "id: a\npolicy_payload: text",
            'id: a\npolicy_payload: \'{"a": 1, "a": 2}\'',
            "id: a\npolicy_payload: 5",
            "? [a]\n: b",
            "? {a: b}\n: c",
            "&a [*a]",
            "&a {id: *a}",
            "id: a\npolicy_payload: &a {b: *a}",
            "? &a [*a]\n: x",
            "&a {<<: *a}",
            "<<: 5",
            "<<: [5]",
            "id: *unknown",
            "id: &a a\ndisplay_name: *a",
            "=: a",
            "id: =",
            "id: a\npriority: 0o17",
            "id: a\npriority: 1_000",
            "id: a\npriority: 1:30:00",
            "id: a\npriority: " + "9" * 5000,
            "id: " + "x" * 1000000,
            "id: a\ngroups: {set: null}",
            "description: only",
            "kind: windows",
            "state: absent",
            "id:",
            "id: a\nkind: null",
            LAUGHS,
            "id: a\npolicy_payload:\n" + "".join(f"  {line}\n" for line in LAUGHS.splitlines()),
            "[" * 5000,
            "{a: " * 3000,
            "- " * 3000,
            "id: a\npolicy_payload: " + "[" * 200 + "]" * 200,
            "id: \x00",
            "id: \x1b[31m",
            "id: �",
            "{\x1b: 1}",
            '"\\ud800": 1',
            "id: 🙂",
            "x" * 5000 + ": 1",
            '{"id": "a", "id": "b"}',
            '{"id": NaN}',
            '{"id": "a", "policy_payload": {"a": 1e999}}',
            '{"id": 1e999}',
            '{"id": "\\ud800"}',
            "{'id': 'a'}",
            '{"id": "a",}',
            "// x",
            '{"id": ' + "9" * 5000 + "}",
            '{"id": "a"} {"id": "b"}',
            '[{"id": "a"}, 5]',
            '{"a":' * 5000,
            "\ufeffid: a",
            '\ufeff{"id": "a"}',
        )
    ),
    b"\xff\xfe",
    b"\x00",
    "id: a".encode("utf-16"),
    '{"id": "a"}'.encode("utf-16"),
    "id: a".encode("utf-32"),
    "id: ä".encode("latin-1"),
    bytes(range(256)),
    b"\x1f\x8b\x08\x00",
    b"PK\x03\x04",
    b"$ANSIBLE_VAULT;1.1;AES256\n00",
)


def check_refusal(message: str, name: str) -> None:
    check_text(message)
    assert message.startswith(f"definitions {name}")


def assert_read_or_refused(name: str, text: bytes) -> list[t.Any] | None:
    """Read a file and run what is in it; None when it is refused. Nothing is written by one that is refused."""
    started = time.monotonic()
    try:
        found = read_definitions(name, text)
    except DefinitionsError as error:
        check_refusal(str(error), name)
        return None
    finally:
        assert time.monotonic() - started < 20
    tenant = FuzzTenant()
    result = run(tenant, modules.OFFICE_CLIENT_CONFIGS, {"policies": found})
    assert not (result.get("failed") and tenant.writes)
    return found


@pytest.mark.parametrize("name", ["a.yml", "a.json"])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: repr(text[:30]))
def test_an_odd_file(name: str, text: bytes) -> None:
    assert_read_or_refused(name, text)


@given(
    text=st.text(st.sampled_from("id: a\n-[]{}&*!|>'\"%@`#,?\t\\x01~=<é\0\ud800"), max_size=60),
    name=st.sampled_from(["a.yml", "a.json"]),
)
def test_any_text(text: str, name: str) -> None:
    assert_read_or_refused(name, text.encode("utf-8", "surrogatepass"))


@given(
    value=fuzz_values.json_values,
    option=st.sampled_from(["id", "display_name", "policy_payload", "groups", "priority", "kind"]),
)
def test_any_value_of_an_option(value: t.Any, option: str) -> None:
    text = json.dumps({"display_name": "A", option: value}).encode()
    assert_read_or_refused("a.json", text)
    assert_read_or_refused("a.yml", text)


def look_up(*terms: t.Any) -> str:
    """Return the message with which the lookup refuses."""
    with pytest.raises(AnsibleLookupError) as caught:
        LookupModule(loader=DataLoader()).run(list(terms), {})
    check_text(str(caught.value))
    return str(caught.value)


def test_a_link_to_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yml").symlink_to("a.yml")
    assert str(tmp_path / "a.yml") in look_up(str(tmp_path))


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "ok.yml").write_text("id: a")
    (tmp_path / "b.yml").symlink_to("gone.yml")
    assert str(tmp_path / "b.yml") in look_up(str(tmp_path))


def test_a_folder_linked_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "loop").symlink_to(tmp_path)
    assert f"{tmp_path / 'x' / 'loop'}: cannot read it: it leads back to {tmp_path}" in look_up(str(tmp_path))


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: t.Any) -> int:
        raise PermissionError(13, os.strerror(13))

    (tmp_path / "a.yml").write_text("id: a")
    monkeypatch.setattr(os, "open", refuse)
    assert "Permission denied" in look_up(str(tmp_path))


@pytest.mark.parametrize(
    "term", ["", "a\0b", "x" * 5000, None, 5, "/nowhere", "\x1b[31m", "../" * 50 + "nowhere", {"a": 1}, []]
)
def test_an_odd_term(term: t.Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = look_up(term)
    assert said.startswith("definitions ")
    assert "cannot read it" in said


def test_a_policy_without_identity_is_refused_with_its_file() -> None:
    with pytest.raises(DefinitionsError, match=r"definitions a.yml item 2 of 2: .*id and display_name are missing"):
        read_definitions("a.yml", b"- id: a\n- description: b\n")
