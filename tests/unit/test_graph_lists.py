# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several lists at once: each comes page by page, the first one begins alone, and no thread is left."""

from __future__ import annotations

import json
import re
import threading
import typing as t

import pytest
from requests import PreparedRequest

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.pages import PageReader
from ansible_collections.m365.apps.tests.unit.test_graph_connections import (
    PATIENCE,
    Reply,
    Server,
    client_of,
    interrupted,
    our_threads,
    served,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH

LISTS = tuple(range(6))


class Lists(Server):
    """Has lists of three pages of one thing each; ``refused`` are pages that it refuses with 403.

    After the first page of the first list it answers only when ``several`` requests were there at once.
    """

    def __init__(self, *refused: str, several: int = 1) -> None:
        super().__init__()
        self.refused = refused
        self.several = several

    def _reply(self, request: PreparedRequest, path: str) -> Reply:
        assert request.method == "GET"
        if self.several > 1 and path != "/beta/list/0":
            with self._lock:
                assert self._lock.wait_for(lambda: self.most >= self.several, PATIENCE), f"{self.most} at once"
        if path in self.refused:
            return 403, {}, json.dumps({"error": {"code": "Forbidden", "message": f"not {path}"}})
        found = re.fullmatch(r"/beta/list/(\d)(?:[?]page=(\d))?", path)
        assert found, path
        number, page = int(found[1]), int(found[2] or 0)
        link = {} if page == 2 else {"@odata.nextLink": f"{GRAPH}/beta/list/{number}?page={page + 1}"}
        return 200, {}, json.dumps({"value": [10 * number + page], **link})


def pages_of(number: int) -> list[str]:
    return [f"GET /beta/list/{number}", *(f"GET /beta/list/{number}?page={page}" for page in (1, 2))]


def things_of(number: int, reader: PageReader) -> list[t.Any]:
    return [item for page in reader.each_page(f"/list/{number}") for item in page.items]


def test_one_connection_reads_one_list_after_the_other() -> None:
    with served(Lists()) as server:
        read = list(client_of(1).read_lists(things_of, LISTS))
    assert read == [[10 * number, 10 * number + 1, 10 * number + 2] for number in LISTS]
    assert server.sent == [line for number in LISTS for line in pages_of(number)]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_several_connections_read_several_lists_at_once_with_the_same_requests(count: int) -> None:
    with served(Lists(several=min(count, 3))) as server:
        read = list(client_of(count).read_lists(things_of, LISTS))
    assert read == [[10 * number, 10 * number + 1, 10 * number + 2] for number in LISTS]
    assert server.sent[0] == pages_of(0)[0]
    assert sorted(server.sent) == sorted(line for number in LISTS for line in pages_of(number))
    for number in LISTS:
        assert [line for line in server.sent if f"/list/{number}" in line] == pages_of(number)
    assert server.most <= count
    assert our_threads() == []


@pytest.mark.parametrize("lists", [[], [0], [0, 1]])
def test_no_thread_and_no_connection_is_made_for_one_list(lists: list[int]) -> None:
    """A new connection is of use from the third list on, as for other reads."""
    threads: set[str] = set()

    def work(number: int, reader: PageReader) -> list[t.Any]:
        threads.add(threading.current_thread().name)
        return things_of(number, reader)

    with served(Lists()) as server:
        client = client_of(4)
        assert len(list(client.read_lists(work, lists))) == len(lists)
        assert client._channel.sessions.opened == min(1, len(lists))
    assert threads <= {threading.current_thread().name}
    assert server.sent == [line for number in lists for line in pages_of(number)]


@pytest.mark.parametrize("count", [1, 4])
def test_a_first_page_that_is_refused_is_the_only_request(count: int) -> None:
    refused = (f"/beta/list/{number}" for number in LISTS)
    with served(Lists(*refused)) as server, pytest.raises(GraphError, match="not /beta/list/0"):
        list(client_of(count).read_lists(things_of, LISTS))
    assert server.sent == ["GET /beta/list/0"]
    assert our_threads() == []


@pytest.mark.parametrize("count", [1, 4])
def test_a_first_page_that_is_of_no_use_is_the_only_request(count: int) -> None:
    def work(number: int, reader: PageReader) -> None:
        for _page in reader.each_page(f"/list/{number}"):
            raise ValueError(number)

    with served(Lists()) as server, pytest.raises(ValueError, match=r"^0$"):
        list(client_of(count).read_lists(work, LISTS))
    assert server.sent == ["GET /beta/list/0"]
    assert our_threads() == []


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_the_first_error_in_the_order_of_the_lists_counts(count: int) -> None:
    """Of the fifth list the first page is refused, of the second one the last, which comes later."""
    server = Lists("/beta/list/4", "/beta/list/1?page=2")
    with served(server), pytest.raises(GraphError, match=r"not /beta/list/1[?]page=2"):
        list(client_of(count).read_lists(things_of, LISTS))
    assert set(server.sent) >= {*pages_of(0), *pages_of(1)}
    assert len(server.sent) == len(set(server.sent))
    assert our_threads() == []


def test_work_that_reads_nothing_holds_nobody_back() -> None:
    assert list(client_of(4).read_lists(lambda number, _reader: number, LISTS)) == list(LISTS)
    assert our_threads() == []


def test_a_signal_ends_lists_that_nobody_answers() -> None:
    interrupted(lambda client: client.read_lists(things_of, LISTS))
    assert our_threads() == []
