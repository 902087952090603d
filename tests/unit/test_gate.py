# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait at a check-in gate, with a clock that nobody waits for."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils._gate import Gate, World, wait_at
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError

Dict = dict[str, t.Any]


class Clock:
    """Time that passes only while somebody sleeps, and what was asked and said in it."""

    def __init__(self, *answers: Dict) -> None:
        self.now = 0.0
        self.asked: list[float] = []
        self.said: list[str] = []
        self._answers = list(answers)

    def world(self) -> World:
        return World(self.ask, self.said.append, lambda: self.now, self.sleep)

    def ask(self) -> Dict:
        self.asked.append(self.now)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def users(*successes: bool) -> Dict:
    statuses = [{"user_id": str(number), "was_successful": good} for number, good in enumerate(successes)]
    return {"policies": [{"display_name": "A", "id": "a", "statuses": statuses}]}


FAILED = {"failed": True, "msg": "Graph is away.", "error": {"status": 503}}


def test_it_opens_when_enough_users_checked_in() -> None:
    clock = Clock(users(), users(True), users(True, True))
    verdict, _answer = wait_at(Gate(["A"], min_users=2, timeout=100, interval=30), clock.world())
    assert verdict is not None
    assert (verdict["verdict"], verdict["users"], verdict["waited"]) == ("passed", 2, 60)
    assert clock.asked == [0, 30, 60]
    assert clock.said == [
        "0 of 2 users checked in, 0 of them failed; asks again in 30 s, 100 s are left",
        "1 of 2 users checked in, 0 of them failed; asks again in 30 s, 70 s are left",
    ]


def test_it_stays_closed_when_the_time_is_over_and_asks_once_more_then() -> None:
    clock = Clock(users(True, False))
    verdict, _answer = wait_at(Gate(min_users=2, max_failure_rate=0.4, timeout=70, interval=30), clock.world())
    assert verdict is not None
    assert (verdict["verdict"], verdict["reason"]) == ("breached", "1 of 2 users failed, more than 40.00%.")
    assert clock.asked == [0, 30, 60, 70]
    assert clock.said[-1] == "2 of 2 users checked in, 1 of them failed; the time is over"


@pytest.mark.parametrize(("on_no_data", "opens"), [("stop", False), ("continue", True)])
def test_without_a_timeout_it_asks_once(on_no_data: str, opens: bool) -> None:
    clock = Clock(users())
    verdict, _answer = wait_at(Gate(timeout=0, on_no_data=on_no_data), clock.world())
    assert verdict is not None
    assert (verdict["verdict"], verdict["open"], clock.asked) == ("no_data", opens, [0])
    assert clock.said == ["0 of 1 users checked in, 0 of them failed; the time is over"]


def test_a_question_that_fails_is_asked_again() -> None:
    clock = Clock(FAILED, users(True))
    verdict, _answer = wait_at(Gate(timeout=60, interval=30), clock.world())
    assert verdict is not None
    assert verdict["open"]
    assert clock.said[0].startswith("the check-ins could not be read: Graph is away.; asks again in 30 s")


def test_one_that_fails_to_the_end_is_no_verdict() -> None:
    assert wait_at(Gate(timeout=60, interval=30, on_no_data="continue"), Clock(users(), FAILED).world()) == (
        None,
        FAILED,
    )


def test_a_question_that_cannot_be_asked_is_not_asked_again() -> None:
    clock = Clock({"failed": True, "msg": "the task: cannot use since", "error": {}})
    verdict, answer = wait_at(Gate(timeout=100, interval=30), clock.world())
    assert (verdict, answer["msg"], clock.asked, clock.said) == (None, "the task: cannot use since", [0], [])


@pytest.mark.parametrize("settings", [{"interval": 0}, {"timeout": -1}, {"min_users": 0}, {"max_failure_rate": 2}])
def test_settings_that_cannot_be_meant_are_refused(settings: Dict) -> None:
    with pytest.raises(PoliciesError):
        Gate(**settings).check()
