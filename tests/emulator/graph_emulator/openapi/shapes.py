# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operation of Graph takes and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .parts import GUID, TEXT, Json

IDS: Json = {
    "request-id": {"schema": GUID, "required": True, "description": "Graph's id of the request"},
    "client-request-id": {"schema": TEXT, "required": True, "description": "the client's, or the same"},
}
APPROVAL_CODE: Json = {"x-msft-approval-code": {"schema": GUID, "description": "the request, where it was filed"}}
LOCATION: Json = {**IDS, "Location": {"schema": TEXT, "required": True, "description": "where the new one is"}}


@dataclass(frozen=True, slots=True)
class Shape:
    """What an operation takes and answers: schemas by status (None: no body)."""

    summary: str
    answers: dict[int, str | None]
    takes: str | None = None
    # Where bodies are bytes and not JSON.
    media_type: str = "application/json"
    # Where the answer alone is bytes.
    gives: str = ""
    # Where 404 is for an id in the body.
    may_miss: bool = False
    # Whether a tenant may want it approved.
    approved: bool = False
    headers: Json = field(default_factory=lambda: IDS)
    # Schemas of query options that differ from what they are elsewhere.
    options: Mapping[str, Json] = field(default_factory=dict)
