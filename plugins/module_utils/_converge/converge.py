# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: read, plan, apply. All writers go through here; check mode leaves out the last step and nothing else."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._office.policy import PAYLOAD_FIELDS, Assignment
from .._office.reads import Part
from .._office.unset import UNSET
from .apply import OnError, Outcome, Progress, apply, nobody, predict, unforeseen_end
from .confirm import Wait, confirm
from .desired import DesiredPolicy, GroupChange, State
from .fingerprint import refuse_moved
from .groups import resolve, resolved, to_look_up
from .guards import Guards
from .match import Match, match
from .order import Order
from .plan import Plan, make_plan
from .surface import Directory, Surface


@dataclass(frozen=True)
class Terms:
    """How a run goes about it.

    ``whole_policies`` reads both payloads of each policy even where nothing is asked of them, so that the result shows
    the whole object. ``expect_fingerprint`` is the fingerprint of the plan that is to be applied. With ``wait`` the
    writes of a run that did not fail are read back. ``reach`` are the groups, by name or GUID, that may feel the run;
    None is all. ``progress`` hears how the writes go on.
    """

    check_mode: bool = False
    whole_policies: bool = False
    order: Order | None = None
    guards: Guards = Guards()
    expect_fingerprint: str | None = None
    on_error: OnError = OnError.STOP
    wait: Wait | None = None
    reach: tuple[str, ...] | None = None
    progress: Progress = nobody


def converge(
    desired: t.Sequence[DesiredPolicy], surface: Surface, directory: Directory, terms: Terms | None = None
) -> Outcome:
    """Bring the tenant to the desired state, or in check mode tell what that would do.

    Raises UserError before the first write for everything that cannot be read, resolved or planned, or goes beyond the
    guards; a failed write stands in the outcome.
    """
    terms = terms or Terms()
    plan = read_and_plan(desired, surface, directory, terms)
    if terms.check_mode:
        return predict(plan)
    outcome = apply(plan, surface, terms.on_error, terms.progress)
    if outcome.error or terms.wait is None:
        return outcome
    try:
        return confirm(outcome, surface, terms.wait)
    except Exception as error:  # noqa: BLE001 - what was done must be told
        return replace(outcome, error=unforeseen_end(error))


def read_and_plan(
    desired: t.Sequence[DesiredPolicy], surface: Surface, directory: Directory, terms: Terms | None = None
) -> Plan:
    """Read what the desired state mentions and return the plan. Raises UserError."""
    terms = terms or Terms()
    live = surface.list_policies()
    matches = match(desired, live)
    wanted = parts_to_read(matches, terms.whole_policies, terms.reach is not None)
    matches = _read(matches, wanted, surface)
    names, ids = groups_to_look_up(matches, terms.reach or ())
    directory.look_up(names, ids)
    reach = None if terms.reach is None else frozenset(resolved(terms.reach, directory))
    groups = tuple(_resolve(found, directory) for found in matches)
    plan = make_plan(matches, live, groups, surface.capabilities, terms.order, terms.guards, reach)
    if terms.expect_fingerprint is not None:
        refuse_moved(terms.expect_fingerprint, plan.touched, live)
    return replace(plan, parts=len(wanted), groups=len(names) + len(ids))


def parts_to_read(matches: t.Sequence[Match], whole: bool, all_groups: bool = False) -> list[tuple[int, str, Part]]:
    """Return what must be read beyond the listing: the place of the match, the field of the policy, and the part.

    ``all_groups`` reads the groups of each policy, whether or not something is asked of them.
    """
    wanted: list[tuple[int, str, Part]] = []
    for place, found in enumerate(matches):
        live, item = found.live, found.desired
        if live is None:
            continue
        stays = item.state is not State.ABSENT
        for slot, field in PAYLOAD_FIELDS.items():
            if ((stays and item.payload(slot) is not UNSET) or whole) and live.payload(slot) is UNSET:
                wanted.append((place, field, Part(live, slot)))
        if all_groups or (stays and item.groups is not UNSET):
            wanted.append((place, "assignments", Part(live)))
    return wanted


def groups_to_look_up(matches: t.Sequence[Match], more: t.Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """Return the names and the ids of all groups that must be looked up, each once; ``more`` are some beside them."""
    first_names, first_ids = to_look_up(GroupChange(add=tuple(more)), ())
    names: dict[str, None] = dict.fromkeys(first_names)
    ids: dict[str, None] = dict.fromkeys(first_ids)
    for found in matches:
        change = _change(found)
        if change is not None:
            more_names, more_ids = to_look_up(change, _assigned(found))
            names.update(dict.fromkeys(more_names))
            ids.update(dict.fromkeys(more_ids))
    return list(names), list(ids)


def _read(matches: t.Sequence[Match], wanted: t.Sequence[tuple[int, str, Part]], surface: Surface) -> tuple[Match, ...]:
    """Return the matches with the wanted parts of their live policies."""
    read: list[dict[str, t.Any]] = [{} for _match in matches]
    for (place, field, _part), value in zip(wanted, surface.read([part for *_place, part in wanted]), strict=True):
        read[place][field] = value
    return tuple(
        Match(found.desired, replace(found.live, **parts)) if found.live and parts else found
        for found, parts in zip(matches, read, strict=True)
    )


def _change(found: Match) -> GroupChange | None:
    groups = found.desired.groups
    return None if groups is UNSET or found.desired.state is State.ABSENT else groups


def _assigned(found: Match) -> tuple[Assignment, ...]:
    return () if found.live is None or found.live.assignments is UNSET else found.live.assignments


def _resolve(found: Match, directory: Directory) -> GroupChange | None:
    change = _change(found)
    return None if change is None else resolve(change, _assigned(found), directory)
