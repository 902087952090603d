# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignment filters and scope tags of a policy as another tenant can understand them: by their names. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import DEFAULT_TAG, sorted_tags
from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import FILTER_NAMES, TAG_NAMES
from ansible_collections.m365.apps.plugins.module_utils._ids import is_guid

Config = t.Mapping[str, t.Any]
Names = t.Mapping[str, str]

# The keys of a policy that tell names by ids.
NAME_MAPS = (FILTER_NAMES, TAG_NAMES)


def portable(config: Config) -> Config:
    """Return a policy of a result with the names of filters and scope tags in the place of their ids.

    An id stays, with its name beside it, where the name does not tell which one is meant: several have it, or it looks
    like an id. One of which no name is known stays as it is, and so does the default tag: every tenant has it by this
    number.
    """
    made = _renamed(config, _usable(config.get(FILTER_NAMES)), _usable(config.get(TAG_NAMES)))
    used = {option: _still_used(made, option) for option in NAME_MAPS if option in made}
    return {name: value for name, value in {**made, **used}.items() if value or name not in NAME_MAPS}


def _usable(names: Names | None) -> dict[str, str]:
    """Return the names that tell which one is meant, by ids."""
    known = names or {}
    counts = Counter(known.values())
    return {
        key: name
        for key, name in known.items()
        if counts[name] == 1 and key != DEFAULT_TAG and not (is_guid(name) or name.isdecimal())
    }


def _name(tag: str, names: Names) -> str:
    return names.get(tag.lower(), tag)


def _with_name(member: t.Any, filters: Names) -> t.Any:
    """Return a group, or a target that is not one, with the other word for its filter."""
    return (
        {**member, "filter": _name(member["filter"], filters)}
        if isinstance(member, dict) and member.get("filter")
        else member
    )


def _still_used(made: Config, option: str) -> dict[str, str]:
    """Return the names of ids that stay."""
    members = [*made.get("groups", ()), made.get("all_users"), made.get("all_devices")]
    filters = {each.get("filter") for each in members if isinstance(each, dict)}
    ids = filters if option == FILTER_NAMES else set(made.get("scope_tags", ())) - {DEFAULT_TAG}
    return {key: name for key, name in made[option].items() if key in ids}


def same_names(saved: Config, live: Config) -> Config:
    """Return a saved policy with the ids that the live one has for filters and scope tags of the same names.

    A filter that was deleted and made again has another id, and is the same one. An id that the tenant has is what it
    is, whatever it is called.
    """
    filters, tags = (_ids_now(saved.get(option) or {}, live.get(option) or {}) for option in NAME_MAPS)
    return _renamed(saved, filters, tags)


def _renamed(config: Config, filters: Names, tags: Names) -> dict[str, t.Any]:
    """Return a policy with other words for the filters and scope tags that these have."""
    made = dict(config)
    for option in ("all_users", "all_devices"):
        if option in made:
            made[option] = _with_name(made[option], filters)
    groups = made.get("groups")
    if isinstance(groups, dict):
        made["groups"] = {part: [_with_name(each, filters) for each in members] for part, members in groups.items()}
    elif groups is not None:
        made["groups"] = [_with_name(each, filters) for each in groups]
    if "scope_tags" in made:
        made["scope_tags"] = list(sorted_tags(_name(tag, tags) for tag in made["scope_tags"]))
    return made


def _ids_now(saved: Names, live: Names) -> dict[str, str]:
    by_name = {name: key for key, name in live.items()}
    return {key: by_name[name] for key, name in saved.items() if key not in live and name in by_name}
