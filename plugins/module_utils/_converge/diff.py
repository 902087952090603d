# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two states of a policy, field by field and setting by setting."""

from __future__ import annotations

import typing as t

from .._policy.desired import GROUP_OPTIONS
from .._policy.fields import Field, changed_fields
from .._policy.policy import Policy
from .._policy.unset import UNSET
from .stages import PlannedItem

NameOf = t.Callable[[str], "str | None"]


def diff_of(item: PlannedItem, name_of: NameOf = lambda _group_id: None) -> dict[str, t.Any] | None:
    """Return Ansible's diff dict for one item, None when it does not change.

    ``before`` and ``after`` hold what differs only; inside payloads that is one entry for each setting that is added,
    changed or removed, by its path. Beside groups stand the names that ``name_of`` knows, beside filters and scope tags
    those that their fields know. ``names``, where any are known, tells what the lines of each side are called, by their
    keys.
    """
    if item.status == "unchanged":
        return None
    before, after = (_with_group_names(side, name_of) for side in _sides(item))
    name = item.desired.display_name
    shown = item.before or item.after
    header = shown.named() if shown else f"policy '{name}'"
    shown_names = _names(item)
    return {
        "before_header": header,
        "after_header": header,
        "before": before,
        "after": after,
        **({"names": shown_names} if any(shown_names.values()) else {}),
    }


def _names(item: PlannedItem) -> dict[str, dict[str, str]]:
    """Return the display names of the lines of both sides."""
    old, new = (
        {} if policy is None else {field: field.of(policy) for field in item.fields}
        for policy in (item.before, item.after)
    )
    names: dict[str, dict[str, str]] = {"before": {}, "after": {}}
    for field in item.fields:
        left, right = field.names(old.get(field, UNSET), new.get(field, UNSET))
        names["before"] |= left
        names["after"] |= right
    return names


def _with_group_names(side: dict[str, t.Any], name_of: NameOf) -> dict[str, t.Any]:
    """Return a side with the names of the groups that it shows, as far as they are known."""
    shown = (text for option in GROUP_OPTIONS.values() for text in side.get(option) or ())
    # Behind its id a group has its filter.
    return side | named_groups((text.partition(" ")[0] for text in shown), name_of)


def named_groups(group_ids: t.Iterable[str], name_of: NameOf) -> dict[str, dict[str, str]]:
    """Return ``group_names`` by ids, nothing where no name is known."""
    names = {group_id: name for group_id in sorted(set(group_ids)) if (name := name_of(group_id)) is not None}
    return {"group_names": names} if names else {}


def _sides(item: PlannedItem) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    before, after, fields = item.before, item.after, item.fields
    if before is None or after is None:
        return (whole(before, fields) if before else {}), (whole(after, fields) if after else {})
    left: dict[str, t.Any] = {}
    right: dict[str, t.Any] = {}
    for field in changed_fields(before, after, fields):
        old, new = field.sides(field, field.of(before), field.of(after))
        left |= {**old, **field.beside(list(old), field.of(before))}
        right |= {**new, **field.beside(list(new), field.of(after))}
    return left, right


def whole(policy: Policy, fields: t.Iterable[Field]) -> dict[str, t.Any]:
    """Return all that is known of a policy and not empty, for a create or a delete."""
    shown: dict[str, t.Any] = {"display_name": None, "kind": policy.kind}
    for field in fields:
        value = field.of(policy)
        own = {} if value is UNSET else field.whole(field, value)
        shown |= {**own, **field.beside([name for name in own if own[name]], value)}
    return {name: value for name, value in shown.items() if value not in (None, "", {}, [])}
