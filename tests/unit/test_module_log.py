# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The system's log: a line about the options of each task, without secrets and of no great length."""

from __future__ import annotations

import pytest
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.m365.apps.plugins.module_utils._module.masks import MASK
from ansible_collections.m365.apps.plugins.modules import office_client_config_info
from ansible_collections.m365.apps.tests.unit.test_module_boundary import SECRET, Capture, run, seen


def test_a_key_in_place_of_a_path_is_not_in_the_systems_log(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _module, msg, log_args: lines.append(f"{msg} {log_args}"))
    args = {"certificate_path": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG", "client_secret": SECRET}
    run(office_client_config_info.main, args, capsys)
    assert MASK in lines[0]
    assert [line for line in lines if "MIIEvQ" in line or SECRET in line] == []


def test_of_a_long_list_the_systems_log_gets_its_length(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _module, msg, log_args: lines.append(f"{msg} {log_args}"))
    for count in (20, 21):
        lists = {"ids": [f"id {number}" for number in range(count)]}
        assert seen({"ids": {"type": "list", "elements": "str"}}, lists, capsys).params["ids"] == lists["ids"]
    assert ["id 19" in line for line in lines] == [True, False]
    assert "ids=(21 entries)" in lines[1]
