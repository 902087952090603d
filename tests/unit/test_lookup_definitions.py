# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup of definition files."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultEditor, VaultLib, VaultSecret

from ansible_collections.m365.apps.plugins.lookup.definitions import LookupModule
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.errors import DefinitionsError
from ansible_collections.m365.apps.plugins.plugin_utils._definitions.policies import read_definitions


def write(folder: Path, **files: str) -> Path:
    """Write files; in a name, two underlines stand for a slash and one for a dot."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def look_up(*terms: object, loader: DataLoader | None = None) -> list[t.Any]:
    found: list[t.Any] = LookupModule(loader=loader or DataLoader()).run([str(term) for term in terms], {})
    return found


def names(found: list[t.Any]) -> list[str]:
    return [policy["display_name"] for policy in found]


def read(name: str, text: str | bytes) -> list[dict[str, t.Any]]:
    return read_definitions(name, text.encode() if isinstance(text, str) else text)


def error_of(name: str, text: str | bytes) -> str:
    with pytest.raises(DefinitionsError) as caught:
        read(name, text)
    return str(caught.value)


# Files


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{"20_yml": "display_name: C", "10_json": '{"display_name": "B"}', "05_yaml": "display_name: A"},
    )
    assert names(look_up(tmp_path)) == ["A", "B", "C"]


def test_subfolders_are_read_in_their_place(tmp_path: Path) -> None:
    write(tmp_path, a_yml="display_name: A", m__b_yml="display_name: B", m__n__c_yml="display_name: C")
    write(tmp_path, z_yml="display_name: Z")
    assert names(look_up(tmp_path)) == ["A", "B", "C", "Z"]


def test_names_that_start_with_a_dot_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, a_yml="display_name: A")
    (tmp_path / ".hidden.yml").write_text("display_name: H")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yml").write_text("display_name: G")
    assert names(look_up(tmp_path)) == ["A"]


def test_a_folder_below_a_dotted_one_is_read(tmp_path: Path) -> None:
    folder = tmp_path / ".work" / "definitions"
    folder.mkdir(parents=True)
    assert names(look_up(write(folder, a_yml="display_name: A"))) == ["A"]


def test_a_single_file_and_several_terms(tmp_path: Path) -> None:
    write(tmp_path, a_yml="display_name: A", b_yml="display_name: B")
    assert names(look_up(tmp_path / "b.yml", tmp_path / "a.yml")) == ["B", "A"]


def test_an_empty_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError) as caught:
        look_up(tmp_path)
    assert f"{tmp_path}: cannot read it: it holds no definition file" in str(caught.value)


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError) as caught:
        look_up(tmp_path / "missing")
    assert "missing: cannot read it: there is no such folder or file" in str(caught.value)


def test_an_encrypted_file_is_decrypted(tmp_path: Path) -> None:
    write(tmp_path, a_yml="display_name: A")
    secrets = [("default", VaultSecret(b"password"))]
    VaultEditor(VaultLib(secrets)).encrypt_file(str(tmp_path / "a.yml"), secrets[0][1])
    assert b"display_name" not in (tmp_path / "a.yml").read_bytes()
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    assert names(look_up(tmp_path, loader=loader)) == ["A"]


# Content


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yml", "display_name: A\npriority: 1\n"),
        ("a.yml", "---\n{display_name: A, priority: 1}\n"),
        ("a.yml", "\ufeffdisplay_name: A\npriority: 1\n"),
        ("a.json", '{"display_name": "A", "priority": 1}'),
        ("a.json", '\ufeff{"display_name":\t"A",\r\n"priority": 1}'),
    ],
)
def test_one_policy(name: str, text: str) -> None:
    assert read(name, text) == [{"display_name": "A", "priority": 1}]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.yml", "- id: a\n- id: b\n"), ("a.yaml", "[{id: a}, {id: b}]"), ("a.json", '[{"id":"a"},{"id":"b"}]')],
)
def test_a_list_of_policies(name: str, text: str) -> None:
    assert read(name, text) == [{"id": "a"}, {"id": "b"}]


@pytest.mark.parametrize(("name", "text"), [("a.yml", "[]"), ("a.json", "[]")])
def test_an_empty_list_holds_no_policy(name: str, text: str) -> None:
    assert read(name, text) == []


def test_json_is_read_as_json() -> None:
    text = '{"id": "a", "policy_payload": {"n": 1e5, "face": "\\ud83d\\ude00", "slash": "\\/", "no": "no"}}'
    payload = read("a.json", text)[0]["policy_payload"]
    assert payload == {"n": 1e5, "face": "😀", "slash": "/", "no": "no"}
    assert isinstance(payload["n"], float)


def test_yaml_anchors_and_merges_are_followed() -> None:
    text = "- &a {id: a, kind: windows}\n- {<<: *a, id: b}\n"
    assert read("a.yml", text) == [{"id": "a", "kind": "windows"}, {"id": "b", "kind": "windows"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yml", "display_name: A\ndisplay_name: B\n"),
        ("a.yml", "id: a\npolicy_payload: {display_name: 1, display_name: 2}\n"),
        ("a.yml", "id: a\npolicy_payload: [{x: {display_name: 1, display_name: 1}}]\n"),
        ("a.json", '{"display_name": "A", "display_name": "B"}'),
        ("a.json", '[{"id": "a", "policy_payload": {"display_name": 1, "display_name": 2}}]'),
    ],
)
def test_a_key_that_stands_twice_is_an_error(name: str, text: str) -> None:
    message = error_of(name, text)
    assert message.startswith(f"definitions {name}: cannot read it: ")
    assert "the key 'display_name' " in message


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("a.yml", "", "it is empty, not a policy"),
        ("a.yml", "---\n", "it is empty, not a policy"),
        ("a.yml", "{}", "it is empty, not a policy"),
        ("a.json", "", "it is empty, not a policy"),
        ("a.json", " \n", "it is empty, not a policy"),
        ("a.json", "{}", "it is empty, not a policy"),
        ("a.yml", "text", "it is of type str, not a policy"),
        ("a.yml", "5", "it is of type int, not a policy"),
        ("a.json", '"text"', "it must be a JSON object or array, not str"),
        ("a.json", "null", "it must be a JSON object or array, not null"),
        ("a.json", "{", "it is not JSON"),
        ("a.json", "display_name: A", "it is not JSON"),
        ("a.json", b"\xff\xfe", "it is saved as UTF-16. Save it as UTF-8"),
        ("a.yml", "display_name: [", "while parsing"),
        ("a.yml", "a: b: c", "mapping values are not allowed"),
        ("a.yml", "a: !!python/object:os.system x", "could not determine a constructor"),
        ("a.yml", f"id: {'1' * 5000}", "cannot read it: a number in it has more than 4300 digits. Correct the file."),
        ("a.json", f'{{"id": {"1" * 5000}}}', "it is not JSON (a number in it has more than 4300 digits)"),
        ("a.yml", "id: a\n---\nid: b\n", "expected a single document"),
        (
            "a.yml",
            "display_nam: A\ngrups: []",
            "unknown options display_nam (did you mean display_name?), grups (did you mean groups?). Correct the name",
        ),
        ("a.yml", "owner: A\ndisplay_nam: B", "unknown options display_nam (did you mean display_name?), owner. Use"),
        ("a.yml", "file: a.yml\nid: a", "it has the unknown option file. Use state, id, display_name"),
        ("a.json", '{"Display_name": "A"}', "it has the unknown option Display_name"),
        ("a.yml", "1: A", "it has the unknown option 1"),
        pytest.param("a.json", "[" * 200_000, "it is nested too deeply", id="deep json"),
        pytest.param("a.yml", "[" * 20_000, "it is nested too deeply", id="deep yaml"),
    ],
)
def test_an_unreadable_file_is_an_error_that_names_it(name: str, text: str | bytes, cause: str) -> None:
    message = error_of(name, text)
    assert message.startswith(f"definitions {name}: cannot read it: ")
    assert cause in message


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("- id: a\n- text\n", "it is of type str"),
        ("- id: a\n-\n", "it is empty"),
        ("- id: a\n- {x: 1}\n", "it has the unknown option x"),
    ],
)
def test_an_error_in_a_list_names_the_item(text: str, cause: str) -> None:
    assert error_of("a.yml", text).startswith(f"definitions a.yml item 2 of 2: cannot read it: {cause}")


def test_an_error_below_a_folder_names_the_file(tmp_path: Path) -> None:
    write(tmp_path, a_yml="display_name: A", sub__b_yml="nonsense: 1")
    with pytest.raises(AnsibleError) as caught:
        look_up(tmp_path)
    assert f"definitions {tmp_path / 'sub' / 'b.yml'}: cannot read it: it has the unknown option" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("- id: a\n- {id: null}\n", "cannot use id: it is null"),
        ("- id: a\n- {display_name: A, description: }\n", "cannot use description: it is null. Leave description out"),
        ("- id: a\n- {display_name: A, groups: null}\n", "cannot use groups: it is null"),
        ("- id: a\n- {id: b, kind: linux}\n", "cannot use its values: value of kind must be one of: windows"),
        (
            "- id: a\n- {id: b, state: gone}\n",
            "value of state must be one of: present, absent, got: gone",
        ),
        ("- id: a\n- {id: b, priority: high}\n", "priority"),
        ("- id: a\n- {id: b, priority: -1}\n", "policy 'b': cannot set priority -1"),
        ("- id: a\n- {id: b, display_name: ' '}\n", "cannot use display_name: it is empty"),
        ("- id: a\n- {id: b, groups: 5}\n", "policy 'b': cannot use groups: it is of type int"),
        ("- id: a\n- {id: b, groups: {sets: [A]}}\n", "cannot use groups: it has the unknown key sets"),
        ("- id: a\n- {id: b, groups: [A, 5]}\n", "cannot use groups: groups holds 5"),
        ("- id: a\n- {id: b, assignments: [{group_id: x}], groups: []}\n", "cannot use assignments"),
    ],
)
def test_a_value_that_the_module_would_refuse_is_an_error_that_names_file_and_item(text: str, cause: str) -> None:
    message = error_of("a.yml", text)
    assert message.startswith("definitions a.yml item 2 of 2")
    assert cause in message


def test_a_broken_line_is_named() -> None:
    assert "line 3, column" in error_of("a.yml", "id: a\ngroups:\n  - [A\nkind: windows\n")
    assert "line 2 column" in error_of("a.json", '{"id": "a",\n kind: "windows"}')


def test_values_come_as_the_module_takes_them() -> None:
    text = "{id: a, priority: '7', groups: [{id: x, display_name: A}], policy_payload: '[]'}"
    groups = [{"id": "x", "display_name": "A"}]
    assert read("a.yml", text) == [{"id": "a", "priority": 7, "groups": groups, "policy_payload": "[]"}]
