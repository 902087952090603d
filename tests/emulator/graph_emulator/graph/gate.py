# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a Graph call: token, limits, faults, routing, permission, operation, journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import Refused, to_answer, too_many_requests, unknown_segment
from ..journal import opened
from ..login.tokens import Caller, TokenError
from ..settings import Settings
from ..wire import Answer, Call
from ..world import World
from . import batch, query, routes
from .catalog.views import check_action
from .exchange import Exchange
from .permissions import check_roles, no_licence

CHALLENGE = (
    'Bearer realm="", authorization_uri="{origin}/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)
BATCH = "$batch"
DIAGNOSTIC = '{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"LOCAL"}}'


@dataclass(frozen=True, slots=True)
class Gate:
    """Serves Graph calls of one `World`."""

    world: World

    def handle(self, call: Call) -> Answer:
        """The answer to a call from the network, with Graph's headers; it is written to the journal.

        :raises ConnectionReset: a fault wants the connection reset.
        """
        entry = self.world.journal.open(call)
        try:
            caller = self._authenticate(call)
        except TokenError as error:
            answer = to_answer(_unauthorized(call, str(error)), call)
        else:
            entry["tenant"] = caller.tenant.id
            answer = self._serve(call, caller, entry["batch"])
        entry["status"] = answer.status
        headers = {
            "request-id": call.request_id,
            "client-request-id": call.client_request_id,
            "x-ms-ags-diagnostic": DIAGNOSTIC,
            "OData-Version": "4.0",
            "Cache-Control": "no-cache",
            "Strict-Transport-Security": "max-age=31536000",
        }
        return answer.with_headers({**headers, **answer.headers})

    def _authenticate(self, call: Call) -> Caller:
        scheme, _unused, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenError("Access token is empty.")
        return self.world.keys.verify(token.strip(), self.world.audiences, self.world.tenants)

    def _serve(self, call: Call, caller: Caller, inner: list[dict[str, Any]] | None) -> Answer:
        """Limits and faults around an operation; ``inner`` collects the calls of a batch, None is within one."""
        world, settings = self.world, self.world.settings_of(caller.tenant)
        is_batch = call.segments[1:] == [BATCH]
        if not is_batch:
            wait = world.limits.wait(
                caller.tenant.id, caller.client_id, is_write=routes.changes(call), setting=settings.intune_limits
            )
            if wait is not None:
                refused = too_many_requests(wait if settings.retry_after_sent else None, call)
                return to_answer(refused, call, nested_errors=settings.nested_errors)

        def proceed() -> Answer:
            try:
                return self._batch(call, caller, inner) if is_batch else self._operate(call, caller, settings)
            except Refused as refused:
                return to_answer(refused, call, nested_errors=settings.nested_errors)

        return world.faults.apply("graph", call, caller.tenant.id, proceed)

    def _operate(self, call: Call, caller: Caller, settings: Settings) -> Answer:
        version, *segments = call.segments
        _check_version(version)
        plain = routes.plain_segments(segments, settings.action_spellings)
        operation, keys = routes.resolve(version, plain, call)
        is_write = call.is_write and not operation.reads
        if settings.refuse_writes and is_write:
            raise Refused(403, "Forbidden", "Writes are refused by the emulator's setting refuse_writes.")
        if settings.segment_withdrawn and plain[0] == "officeConfiguration":
            raise unknown_segment(plain[0])
        check_roles(plain, caller.roles, is_write=is_write)
        if settings.no_intune_licence and plain[0] == "deviceManagement":
            raise no_licence()
        check_action(plain, call.method, caller, settings)
        options = query.parse(call.query, operation.options)
        return operation.run(Exchange(call, caller.tenant, settings, version, options, caller), *keys)

    def _batch(self, call: Call, caller: Caller, inner: list[dict[str, Any]] | None) -> Answer:
        _check_version(call.segments[0])
        if inner is None:
            raise Refused(400, "BadRequest", "A batch cannot be nested in a batch.")
        settings = self.world.settings_of(caller.tenant)
        if not settings.batch_enabled:
            raise unknown_segment(BATCH)
        if call.method != "POST":
            raise Refused(405, "MethodNotAllowed", "The method has to be POST.", {"Allow": "POST"})

        def serve(item: Call) -> Answer:
            record = opened(item)
            inner.append(record)
            answer = self._serve(item, caller, None)
            record["status"] = answer.status
            return answer

        return batch.run(call, settings, serve)


def _check_version(version: str) -> None:
    if version not in routes.VERSIONS:
        raise Refused(400, "BadRequest", f"Invalid version: {version}")


def _unauthorized(call: Call, reason: str) -> Refused:
    headers = {"WWW-Authenticate": CHALLENGE.format(origin=call.origin)}
    return Refused(401, "InvalidAuthenticationToken", reason, headers)
