# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The retry policy by itself: when it tries again, how long it waits, when it gives up."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._errors import Failure
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import Transient, parse_retry_after
from ansible_collections.m365.apps.tests.unit.wire import Clock

# 21 October 2026, 07:28:00 GMT
NOON = 1792567680.0


class Server:
    """Fails as listed, then answers 'done'; counts the tries."""

    def __init__(self, *failures: Transient, endless: bool = False, clock: Clock | None = None, takes: float = 0.0):
        self.failures = list(failures)
        self.endless = endless
        self.clock = clock
        self.takes = takes
        self.tries = 0

    def __call__(self) -> str:
        self.tries += 1
        assert self.tries < 1000, "tried without end"
        if self.clock is not None:
            self.clock.now += self.takes
        if self.endless:
            raise self.failures[0]
        if self.failures:
            raise self.failures.pop(0)
        return "done"


def failure(message: str = "busy", **facts: t.Any) -> Transient:
    return Transient(GraphError(Failure(message, status=503)), **facts)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("0.25", 0.25),
        (" 3 ", 3.0),
        ("-5", 0.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        ("Wednesday, 21-Oct-26 07:28:30 GMT", 30.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("Wed, 99 Oct 2026 07:28:30 GMT", None),
    ],
)
def test_retry_after_is_read(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOON) == seconds


@given(st.text(max_size=60))
@example("Wed, 21 Oct 99999 07:28:00 GMT")
@example("Wed, 21 Oct 99999999999999999999 07:28:00 GMT")
@example("Wed, 01 Jan 0001 00:00:00 +2359")
def test_no_retry_after_header_breaks_the_reader(header: str) -> None:
    seconds = parse_retry_after(header, NOON)
    assert seconds is None or seconds >= 0


def test_the_answer_of_the_first_try_costs_no_wait(clock: Clock) -> None:
    assert clock.policy().run(Server()) == "done"
    assert clock.slept == []


@pytest.mark.parametrize("retry_after", [7.0, 0.25])
def test_the_servers_retry_after_is_kept_to_exactly(clock: Clock, retry_after: float) -> None:
    assert clock.policy().run(Server(failure(retry_after=retry_after))) == "done"
    assert clock.slept == [retry_after]


def test_without_retry_after_the_waits_double_up_to_a_limit(clock: Clock) -> None:
    clock.policy().run(Server(*(failure() for _unused in range(8))))
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 0.25), (0.5, 0.375), (1.0, 0.5)])
def test_jitter_takes_away_up_to_half_of_a_wait(clock: Clock, jitter: float, wait: float) -> None:
    clock.policy(jitter=jitter).run(Server(failure()))
    assert clock.slept == [wait]


def test_the_budget_ends_the_tries(clock: Clock) -> None:
    server = Server(failure(), endless=True)
    with pytest.raises(GraphError):
        clock.policy(budget=10).run(server)
    assert clock.slept == [0.5, 1.0, 2.0, 4.0]
    assert server.tries == 5


def test_a_retry_after_longer_than_what_is_left_ends_the_tries_at_once(clock: Clock) -> None:
    server = Server(failure(retry_after=11.0), endless=True)
    with pytest.raises(GraphError):
        clock.policy(budget=10).run(server)
    assert (server.tries, clock.slept) == (1, [])


def test_a_retry_after_that_just_fits_is_waited_for(clock: Clock) -> None:
    assert clock.policy(budget=10).run(Server(failure(retry_after=10.0))) == "done"


@pytest.mark.parametrize("retry_after", [None, 0.0])
def test_a_budget_of_0_means_one_try(clock: Clock, retry_after: float | None) -> None:
    server = Server(failure(retry_after=retry_after), endless=True)
    with pytest.raises(GraphError):
        clock.policy(budget=0).run(server)
    assert server.tries == 1


def test_the_budget_begins_with_the_first_failure(clock: Clock) -> None:
    server = Server(failure(), clock=clock, takes=30.0)
    assert clock.policy(budget=20).run(server) == "done"


def test_the_error_tells_tries_and_seconds(clock: Clock) -> None:
    with pytest.raises(GraphError) as caught:
        clock.policy(budget=10).run(Server(failure("busy."), endless=True))
    assert caught.value.failure.message == "busy (tried 5 times in 8 s)"


def test_the_error_of_a_single_try_is_left_as_it_is(clock: Clock) -> None:
    with pytest.raises(GraphError) as caught:
        clock.policy(budget=0).run(Server(failure("busy."), endless=True))
    assert caught.value.failure.message == "busy."


def test_the_error_of_the_last_try_is_raised(clock: Clock) -> None:
    server = Server(failure("first"), failure("second", retry_after=999.0))
    with pytest.raises(GraphError, match="second"):
        clock.policy(budget=10).run(server)


def test_a_host_that_cannot_be_reached_is_tried_three_times(clock: Clock) -> None:
    server = Server(failure(tries=3), endless=True)
    with pytest.raises(GraphError):
        clock.policy().run(server)
    assert server.tries == 3


def test_only_the_failures_that_give_little_hope_are_counted_for_that(clock: Clock) -> None:
    server = Server(failure(), failure(), failure(tries=3), failure(), failure(tries=3))
    assert clock.policy().run(server) == "done"
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_the_third_failure_that_gives_little_hope_ends_the_tries(clock: Clock) -> None:
    server = Server(failure(), failure(tries=3), failure(), failure(tries=3), failure("the last", tries=3), failure())
    with pytest.raises(GraphError) as caught:
        clock.policy().run(server)
    assert caught.value.failure.message == "the last (tried 5 times in 8 s)"


def test_a_refusal_is_not_tried_again(clock: Clock) -> None:
    tries: list[int] = []

    def refuse() -> str:
        tries.append(1)
        raise GraphError(Failure("no", status=400))

    with pytest.raises(GraphError):
        clock.policy().run(refuse)
    assert len(tries) == 1


def test_recover_answers_in_place_of_another_try(clock: Clock) -> None:
    server = Server(failure(maybe_done=True), endless=True)
    assert clock.policy().run(server, lambda: "found") == "found"
    assert server.tries == 1


def test_recover_that_finds_nothing_lets_the_next_try_go_out(clock: Clock) -> None:
    server = Server(failure(maybe_done=True))
    assert clock.policy().run(server, lambda: None) == "done"
    assert server.tries == 2


def test_recover_is_not_asked_when_nothing_can_have_been_done(clock: Clock) -> None:
    def recover() -> str | None:
        raise AssertionError("asked")

    assert clock.policy().run(Server(failure(maybe_done=False)), recover) == "done"


@pytest.mark.parametrize("budget", [0.0, 60.0])
def test_a_wait_that_is_too_long_is_told(budget: float) -> None:
    with pytest.raises(GraphError) as caught:
        Clock().policy(budget).run(Server(failure("too many requests.", retry_after=900.0)))
    assert caught.value.failure.message == (
        "too many requests (the server asks to wait 900 s, longer than retry_timeout allows)"
    )


def test_a_wait_that_is_too_long_after_other_tries_is_told_with_them() -> None:
    server = Server(failure(retry_after=10.0), failure(retry_after=55.0))
    with pytest.raises(GraphError) as caught:
        Clock().policy(60.0).run(server)
    told = caught.value.failure.message
    assert told == "busy (tried 2 times in 10 s; the server asks to wait 55 s, longer than retry_timeout allows)"
