# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups, filters and scope tags by their names on pages and in search, with their ids beside them, wherever the run
knows them. Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import FILTER_NAMES, TAG_NAMES
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import GroupsError

from .groups import Group, given_groups
from .sections import group_names
from .targets import ALL_OPTIONS, GROUP_LISTS

Dict = dict[str, t.Any]

# The keys of a side of a diff that tell names by ids, and what of.
_KEYS = {"group_names": "groups", FILTER_NAMES: "filters", TAG_NAMES: "tags"}


@dataclass(frozen=True)
class KnownNames:
    """Names by ids."""

    groups: dict[str, str] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def take(self, told: t.Mapping[str, t.Any]) -> None:
        """Take over the names that a result or a side of a diff tells."""
        for key, kind in _KEYS.items():
            getattr(self, kind).update(told.get(key) or {})

    def of_groups(self, groups: t.Iterable[t.Any]) -> list[t.Any]:
        """Return groups with their names before their ids, and the names of their filters, as far as they are known."""
        return [self._group(group) for group in groups]

    def of_policy(self, side: t.Mapping[str, t.Any]) -> Dict:
        """Return a policy, or a side of a diff, with names before ids, without the keys that tell them."""
        shown: Dict = {key: self.of_groups(side[key]) for key in GROUP_LISTS if side.get(key)}
        shown |= {key: self._filtered(side[key]) for key in ALL_OPTIONS if key in side}
        if side.get("scope_tags"):
            shown["scope_tags"] = [_named(tag, self.tags) for tag in side["scope_tags"]]
        return {**{key: value for key, value in side.items() if key not in _KEYS}, **shown}

    def _group(self, group: t.Any) -> t.Any:
        if isinstance(group, dict) and group.get("id") in self.groups:
            wanted = f" (filter {group['filter']}, {group.get('filter_mode')})" if group.get("filter") else ""
            return self._group(f"{group['id']}{wanted}")
        return self._filtered(_named(group, self.groups))

    def _filtered(self, text: t.Any) -> t.Any:
        """Return a target with the name of its filter, which stands at the end: (filter ID, MODE)."""
        before, mark, rest = text.rpartition("(filter ") if isinstance(text, str) else ("", "", "")
        key, comma, mode = rest.partition(", ")
        name = self.filters.get(key) if mark else None
        return text if name is None else f"{before}{mark}{name} ({key}){comma}{mode}"


def known_names(result: Dict, described: t.Iterable[Dict], live: t.Sequence[Dict]) -> KnownNames:
    """Return the names that a result, definitions and live policies tell."""
    names = KnownNames({group.id.lower(): group.name for policy in described for group in _written(policy)})
    names.groups.update(group_names(live))
    waves = [item for wave in result.get("waves") or [] for item in wave.get("results") or []]
    for item in (*(result.get("results") or []), *waves):
        for side in ("before", "after"):
            names.take(item.get(side) or {})
    names.take(result)
    return names


def _named(text: t.Any, names: t.Mapping[str, str]) -> t.Any:
    """Return an id behind its name. What stands behind a blank of a text is no part of the id."""
    found = text.partition(" ")[0] if isinstance(text, str) else ""
    return f"{names[found]} ({found}){text[len(found) :]}" if found in names else text


def _written(policy: Dict) -> t.Iterator[Group]:
    """Yield the groups that a definition names by both name and id."""
    for option in GROUP_LISTS:
        try:
            yield from (group for group in given_groups(policy.get(option), option).members if group.id and group.name)
        except GroupsError:
            continue
