# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that know the exchange they work for: each wait on a socket ends with it, and it learns how far it is.

The time-out of requests and urllib3 begins again with each piece of an answer, so a server that sends a byte a second
would keep them waiting without an end; and what they raise tells what went wrong, not whether the request was sent.
"""

# What the classes here are put before is known when they are.
# pylint: disable=no-member,attribute-defined-outside-init,abstract-method

from __future__ import annotations

import contextlib
import http.client
import os
import queue
import socket
import ssl
import threading
import typing as t

from .exchange import Exchange, Phase, TooLateError, current

try:
    import urllib3.connection
    import urllib3.exceptions
    import urllib3.util.connection
    import urllib3.util.ssl_
    from requests.adapters import HTTPAdapter
except ImportError:  # session.py tells of it
    HTTPAdapter = object  # type: ignore[assignment,misc]

_Address = tuple[t.Any, ...]

_INFORMATIONAL = (102, 103, 104)
# Contexts that have read their authorities, by the key that _trust_in() returns.
_TRUSTING: dict[t.Hashable, ssl.SSLContext] = {}


@contextlib.contextmanager
def _waiting(sock: socket.socket) -> t.Iterator[Exchange]:
    """Let a socket wait as long as its exchange may still take. Raises TooLateError."""
    exchange = current()
    exchange.works_on(sock)
    sock.settimeout(exchange.left())
    try:
        yield exchange
    except TimeoutError as error:
        raise exchange.late() from error


class PlainSocket(socket.socket):
    """A socket whose every wait ends with the exchange, and whose bytes are counted."""

    def connect(self, address: t.Any, /) -> None:
        with _waiting(self):
            super().connect(address)

    def recv(self, *arguments: t.Any) -> bytes:
        with _waiting(self) as exchange:
            data = super().recv(*arguments)
        exchange.take(len(data))
        return data

    def recv_into(self, *arguments: t.Any, **more: t.Any) -> int:
        with _waiting(self) as exchange:
            count = super().recv_into(*arguments, **more)
        exchange.take(count)
        return count

    def send(self, *arguments: t.Any) -> int:
        with _waiting(self):
            return super().send(*arguments)

    def sendall(self, *arguments: t.Any) -> None:
        with _waiting(self):
            super().sendall(*arguments)


class TlsSocket(ssl.SSLSocket):
    """The same for a TLS connection; all that is received goes through read, all that is sent through send."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            with _waiting(self) as exchange:
                if exchange.phase is Phase.TRUST:
                    exchange.phase = Phase.HANDSHAKE
                super().do_handshake(block)
        except TooLateError:
            # ssl itself closes the socket for an OSError only.
            self.close()
            raise

    def read(self, len: int = 1024, buffer: t.Any = None) -> t.Any:  # noqa: A002 - its name in ssl
        with _waiting(self) as exchange:
            got = super().read(len, buffer)
        exchange.take(got if isinstance(got, int) else memoryview(got).nbytes)
        return got

    def send(self, data: t.Any, flags: int = 0) -> int:
        with _waiting(self):
            return super().send(data, flags)


