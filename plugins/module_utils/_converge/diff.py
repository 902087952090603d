# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two states of a policy, field by field and setting by setting."""

from __future__ import annotations

import json
import typing as t

from .._policy.compare import SETTING_KEY, Path, Setting, changed_fields, flatten, path_text, same_leaf
from .._policy.payload import Opaque, Payload
from .._policy.policy import PAYLOAD_FIELDS, Assignment, Policy
from .._policy.unset import UNSET, Unset
from .stages import PlannedItem

_SCALARS = ("display_name", "kind", "description", "priority")

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
    for field in changed_fields(before, after):
        old, new = getattr(before, field), getattr(after, field)
        if field in PAYLOAD_FIELDS.values():
            left[field], right[field] = payload_changes(old, new)
        elif field == "assignments":
            left["groups"], right["groups"] = _groups(old), _groups(new)
        else:
            left[field], right[field] = old, new
    return left, right


def payload_changes(before: Payload | Unset, after: Payload | Unset) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """Return what is only or otherwise in each of two payloads, as path to value."""
    old, new = _leaves(before), _leaves(after)
    removed = {path: value for path, value in old.items() if path not in new or not same_leaf(value, new[path])}
    added = {path: value for path, value in new.items() if path not in old or not same_leaf(value, old[path])}
    return _texts(removed, new), _texts(added, old)


def whole(policy: Policy) -> dict[str, t.Any]:
    """Return all that is known of a policy and not empty, for a create or a delete."""
    sides: dict[str, t.Any] = {name: getattr(policy, name) for name in _SCALARS}
    for field in PAYLOAD_FIELDS.values():
        sides[field] = _texts(_leaves(getattr(policy, field)), {})
    sides["groups"] = _groups(policy.assignments)
    return {name: value for name, value in sides.items() if value not in (None, "", {}, [])}


def _leaves(payload: Payload | Unset) -> dict[Path, t.Any]:
    return {} if payload is UNSET else flatten(payload)


def _texts(leaves: t.Mapping[Path, t.Any], other: t.Mapping[Path, t.Any]) -> dict[str, t.Any]:
    """Return leaves by readable path. A setting that the other side has nothing of takes one line for all its keys."""
    shared = {_setting_of(path) for path in other}
    texts: dict[str, t.Any] = {}
    for path, value in leaves.items():
        setting = _setting_of(path)
        if setting is None or setting in shared:
            texts[path_text(path) or "(not JSON)"] = value.text() if isinstance(value, Opaque) else value
        elif path[len(setting) :] != (SETTING_KEY,):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            name = path_text(setting)
            texts[name] = ", ".join(filter(None, [texts.get(name), f"{path_text(path[len(setting) :])}={text}"]))
        else:
            texts.setdefault(path_text(setting), "")
    return texts


def _setting_of(path: Path) -> Path | None:
    """Return the path of the setting (member of a keyed list) that a leaf belongs to, None when it is in none."""
    place = next((place for place, step in enumerate(path) if isinstance(step, Setting)), None)
    return None if place is None else path[: place + 1]


def _groups(assignments: tuple[Assignment, ...] | Unset) -> list[str]:
    return [] if assignments is UNSET else sorted(assignment.key for assignment in assignments)
