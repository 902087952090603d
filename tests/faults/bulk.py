# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bulk scenario: thirty listed policies of all sorts, others to be pruned, and an order, in one task."""

from __future__ import annotations

import typing as t

from .tenants import Policy, policy, setting

_KINDS = ("windows", "windows_security")
_GROUPS = ("Finance", "Sales", "Legal")

Row = tuple[dict[str, t.Any], Policy | None, dict[str, t.Any] | None]


def _live(name: str, number: int, place: int) -> Policy:
    """Return a policy with a payload and a group, as it is before."""
    return policy(
        name,
        number,
        kind=_KINDS[place % 2],
        policyPayload=setting("Old", str(place)),
        userPreferencePayload=setting("Own", str(place)) if place % 2 else None,
        groups=[_GROUPS[place % 3]],
    )


def _create(name: str, _number: int, place: int) -> Row:
    kind, payload, groups = _KINDS[place % 2], setting("New", str(place)), [_GROUPS[place % 3]] if place % 2 else []
    asked = {"display_name": name, "kind": kind, "description": "told", "policy_payload": payload, "groups": groups}
    return asked, None, {"description": "told", "policyPayload": payload, "groups": groups}


def _describe(name: str, number: int, place: int) -> Row:
    live = _live(name, number, place)
    return {"display_name": name, "description": "told"}, live, {**live, "description": "told", "priority": None}


def _settings(name: str, number: int, place: int) -> Row:
    live, payload = _live(name, number, place), setting("New", str(place))
    asked = {"display_name": name, "policy_payload": payload, "user_preference_payload": payload}
    return asked, live, {**live, "policyPayload": payload, "userPreferencePayload": payload, "priority": None}


def _assign(name: str, number: int, place: int) -> Row:
    live, groups = _live(name, number, place), ["Everyone", "Pilot"]
    return {"display_name": name, "groups": groups}, live, {"groups": groups, "policyPayload": live["policyPayload"]}


def _everything(name: str, number: int, place: int) -> Row:
    live, payload = _live(name, number, place), setting("New", str(place))
    groups = {"add": ["Pilot"], "remove": [_GROUPS[place % 3]]}
    asked = {"display_name": name, "description": "told", "policy_payload": payload, "groups": groups}
    return asked, live, {"id": live["id"], "description": "told", "policyPayload": payload, "groups": ["Pilot"]}


def _leave(name: str, number: int, place: int) -> Row:
    live = _live(name, number, place)
    asked = {"display_name": name, "policy_payload": live["policyPayload"], "groups": {"add": [_GROUPS[place % 3]]}}
    return asked, live, {**live, "priority": None}


def _delete(name: str, number: int, place: int) -> Row:
    return {"display_name": name, "state": "absent"}, _live(name, number, place), None


# What becomes of a policy -> how many of them.
_MIX: dict[t.Callable[[str, int, int], Row], int] = {
    _create: 6,
    _describe: 6,
    _settings: 5,
    _assign: 4,
    _everything: 3,
    _leave: 3,
    _delete: 3,
}
_PRUNED = [_live("Managed pruned 0", 35, 0), _live("Managed pruned 1", 36, 1)]


def _rows() -> dict[str, Row]:
    makes = [make for make, count in _MIX.items() for _number in range(count)]
    names = [f"Managed {place:02} {make.__name__.strip('_')}" for place, make in enumerate(makes)]
    return {name: make(name, 1 + place, place) for place, (make, name) in enumerate(zip(makes, names, strict=True))}


_ROWS = _rows()

LIVE = (*(live for _asked, live, _wanted in _ROWS.values() if live), *_PRUNED)
WANTED: dict[str, dict[str, t.Any] | None] = {
    **{
        name: wanted
        and {key: value for key, value in wanted.items() if key not in ("priority", "lastModifiedDateTime")}
        for name, (_asked, _live_policy, wanted) in _ROWS.items()
    },
    **{policy["displayName"]: None for policy in _PRUNED},
}
# All that stay, the last ones first.
ORDER = tuple(reversed([name for name, wanted in WANTED.items() if wanted is not None]))
OPTIONS: dict[str, t.Any] = {
    "policies": [asked for asked, _live_policy, _wanted in _ROWS.values()],
    "order": list(ORDER),
    "prune": True,
    "prune_scope": {"display_name": ["Managed *"]},
}
