# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignment filters and scope tags of a policy as another tenant can understand them: by their names. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import DEFAULT_TAG, sorted_tags
from ansible_collections.m365.apps.plugins.module_utils._ids import is_guid

Config = t.Mapping[str, t.Any]
Names = t.Mapping[str, str]

_FILTER_NAMES, TAG_NAMES = NAME_MAPS = ("filter_names", "scope_tag_names")


def portable(config: Config) -> Config:
    """Return a policy of a result with the names of filters and scope tags in the place of their ids.

    An id stays, with its name beside it, where the name does not tell which one is meant: several have it, or it looks
    like an id. One of which no name is known stays as it is, and so does the default tag: every tenant has it by this
    number.
    """
    filters, tags = _usable(config.get(_FILTER_NAMES)), _usable(config.get(TAG_NAMES))
    made = dict(config)
    for option in ("all_users", "all_devices"):
        if isinstance(made.get(option), dict):
            made[option] = _with_name(made[option], filters)
    if "groups" in made:
        made["groups"] = [_with_name(each, filters) for each in made["groups"]]
    if "scope_tags" in made:
        made["scope_tags"] = list(sorted_tags(_name(tag, tags) for tag in made["scope_tags"]))
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
    """Return a group, or a target that is not one, with the name of its filter."""
    return (
        {**member, "filter": _name(member["filter"], filters)}
        if isinstance(member, dict) and member.get("filter")
        else member
    )


def _still_used(made: Config, option: str) -> dict[str, str]:
    """Return the names of ids that stay."""
    members = [*made.get("groups", ()), made.get("all_users"), made.get("all_devices")]
    filters = {each.get("filter") for each in members if isinstance(each, dict)}
    ids = filters if option == _FILTER_NAMES else set(made.get("scope_tags", ())) - {DEFAULT_TAG}
    return {key: name for key, name in made[option].items() if key in ids}


def same_names(saved: Config, live: Config) -> Config:
    """Return a saved policy with the ids that the live one has for filters and scope tags of the same names.

    A filter that was deleted and made again has another id, and is the same one. An id that the tenant has is what it
    is, whatever it is called.
    """
    made = dict(saved)
    ids = {option: _ids_now(saved.get(option) or {}, live.get(option) or {}) for option in NAME_MAPS}
    filters, tags = ids[_FILTER_NAMES], ids[TAG_NAMES]
    for option in ("all_users", "all_devices"):
        if option in made:
            made[option] = _with_name(made[option], filters)
    if isinstance(made.get("groups"), list):
        made["groups"] = [_with_name(each, filters) for each in made["groups"]]
    elif isinstance(made.get("groups"), dict):
        made["groups"] = {
            part: [_with_name(each, filters) for each in groups] for part, groups in made["groups"].items()
        }
    if "scope_tags" in made:
        made["scope_tags"] = [_name(tag, tags) for tag in made["scope_tags"]]
    return made


def _ids_now(saved: Names, live: Names) -> dict[str, str]:
    by_name = {name: key for key, name in live.items()}
    return {key: by_name[name] for key, name in saved.items() if key not in live and name in by_name}
