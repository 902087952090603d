# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strategies that keep hosts together, and those that do not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import yaml
from ansible.playbook.task_include import TaskInclude

from ansible_collections.m365.apps.plugins.modules import run_info
from ansible_collections.m365.apps.plugins.plugin_utils._run_info import call_site, keeps_hosts_together


@pytest.mark.parametrize("strategy", ["linear", "ansible.builtin.linear", "debug", "mitogen_linear", "carefree"])
def test_these_keep_hosts_together(strategy: str) -> None:
    assert keeps_hosts_together(strategy)


@pytest.mark.parametrize("strategy", ["free", "ansible.builtin.free", "ansible.legacy.host_pinned", "mitogen_free"])
def test_these_let_each_host_go_on_by_itself(strategy: str) -> None:
    assert not keeps_hosts_together(strategy)


def test_the_first_include_on_the_way_tells_from_where_a_task_was_called() -> None:
    def node(uuid: str, parent: object) -> SimpleNamespace:
        return SimpleNamespace(_uuid=uuid, _parent=parent)

    def include(uuid: str, parent: object) -> TaskInclude:
        made = TaskInclude()
        made._uuid, made._parent = uuid, parent
        return made

    play_block = node("block of the play", None)
    outer = include("outer", play_block)
    inner = include("inner", node("block", outer))
    assert call_site(node("task", play_block)) == "task"
    assert call_site(node("task", node("block", outer))) == "outer"
    assert call_site(node("task", node("block", inner))) == "outer"


def test_the_documentation_can_be_read() -> None:
    assert yaml.safe_load(run_info.DOCUMENTATION)["options"] == {}
    assert set(yaml.safe_load(run_info.RETURN)) == {"check_mode", "diff_mode", "strategy", "hosts_together"}
