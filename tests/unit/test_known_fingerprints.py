# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan has the same fingerprint in each version of the collection: users keep plans that were approved."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest

from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, ONE, SETTINGS, FuzzTenant, run
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CONFIGS

RUNS: dict[str, dict[str, t.Any]] = {
    "create": {
        "policies": [{"display_name": "New", "policy_payload": SETTINGS, "groups": ["All Staff"], "kind": "office"}]
    },
    "change": {
        "policies": [
            {
                "id": ONE,
                "display_name": "Uno",
                "description": "d",
                "policy_payload": SETTINGS[:1],
                "groups": {"add": ["All Staff"], "remove": ["Finance"]},
            },
            {"display_name": "Two", "priority": 9, "user_preference_payload": {"a": [1, 2.0]}},
        ]
    },
    "order and prune": {"policies": [{"display_name": "Two"}], "prune": True, "protect": ["Nobody"]},
    "unchanged": {
        "policies": [{"display_name": "One", "groups": [GROUPS["Finance"]], "policy_payload": SETTINGS}],
        "order": ["Two", "One"],
    },
    "inline": {
        "policies": [{"display_name": "Two", "policy_payload": {"a": 1}}, {"display_name": "One", "state": "absent"}],
        "payload_transport": "inline",
    },
    "limit_to_groups": {
        "policies": [
            {"display_name": "One", "description": "x"},
            {"display_name": "Two", "groups": ["Finance", "All Staff"]},
        ],
        "limit_to_groups": ["All Staff"],
        "check_groups": {"gate": ["Finance"]},
    },
}


def plan_of(name: str) -> dict[str, t.Any]:
    return t.cast(
        "dict[str, t.Any]",
        run(FuzzTenant(), OFFICE_CLIENT_CONFIGS, {**RUNS[name], "_ansible_check_mode": True})["plan"],
    )


# Fingerprints, and what a digest of their details begins with.
KNOWN = {
    "create": ("m2wkax6xqk6jdm4ruz3kj4uefmuifdnysmkmmaj5lesyeboanznj7bnlwk4xckm5llop4jqizy", "cd26776658da61db"),
    "change": ("m2buaz6zxrfxxin5ccb7rcodmmltms2rap7spjnrinbyxutqj54glb5nxiwrmojodw4yenw75o", "b6657e8d70a2eeb9"),
    "order and prune": (
        "m2nokrvnh4jlecih22hbpyyecmoiw4cjxxcia7qy5a6lckjg4zvax2ueclav4ekxviqkjtu6xl",
        "1c019257bb243780",
    ),
    "unchanged": ("m2emnvamvibwifbbfovoatrh5oftqeymchhrh2w63ppa4jy7ahazpktn35nwc3v3zu5edismqu", "865734aea4607ea5"),
    "inline": ("m2w7scg4gydgy3xyxk7ybikpquoi7tpjsuqudnx7wwgewhlow75fptrjzhjr5wpegptzihoq4x", "0a6374637150a6c4"),
    "limit_to_groups": (
        "m2tsrb32m77idq72dthufw4bbonimb6jwcfuaoo4ghrm65rgb4udqkgbvfxxggq26w4op2s3z6",
        "5e31acfed106ede4",
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_plan_has_the_fingerprint_that_it_always_had(name: str) -> None:
    plan = plan_of(name)
    details = hashlib.sha256(json.dumps(plan["details"], sort_keys=True).encode()).hexdigest()
    assert (plan["fingerprint"], details[:16]) == KNOWN[name]
