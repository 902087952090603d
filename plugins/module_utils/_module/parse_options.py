# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From arguments to the desired state: what was omitted, what was emptied, and what cannot be meant."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._office.fields import ASSIGNMENTS, BYTES_OPTIONS, FIELDS, TEXTS
from .._policy.desired import AssignmentChange, DesiredPolicy, GroupChange, State
from .._policy.group_forms import GroupsError, id_or_name, members_of, parts_of
from .._policy.payload import HALF_CHARACTER, Opaque, PayloadError, decode_base64, parse_given
from .._policy.policy import MAX_PRIORITY
from .masking import holds_mask

Arguments = t.Mapping[str, t.Any]

_MANAGED = ("id", "kind", *(field.option for field in FIELDS), *BYTES_OPTIONS.values())
_IDENTITY = ("id", "display_name")
_AROUND_IDS = " \t\r\n{}()<>\"'"
_TEXTS = ("id", *(field.option for field in TEXTS))
_WRITTEN = tuple(field.option for field in FIELDS if field.name != "priority")


def desired_policy(
    params: Arguments, raw: t.Any, state: State | None = None, label: str = "", nameless: bool = False
) -> DesiredPolicy:
    """Return one desired policy.

    ``params`` are the validated options, ``raw`` the same as the user gave them: an option that is not in there was
    omitted and is left alone, one that is null is refused. ``state`` is for modules without that option; ``nameless``
    lets a policy have an empty name. Raises UserError.
    """
    given = {name for name in _MANAGED if name in raw} if isinstance(raw, dict) else _not_none(params)
    subject = subject_of(params, label)
    for name in sorted(given):
        if params.get(name) is None:
            raise UserError(
                subject, f"use {name}", "it is null", f"Leave {name} out to leave it alone, or give it a value"
            )
    for name in _IDENTITY:
        if name in given and not (nameless and name == "display_name"):
            refuse_blank(str(params[name]), subject, name)
    for name in _TEXTS:
        if name in given:
            refuse_half_characters(params[name], subject, name)
    if not given.intersection(_IDENTITY):
        raise UserError(subject, "tell which policy is meant", "id and display_name are missing", "Give one of them")
    identity: dict[str, t.Any] = {name: params[name] for name in ("id", "display_name", "kind") if name in given}
    values: dict[str, t.Any] = {name: params[name] for name in _TEXTS if name in given and name not in identity}
    if "priority" in given:
        values["priority"] = _priority(params["priority"], subject)
    for name, as_bytes in BYTES_OPTIONS.items():
        if given.intersection((name, as_bytes)):
            values[name] = _payload(params, given, name, subject)
    groups = group_change(params["groups"], subject) if "groups" in given else None
    if groups is not None:
        values[ASSIGNMENTS.name] = AssignmentChange(groups)
    _check_assignments(params, groups, subject)
    _check_masks({**identity, **values, "groups": params.get("groups")}, subject)
    return DesiredPolicy(label, state or State(params["state"]), values=values, **identity)


def desired_policies(params: Arguments, raw: Arguments) -> tuple[DesiredPolicy, ...]:
    """Return the desired policies of the option ``policies``. Raises UserError."""
    given = raw.get("policies")
    listed = given if isinstance(given, list) else [None] * len(params["policies"])
    nameless = bool(params.get("allow_same_names"))
    return tuple(
        desired_policy(item, raw_item, label=f"policies[{place}]", nameless=nameless)
        for place, (item, raw_item) in enumerate(zip(params["policies"], listed, strict=True))
    )


def group_change(value: t.Any, subject: str) -> GroupChange:
    """Return the change that the option ``groups`` asks for: a list (or one name) means exactly these. Raises
    UserError.
    """
    try:
        parts = parts_of(value)
    except GroupsError as error:
        raise _bad_groups(subject, error) from error
    lists = {key: _names_of(members, "groups", subject) for key, members in parts.items()}
    return GroupChange(exact=lists.get("set"), add=lists.get("add", ()), remove=lists.get("remove", ()))


def _not_none(params: Arguments) -> set[str]:
    return {name for name in _MANAGED if params.get(name) is not None}


def subject_of(params: Arguments, label: str = "") -> str:
    """Return how messages name a policy, which need not be fine."""
    name = params.get("display_name") or params.get("id")
    return f"{label} policy '{name}'".strip() if name else label or "the policy"


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


def _priority(value: int, subject: str) -> int:
    if isinstance(value, bool):
        raise UserError(subject, "set its priority", f"it is {str(value).lower()}, not a number", "Give a number")
    if not 0 <= value <= MAX_PRIORITY:
        raise UserError(
            subject, f"set priority {value}", f"a priority is a number from 0 to {MAX_PRIORITY}", "Choose one"
        )
    return value


def _payload(params: Arguments, given: t.Collection[str], field: str, subject: str) -> t.Any:
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


def group_names(value: t.Any, name: str, subject: str) -> tuple[str, ...]:
    """Return the names or ids of a list of groups in any form that users may give. Raises UserError."""
    try:
        members = members_of(value, name)
    except GroupsError as error:
        raise _bad_groups(subject, error) from error
    return _names_of(members, name, subject)


def _names_of(members: t.Sequence[t.Any], name: str, subject: str) -> tuple[str, ...]:
    names = tuple(id_or_name(member) for member in members)
    for text in names:
        refuse_half_characters(text, subject, name)
    return names


def _bad_groups(subject: str, error: GroupsError) -> UserError:
    return UserError(subject, "use groups", str(error), error.next_step)


def _check_masks(values: Arguments, subject: str) -> None:
    """Refuse to write what stands in a result in the place of a secret."""
    masked = next(
        (
            name
            for name in _WRITTEN
            if name in values and not isinstance(values[name], Opaque) and holds_mask(values[name])
        ),
        None,
    )
    if masked is not None:
        cause = "it holds a mask that stands for a secret, as results show it"
        raise UserError(subject, f"use {masked}", cause, "Give the text itself, not the one that a task returned")


def _check_assignments(params: Arguments, groups: GroupChange | None, subject: str) -> None:
    """Refuse edited ``assignments``: they come from office_client_config_info and are read-only beside ``groups``."""
    assignments = params.get("assignments")
    if not assignments:
        return
    # One without a group has a target this collection does not know: the plan deals with it.
    ids = {str(assignment["group_id"]).lower() for assignment in assignments if assignment.get("group_id")}
    exact = None if groups is None or groups.exact is None else {str(group).lower() for group in groups.exact}
    if ids != exact:
        raise UserError(
            subject,
            "use assignments",
            "they are read-only and differ from groups",
            "Change groups, and leave assignments out or as office_client_config_info returned them",
        )
