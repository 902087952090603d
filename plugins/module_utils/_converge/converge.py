# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: read, plan, apply. All writers go through here; check mode leaves out the last step and nothing else."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, replace

from .._errors import UserError, all_at_once, unforeseen_end
from .._ids import id_key
from .._policy.desired import DesiredPolicy
from .._policy.live_conflicts import Conflicts
from .._policy.policy import Policy
from .._policy.surface import Directory, Surface, View
from .._policy.unset import UNSET
from .apply import OnError, Outcome, apply, predict
from .binding import Binding, refuse_changed
from .confirm import Wait, confirm
from .fingerprint import Beside, Definitions, definitions_of
from .groups import resolved
from .guards import Guards, check_deletions, prunable
from .item_groups import NamedGroups, groups_to_look_up, resolve_all
from .leave import Left, leave_taken, without
from .limit_to_groups import Limit
from .looks import listed, whole_list
from .match import Match
from .order import Order
from .plan import Plan, make_plan
from .reads import expected, parts_to_read, spare, with_parts
from .unseen import unseen
from .wave_plans import plans_by_wave
from .wrong import everything_wrong, instead, matched, not_seen, placed, refuse_to_plan, refuse_unknown


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about it.

    ``whole_policies`` reads both payloads of each policy even where nothing is asked of them, so that the result shows
    the whole object; ``name_groups`` looks the names of groups up that a deletion takes a policy from, so that they can
    be shown. ``binding`` is the plan that is to be applied, ``context`` what counts as part of the definitions. With
    ``wait`` the writes of a run that did not fail are read back. ``limit_to_groups`` are the groups, by name or GUID,
    that may be affected; None is all. ``check_groups`` must be there although no policy names them, as must those of
    ``waves``, by the names of the waves; the plan tells what each of these does. ``same_names`` lets policies share a
    name, or have none. ``assume_full_view``: what the login does not see is not there. ``conflicts``: the plan tells
    where policies disagree. ``refused`` is why nothing is written, whatever else may be wrong, which is told beside it.
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
    limit_to_groups: tuple[str, ...] | None = None
    check_groups: tuple[NamedGroups, ...] = ()
    waves: tuple[NamedGroups, ...] = ()
    same_names: bool = False
    assume_full_view: bool = False
    conflicts: bool = False
    refused: tuple[UserError, ...] = ()


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
        # Where a plan is in waves, a request is of one of them, and done when the next one comes.
        return predict(plan, surface, options.on_error, blocked=not plan.waves)
    forbidden = surface.forbidden(plan.actions)
    if forbidden is not None:
        raise forbidden
    outcome = apply(plan, surface, options.on_error, reads_back=options.wait is not None)
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
    with instead(options.refused):
        live = _live(desired, surface, options)
    capabilities = surface.capabilities
    matches, left = _understood(desired, live, surface, directory, options)
    matches = (*without(matches, left), *prunable(matches, live, options.guards))
    if options.limit_to_groups is None:
        certain = matches if capabilities.prunable is None else matches[: len(desired)]
        check_deletions(certain, len(desired), len(live), options.guards)
    matches, left, part_reads = _whole(matches, len(desired), surface, options, left)
    named = _named_beside(options)
    names, ids = groups_to_look_up(matches, [group for entry in named for group in entry.groups], options.name_groups)
    directory.look_up(names, ids)
    if options.on_error is OnError.LEAVE:
        refuse_unknown(named, directory)
        matches, impossible = resolve_all(matches, directory, capabilities)
        left = {**left, **impossible}
    else:
        matches = refuse_to_plan(matches, surface, directory, named)
    limit = None if options.limit_to_groups is None else frozenset(resolved(options.limit_to_groups, directory))
    if options.on_error is OnError.LEAVE and options.order is None and capabilities.priorities:
        left = leave_taken(matches, live, left)
    plan, possible = _possible(matches, live, surface, options, limit, len(desired), left)
    plan = replace(plan, definitions=_definitions(desired, matches, plan, options, directory))
    refuse_changed(options.binding, plan)
    return replace(
        plan,
        part_reads=part_reads,
        group_lookups=len(names) + len(ids),
        waves=plans_by_wave(_limits(options, directory), possible, plan, options.order, options.guards),
        conflicts=_conflicts(plan, surface) if options.conflicts else None,
    )


