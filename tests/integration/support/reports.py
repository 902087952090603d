# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports written by the role's entry point report in a real ansible-playbook."""

from __future__ import annotations

import fcntl
import json
import os
import typing as t
from pathlib import Path

import pytest

from .processes import BIN, environment, finished

# The report comes from a file, so its texts are data that ansible does not take for templates; that is how the results
# of modules come.
_PLAY = """
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - name: Read the reports
      ansible.builtin.slurp:
        src: "{{ playbook_dir }}/reports.json"
      register: read
    - name: Write each
      ansible.builtin.include_tasks: one.yml
      loop: "{{ (read.content | b64decode | from_json).keys() | list }}"
      loop_control:
        loop_var: which
"""
_ONE = """
- name: Write one
  ansible.builtin.include_role:
    name: m365.apps.rollout
    tasks_from: report
  vars:
    rollout_report: "{{ (read.content | b64decode | from_json)[which] }}"
    rollout_report_folder: "{{ playbook_dir }}/out"
    rollout_report_name: "{{ which }}"
- name: Write its plan
  m365.apps.private_file:
    path: "{{ playbook_dir }}/out/{{ which }}.plan.md"
    content: "{{ lookup('ansible.builtin.template', templates ~ '/plan.md.j2') }}"
  check_mode: false
- name: Tell its files
  m365.apps.private_file:
    path: "{{ playbook_dir }}/out/{{ which }}.files.json"
    data: "{{ rollout_report_files }}"
  check_mode: false
"""


def once(factory: pytest.TempPathFactory, name: str, make: t.Callable[[Path], Path]) -> Path:
    """Return what ``make`` made in a folder of that name: by the first worker of xdist that asks, for all of them."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make(factory.mktemp(name))
    folder = factory.getbasetemp().parent / name
    made = folder / "made"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            made.write_text(str(make(folder)), encoding="utf-8")
    return Path(made.read_text(encoding="utf-8"))


def write_reports(folder: Path, reports: t.Mapping[str, t.Any], templates: Path, *arguments: str) -> Path:
    """Write reports by their names and return the folder of NAME.html, NAME.md, NAME.plan.md and NAME.files.json.

    ``templates`` is the folder of the role's templates. Raises AssertionError with the output when the play fails.
    """
    (folder / "reports.json").write_text(json.dumps(reports))
    (folder / "site.yml").write_text(_PLAY)
    (folder / "one.yml").write_text(_ONE)
    (folder / "ansible.cfg").touch()
    command = [str(BIN / "ansible-playbook"), "site.yml", "-e", f"templates={templates}", *arguments]
    done = finished(command, folder, environment(folder)).ok()
    assert "WARNING" not in done.stderr, done.stderr[-20000:]
    return folder / "out"
