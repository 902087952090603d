# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token that Graph refuses is replaced once, and what it was refused for is sent once more."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import Failure
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import (
    GraphError,
    InDoubtError,
    LoginError,
    NoAnswerError,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import client_secret_login
from ansible_collections.m365.apps.plugins.module_utils._office.fields import KINDS
from ansible_collections.m365.apps.plugins.module_utils._office.surface import OfficeSurface
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import Create
from ansible_collections.m365.apps.tests.unit.batches import BATCH, asked_ids, inner, inner_refusal, outer
from ansible_collections.m365.apps.tests.unit.office_values import office_policy
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOGIN, LOST, Clock, Wire, connection, refusal

URL = f"{GRAPH}/beta/things"
A, B, C = (Call("PATCH", f"/{name}", json_body={}) for name in "abc")
ONCE = Call("POST", "/once", json_body={}, repeatable=False)
REFUSED = refusal(401, "the token has expired")


@dataclass
class Login:
    """Numbers its tokens; ``failures`` are raised for the logins after the first, in turn."""

    logins: int = 1
    failures: list[GraphError] = field(default_factory=list)
    forgotten: bool = False
    is_app: t.ClassVar[bool] = True

    def token(self) -> str:
        if self.forgotten:
            if self.failures:
                raise self.failures.pop(0)
            self.logins += 1
            self.forgotten = False
        return f"token-{self.logins}"

    def forget(self) -> bool:
        self.forgotten = True
        return True


@pytest.fixture
def login() -> Login:
    return Login()


@pytest.fixture
def client(login: Login, clock: Clock) -> GraphClient:
    return GraphClient(connection(), login, clock.policy(), batching=True)


def tokens(wire: Wire) -> list[int]:
    """Return which token each request carried."""
    return [int(request.headers["Authorization"].removeprefix("Bearer token-")) for request in wire.sent]


def get(client: GraphClient) -> t.Any:
    return client.call("GET", "/things").json()


def statuses(results: t.Iterable[Answer | GraphError]) -> list[int | None]:
    return [result.status for result in results]


# One call


@pytest.mark.parametrize("budget", [0, 300])
def test_a_refused_token_is_replaced_and_the_call_sent_again_at_once(
    wire: Wire, login: Login, clock: Clock, budget: float
) -> None:
    wire.expect("GET", URL, **REFUSED)
    wire.expect("GET", URL, json=1)
    assert get(GraphClient(connection(), login, clock.policy(budget))) == 1
    assert tokens(wire) == [1, 2]
    assert clock.slept == []
    first, second = (request.headers["client-request-id"] for request in wire.sent)
    assert first != second


def test_a_second_token_that_is_refused_is_an_error_and_never_replaced(
    wire: Wire, client: GraphClient, login: Login
) -> None:
    for _unused in range(5):
        wire.expect("GET", URL, **REFUSED)
    for _unused in range(4):
        with pytest.raises(GraphError, match="the token has expired") as caught:
            get(client)
        assert caught.value.status == 401
    assert tokens(wire) == [1, 2, 2, 2, 2]
    assert login.logins == 2


def test_a_token_that_has_worked_can_be_replaced_later(wire: Wire, client: GraphClient) -> None:
    for answer in (REFUSED, {"json": 1}, {"json": 2}, REFUSED, {"json": 3}):
        wire.expect("GET", URL, **answer)
    assert [get(client), get(client), get(client)] == [1, 2, 3]
    assert tokens(wire) == [1, 2, 2, 2, 3]


def test_a_refusal_of_another_sort_shows_that_a_token_works(wire: Wire, client: GraphClient) -> None:
    for answer in (REFUSED, refusal(404), REFUSED, {"json": 3}):
        wire.expect("GET", URL, **answer)
    with pytest.raises(GraphError):
        get(client)
    assert get(client) == 3
    assert tokens(wire) == [1, 2, 2, 3]


def test_a_ready_token_cannot_be_replaced(wire: Wire, clock: Clock) -> None:
    wire.expect("GET", URL, **REFUSED)
    with pytest.raises(GraphError, match="the token has expired"):
        get(clock.client())


def test_a_busy_server_after_the_renewal_is_waited_for(wire: Wire, client: GraphClient, clock: Clock) -> None:
    for answer in (REFUSED, refusal(503), {"json": 1}):
        wire.expect("GET", URL, **answer)
    assert get(client) == 1
    assert tokens(wire) == [1, 2, 2]
    assert clock.slept == [0.5]


def test_a_create_that_the_token_was_refused_for_is_sent_again_and_not_looked_for(
    wire: Wire, client: GraphClient
) -> None:
    def recover() -> None:
        raise AssertionError("asked")

    wire.expect("POST", f"{GRAPH}/beta/once", **REFUSED)
    wire.expect("POST", f"{GRAPH}/beta/once", status=201, json={})
    assert isinstance(client.call_unrepeatable(ONCE, recover), Answer)


def test_a_first_token_of_msal_that_is_refused_means_one_new_login(wire: Wire, clock: Clock) -> None:
    root = f"{LOGIN}/contoso.test"
    discovery = {
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "issuer": f"{root}/v2.0",
    }
    wire.expect("GET", f"{root}/v2.0/.well-known/openid-configuration", json=discovery)
    for number in (1, 2):
        answer = {"access_token": f"token-{number}", "expires_in": 3600, "token_type": "Bearer"}
        wire.expect("POST", f"{root}/oauth2/v2.0/token", json=answer)
        wire.expect("GET", URL, **REFUSED)
    login = client_secret_login(connection(), clock.policy(), "contoso.test", "app", "secret")
    with pytest.raises(GraphError, match="the token has expired"):
        get(GraphClient(connection(), login, clock.policy()))
    assert len(wire.sent) == 5
    assert [request.headers["Authorization"] for request in wire.sent[2::2]] == ["Bearer token-1", "Bearer token-2"]


# The new login fails


def test_a_login_that_fails_then_is_the_error_and_tried_anew_with_the_next_call(
    wire: Wire, client: GraphClient, login: Login
) -> None:
    login.failures = [LoginError(Failure("Entra refused the login", 401), "Check client_secret")]
    wire.expect("GET", URL, **REFUSED)
    wire.expect("GET", URL, json=1)
    with pytest.raises(LoginError, match="Entra refused the login") as caught:
        get(client)
    assert not caught.value.in_doubt
    assert get(client) == 1
    assert tokens(wire) == [1, 2]


def test_a_login_that_fails_after_a_lost_answer_leaves_the_doubt(wire: Wire, client: GraphClient, login: Login) -> None:
    login.failures = [LoginError(Failure("no"), "Check it")]
    wire.expect("PATCH", URL, body=LOST)
    wire.expect("PATCH", URL, **REFUSED)
    with pytest.raises(LoginError) as caught:
        client.call("PATCH", "/things", json_body={})
    assert caught.value.in_doubt


@pytest.mark.parametrize("status", [None, 503])
def test_a_login_that_nobody_answers_leaves_no_doubt_about_the_call(
    wire: Wire, client: GraphClient, login: Login, status: int | None
) -> None:
    lost = NoAnswerError(Failure("the connection to login.test broke", status), "Run it again", maybe_done=True)
    login.failures = [lost]
    login.forget()
    (result,) = OfficeSurface(client).write([Create(office_policy(None, KINDS["windows"], "A"))], ())
    assert str(result.error) == "the login: cannot get a token: the connection to login.test broke. Run it again."
    assert wire.sent == []


# Calls in a batch


def test_a_batch_that_the_token_is_refused_for_is_sent_again(wire: Wire, client: GraphClient, clock: Clock) -> None:
    wire.expect("POST", BATCH, **REFUSED)
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    assert statuses(client.many([A, B])) == [200, 200]
    assert tokens(wire) == [1, 2]
    assert clock.slept == []


@pytest.mark.parametrize("budget", [0, 300])
def test_only_the_calls_that_it_is_refused_for_are_sent_again(
    wire: Wire, login: Login, clock: Clock, budget: float
) -> None:
    client = GraphClient(connection(), login, clock.policy(budget), batching=True)
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner(1), inner_refusal(2, 401), inner_refusal(3, 403)))
    wire.expect("POST", BATCH, **outer(inner(2, 204), inner(0, 201)))
    assert statuses(client.many([ONCE, A, B, C])) == [201, 200, 204, 403]
    assert asked_ids(wire) == ["0", "2"]
    assert tokens(wire) == [1, 2]
    assert clock.slept == []


