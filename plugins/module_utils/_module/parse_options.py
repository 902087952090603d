# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From arguments to the desired state: what was omitted, what was emptied, and what cannot be meant."""

from __future__ import annotations

import reprlib
import typing as t
from itertools import chain

from ansible.module_utils.parsing.convert_bool import boolean

from .._errors import UserError
from .._office.fields import ASSIGNMENTS, BYTES_OPTIONS
from .._policy.desired import GROUP_OPTIONS, AllTarget, AssignmentChange, DesiredPolicy, GroupChange, State
from .._policy.group_forms import FILTER_KEYS, GroupsError, filter_of, id_or_name, members_of, parts_of
from .._policy.payload import HALF_CHARACTER, Opaque, PayloadError, decode_base64, parse_given
from .._policy.policy import DIRECT, MAX_PRIORITY, Target
from .._policy.texts import is_like_json, value_of_text
from .._policy.unset import UNSET
from .masking import holds_mask
from .surfaces import ASSIGNMENT_OPTIONS, CATALOG, OFFICE, OPTIONS, refuse_foreign

Arguments = t.Mapping[str, t.Any]

_ALL_FORMS = "Give true or false, or a dict with filter and filter_mode"

_IDENTITY = ("id", "display_name")
_AROUND_IDS = " \t\r\n{}()<>\"'"
_TEXTS = ("id", "display_name", "description")
_MANAGED = tuple(sorted({"id", *chain.from_iterable(OPTIONS.values())}))
# What is written and may be a mask, from a result that was given back.
_WRITTEN = tuple(name for name in _MANAGED if name not in ("id", "kind", "priority"))


def desired_policy(
    params: Arguments,
    raw: t.Any,
    state: State | None = None,
    label: str = "",
    nameless: bool = False,
    surface: str | None = None,
) -> DesiredPolicy:
    """Return one desired policy.

    ``params`` are the validated options, ``raw`` the same as the user gave them: an option that is not in there was
    omitted and is left alone, one that is null is refused. ``state`` is for modules without that option; ``nameless``
    lets a policy have an empty name. Options that the ``surface`` does not have are refused; None: it is not known.
    Raises UserError.
    """
    given = {name for name in _MANAGED if name in raw} if isinstance(raw, dict) else _not_none(params)
    subject = subject_of(params, label)
    if surface is not None:
        refuse_foreign(given, surface, subject)
    _check_given(params, given, subject, nameless)
    identity: dict[str, t.Any] = {name: params[name] for name in ("id", "display_name", "kind") if name in given}
    values: dict[str, t.Any] = {name: params[name] for name in ("description", "settings") if name in given}
    if "priority" in given:
        values["priority"] = _priority(params["priority"], subject)
    if "scope_tags" in given:
        values["scope_tags"] = _scope_tags(params["scope_tags"], subject)
    for name, as_bytes in BYTES_OPTIONS.items():
        if given.intersection((name, as_bytes)):
            values[name] = _payload(params, given, name, subject)
    change = assignment_change({name: params[name] for name in ASSIGNMENT_OPTIONS if name in given}, subject)
    if change is not None:
        _refuse_filters(change, surface, subject)
        values[ASSIGNMENTS.name] = change
    _check_assignments(params, change, subject)
    shown = {name: params.get(name) for name in ASSIGNMENT_OPTIONS if name in given}
    _check_masks({**identity, **values, **shown}, subject)
    return DesiredPolicy(label, state or State(params["state"]), values=values, **identity)


def _check_given(params: Arguments, given: t.Collection[str], subject: str, nameless: bool) -> None:
    """Refuse nulls, identities that are empty, and texts that cannot be sent."""
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
    if not set(_IDENTITY) & set(given):
        raise UserError(subject, "tell which policy is meant", "id and display_name are missing", "Give one of them")


def desired_policies(params: Arguments, raw: Arguments) -> tuple[DesiredPolicy, ...]:
    """Return the desired policies of the option ``policies``. Raises UserError."""
    given = raw.get("policies")
    listed = given if isinstance(given, list) else [None] * len(params["policies"])
    nameless = bool(params.get("allow_same_names"))
    return tuple(
        desired_policy(item, raw_item, label=f"policies[{place}]", nameless=nameless, surface=params.get("surface"))
        for place, (item, raw_item) in enumerate(zip(params["policies"], listed, strict=True))
    )


