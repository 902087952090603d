# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a policy has, field by field. What compares, plans, shows or binds policies goes through a surface's table of
fields (``Capabilities.fields``), and names none of them but those that every surface has.

A table belongs to an instance of a surface: its functions may know what that instance knows, such as definitions of
settings.
"""

from __future__ import annotations

import operator
import typing as t
from dataclasses import dataclass, replace

from .assignments import change_digests, merge_assignments, results_of, same_assignments, takes_away, texts_of
from .desired import DesiredPolicy
from .policy import Policy, Target
from .unset import UNSET

# Two sides of a diff, by option.
Sides = tuple[dict[str, t.Any], dict[str, t.Any]]
# What the lines of two sides are called, by the keys of the lines.
Names = tuple[dict[str, str], dict[str, str]]
# What is shown or bound of a value, by option.
ByOption = dict[str, t.Any]


def _keep_spelling(field: Field, _item: DesiredPolicy, wanted: t.Any, have: t.Any) -> t.Any:
    """Return what is wanted; of two values that mean the same the one that is there, as it is spelled there."""
    return have if have is not UNSET and field.same(wanted, have) else wanted


def _both(field: Field, before: t.Any, after: t.Any) -> Sides:
    return {field.option: before}, {field.option: after}


def _itself(field: Field, value: t.Any) -> ByOption:
    return {field.option: value}


@dataclass(frozen=True, eq=False)
class Field:
    """One thing that a policy has.

    ``name`` is its name in ``Policy`` and in plans. ``option`` is the one that users know, in options, results and
    diffs; a field that several options are about names all of them in ``options``, the first one is ``option``.
    ``blank`` is the value in a new policy. ``content`` is what a policy sets on devices.

    How it is read and written: what is not ``listed`` is not in the list of policies and must be read by itself, where
    it is asked for. A ``part`` has a URL of its own and is written by itself, else it travels in create and update.
    ``along`` names fields that must be known to write this one, since they travel with it: they are read where it is
    to change. ``first`` tells of a change of a part whether it must be done before all else of the policy changes.

    ``same`` tells whether two values mean the same, and ``is_shown`` whether what was read is what was written, where
    that is less: a part of what was written may never be shown. ``merge`` returns the value from what is asked and what
    is there (UNSET in a new policy of which it was not read), or raises UserError.

    ``beside`` returns what is known of the names of ids in those options of a value that are given, by the keys under
    which results and diffs show them.

    For users: ``result`` returns the keys of results, ``sides`` what a diff shows of a change, ``whole`` what it shows
    of a policy that comes or goes, ``names`` what is known of the names of what these two show, by the same keys: UNSET
    is the side of no policy. ``digest`` and ``asked_digest`` return what a fingerprint binds of a live value and
    of what is asked, as values of JSON. All of them return it by option. ``write`` is the name of the write of a part,
    ``details`` what users are told of it. ``warnings`` are sentences on a value that a policy is to get.
    """

    name: str
    options: tuple[str, ...]
    blank: t.Any
    part: bool = False
    listed: bool = True
    content: bool = False
    along: tuple[str, ...] = ()
    first: t.Callable[[t.Any, t.Any], bool] = lambda _before, _after: False
    same: t.Callable[[t.Any, t.Any], bool] = operator.eq
    is_shown: t.Union[t.Callable[[t.Any, t.Any], bool], None] = None
    merge: t.Callable[[Field, DesiredPolicy, t.Any, t.Any], t.Any] = _keep_spelling
    result: t.Callable[[Field, t.Any], ByOption] = _itself
    sides: t.Callable[[Field, t.Any, t.Any], Sides] = _both
    whole: t.Callable[[Field, t.Any], ByOption] = _itself
    names: t.Callable[[t.Any, t.Any], Names] = lambda _before, _after: ({}, {})
    digest: t.Callable[[Field, t.Any], ByOption] = _itself
    asked_digest: t.Callable[[Field, t.Any], ByOption] = _itself
    write: str = ""
    details: t.Callable[[Field, t.Any], dict[str, t.Any]] = lambda field, _value: {"fields": [field.option]}
    warnings: t.Callable[[t.Any], t.Sequence[str]] = lambda _value: ()
    beside: t.Callable[[t.Collection[str], t.Any], ByOption] = lambda _options, _value: {}

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same field, whether or not it is a part."""
        return isinstance(other, Field) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def option(self) -> str:
        """Its name for users; the first one where several options are about it."""
        return self.options[0]

    def of(self, policy: Policy) -> t.Any:
        """Return the value that a policy has, UNSET where it was not read."""
        return policy.value(self.name)

    def asked(self, item: DesiredPolicy) -> t.Any:
        """Return what is asked of it, UNSET for nothing."""
        return item.value(self.name)

    def is_same(self, one: t.Any, other: t.Any) -> bool:
        """Tell whether two values mean the same; what was not read is the same as itself alone."""
        return one is other or (one is not UNSET and other is not UNSET and self.same(one, other))


