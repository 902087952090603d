# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of policies, assignments and groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph_emulator.testing import Client, Emulator

POLICIES = "/beta/officeConfiguration/clientConfigurations"
Create = Callable[..., dict[str, Any]]


def _pages(graph: Client, path: str) -> list[list[dict[str, Any]]]:
    pages = []
    while path:
        answer = graph.call("GET", path)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["value"])
        path = answer.json().get("@odata.nextLink", "").removeprefix(graph.url)
    return pages


def test_pages_hold_every_policy_once_and_keep_the_options(emulator: Emulator, graph: Client, create: Create) -> None:
    for number in range(5):
        create(number)
    emulator.admin("PUT", "settings", {"page_size": 2})
    pages = _pages(graph, f"{POLICIES}?$select=priority")
    assert [[policy["priority"] for policy in page] for page in pages] == [[0, 1], [2, 3], [4]]
    assert all("id" not in policy for page in pages for policy in page)
    assert [len(page) for page in _pages(graph, f"{POLICIES}?$top=1")] == [1] * 5
    assert [len(page) for page in _pages(graph, f"{POLICIES}?$top=999")] == [2, 2, 1]


def test_a_full_last_page_has_no_next_link(emulator: Emulator, graph: Client, create: Create) -> None:
    emulator.admin("PUT", "settings", {"page_size": 2})
    create(1)
    create(2)
    assert [len(page) for page in _pages(graph, POLICIES)] == [2]


def test_a_deletion_between_pages_loses_nothing(emulator: Emulator, graph: Client, create: Create) -> None:
    emulator.admin("PUT", "settings", {"page_size": 2})
    ids = [create(number)["id"] for number in range(4)]
    first = graph.call("GET", POLICIES).json()
    graph.call("DELETE", f"{POLICIES}/{ids[0]}")
    rest = _pages(graph, first["@odata.nextLink"].removeprefix(graph.url))
    assert [policy["id"] for page in rest for policy in page] == ids[2:]


def test_an_empty_page_may_come_first(emulator: Emulator, graph: Client, create: Create) -> None:
    create(1)
    emulator.admin("PUT", "settings", {"empty_first_page": True})
    assert [len(page) for page in _pages(graph, POLICIES)] == [0, 1]


def test_a_token_is_good_for_its_own_collection_and_tenant_only(
    emulator: Emulator, graph: Client, create: Create
) -> None:
    emulator.admin("PUT", "settings", {"page_size": 1})
    policy = create(1)
    create(2)
    token = graph.call("GET", POLICIES).json()["@odata.nextLink"].partition("$skiptoken=")[2]
    assert graph.call("GET", f"{POLICIES}?$skiptoken={token}").status_code == 200
    assert graph.call("GET", f"{POLICIES}/{policy['id']}/assignments?$skiptoken={token}").status_code == 400
    assert emulator.client().call("GET", f"{POLICIES}?$skiptoken={token}").status_code == 400


def test_links_keep_the_name_that_the_client_uses(emulator: Emulator, graph: Client, create: Create) -> None:
    emulator.admin("PUT", "settings", {"page_size": 1})
    create(1)
    create(2)
    other = Client(graph.session, graph.url.replace("localhost", "127.0.0.1"), graph.token)
    link = other.call("GET", POLICIES).json()["@odata.nextLink"]
    assert link.startswith(other.url)
