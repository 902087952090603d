# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two states of a policy, field by field and setting by setting."""

from __future__ import annotations

import typing as t

from .._policy.assignments import group_ids
from .._policy.fields import Field, changed_fields
from .._policy.policy import Policy
from .._policy.unset import UNSET
from .stages import PlannedItem

NameOf = t.Callable[[str], "str | None"]


def diff_of(item: PlannedItem, name_of: NameOf = lambda _group_id: None) -> dict[str, t.Any] | None:
    """Return Ansible's diff dict for one item, None when it does not change.

    ``before`` and ``after`` hold what differs only; inside payloads that is one entry for each setting that is added,
    changed or removed, by its path. Beside the groups of a policy that comes or goes stand the names that ``name_of``
    knows, beside filters and scope tags those that their fields know. ``names``, where any are known, tells what the
    lines of each side are called, by their keys.
    """
    if item.status == "unchanged":
        return None
    before, after = _sides(item)
    if item.before is None or item.after is None:
        before, after = (
            _with_names(side, policy, name_of) for side, policy in ((before, item.before), (after, item.after))
        )
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


def _with_names(side: dict[str, t.Any], policy: Policy | None, name_of: NameOf) -> dict[str, t.Any]:
    """Return the side of a whole policy with the names of its groups, as far as they are known."""
    ids = sorted(group_ids(policy.assignments)) if policy is not None else []
    names = {group_id: name for group_id in ids if (name := name_of(group_id)) is not None}
    return {**side, "group_names": names} if names else side


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
