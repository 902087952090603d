# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a task run as a module: each condition alone, against a task that would run in the worker process.

That ansible hands such a task over as it is here: tests/integration/test_fast_path.py, which counts logins.
"""

from __future__ import annotations

import sys
import typing as t
from types import SimpleNamespace

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import FastPathAction
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CONFIG_INFO

LOCAL: dict[str, t.Any] = {"transport": "local", "become": None}
TASK: dict[str, t.Any] = {"delegate_to": None, "async_val": 0, "environment": None}
VARIABLES: dict[str, t.Any] = {"ansible_python_interpreter": sys.executable}
TEMPLATES = {"{{ own }}": sys.executable, "{{ other }}": "/other/python", "{{ yes }}": True, "{{ no }}": False}

# A part of the connection, the task, the variables or the environment, and whether it runs here.
CHOICES: dict[str, tuple[dict[str, t.Any], bool]] = {
    "nothing special": ({}, True),
    "no environment": ({"environment": []}, True),
    "an empty environment": ({"environment": [{}, {}]}, True),
    "an environment": ({"environment": [{}, {"M365_CLOUD": "global"}]}, False),
    "another connection": ({"transport": "ssh"}, False),
    "become": ({"become": object()}, False),
    "async": ({"async_val": 60}, False),
    "another host": ({"delegate_to": "other"}, False),
    "the same host by delegation": ({"delegate_to": "localhost"}, False),
    "another Python": ({"ansible_python_interpreter": "/other/python"}, False),
    "another Python by a template": ({"ansible_python_interpreter": "{{ other }}"}, False),
    "this Python by a template": ({"ansible_python_interpreter": "{{ own }}"}, True),
    "no Python": ({"ansible_python_interpreter": None}, False),
    "switched on": ({"m365_fast_path": True}, True),
    "switched on by a template": ({"m365_fast_path": "{{ yes }}"}, True),
    "switched off": ({"m365_fast_path": False}, False),
    "switched off in words": ({"m365_fast_path": "no"}, False),
    "switched off by a template": ({"m365_fast_path": "{{ no }}"}, False),
    "switched off by the environment": ({"M365_FAST_PATH": "false"}, False),
    "an empty variable of the environment": ({"M365_FAST_PATH": ""}, True),
    "the variable, which wins": ({"M365_FAST_PATH": "false", "m365_fast_path": "yes"}, True),
}


class OneAction(FastPathAction):
    DEFINITION = OFFICE_CLIENT_CONFIG_INFO


@pytest.mark.parametrize(("given", "here"), CHOICES.values(), ids=CHOICES)
def test_what_runs_the_module(given: dict[str, t.Any], here: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in given.keys() & {"M365_FAST_PATH"}:
        monkeypatch.setenv(name, given[name])
    one = OneAction.__new__(OneAction)
    one._connection = SimpleNamespace(**{name: given.get(name, value) for name, value in LOCAL.items()})
    one._task = SimpleNamespace(**{name: given.get(name, value) for name, value in TASK.items()})
    one._templar = SimpleNamespace(template=lambda text: TEMPLATES.get(text, text))
    variables = {
        name: value for name, value in {**VARIABLES, **given}.items() if name in (*VARIABLES, "m365_fast_path")
    }
    assert one._fits(variables) is here
