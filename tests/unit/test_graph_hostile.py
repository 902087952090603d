# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hostile servers on real sockets: each call ends in time, within bounds, and knows whether it may have been done."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import typing as t
from importlib.util import find_spec
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._graph import body as body_module
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.client import GraphClient
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import GraphError, InDoubtError
from ansible_collections.m365.apps.plugins.module_utils._graph.exchange import (
    Exchange,
    Phase,
    TooLargeError,
    TooLateError,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.messages import Answer, Call
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import client_secret_login
from ansible_collections.m365.apps.plugins.module_utils._graph.session import Connection
from ansible_collections.m365.apps.plugins.module_utils._graph.transport import connected
from ansible_collections.m365.apps.tests.unit import hostile
from ansible_collections.m365.apps.tests.unit.hostile import JSON, Hostile, Script, answer, drip, garbage
from ansible_collections.m365.apps.tests.unit.wire import TOKEN, Clock

SHORT, LONG = 0.4, 15.0
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n\r\n"
CREATE = Call("POST", "/things", json_body={"name": "New"}, repeatable=False)


def outcome(
    server: Hostile, folder: Path, timeout: float = LONG, call: Call = CREATE, budget: float = 0.0, **options: t.Any
) -> Answer | GraphError:
    """Send one call; return its answer or its error."""
    if options.get("validate_certs", True) and "ca_path" not in options:
        options["ca_path"] = str(folder / "ca.pem")
        server.authority.cert_pem.write_to_path(options["ca_path"])
    connection = Connection(options.pop("url", server.url), server.url, timeout=timeout, **options)
    return next(GraphClient(connection, ReadyToken(TOKEN), Clock().policy(budget)).many([call]))


DRIPS: dict[str, Script] = {
    "body": drip(JSON + b"Content-Length: 1000000\r\n\r\n"),
    "body without a length": drip(JSON + b"\r\n"),
    "status line": drip(b"HTTP/1.1 200 "),
    "one header": drip(JSON + b"X: "),
    "100 Continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "102 Processing": drip(b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "tiny chunks": drip(CHUNKED, b"1\r\n \r\n"),
    "one chunk's size": drip(CHUNKED, b"0"),
    "trailers": drip(CHUNKED + b"2\r\n{}\r\n0\r\n", b"a: b\r\n"),
    "gzip": drip(JSON + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}")[:10], b"\x00"),
    "nothing": hostile.stall,
}


@pytest.mark.parametrize("name", DRIPS)
def test_the_whole_answer_has_a_deadline(name: str, tmp_path: Path) -> None:
    with Hostile(DRIPS[name]) as server:
        error = outcome(server, tmp_path, SHORT)
    assert isinstance(error, InDoubtError)
    assert error.failure.message == f"{server.url[8:]} did not answer within {SHORT:g} s"
    assert len(server.requests) == 1


def test_a_server_that_does_not_read_has_the_same_deadline(tmp_path: Path) -> None:
    with Hostile(lambda _sock: time.sleep(4 * SHORT)) as server:
        large = Call("PUT", "/things", data=b"x" * 50_000_000, content_type="application/octet-stream")
        error = outcome(server, tmp_path, SHORT, large)
    assert isinstance(error, GraphError)
    assert "did not answer within" in error.failure.message
    assert error.maybe_done


@pytest.mark.parametrize("raw", [hostile.stall, drip(b"", b"\x16"), drip(b"\x16\x03\x03\x40\x00", b"\x02")])
def test_a_handshake_has_the_same_deadline_and_nothing_was_sent(raw: Script, tmp_path: Path) -> None:
    with Hostile(raw=raw) as server:
        error = outcome(server, tmp_path, SHORT)
    assert isinstance(error, GraphError)
    assert not error.in_doubt
    assert "TLS" in error.failure.message


@pytest.mark.parametrize("raw", [hostile.stall, drip(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), drip(b"HTTP/1.1 2")])
def test_a_proxy_has_the_same_deadline_and_nothing_was_sent(raw: Script, tmp_path: Path) -> None:
    with Hostile(raw=raw) as server:
        proxy = server.url.replace("https://localhost", "http://127.0.0.1")
        error = outcome(server, tmp_path, SHORT, proxy=proxy, url="https://graph.test")
    assert isinstance(error, GraphError)
    assert not error.in_doubt
    assert error.failure.message.startswith("the proxy did not connect to graph.test (")


@pytest.mark.parametrize(
    "proxy", ["user:canary@127.0.0.1:1", "htp://user:canary@127.0.0.1:1", "http://user:can/ary@h:1"]
)
def test_a_proxy_that_is_no_url_is_named_as_a_cause(proxy: str, tmp_path: Path) -> None:
    with Hostile(answer(b"")) as server:
        error = outcome(server, tmp_path, proxy=proxy)
    assert isinstance(error, GraphError)
    assert not error.in_doubt
    assert "could not be made" in error.cause()
    assert "login_url and proxy; a proxy has a scheme" in str(error.advice())
    assert "can" not in error.cause().replace("canno", "")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4"])
@pytest.mark.skipif(bool(find_spec("socks")), reason="PySocks is here, which the pinned environment has not")
def test_a_socks_proxy_without_its_library_says_what_to_install(scheme: str, tmp_path: Path) -> None:
    with Hostile(answer(b"")) as server:
        error = outcome(server, tmp_path, proxy=f"{scheme}://user:canary@127.0.0.1:9")
    assert isinstance(error, GraphError)
    assert not error.in_doubt
    assert "was not called: the proxy speaks SOCKS, which the library PySocks is needed for" in error.cause()
    assert "pip install pysocks" in str(error.advice())
    assert "canary" not in f"{error.cause()} {error.advice()}"


def test_a_name_service_has_the_same_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: done.wait(LONG) and [])
    exchange = Exchange(SHORT)
    try:
        with exchange.entered(), pytest.raises(TooLateError, match="no answer within"):
            connected("slow.test", 443, ())
    finally:
        done.set()


