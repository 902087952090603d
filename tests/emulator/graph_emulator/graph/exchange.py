# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Graph call in its surroundings: who calls, which tenant, which options, how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Refused, bad_request, not_found
from ..login.tokens import Caller
from ..settings import Settings
from ..tenants import Policy, Tenant
from ..wire import JSON_TYPE, Answer, Call, read_json


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an operation gets: the call, who sent it, his tenant and its settings, the API version and query options."""

    call: Call
    tenant: Tenant
    settings: Settings
    version: str
    options: Mapping[str, str]
    caller: Caller

    @property
    def root(self) -> str:
        """Service root, for example ``https://localhost:1234/beta``."""
        return f"{self.call.origin}/{self.version}"

    @property
    def select(self) -> list[str]:
        """The properties named by $select; empty where there is none."""
        return [name.strip() for name in self.options.get("$select", "").split(",") if name.strip()]

    @property
    def expands_assignments(self) -> bool:
        """Whether $expand=assignments was asked for."""
        return "$expand" in self.options

    @property
    def lag(self) -> float:
        """How many seconds reads lag behind."""
        return self.settings.stale_seconds

    def context(self, fragment: str, *, entity: bool = False) -> str:
        """The value of @odata.context (OData JSON format 4.01, context URL)."""
        selected = f"({','.join(self.select)})" if self.select else ""
        return f"{self.root}/$metadata#{fragment}{selected}{'/$entity' if entity else ''}"

    def seen_policy(self, key: str) -> Policy:
        """The policy as reads see it.

        :raises Refused: 404 where there is none (or none yet).
        """
        policy = self.tenant.policies.get(key, self.lag)
        if policy is None:
            raise not_found("officeClientConfiguration", key)
        return policy

    def live_policy(self, key: str) -> Policy:
        """The policy as writes see it: its newest version.

        :raises Refused: 404 where there is none.
        """
        policy = self.tenant.policies.get(key)
        if policy is None:
            raise not_found("officeClientConfiguration", key)
        return policy


def media_type(call: Call) -> str:
    """The media type of the body in lower case, without parameters; empty if not stated."""
    return call.headers.get("content-type", "").partition(";")[0].strip().lower()


def require_media_type(call: Call, wanted: str) -> None:
    """Refuse a body of another media type: 400 if not stated (Graph's own words), else 415."""
    given = media_type(call)
    if not given:
        text = "Write requests (excluding DELETE) must contain the Content-Type header declaration."
        raise Refused(400, "BadRequest", text)
    if given != wanted:
        raise Refused(415, "UnsupportedMediaType", f"The media type '{given}' is not supported here; send '{wanted}'.")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise bad_request(f"Multiple properties with the name '{name}' were detected in a JSON object.")
        result[name] = value
    return result


def strict_json(data: bytes) -> Any:
    """Parse UTF-8 JSON without duplicate names.

    :raises ValueError: the bytes are not JSON.
    """
    return read_json(data.decode("utf-8"), _no_twins)


def read_object(call: Call) -> dict[str, Any]:
    """The JSON object in the body of a write.

    :raises Refused: 400 or 415 for a wrong media type, an empty body, malformed JSON or another JSON type.
    """
    if not call.body:
        raise Refused(400, "BadRequest", "Empty Payload. JSON content expected.")
    require_media_type(call, JSON_TYPE)
    try:
        value = strict_json(call.body)
    except ValueError as error:
        text = f"Unable to read JSON request payload. Please ensure that it is of valid JSON format. ({error})"
        raise Refused(400, "BadRequest", text) from None
    if not isinstance(value, dict):
        raise Refused(400, "BadRequest", "The request body must be a JSON object.")
    return value


def no_content() -> Answer:
    """204."""
    return Answer(204)


def is_annotation(name: str) -> bool:
    """OData control information and instance annotations carry an at sign; readers skip the ones they do not know."""
    return "@" in name
