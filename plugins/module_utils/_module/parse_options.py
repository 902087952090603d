# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From arguments to the desired state: what was omitted, what was emptied, and what cannot be meant."""

from __future__ import annotations

import reprlib
import typing as t
from functools import partial
from itertools import chain

from ansible.module_utils.parsing.convert_bool import boolean

from .._errors import UserError, all_at_once, plain
from .._office.fields import ASSIGNMENTS, BYTES_OPTIONS
from .._policy.desired import GROUP_OPTIONS, AllTarget, AssignmentChange, DesiredPolicy, GroupChange, State
from .._policy.group_forms import FILTER_KEYS, GroupsError, filter_of, id_or_name, members_of, parts_of
from .._policy.payload import Opaque, PayloadError
from .._policy.policy import DIRECT, Target
from .._policy.texts import is_like_json, value_of_text
from .._policy.unset import UNSET, Unset
from .masks import holds_mask
from .parse_values import (
    NO_NAMES,
    Arguments,
    names_of_option,
    payload_of_option,
    priority_of_option,
    refuse_blank,
    refuse_half_characters,
    scope_tags_of_option,
)
from .problems import Problems
from .surfaces import (
    ASSIGNMENT_OPTIONS,
    CATALOG,
    NAME_OPTIONS,
    OFFICE,
    OPTIONS,
    foreign_error,
    foreign_options,
)

_NULL_STEP = "Leave {} out to leave it alone, or give it a value"
# A chain of tasks hands it on from the result of one that created a policy.
_NULL_ID = (
    "it is null, as config.id is where check mode did not create the policy",
    "Leave id out and give display_name, or describe the policy and its groups in one item of office_client_configs",
)
_ALL_FORMS = "Give true or false, or a dict with filter and filter_mode"

# Of the path of a file that a message names: what comes behind it has its own limit, and wants room for a name.
_LONGEST_FILE = 90
_IDENTITY = ("id", "display_name")
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
    problems: Problems | None = None,
) -> DesiredPolicy:
    """Return one desired policy.

    ``params`` are the validated options, ``raw`` the same as the user gave them: an option that is not in there was
    omitted and is left alone, one that is null is refused. ``state`` is for modules without that option; ``nameless``
    lets a policy have an empty name. Options that the ``surface`` does not have are refused; None: it is not known.
    All that is wrong is kept in ``problems``, and the policy is what can be understood; without them it is raised as
    one UserError.
    """
    own = Problems() if problems is None else problems
    given = {name for name in _MANAGED if name in raw} if isinstance(raw, dict) else _not_none(params)
    subject = subject_of(params, label)
    foreign = [] if surface is None else foreign_options(given, surface)
    if foreign and surface is not None:
        own.add_foreign([foreign_error(foreign, surface, subject)])
    usable = _usable(params, given - set(foreign), subject, nameless, own)
    identity: dict[str, t.Any] = {name: params[name] for name in ("id", "display_name", "kind") if name in usable}
    identity["names"] = _names(params, usable, subject, own)
    values: dict[str, t.Any] = {name: params[name] for name in ("description", "settings") if name in usable}
    readers: dict[str, t.Callable[[], t.Any]] = {
        "priority": lambda: priority_of_option(params["priority"], subject),
        "scope_tags": lambda: scope_tags_of_option(params["scope_tags"], subject),
    }
    readers = {name: read for name, read in readers.items() if name in usable}
    for name, as_bytes in BYTES_OPTIONS.items():
        if usable.intersection((name, as_bytes)):
            readers[name] = partial(payload_of_option, params, usable, name, subject)
    values |= {name: own.of(read, UNSET) for name, read in readers.items()}
    shown = {name: params.get(name) for name in ASSIGNMENT_OPTIONS if name in usable}
    values[ASSIGNMENTS.name] = _assignments(params, shown, subject, surface, own)
    values = {name: value for name, value in values.items() if value is not UNSET}
    with own.kept():
        _check_masks({**identity, **values, **shown}, subject)
    if problems is None and own.found:
        raise all_at_once(own.found)
    return DesiredPolicy(label, state or State(params["state"]), values=values, **identity)


def _names(
    params: Arguments, usable: t.Collection[str], subject: str, problems: Problems
) -> dict[str, t.Mapping[str, str]]:
    """Return what filters and scope tags are called where the policy comes from, as far as it is told."""
    return {
        name: problems.of(partial(names_of_option, params[name], name, subject), NO_NAMES)
        for name in NAME_OPTIONS
        if name in usable
    }


def _assignments(
    params: Arguments, asked: Arguments, subject: str, surface: str | None, problems: Problems
) -> AssignmentChange | Unset:
    """Return what the options about assignments ask for, UNSET for nothing or what cannot be understood."""
    with problems.kept():
        change = assignment_change(asked, subject)
        if change is not None:
            _refuse_filters(change, surface, subject)
        _check_assignments(params, change, subject)
        return UNSET if change is None else change
    return UNSET


def _usable(params: Arguments, given: t.Collection[str], subject: str, nameless: bool, problems: Problems) -> set[str]:
    """Return the options that are not null; nulls, identities that are empty, and texts that cannot be sent are kept
    as problems.
    """
    usable = {name for name in given if params.get(name) is not None}
    for name in sorted(set(given) - usable):
        cause, step = _NULL_ID if name == "id" else ("it is null", _NULL_STEP.format(name))
        problems.add(UserError(subject, f"use {name}", cause, step))
    for name in _TEXTS:
        if name in usable:
            with problems.kept():
                if name in _IDENTITY and not (nameless and name == "display_name"):
                    refuse_blank(str(params[name]), subject, name)
                refuse_half_characters(params[name], subject, name)
    if not set(_IDENTITY) & set(given):
        with problems.kept():
            raise UserError(
                subject, "tell which policy is meant", "id and display_name are missing", "Give one of them"
            )
    return usable


def desired_policies(params: Arguments, raw: Arguments, problems: Problems | None = None) -> tuple[DesiredPolicy, ...]:
    """Return the desired policies of the option ``policies``. What is wrong with them is kept or raised at once."""
    own = Problems() if problems is None else problems
    given = raw.get("policies")
    listed = given if isinstance(given, list) else [None] * len(params["policies"])
    nameless, surface = bool(params.get("allow_same_names")), params.get("surface")
    found = tuple(
        desired_policy(item, raw_item, None, _label(item.get("file"), place), nameless, surface, own)
        for place, (item, raw_item) in enumerate(zip(params["policies"], listed, strict=True))
    )
    if problems is None and own.found:
        raise all_at_once(own.found)
    return found


def _label(file: t.Any, place: int) -> str:
    """Return how messages name the place of a policy: its file, of a long path the end, else its place in the list."""
    return plain(str(file)[-_LONGEST_FILE:], _LONGEST_FILE) if file else f"policies[{place}]"


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


def _not_none(params: Arguments) -> set[str]:
    return {name for name in _MANAGED if params.get(name) is not None}


def subject_of(params: Arguments, label: str = "") -> str:
    """Return how messages name a policy, which need not be fine."""
    name = params.get("display_name") or params.get("id")
    return f"{label} policy '{name}'".strip() if name else label or "the policy"


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
    written = {name: values[name] for name in _WRITTEN if name in values and not isinstance(values[name], Opaque)}
    if holds_mask(written):
        masked = next(name for name, value in written.items() if holds_mask(value))
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
