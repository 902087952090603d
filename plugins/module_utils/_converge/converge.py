# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: read, plan, apply. All writers go through here; check mode leaves out the last step and nothing else."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, replace

from .._errors import UserError
from .._ids import is_guid
from .._policy.desired import DesiredPolicy, GroupChange, State
from .._policy.fields import PARTS
from .._policy.groups import merge_groups
from .._policy.policy import Assignment, Policy
from .._policy.reads import Entity, Part
from .._policy.surface import Directory, Surface
from .._policy.unset import UNSET
from .apply import OnError, Outcome, apply, predict, unforeseen_end
from .binding import Binding, refuse_changed
from .confirm import Wait, confirm
from .fingerprint import Beside, definitions_of
from .groups import newly_named, resolve, resolved, to_look_up
from .guards import Guards, check_deletions, prunable, refuse_protected
from .known_groups import NamedGroups, refuse_unknown
from .leave import Left, leave_taken, without
from .match import Match, match
from .order import Order
from .plan import Plan, make_plan
from .reach import Reach
from .wave_plans import plans_by_wave


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about it.

    ``whole_policies`` reads both payloads of each policy even where nothing is asked of them, so that the result shows
    the whole object; ``name_groups`` looks the names of groups up that a deletion takes a policy from, so that they can
    be shown. ``binding`` is the plan that is to be applied, ``context`` what counts as part of the definitions. With
    ``wait`` the writes of a run that did not fail are read back. ``reach`` are the groups, by name or GUID, that may
    feel the run; None is all. ``check_groups`` must be there although no policy names them, as must those of ``waves``,
    by the names of the waves; the plan tells what each of these does. ``same_names`` lets policies share a name, or
    have none.
    """

    check_mode: bool = False
    whole_policies: bool = False
    name_groups: bool = False
    order: Order | None = None
    guards: Guards = Guards()
    binding: Binding = Binding()
    context: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    on_error: OnError = OnError.STOP
    wait: Wait | None = None
    reach: tuple[str, ...] | None = None
    check_groups: tuple[NamedGroups, ...] = ()
    waves: tuple[NamedGroups, ...] = ()
    same_names: bool = False


def converge(
    desired: t.Sequence[DesiredPolicy], surface: Surface, directory: Directory, options: RunOptions | None = None
) -> Outcome:
    """Bring the tenant to the desired state, or in check mode tell what that would do.

    Raises UserError before the first write for everything that cannot be read, resolved or planned, or goes beyond the
    guards; a failed write stands in the outcome.
    """
    options = options or RunOptions()
    plan = read_and_plan(desired, surface, directory, options)
    if options.check_mode:
        return predict(plan)
    outcome = apply(plan, surface, options.on_error)
    # What is left keeps nobody from reading back the others.
    if options.wait is None or (outcome.error and options.on_error is not OnError.LEAVE):
        return outcome
    try:
        confirmed = confirm(outcome, surface, options.wait)
    except Exception as error:  # noqa: BLE001 - what was done must be told
        return replace(outcome, error=outcome.error or unforeseen_end(error))
    return replace(confirmed, error=outcome.error or confirmed.error)


def read_and_plan(
    desired: t.Sequence[DesiredPolicy], surface: Surface, directory: Directory, options: RunOptions | None = None
) -> Plan:
    """Read what the desired state mentions and return the plan. Raises UserError."""
    options = options or RunOptions()
    live = surface.list_policies()
    matches = match(desired, live, options.same_names)
    refuse_protected(matches, options.guards)
    matches = (*matches, *prunable(matches, live, options.guards))
    if options.reach is None:
        check_deletions(matches, len(desired), len(live), options.guards)
    wanted = parts_to_read(matches, options.whole_policies, options.reach is not None or bool(options.waves))
    matches = _read(matches, wanted, surface)
    named = _named_beside(options)
    beside = [group for entry in named for group in entry.groups]
    names, ids = groups_to_look_up(matches, beside, options.name_groups)
    directory.look_up(names, ids)
    leaves = options.on_error is OnError.LEAVE
    refuse_unknown([*(() if leaves else _named_by(matches)), *named], directory)
    reach = None if options.reach is None else frozenset(resolved(options.reach, directory))
    groups, left = _resolve_all(matches, directory, leaves)
    if leaves and options.order is None:
        left = leave_taken(matches, live, left)
    matches, groups = without(matches, groups, left)
    plan = make_plan(matches, live, groups, surface.capabilities, options.order, options.guards, reach, len(desired))
    asked = definitions_of(
        desired,
        groups[: len(desired)],
        (options.order, options.guards),
        options.context,
        [Beside(entry.place, entry.groups, resolved(entry.groups, directory)) for entry in options.check_groups],
    )
    plan = replace(plan, definitions=asked)
    refuse_changed(options.binding, plan)
    waves = plans_by_wave(_reaches(options, directory), matches, groups, plan, options.order, options.guards)
    return replace(plan, part_reads=len(wanted), group_lookups=len(names) + len(ids), waves=waves, left=left)


def parts_to_read(matches: t.Sequence[Match], whole: bool, all_groups: bool = False) -> list[tuple[int, Part]]:
    """Return what must be read beyond the listing: the place of the match, and the part.

    A policy to be deleted is read whole. ``all_groups`` reads the groups of each policy, whether or not something is
    asked of them.
    """
    wanted: list[tuple[int, Part]] = []
    for place, found in enumerate(matches):
        live, item = found.live, found.desired
        if live is None:
            continue
        goes = item.state is State.ABSENT
        for field in PARTS:
            beside = whole if field.content else all_groups
            if (goes or beside or field.asked(item) is not UNSET) and field.of(live) is UNSET:
                wanted.append((place, Part(live, field)))
    return wanted


def groups_to_look_up(
    matches: t.Sequence[Match], more: t.Sequence[str] = (), of_deletions: bool = False
) -> tuple[list[str], list[str]]:
    """Return the names and the ids of all groups that must be looked up, each once.

    ``more`` are some beside those that the items name; ``of_deletions`` adds those of policies to be deleted.
    """
    first_names, first_ids = to_look_up(GroupChange(add=tuple(more)), ())
    names: dict[str, None] = dict.fromkeys(first_names)
    ids: dict[str, None] = dict.fromkeys(first_ids)
    for found in matches:
        change = _change(found)
        if change is not None:
            more_names, more_ids = to_look_up(change, _assigned(found))
            names.update(dict.fromkeys(more_names))
            ids.update(dict.fromkeys(more_ids))
        elif of_deletions and found.desired.state is State.ABSENT:
            ids.update(
                (entry.group_id, None) for entry in _assigned(found) if entry.group_id and is_guid(entry.group_id)
            )
    return list(names), list(ids)


def _named_beside(options: RunOptions) -> list[NamedGroups]:
    """Return the groups that are named beside those of policies, and where."""
    reach = [NamedGroups("reach", options.reach)] if options.reach else []
    waves = [NamedGroups(f"wave '{wave.place}'", wave.groups) for wave in options.waves]
    return [*reach, *waves, *options.check_groups]


def _named_by(matches: t.Sequence[Match]) -> t.Iterator[NamedGroups]:
    """Return the groups that each item names, but for those that its policy has already."""
    for found in matches:
        change = _change(found)
        if change is not None:
            yield NamedGroups(found.desired.named(), newly_named(change, _assigned(found)))


def _reaches(options: RunOptions, directory: Directory) -> dict[str, Reach | None]:
    """Return how far each wave reaches, with the groups of those before it; the last one reaches everybody."""
    reaches: dict[str, Reach | None] = {}
    reached: Reach = frozenset()
    for wave in options.waves:
        reached |= frozenset(resolved(wave.groups, directory))
        reaches[wave.place] = reached
    return {**reaches, **dict.fromkeys(list(reaches)[-1:])}


def _read(matches: t.Sequence[Match], wanted: t.Sequence[tuple[int, Part]], surface: Surface) -> tuple[Match, ...]:
    """Return the matches with the wanted parts of their live policies. Raises UserError."""
    read: list[dict[str, t.Any]] = [{} for _match in matches]
    values = surface.look([part for _place, part in wanted])
    errors = {
        place: value for (place, _part), value in zip(wanted, values, strict=True) if isinstance(value, UserError)
    }
    gone = _gone(matches, errors, surface)
    for place, error in errors.items():
        if place not in gone:
            raise error
    for (place, part), value in zip(wanted, values, strict=True):
        read[place][part.field.name] = value if place not in gone else part.field.blank
    return tuple(
        Match(found.desired, replace(found.live, **parts)) if found.live and parts else found
        for found, parts in zip(matches, read, strict=True)
    )


def _gone(matches: t.Sequence[Match], errors: t.Mapping[int, UserError], surface: Surface) -> set[int]:
    """Return the places of policies to be deleted that are gone already: a listing may show one for a while."""
    asked = [place for place, error in errors.items() if matches[place].desired.state is State.ABSENT and error.absent]
    if not asked:
        return set()
    entities = surface.look([Entity(t.cast(Policy, matches[place].live)) for place in asked])
    return {place for place, entity in zip(asked, entities, strict=True) if entity is None}


def _change(found: Match) -> GroupChange | None:
    groups = found.desired.groups
    return None if groups is UNSET or found.desired.state is State.ABSENT else groups


def _assigned(found: Match) -> tuple[Assignment, ...]:
    return () if found.live is None or found.live.assignments is UNSET else found.live.assignments


def _resolve_all(
    matches: t.Sequence[Match], directory: Directory, leave: bool
) -> tuple[tuple[GroupChange | None, ...], Left]:
    """Return the resolved groups of each match; with ``leave`` also why some cannot be had, by place."""
    groups: list[GroupChange | None] = []
    left: dict[int, UserError] = {}
    for place, found in enumerate(matches):
        try:
            groups.append(_resolve(found, directory))
        except UserError as error:
            if not leave:
                raise
            # The error names the group; several policies may be left because of it.
            left[place] = error.saying(f"{found.desired.named()}: {error}")
            groups.append(None)
    return tuple(groups), left


def _resolve(found: Match, directory: Directory) -> GroupChange | None:
    change = _change(found)
    if change is None:
        return None
    change = resolve(change, _assigned(found), directory)
    merge_groups(found.desired, change, _assigned(found))
    return change
