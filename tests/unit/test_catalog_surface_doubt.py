# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surface of the settings catalog: creates of which nobody knows whether they were done."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import ASSIGNMENTS
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    Create,
    WritePart,
)
from ansible_collections.m365.apps.tests.unit.catalog_wire import (
    ABSENT,
    DRAFT,
    ID,
    LIST,
    LIVE,
    POLICIES,
    URL,
    error_of,
    row,
    sent,
)
from ansible_collections.m365.apps.tests.unit.wire import LOST, Clock, Wire, refusal


@pytest.fixture
def catalog(client: GraphClient) -> CatalogSurface:
    return CatalogSurface(client, built_in())


@pytest.mark.parametrize("stale", [0, 1, 4])
def test_a_create_whose_answer_is_lost_is_found_also_where_the_list_lags(
    wire: Wire, catalog: CatalogSurface, stale: int
) -> None:
    wire.expect("POST", POLICIES, body=LOST)
    for _look in range(stale):
        wire.expect("GET", LIST, json={"value": [row("old")]})
    wire.expect("GET", LIST, json={"value": [row("old"), row("new")]})
    assert sent(catalog, Create(DRAFT), "old").written.policy_id == "new"


@pytest.mark.parametrize(
    "other", [row("old"), row("x", "zürich"), row("x", platforms="macOS"), row("x", technologies="mdm,other")]
)
def test_one_that_is_never_found_is_not_sent_again(
    wire: Wire, catalog: CatalogSurface, clock: Clock, other: dict[str, t.Any]
) -> None:
    wire.expect("POST", POLICIES, body=LOST)
    for _look in range(7):
        wire.expect("GET", LIST, json={"value": [other]})
    error = error_of(catalog, Create(DRAFT), "old")
    assert error.in_doubt
    assert "it is not sent a second time" in str(error)
    assert sum(clock.slept) == 60.5
    assert sum(line.startswith("POST") for line in wire.lines) == 1


def test_looks_keep_to_the_time_for_tries(wire: Wire, clock: Clock) -> None:
    surface = CatalogSurface(clock.client(budget=1.5), built_in())
    wire.expect("POST", POLICIES, body=LOST)
    wire.expect("GET", LIST, json={"value": []})
    wire.expect("GET", LIST, json={"value": []})
    assert error_of(surface, Create(DRAFT)).in_doubt
    assert sum(clock.slept) <= 1.5


def test_one_that_graph_says_not_to_have_taken_is_sent_again(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("POST", POLICIES, **refusal(503, "busy", "ServiceUnavailable"))
    for _look in range(3):
        wire.expect("GET", LIST, json={"value": []})
    wire.expect("POST", POLICIES, status=201, json=row("new"))
    assert sent(catalog, Create(DRAFT)).written.policy_id == "new"


def test_one_that_was_sent_again_and_is_lost_then_is_looked_for_with_patience(
    wire: Wire, catalog: CatalogSurface
) -> None:
    wire.expect("POST", POLICIES, **refusal(503, "busy", "ServiceUnavailable"))
    for _look in range(3):
        wire.expect("GET", LIST, json={"value": []})
    wire.expect("POST", POLICIES, body=LOST)
    for _look in range(5):
        wire.expect("GET", LIST, json={"value": []})
    wire.expect("GET", LIST, json={"value": [row("new")]})
    assert sent(catalog, Create(DRAFT)).written.policy_id == "new"


def test_a_throttled_create_is_simply_tried_again(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("POST", POLICIES, **refusal(429, "Too many requests.", "TooManyRequests"))
    wire.expect("POST", POLICIES, status=201, json=row("new"))
    assert sent(catalog, Create(DRAFT)).written.policy_id == "new"


def test_of_two_drafts_alike_one_policy_is_that_of_one(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("POST", POLICIES, body=LOST)
    wire.expect("POST", POLICIES, body=LOST)
    wire.expect("GET", LIST, json={"value": [row("new")]})
    first, second = catalog.write([Create(DRAFT), Create(DRAFT, 1)], [])
    assert first.written.policy_id == "new"
    assert second.error is not None
    assert second.error.in_doubt


@pytest.mark.parametrize("tries", [1, 3])
def test_an_assign_for_which_a_new_policy_is_not_found_yet_is_sent_again(
    wire: Wire, catalog: CatalogSurface, clock: Clock, tries: int
) -> None:
    wire.expect("POST", POLICIES, status=201, json=row())
    assert sent(catalog, Create(DRAFT)).written.policy_id == ID
    for _try in range(tries):
        wire.expect("POST", f"{URL}/assign", **ABSENT)
    wire.expect("POST", f"{URL}/assign", status=204)
    assert sent(catalog, WritePart(LIVE, ASSIGNMENTS, ())).error is None
    assert clock.slept == [1.0, 2.0, 4.0][:tries]


def test_one_for_a_policy_that_this_run_did_not_make_is_not(wire: Wire, catalog: CatalogSurface) -> None:
    wire.expect("POST", f"{URL}/assign", **ABSENT)
    assert error_of(catalog, WritePart(LIVE, ASSIGNMENTS, ())).absent