def test_a_dead_address_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as good, socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        told = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", listener.getsockname()) for listener in (full, good)]
        with contextlib.ExitStack() as waiting:
            for _place in range(3):  # its queue is full: who comes next is not answered
                sock = waiting.enter_context(socket.socket())
                sock.setblocking(False)
                sock.connect_ex(full.getsockname())
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: told)
            with Exchange(2 * SHORT).entered(), connected("two.test", 443, ()) as made:
                assert made.getpeername() == good.getsockname()


BROKEN: dict[str, Script] = {
    "TLS in the body": garbage(JSON + b"Content-Length: 100\r\n\r\n{"),
    "TLS before the status": garbage(b""),
    "closed": answer(b""),
    "reset": hostile.reset,
    "no status line": answer(b"canary\r\n\r\n"),
    "no version": answer(b"canary 200 OK\r\n\r\n"),
    "status 99999": answer(b"HTTP/1.1 99999 OK\r\n\r\n"),
    "line too long": answer(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"),
    "too many headers": answer(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n"),
    "promised more": answer(JSON + b"Content-Length: 100\r\n\r\n{}"),
    "two lengths": answer(JSON + b"Content-Length: 5, 7\r\n\r\n{}   "),
    "no chunk's size": answer(CHUNKED + b"canary\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk": answer(CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n"),
    "a cut chunk": answer(CHUNKED + b"64\r\n{}"),
    "no gzip": answer(JSON + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    "a cut gzip": answer(JSON + b"Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + gzip.compress(b"{}")[:12]),
    "an encoding nobody asked for": answer(JSON + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"),
    "gzip of gzip": answer(JSON + b"Content-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(gzip.compress(b"{}"))),
    "another protocol": answer(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    "shorter than it is": answer(JSON + b"Content-Length: 1\r\n\r\n{}"),
    "a bomb": answer(JSON + b"Content-Encoding: gzip\r\n\r\n" + hostile.BOMB),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_create_whose_answer_is_broken_is_in_doubt(name: str, tmp_path: Path) -> None:
    with Hostile(BROKEN[name]) as server:
        error = outcome(server, tmp_path)
    assert isinstance(error, GraphError)
    assert error.in_doubt
    assert "not trusted" not in error.failure.message
    assert "canary" not in error.failure.message
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "in_doubt"), [(300, True), (301, True), (302, True), (303, True), (307, False), (308, False)]
)
def test_a_redirect_may_point_at_what_a_create_brought(status: int, in_doubt: bool, tmp_path: Path) -> None:
    head = b"HTTP/1.1 %d Elsewhere\r\nLocation: https://elsewhere.test/\r\nContent-Length: 0\r\n\r\n" % status
    with Hostile(answer(head)) as server:
        error = outcome(server, tmp_path, budget=300.0)
    assert isinstance(error, GraphError)
    assert error.in_doubt is in_doubt
    assert error.cause() == f"a redirect to elsewhere.test (status {status}) was not followed"
    assert len(server.requests) == 1


def test_a_bomb_is_not_unpacked_and_not_asked_for_again(tmp_path: Path) -> None:
    with Hostile(BROKEN["a bomb"]) as server:
        error = outcome(server, tmp_path, call=Call("GET", "/things"), budget=300.0)
    assert isinstance(error, GraphError)
    assert "answered with more than the 32 MiB that an answer may have" in error.failure.message
    assert len(server.requests) == 1


def test_informational_answers_are_passed_over(tmp_path: Path) -> None:
    told = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    with Hostile(answer(told + JSON + b"Content-Length: 2\r\n\r\n{}")) as server:
        result = outcome(server, tmp_path)
    assert isinstance(result, Answer)
    assert result.status == 200


def test_what_was_asked_for_is_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"a": ') + gzip.compress(b"1}")
    with Hostile(answer(JSON + b"Content-Encoding: GZIP\r\n\r\n" + packed)) as server:
        result = outcome(server, tmp_path)
    assert isinstance(result, Answer)
    assert result.json() == {"a": 1}
    assert b"\r\nAccept-Encoding: gzip\r\n" in server.requests[0]


@pytest.mark.parametrize("members", [1, 3])
def test_what_is_unpacked_is_bounded(members: int) -> None:
    packed = gzip.compress(b"0" * 100) * members
    assert body_module.unpacked(packed, 100 * members) == b"0" * 100 * members
    with pytest.raises(TooLargeError):
        body_module.unpacked(packed, 100 * members - 1)
    with pytest.raises(body_module.EncodingError):
        body_module.unpacked(gzip.compress(b"") * 1000, 100)


def test_all_that_comes_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Exchange] = []

    def received(_response: object, exchange: Exchange) -> bytes:
        seen.append(exchange)
        return b"{}"

    monkeypatch.setattr(body_module, "_received", received)
    head = b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + JSON + b"Content-Length: 2\r\n\r\n"
    with Hostile(answer(head + b"{}")) as server:
        assert isinstance(outcome(server, tmp_path), Answer)
    assert seen[0].received >= len(head)
    assert seen[0].phase is Phase.READ


HANDSHAKES: dict[str, tuple[Script, str]] = {
    "closed": (lambda _sock: None, "broke in the TLS handshake"),
    "reset": (hostile.reset, "broke in the TLS handshake"),
    "no TLS": (answer(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "no TLS connection to"),
    "no version in common": (answer(hostile.ALERT), "no TLS connection to"),
}


@pytest.mark.parametrize("name", HANDSHAKES)
def test_a_handshake_that_fails_has_sent_nothing(name: str, tmp_path: Path) -> None:
    raw, message = HANDSHAKES[name]

    def after_hello(sock: socket.socket) -> None:
        sock.recv(65536)
        raw(sock)

    with Hostile(raw=after_hello) as server:
        error = outcome(server, tmp_path, budget=60.0)
    assert isinstance(error, GraphError)
    assert not error.in_doubt
    assert message in error.failure.message
    # All of them are tried again.
    assert "(tried " in error.failure.message


def test_a_client_certificate_that_is_asked_for_is_no_matter_of_trust(tmp_path: Path) -> None:
    with Hostile(answer(JSON + b"\r\n{}"), client_certs=True) as server:
        error = outcome(server, tmp_path)
    assert isinstance(error, GraphError)
    assert "not trusted" not in error.failure.message
    assert not server.requests


def test_a_file_without_certificates_was_not_called(tmp_path: Path) -> None:
    (tmp_path / "odd.pem").write_text("no certificate", encoding="utf-8")
    with Hostile(answer(b"")) as server:
        error = outcome(server, tmp_path, ca_path=str(tmp_path / "odd.pem"))
    assert isinstance(error, GraphError)
    assert "the CA certificates cannot be used" in error.failure.message
    assert error.advice() == "Check ca_path"
    assert not server.requests


@pytest.mark.parametrize("name", ["body", "100 Continue", "trailers"])
def test_a_login_has_the_same_deadline(name: str, tmp_path: Path) -> None:
    with Hostile(DRIPS[name]) as server:
        server.authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        connection = Connection(server.url, server.url, timeout=SHORT, ca_path=str(tmp_path / "ca.pem"))
        with pytest.raises(GraphError, match="did not answer within"):
            client_secret_login(connection, Clock().policy(0.0), "tenant", "client", "canary-secret").token()
