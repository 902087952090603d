# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between two states of a policy, field by field and setting by setting, and the lines that tell it.

People read one line for each value, with its display name behind it.
"""

from __future__ import annotations

import json
import typing as t

from .._errors import printable
from .._policy.desired import GROUP_OPTIONS
from .._policy.fields import Field, changed_fields
from .._policy.policy import Policy
from .._policy.unset import UNSET
from .stages import PlannedItem

NameOf = t.Callable[[str], "str | None"]
_Side = t.Mapping[str, t.Any]


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


def lines_of_diff(before: _Side, after: _Side, names: t.Mapping[str, _Side]) -> list[str]:
    """Return a line for each value that is only or otherwise in one of two sides; each ends with a line break.

    It begins with the sign of its side, and ends with the name that ``names`` has for its key and that side.
    """
    lines: list[str] = []
    left, right = names.get("before") or {}, names.get("after") or {}
    for key, value in before.items():
        if key not in after:
            lines.append(_line("-", key, _text(value), left))
        elif not _same(after[key], value):
            old, new = _distinct(value, after[key])
            lines += [_line("-", key, old, left), _line("+", key, new, right)]
    lines += [_line("+", key, _text(value), right) for key, value in after.items() if key not in before]
    return lines


def legible(diff: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a diff of Ansible's with the lines that its callbacks show badly in ``prepared``, which they show behind
    the two sides: those with a display name, and those with characters beyond ASCII, of which JSON shows numbers.
    """
    names = diff.get("names") or {}
    lines: list[str] = []
    for before, after in _levels(diff["before"], diff["after"]):
        lines += [line for line in lines_of_diff(before, after, names) if "  # " in line or not line.isascii()]
    return {**diff, "prepared": "".join([*lines, "\n"])} if lines else diff


def _levels(before: _Side, after: _Side) -> t.Iterator[tuple[_Side, _Side]]:
    """Yield the values of two sides: those of policies themselves, then those inside each of their fields."""
    both = {**after, **before}
    inside = [field for field in both if all(isinstance(side.get(field, {}), dict) for side in (before, after))]
    own = [{field: value for field, value in side.items() if field not in inside} for side in (before, after)]
    yield own[0], own[1]
    for field in inside:
        yield before.get(field, {}), after.get(field, {})


def _same(one: t.Any, other: t.Any) -> bool:
    """Tell whether two values are the same; true is not 1."""
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _distinct(one: t.Any, other: t.Any) -> tuple[str, str]:
    """Return two values as texts that differ, as the values do: "0" is not 0."""
    texts = _text(one), _text(other)
    return texts if texts[0] != texts[1] else (_json(one), _json(other))


def _line(sign: str, key: str, text: str, names: _Side) -> str:
    name = names.get(key)
    return f"{sign} {_text(key)}: {text}{f'  # {printable(name)}' if name else ''}\n"


def _text(value: t.Any) -> str:
    """Return a value on one line."""
    if value is None:
        return "\u2013"
    return printable(value) if isinstance(value, str) else _json(value)


def _json(value: t.Any) -> str:
    return printable(json.dumps(value, ensure_ascii=False))
