# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A tenant with credentials of every kind, and where to look for them after a run."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.tests.credentials import federated_token, federation, pair, rsa_key

from . import tenant
from .canaries import Canaries
from .emulator import Emulator
from .plays import Task, play, registered, run
from .processes import Ansible

# Characters that are written otherwise in URLs, JSON and HTML.
PASSPHRASE = "canary passphrase+0123\"<&'%/é"
PROXY_PASSWORD = "canary-proxy%2F0123456789"
IDENTITY_HEADER = "canary-identity-header-0123456789"
APP, IDENTITY_PROVIDER = pair("app"), rsa_key("identity provider")
ASSERTION = federated_token(IDENTITY_PROVIDER)
NO_TOKEN = "canary-of-a-token-file"
FILES = {
    "app.pem": APP.pem(),
    "app.pfx": APP.pfx(PASSPHRASE),
    "token": ASSERTION.encode(),
    "token-text": NO_TOKEN.encode(),
    "cut.pem": APP.pem()[:900],
}
GIVEN = {*FILES, "plays.yml", "site.yml", "variables.json", "env", "command"}
POLICIES = [{"displayName": name, "priority": place} for place, name in enumerate(("There", "Other"))]
GROUP = {"id": "11111111-0000-4000-8000-000000000001", "displayName": "Everyone"}
_CLEANED_SECONDS = 30


@dataclass
class Place:
    """A tenant, and how to look for its secrets in what a run leaves."""

    ansible: Ansible
    emulator: Emulator
    canaries: Canaries

    def play(self, tasks: t.Mapping[str, Task], **more: str) -> dict[str, t.Any]:
        """Run tasks, each of which may fail, with every log there is; look through it and return the results.

        ``more`` is added to the environment.
        """
        defaults = {
            name: f"{{{{ m365_{name} }}}}" for name in ("tenant_id", "client_id", "graph_url", "login_url", "ca_path")
        }
        whole = play(registered(tasks), module_defaults={"group/m365.apps.all": defaults})
        kept = run(self.ansible, [whole], "-vvvv", environment={**self.logs(), **more})
        self.look()
        return {name: entry["result"] for name, entry in kept.items()}

    def logs(self) -> dict[str, str]:
        """Return the settings that put all that Ansible writes below the folder."""
        folder = self.ansible.folder
        traces = folder / "trace"
        traces.mkdir(mode=0o700, exist_ok=True)
        return {
            "M365_TRACE": str(traces / "trace.jsonl"),
            "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
            "ANSIBLE_LOG_VERBOSITY": "4",
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        }

    def look(self, *printed: str) -> None:
        """Raise AssertionError for a secret in what was printed, and in every file below the folder."""
        self.canaries.add_tokens(self.emulator.tokens())
        self._wait_for_async()
        assert [seen for text in printed for seen in self.canaries.seen_in(text)] == []
        assert self.canaries.seen_below(self.ansible.folder, GIVEN) == {}

    def _wait_for_async(self) -> None:
        """Wait until Ansible has removed the module of a task in the background, some seconds after the play."""
        deadline = time.monotonic() + _CLEANED_SECONDS
        while list(self.ansible.folder.glob("remote/*/AnsiballZ_*")) and time.monotonic() < deadline:
            time.sleep(0.2)


def make_place(ansible: Ansible, emulator: Emulator) -> Place:
    """Return the tenant, whose writer has every kind of credential, and their files beside the playbook."""
    state = tenant.state(POLICIES, [GROUP])
    held = state["tenants"][tenant.TENANT]
    held["apps"][0].update(
        certificates=[APP.certificate_pem().decode()],
        federated=[federation(IDENTITY_PROVIDER)],
        managed_identity=True,
        identity_header=IDENTITY_HEADER,
    )
    state["tenants"].update({other: {} for other in emulator.tenants() if other != tenant.TENANT})
    emulator.reset(state)
    for name, content in FILES.items():
        (ansible.folder / name).write_bytes(content)
    token = tenant.access_token(emulator.ready)
    variables = {**tenant.login_variables(emulator.ready), "m365_access_token": token}
    there = Ansible(ansible.folder, ansible.login, variables, ansible.way)
    secrets = {
        "secret": tenant.SECRET,
        "wrong secret": tenant.WRONG_SECRET,
        "passphrase": PASSPHRASE,
        "proxy password": PROXY_PASSWORD,
        "identity header": IDENTITY_HEADER,
        "assertion": ASSERTION,
        "token file": NO_TOKEN,
        "begin of any token": "eyJhbGciOi",
        **{f"key line {place}": line for place, line in enumerate(APP.secrets())},
    }
    there.canaries += secrets.values()
    canaries = Canaries(secrets)
    canaries.add_tokens([token])
    return Place(there, emulator, canaries)