def _conflicts(plan: Plan, surface: Surface) -> Conflicts:
    """Return where the policies that the plan is about disagree when it is done, also with those that it leaves."""
    described = [item.after for item in plan.items[: plan.listed] if item.after is not None]
    planned = {id_key(item.before.id) for item in plan.items if item.before is not None}
    spared = [item.after for item in plan.items[plan.listed :] if item.after is not None]
    return surface.conflicts(
        described, [*spared, *(policy for policy in plan.live if id_key(policy.id) not in planned)]
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


def _named_beside(options: RunOptions) -> list[NamedGroups]:
    """Return the groups that are named beside those of policies, and where."""
    limit = [NamedGroups("limit_to_groups", options.limit_to_groups)] if options.limit_to_groups else []
    waves = [NamedGroups(f"wave '{wave.place}'", wave.groups) for wave in options.waves]
    return [*limit, *waves, *options.check_groups]


def _limits(options: RunOptions, directory: Directory) -> dict[str, Limit | None]:
    """Return what each wave may affect, its groups and those of those before it; the last one everybody."""
    limits: dict[str, Limit | None] = {}
    so_far: Limit = frozenset()
    for wave in options.waves:
        so_far |= frozenset(resolved(wave.groups, directory))
        limits[wave.place] = so_far
    return {**limits, **dict.fromkeys(list(limits)[-1:])}


def _without_groups(item: DesiredPolicy) -> DesiredPolicy:
    """Return an item that asks for no groups: those of one that is left could not be told."""
    return item.with_values({"assignments": UNSET})


def _understood(
    desired: t.Sequence[DesiredPolicy],
    live: t.Sequence[Policy],
    surface: Surface,
    directory: Directory,
    options: RunOptions,
) -> tuple[tuple[Match, ...], Left]:
    """Return each item with its live policy as the surface resolves it, and those that are left.

    Raises UserError with all that is wrong with the items, as far as it can be found out.
    """
    view, refused = _view(surface, options), options.refused
    matches, wrong = matched(desired, live, options.same_names, options.guards, surface.capabilities, view)
    with instead([*refused, *(error for _place, error in wrong)]):
        matches, left = _meant(matches, surface)
    hidden = unseen(matches, _view(surface, options))
    stops = bool(left or hidden) and options.on_error is not OnError.LEAVE
    if wrong or refused or stops:
        wrong += [*left.items(), *not_seen(matches, _view(surface, options), [place for place, _error in wrong])]
        raise everything_wrong(matches, wrong, refused, surface, directory, _named_beside(options))
    return matches, {**hidden, **left}


def _meant(matches: t.Sequence[Match], surface: Surface) -> tuple[tuple[Match, ...], Left]:
    """Return the matches as the surface resolves them, and why some cannot be meant, by place."""
    answers = surface.resolve([found.desired for found in matches])
    left = {place: answer for place, answer in enumerate(answers) if isinstance(answer, UserError)}
    pairs = zip(matches, answers, strict=True)
    return tuple(found if isinstance(answer, UserError) else Match(answer, found.live) for found, answer in pairs), left


def _view(surface: Surface, options: RunOptions) -> View | None:
    """Return the view as far as it is known now, None where what does not show is not there."""
    return None if options.assume_full_view else surface.capabilities.view


def _possible(
    matches: t.Sequence[Match],
    live: t.Sequence[Policy],
    surface: Surface,
    options: RunOptions,
    limit: Limit | None,
    listed: int,
    left: Left,
) -> tuple[Plan, tuple[Match, ...]]:
    """Return the plan of what the surface can write, and what it was made of. What it cannot is left or refused."""
    while True:
        matches = without(matches, left)
        plan = make_plan(matches, live, surface.capabilities, options.order, options.guards, limit, listed)
        changing = {place: item for place, item in enumerate(plan.items) if item.status != "unchanged"}
        answers = surface.refusals([(item.before, item.after) for item in changing.values()])
        refused = {
            place: placed(plan.items[place].desired, error)
            for place, error in zip(changing, answers, strict=True)
            if error is not None
        }
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
    wanted = parts_to_read(matches, capabilities.fields, options.whole_policies, _needs_all_groups(options))
    leaves, sees_all = options.on_error is OnError.LEAVE, view is None or view.is_full
    found, unread = with_parts(matches, wanted, surface, sees_all, leaves)
    return *spare(found, listed, capabilities, {**left, **unread}), len(wanted)


def _live(desired: t.Sequence[DesiredPolicy], surface: Surface, options: RunOptions) -> tuple[Policy, ...]:
    """Return the policies of the tenant; what is asked of the first ones is read while others still come."""
    fields, everything = surface.capabilities.fields, options.guards.prune or options.conflicts
    expect = expected(desired, fields, options.whole_policies, _needs_all_groups(options))
    if options.refused:
        # Nothing comes of such a run.
        return whole_list(surface) if everything else listed(surface, desired)
    return whole_list(surface, expect) if everything else listed(surface, desired, expect)


def _needs_all_groups(options: RunOptions) -> bool:
    """Tell whether the groups of each policy count, whatever is asked of them."""
    return options.limit_to_groups is not None or bool(options.waves)
