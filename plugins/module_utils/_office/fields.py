# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of what a policy of officeConfiguration has."""

from __future__ import annotations

import base64
import typing as t

from .._policy.compare import meaning, same_payload
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
from .._policy.payload_diff import payload_changes, payload_values
from .._policy.policy import PRIORITY

# One function for what is there and what is asked: of a payload that is both it is called once.
_BY_MEANING = by_option(meaning)


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


# Of assignments there are those of groups alone.
ASSIGNMENTS = assignments_field("groups")

FIELDS: tuple[Field, ...] = (
    DISPLAY_NAME,
    DESCRIPTION,
    Field(PRIORITY, (PRIORITY,), None, result=_number_result),
    _payload("policy_payload"),
    _payload("user_preference_payload"),
    ASSIGNMENTS,
)
INLINE_FIELDS = inline_content(FIELDS)

TEXTS = (DISPLAY_NAME, DESCRIPTION)
CONTENT = content_of(FIELDS)
# Options for content as bytes in base64, for what is not a JSON object or array.
BYTES_OPTIONS = {field.option: f"{field.option}_base64" for field in CONTENT}
