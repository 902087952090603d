# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ASGI application: turns requests into calls and answers into responses."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .admin import Admin
from .graph.catalog.exports import DOWNLOADS, download
from .graph.gate import Gate
from .login.endpoints import LoginService
from .login.managed_identity import APP_SERVICE, IMDS
from .manners import SENDERS, oversized
from .wire import Answer, Call, ConnectionReset
from .world import World

Handler = Callable[[Call, Request], Answer]
# SO_LINGER on with a timeout of 0: closing the socket sends RST.
LINGER_RESET = struct.pack("ii", 1, 0)


class Endpoint:
    """An ASGI endpoint for one handler; it takes every method, the handler decides."""

    def __init__(self, world: World, handler: Handler, methods: tuple[str, ...] = ()) -> None:
        self.world = world
        self.handler = handler
        self.methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        if self.methods and request.method not in self.methods:
            await Response(status_code=405, headers={"Allow": ", ".join(self.methods)})(scope, receive, send)
            return
        call = await self._call(request)
        try:
            answer = self.handler(call, request)
        except ConnectionReset:
            await _reset(request)
            return
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.manner in SENDERS:
            await _send_oddly(request, answer)
            return
        if answer.manner:
            answer = oversized(answer)
        headers = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
        response = Response(answer.body(), answer.status, headers, answer.media_type)
        await response(scope, receive, send)

    async def _call(self, request: Request) -> Call:
        raw = request.scope.get("raw_path", request.url.path.encode())
        query = request.scope["query_string"]
        target = (raw + b"?" + query if query else raw).decode("latin-1")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
        asked = f"https://{headers.get('host', '')}"
        origin = asked if asked in self.world.origins else self.world.origins[0]
        return Call(request.method, target, headers, await request.body(), origin)


async def _send_oddly(request: Request, answer: Answer) -> None:
    """Send an answer behind the server's back, then end the connection."""
    transport = request.scope["state"]["transport"]
    await SENDERS[answer.manner](answer, transport)
    transport.close()
    while not await request.is_disconnected():
        await asyncio.sleep(0.001)


async def _reset(request: Request) -> None:
    """Cut the connection with RST, then let the server notice that nobody is there to answer."""
    transport = request.scope["state"]["transport"]
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
    transport.abort()
    while not await request.is_disconnected():
        await asyncio.sleep(0.001)


def build(world: World) -> Starlette:
    """Graph, login and admin of one `World` under one port."""
    gate, login, admin = Gate(world), LoginService(world), Admin(world)

    def tenant(request: Request) -> str:
        return str(request.path_params["tenant"])

    def route(path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, Endpoint(world, handler, methods))

    get, post = "GET", "POST"
    routes = [
        route("/_emulator/{name:path}", lambda call, _: admin.handle(call)),
        route(f"{DOWNLOADS}{{name:path}}", lambda call, _: download(world.tenants.values(), call), get),
        route("/msi/token", lambda call, _: login.identity(call, APP_SERVICE), get),
        route("/metadata/identity/oauth2/token", lambda call, _: login.identity(call, IMDS), get),
        route("/{tenant}/oauth2/v2.0/token", lambda call, request: login.token(call, tenant(request)), post),
        route("/{tenant}/discovery/v2.0/keys", lambda call, request: login.keys(call, tenant(request)), get),
        *(
            route(path, lambda call, request: login.discovery(call, tenant(request)), get)
            for path in (
                "/{tenant}/v2.0/.well-known/openid-configuration",
                "/{tenant}/.well-known/openid-configuration",
            )
        ),
    ]
    application = Starlette(routes=routes)
    # All else is Graph's. As a route it would miss paths with a line break in them.
    application.router.default = Endpoint(world, lambda call, _: gate.handle(call))
    application.router.redirect_slashes = False
    return application
