# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Four connections against an emulator that counts calls as Intune does."""

from __future__ import annotations

import time
import typing as t
import uuid
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.pace import Window
from ansible_collections.m365.apps.plugins.module_utils._graph.session import Connection
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator

# Intune's window, with everything by a fifth: nobody wants to wait for the real one.
WINDOW = Window(seconds=4, writes=20, calls=200)
PATH = "/officeConfiguration/clientConfigurations"
READS = 500


@dataclass(frozen=True)
class Run:
    """How reads of one run went."""

    answers: list[t.Any]
    seconds: float
    refused: int
    requests: int
    logins: int


def policies() -> list[dict[str, t.Any]]:
    return [
        {"id": str(uuid.UUID(int=number, version=4)), "displayName": f"P{number}", "priority": number}
        for number in range(5)
    ]


def run(emulator: Emulator, connections: int) -> Run:
    emulator.reset(tenant.state(policies=policies()))
    limits = {"requests": WINDOW.calls, "writes": WINDOW.writes, "seconds": WINDOW.seconds}
    emulator.change_settings(intune_limits=limits)
    ready = emulator.ready
    connection = Connection(ready.url, ready.url, ca_path=ready.ca_path, connections=connections)
    client = GraphClient(connection, ReadyToken(tenant.access_token(ready)), batching=True)
    client._channel.pace.window = WINDOW
    ids = [policy["id"] for policy in policies()]
    calls = [Call("GET", f"{PATH}/{ids[number % len(ids)]}") for number in range(READS)]
    started = time.monotonic()
    answers = list(client.many(calls))
    seconds = time.monotonic() - started
    journal = emulator.journal()
    refused = sum(any(call["status"] == 429 for call in entry["batch"]) for entry in journal)
    found = [answer.json()["id"] if isinstance(answer, Answer) else str(answer) for answer in answers]
    assert found == [ids[number % len(ids)] for number in range(READS)]
    return Run(found, seconds, refused, len(journal), emulator.logins())


def test_four_connections_keep_to_the_limits_as_one_does(emulator: Emulator) -> None:
    one, four = run(emulator, 1), run(emulator, 4)
    assert one.refused >= 1
    assert four.refused <= one.refused + 3
    # Both wait for the same windows: one more would show, a machine that is busy for a moment does not.
    assert four.seconds < one.seconds + WINDOW.seconds
