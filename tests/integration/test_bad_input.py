# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input through a real play: a sentence, no traceback, no write."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, in_process_first

CASES: tuple[tuple[str, dict[str, t.Any], str], ...] = (
    ("office_client_config", {"display_name": "A", "priority": True}, "priority is the boolean true, not a number"),
    ("office_client_config", {"display_name": "A", "priority": "Infinity"}, "not a whole number"),
    ("office_client_config", {"display_name": "A", "policy_payload": '{"a": 1, "a": 2}'}, "is there twice"),
    ("office_client_config", {"display_name": "A\x1b[31m", "policy_payload": "text"}, r"\x1b[31m"),
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
def test_bad_input_ends_in_a_sentence(ansible: Ansible, emulator: Emulator) -> None:
    tasks = {str(place): {f"m365.apps.{module}": arguments} for place, (module, arguments, _said) in enumerate(CASES)}
    kept = run(ansible, [play(registered(tasks))])
    told = [kept[str(place)]["result"] for place in range(len(CASES))]
    assert [result["failed"] for result in told] == [True] * len(CASES)
    unsaid = {said: result["msg"] for result, (_module, _arguments, said) in zip(told, CASES, strict=True)}
    assert {said: message for said, message in unsaid.items() if said not in message} == {}
    assert emulator.writes() == []
