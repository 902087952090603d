# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report on all tenants of a play."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.apps.plugins.plugin_utils._role_functions import FUNCTIONS

tenants_report = FUNCTIONS["tenants_report"]


def outcome(host: str, level: str, **counts: int) -> dict[str, t.Any]:
    return {"host": host, "tenant": f"{host}.example", "verdict": {"level": level, "text": "So."}, "counts": counts}


def test_hosts_in_their_order_and_those_without_an_outcome_failed() -> None:
    found = [outcome("b", "ok", unchanged=2), {}, outcome("a", "changed", created=1, unchanged=3)]
    report = tenants_report(found, hosts=["a", "lost", "b"], title="All")
    assert [(tenant["host"], tenant["verdict"]["level"]) for tenant in report["tenants"]] == [
        ("a", "changed"),
        ("lost", "failed"),
        ("b", "ok"),
    ]
    assert "unreachable" in report["tenants"][1]["verdict"]["text"]
    assert report["verdict"] == {"level": "failed", "text": "3 tenants: 1 failed, 1 changed, 1 in order."}
    assert report["counts"] == {"created": 1, "unchanged": 5}
    assert (report["mode"], report["check_mode"], report["title"]) == ("rollout", False, "All")
    assert "generated_at" not in tenants_report(found, hosts=[], generated_at=None)


@pytest.mark.parametrize(
    ("levels", "level", "text"),
    [
        (["ok"], "ok", "1 tenant: 1 in order."),
        (["ok", "changed"], "changed", "2 tenants: 1 changed, 1 in order."),
        (["ok", "warning", "changed"], "warning", "3 tenants: 1 need a look, 1 changed, 1 in order."),
        (["warning", "waiting", "ok"], "waiting", "3 tenants: 1 waiting for approval, 1 need a look, 1 in order."),
        ([], "ok", "0 tenants: none."),
    ],
)
def test_the_verdict_is_that_of_the_worst(levels: list[str], level: str, text: str) -> None:
    hosts = [f"host{place}" for place in range(len(levels))]
    report = tenants_report(map(outcome, hosts, levels), hosts=hosts, check_mode=True)
    assert report["verdict"] == {"level": level, "text": text}
    assert (report["mode"], report["check_mode"]) == ("plan", True)


def test_what_is_no_list_is_told() -> None:
    with pytest.raises(AnsibleFilterError, match=r"m365.apps.private: the tenants: cannot use them"):
        tenants_report({}, hosts=[])
