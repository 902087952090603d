# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role reads for users fails with a sentence that comes first, not behind words of ansible-core."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleLookupError

from ansible_collections.m365.apps.plugins.action.private_value import sentence_of

TASKS = Path(__file__).resolve().parents[2] / "roles" / "rollout" / "tasks"
# What fails by what users wrote. The schema for editors is made of a catalog that the run has just written.
READERS = re.compile(r"m365\.apps\.(definitions|lint|backup|wave_state|approved_plan|policy_findings|mapped_groups)\b")
RESOLVES = "m365.apps.private_value"


def tasks_of(listed: t.Any) -> t.Iterator[dict[str, t.Any]]:
    for task in listed:
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks_of(task.get(part, []))


@pytest.mark.parametrize("name", sorted(path.name for path in TASKS.glob("*.yml")))
def test_what_reads_for_users_is_resolved_by_an_action_of_the_role(name: str) -> None:
    for task in tasks_of(yaml.safe_load((TASKS / name).read_bytes())):
        if RESOLVES not in task:
            arguments = {key: value for key, value in task.items() if key not in ("block", "rescue", "always", "name")}
            assert READERS.search(str(arguments)) is None, task["name"]


@pytest.mark.parametrize("entry_point", ["main", "plan", "drift"])
def test_lint_comes_before_any_call(entry_point: str) -> None:
    def first(tasks: list[dict[str, t.Any]], part: str) -> int:
        return next(place for place, task in enumerate(tasks) if part in str(task))

    own = yaml.safe_load((TASKS / f"{entry_point}.yml").read_bytes())
    assert own[taken := first(own, "definitions.yml")]["ansible.builtin.include_tasks"] == "definitions.yml"
    assert "when" not in own[taken]
    assert taken < min(first(own, part) for part in ("changes.yml", "plan_and_back_up.yml") if part in str(own))
    inside = yaml.safe_load((TASKS / "definitions.yml").read_bytes())
    assert "m365.apps.policy_findings" in str(inside[first(inside, "policy_findings")])
    refusal = inside[first(inside, "refused_findings")]
    assert "when" not in refusal
    assert "m365.apps.office_" not in str(inside)


def test_nothing_is_in_the_order_of_a_set() -> None:
    """Which is another one in each run: these filters of Ansible bring what they return into no order."""
    files = [path for path in TASKS.parent.rglob("*") if path.suffix in (".yml", ".j2")]
    of_sets = re.compile(r"\|\s*(ansible\.builtin\.)?(intersect|difference|symmetric_difference|union)\b")
    assert [path.name for path in files if of_sets.search(path.read_text(encoding="utf-8"))] == []


def test_policies_are_no_facts_that_verbose_runs_show() -> None:
    tasks = [task for path in TASKS.glob("*.yml") for task in tasks_of(yaml.safe_load(path.read_bytes()))]
    kept = [task for task in tasks if {"rollout__list", "rollout__saved"} & {*task.get("ansible.builtin.set_fact", ())}]
    assert [task["name"] for task in kept] == ["Keep the backup"]
    assert [task["name"] for task in kept if task.get("no_log") is not True] == []


def test_the_plugin_that_failed_first_has_the_word() -> None:
    first = AnsibleLookupError("definitions a.yml: cannot read it.")
    lookup = AnsibleError("The lookup plugin 'm365.apps.definitions' failed.")
    arguments = AnsibleError("Finalization of task args failed.")
    lookup.__cause__, arguments.__cause__ = first, lookup
    assert sentence_of(arguments) == "definitions a.yml: cannot read it."
    assert sentence_of(AnsibleError("It is wrong.")) == "It is wrong."
