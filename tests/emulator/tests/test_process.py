# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line, ready line, signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from graph_emulator.testing import ROOT, command, running

READY_KEYS = {"graph_url", "login_url", "ca_path", "tenant_id", "client_id", "client_secret"}


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_ready_line_is_printed_and_written_and_all_is_removed_at_the_end() -> None:
    with running() as emulator:
        ready_file = emulator.ready_file
        assert set(emulator.ready) >= READY_KEYS
        assert emulator.ready["graph_url"] == emulator.ready["login_url"]
        ca_path = Path(emulator.ready["ca_path"])
        assert stat.S_IMODE(ca_path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(ready_file.stat().st_mode) == 0o600
        assert emulator.client().call("GET", "/beta/officeConfiguration/clientConfigurations").json()["value"] == []
        emulator.process.send_signal(signal.SIGTERM)
        printed, _unused = emulator.process.communicate(timeout=10)
        assert [json.loads(line) for line in printed.splitlines()] == [emulator.ready]
        assert emulator.process.returncode == 0
    assert not ca_path.parent.exists()
    assert not ready_file.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_with_0_even_with_a_slow_answer_under_way(number: int) -> None:
    slow = {"kind": "slow", "seconds": 60, "match": {"on": "login"}}
    with running(state={"tenants": {}, "faults": [slow]}) as emulator, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(emulator.login, "any")
        while not emulator.admin("GET", "logins")["total"]:
            time.sleep(0.01)
        emulator.process.send_signal(number)
        assert emulator.process.wait(timeout=10) == 0
        assert wait([waiting], timeout=10).done


def test_state_file_settings_and_faults() -> None:
    tenant = "11111111-2222-3333-4444-555555555555"
    app = {"client_id": "aaaaaaaa-2222-3333-4444-555555555555", "secrets": ["s"]}
    state: dict[str, Any] = {
        "tenants": {tenant: {"apps": [app]}, "99999999-2222-3333-4444-555555555555": {}},
        "settings": {"page_size": 7},
        "faults": [{"kind": "throttle", "retry_after": 1}],
    }
    with running(state=state) as emulator:
        assert emulator.ready["tenant_id"] == tenant
        assert (emulator.ready["client_id"], emulator.ready["client_secret"]) == (app["client_id"], "s")
        assert emulator.admin("GET", "settings")["page_size"] == 7
        assert emulator.admin("GET", "faults")[0]["kind"] == "throttle"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "Expecting property name"),
        ('{"tenant": {}}', "state.tenant"),
        ('{"tenants": {"t": {"policies": [{"priority": "1"}]}}}', "tenants.t.policies[0].priority"),
        ('{"settings": {"page": 1}}', "settings.page"),
        ('{"faults": [{"kind": "fire"}]}', "faults[0].kind"),
    ],
)
def test_wrong_state_ends_with_2_and_one_sentence(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content, encoding="utf-8")
    done = _run("--state", str(path))
    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_missing_state_file_and_taken_port_end_with_2(tmp_path: Path) -> None:
    assert _run("--state", str(tmp_path / "none.json")).returncode == 2
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"graph_emulator: port {port} of 127.0.0.1 is taken by another process")
    assert "PORT= of make" in done.stderr


@pytest.mark.parametrize("text", ["70000", "-1", "http", "٣"])
def test_what_is_no_port_is_told(text: str) -> None:
    done = _run(f"--port={text}")
    assert done.returncode == 2
    assert "is not a port: give a number from 0 to 65535" in done.stderr


def test_it_does_not_outlive_its_parent(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    child = subprocess.Popen(
        command("--parent-pid", str(parent.pid), "--ready-file", str(ready_file)), cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 20
        while not ready_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        parent.terminate()
        parent.wait(timeout=10)
        assert child.wait(timeout=10) == 0
    finally:
        for process in (parent, child):
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
