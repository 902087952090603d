# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action updatePriorities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph_emulator.testing import Client

POLICIES = "/beta/officeConfiguration/clientConfigurations"
SPELLINGS = (
    "updatePriorities",
    "microsoft.graph.updatePriorities",
    "microsoft.management.services.api.updatePriorities",
)
Create = Callable[..., dict[str, Any]]


def _body(ids: Any, numbers: Any) -> dict[str, Any]:
    return {"officeConfigurationPolicyIds": ids, "officeConfigurationPriorities": numbers}


def _numbers(graph: Client) -> list[int]:
    return [policy["priority"] for policy in graph.call("GET", POLICIES).json()["value"]]


@pytest.mark.parametrize("action", SPELLINGS)
def test_priorities_are_swapped_at_once(graph: Client, create: Create, action: str) -> None:
    ids = [create(number)["id"] for number in (1, 2, 3)]
    answer = graph.call("POST", f"{POLICIES}/{action}", json=_body(ids, [2, 1, 30]))
    assert (answer.status_code, answer.content) == (204, b"")
    assert _numbers(graph) == [2, 1, 30]
    create(3)
    taken = graph.call("PATCH", f"{POLICIES}/{ids[0]}", json={"priority": 30})
    assert f"already used by policy '{ids[2]}'" in taken.json()["error"]["message"]


def test_all_or_nothing(graph: Client, create: Create) -> None:
    ids = [create(number)["id"] for number in (1, 2)]
    refused: list[tuple[dict[str, Any], str]] = [
        (_body(ids, [5]), "lengths must be equal"),
        (_body([ids[0], ids[0]], [5, 6]), f"'{ids[0]}' is there twice"),
        (_body(ids, [5, 5]), "5 is given to both"),
        (_body([*ids, "none"], [5, 6, 7]), "there is no policy 'none'"),
        (_body(ids[:1], [5]), f"every policy has to be listed; '{ids[1]}'"),
        (_body(ids, [5, -1]), "-1"),
        (_body(ids, [5, "6"]), "Edm.Int32"),
        (_body(ids, [5, None]), "Edm.Int32"),
        (_body([ids[0], None], [5, 6]), "Edm.String"),
        (_body(None, [5, 6]), "must be a collection"),
        ({**_body(ids, [5, 6]), "ids": []}, "'ids'"),
        ({"policyIds": ids, "priorities": [5, 6]}, "'policyIds'"),
    ]
    for body, said in refused:
        answer = graph.call("POST", f"{POLICIES}/updatePriorities", json=body)
        assert answer.status_code == 400, body
        assert said in answer.json()["error"]["message"]
        assert _numbers(graph) == [1, 2]
