# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: read, plan, apply. All writers go through here; check mode leaves out the last step and nothing else."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, replace

from .._errors import UserError
from .._ids import is_guid
from .._policy.assignments import group_ids, merge_assignments
from .._policy.desired import AssignmentChange, DesiredPolicy, GroupChange, State
from .._policy.policy import Assignment, Policy
from .._policy.surface import Directory, Surface, View
from .._policy.unset import UNSET
from .apply import OnError, Outcome, apply, predict, unforeseen_end
from .binding import Binding, refuse_changed
from .confirm import Wait, confirm
from .fingerprint import Beside, Definitions, definitions_of
from .groups import newly_named, resolve, resolved, to_look_up
from .guards import Guards, check_deletions, prunable, refuse_protected
from .known_groups import NamedGroups, refuse_unknown
from .leave import Left, all_at_once, leave_taken, without
from .match import Match, match
from .order import Order
from .others import refuse_others
from .plan import Plan, make_plan
from .reach import Reach
from .reads import parts_to_read, spare, with_parts
from .unseen import refuse_unseen, unseen
from .wave_plans import plans_by_wave


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about it.

    ``whole_policies`` reads both payloads of each policy even where nothing is asked of them, so that the result shows
    the whole object; ``name_groups`` looks the names of groups up that a deletion takes a policy from, so that they can
    be shown. ``binding`` is the plan that is to be applied, ``context`` what counts as part of the definitions. With
    ``wait`` the writes of a run that did not fail are read back. ``reach`` are the groups, by name or GUID, that may
    be affected; None is all. ``check_groups`` must be there although no policy names them, as must those of ``waves``,
    by the names of the waves; the plan tells what each of these does. ``same_names`` lets policies share a name, or
    have none. ``assume_full_view``: what the login does not see is not there.
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
    assume_full_view: bool = False


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
        return predict(plan, surface)
    forbidden = surface.forbidden(plan.actions)
    if forbidden is not None:
        raise forbidden
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
    leaves = options.on_error is OnError.LEAVE
    live = surface.list_policies()
    capabilities = surface.capabilities
    refuse_others(desired, capabilities.others)
    matches = match(desired, live, options.same_names, _view(surface, options))
    refuse_protected(matches, options.guards)
    matches, left = _meant(matches, surface, leaves)
    matches, left = _seen(matches, left, _view(surface, options), leaves)
    matches = (*matches, *prunable(matches, live, options.guards, capabilities.prune_needs_names))
    if options.reach is None:
        certain = matches if capabilities.prunable is None else matches[: len(desired)]
        check_deletions(certain, len(desired), len(live), options.guards)
    matches, left, part_reads = _whole(matches, len(desired), surface, options, left)
    named = _named_beside(options)
    names, ids = groups_to_look_up(matches, [group for entry in named for group in entry.groups], options.name_groups)
    directory.look_up(names, ids)
    refuse_unknown([*(() if leaves else _named_by(matches)), *named], directory)
    reach = None if options.reach is None else frozenset(resolved(options.reach, directory))
    matches, unresolved = _resolve_all(matches, directory, leaves)
    left = {**left, **unresolved}
    if leaves and options.order is None and capabilities.priorities:
        left = leave_taken(matches, live, left)
    plan, possible = _possible(matches, live, surface, options, reach, len(desired), left)
    plan = replace(plan, definitions=_definitions(desired, matches, plan, options, directory))
    refuse_changed(options.binding, plan)
    return replace(
        plan,
        part_reads=part_reads,
        group_lookups=len(names) + len(ids),
        waves=plans_by_wave(_reaches(options, directory), possible, plan, options.order, options.guards),
    )


def _definitions(
    desired: t.Sequence[DesiredPolicy],
    matches: t.Sequence[Match],
    plan: Plan,
    options: RunOptions,
    directory: Directory,
) -> Definitions:
    """Return what a fingerprint binds of the definitions; groups of items that are left out were not resolved."""
    return definitions_of(
        [
            _without_groups(found.desired) if place in plan.left else found.desired
            for place, found in enumerate(matches[: len(desired)])
        ],
        desired,
        (options.order, options.guards),
        options.context,
        [Beside(entry.place, entry.groups, resolved(entry.groups, directory)) for entry in options.check_groups],
    )


def groups_to_look_up(
    matches: t.Sequence[Match], more: t.Sequence[str] = (), of_deletions: bool = False
) -> tuple[list[str], list[str]]:
    """Return the names and the ids of all groups that must be looked up, each once.

    ``more`` are some beside those that the items name; ``of_deletions`` adds those of policies to be deleted.
    """
    first_names, first_ids = to_look_up(AssignmentChange(GroupChange(add=tuple(more))), ())
    names: dict[str, None] = dict.fromkeys(first_names)
    ids: dict[str, None] = dict.fromkeys(first_ids)
    for found in matches:
        change = _change(found)
        if change is not None:
            more_names, more_ids = to_look_up(change, _assigned(found))
            names.update(dict.fromkeys(more_names))
            ids.update(dict.fromkeys(more_ids))
        elif of_deletions and found.desired.state is State.ABSENT:
            ids.update((group_id, None) for group_id in group_ids(_assigned(found)) if is_guid(group_id))
    return list(names), list(ids)


