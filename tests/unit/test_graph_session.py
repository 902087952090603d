# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions and what is said when no answer came, without a network."""

from __future__ import annotations

import importlib.util
import sys

import pytest
import requests
import urllib3

from ansible_collections.m365.apps.plugins.module_utils._graph import session as session_module
from ansible_collections.m365.apps.plugins.module_utils._graph.clouds import CLOUDS
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import NoAnswerError
from ansible_collections.m365.apps.plugins.module_utils._graph.retry import Transient
from ansible_collections.m365.apps.plugins.module_utils._graph.session import open_session, send, user_agent
from ansible_collections.m365.apps.plugins.module_utils._version import VERSION
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, LOST, UNREACHED, Wire, connection


def failure_of(wire: Wire, raised: Exception) -> tuple[NoAnswerError, Transient | None]:
    """Return the error made of an exception of requests, and its Transient where another try makes sense."""
    wire.expect("GET", f"{GRAPH}/x", body=raised)
    with pytest.raises((NoAnswerError, Transient)) as caught:
        send(open_session(connection(), GRAPH), "GET", f"{GRAPH}/x", 7.0)
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


@pytest.mark.parametrize(
    ("raised", "message", "maybe_done", "tries"),
    [
        (UNREACHED, "graph.test cannot be reached", False, 3),
        (requests.exceptions.ConnectTimeout("slow"), "graph.test cannot be reached", False, 3),
        (requests.exceptions.ProxyError("refused"), "the proxy did not connect to graph.test", False, 3),
        (requests.exceptions.ReadTimeout("slow"), "graph.test did not answer within 7 s", True, None),
        (LOST, "the connection to graph.test broke before the answer was complete", True, None),
        (requests.exceptions.ChunkedEncodingError("cut"), "the connection to graph.test broke", True, None),
    ],
)
def test_failures_worth_another_try(
    wire: Wire, raised: Exception, message: str, maybe_done: bool, tries: int | None
) -> None:
    error, transient = failure_of(wire, raised)
    assert transient is not None
    assert error.failure.message.startswith(message)
    assert (transient.maybe_done, transient.tries) == (maybe_done, tries)


@pytest.mark.parametrize(
    ("raised", "message", "advice"),
    [
        (requests.exceptions.SSLError("bad"), "the TLS certificate of graph.test is not trusted (bad)", "ca_path"),
        (requests.exceptions.InvalidHeader("the value"), "could not be made (InvalidHeader)", "graph_url"),
        (requests.exceptions.InvalidURL("odd"), "could not be made (InvalidURL)", "graph_url"),
        (OSError("no such file: /ca.pem"), "graph.test was not called (no such file: /ca.pem)", "Check ca_path"),
    ],
)
def test_failures_that_another_try_would_not_mend(wire: Wire, raised: Exception, message: str, advice: str) -> None:
    error, transient = failure_of(wire, raised)
    assert transient is None
    assert message in error.failure.message
    assert advice in str(error.advice())


def test_a_failure_knows_method_and_path(wire: Wire) -> None:
    failure = failure_of(wire, LOST)[0].failure
    assert (failure.method, failure.path, failure.status) == ("GET", "/x", None)


def test_the_deepest_cause_is_told(wire: Wire) -> None:
    outer = requests.exceptions.SSLError("HTTPSConnectionPool(host='graph.test', port=443): Max retries exceeded")
    outer.__cause__ = urllib3.exceptions.SSLError("certificate has expired")
    assert "(certificate has expired)" in failure_of(wire, outer)[0].failure.message


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
