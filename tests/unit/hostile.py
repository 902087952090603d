# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that does what no server does: it drips, breaks off, lies, floods."""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
import ssl
import struct
import threading
import time
import typing as t

import trustme

# Nobody waits for a server that drips for longer than this: it closes the connection, and the test sees another error.
LONGEST = 20.0
PAUSE = 0.01
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# Some bytes that are no record of a TLS connection, and an alert that is one: no version of TLS in common.
GARBAGE = b"\x17\x03\x03\x00\x30" + b"\x00" * 48
ALERT = b"\x15\x03\x03\x00\x02\x02\x46"
BOMB = gzip.compress(b"0" * (64 * 1024 * 1024))

# What is done with a connection, TLS already spoken: the socket, and the one below it.
Script = t.Callable[[socket.socket], None]


def drip(head: bytes, piece: bytes = b"x") -> Script:
    """Return a script that sends something at once, and then a little now and then, without an end."""

    def script(sock: socket.socket) -> None:
        sock.sendall(head)
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            sock.sendall(piece)
            time.sleep(PAUSE)

    return script


def answer(data: bytes) -> Script:
    """Return a script that sends this and closes the connection."""
    return lambda sock: sock.sendall(data)


def garbage(head: bytes) -> Script:
    """Return a script that begins an answer and goes on with what is no TLS."""

    def script(sock: socket.socket) -> None:
        sock.sendall(head)
        with socket.socket(fileno=socket.dup(sock.fileno())) as below:
            below.sendall(GARBAGE)

    return script


def reset(sock: socket.socket) -> None:
    """Cut the connection with RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stall(sock: socket.socket) -> None:
    """Say nothing until the other side is gone."""
    sock.settimeout(LONGEST)
    with contextlib.suppress(OSError):
        while sock.recv(65536):
            pass


class Hostile:
    """Listens on loopback; ``script`` gets each connection once a request was read, ``raw`` gets it before TLS."""

    def __init__(self, script: Script | None = None, raw: Script | None = None, client_certs: bool = False) -> None:
        self.authority = trustme.CA()
        self._script = script
        self._raw = raw
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("localhost").configure_cert(self._context)
        if client_certs:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self.authority.configure_trust(self._context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.requests: list[bytes] = []
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"

    def __enter__(self) -> t.Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_error: object) -> None:
        # Only shutdown wakes a thread that accepts.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _start(self, work: t.Callable[..., None], *arguments: t.Any) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._start(self._serve, self._listener.accept()[0])

    def _serve(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            if self._raw is not None:
                self._raw(sock)
                return
            with self._context.wrap_socket(sock, server_side=True) as spoken:
                self.requests.append(_request(spoken))
                assert self._script is not None
                self._script(spoken)


def _request(sock: socket.socket) -> bytes:
    """Read a request, with its body where that is small: a connection closed before it is read would be reset."""
    data = b""
    while not (found := re.search(rb"(?s)\r\n\r\n(.*)", data)) or len(found[1]) < _length(data):
        piece = sock.recv(4096)
        if not piece:
            break
        data += piece
    return data


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: (\d{1,5})\r\n", head)
    return int(found[1]) if found else 0
