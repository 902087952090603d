# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sections of a report beyond the result: what members of groups get, over what policies meet, and the waves. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING

from .approvals import request_told
from .conflicts import policy_conflicts
from .effective import asked_groups, effective_policy
from .model import read_policies
from .rules import Rules
from .strength import by_strength

# What a wave of the state file holds and a report shows otherwise, or not at all.
_RECORD_KEYS = ("started", "finished", "counts", "runs", "planned", "interrupted", "awaiting")
_PLAN_COUNTS = ("created", "updated", "deleted", "unchanged", "pending", "writes")
_ON_APPROVAL = ("failed", AWAITING)
# More groups make the page long before they make it better.
MOST_GROUPS = 20

Dict = dict[str, t.Any]


def settings_sections(
    policies: t.Sequence[Dict],
    described: t.Sequence[Dict] = (),
    groups: t.Any = None,
    rules: Rules | None = None,
    names: t.Mapping[str, str] | None = None,
) -> Dict:
    """Return ``effective`` for each group, ``conflicts`` in these groups, and ``notes`` (findings on the report).

    ``policies`` are those that count: configs with content and assignments, or definitions. ``groups`` are those to
    show, by name, id or both; when None those that ``described`` name, by their names, MOST_GROUPS of them, and where
    they name none everybody's conflicts. A policy that cannot be read is in ``skipped`` of each group. ``rules`` are
    those of the surface, and ``names`` maps ids of groups to names. Raises PoliciesError.
    """
    rules = rules or by_strength()
    names = {**group_names(policies), **(names or {})}
    problems = {id(policy): read_policies([policy], rules).all[0].problems for policy in policies}
    usable = [policy for policy in policies if not problems[id(policy)]]
    unreadable = [
        {
            "policy": str(policy.get("display_name") or policy.get("id")),
            "payload": None,
            "reason": problems[id(policy)][0],
        }
        for policy in policies
        if problems[id(policy)]
    ]
    shown, left = (asked_groups(groups), 0) if groups is not None else _groups_of(usable, described, rules, names)
    effective = [effective_policy(usable, [_written(group)], rules, names) for group in shown]
    wanted = None if groups is None and not shown else [_written(group) for group in shown]
    return {
        "effective": [_with_words({**one, "skipped": [*one["skipped"], *unreadable]}, rules) for one in effective],
        "conflicts": [
            {**conflict, "policies": [worded(side, rules) for side in conflict["policies"]]}
            for conflict in policy_conflicts(usable, wanted, rules, names)
        ],
        "notes": [_left_out(len(shown), left)] if left else [],
    }


def waves_section(waves: t.Sequence[Dict], planned: t.Sequence[Dict] = (), stop_after: t.Any = None) -> list[Dict]:
    """Return waves as the report shows them, from ``rollout_waves_state`` of the role.

    ``started`` and ``finished`` become ``started_at`` and ``finished_at``, and ``changed`` tells whether ``counts``
    has anything that was created, updated or deleted. ``planned`` tells what waves would do, as office_client_configs
    returns it; a wave has that in ``planned``, and there ``stops`` where the run ends after it: ``stop_after`` names
    that wave.
    """
    plans = {str(plan.get("name")): {**plan, "stops": plan.get("name") == stop_after} for plan in planned}
    return [_wave(wave) | _planned(plans.get(str(wave.get("name")))) for wave in waves]


def layers_section(layers: t.Sequence[Dict], policies: t.Sequence[Dict]) -> list[Dict]:
    """Return layers, as layers_of_rollout tells them, with the status of each part from the policies of a report."""
    statuses = {policy.get("display_name"): policy.get("status") for policy in policies}
    return [
        {
            **layer,
            "policies": [{**part, "status": statuses.get(part["display_name"])} for part in layer["policies"]],
        }
        for layer in layers
    ]


def with_layers(policies: t.Sequence[Dict], layers: t.Sequence[Dict]) -> list[Dict]:
    """Return policies with ``part_of``, the policy that one is a part of, where that has another name."""
    owners = {part["display_name"]: layer["definition"] for layer in layers for part in layer["policies"]}
    found = []
    for policy in policies:
        name = policy.get("display_name")
        owner = owners.get(name, name)
        found.append(policy if owner == name else {**policy, "part_of": owner})
    return found


def _planned(plan: Dict | None) -> Dict:
    if plan is None:
        return {}
    counts = {name: plan.get(name) for name in _PLAN_COUNTS}
    counts |= {name: plan[name] for name in _ON_APPROVAL if plan.get(name)}
    kept = ("display_name", "id", "status", "pruned", "pending", "actions", "before", "after")
    policies = [{name: item[name] for name in kept if name in item} for item in plan.get("results") or []]
    stops = {"stops": True} if plan["stops"] else {}
    return {"planned": {**counts, **stops, "policies": policies}}


def _wave(wave: Dict) -> Dict:
    counts = wave.get("counts")
    changed = None if counts is None else any(counts.get(name) for name in ("created", "updated", "deleted"))
    known = {"started_at": wave.get("started"), "finished_at": wave.get("finished"), "changed": changed}
    if wave.get("awaiting"):
        known["awaiting"] = [{**row, "request": request_told(row)} for row in wave["awaiting"]]
    return {**known, **{key: value for key, value in wave.items() if key not in _RECORD_KEYS}}


def _with_words(effective: Dict, rules: Rules) -> Dict:
    """Return what a group gets with the display names of values, where any are known."""
    settings = [
        worded({**row, "lost": [worded(lost, rules) for lost in row["lost"]]}, rules) for row in effective["settings"]
    ]
    return {**effective, "settings": settings}


def worded(side: Dict, rules: Rules) -> Dict:
    """Return an object with a ``value`` with what people call that, where it is known."""
    words = rules.words(side["value"]) if side["value"] is not None else ""
    return {**side, "words": words} if words else side


def group_names(policies: t.Sequence[Dict]) -> dict[str, str]:
    """Return the names of groups by ids, as office_client_config_info tells them with the assignments."""
    return {
        assignment["group_id"]: assignment["group_name"]
        for policy in policies
        for assignment in policy.get("assignments") or []
        if assignment.get("group_id") and assignment.get("group_name")
    }


def _groups_of(
    policies: t.Sequence[Dict], described: t.Sequence[Dict], rules: Rules, names: t.Mapping[str, str]
) -> tuple[list[str], int]:
    """Return the groups that ``described`` name, or ``policies`` where it is empty, and how many more there are."""
    own = read_policies(described or policies, rules, names)
    keys = {key for policy in own.present for key in policy.groups}
    ordered = sorted(keys, key=lambda key: (own.directory.label(key), key))
    return ordered[:MOST_GROUPS], max(0, len(ordered) - MOST_GROUPS)


def _written(group: t.Any) -> t.Any:
    """Return a group as an option has it: a key as text, or what asked_groups made of an option."""
    if isinstance(group, str):
        return group
    return group.text or {key: part for key, part in (("id", group.id), ("display_name", group.name)) if part}


def _left_out(shown: int, left: int) -> Dict:
    return {
        "level": "note",
        "rule": "report_groups",
        "message": f"The report shows {shown} of {shown + left} groups. Choose them by rollout_report_groups.",
        "policies": [],
        "groups": [],
        "setting": None,
    }
