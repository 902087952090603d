# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check-in gate, and what a wave may say of it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import (
    checkin_gate,
    gate_problems,
)

Dict = dict[str, t.Any]


def seen(user: str, ok: bool = True, device: str = "PC") -> Dict:
    return {"user_id": user, "device_name": device, "device_platform": "Windows", "was_successful": ok}


def checkins(**policies: list[Dict]) -> Dict:
    return {"policies": [{"display_name": name, "statuses": statuses} for name, statuses in policies.items()]}


def told(given: Dict, **options: t.Any) -> tuple[t.Any, ...]:
    verdict = checkin_gate(given, **options)
    return tuple(verdict[name] for name in ("verdict", "open", "users", "failed", "rate"))


def test_enough_users_without_a_failure_pass() -> None:
    given = checkins(A=[seen("u1"), seen("u2")])
    assert checkin_gate(given, min_users=2) == {
        "verdict": "passed",
        "open": True,
        "reason": "2 users checked in.",
        "users": 2,
        "needed_users": 2,
        "failed": 0,
        "conflicts": 0,
        "rate": 1.0,
    }


@pytest.mark.parametrize(("final", "verdict"), [(False, "waiting"), (True, "breached")])
def test_too_few_users_wait_until_the_time_is_over(final: bool, verdict: str) -> None:
    found = checkin_gate(checkins(A=[seen("u1")]), min_users=3, final=final)
    assert (found["verdict"], found["open"]) == (verdict, False)
    assert found["reason"] == "1 user of the 3 needed checked in."


def test_a_limit_of_failures_is_one_that_may_be_reached() -> None:
    given = checkins(A=[seen("u1", ok=False), *(seen(f"u{number}") for number in range(2, 21))])
    assert told(given, max_failure_rate=0.05)[:2] == ("passed", True)
    many = checkins(A=[seen(f"u{number}", ok=number > 29) for number in range(1, 101)])
    assert told(many, max_failure_rate=0.29)[:2] == ("passed", True)
    found = checkin_gate(given, max_failure_rate=0.04, final=True)
    assert (found["verdict"], found["reason"]) == ("breached", "1 of 20 users failed, more than 4.00%.")


@pytest.mark.parametrize(("on_no_data", "opens"), [("stop", False), ("continue", True)])
def test_nobody_is_no_data(on_no_data: str, opens: bool) -> None:
    assert told(checkins(A=[]), on_no_data=on_no_data)[:2] == ("waiting", False)
    assert told(checkins(A=[]), on_no_data=on_no_data, final=True) == ("no_data", opens, 0, 0, None)


def test_on_no_data_says_nothing_of_failures() -> None:
    assert told(checkins(A=[seen("u1", ok=False)]), on_no_data="continue", final=True)[:2] == ("breached", False)


def test_a_user_counts_once_and_failed_with_any_device_or_policy() -> None:
    given = checkins(A=[seen("u1"), seen("U1", ok=False, device="other")], B=[seen("u2"), seen("u1")])
    assert told(given)[2:] == (2, 1, 0.5)


def test_the_latest_checkin_of_a_device_counts() -> None:
    assert told(checkins(A=[seen("u1"), seen("u1", ok=False)]))[:2] == ("passed", True)
    assert told(checkins(A=[seen("u1", ok=False), seen("u1")]))[3] == 1


def on_device(user: str | None, status: str, device: str) -> Dict:
    """Return how a policy went on a device, as surfaces with status reports tell it."""
    done = {"succeeded": True, "error": False, "conflict": False}.get(status)
    return {"user_id": user, "device_id": device, "status": status, "was_successful": done}


def test_a_conflict_is_a_failure_and_the_settings_concerned_are_told() -> None:
    given = checkins(A=[on_device("u1", "succeeded", "d1"), on_device("u2", "conflict", "d2")])
    given["policies"][0]["failed_settings"] = [{"setting": "excel16/L_A", "name": "A"}, {"setting": None, "name": "B"}]
    found = checkin_gate(given, final=True)
    assert (found["verdict"], found["users"], found["failed"], found["conflicts"]) == ("breached", 2, 1, 1)
    assert found["reason"] == (
        "1 of 2 users failed (1 of them by a conflict), more than 0.00%. Settings concerned: excel16/L_A, B."
    )


