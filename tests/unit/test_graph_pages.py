# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collections are read to their end, on the configured host, or not at all."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph import pages as pages_module
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, NotGraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.pages import fault_of_link
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, TOKEN, Clock, Wire, refusal

URL = f"{GRAPH}/beta/things"


def page(items: list[t.Any], link: t.Any = None) -> dict[str, t.Any]:
    return {"value": items} if link is None else {"value": items, "@odata.nextLink": link}


def test_one_page(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1, 2]))
    assert client.pages("/things") == [1, 2]


def test_an_empty_collection(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([]))
    assert client.pages("/things") == []


def test_a_null_link_is_the_end(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json={"value": [1], "@odata.nextLink": None})
    assert client.pages("/things") == [1]


def test_pages_are_followed_in_order_also_through_an_empty_one(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1], f"{URL}?$skiptoken=a%2Fb"))
    wire.expect("GET", f"{URL}?$skiptoken=a%2Fb", json=page([], f"{URL}?$skiptoken=c"))
    wire.expect("GET", f"{URL}?$skiptoken=c", json=page([2]))
    assert client.pages("/things") == [1, 2]


def test_the_query_goes_with_the_first_page_only(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", f"{URL}?%24select=id", json=page([1], f"{URL}?$skiptoken=c"))
    wire.expect("GET", f"{URL}?$skiptoken=c", json=page([2]))
    assert client.pages("/things", params={"$select": "id"}) == [1, 2]


def test_a_busy_page_is_asked_for_again(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1], f"{URL}?p=2"))
    wire.expect("GET", f"{URL}?p=2", **refusal(429))
    wire.expect("GET", f"{URL}?p=2", json=page([2]))
    assert client.pages("/things") == [1, 2]


def test_each_page_has_its_own_budget(wire: Wire, clock: Clock) -> None:
    busy = refusal(429, **{"Retry-After": "8"})
    wire.expect("GET", URL, **busy)
    wire.expect("GET", URL, json=page([1], f"{URL}?p=2"))
    wire.expect("GET", f"{URL}?p=2", **busy)
    wire.expect("GET", f"{URL}?p=2", json=page([2]))
    assert clock.client(budget=10).pages("/things") == [1, 2]


def test_a_refused_page_is_never_a_shorter_list(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1], f"{URL}?p=2"))
    wire.expect("GET", f"{URL}?p=2", **refusal(404))
    with pytest.raises(GraphError):
        client.pages("/things")


def test_a_link_to_itself_ends_in_an_error(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1], URL))
    with pytest.raises(NotGraphError, match="run in a circle"):
        client.pages("/things")


def test_pages_without_an_end_end_in_an_error(wire: Wire, client: GraphClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_module, "MOST_PAGES", 2)
    wire.expect("GET", URL, json=page([], f"{URL}?p=1"))
    wire.expect("GET", f"{URL}?p=1", json=page([], f"{URL}?p=2"))
    with pytest.raises(NotGraphError, match="the list has more than 2 pages"):
        client.pages("/things")


@pytest.mark.parametrize(("name", "most"), [("MOST_ITEMS", 3), ("MOST_BYTES_OF_PAGES", 80), ("MOST_VALUES", 6)])
def test_a_list_is_bounded(
    wire: Wire, client: GraphClient, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(pages_module, name, most)
    wire.expect("GET", URL, json=page([1, 2], f"{URL}?p=1"))
    wire.expect("GET", f"{URL}?p=1", json=page([3, 4]))
    with pytest.raises(NotGraphError, match="the list has more than "):
        client.pages("/things")


def test_an_answer_of_too_many_values_is_not_read(wire: Wire, client: GraphClient) -> None:
    for _try in range(3):
        wire.expect("GET", URL, body=b'{"value": [' + b"{}," * 1_100_000 + b"{}]}", content_type="application/json")
    with pytest.raises(NotGraphError):
        client.pages("/things")


def test_a_longer_circle_ends_in_an_error(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1], f"{URL}?p=2"))
    wire.expect("GET", f"{URL}?p=2", json=page([2], f"{URL}?p=3"))
    wire.expect("GET", f"{URL}?p=3", json=page([3], f"{URL}?p=2"))
    with pytest.raises(NotGraphError, match="run in a circle"):
        client.pages("/things")


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.test/beta/things?p=2",
        "http://graph.test/beta/things?p=2",
        "https://graph.test:8443/beta/things",
        "https://graph.test@elsewhere.test/beta/things",
        "https://graph.test.elsewhere.test/beta/things",
        "//elsewhere.test/beta/things",
        "/beta/things?p=2",
    ],
)
def test_a_link_off_the_host_is_refused_before_the_token_goes_there(wire: Wire, client: GraphClient, link: str) -> None:
    wire.expect("GET", URL, json=page([1], link))
    with pytest.raises(NotGraphError, match="leads to another host") as caught:
        client.pages("/things")
    assert len(wire.sent) == 1
    assert TOKEN not in str(caught.value)


