# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policy is meant, on the controller as in the modules."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._converge.match import match
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.plugin_utils._policies.identity import (
    Identity,
    PolicyIndex,
    chosen_by,
    identity,
)
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import checkin_gate
from ansible_collections.m365.apps.tests.unit.office_values import office_item, office_policy
from ansible_collections.m365.apps.tests.unit.some_policies import findings

GUID = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
CAPITALS = GUID.upper()


@pytest.mark.parametrize(
    ("document", "wanted"),
    [
        ({"id": CAPITALS, "display_name": "A"}, Identity("id", GUID)),
        ({"display_name": "A"}, Identity("name", "A")),
        ({"display_name": "a "}, Identity("name", "a ")),
        ({"display_name": 2024}, Identity("name", "2024")),
        ({"id": "", "display_name": "A"}, Identity("name", "A")),
        ({"id": None, "display_name": ""}, None),
        ({}, None),
    ],
)
def test_the_id_decides_in_any_case_then_the_exact_name(document: dict[str, t.Any], wanted: Identity | None) -> None:
    assert identity(document) == wanted


def test_policies_are_found_by_their_identity() -> None:
    live = [{"id": GUID, "display_name": "A"}, {"id": "x", "display_name": "2024"}, {"id": "y", "display_name": "A"}]
    index = PolicyIndex(live)
    assert index.find({"id": CAPITALS, "display_name": "another"}) == [live[0]]
    assert index.find({"id": "gone", "display_name": "A"}) == []
    assert index.find({"display_name": "A"}) == [live[0], live[2]]
    assert index.find({"display_name": 2024}) == [live[1]]
    assert index.find({"display_name": "a"}) == []
    assert index.find({}) == []
    assert index.named("A") == [live[0], live[2]]
    assert index.with_id("X") == [live[1]]


NAMES = st.sampled_from(["A", "a", "A ", "B"])
IDS = st.sampled_from(["x", "X", "y", "Y", "z"])


@given(live=st.lists(st.tuples(st.sampled_from("xyz"), NAMES), unique_by=lambda pair: pair[0]), asked=st.data())
def test_the_modules_find_the_same_policy(live: list[tuple[str, str]], asked: st.DataObject) -> None:
    by_id = asked.draw(st.booleans())
    document: dict[str, t.Any] = {"id": asked.draw(IDS)} if by_id else {"display_name": asked.draw(NAMES)}
    found = PolicyIndex({"id": key, "display_name": name} for key, name in live).find(document)
    policies = [office_policy(key, KINDS["windows"], name) for key, name in live]
    [matched], refused = match([office_item("", **document)], policies)
    if refused:
        # An id that is not there, or a name that several have.
        assert len(found) != 1
    else:
        assert [policy["id"] for policy in found] == ([matched.live.id] if matched.live else [])


def test_a_name_or_an_id_chooses_a_policy() -> None:
    is_chosen = chosen_by(["A", CAPITALS, 2024])
    assert is_chosen({"id": GUID, "display_name": "other"})
    assert is_chosen({"id": "x", "display_name": "A"})
    assert is_chosen({"display_name": "2024"})
    assert not is_chosen({"id": "x", "display_name": "a"})
    assert not is_chosen({"id": None, "display_name": None})


@pytest.mark.parametrize(
    ("wanted", "policy"),
    [(CAPITALS, {"id": GUID, "display_name": "A"}), (2024, {"id": "x", "display_name": "2024"})],
)
def test_a_gate_counts_policies_whatever_the_spelling(wanted: t.Any, policy: dict[str, t.Any]) -> None:
    statuses = [{"user_id": "u1", "was_successful": True}]
    assert checkin_gate({"policies": [{**policy, "statuses": statuses}]}, [wanted])["users"] == 1


def test_two_spellings_of_one_id_are_a_finding() -> None:
    found = findings([{"id": GUID}, {"id": CAPITALS}])
    assert [finding["rule"] for finding in found if finding["level"] == "error"] == ["duplicate_id"]