def _named_beside(options: RunOptions) -> list[NamedGroups]:
    """Return the groups that are named beside those of policies, and where."""
    reach = [NamedGroups("limit_to_groups", options.reach)] if options.reach else []
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


def _change(found: Match) -> AssignmentChange | None:
    change = found.desired.assignments
    return None if change is UNSET or found.desired.state is State.ABSENT else change


def _assigned(found: Match) -> tuple[Assignment, ...]:
    return () if found.live is None or found.live.assignments is UNSET else found.live.assignments


def _resolve_all(matches: t.Sequence[Match], directory: Directory, leave: bool) -> tuple[tuple[Match, ...], Left]:
    """Return the matches with their groups as ids; with ``leave`` also why some cannot be had, by place."""
    resolved_matches: list[Match] = []
    left: dict[int, UserError] = {}
    for place, found in enumerate(matches):
        try:
            resolved_matches.append(_resolve(found, directory))
        except UserError as error:
            if not leave:
                raise
            # The error names the group; several policies may be left because of it.
            left[place] = error.saying(f"{found.desired.named()}: {error}")
            resolved_matches.append(found)
    return tuple(resolved_matches), left


def _resolve(found: Match, directory: Directory) -> Match:
    change = _change(found)
    if change is None:
        return found
    change = resolve(change, _assigned(found), directory)
    merge_assignments(found.desired, change, _assigned(found))
    return Match(found.desired.with_values({"assignments": change}), found.live)


def _without_groups(item: DesiredPolicy) -> DesiredPolicy:
    """Return an item that asks for no groups: those of one that is left could not be told."""
    return item.with_values({"assignments": UNSET})


def _meant(matches: t.Sequence[Match], surface: Surface, leave: bool) -> tuple[tuple[Match, ...], Left]:
    """Return the matches as the surface resolves them; with ``leave`` also why some cannot be meant, by place."""
    answers = surface.resolve([found.desired for found in matches])
    left = {place: answer for place, answer in enumerate(answers) if isinstance(answer, UserError)}
    if left and not leave:
        raise all_at_once(list(left.values()))
    pairs = zip(matches, answers, strict=True)
    meant = tuple(found if isinstance(answer, UserError) else Match(answer, found.live) for found, answer in pairs)
    return without(meant, left), left


def _view(surface: Surface, options: RunOptions) -> View | None:
    """Return the view as far as it is known now, None where what does not show is not there."""
    return None if options.assume_full_view else surface.capabilities.view


def _seen(matches: t.Sequence[Match], left: Left, view: View | None, leave: bool) -> tuple[tuple[Match, ...], Left]:
    """Return the matches without those that the login may not see; with ``leave`` these are left beside the others."""
    if not leave:
        refuse_unseen(matches, view)
    left = {**unseen(matches, view), **left}
    return without(matches, left), left


def _possible(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    surface: Surface,
    options: RunOptions,
    reach: Reach | None,
    listed: int,
    left: Left,
) -> tuple[Plan, tuple[Match, ...]]:
    """Return the plan of what the surface can write, and what it was made of. What it cannot is left or refused."""
    while True:
        matches = without(matches, left)
        plan = make_plan(matches, live, surface.capabilities, options.order, options.guards, reach, listed)
        changing = {place: item for place, item in enumerate(plan.items) if item.status != "unchanged"}
        answers = surface.refusals([(item.before, item.after) for item in changing.values()])
        refused = {place: error for place, error in zip(changing, answers, strict=True) if error is not None}
        if not refused:
            return replace(plan, left=left), matches
        if options.on_error is not OnError.LEAVE:
            raise all_at_once(list(refused.values()))
        left = {**left, **refused}


def _whole(
    matches: t.Sequence[Match], listed: int, surface: Surface, options: RunOptions, left: Left
) -> tuple[tuple[Match, ...], Left, int]:
    """Return the matches with what must be known of their policies, those that are left, and how many parts were read.

    Raises UserError.
    """
    capabilities, view = surface.capabilities, _view(surface, options)
    all_groups = options.reach is not None or bool(options.waves)
    wanted = parts_to_read(matches, capabilities.fields, options.whole_policies, all_groups)
    leaves, sees_all = options.on_error is OnError.LEAVE, view is None or view.is_full
    found, unread = with_parts(matches, wanted, surface, sees_all, leaves)
    return *spare(found, listed, capabilities, {**left, **unread}), len(wanted)
