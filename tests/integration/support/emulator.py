# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Graph emulator as a real process, with a client for its admin endpoints."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

import requests

from ansible_collections.m365.apps.tests.integration.targets.emulator.filter_plugins.emulator import calls_of, is_write

PACKAGE = Path(__file__).resolve().parents[2] / "emulator"
_READY_SECONDS = 30
_END_SECONDS = 60


@dataclass(frozen=True)
class Ready:
    """What the emulator says once it listens."""

    url: str
    ca_path: str


class Emulator:
    """Client for the admin endpoints of a running emulator. All bodies are JSON."""

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self._session = requests.Session()
        # REQUESTS_CA_BUNDLE would override verify.
        self._session.trust_env = False
        self._session.verify = ready.ca_path
        self._defaults = self._call("GET", "settings")

    def reset(self, state: dict[str, t.Any]) -> None:
        """Put the tenants of ``state`` in place, with all settings at their defaults, no faults and an empty journal.

        ``settings`` and ``faults`` in ``state`` apply.
        """
        settings = {**self._defaults, **state.get("settings", {})}
        self._call("PUT", "state", {"faults": [], **state, "settings": settings})
        self._call("DELETE", "journal")
        self._call("DELETE", "logins")

    def change_settings(self, **settings: t.Any) -> None:
        """Change some settings."""
        self._call("PUT", "settings", settings)

    def misbehave(self, *faults: dict[str, t.Any]) -> None:
        """Replace the faults that wait for calls."""
        self._call("PUT", "faults", list(faults))

    def faults(self) -> list[dict[str, t.Any]]:
        """Return the faults that still wait for calls."""
        return t.cast(list[dict[str, t.Any]], self._call("GET", "faults"))

    def decide(self, request_id: str, status: str) -> None:
        """Give a request for approval another status, as a second administrator does."""
        self._call("POST", "approvals", {"id": request_id, "status": status})

    def tenant(self, tenant_id: str) -> dict[str, t.Any]:
        """Return the state of one tenant: policies with decoded payloads, groups, apps."""
        return t.cast(dict[str, t.Any], self._call("GET", "state")["tenants"][tenant_id])

    def put(self, tenants: dict[str, t.Any]) -> None:
        """Put tenants in the place of all that are there, as ``tenant`` returns them; all else stays as it is."""
        self._call("PUT", "state", {"tenants": tenants})

    def tenants(self) -> list[str]:
        """Return the ids of all tenants."""
        return list(self._call("GET", "state")["tenants"])

    def journal(self) -> list[dict[str, t.Any]]:
        """Return every Graph call since the last reset, in order."""
        return t.cast(list[dict[str, t.Any]], self._call("GET", "journal"))

    def writes(self) -> list[str]:
        """Return the calls of the journal that may change something, also within batches, as ``METHOD path``."""
        return [f"{call['method']} {call['path']}" for call in calls_of(self.journal()) if is_write(call)]

    def logins(self) -> int:
        """Return how many tokens were asked for since the last reset."""
        return int(self._call("GET", "logins")["by_kind"].get("token", 0))

    def tokens(self) -> list[str]:
        """Return the tokens that were issued since the last reset."""
        return t.cast(list[str], self._call("GET", "logins")["tokens"])

    def clear_journal(self) -> None:
        """Forget the calls so far."""
        self._call("DELETE", "journal")

    def _call(self, method: str, name: str, body: t.Any = None) -> t.Any:
        answer = self._session.request(method, f"{self.ready.url}/_emulator/{name}", json=body, timeout=10)
        if answer.status_code >= 400:
            raise AssertionError(f"the emulator refused {method} {name}: {answer.text}")
        return answer.json() if answer.content else None


@contextlib.contextmanager
def running_emulator(folder: Path) -> t.Iterator[Emulator]:
    """Run an emulator on a free loopback port; it ends with the block, or with this process."""
    ready_file, log = folder / "ready.json", folder / "emulator.log"
    command = [
        sys.executable,
        "-m",
        "graph_emulator",
        "--ready-file",
        str(ready_file),
        "--parent-pid",
        str(os.getpid()),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PACKAGE, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield Emulator(_wait_until_ready(process, ready_file, log))
        finally:
            process.terminate()
            code = process.wait(_END_SECONDS)
    assert code == 0, f"the emulator ended with {code}: {log.read_text()}"


def _wait_until_ready(process: subprocess.Popen[bytes], ready_file: Path, log: Path) -> Ready:
    deadline = time.monotonic() + _READY_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the emulator does not listen: {log.read_text()}")
        time.sleep(0.05)
    line = json.loads(ready_file.read_text())
    return Ready(line["graph_url"], line["ca_path"])
