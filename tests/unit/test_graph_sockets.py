# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS, refused connections and broken answers on real loopback sockets."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
import typing as t
from pathlib import Path

import pytest
import trustme

from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, NoAnswerError
from ansible_collections.m365.apps.plugins.module_utils._graph.session import Connection
from ansible_collections.m365.apps.tests.unit.wire import TOKEN, Clock


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers {}; below /cut it promises more than it sends, /<status>/... is answered with that status the first time.
    ``callers`` are the client's ports, one for each request: connections are kept, but for those of /cut and /last.
    """

    protocol_version = "HTTP/1.1"
    callers: t.ClassVar[list[tuple[str, int]]] = []

    def do_GET(self) -> None:
        seen = [path for path, _port in self.callers]
        self.callers.append((self.path, self.client_address[1]))
        given = self.path.split("/")[2]
        body = b"{}"
        self.send_response(int(given) if given.isdigit() and self.path not in seen else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) + (10 if "/cut" in self.path else 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.path.endswith(("/cut", "/last"))

    def log_message(self, *_arguments: object) -> None:
        """Keep the test output clean."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def url(authority: trustme.CA) -> t.Iterator[str]:
    """The root URL of a TLS server on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def other_ca_path(tmp_path: Path) -> str:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    return str(tmp_path / "other.pem")


def call(url: str, path: str = "/things", **options: t.Any) -> t.Any:
    clock = Clock()
    client = GraphClient(Connection(url, url, timeout=10.0, **options), ReadyToken(TOKEN), clock.policy(budget=10))
    return client.call("GET", path).json()


def error_of(url: str, path: str = "/things", **options: t.Any) -> NoAnswerError:
    with pytest.raises(NoAnswerError) as caught:
        call(url, path, **options)
    return caught.value


def test_a_certificate_of_the_given_ca_is_trusted(url: str, ca_path: str) -> None:
    assert call(url, ca_path=ca_path) == {}


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_ca_variables_do_not_override_the_given_ca(
    url: str, ca_path: str, other_ca_path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, other_ca_path)
    assert call(url, ca_path=ca_path) == {}


def test_ca_variables_do_not_add_trust(url: str, ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_path)
    assert "is not trusted" in error_of(url).failure.message


def test_another_ca_is_not_trusted(url: str, other_ca_path: str) -> None:
    error = error_of(url, ca_path=other_ca_path)
    assert error.failure.message.startswith(f"the TLS certificate of {url[8:]} is not trusted (")
    assert "certificate verify failed" in error.failure.message
    assert "ca_path" in error.next_step


def test_authorities_are_read_once_for_all_connections_until_their_file_changes(
    url: str, ca_path: str, other_ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(context: ssl.SSLContext, cafile: str, *arguments: t.Any) -> None:
        read.append(cafile)
        load(context, cafile, *arguments)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted, raising=False)
    for _client in range(3):
        assert call(url, ca_path=ca_path) == {}
    assert read == [ca_path]
    Path(ca_path).write_bytes(Path(other_ca_path).read_bytes())
    assert "is not trusted" in error_of(url, ca_path=ca_path).failure.message


def test_a_connection_that_is_made_again_trusts_what_it_did(url: str, ca_path: str) -> None:
    client = GraphClient(Connection(url, url, timeout=10.0, ca_path=ca_path), ReadyToken(TOKEN), Clock().policy())
    ports = []
    for _call in range(3):
        assert client.call("GET", "/last").json() == {}
        ports.append(Handler.callers[-1][1])
        # A client with other authorities in between changes nothing.
        assert "is not trusted" in error_of(url).failure.message
    assert len(set(ports)) == len(ports)


def test_a_wrong_host_name_is_not_trusted(url: str, ca_path: str) -> None:
    error = error_of(url.replace("localhost", "127.0.0.1"), ca_path=ca_path)
    assert "is not trusted" in error.failure.message


def test_without_validation_any_certificate_will_do(url: str) -> None:
    assert call(url, validate_certs=False) == {}


def test_a_missing_ca_file_is_a_sentence(url: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")
    error = error_of(url, ca_path=missing)
    assert missing in error.failure.message
    assert error.next_step == "Check ca_path"


def test_a_closed_port_cannot_be_reached() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    error = error_of(f"https://{host}")
    assert error.failure.message == f"{host} cannot be reached ([Errno 111] Connection refused) (tried 3 times in 2 s)"


def test_a_closed_proxy_port_is_the_proxys_fault(url: str, ca_path: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        proxy = f"http://user:canary-password@127.0.0.1:{probe.getsockname()[1]}"
    error = error_of(url, ca_path=ca_path, proxy=proxy)
    assert error.failure.message.startswith(f"the proxy did not connect to {url[8:]} (")
    assert "canary" not in f"{error} {error.failure}"


def test_an_answer_shorter_than_promised_is_a_broken_connection(url: str, ca_path: str) -> None:
    error = error_of(url, "/cut", ca_path=ca_path)
    assert "broke before the answer was complete (tried 5 times" in error.failure.message


@pytest.mark.parametrize(("status", "new"), [(503, True), (429, False), (502, False), (504, False)])
def test_a_503_means_a_new_connection_for_the_next_try(url: str, ca_path: str, status: int, new: bool) -> None:
    Handler.callers.clear()
    clock = Clock()
    client = GraphClient(Connection(url, url, ca_path=ca_path), ReadyToken(TOKEN), clock.policy())
    for path in ("/things", f"/{status}/things", "/things"):
        client.call("GET", path)
    assert [path for path, _port in Handler.callers] == [
        "/beta/things",
        f"/beta/{status}/things",
        f"/beta/{status}/things",
        "/beta/things",
    ]
    first, refused, again, later = (port for _path, port in Handler.callers)
    assert first == refused
    assert again == later
    assert (again != refused) is new
    assert clock.slept == [0.5]


def test_plain_http_on_the_other_side_is_an_error(ca_path: str) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            with pytest.raises(GraphError):
                call(f"https://localhost:{server.server_port}", ca_path=ca_path)
        finally:
            server.shutdown()
            thread.join()
