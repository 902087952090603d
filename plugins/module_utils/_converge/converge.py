# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: read, plan, apply. All writers go through here; check mode leaves out the last step and nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._office.policy import PAYLOAD_FIELDS, Policy
from .._office.unset import UNSET
from .apply import Outcome, apply, predict
from .desired import DesiredPolicy, GroupChange, State
from .groups import resolve
from .match import Match, match
from .plan import Plan, make_plan
from .surface import Directory, Surface


def converge(
    desired: t.Sequence[DesiredPolicy],
    surface: Surface,
    directory: Directory,
    check_mode: bool,
    whole_policies: bool = False,
) -> Outcome:
    """Bring the tenant to the desired state, or in check mode tell what that would do.

    ``whole_policies`` reads both payloads of each policy even where nothing is asked of them, so that the result shows
    the whole object. Raises UserError before the first write for everything that cannot be read, resolved or planned;
    a failed write stands in the outcome.
    """
    plan = read_and_plan(desired, surface, directory, whole_policies)
    return predict(plan) if check_mode else apply(plan, surface)


def read_and_plan(
    desired: t.Sequence[DesiredPolicy], surface: Surface, directory: Directory, whole_policies: bool = False
) -> Plan:
    """Read what the desired state mentions and return the plan. Raises UserError."""
    live = surface.list_policies()
    matches = tuple(_read(found, surface, whole_policies) for found in match(desired, live))
    groups = tuple(_resolve(found, directory) for found in matches)
    return make_plan(matches, live, groups, surface.capabilities)


def _read(found: Match, surface: Surface, whole: bool) -> Match:
    """Read the parts of the live policy that the plan or the result needs and the listing did not carry."""
    live, item = found.live, found.desired
    if live is None:
        return found
    read: dict[str, t.Any] = {}
    for slot, field in PAYLOAD_FIELDS.items():
        mentioned = item.state is not State.ABSENT and item.payload(slot) is not UNSET
        if (mentioned or whole) and live.payload(slot) is UNSET:
            read[field] = surface.read_payload(live, slot)
    if item.state is not State.ABSENT and item.groups is not UNSET:
        read["assignments"] = surface.read_assignments(live)
    return Match(item, replace(live, **read)) if read else found


def _resolve(found: Match, directory: Directory) -> GroupChange | None:
    item = found.desired
    if item.groups is UNSET or item.state is State.ABSENT:
        return None
    live: Policy | None = found.live
    assigned = () if live is None or live.assignments is UNSET else live.assignments
    return resolve(item.groups, assigned, directory)
