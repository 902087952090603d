# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions and what is said when no answer came, without a network."""

from __future__ import annotations

import http.client
import importlib.util
import ssl
import sys

import pytest
import requests
import urllib3

from ansible_collections.m365.apps.plugins.module_utils._graph import session as session_module
from ansible_collections.m365.apps.plugins.module_utils._graph.body import EncodingError
from ansible_collections.m365.apps.plugins.module_utils._graph.clouds import CLOUDS
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import NoAnswerError
from ansible_collections.m365.apps.plugins.module_utils._graph.exchange import (
    Exchange,
    Phase,
    TooLargeError,
    TooLateError,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.no_answer import no_answer
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import Transient
from ansible_collections.m365.apps.plugins.module_utils._graph.session import open_session, send, user_agent
from ansible_collections.m365.apps.plugins.module_utils._version import VERSION
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, UNREACHED, UNTRUSTED, Wire, connection

SENT = (Phase.SEND, Phase.AWAIT, Phase.READ)


def failure_of(wire: Wire, raised: Exception) -> tuple[NoAnswerError, Transient | None]:
    """Return the error made of an exception of requests, and its Transient where another try makes sense."""
    wire.expect("GET", f"{GRAPH}/x", body=raised)
    with pytest.raises((NoAnswerError, Transient)) as caught:
        send(open_session(connection(), GRAPH), "GET", f"{GRAPH}/x", Exchange(7.0))
    if isinstance(caught.value, Transient):
        assert isinstance(caught.value.error, NoAnswerError)
        return caught.value.error, caught.value
    assert isinstance(caught.value, NoAnswerError)
    return caught.value, None


def test_the_environment_is_not_trusted() -> None:
    assert open_session(connection(), GRAPH).trust_env is False


@pytest.mark.parametrize(
    ("validate_certs", "ca_path", "verify"),
    [(True, None, True), (True, "/ca.pem", "/ca.pem"), (False, None, False), (False, "/ca.pem", False)],
)
def test_verify(validate_certs: bool, ca_path: str | None, verify: bool | str) -> None:
    assert open_session(connection(validate_certs=validate_certs, ca_path=ca_path), GRAPH).verify == verify


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ca_variables_do_not_override_ca_path(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "/other.pem")
    session = open_session(connection(ca_path="/ca.pem"), GRAPH)
    assert session.merge_environment_settings(GRAPH, {}, None, None, None)["verify"] == "/ca.pem"


def test_a_given_proxy_is_used_for_both_schemes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other.test:3128")
    session = open_session(connection(proxy="http://proxy.test:8080"), GRAPH)
    assert session.proxies == {"https": "http://proxy.test:8080", "http": "http://proxy.test:8080"}


def test_a_connection_does_not_show_its_proxys_password() -> None:
    given = connection(proxy="http://user:canary-password@proxy.test:8080")
    assert "canary" not in f"{given!r} {given}"


def test_else_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other.test:3128")
    assert open_session(connection(), GRAPH).proxies["https"] == "http://other.test:3128"


def test_no_proxy_is_kept_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other.test:3128")
    monkeypatch.setenv("NO_PROXY", "graph.test")
    assert open_session(connection(), GRAPH).proxies == {}


def test_the_user_agent_names_product_and_version() -> None:
    assert open_session(connection(), GRAPH).headers["User-Agent"] == user_agent()
    assert user_agent().startswith(f"m365.apps/{VERSION} ")


BROKE = "the connection to graph.test broke before the answer was complete"
ODD = "the answer of graph.test is not HTTP as it is meant to be"
# What is raised, in which phases, what is said of it, and how many tries it is worth: 1 is no other, None is no bound.
CASES: list[tuple[Exception, tuple[Phase, ...], str, int | None]] = [
    (LOST, SENT, BROKE, None),
    (requests.exceptions.ReadTimeout("slow"), SENT, "graph.test did not answer within 7 s", None),
    (TooLateError("no answer within 7 s"), SENT, "graph.test did not answer within 7 s", None),
    (requests.exceptions.ChunkedEncodingError(http.client.IncompleteRead(b"")), SENT, BROKE, None),
    (requests.exceptions.SSLError(ssl.SSLError(1, "bad record mac")), SENT, f"{BROKE} (", None),
    (requests.exceptions.SSLError(ssl.SSLError(1, "tlsv13 alert certificate required")), SENT, f"{BROKE} (", None),
    (requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed")), SENT, BROKE, None),
    (urllib3.exceptions.ProtocolError("x", http.client.RemoteDisconnected("x")), SENT, BROKE, None),
    (requests.exceptions.ConnectionError(http.client.BadStatusLine("canary")), SENT, f"{ODD} (BadStatusLine)", 3),
    (requests.exceptions.ConnectionError(http.client.LineTooLong("header")), SENT, f"{ODD} (LineTooLong)", 3),
    (http.client.HTTPException("got more than 100 headers"), SENT, f"{ODD} (HTTPException)", 3),
    (requests.exceptions.InvalidHeader("canary"), SENT, f"{ODD} (InvalidHeader)", 3),
    (EncodingError("its gzip is cut off"), SENT, f"{ODD} (its gzip is cut off)", 3),
    (UnicodeDecodeError("utf-8", b"canary", 0, 1, "bad"), SENT, f"{ODD} (UnicodeDecodeError)", 3),
    (requests.exceptions.ProxyError("down"), SENT, BROKE, None),
    (TooLargeError("big"), SENT, "graph.test answered with more than the 32 MiB that an answer may have", 1),
    (UNREACHED, (Phase.CONNECT,), "graph.test cannot be reached (", 3),
    (ConnectionResetError("reset"), (Phase.CONNECT,), "graph.test cannot be reached (reset)", 3),
    (TooLateError("no answer within 7 s"), (Phase.CONNECT,), "graph.test cannot be reached (no answer within 7 s)", 3),
    (requests.exceptions.ProxyError("refused"), (Phase.PROXY,), "the proxy did not connect to graph.test (refused)", 3),
    (TooLateError("late"), (Phase.PROXY,), "the proxy did not connect to graph.test (late)", 3),
    (UNTRUSTED, (Phase.HANDSHAKE,), "the TLS certificate of graph.test is not trusted (certificate verify failed)", 1),
    (
        ssl.SSLEOFError(1, "EOF"),
        (Phase.HANDSHAKE,),
        "the connection to graph.test broke in the TLS handshake (EOF)",
        None,
    ),
    (ConnectionResetError("RST"), (Phase.HANDSHAKE,), "the connection to graph.test broke in the TLS handshake", None),
    (TooLateError("late"), (Phase.HANDSHAKE,), "graph.test did not finish the TLS handshake within 7 s", None),
    (ssl.SSLError(1, "alert"), (Phase.HANDSHAKE,), "no TLS connection to graph.test could be made (alert)", 3),
    (
        ssl.SSLError(1, "no cert"),
        (Phase.TRUST,),
        "graph.test was not called: the CA certificates cannot be used (no c",
        1,
    ),
    (requests.exceptions.InvalidURL("odd"), (Phase.PREPARE,), "the request to graph.test could not be made (Inv", 1),
    (OSError("no file"), (Phase.PREPARE,), "graph.test was not called (no file)", 1),
]


@pytest.mark.parametrize(
    ("raised", "phase", "message", "tries"),
    [(raised, phase, message, tries) for raised, phases, message, tries in CASES for phase in phases],
)
def test_what_is_said_and_done_depends_on_when_it_happened(
    raised: Exception, phase: Phase, message: str, tries: int | None
) -> None:
    exchange = Exchange(7.0, phase=phase)
    made = no_answer(raised, exchange, "POST", f"{GRAPH}/x")
    error = made.error if isinstance(made, Transient) else made
    assert isinstance(error, NoAnswerError)
    assert error.failure.message.startswith(message)
    assert "canary" not in error.failure.message
    assert error.maybe_done is (phase in SENT)
    assert (made.tries if isinstance(made, Transient) else 1) == tries
    if isinstance(made, Transient):
        assert made.maybe_done is (phase in SENT)


def test_every_phase_before_the_request_is_sent_has_a_word() -> None:
    for phase in set(Phase) - set(SENT):
        assert isinstance(no_answer(OSError("x"), Exchange(7.0, phase=phase), "GET", GRAPH), Exception)


def test_a_failure_knows_method_and_path(wire: Wire) -> None:
    failure = failure_of(wire, LOST)[0].failure
    assert (failure.method, failure.path, failure.status) == ("GET", "/x", None)


def test_the_deepest_cause_is_told() -> None:
    outer = requests.exceptions.SSLError("HTTPSConnectionPool(host='graph.test', port=443): Max retries exceeded")
    outer.__cause__ = ssl.SSLCertVerificationError(1, "certificate has expired")
    made = no_answer(outer, Exchange(7.0, phase=Phase.HANDSHAKE), "GET", GRAPH)
    assert "(certificate has expired)" in str(made)


def test_what_was_handled_before_is_no_cause() -> None:
    def fail_again() -> Exception:
        before = sys.exc_info()[1]
        try:
            raise ConnectionResetError("reset")
        except ConnectionResetError as error:
            return no_answer(error, Exchange(7.0, phase=Phase.HANDSHAKE), "GET", GRAPH, before)

    try:
        raise requests.exceptions.SSLError(ssl.SSLCertVerificationError(1, "certificate verify failed"))
    except requests.exceptions.SSLError:
        assert "broke in the TLS handshake (reset)" in str(fail_again())


def test_without_requests_the_package_can_still_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    name = session_module.__name__ + "_without_requests"
    spec = importlib.util.spec_from_file_location(name, session_module.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    assert "requests" in module.REQUESTS_IMPORT_ERROR


@pytest.mark.parametrize("name", sorted(CLOUDS))
def test_cloud_hosts_are_https_roots(name: str) -> None:
    for url in (CLOUDS[name].login_url, CLOUDS[name].graph_url):
        assert url.startswith("https://")
        assert url.count("/") == 2


def test_hosts_of_the_clouds() -> None:
    assert {name: (cloud.login_url[8:], cloud.graph_url[8:]) for name, cloud in CLOUDS.items()} == {
        "global": ("login.microsoftonline.com", "graph.microsoft.com"),
        "us_gov_l4": ("login.microsoftonline.us", "graph.microsoft.us"),
        "us_gov_dod": ("login.microsoftonline.us", "dod-graph.microsoft.us"),
        "china": ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"),
    }
