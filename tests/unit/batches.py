# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of $batch for the scripted wire, and what a batch asked for."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.tests.unit.wire import GRAPH, Wire

BATCH = f"{GRAPH}/beta/$batch"


def inner(place: int, status: int = 200, body: t.Any = None, **headers: str) -> dict[str, t.Any]:
    """Return one inner answer to the call at this place."""
    answer: dict[str, t.Any] = {"id": str(place), "status": status}
    if headers:
        answer["headers"] = headers
    return answer if body is None else {**answer, "body": body}


def inner_refusal(place: int, status: int, message: str = "no", **headers: str) -> dict[str, t.Any]:
    """Return one inner answer with Graph's error body."""
    return inner(place, status, {"error": {"code": "Code", "message": message}}, **headers)


def outer(*answers: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments of Wire.expect for the answer to a batch."""
    return {"json": {"responses": list(answers)}}


def asked(wire: Wire, place: int = -1) -> list[dict[str, t.Any]]:
    """Return the inner requests of one batch that was sent."""
    requests: list[dict[str, t.Any]] = wire.json(place)["requests"]
    return requests


def asked_ids(wire: Wire, place: int = -1) -> list[str]:
    """Return the ids of the inner requests of one batch that was sent."""
    return [request["id"] for request in asked(wire, place)]
