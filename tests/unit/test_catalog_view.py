# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is known of a login to how much of a tenant it sees; and what a role allows."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.access import (
    administrator,
    allowed_actions,
    refused_writes,
    shared_tag,
    view_of,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import ASSIGNMENTS
from ansible_collections.m365.apps.plugins.module_utils._graph.token_claims import Claims
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.surface import Extent
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Create, Delete, Update, Write, WritePart

INTUNE, GLOBAL, READER = (
    "3a2c62db-5318-420d-8d74-23affee5d9d5",
    "62e90394-69f5-4237-9190-012177145e10",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
)
APP, USER, NOBODY = Claims(is_app=True), Claims(is_user=True), Claims()
POLICY = Policy("1", OWN_TYPE, {"display_name": "A"})
PREFIX = "Microsoft.Intune_DeviceConfigurations_"


def user(*roles: str) -> Claims:
    return Claims(is_user=True, directory_roles=frozenset(roles))


def tagged(*tags: str) -> Policy:
    return Policy("1", OWN_TYPE, {"scope_tags": tags})


@pytest.mark.parametrize(
    ("claims", "tag", "refused", "extent", "reason"),
    [
        (APP, None, False, Extent.FULL, "an app signed in"),
        # What is full stays so, whatever the tenant shows.
        (APP, "7", True, Extent.FULL, "an app signed in"),
        (user(INTUNE), "7", True, Extent.FULL, "a user with the role Intune Administrator signed in"),
        (user(READER, GLOBAL), None, False, Extent.FULL, "a user with the role Global Administrator signed in"),
        (user(READER), None, False, Extent.UNKNOWN, "a user signed in, from whom scope tags may hide policies"),
        (USER, None, False, Extent.UNKNOWN, "a user signed in"),
        (USER, None, True, Extent.PARTIAL, "Graph refuses this login the list of scope tags"),
        (USER, "7", False, Extent.PARTIAL, "have the scope tag 7"),
        (NOBODY, None, False, Extent.UNKNOWN, "its token does not tell"),
        (NOBODY, None, True, Extent.PARTIAL, "Graph refuses this login the list of scope tags"),
        (NOBODY, "7", False, Extent.PARTIAL, "have the scope tag 7"),
    ],
)
def test_a_view_follows_from_who_signed_in_and_what_shows(
    claims: Claims, tag: str | None, refused: bool, extent: Extent, reason: str
) -> None:
    view = view_of(claims, tag, refused)
    assert (view.extent, view.is_full) == (extent, extent is Extent.FULL)
    assert reason in view.reason


@pytest.mark.parametrize(
    ("policies", "tag"),
    [
        ([], None),
        ([tagged("7")], None),
        ([tagged("7"), tagged("7")], "7"),
        ([tagged("7"), tagged("0", "7")], "7"),
        ([tagged("7", "8"), tagged("8", "9")], "8"),
        ([tagged("7"), tagged("8")], None),
        ([tagged("0"), tagged("0")], None),
        ([tagged("7"), tagged("7"), tagged("0")], None),
        ([tagged("7"), tagged()], None),
    ],
)
def test_a_tag_tells_of_others_when_two_policies_or_more_have_it_and_all(
    policies: list[Policy], tag: str | None
) -> None:
    assert shared_tag(policies) == tag


tags = st.lists(st.sampled_from("0123"), min_size=1, max_size=3, unique=True)


@given(st.lists(tags, max_size=5))
def test_a_shared_tag_is_never_the_default_one_and_all_have_it(rows: list[list[str]]) -> None:
    tag = shared_tag([tagged(*row) for row in rows])
    in_all = [one for one in "123" if len(rows) > 1 and all(one in row for row in rows)]
    assert (tag in in_all) if in_all else (tag is None)


def test_of_all_roles_two_see_everything() -> None:
    assert [administrator(user(role)) for role in (INTUNE, GLOBAL, READER)] == [
        "Intune Administrator",
        "Global Administrator",
        None,
    ]


# What a role allows


def answer(*actions: t.Any) -> dict[str, t.Any]:
    return {
        "value": [{"resourceActions": [{"allowedResourceActions": list(actions), "notAllowedResourceActions": []}]}]
    }


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"value": None},
        {"value": []},
        {
            "value": [
                None,
                {},
                {"resourceActions": None},
                {"resourceActions": [None, {"allowedResourceActions": "all"}]},
            ]
        },
        answer(None, 1, {}),
        # Somebody who has read policies may read them.
        answer(f"{PREFIX}Create", "Microsoft.Intune_MobileApps_Read"),
    ],
)
def test_an_answer_that_cannot_be_believed_says_nothing(document: t.Any) -> None:
    assert allowed_actions(document) is None


def test_actions_are_read_in_both_spellings_and_without_case() -> None:
    document = answer(f"{PREFIX}READ", "Microsoft.Intune/DeviceConfigurations/Create")
    document["value"].append(answer(f"{PREFIX}Delete")["value"][0])
    assert allowed_actions(document) == frozenset(f"{PREFIX}{name}".lower() for name in ("Read", "Create", "Delete"))


CREATE, UPDATE, ASSIGN, DELETE = (
    Create(POLICY),
    Update(POLICY, {"description": "D"}),
    WritePart(POLICY, ASSIGNMENTS, ()),
    Delete(POLICY),
)


@pytest.mark.parametrize(
    ("writes", "allowed", "told"),
    [
        ([], [], None),
        ([CREATE, ASSIGN], ["Create", "Assign"], None),
        ([UPDATE, DELETE], ["Update", "Delete"], None),
        ([CREATE, CREATE, UPDATE], ["Update"], ("2 of its 3 writes", f"allow {PREFIX}Create.", "add it to")),
        ([ASSIGN], ["Create"], ("1 of its 1 writes", f"allow {PREFIX}Assign.", "add it to")),
        (
            [CREATE, UPDATE, ASSIGN, DELETE],
            [],
            (
                "4 of its 4 writes",
                f"allow {PREFIX}Assign, {PREFIX}Create, {PREFIX}Delete and {PREFIX}Update.",
                "add them to",
            ),
        ),
        ([DELETE, ASSIGN], [], ("2 of its 2 writes", f"allow {PREFIX}Assign and {PREFIX}Delete.", "add them to")),
    ],
)
def test_missing_actions_are_named_once_and_only_those_that_are_needed(
    writes: list[Write], allowed: list[str], told: tuple[str, ...] | None
) -> None:
    error = refused_writes(writes, {f"{PREFIX}{name}".lower() for name in allowed})
    assert (error is None) is (told is None)
    assert all(part in str(error) for part in told or ())
    assert error is None or "Nothing was written" in str(error)
