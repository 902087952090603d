# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single options of a policy: what they mean, and what cannot be meant."""

from __future__ import annotations

import typing as t

from .._errors import UserError, plain
from .._office.fields import BYTES_OPTIONS
from .._policy.payload import HALF_CHARACTER, Opaque, PayloadError, decode_base64, parse_given
from .._policy.policy import MAX_PRIORITY

Arguments = t.Mapping[str, t.Any]

NO_NAMES: dict[str, str] = {}
_AROUND_IDS = " \t\r\n{}()<>\"'"


def refuse_blank(text: str | None, subject: str, name: str) -> None:
    """Refuse an option that is given and empty, where leaving it out means something else. Raises UserError.

    An id with something around it is refused too: nothing has it, so that it would be taken for a policy that is gone.
    """
    if text is not None and not text.strip():
        raise UserError(subject, f"use {name}", "it is empty", f"Give a {name}, or leave the option out")
    if text is not None and name == "id" and text != text.strip(_AROUND_IDS):
        raise UserError(subject, "use id", "it has blanks, quotes or braces around it", "Give the id alone")


def refuse_half_characters(text: str | None, subject: str, name: str) -> None:
    """Refuse a text that UTF-8, and so a request, cannot carry. Raises UserError."""
    if text is not None and HALF_CHARACTER.search(text):
        cause = "it holds an unpaired surrogate, which UTF-8 cannot carry"
        raise UserError(subject, f"use {name}", cause, f"Write {name} again, or save its file as UTF-8")


def priority_of_option(value: int, subject: str) -> int:
    """Return a priority. Raises UserError."""
    if isinstance(value, bool):
        raise UserError(subject, "set its priority", f"it is {str(value).lower()}, not a number", "Give a number")
    if not 0 <= value <= MAX_PRIORITY:
        raise UserError(
            subject, f"set priority {value}", f"a priority is a number from 0 to {MAX_PRIORITY}", "Choose one"
        )
    return value


def payload_of_option(params: Arguments, given: t.Collection[str], field: str, subject: str) -> t.Any:
    """Return a payload, from its JSON or from its bytes. Raises UserError."""
    name = BYTES_OPTIONS[field]
    if name not in given:
        return _json_payload(params[field], field, subject)
    try:
        payload = decode_base64(params[name])
    except PayloadError as error:
        step = f"Give {name} as office_client_config_info returned it"
        raise UserError(subject, f"use {name}", str(error), step) from error
    # What is not JSON is returned as a text, too.
    shown = payload.text() if isinstance(payload, Opaque) else payload
    if field in given and params[field] != shown:
        cause = f"{field} is given, too, and differs from it"
        raise UserError(subject, f"use {name}", cause, "Give one of them")
    return payload


def _json_payload(value: t.Any, field: str, subject: str) -> t.Any:
    try:
        return parse_given(value)
    except PayloadError as error:
        raise UserError(subject, f"use {field}", str(error), "Give a dict, a list, or the JSON text of one") from error


def names_of_option(names: t.Mapping[t.Any, t.Any], option: str, subject: str) -> dict[str, str]:
    """Return names by ids in lower case. Raises UserError."""
    for key, name in names.items():
        if not isinstance(name, str) or not name.strip():
            cause = f"what it calls {plain(str(key), 60)} is not a name"
            raise UserError(subject, f"use {option}", cause, "Give a dict of names by ids, or leave it out")
    return {str(key).lower(): name for key, name in names.items()}


def scope_tags_of_option(tags: t.Sequence[str], subject: str) -> tuple[str, ...]:
    """Return scope tags as they are named. Raises UserError."""
    for tag in tags:
        refuse_half_characters(tag, subject, "scope_tags")
        if not tag.strip():
            raise UserError(subject, "use scope_tags", "one of them is empty", "Give names or ids of scope tags")
    return tuple(tags)
