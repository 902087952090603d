# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of what a policy has. What compares, plans, shows or binds policies goes through it, field by field.

A surface says in its capabilities which of these it has, and which of them have a URL of their own there.
"""

from __future__ import annotations

import base64
import operator
import typing as t
from dataclasses import dataclass, replace

from .compare import meaning, same_assignments, same_payload
from .desired import DesiredPolicy, GroupChange
from .groups import merge_groups
from .payload import Opaque
from .payload_diff import payload_changes, payload_values
from .policy import Assignment, Policy
from .unset import UNSET, Unset

# Two sides of a diff.
Sides = tuple[t.Any, t.Any]


def _keep_spelling(field: Field, _item: DesiredPolicy, wanted: t.Any, have: t.Any) -> t.Any:
    """Return what is wanted; of two values that mean the same the one that is there, as it is spelled there."""
    return have if have is not UNSET and field.same(wanted, have) else wanted


def _unchanged(value: t.Any) -> t.Any:
    return value


def _both(before: t.Any, after: t.Any) -> Sides:
    return before, after


@dataclass(frozen=True, eq=False)
class Field:
    """One thing that a policy has.

    ``name`` is its name in ``Policy`` and in plans, ``option`` the one that users know, in options, results and diffs.
    ``blank`` is the value in a new policy. A ``part`` has a URL of its own, else it travels in create and update;
    ``content`` is what a policy sets on devices. ``same`` tells whether two values mean the same, ``merge`` returns the
    value from what is asked and what is there.

    For users: ``result`` returns the keys of results, ``sides`` what a diff shows of a change, ``whole`` what it shows
    of a policy that comes or goes. ``digest`` and ``asked_digest`` return what a fingerprint binds of a live value and
    of what is asked. ``write`` is the name of the write of a part, ``details`` what users are told of it.
    """

    name: str
    option: str
    blank: t.Any
    part: bool = False
    content: bool = False
    same: t.Callable[[t.Any, t.Any], bool] = operator.eq
    merge: t.Callable[[Field, DesiredPolicy, t.Any, t.Any], t.Any] = _keep_spelling
    result: t.Callable[[Field, t.Any], dict[str, t.Any]] = lambda field, value: {field.option: value}
    sides: t.Callable[[t.Any, t.Any], Sides] = _both
    whole: t.Callable[[t.Any], t.Any] = _unchanged
    digest: t.Callable[[t.Any], t.Any] = _unchanged
    asked_digest: t.Callable[[t.Any], t.Any] = _unchanged
    write: str = ""
    details: t.Callable[[Field, t.Any], dict[str, t.Any]] = lambda field, _value: {"fields": [field.option]}

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same field, whether or not it is a part."""
        return isinstance(other, Field) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def of(self, policy: Policy) -> t.Any:
        """Return the value that a policy has, UNSET where it was not read."""
        return getattr(policy, self.name)

    def asked(self, item: DesiredPolicy) -> t.Any:
        """Return what is asked of it, UNSET for nothing."""
        value = getattr(item, self.option)
        return UNSET if value is None else value

    def is_same(self, one: t.Any, other: t.Any) -> bool:
        """Tell whether two values mean the same; what was not read is the same as itself alone."""
        return one is other if one is UNSET or other is UNSET else self.same(one, other)


def _payload_result(field: Field, payload: t.Any) -> dict[str, t.Any]:
    if not isinstance(payload, Opaque):
        return {field.option: payload}
    return {field.option: payload.text(), BYTES_OPTIONS[field.option]: base64.b64encode(payload.data).decode("ascii")}


def _number_result(field: Field, number: int | None) -> dict[str, t.Any]:
    return {} if number is None else {field.option: number}


def _groups_result(field: Field, assignments: tuple[Assignment, ...]) -> dict[str, t.Any]:
    return {field.option: sorted(assignment.group_id for assignment in assignments if assignment.group_id)}


def _targets(assignments: tuple[Assignment, ...] | Unset) -> list[str]:
    return [] if assignments is UNSET else sorted(assignment.key for assignment in assignments)


def _merged_groups(_field: Field, item: DesiredPolicy, change: GroupChange, live: t.Any) -> t.Any:
    return merge_groups(item, change, () if live is UNSET else live)


def _change_digest(change: GroupChange) -> t.Any:
    exact = None if change.exact is None else sorted(set(change.exact))
    return [exact, sorted(set(change.add)), sorted(set(change.remove))]


def _text(name: str) -> Field:
    return Field(name, name, "")


def _payload(name: str) -> Field:
    return Field(
        name,
        name,
        {},
        part=True,
        content=True,
        same=same_payload,
        result=_payload_result,
        sides=payload_changes,
        whole=payload_values,
        digest=meaning,
        asked_digest=meaning,
        write="write_payload",
    )


ASSIGNMENTS = Field(
    "assignments",
    "groups",
    (),
    part=True,
    same=same_assignments,
    merge=_merged_groups,
    result=_groups_result,
    sides=lambda before, after: (_targets(before), _targets(after)),
    whole=_targets,
    digest=_targets,
    asked_digest=_change_digest,
    write="assign",
    details=lambda _field, value: {"group_ids": [assignment.group_id for assignment in value]},
)

FIELDS: tuple[Field, ...] = (
    _text("display_name"),
    _text("description"),
    Field("priority", "priority", None, result=_number_result),
    _payload("policy_payload"),
    _payload("user_preference_payload"),
    ASSIGNMENTS,
)

BY_NAME: t.Mapping[str, Field] = {field.name: field for field in FIELDS}
TEXTS = tuple(field for field in FIELDS if isinstance(field.blank, str))
CONTENT = tuple(field for field in FIELDS if field.content)
# Options for content as bytes in base64, for what is not a JSON object or array.
BYTES_OPTIONS = {field.option: f"{field.option}_base64" for field in CONTENT}
PARTS = tuple(field for field in FIELDS if field.part)


def inline_content(fields: t.Iterable[Field]) -> tuple[Field, ...]:
    """Return a table in which content travels in create and update."""
    return tuple(replace(field, part=False) if field.content else field for field in fields)


def changed_fields(before: Policy, after: Policy) -> tuple[str, ...]:
    """Return the names of the fields in which two states of a policy differ in meaning."""
    return tuple(field.name for field in FIELDS if not field.is_same(field.of(before), field.of(after)))


def unread(policy: Policy, fields: t.Iterable[Field]) -> Policy:
    """Return a policy of which these fields are not known."""
    values: dict[str, t.Any] = {field.name: UNSET for field in fields}
    return replace(policy, **values)


def known(policy: Policy) -> dict[str, t.Any]:
    """Return the values of a policy that are known, by field."""
    return {field.name: value for field in FIELDS if (value := field.of(policy)) is not UNSET}
