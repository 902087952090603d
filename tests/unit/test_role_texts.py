# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's texts for terminals, rendered by themselves, and the names that its tasks share."""

from __future__ import annotations

import functools
import re
import shlex
import typing as t
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader

from ansible_collections.m365.apps.plugins.filter.private import FilterModule
from ansible_collections.m365.apps.plugins.module_utils._errors import printable

ROLE = Path(__file__).resolve().parents[2] / "roles" / "rollout"
TASKS = sorted((ROLE / "tasks").glob("*.yml"))
HOSTILE = "pilot\x1b[2J\nfatal: [localhost]: FAILED!\u202e"
Dict = dict[str, t.Any]


def as_list(function: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    """Return a filter whose results have a length, as Ansible has them."""

    @functools.wraps(function)
    def unrolled(*args: t.Any, **options: t.Any) -> list[t.Any]:
        return list(function(*args, **options))

    return unrolled


def rendered(template: str, **variables: t.Any) -> str:
    """Return a text of the role as Ansible renders it."""
    loader = FileSystemLoader(str(ROLE / "templates"))
    # Text for terminals; each value goes through terminal_text.
    environment = Environment(loader=loader, trim_blocks=True, keep_trailing_newline=True)
    filters = FilterModule().filters()
    lazy = ("map", "select", "reject", "selectattr", "rejectattr")
    environment.filters.update({name: as_list(environment.filters[name]) for name in lazy})
    environment.filters["quote"] = shlex.quote
    environment.filters["regex_replace"] = lambda text, pattern, by: re.sub(pattern, by, text)
    environment.filters.update({f"m365.apps.{name}": function for name, function in filters.items()})
    return environment.get_template(template).render(**variables)


def planned(name: str = "A", wave: str = "pilot") -> Dict:
    """Return the variables of a summary of a plan in two waves."""
    item = {"display_name": name, "status": "created", "actions": [{"action": "create"}], "pending": ["groups"]}
    counts = {"created": 1, "updated": 0, "deleted": 0, "pending": 1, "writes": 1}
    waves = [{"name": each, **counts, "results": [item]} for each in (wave, "all")]
    result = {"results": [item], "actions": item["actions"], "waves": waves}
    return {"rollout_result": result, "rollout__waves": waves, "rollout__check_mode": True}


def test_names_of_waves_and_policies_are_for_a_terminal() -> None:
    state = {"name": HOSTILE, "status": "passed", "finished": "", "gate": {"reason": HOSTILE}}
    texts = (
        rendered("summary.txt.j2", **planned(HOSTILE, HOSTILE)),
        rendered("waves.txt.j2", rollout_waves_state=[state]),
        rendered("summary.txt.j2", **planned(), rollout__what=f"Wave 1 of 2, {HOSTILE}"),
    )
    for text in texts:
        assert "fatal: [localhost]" in text
        assert not set(text) & {"\x1b", "\u202e"}
        assert not any(line.startswith("fatal:") for line in text.splitlines())


@pytest.mark.parametrize("stop", [{}, {"rollout_stop_after_wave": ""}, {"rollout_stop_after_wave": "pilot"}])
def test_a_plan_says_after_which_wave_the_run_stops(stop: Dict) -> None:
    lines = rendered("summary.txt.j2", **planned(), **stop).splitlines()
    ends = "; the run stops after this wave" if stop.get("rollout_stop_after_wave") else ""
    assert f"Wave 1 of 2, pilot: 1 created, 1 pending; 1 write{ends}" in lines
    assert "Wave 2 of 2, all: 1 created, 1 pending; 1 write" in lines


def test_runs_that_were_kept_without_what_is_pending_are_told() -> None:
    item = {"display_name": "A", "status": "updated", "actions": [{"action": "update"}]}
    told = rendered("summary.txt.j2", rollout_result={"results": [item], "actions": item["actions"]}, rollout__what="X")
    assert told.splitlines() == ["X: 1 policy, 1 updated; 1 write", "updated       A: update"]


WAITS: Dict = {
    "display_name": HOSTILE,
    "status": "awaiting_approval",
    "actions": [{"action": "create"}],
    "approval": {"code": "0f9d", "state": "filed", "actions": ["assign"]},
}


def test_what_waits_for_approval_says_for_what_and_who_gives_it() -> None:
    lines = rendered(
        "summary.txt.j2", rollout_result={"results": [WAITS], "actions": WAITS["actions"]}, rollout__what="X"
    ).splitlines()
    assert lines[0] == "X: 1 policy, 1 awaiting approval; 1 write"
    assert lines[1].endswith(": create; assign waits for the approval of request 0f9d")
    assert lines[2].endswith("under Tenant administration > Multi Admin Approval.")
    row = {"display_name": HOSTILE, "code": "0f9d"}
    state = {"name": "pilot", "status": "awaiting_approval", "finished": "", "gate": None, "awaiting": [row, row]}
    [line] = rendered("waves.txt.j2", rollout_waves_state=[state]).splitlines()
    assert line.startswith("Wave 1 of 1, pilot: awaiting approval: pilot")
    assert line.count("(request 0f9d)") == 2
    assert not set("".join([*lines, line])) & {"\x1b", "\u202e"}


@pytest.mark.parametrize(
    ("more", "step"),
    [
        (
            {"rollout_state_folder": "state"},
            "After that, run the rollout again. It continues the restore, and rolls nothing",
        ),
        ({}, "After that, restore the backup with: ansible-playbook m365.apps.restore -e rollout_backup_folder="),
    ],
)
def test_a_restore_that_waits_says_how_it_goes_on(more: Dict, step: str) -> None:
    given = {"rollout_backup": "b 1", "rollout__approval_codes": "codes.json", "rollout__restore_waits": "It waits."}
    surface = {"surface": "settings_catalog"}
    facts = {"rollout__stopped_for": "No.", "rollout_restored": "waiting", "rollout__run": surface}
    text = rendered("stopped.txt.j2", **facts, **given, **more)
    assert text.startswith(f"No. The restore of the backup b 1 is not done yet: It waits. {step}")
    assert more or text.strip().endswith(
        "-e rollout_backup_folder='b 1' -e rollout_surface=settings_catalog -e rollout_approval_codes=codes.json"
    )


def test_a_page_names_the_requests_that_are_waited_for() -> None:
    row = {"display_name": "A|B", "code": "0f9d", "state": "filed", "actions": ["assign"], "step": "Have it approved."}
    for rows, head in (([row], "| Policy | Writes |"), ([{**row, "wave": "pilot"}], "| Policy | Wave | Writes |")):
        lines = rendered("report/approvals.md.j2", report={"approvals": rows, "approvers": "A member."}).splitlines()
        assert "A member." in lines
        assert any(line.startswith(head) for line in lines)
        assert len({line.replace("\\|", "").count("|") for line in lines if line.startswith("|")}) == 1
    page = rendered("report/approvals.html.j2", report={"approvals": [{**row, "display_name": "<b>"}]})
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("facts", "head"),
    [({}, "| Status | Policy | Groups |"), ({"priority": 0}, "| Status | Policy | Kind | Priority | Groups |")],
)
def test_a_page_has_the_columns_of_its_surface(facts: Dict, head: str) -> None:
    policy = {"display_name": "A", "status": "created", "before": {}, "after": {}, "groups": [], **facts}
    lines = rendered("report/policies.md.j2", report={"policies": [policy]}).splitlines()
    assert head in lines
    rows = [line for line in lines if line.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1


def tasks_in(nodes: t.Any) -> t.Iterator[Dict]:
    """Return all blocks and tasks of a list of tasks."""
    for node in nodes or []:
        yield node
        for part in ("block", "rescue", "always"):
            yield from tasks_in(node.get(part))


def test_what_tasks_set_hides_no_variable_of_others() -> None:
    """A fact or a registered result outdoes a variable of a task, a block or the role, in all runs that follow.

    The variables of include_tasks outdo both.
    """
    tasks = [task for path in TASKS for task in tasks_in(yaml.safe_load(path.read_text(encoding="utf-8")))]
    facts = {name for task in tasks for name in task.get("ansible.builtin.set_fact", {})}
    facts |= {task["register"] for task in tasks if "register" in task}
    named = {name for task in tasks if "ansible.builtin.include_tasks" not in task for name in task.get("vars", {})}
    named |= set(yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8")))
    assert {"rollout_result", "rollout__read_now"} <= facts
    assert {"rollout__now", "rollout__check_mode"} <= named
    assert facts & named == set()


def test_findings_are_counted_and_the_first_ten_are_shown() -> None:
    levels = ["error", *["warning"] * 12]
    findings = [{"level": level, "message": f"{number}{HOSTILE}"} for number, level in enumerate(levels)]
    item = {"display_name": "A", "status": "updated", "actions": [{"action": "update"}]}
    result = {"results": [item], "actions": item["actions"]}
    text = rendered("summary.txt.j2", rollout_result=result, rollout__what="X", rollout__findings=findings)
    lines = text.splitlines()
    assert lines[1:4] == ["updated       A: update", "Lint: 1 error, 12 warnings", f"error   0{printable(HOSTILE)}"]
    assert len(lines) == 3 + 10 + 1
    assert lines[-1] == "and 3 more"
    assert "Lint" not in rendered("summary.txt.j2", rollout_result=result, rollout__what="X", rollout__findings=[])
    assert (
        rendered("findings.txt.j2", rollout__findings=[], rollout__lint_verdict="17 policies: fine.")
        == "17 policies: fine.\n"
    )


@pytest.mark.parametrize(
    ("users", "line"),
    [
        ({"checked_in": 0, "rate": None}, "Tenant: no user has checked in yet."),
        ({"checked_in": 1, "rate": 1.0}, "Tenant: 1 user checked in, 100 % of them with success."),
        ({"checked_in": 2, "rate": 0.5}, "Tenant: 2 users checked in, 50 % of them with success."),
    ],
)
def test_a_page_counts_the_users_that_checked_in(users: Dict, line: str) -> None:
    lines = rendered("report/checkins.md.j2", report={"checkins": {"tenant": {"users": users}}}).splitlines()
    # A blank line ends the paragraph.
    assert lines[lines.index(line) + 1] == ""


RANKED: Dict = {"setting": "a", "title": None, "value": "1", "policy": "P", "priority": 3, "enforced": True}


@pytest.mark.parametrize(
    ("row", "head"),
    [
        ({**RANKED, "priority": None}, "| Setting | Value | From |"),
        (RANKED, "| Setting | Value | From | Priority | Enforced |"),
        ({**RANKED, "priority": None, "enforced": False}, "| Setting | Value | From | Priority | Enforced |"),
    ],
)
def test_a_page_says_of_priorities_what_its_surface_has(row: Dict, head: str) -> None:
    lines = rendered(
        "report/effective.md.j2", report={"effective": [{"groups": ["G"], "settings": [row]}]}
    ).splitlines()
    check_table(lines, head)


@pytest.mark.parametrize(
    ("sides", "head"),
    [
        ({"winner": None, "loser": None, "policies": ["P", "Q"]}, "| Kind | Setting | Policies | For whom |"),
        ({"winner": "P", "loser": "Q"}, "| Kind | Setting | Wins | Loses | For whom |"),
    ],
)
def test_a_page_has_winners_where_there_are_any(sides: Dict, head: str) -> None:
    conflict = {"kind": "conflict", "setting": "a", "groups": ["G"], **sides}
    report = {"conflicts": [conflict], "settings": {"a": {"title": "A"}}}
    check_table(rendered("report/conflicts.md.j2", report=report).splitlines(), head)


def check_table(lines: list[str], head: str) -> None:
    """Check that a table has this head, and as many cells in each row, with nothing between them."""
    place = lines.index(head)
    assert [line.replace("\\|", "").count("|") for line in lines[place : place + 3]] == [head.count("|")] * 3
