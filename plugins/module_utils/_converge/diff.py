# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two states of a policy, field by field and setting by setting."""

from __future__ import annotations

import typing as t

from .._policy.fields import BY_NAME, FIELDS, changed_fields
from .._policy.policy import Policy
from .._policy.unset import UNSET
from .stages import PlannedItem

NameOf = t.Callable[[str], "str | None"]


def diff_of(item: PlannedItem, name_of: NameOf = lambda _group_id: None) -> dict[str, t.Any] | None:
    """Return Ansible's diff dict for one item, None when it does not change.

    ``before`` and ``after`` hold what differs only; inside payloads that is one entry for each setting that is added,
    changed or removed, by its path. Beside the groups of a policy that goes stand the names that ``name_of`` knows.
    """
    if item.status == "unchanged":
        return None
    before, after = _sides(item.before, item.after)
    if item.after is None:
        names = {group_id: name for group_id in before.get("groups", ()) if (name := name_of(group_id)) is not None}
        before |= {"group_names": names} if names else {}
    name = item.desired.display_name
    shown = item.before or item.after
    header = shown.named() if shown else f"policy '{name}'"
    return {"before_header": header, "after_header": header, "before": before, "after": after}


def _sides(before: Policy | None, after: Policy | None) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    if before is None or after is None:
        return (whole(before) if before else {}), (whole(after) if after else {})
    left: dict[str, t.Any] = {}
    right: dict[str, t.Any] = {}
    for name in changed_fields(before, after):
        field = BY_NAME[name]
        left[field.option], right[field.option] = field.sides(field.of(before), field.of(after))
    return left, right


def whole(policy: Policy) -> dict[str, t.Any]:
    """Return all that is known of a policy and not empty, for a create or a delete."""
    shown: dict[str, t.Any] = {"display_name": None, "kind": policy.kind}
    shown |= {field.option: field.whole(value) for field in FIELDS if (value := field.of(policy)) is not UNSET}
    return {name: value for name, value in shown.items() if value not in (None, "", {}, [])}
