# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input through real ansible processes: a sentence, no traceback, no write."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, in_process_first

CASES: tuple[tuple[str, dict[str, t.Any], str], ...] = (
    ("office_client_config", {"display_name": "A", "priority": True}, "priority is the boolean true, not a number"),
    ("office_client_config", {"display_name": "A", "priority": "Infinity"}, "not a whole number"),
    ("office_client_config", {"display_name": "A", "policy_payload": '{"a": 1, "a": 2}'}, "is there twice"),
    ("office_client_config", {"display_name": "A\x1b[31m", "policy_payload": "text"}, r"\\x1b[31m"),
    ("office_client_config_assignment", {"display_name": "A", "groups": "[" * 5000}, "it looks like JSON but is not"),
    ("office_client_config_order", {"order": [""]}, "the option order[0]: cannot use it: it is empty"),
    ("office_client_config_info", {"timeout": "nan"}, "is not a time from 0"),
    (
        "office_client_configs",
        {"policies": [{"description": "x"}]},
        "one of the following is required: id, display_name",
    ),
)


@in_process_first
@pytest.mark.parametrize(("module", "arguments", "said"), CASES, ids=lambda value: repr(value)[:30])
def test_bad_input_ends_in_a_sentence(
    ansible: Ansible, emulator: Emulator, module: str, arguments: dict[str, t.Any], said: str
) -> None:
    given = json.dumps(arguments)
    run = ansible.run("ansible", "localhost", "-m", f"m365.apps.{module}", "-a", given, **ansible.login).failed()
    assert said in run.output
    assert "Traceback" not in run.output
    assert emulator.writes() == []
