# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""While pages of a listing still come, what they tell of is read, with no more requests than after them."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from requests import PreparedRequest

from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Call
from ansible_collections.m365.apps.tests.unit.test_graph_connections import (
    PATIENCE,
    Reply,
    Server,
    client_of,
    numbers,
    our_threads,
    reads,
    served,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH


class Paged(Server):
    """Lists 60 things in three pages; ``meets`` must have come so many ``times`` before page ``until`` is answered."""

    def __init__(self, meets: str = "", times: int = 1, until: int = 2, **more: t.Any) -> None:
        super().__init__(**more)
        self.meets, self.times, self.until = meets, times, until

    def _reply(self, request: PreparedRequest, path: str) -> Reply:
        page = re.search(r"/list(?:[?]page=(\d))?$", path)
        if page is None:
            return super()._reply(request, path)
        number = int(page[1] or 0)
        if number == self.until and self.meets:
            with self._lock:
                met = self._lock.wait_for(lambda: sum(self.meets in line for line in self.sent) >= self.times, PATIENCE)
            assert met, f"nothing was read ahead: {self.sent}"
        link = {} if number == 2 else {"@odata.nextLink": f"{GRAPH}/beta/list?page={number + 1}"}
        return 200, {}, json.dumps({"value": list(range(20 * number, 20 * number + 20)), **link})


def listed_by(client: GraphClient, parts: int = 1) -> list[int]:
    """Read the list, and ahead of it what will be asked of its things."""

    def heard(items: list[t.Any]) -> None:
        client.begin(call for item in items for call in reads_of(item, parts))

    return client.pages("/list", heard=heard)


def reads_of(item: int, parts: int) -> list[Call]:
    return [Call("GET", f"/part{part}/{item}") for part in range(parts)]


@pytest.mark.parametrize(("batching", "meets"), [(True, "$batch"), (False, "/part0/0")])
@pytest.mark.parametrize("count", [2, 4])
def test_reads_begin_while_pages_still_come(batching: bool, meets: str, count: int) -> None:
    with served(Paged(meets)) as server:
        client = client_of(count, batching)
        items = listed_by(client)
        assert numbers(client.many([call for item in reversed(items) for call in reads_of(item, 1)])) == items[::-1]
    assert len(server.sent) == 3 + (3 if batching else 60)
    assert server.most <= count
    assert our_threads() == []


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_reading_ahead_takes_no_more_requests(parts: int, count: int) -> None:
    with served(Paged()) as server:
        client = client_of(count, True)
        # Five more than those that were begun, so that there is a batch that is not full.
        calls = [call for item in listed_by(client, parts) for call in reads_of(item, parts)]
        assert numbers(client.many([*reads(5), *calls])) == [*range(5), *(n for n in range(60) for _no in range(parts))]
    assert server.batches == -(-(60 * parts + 5) // 20)
    assert our_threads() == []


def test_all_that_one_page_tells_of_is_read_without_waiting_for_the_next_one() -> None:
    with served(Paged("$batch", times=3, until=1)) as server:
        client = client_of(4, True)
        items = listed_by(client, 3)
        assert len(list(client.many([call for item in items for call in reads_of(item, 3)]))) == 3 * len(items)
    assert server.batches == 9


def test_a_refused_batch_is_not_sent_twice_ahead() -> None:
    with served(Paged(takes_batches=False)) as server:
        client = client_of(4, True)
        items = listed_by(client)
        assert numbers(client.many([call for item in items for call in reads_of(item, 1)])) == items
    assert server.batches == 1
    assert len(server.sent) == 3 + 1 + 60


def test_other_reads_in_between_are_not_mixed_with_those_ahead() -> None:
    with served(Paged("$batch")) as server:
        client = client_of(4, True)
        items = listed_by(client)
        assert numbers(client.many(reads(3, "v1.0"))) == [0, 1, 2]
        assert numbers(client.many([call for item in items for call in reads_of(item, 1)])) == items
    assert server.sent.count("POST /v1.0/$batch") == 1
    assert server.batches == 4


@pytest.mark.parametrize("end", ["end", "write", "call"])
def test_what_was_read_before_a_write_is_forgotten(end: str) -> None:
    with served(Paged("$batch")) as server:
        client = client_of(4, True)
        items = listed_by(client)
        if end == "write":
            assert numbers(client.many([Call("PATCH", "/things/1")])) == [1]
        if end == "call":
            client.call("PATCH", "/things/1")
        client.end()
        assert our_threads() == []
        before = server.batches
        assert numbers(client.many([call for item in items for call in reads_of(item, 1)])) == items
    assert server.batches == before + 3


def test_what_no_write_changes_is_read_once() -> None:
    with served(Server()) as server:
        client = client_of(4, True)
        calls = [call for item in range(50) for call in reads_of(item, 1)]
        client.begin(calls[:40], outlasts_writes=True)
        assert numbers(client.many([Call("PATCH", "/things/1")])) == [1]
        client.call("PATCH", "/things/1")
        assert numbers(client.many(calls)) == list(range(50))
        assert our_threads() == []
        # What is begun after that does not outlast writes again.
        client.begin(calls[:20])
        client.call("PATCH", "/things/1")
        assert our_threads() == []
    assert server.sent.count("POST /beta/$batch") in (3, 4)
