# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of what a policy of officeConfiguration has, and its kinds with their types (last beta metadata)."""

from __future__ import annotations

import base64
import typing as t

from .._policy.compare import meaning, payload_changes, payload_values, same_payload
from .._policy.fields import (
    DESCRIPTION,
    DISPLAY_NAME,
    ByOption,
    Field,
    assignments_field,
    by_option,
    content_of,
    inline_content,
)
from .._policy.payload import Opaque
from .._policy.policy import PRIORITY, PolicyType

# One function for what is there and what is asked: of a payload that is both it is called once.
_BY_MEANING = by_option(meaning)
# Of assignments there are those of groups alone.
ASSIGNMENTS = assignments_field("groups")
TEXTS = (DISPLAY_NAME, DESCRIPTION)
# "office" is the base type, which Graph's metadata calls abstract while one documented example creates it.
KINDS = {
    "windows": PolicyType("microsoft.graph.windowsOfficeClientConfiguration", "windows"),
    "windows_security": PolicyType("microsoft.graph.windowsOfficeClientSecurityConfiguration", "windows_security"),
    "office": PolicyType("microsoft.graph.officeClientConfiguration", "office"),
}
# The type of a new policy of which no kind is asked.
NEW_TYPE = KINDS["windows"]
_BY_NAME = {policy_type.name: policy_type for policy_type in KINDS.values()}


def _payload_result(field: Field, payload: t.Any) -> ByOption:
    if not isinstance(payload, Opaque):
        return {field.option: payload}
    return {field.option: payload.text(), BYTES_OPTIONS[field.option]: base64.b64encode(payload.data).decode("ascii")}


def _number_result(field: Field, number: int | None) -> ByOption:
    return {} if number is None else {field.option: number}


def _payload_sides(field: Field, before: t.Any, after: t.Any) -> tuple[ByOption, ByOption]:
    left, right = payload_changes(before, after)
    return {field.option: left}, {field.option: right}


def _payload(name: str) -> Field:
    return Field(
        name,
        (name,),
        {},
        part=True,
        listed=False,
        content=True,
        same=same_payload,
        result=_payload_result,
        sides=_payload_sides,
        whole=by_option(payload_values),
        digest=_BY_MEANING,
        asked_digest=_BY_MEANING,
        write="write_payload",
    )


FIELDS: tuple[Field, ...] = (
    DISPLAY_NAME,
    DESCRIPTION,
    Field(PRIORITY, (PRIORITY,), None, result=_number_result),
    _payload("policy_payload"),
    _payload("user_preference_payload"),
    ASSIGNMENTS,
)


INLINE_FIELDS = inline_content(FIELDS)


CONTENT = content_of(FIELDS)


# Options for content as bytes in base64, for what is not a JSON object or array.
BYTES_OPTIONS = {field.option: f"{field.option}_base64" for field in CONTENT}


def type_named(name: str) -> PolicyType:
    """Return a type by its name on the wire, without the leading '#'."""
    return _BY_NAME.get(name) or PolicyType(name)