def test_what_is_refused_with_the_second_token_too_is_an_error(wire: Wire, client: GraphClient, login: Login) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner_refusal(1, 401)))
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401, "not you"), inner(1)))
    error, answer = client.many([A, B])
    assert isinstance(error, GraphError)
    assert (error.cause(), error.in_doubt) == ("Graph answered 401 Code: not you", False)
    assert isinstance(answer, Answer)
    assert login.logins == 2


def test_it_is_replaced_once_though_others_are_tried_longer(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner_refusal(1, 429)))
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401)))
    wire.expect("POST", BATCH, **outer(inner(1)))
    assert statuses(client.many([A, B])) == [401, 200]
    assert tokens(wire) == [1, 2, 2]


def test_a_second_token_that_the_batch_itself_is_refused_for_is_the_error_of_these_calls(
    wire: Wire, client: GraphClient, login: Login
) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner(1), inner_refusal(2, 429, "busy")))
    wire.expect("POST", BATCH, **refusal(401, "not you"))
    results = list(client.many([A, B, C]))
    assert statuses(results) == [401, 200, 429]
    assert [error.failure.message for error in results if isinstance(error, GraphError)] == ["not you", "busy"]
    assert login.logins == 2


def test_a_ready_token_that_calls_in_a_batch_are_refused_for_is_their_error(wire: Wire, clock: Clock) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner(1)))
    assert statuses(clock.client(batching=True).many([A, B])) == [401, 200]


