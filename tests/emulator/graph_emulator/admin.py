# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The admin endpoints: journal, logins, state, faults, settings, approvals. JSON in, JSON out, no token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .approval_state import decide
from .dump import dump_tenants
from .faults import FaultError, Faults
from .nodes import StateError
from .openapi.document import document
from .settings import SettingError
from .wire import JSON_TYPE, Answer, Call, read_json
from .world import World

Work = Callable[[World, object], object]


def _state(world: World, body: object) -> object:
    return dump_tenants(world.load(body))


def _faults(world: World, body: object) -> object:
    world.faults = Faults.from_json(body)
    return world.faults.to_json()


def _settings(world: World, body: object) -> object:
    world.settings = world.settings.merged(body)
    return world.settings.to_json()


WORK: dict[tuple[str, str], Work] = {
    ("GET", "journal"): lambda world, _: world.journal.entries,
    ("DELETE", "journal"): lambda world, _: world.journal.clear(),
    ("GET", "logins"): lambda world, _: world.logins.to_json(),
    ("DELETE", "logins"): lambda world, _: world.logins.clear(),
    ("GET", "state"): lambda world, _: dump_tenants(world.tenants),
    ("PUT", "state"): _state,
    ("GET", "faults"): lambda world, _: world.faults.to_json(),
    ("PUT", "faults"): _faults,
    ("GET", "settings"): lambda world, _: world.settings.to_json(),
    ("PUT", "settings"): _settings,
    ("POST", "approvals"): lambda world, body: decide(world.tenants, body),
    ("GET", "openapi.json"): lambda world, _: document(world.origins[0]),
}


@dataclass(frozen=True, slots=True)
class Admin:
    """Answers admin calls of one `World`."""

    world: World

    def handle(self, call: Call) -> Answer:
        """200 with the new or asked content, 204 after DELETE, 400 with ``{"error": sentence}`` naming the key."""
        name = call.path.removeprefix("/_emulator/").strip("/")
        work = WORK.get((call.method, name))
        if work is None:
            return _unknown(call, name)
        try:
            body = read_json(call.body.decode()) if call.method in ("PUT", "POST") else None
            result = work(self.world, body)
        except (StateError, SettingError, FaultError) as error:
            return _refuse(400, str(error))
        except ValueError as error:
            return _refuse(400, f"the body is not JSON: {error}")
        return Answer(204) if call.method == "DELETE" else Answer(200, result, {"Content-Type": JSON_TYPE})


def _unknown(call: Call, name: str) -> Answer:
    """405 for another method of a path that there is, 404 for another path."""
    methods = ", ".join(method for method, path in WORK if path == name)
    if methods:
        refusal = _refuse(405, f"{call.path} takes {methods}, not {call.method}")
        return refusal.with_headers({"Allow": methods})
    known = sorted({f"/_emulator/{path}" for _unused, path in WORK})
    return _refuse(404, f"{call.method} {call.path} is not known; there are {', '.join(known)}")


def _refuse(status: int, text: str) -> Answer:
    return Answer(status, {"error": text}, {"Content-Type": JSON_TYPE})
