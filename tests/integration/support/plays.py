# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays that tests put together: tasks of the collection's modules, and the results they leave in a file."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

from .processes import Ansible

Task = dict[str, t.Any]

_LOGIN = ("tenant_id", "client_id", "client_secret", "graph_url", "login_url", "ca_path")
_LOGINS = (
    "{{ (lookup('ansible.builtin.url', m365_graph_url ~ '/_emulator/logins', ca_path=m365_ca_path, split_lines=false)"
    " | from_json).by_kind.token | default(0) }}"
)
_ALWAYS = {"check_mode": False, "no_log": True}
_CONDITIONS = ("until", "failed_when", "changed_when")
_THIS = re.compile(r"\bthis\b")
_EARLIER = re.compile(r"\bkept\['([^']+)'\]\.result\b")


def play(tasks: t.Sequence[Task], **keywords: t.Any) -> Task:
    """Return a play on localhost whose tasks log in with the tenant's variables; ``keywords`` are those of a play."""
    login = {name: f"{{{{ m365_{name} }}}}" for name in _LOGIN}
    return {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/m365.apps.all": login},
        "tasks": list(tasks),
        **keywords,
    }


def registered(tasks: t.Mapping[str, Task], logins: bool = False) -> list[Task]:
    """Return tasks that keep their results by their names in the fact ``kept``; one that fails does not end the play.

    Conditions of a task name its result ``this``, and any text that of another one ``kept['its name'].result``. With
    ``logins``, each result comes with how many tokens were asked for up to then.
    """
    made: list[Task] = []
    found: dict[str, Task] = {}
    earlier = {name: f"kept_result_{place}" for place, name in enumerate(tasks)}
    for place, (name, given) in enumerate(tasks.items()):
        task = json.loads(_EARLIER.sub(lambda match: earlier[match[1]], json.dumps(given)))
        result, count = f"kept_result_{place}", f"kept_logins_{place}"
        named = {key: _THIS.sub(result, task[key]) for key in _CONDITIONS if key in task}
        made.append({"name": name, "ignore_errors": True, **task, **named, "register": result})
        found[name] = {"result": f"{{{{ {result} }}}}"}
        if logins:
            made.append({"name": f"Count logins of {name}", "ansible.builtin.set_fact": {count: _LOGINS}, **_ALWAYS})
            found[name]["logins"] = f"{{{{ {count} | int }}}}"
    kept = "{{ kept | default({}) | combine(found) }}"
    made.append({"name": "Keep", "ansible.builtin.set_fact": {"kept": kept}, "vars": {"found": found}, **_ALWAYS})
    return made


def run(
    ansible: Ansible,
    plays: t.Sequence[Task],
    *arguments: str,
    folder: Path | None = None,
    environment: t.Mapping[str, str] | None = None,
) -> dict[str, t.Any]:
    """Run plays from a playbook in ``folder`` (else in that of ``ansible``) and return what they kept.

    ``environment`` is added to that of the process.
    """
    results = ansible.folder / "kept.json"
    written = {"content": "{{ kept | to_json }}", "dest": str(results)}
    last = {"hosts": "localhost", "gather_facts": False, "tasks": [{"write_down": written, "no_log": True}]}
    path = (folder or ansible.folder) / "plays.yml"
    path.write_text(json.dumps([*plays, last]))
    # Newer cores leave the arguments out of results unless they are told.
    ansible.playbook(path, *arguments, ANSIBLE_INJECT_INVOCATION="true", **(environment or {})).ok()
    return t.cast(dict[str, t.Any], json.loads(results.read_text()))
