# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waves that cannot be meant, states that cannot be read, and check mode: nothing is written."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.apps.tests.integration.support import plays, tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible
from ansible_collections.m365.apps.tests.integration.support.waves import (
    ALL,
    BROAD,
    GROUPS,
    LIVE,
    PILOT,
    WANTED,
    WAVES,
    Dict,
    gated,
    live,
    path_of_record,
    record,
    roll_out,
    said,
    statuses,
)


@pytest.fixture
def there(emulator: Emulator) -> Emulator:
    emulator.reset(tenant.state(LIVE, GROUPS))
    return emulator


# What else cannot be meant: test_role_needs.py and test_policies_waves.py of the units.
REFUSED: list[tuple[Dict, str]] = [
    ({"rollout_state_folder": ""}, "rollout_state_folder is missing."),
    (
        {"rollout_state_folder": None, "rollout_from_wave": 2},
        "rollout_state_folder is null. Leave it out, or give a path as text. rollout_from_wave is 2. Quote it,",
    ),
    ({"rollout_waves": [{"name": "pilot", "groups": ["Pilots"]}, WAVES[2]]}, "'Pilots'"),
    ({"rollout_waves": [*WAVES[:2], {"name": "x", "groups": ["All Stuff"]}]}, "It is named by wave 'x'."),
    ({"rollout_group_map": {"Nowhere": "Gone"}}, "It is named by the group map ('Nowhere')."),
    (
        {"rollout_waves": gated(interval=0)},
        "pilot has a gate or a pause that means nothing: interval is 0. Give whole seconds from 1 on.",
    ),
]


# Waves are looked at before anything asks for check mode; what the tenant says of groups, test_converge_waves.py has.
@pytest.mark.parametrize("check", [False, pytest.param(True, marks=pytest.mark.full)], ids=["run", "check mode"])
def test_waves_that_cannot_be_meant_are_refused(ansible: Ansible, there: Emulator, check: bool) -> None:
    """All in one play."""
    common = {
        "rollout_policies": WANTED,
        "rollout_waves": WAVES,
        "rollout_state_folder": str(ansible.folder / "state"),
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    role = "m365.apps.rollout"
    parts = "ansible_failed_result.results | default([ansible_failed_result])"
    told = f"{parts} | map(attribute='msg', default='') | join(' ')"
    keep = {"ansible.builtin.set_fact": {"refused": f"{{{{ refused | default([]) + [{told}] }}}}"}}
    tasks: list[Dict] = [
        {
            "block": [{"ansible.builtin.include_role": {"name": role, "apply": {"check_mode": check}}}],
            "vars": {**common, **change},
            "rescue": [keep],
        }
        for change, _words in REFUSED
    ]
    last = {"content": "{{ refused | to_json }}", "dest": "{{ playbook_dir }}/refused.json"}
    tasks.append({"write_down": last})
    book = ansible.folder / "refused.yml"
    book.write_text(json.dumps([plays.play(tasks, connection="local")]))
    ansible.playbook(book).ok()
    refused = [" ".join(text.split()) for text in json.loads((ansible.folder / "refused.json").read_text())]
    wanted = [words for _change, words in REFUSED]
    assert [(words, text) for words, text in zip(wanted, refused, strict=True) if words not in text] == []
    assert there.writes() == []
    assert record(ansible) == {}


def test_a_state_file_that_cannot_be_read_stops_it(ansible: Ansible, there: Emulator) -> None:
    (ansible.folder / "state").mkdir()
    path_of_record(ansible).write_text("{")
    assert "cannot tell how far they got: " in (refused := said(roll_out(ansible).failed()))
    assert "it is not JSON; it may be truncated. Fix or delete it" in refused
    assert there.writes() == []


def test_what_fails_before_the_first_write_tells_of_none(ansible: Ansible, there: Emulator) -> None:
    (ansible.folder / "state").write_text("a file")
    failed = said(roll_out(ansible).failed())
    assert "Wave 1 of 3, pilot: " in failed
    assert "Written" not in failed
    assert there.writes() == []


def under_keywords(ansible: Ansible, where: str) -> Dict:
    """Return a play that includes the rollout with waves and a gate, in check mode by the keyword at one place."""
    role: Dict = {"name": "m365.apps.rollout"}
    variables = {
        "rollout_policies": WANTED,
        "rollout_waves": gated(),
        "rollout_state_folder": str(ansible.folder / "state"),
        "rollout_backup_folder": str(ansible.folder / "backups"),
        "rollout_report_folder": str(ansible.folder / where),
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    keyword = {"check_mode": True}
    tasks: dict[str, list[Dict]] = {
        "play": [{"ansible.builtin.include_role": role}],
        "block": [{"block": [{"ansible.builtin.include_role": role}], **keyword}],
        "import": [{"ansible.builtin.import_role": role, **keyword}],
        "apply": [{"ansible.builtin.include_role": {**role, "apply": keyword}}],
    }
    return plays.play(tasks[where], vars=variables, connection="local", **keyword if where == "play" else {})


# What a keyword makes of a task is in each run for every place: the target run_info.
@pytest.mark.parametrize("places", [["import"], pytest.param(["play", "block", "apply"], marks=pytest.mark.full)])
def test_the_keyword_check_mode_is_as_good_as_check(ansible: Ansible, there: Emulator, places: list[str]) -> None:
    before = live(there)
    book = ansible.folder / "keywords.yml"
    book.write_text(json.dumps([under_keywords(ansible, where) for where in places]))
    run = ansible.playbook(book).ok()
    assert said(run).count("Plan (check mode, nothing was written): 2 policies, 1 created, 1 updated") == len(places)
    assert "Rollout:" not in said(run)
    assert (live(there), there.writes(), record(ansible)) == (before, [], {})
    assert not (ansible.folder / "backups").exists()
    for where in places:
        assert "Check mode: nothing was written." in (ansible.folder / where / "report.md").read_text()


@pytest.mark.full  # the same
def test_a_keyword_undoes_check_for_what_is_below_it(ansible: Ansible, there: Emulator) -> None:
    book = ansible.folder / "keywords.yml"
    [play] = [under_keywords(ansible, "play")]
    play["check_mode"] = False
    play["vars"]["rollout_waves"] = WAVES
    book.write_text(json.dumps([play]))
    run = ansible.playbook(book, "--check").ok()
    assert "Rollout: 2 policies, 1 created, 1 updated" in said(run)
    assert statuses(ansible) == ["passed"] * 3
    assert live(there)["New"][2] == {PILOT, BROAD, ALL}
    assert "Check mode" not in (ansible.folder / "play" / "report.md").read_text()
