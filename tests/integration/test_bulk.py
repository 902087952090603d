# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests a bulk run takes: its pages, and what it reads and writes in batches of 20."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, in_process_first

PAGE, BATCH = 20, 20
COUNT, GROUPS = 60, 25
Dicts = list[dict[str, t.Any]]


def policies() -> Dicts:
    """Return the policies, each with one payload and one group."""
    return [
        {
            "display_name": f"Policy {number:02}",
            "priority": number,
            "policy_payload": [{"settingId": "a", "value": str(number)}],
            "groups": [f"Ring {number % GROUPS}"],
        }
        for number in range(COUNT)
    ]


def parts_of(number: int, size: int) -> int:
    """Return how many requests carry that many things."""
    return -(-number // size)


def read_back(result: dict[str, t.Any]) -> int:
    """Return how many requests read back what a run wrote."""
    plan = result["plan"]
    return int(plan["wait_requests"] + plan["wait_listings"] * parts_of(COUNT, PAGE))


def rolled_out(
    ansible: Ansible, emulator: Emulator, wanted: Dicts | str, **options: t.Any
) -> tuple[dict[str, t.Any], int]:
    """Return the result of a run, and how many requests it took."""
    emulator.clear_journal()
    task = {"m365.apps.office_client_configs": {"policies": wanted, **options}}
    kept = run(ansible, [play(registered({"bulk": task}))])
    result = kept["bulk"]["result"]
    assert not result["failed"], result["msg"]
    return result, len(emulator.journal())


@pytest.fixture
def empty(emulator: Emulator) -> Emulator:
    """A tenant with groups and no policies, that lists in pages."""
    groups = [{"displayName": f"Ring {number}"} for number in range(GROUPS)]
    emulator.reset({**tenant.state(groups=groups), "settings": {"page_size": PAGE}})
    return emulator


@in_process_first
def test_requests_are_as_few_as_can_be(ansible: Ansible, empty: Emulator) -> None:
    wanted = policies()
    groups = parts_of(GROUPS, BATCH)

    created, requests = rolled_out(ansible, empty, wanted)
    # Creates, payloads and groups: three stages.
    assert created["plan"]["write_requests"] == 3 * parts_of(COUNT, BATCH)
    assert created["plan"]["read_requests"] == groups
    assert requests == 1 + groups + created["plan"]["write_requests"] + read_back(created)
    # The policies by the list, since its pages might be of 100, and their payloads and groups.
    assert (created["plan"]["wait_listings"], created["plan"]["wait_requests"]) == (1, parts_of(2 * COUNT, BATCH))
    assert len(empty.writes()) == 3 * COUNT == created["plan"]["writes"]

    pages = parts_of(COUNT, PAGE)
    reads = parts_of(2 * COUNT, BATCH) + groups
    again, requests = rolled_out(ansible, empty, wanted)
    assert not again["changed"]
    assert (again["plan"]["read_requests"], again["plan"]["write_requests"]) == (reads, 0)
    assert requests == pages + reads

    assert read_back(again) == 0

    # The same list as text, as a lookup reads it from a file.
    as_text, requests = rolled_out(ansible, empty, json.dumps(wanted))
    assert (as_text, requests) == (again, pages + reads)

    wanted[33]["policy_payload"][0]["value"] = "another"
    changed, requests = rolled_out(ansible, empty, wanted)
    assert [item["index"] for item in changed["results"] if item["status"] != "unchanged"] == [33]
    assert changed["plan"]["write_requests"] == 1
    assert requests == pages + reads + 1 + read_back(changed) == pages + reads + 2

    single, requests = rolled_out(ansible, empty, wanted, batch="never")
    assert not single["changed"]
    assert requests == pages + 2 * COUNT + GROUPS == pages + single["plan"]["read_requests"]
    assert "$batch" not in json.dumps(empty.journal())