def by_option(function: t.Callable[[t.Any], t.Any]) -> t.Callable[[Field, t.Any], ByOption]:
    """Return a function of a field with one option, from one of its values."""
    return lambda field, value: {field.option: function(value)}


def text_field(name: str) -> Field:
    """Return a field that is a text, shown as it is."""
    return Field(name, (name,), "")


_GROUPS_AND_UNKNOWN = (Target.GROUP, Target.UNKNOWN)
_ON_OR_OFF = (Target.ALL_USERS.value, Target.ALL_DEVICES.value)
DISPLAY_NAME = text_field("display_name")
DESCRIPTION = text_field("description")


def _assignment_sides(field: Field, before: t.Any, after: t.Any) -> Sides:
    left, right = texts_of(field.options, before), texts_of(field.options, after)
    shown = [option for option in field.options if len(field.options) == 1 or left[option] != right[option]]
    return {option: left[option] for option in shown}, {option: right[option] for option in shown}


def _assign_details(field: Field, value: t.Any) -> dict[str, t.Any]:
    details: dict[str, t.Any] = {"group_ids": [each.group_id for each in value if each.to in _GROUPS_AND_UNKNOWN]}
    if "exclude_groups" in field.options:
        details["exclude_group_ids"] = [each.group_id for each in value if each.to is Target.EXCLUDED_GROUP]
    assigned = {each.to.value for each in value}
    return details | {option: option in assigned for option in _ON_OR_OFF if option in field.options}


def assignments_field(*options: str) -> Field:
    """Return the field of assignments, of which a surface has these options. See ``assignments.py``."""
    return Field(
        "assignments",
        options,
        (),
        part=True,
        listed=False,
        # Who is to lose a policy, or is excluded from it, must not get its new settings before.
        first=takes_away,
        same=same_assignments,
        merge=lambda _field, item, change, live: merge_assignments(item, change, () if live is UNSET else live),
        result=lambda field, value: results_of(field.options, value),
        sides=_assignment_sides,
        whole=lambda field, value: {name: shown for name, shown in texts_of(field.options, value).items() if shown},
        digest=lambda field, value: texts_of(field.options, value),
        asked_digest=lambda _field, change: change_digests(change),
        write="assign",
        details=_assign_details,
    )


def content_of(fields: t.Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields of a table that a policy sets on devices."""
    return tuple(field for field in fields if field.content)


def inline_content(fields: t.Iterable[Field]) -> tuple[Field, ...]:
    """Return a table in which content travels in create and update, and in the list of policies."""
    return tuple(replace(field, part=False, listed=True) if field.content else field for field in fields)


def only_if_asked(fields: t.Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields that say nothing of a policy of which they are not asked: content, and what is read apart."""
    return tuple(field for field in fields if field.content or not field.listed)


def changed_fields(before: Policy, after: Policy, fields: t.Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields in which two states of a policy differ in meaning."""
    old, new = before.values, after.values
    return tuple(field for field in fields if not field.is_same(old.get(field.name, UNSET), new.get(field.name, UNSET)))


def changed_options(before: Policy, after: Policy, fields: t.Iterable[Field]) -> tuple[str, ...]:
    """Return the options by which two states of a policy differ in meaning."""
    return tuple(
        option
        for field in changed_fields(before, after, fields)
        for option in field.sides(field, field.of(before), field.of(after))[0]
    )


def unread(policy: Policy, fields: t.Iterable[Field]) -> Policy:
    """Return a policy of which these fields are not known."""
    return policy.with_values({field.name: UNSET for field in fields})


def known(policy: Policy) -> dict[str, t.Any]:
    """Return the values of a policy that are known, by field."""
    return dict(policy.values)