def addresses_of(host: str, port: int | None) -> list[_Address]:
    """Return what getaddrinfo knows of a host. Raises OSError or UnicodeError as it does, and TooLateError.

    The system's look-up has no time limit that a program could set, so a thread waits for it.
    """
    told: queue.SimpleQueue[list[_Address] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            family = urllib3.util.connection.allowed_gai_family()
            told.put(list(socket.getaddrinfo(host.strip("[]"), port, family, socket.SOCK_STREAM)))
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
            told.put(error)

    exchange = current()
    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = told.get(timeout=exchange.left())
    except queue.Empty:
        raise exchange.late() from None
    if isinstance(found, Exception):
        raise found
    return found


def connected(host: str, port: int | None, options: t.Iterable[tuple[t.Any, ...]]) -> socket.socket:
    """Return a socket that is connected to the first address of a host that takes it.

    Each address gets its share of the time that is left. Raises OSError or UnicodeError, and TooLateError.
    """
    exchange = current()
    last: Exception = OSError("the name service knows no address")
    addresses = addresses_of(host, port)
    for place, (family, kind, protocol, _name, address) in enumerate(addresses):
        share = Exchange(exchange.left() / (len(addresses) - place), clock=exchange.clock)
        sock = PlainSocket(family, kind, protocol)
        exchange.works_on(sock)
        try:
            for option in options:
                sock.setsockopt(*option)
            with share.entered():
                sock.connect(address)
        except (OSError, TooLateError) as error:
            sock.close()
            last = error
        else:
            return sock
    exchange.left()
    raise last


class FinalResponse(http.client.HTTPResponse):
    """An answer that passes over all that is said before the final one (100 is passed over in any case)."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status not in _INFORMATIONAL:
                return version, status, reason
            http.client.parse_headers(self.fp)


class Tracked:
    """What is put before one of urllib3's connection classes (a mixin)."""

    response_class = FinalResponse

    # Whether what is sent and read is between the proxy and us.
    _tunnelling = False

    def _new_conn(self: t.Any) -> t.Any:
        exchange = current()
        exchange.phase = Phase.PROXY if self.proxy or hasattr(self, "_socks_options") else Phase.CONNECT
        if hasattr(self, "_socks_options"):
            self.timeout = exchange.left()
            made = super()._new_conn()  # type: ignore[misc]
        else:
            try:
                made = connected(self._dns_host, self.port, self.socket_options or ())
            except (OSError, UnicodeError) as error:
                raise urllib3.exceptions.NewConnectionError(self, str(error)) from error
        if not self.proxy:
            exchange.phase = Phase.TRUST
        return made

    def _tunnel(self: t.Any) -> None:
        self._tunnelling = True
        try:
            super()._tunnel()  # type: ignore[misc]
        finally:
            self._tunnelling = False
        # TLS within the TLS to a proxy is done without a socket's handshake.
        within = getattr(self, "_tunnel_scheme", None) == "https"
        current().phase = Phase.HANDSHAKE if within else Phase.TRUST

    def _connect_tls_proxy(self: t.Any, hostname: str, *arguments: t.Any) -> t.Any:
        context = tls_context(self.cert_reqs)
        if self.ca_certs or self.ca_cert_dir:
            context.load_verify_locations(self.ca_certs, self.ca_cert_dir)
        self.proxy_config = self.proxy_config._replace(ssl_context=context)
        return super()._connect_tls_proxy(hostname, *arguments)  # type: ignore[misc]

    def connect(self: t.Any) -> None:
        if not isinstance(self, urllib3.connection.HTTPSConnection):
            super().connect()  # type: ignore[misc]
            return
        with _trusting(self):
            super().connect()  # type: ignore[misc]

    @property
    def is_connected(self: t.Any) -> bool:
        """Whether the connection can take another request: not where something is left that nobody asked for."""
        pending = getattr(self.sock, "pending", None)
        return bool(super().is_connected) and not (pending and pending())  # type: ignore[misc]

    def send(self: t.Any, data: t.Any) -> None:
        if self.sock is None:
            self.connect()
        if not self._tunnelling:
            current().phase = Phase.SEND
        super().send(data)  # type: ignore[misc]

    def getresponse(self: t.Any, *arguments: t.Any, **more: t.Any) -> t.Any:
        exchange = current()
        exchange.phase = Phase.AWAIT
        response = super().getresponse(*arguments, **more)  # type: ignore[misc]
        exchange.phase = Phase.READ
        return response


def tls_context(cert_reqs: t.Any) -> ssl.SSLContext:
    """Return urllib3's own context, whose sockets know their exchange."""
    context = urllib3.util.ssl_.create_urllib3_context(cert_reqs=urllib3.util.ssl_.resolve_cert_reqs(cert_reqs))
    context.sslsocket_class = TlsSocket
    return context


@contextlib.contextmanager
def _trusting(connection: t.Any) -> t.Iterator[None]:
    """Use the context of an earlier connection that trusts the same authorities, if there is one.

    Reading a bundle of authorities takes longer than a request, and urllib3 reads it for each connection.
    """
    bundle = connection.ca_certs
    trust = None if connection.ca_cert_dir else _trust_in(bundle, connection.cert_reqs)
    known = _TRUSTING.get(trust)
    connection.ssl_context = known or tls_context(connection.cert_reqs)
    connection.ca_certs = None if known else bundle
    try:
        yield
    finally:
        connection.ca_certs = bundle
    if trust is not None:
        _TRUSTING[trust] = connection.ssl_context


def _trust_in(bundle: str | None, cert_reqs: t.Any) -> t.Hashable:
    """Return the key of a context: the file of authorities as it is now. None for a context that is not kept."""
    try:
        state = os.stat(bundle or "")
    except OSError:
        return None
    return bundle, state.st_mtime_ns, state.st_size, state.st_ino, cert_reqs


def _tracking(manager: t.Any) -> t.Any:
    """Let a pool manager make connections that know their exchange."""
    pools = {}
    for scheme, pool in manager.pool_classes_by_scheme.items():
        connection = type(f"Tracked{pool.ConnectionCls.__name__}", (Tracked, pool.ConnectionCls), {})
        pools[scheme] = type(f"Tracked{pool.__name__}", (pool,), {"ConnectionCls": connection})
    manager.pool_classes_by_scheme = pools
    return manager


class Adapter(HTTPAdapter):
    """requests' adapter with connections that know their exchange."""

    def init_poolmanager(self, *arguments: t.Any, **more: t.Any) -> None:
        super().init_poolmanager(*arguments, **more)
        _tracking(self.poolmanager)

    def proxy_manager_for(self, proxy: t.Any, **more: t.Any) -> t.Any:
        if proxy in self.proxy_manager:
            return self.proxy_manager[proxy]
        return _tracking(super().proxy_manager_for(proxy, **more))
