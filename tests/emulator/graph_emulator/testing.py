# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests that need an emulator: start one as a subprocess, talk to it, stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 10


def _session(ca_path: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.verify = ca_path
    return session


@dataclass(slots=True)
class Client:
    """One app's view of Graph: a session that sends its token."""

    session: requests.Session
    url: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request; ``options`` are those of requests (json, data, headers ...)."""
        headers = {"Authorization": f"Bearer {self.token}", **(options.pop("headers", None) or {})}
        return self.session.request(method, self.url + path, headers=headers, timeout=30, **options)


@dataclass(slots=True)
class Emulator:
    """A running emulator: its ready line, process and ready file."""

    ready: Mapping[str, Any]
    process: subprocess.Popen[str]
    ready_file: Path
    session: requests.Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = _session(self.ready["ca_path"])

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.ready["graph_url"])

    def admin(self, method: str, name: str, body: object = None) -> Any:
        """Call an admin endpoint; the JSON it answers, None for no content.

        :raises requests.HTTPError: the endpoint refuses.
        """
        answer = self.session.request(method, f"{self.url}/_emulator/{name}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def login(self, tenant: str, **form: str) -> requests.Response:
        """Ask the token endpoint; what is not given is for client credentials and Graph."""
        defaults = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        fields = {name: value for name, value in {**defaults, **form}.items() if value}
        return self.session.post(f"{self.url}/{tenant}/oauth2/v2.0/token", data=fields, timeout=30)

    def client(self, tenant: str | None = None, client_id: str | None = None, secret: str | None = None) -> Client:
        """A client with a fresh token, by default of the ready line's app."""
        answer = self.login(
            tenant or self.ready["tenant_id"],
            client_id=client_id or self.ready["client_id"],
            client_secret=secret or self.ready["client_secret"],
        )
        answer.raise_for_status()
        return Client(self.session, self.url, answer.json()["access_token"])


def command(*arguments: str) -> list[str]:
    """The command line that starts an emulator."""
    return [sys.executable, "-m", "graph_emulator", *arguments]


@contextmanager
def running(*arguments: str, state: object = None) -> Iterator[Emulator]:
    """An emulator on a free port, started with ``state`` and stopped at the end.

    :raises RuntimeError: it does not start; the text has what it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder, "ready.json")
        options = ["--ready-file", str(ready_file), "--parent-pid", str(os.getpid()), *arguments]
        if state is not None:
            state_file = Path(folder, "state.json")
            state_file.write_text(json.dumps(state), encoding="utf-8")
            options += ["--state", str(state_file)]
        process = subprocess.Popen(command(*options), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            yield Emulator(_wait(process, ready_file), process, ready_file)
        finally:
            process.terminate()
            process.communicate(timeout=STOP_SECONDS)


def _wait(process: subprocess.Popen[str], ready_file: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ready_file.exists():
            line: dict[str, Any] = json.loads(ready_file.read_text(encoding="utf-8"))
            return line
        time.sleep(0.02)
    raise RuntimeError(f"the emulator did not start (exit code {process.poll()})")
