# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a scenario is run: the engine in this process, or a real ansible-playbook."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

from ansible_collections.m365.apps.plugins.module_utils._module.arguments import with_shared
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.plugins.plugin_utils._watch import descendants
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import BIN, Ansible, Way, ended, environment
from ansible_collections.m365.apps.tests.unit import modules

from .scenarios import Scenario

Result = dict[str, t.Any]
Runner = t.Callable[[Emulator, Scenario, float, float], Result]

_READ_BACK_SECONDS = 2
_KILL_SECONDS = 60


def arguments(emulator: Emulator, scenario: Scenario, timeout: float, retry_timeout: float) -> dict[str, t.Any]:
    """Return the options of the task, but for the login. Those of reading back are given where the module has them."""
    given = {**scenario.options, "timeout": timeout, "retry_timeout": retry_timeout}
    if scenario.needs_approval:
        given["approval_codes"] = str(approval_codes(emulator))
    if "wait_timeout" in with_shared(_definition(scenario).spec):
        given["wait_timeout"] = _READ_BACK_SECONDS
    return given


def approval_codes(emulator: Emulator) -> Path:
    """Return the file of requests for approval that goes with an emulator, and goes when that ends."""
    return Path(emulator.ready.ca_path).with_name("approvals.json")


def in_process(emulator: Emulator, scenario: Scenario, timeout: float, retry_timeout: float) -> Result:
    """Run a scenario as an action plugin does it, with a login and a connection of its own; return the result.

    Raises AssertionError when anything is printed beside it.
    """
    login = {
        name.removeprefix("m365_"): value
        for name, value in tenant.login_variables(emulator.ready).items()
        if name not in ("m365_wrong_secret", "m365_apps")
    }
    _fast_path._CLIENTS.clear()
    given = {**login, **arguments(emulator, scenario, timeout, retry_timeout)}
    with contextlib.redirect_stderr(io.StringIO()) as aside:
        printed, _warnings = _fast_path.run_here(_definition(scenario), given)
    assert not aside.getvalue(), f"on stderr: {aside.getvalue()}"
    return t.cast(Result, json.loads(printed))


def by_playbook(emulator: Emulator, scenario: Scenario, timeout: float, retry_timeout: float) -> Result:
    """Run a scenario by ansible-playbook; return the result. Raises AssertionError for a traceback or a secret."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        ansible = Ansible(Path(folder), {}, tenant.login_variables(emulator.ready))
        kept = run(ansible, [play(registered({"it": _task(emulator, scenario, timeout, retry_timeout)}))])
    return t.cast(Result, kept["it"]["result"])


def killed(
    emulator: Emulator, scenario: Scenario, request: int, alone: bool = False, how: Way = Way.IN_PROCESS
) -> None:
    """Run a scenario by ansible-playbook and kill all its processes once the journal shows that many requests.

    ``alone`` kills only the main process: the others must end by themselves, and send nothing more. Raises
    AssertionError when they do not, and when the play ends before, or never gets there.
    """
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        playbook, variables = folder / "play.yml", folder / "variables.json"
        playbook.write_text(json.dumps([play([_task(emulator, scenario, _KILL_SECONDS, _KILL_SECONDS)])]))
        variables.write_text(json.dumps(tenant.login_variables(emulator.ready)))
        process = subprocess.Popen(
            [str(BIN / "ansible-playbook"), str(playbook), "-e", f"@{variables}"],
            cwd=folder,
            env=environment(folder, how),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            _wait_for(emulator, request, process)
            if alone:
                _end_alone(emulator, process)
        finally:
            # Each worker process of Ansible is in a session of its own, which a signal to the group does not reach.
            for pid in (*descendants(process.pid), process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.communicate()


def _end_alone(emulator: Emulator, process: subprocess.Popen[str]) -> None:
    """Kill a main process and wait until those that it started have ended. Raises AssertionError."""
    others = descendants(process.pid)
    process.kill()
    sent = len(emulator.writes())
    deadline = time.monotonic() + _KILL_SECONDS
    while not all(map(ended, others)):
        assert time.monotonic() < deadline, f"its processes live on after {_KILL_SECONDS} s"
        time.sleep(0.05)
    now = len(emulator.writes())
    assert now == sent, f"{now - sent} more writes were sent once its main process was killed"


def _wait_for(emulator: Emulator, request: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _KILL_SECONDS
    while len(emulator.journal()) < request:
        if process.poll() is not None:
            raise AssertionError(f"the play ended before it was killed: {process.communicate()[0][-2000:]}")
        if time.monotonic() > deadline:
            raise AssertionError(f"the play did not send request {request} within {_KILL_SECONDS} s")
        time.sleep(0.02)


def _task(emulator: Emulator, scenario: Scenario, timeout: float, retry_timeout: float) -> dict[str, t.Any]:
    return {f"m365.apps.{scenario.module}": arguments(emulator, scenario, timeout, retry_timeout)}


def _definition(scenario: Scenario) -> modules.ModuleDefinition:
    return t.cast(modules.ModuleDefinition, getattr(modules, scenario.module.upper()))