def test_what_has_no_result_yet_does_not_count() -> None:
    pending = [on_device(status, status, status) for status in ("pending", "not_applicable", "unknown")]
    assert told(checkins(A=pending), final=True) == ("no_data", False, 0, 0, None)
    assert told(checkins(A=[*pending, on_device("u", "succeeded", "d")]))[2:] == (1, 0, 1.0)


def test_a_result_of_nobody_is_that_of_the_users_of_its_device_or_of_the_device() -> None:
    given = checkins(A=[on_device("u1", "succeeded", "d1"), on_device("u2", "succeeded", "d2")])
    given["policies"] += checkins(B=[on_device(None, "error", "D1"), on_device(None, "succeeded", "d3")])["policies"]
    assert told(given)[2:] == (3, 1, pytest.approx(2 / 3))


def test_two_devices_of_one_name_are_two() -> None:
    rows = [on_device("u1", "succeeded", "a"), on_device("u1", "error", "b")]
    assert told(checkins(A=rows))[2:4] == (1, 1)


def test_only_chosen_policies_count() -> None:
    given = checkins(Ours=[seen("u1")], Theirs=[seen("u2", ok=False)])
    assert told(given, policies=["Ours"])[2:4] == (1, 0)
    assert told(given, policies=[])[2] == 0
    given["policies"][0]["id"] = "p1"
    assert told(given, policies=["p1"])[2:4] == (1, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_users": 0}, "min_users is 0"),
        ({"min_users": "many"}, "min_users is 'many'"),
        ({"max_failure_rate": 5}, "max_failure_rate is 5"),
        ({"max_failure_rate": float("nan")}, "max_failure_rate is nan"),
        ({"max_failure_rate": None}, "max_failure_rate is None"),
        ({"on_no_data": "pass"}, "on_no_data is 'pass'"),
    ],
)
def test_settings_that_mean_nothing_are_refused(options: Dict, words: str) -> None:
    with pytest.raises(PoliciesError, match=words):
        checkin_gate(checkins(), **options)


@pytest.mark.parametrize("given", [None, [], {}, {"policies": None}])
def test_what_are_no_checkins_is_refused(given: t.Any) -> None:
    with pytest.raises(PoliciesError, match="they hold no policies"):
        checkin_gate(given)


# What a wave may say of its gate


GATE: Dict = {"min_users": 1, "max_failure_rate": 0, "timeout": 3600, "interval": 300, "on_no_data": "stop"}


@pytest.mark.parametrize(
    "wave", [{}, {"gate": {}}, {"gate": {"interval": "60", "timeout": 0}, "pause": "5"}, {"gate": {"min_users": "3"}}]
)
def test_gates_that_can_be_meant(wave: Dict) -> None:
    assert gate_problems([{"name": "a", **wave}], GATE) == []


@pytest.mark.parametrize(
    ("wave", "cause"),
    [
        ({"gate": None}, "gate is null, not a dict. Give one, {} for the defaults, or leave it out"),
        ({"gate": "x"}, "gate is a text, not a dict. Give one, {} for the defaults, or leave it out"),
        ({"gate": {"min_users": 0}}, "min_users is 0. Give a whole number from 1 on"),
        ({"gate": {"max_failure_rate": 5}}, "max_failure_rate is 5. Give a share from 0 to 1, such as 0.05"),
        ({"gate": {"on_no_data": "go"}}, "on_no_data is 'go'. Give one of stop, continue"),
        ({"gate": {"interval": 0}}, "interval is 0. Give whole seconds from 1 on"),
        ({"gate": {"timeout": "soon"}}, "timeout is 'soon'. Give whole seconds from 0 on"),
        ({"pause": None}, "pause is None. Give whole seconds from 0 on"),
        ({"pause": -1}, "pause is -1. Give whole seconds from 0 on"),
    ],
)
def test_gates_and_pauses_that_cannot_be_meant(wave: Dict, cause: str) -> None:
    waves = [{"name": "good"}, {"name": "a\n", **wave}]
    assert gate_problems(waves, GATE) == [f"a\\n has a gate or a pause that means nothing: {cause}."]


def test_all_gates_that_cannot_be_meant_are_told() -> None:
    assert len(gate_problems([{"name": name, "pause": -1} for name in "abc"], GATE)) == 3
