# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS, the listening socket and the life of the process."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shlex
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import build
from .world import World

NAMES = ("localhost", "127.0.0.1")
GRACE_SECONDS = 1
# Environment variable of the collection -> key of the ready line.
VARIABLES = {
    "M365_GRAPH_URL": "graph_url",
    "M365_LOGIN_URL": "login_url",
    "M365_CA_PATH": "ca_path",
    "AZURE_TENANT_ID": "tenant_id",
    "AZURE_CLIENT_ID": "client_id",
    "AZURE_CLIENT_SECRET": "client_secret",
}
Show = Callable[[dict[str, Any]], str]


class Protocol(H11Protocol):
    """HTTP/1.1 that lets the application see its transport, so that faults can reset the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the transport for this connection's requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}

    def shutdown(self) -> None:
        """Drop an idle connection at once; a TLS goodbye would wait for the client's."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:
            super().shutdown()


class Server(uvicorn.Server):
    """A server that ends with exit code 0 on SIGTERM and SIGINT, and says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], parent: int | None) -> None:
        super().__init__(config)
        self.on_ready = on_ready
        self.parent = parent

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal without raising it again afterwards, as uvicorn does."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        yield

    def stop(self) -> None:
        """Ask the server to end."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce."""
        await super().startup(sockets)
        self.on_ready()

    async def on_tick(self, counter: int) -> bool:
        """End when the watched parent process has ended (looked at once a second)."""
        if self.parent is not None and counter % 10 == 0 and not _alive(self.parent):
            self.stop()
        return await super().on_tick(counter)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one.

    :raises OSError: the address cannot be used; the text names it, and what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol has to be named: asyncio sets TCP_NODELAY only then, without it each answer takes 40 ms longer.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(_unusable(host, port, error)) from None
    return sock


def _unusable(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        step = "Choose another one (--port, or PORT= of make), 0 for any that is free, or end that process"
        return f"port {port} of {host} is taken by another process, maybe by another emulator. {step}."
    return f"cannot listen at port {port} of {host}: {error.strerror}. Choose another one (--port, --host)."


def origins(port: int) -> tuple[str, ...]:
    """The URLs we answer under."""
    return tuple(f"https://{name}:{port}" for name in NAMES)


def ready_line(world: World, ca_path: str) -> dict[str, Any]:
    """What a client has to know: URLs, CA, and the first tenant with its first app."""
    tenant = next(iter(world.tenants.values()), None)
    apps = list(tenant.apps.values()) if tenant else []
    first = apps[0] if apps else None
    line = {
        "graph_url": world.origins[0],
        "login_url": world.origins[0],
        "ca_path": ca_path,
        "tenant_id": tenant.id if tenant else None,
        "client_id": first.client_id if first else None,
        "client_secret": first.secrets[0] if first and first.secrets else None,
        "pid": os.getpid(),
    }
    identity = next((app for app in apps if app.managed_identity), None)
    if identity:
        line["identity_endpoint"] = f"{world.origins[0]}/msi/token"
        line["identity_header"] = identity.identity_header
    return line


def exports(line: dict[str, Any]) -> str:
    """The ready line for a person: shell commands that point the collection's modules to the emulator."""
    variables = {name: line[key] for name, key in VARIABLES.items() if line[key]}
    text = [f"# The Graph emulator listens at {line['graph_url']}; Ctrl-C ends it. For another shell:"]
    text += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    text += [f"# Journal, state, faults, settings: {line['graph_url']}/_emulator/openapi.json tells how."]
    return "\n".join(text)


def _announce(line: dict[str, Any], ready_file: str | None, show: Show) -> None:
    text = json.dumps(line)
    if ready_file:
        target = Path(ready_file)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        os.replace(name, target)
    print(show(line), flush=True)


def serve(
    world: World, sock: socket.socket, ready_file: str | None, parent: int | None, show: Show = json.dumps
) -> None:
    """Say with ``show`` that we listen; serve until a signal comes or the parent is gone. No file is left behind."""
    with tempfile.TemporaryDirectory(prefix="graph-emulator-") as folder:
        authority = trustme.CA()
        certificate = authority.issue_cert(*NAMES)
        ca_path, chain_path = os.path.join(folder, "ca.pem"), os.path.join(folder, "server.pem")
        authority.cert_pem.write_to_path(ca_path)
        certificate.private_key_and_cert_chain_pem.write_to_path(chain_path)
        config = uvicorn.Config(
            build(world),
            http=Protocol,
            ws="none",
            lifespan="off",
            ssl_certfile=chain_path,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = Server(config, lambda: _announce(ready_line(world, ca_path), ready_file, show), parent)
        try:
            asyncio.run(server.serve([sock]))
        finally:
            if ready_file:
                Path(ready_file).unlink(missing_ok=True)


def fail(text: str) -> int:
    """Say why we do not start, in one sentence; exit code 2."""
    print(f"graph_emulator: {text}", file=sys.stderr)
    return 2