def test_each_batch_may_replace_the_token_once(wire: Wire, client: GraphClient) -> None:
    for _unused in range(2):
        wire.expect("POST", BATCH, **outer(*(inner_refusal(place, 401) for place in range(20))))
        wire.expect("POST", BATCH, **outer(*(inner(place) for place in range(20))))
    assert statuses(client.many([A] * 40)) == [200] * 40
    assert tokens(wire) == [1, 2, 2, 3]


def test_other_failures_wait_as_they_ask_after_the_renewal(wire: Wire, client: GraphClient, clock: Clock) -> None:
    busy = [inner_refusal(1, 429, **{"Retry-After": "3"}), inner_refusal(2, 503)]
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), *busy))
    wire.expect("POST", BATCH, **outer(inner(0)))
    wire.expect("POST", BATCH, **outer(inner(1), inner(2)))
    assert statuses(client.many([A, B, C])) == [200, 200, 200]
    assert [asked_ids(wire, place) for place in range(3)] == [["0", "1", "2"], ["0"], ["1", "2"]]
    assert clock.slept == [3.0]


def test_a_failure_without_retry_after_beside_a_refused_token_waits_the_usual_time(
    wire: Wire, client: GraphClient, clock: Clock
) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner_refusal(1, 503)))
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 503)))
    wire.expect("POST", BATCH, **outer(inner(0), inner(1)))
    assert statuses(client.many([A, B])) == [200, 200]
    assert clock.slept == [0.5]


def test_a_lost_second_send_leaves_only_its_own_calls_in_doubt(wire: Wire, client: GraphClient) -> None:
    wire.expect("POST", BATCH, **outer(inner_refusal(0, 401), inner_refusal(1, 429), inner_refusal(2, 401)))
    wire.expect("POST", BATCH, body=LOST)
    wire.expect("POST", BATCH, **outer(inner_refusal(1, 403), inner_refusal(2, 403)))
    once, other_once, change = client.many([ONCE, ONCE, A])
    assert [asked_ids(wire, place) for place in range(3)] == [["0", "1", "2"], ["0", "2"], ["1", "2"]]
    assert isinstance(once, InDoubtError)
    assert [error.in_doubt for error in (other_once, change) if isinstance(error, GraphError)] == [False, True]
