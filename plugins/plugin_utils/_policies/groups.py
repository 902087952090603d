# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups as policies name them: by name, by id, or by both. Each group gets one key, whichever way it is written."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._ids import is_guid
from ansible_collections.m365.apps.plugins.module_utils._policy import group_forms
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import GroupsError
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import PayloadError
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import AssignmentFilter
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import is_like_json, value_of_text

from .plain_values import plain_value

# What tells the key of a display name that looks like an id from that id.
_NAMED = "display_name:"
# A boolean is a number, too, so it comes before.
_WORDS: tuple[tuple[t.Any, str], ...] = (
    (str, "a text"),
    (bool, "a boolean"),
    ((int, float), "a number"),
    (t.Mapping, "a dict"),
    ((list, tuple), "a list"),
)


class Group(t.NamedTuple):
    """A group as it is written. A text is ``text``; an object {id, display_name} has one or both of the others, and may
    have an assignment filter.
    """

    text: str = ""
    id: str = ""
    name: str = ""
    filter: AssignmentFilter | None = None


@dataclass(frozen=True)
class Given:
    """The groups that a policy names. ``exact``: it has these and no others, as far as it says."""

    members: tuple[Group, ...] = ()
    exact: bool = False


def given_groups(value: t.Any, name: str = "groups") -> Given:
    """Return what an option such as ``groups`` says; None means that it says nothing. Raises GroupsError.

    Of ``add`` and ``remove``, only what is added is known to be assigned.
    """
    if value is None:
        return Given()
    parts = group_forms.parts_of(plain_value(value), name)
    return Given(tuple(map(_group, parts.get("set", parts.get("add", [])))), exact="set" in parts)


def members_of(value: t.Any) -> tuple[Group, ...]:
    """Return the groups of a list or of the JSON text of one, or the one group that a text is. Raises GroupsError."""
    return tuple(map(_group, group_forms.members_of(plain_value(value))))


def _group(member: t.Any) -> Group:
    if isinstance(member, str):
        return Group(text=member)
    wanted = group_forms.filter_of(member)
    found = wanted if isinstance(wanted, AssignmentFilter) else None
    return Group(id=member.get("id", ""), name=member.get("display_name") or "", filter=found)


def from_text(value: t.Any) -> t.Any:
    """Return what a JSON text means, as ad-hoc commands pass groups; anything else as it is."""
    if isinstance(value, str) and is_like_json(value):
        try:
            return value_of_text(value)
        except PayloadError as error:
            raise GroupsError(f"groups looks like JSON but is not ({error})") from None
    return value


def word_for(value: t.Any) -> str:
    """Return what kind of value it is. Ansible hands out types of its own, whose names nobody knows."""
    return next((word for kinds, word in _WORDS if isinstance(value, kinds)), "null")


class Directory:
    """Which name belongs to which id, as far as it was said."""

    def __init__(self, names: t.Mapping[str, str], groups: t.Iterable[Group] = ()) -> None:
        """``names`` maps ids to names; ``groups`` with both an id and a name say more of it."""
        pairs = {(group.id.lower(), group.name) for group in groups if group.id and group.name}
        pairs = {pair for pair in pairs if pair[0] not in {key.lower() for key in names}}
        # Of two names for one id the first by the alphabet stays, whatever the order they came in.
        self._name_of = dict(sorted(pairs, reverse=True)) | {key.lower(): name for key, name in names.items()}
        self._ids_of: dict[str, set[str]] = {}
        for key, name in [*pairs, *self._name_of.items()]:
            self._ids_of.setdefault(name, set()).add(key)

    def key(self, group: Group) -> str:
        """Return the group's key: its id in lower case, or its name where no one id is known to have it."""
        if group.id:
            return group.id.lower()
        text = group.text or group.name
        if group.text and (text.lower() in self._name_of or is_guid(text)):
            return text.lower()
        ids = self._ids_of.get(text, set())
        if len(ids) == 1:
            return next(iter(ids))
        return _NAMED + text if is_guid(text) else text

    def label(self, key: str) -> str:
        """Return what to call the group with a key: its name, or the key where no name is known."""
        return self._name_of.get(key, key.removeprefix(_NAMED))
