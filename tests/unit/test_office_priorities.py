# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of all policies in one call, under whichever spelling the server knows."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph.errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._office.store import OfficeStore
from ansible_collections.m365.apps.tests.unit.wire import POLICIES, Wire, refusal

SPELLINGS = (
    "updatePriorities",
    "microsoft.graph.updatePriorities",
    "microsoft.management.services.api.updatePriorities",
)


def unknown_segment(spelling: str) -> dict[str, t.Any]:
    return refusal(400, f"Resource not found for the segment '{spelling}'.", "BadRequest")


@pytest.mark.parametrize("status", [200, 204])
def test_priorities_go_index_aligned_in_one_call(wire: Wire, store: OfficeStore, status: int) -> None:
    wire.expect("POST", f"{POLICIES}/updatePriorities", status=status)
    store.update_priorities({"b": 1, "a": 2})
    assert wire.body() == b'{"officeConfigurationPolicyIds": ["b", "a"], "officeConfigurationPriorities": [1, 2]}'


@pytest.mark.parametrize("known", range(3))
@pytest.mark.parametrize("how", [None, 404, 405, 501])
def test_spellings_are_tried_in_order_until_one_is_known(
    wire: Wire, store: OfficeStore, known: int, how: int | None
) -> None:
    for spelling in SPELLINGS[:known]:
        wire.expect("POST", f"{POLICIES}/{spelling}", **(unknown_segment(spelling) if how is None else refusal(how)))
    wire.expect("POST", f"{POLICIES}/{SPELLINGS[known]}", status=204)
    store.update_priorities({"a": 1})
    assert {json.dumps(wire.json(place)) for place in range(known + 1)} == {json.dumps(wire.json(0))}


@pytest.mark.parametrize("known", range(3))
@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_a_refusal_for_another_reason_ends_the_search(wire: Wire, store: OfficeStore, known: int, status: int) -> None:
    for spelling in SPELLINGS[:known]:
        wire.expect("POST", f"{POLICIES}/{spelling}", **unknown_segment(spelling))
    wire.expect("POST", f"{POLICIES}/{SPELLINGS[known]}", **refusal(status, "numbers collide"))
    with pytest.raises(UserError, match=r"cannot update the priorities: .*numbers collide"):
        store.update_priorities({"a": 1})


def test_no_known_spelling_is_an_error(wire: Wire, store: OfficeStore) -> None:
    for spelling in SPELLINGS:
        wire.expect("POST", f"{POLICIES}/{spelling}", **unknown_segment(spelling))
    with pytest.raises(UserError, match="cannot update the priorities"):
        store.update_priorities({"a": 1})