def assignment_change(asked: Arguments, subject: str) -> AssignmentChange | None:
    """Return what the options about assignments ask for, None where none is given. Raises UserError."""
    values: dict[str, t.Any] = {
        name: group_change(value, subject, name)
        if name in GROUP_OPTIONS.values()
        else _all_target(value, name, subject)
        for name, value in asked.items()
    }
    change = AssignmentChange(**values)
    excluded = change.exclude_groups
    if excluded is not UNSET and excluded.filters:
        cause = "a filter is for groups that are assigned"
        raise UserError(subject, "use exclude_groups", cause, "Leave filter and filter_mode out there")
    return change if values else None


def group_change(value: t.Any, subject: str, name: str = "groups") -> GroupChange:
    """Return the change that an option such as ``groups`` asks for: a list (or one name) means exactly these.

    Raises UserError.
    """
    try:
        parts = parts_of(value, name)
        filters = {
            id_or_name(member): wanted
            for members in parts.values()
            for member in members
            if (wanted := filter_of(member)) is not UNSET
        }
    except GroupsError as error:
        raise UserError(subject, f"use {name}", str(error), error.next_step) from error
    lists = {key: _names_of(members, name, subject) for key, members in parts.items()}
    return GroupChange(lists.get("set"), lists.get("add", ()), lists.get("remove", ()), filters)


def _all_target(value: t.Any, name: str, subject: str) -> AllTarget:
    """Return what ``all_users`` or ``all_devices`` asks for: on or off, or on with a filter."""
    try:
        if isinstance(value, str) and is_like_json(value):
            value = value_of_text(value)
        if not isinstance(value, dict):
            return AllTarget(bool(boolean(value)))
        unknown = sorted(str(key) for key in value if key not in FILTER_KEYS)
        if unknown:
            raise GroupsError(f"it has the unknown key {unknown[0]}", _ALL_FORMS)
        wanted = filter_of(value)
        return AllTarget(True, None if wanted is UNSET else wanted)
    except GroupsError as error:
        raise UserError(subject, f"use {name}", str(error), error.next_step) from error
    except (TypeError, PayloadError) as error:
        cause = f"it is {reprlib.repr(value)}, neither true or false nor a dict"
        raise UserError(subject, f"use {name}", cause, _ALL_FORMS) from error


def _refuse_filters(change: AssignmentChange, surface: str | None, subject: str) -> None:
    if surface == OFFICE and any(asked.filters for asked in change.group_changes.values()):
        cause = f"surface {OFFICE} has no assignment filters"
        raise UserError(subject, "use groups", cause, f"Leave filter and filter_mode out, or set surface: {CATALOG}")


def _scope_tags(tags: t.Sequence[str], subject: str) -> tuple[str, ...]:
    for tag in tags:
        refuse_half_characters(tag, subject, "scope_tags")
        if not tag.strip():
            raise UserError(subject, "use scope_tags", "one of them is empty", "Give names or ids of scope tags")
    return tuple(tags)


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
        if any(filter_of(member) is not UNSET for member in members):
            raise GroupsError(f"{name} holds a filter", "Leave filter and filter_mode out there")
    except GroupsError as error:
        raise UserError(subject, "use groups", str(error), error.next_step) from error
    return _names_of(members, name, subject)


def _names_of(members: t.Sequence[t.Any], name: str, subject: str) -> tuple[str, ...]:
    names = tuple(id_or_name(member) for member in members)
    for text in names:
        refuse_half_characters(text, subject, name)
    return names


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


def _check_assignments(params: Arguments, change: AssignmentChange | None, subject: str) -> None:
    """Refuse edited ``assignments``: they come from office_client_config_info and are read-only beside ``groups``."""
    assignments = params.get("assignments")
    if not assignments:
        return
    asked = {} if change is None else change.group_changes
    for to in (Target.GROUP, Target.EXCLUDED_GROUP):
        # One without a group has a target this collection does not know: the plan deals with it.
        ids = {str(each["group_id"]).lower() for each in assignments if each.get("group_id") and _is_for(each, to)}
        exact = None if to not in asked or asked[to].exact is None else {*map(str.lower, asked[to].exact or ())}
        if ids != exact and (ids or to is Target.GROUP):
            option = GROUP_OPTIONS[to]
            raise UserError(
                subject,
                "use assignments",
                f"they are read-only and differ from {option}",
                f"Change {option}, and leave assignments out or as office_client_config_info returned them",
            )


def _is_for(assignment: t.Mapping[str, t.Any], to: Target) -> bool:
    """Tell whether an assignment of a result is a policy's own and for such a target."""
    told = (assignment.get("target", Target.GROUP.value), assignment.get("source", DIRECT))
    return told == (to.value, DIRECT)