_ELSEWHERE = (
    "/v1.0/things?p=2",
    "/things?p=2",
    "/betabeta/things?p=2",
    "/beta",
    "",
    "/beta/../v1.0/things?p=2",
    "/beta/%2e%2E/v1.0/things?p=2",
    "/beta/x%2F..%2F../v1.0/things?p=2",
)


@pytest.mark.parametrize("path", _ELSEWHERE)
def test_a_link_to_another_version_of_graph_is_refused(wire: Wire, client: GraphClient, path: str) -> None:
    wire.expect("GET", URL, json=page([1], f"{GRAPH}{path}"))
    with pytest.raises(NotGraphError, match=r"leads out of /beta/.*the token was not sent there"):
        client.pages("/things")
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("graph_url", "page_path", "link", "is_followed"),
    [
        (f"{GRAPH}/proxy", "/proxy/beta/things?$top=2", f"{GRAPH}/proxy/beta/things?p=2", True),
        (f"{GRAPH}/proxy", "/proxy/beta/things?$top=2", f"{GRAPH}/beta/things?p=2", False),
        (f"{GRAPH}/proxy", "/proxy/beta/things", f"{GRAPH}/proxy/v1.0/things?p=2", False),
        (GRAPH, "/v1.0/groups?$filter=a", f"{GRAPH}/v1.0/groups?p=2", True),
        (GRAPH, "/v1.0/groups?$filter=a", f"{GRAPH}/beta/groups?p=2", False),
        (GRAPH, "/beta/things", f"{GRAPH}/Beta/things('a..b')?p=../x", True),
    ],
)
def test_a_link_is_followed_below_the_root_and_the_version_of_its_page(
    graph_url: str, page_path: str, link: str, is_followed: bool
) -> None:
    assert (fault_of_link(link, graph_url, page_path) is None) == is_followed


def test_the_host_of_a_link_may_be_in_capitals(wire: Wire, client: GraphClient) -> None:
    wire.expect("GET", URL, json=page([1], "https://GRAPH.test/beta/things?p=2"))
    wire.expect("GET", f"{URL}?p=2", json=page([2]))
    assert client.pages("/things") == [1, 2]


@pytest.mark.parametrize("link", [5, True, {"href": "x"}, ["x"]])
def test_a_link_that_is_not_text_is_an_error_of_the_answer(wire: Wire, client: GraphClient, link: t.Any) -> None:
    wire.expect("GET", URL, json=page([1], link))
    with pytest.raises(NotGraphError):
        client.pages("/things")


@pytest.mark.parametrize("document", [{}, {"value": None}, {"value": {"id": 1}}, [], "text", None, 5])
def test_an_answer_without_a_list_is_an_error(wire: Wire, client: GraphClient, document: t.Any) -> None:
    wire.expect("GET", URL, body=json.dumps(document))
    with pytest.raises(NotGraphError, match="has no list 'value'"):
        client.pages("/things")


@pytest.mark.parametrize(("body", "tries"), [("<html>", 3), ('{"value": [1', 3), ("", 1)])
def test_an_unreadable_page_is_an_error(wire: Wire, client: GraphClient, body: str, tries: int) -> None:
    for _unused in range(tries):
        wire.expect("GET", URL, body=body)
    with pytest.raises(NotGraphError):
        client.pages("/things")


def test_a_page_that_was_cut_off_once_is_asked_for_again(wire: Wire, client: GraphClient, clock: Clock) -> None:
    wire.expect("GET", URL, json=page([1], f"{URL}?p=2"))
    wire.expect("GET", f"{URL}?p=2", body='{"value": [')
    wire.expect("GET", f"{URL}?p=2", json=page([2]))
    assert client.pages("/things") == [1, 2]
    assert clock.slept == [0.5]
