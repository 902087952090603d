# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry point convert as it runs: the same told in check mode, files written once, those of others left alone."""

from __future__ import annotations

import json
import typing as t

import yaml

from ansible_collections.m365.apps.tests.integration.support.processes import Ansible
from ansible_collections.m365.apps.tests.unit import admx_model, own_settings

ONE, ZERO = ("REG_DWORD", 1), ("REG_DWORD", 0)
LEVELS = [(("REG_DWORD", number), None) for number in (1, 2, 3)]
ADMX = admx_model.xml_of(
    [
        {
            "name": "L_OwnMacros",
            "elements": [{"form": "enum", "id": "L_OwnLevel", "value_name": "Level", "items": LEVELS}],
        },
        {"name": "L_OwnOldMacros", "value_name": "Old", "enabled": ZERO, "disabled": ONE},
    ],
    prefix="excel16",
)
# Text of a definition is data: this one must come out as it is.
NAME = "Own {{ 7 * 7 }}"
PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    rollout_definitions: definitions
    convert_folder: converted
    convert_admx: admx
    rollout_catalog_file: catalog.jsonl
  tasks:
    - ansible.builtin.include_role:
        name: m365.apps.rollout
        tasks_from: convert
        apply: {check_mode: true}
      vars: {convert_result_file: not_in_check_mode.json}
    - m365.apps.private_file:
        path: "{{ playbook_dir }}/checked.json"
        data: "{{ rollout_convert_result }}"
    - ansible.builtin.include_role:
        name: m365.apps.rollout
        tasks_from: convert
      vars: {convert_result_file: "{{ item }}.json"}
      loop: [first, again]
    - ansible.builtin.include_role:
        name: m365.apps.rollout
        tasks_from: convert
      vars: {convert_result_file: definitions/own.json, convert_folder: elsewhere}
"""


def test_a_folder_is_converted_once_and_check_mode_tells_the_same(ansible: Ansible) -> None:
    folder = ansible.folder
    for name in ("definitions", "admx"):
        (folder / name).mkdir()
    (folder / "admx" / "excel16.admx").write_bytes(f'<?xml version="1.0" encoding="utf-16"?>{ADMX}'.encode("utf-16"))
    own_settings.write(folder / "catalog.jsonl")
    items = [
        {"settingId": f"excel16;{name}", "type": "REG_DWORD", "value": value, "valueName": place}
        for name, place, value in (("L_OwnMacros", "level", "3"), ("L_OwnOldMacros", "old", "9"))
    ]
    definition = {"display_name": NAME, "priority": 4, "groups": ["Staff"], "policy_payload": items}
    (folder / "definitions" / "own.json").write_text(json.dumps(definition))
    (folder / "play.yml").write_text(PLAY)
    run = ansible.playbook("play.yml", "--diff", PWD=str(folder), M365_SURFACE="settings_catalog")
    assert run.code != 0
    refusal = "own.json: cannot write it: a file is there that is not a result of convert. Move that file"
    assert refusal in " ".join(run.output.split())
    assert json.loads((folder / "definitions" / "own.json").read_text()) == definition
    assert not any((folder / name).exists() for name in ("elsewhere", "not_in_check_mode.json"))
    results = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("checked", "first", "again")}
    assert [results[name]["changed"] for name in results] == [True, True, False]
    assert [results[name]["files"][0]["status"] for name in results] == ["created", "created", "unchanged"]
    assert [_told(each) for each in results.values()] == [_told(results["first"])] * 3
    assert results["first"]["counts"]["converted"] == results["first"]["counts"]["open"] == 1
    assert [each["status"] for each in results["first"]["payload_items"]] == ["converted", "open"]
    assert "1 of 2 settings converted" in run.stdout
    assert yaml.safe_load((folder / "converted" / "own.yml").read_bytes()) == {
        "display_name": NAME,
        "groups": ["Staff"],
        "settings": [{"setting": "excel16/L_OwnMacros", "value": 3}],
    }


def _told(result: dict[str, t.Any]) -> dict[str, t.Any]:
    return {name: result[name] for name in ("payload_items", "policies", "counts", "needs", "complete", "summary")}
