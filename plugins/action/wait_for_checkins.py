# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module wait_for_checkins does, on the controller: it runs office_client_checkin_info until a gate opens."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.m365.apps.plugins.plugin_utils import _watch
from ansible_collections.m365.apps.plugins.plugin_utils._fast_path import FastPathAction
from ansible_collections.m365.apps.plugins.plugin_utils._gate import Gate, World, wait_at
from ansible_collections.m365.apps.plugins.plugin_utils._own_options import own_options
from ansible_collections.m365.apps.plugins.plugin_utils._parts import run_part
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import ON_NO_DATA

# isort: split
# What is imported after plugin_utils has its bytecode kept.
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError, plain
from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import OFFICE_CLIENT_CHECKIN_INFO

_ASKED = "office_client_checkin_info"
_LONGEST_LINE = 2000

# Beside the options of login and connection, which are those of the module that is run.
SPEC: dict[str, t.Any] = {
    "gate": {
        "type": "dict",
        "required": True,
        "options": {
            "policies": {"type": "list", "elements": "str"},
            "min_users": {"type": "int", "default": 1},
            "max_failure_rate": {"type": "float", "default": 0.0},
            "timeout": {"type": "int", "default": 3600},
            "interval": {"type": "int", "default": 300},
            "on_no_data": {"type": "str", "choices": list(ON_NO_DATA), "default": "stop"},
        },
    },
    "label": {"type": "str", "default": "the check-in gate"},
    "since": {"type": "str"},
}


class ActionModule(FastPathAction):
    """Asks for check-ins again and again; how it goes on is told from here, whichever way the module runs."""

    DEFINITION = OFFICE_CLIENT_CHECKIN_INFO
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the verdict of the gate, as a failure where it stays closed or the check-ins cannot be read."""
        task_vars = task_vars or {}
        result: dict[str, t.Any] = ActionBase.run(self, tmp, task_vars)
        given = {name: value for name, value in self._task.args.items() if name in SPEC}
        try:
            options = own_options(given, SPEC)
        except UserError as error:
            return {**result, "failed": True, "msg": str(error)}
        # In check mode nothing comes that would be worth waiting for.
        gate = Gate(**{**options["gate"], **({"timeout": 0} if self._task.check_mode else {})})
        try:
            gate.check()
        except PoliciesError as error:
            return {**result, "failed": True, "msg": f"{options['label']}: cannot be used: {error}"}
        reporter, starter = self._reporter(task_vars), _watch.main_process()
        world = World(
            ask=lambda: self._ask(options["since"], gate.policies, task_vars),
            say=lambda text: reporter.tell(plain(f"{options['label']}: {text}", _LONGEST_LINE)),
        )
        try:
            # Between two questions nothing else ends this process when the run is gone.
            with _watch.ending_with(starter):
                verdict, answer = wait_at(gate, world)
        except PoliciesError as error:
            return {
                **result,
                "failed": True,
                "msg": plain(f"{options['label']}: cannot be judged: {error}", _LONGEST_LINE),
            }
        return {**result, **self._verdict(options["label"], verdict, answer)}

    def _ask(
        self, since: str | None, policies: t.Sequence[str] | None, task_vars: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        """Return what office_client_checkin_info says now, with the login and connection of this task."""
        login = {name: value for name, value in self._task.args.items() if name not in SPEC}
        asked = {"gather": ["policies"], **({"since": since} if since else {})}
        # Of those that do not count nothing is read.
        asked |= {} if policies is None else {"policies": list(policies)}
        return run_part(self, task_vars, _ASKED, {**login, **asked})

    def _verdict(self, label: str, verdict: dict[str, t.Any] | None, answer: dict[str, t.Any]) -> dict[str, t.Any]:
        if verdict is None:
            kept = {"error": answer["error"]} if "error" in answer else {}
            return {**kept, "failed": True, "msg": answer.get("msg") or "The check-ins cannot be read."}
        word = "opens" if verdict["open"] else "stays closed"
        failed = not verdict["open"] and not self._task.check_mode
        return {"changed": False, "failed": failed, "msg": f"{label} {word}: {verdict['reason']}", "outcome": verdict}
