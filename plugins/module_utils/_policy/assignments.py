# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The assignments of a policy: what is asked of them, merged into those that are there, and how they are shown.

One field with several options: ``groups`` and ``exclude_groups`` name groups, ``all_users`` and ``all_devices`` are on
or off. A surface has some of them. Assignments that do not belong to the policy itself are kept as they are, and count
neither in a comparison nor in what is shown by option. Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import UserError
from .desired import GROUP_OPTIONS, AllTarget, AssignmentChange, DesiredPolicy, GroupChange
from .policy import Assignment, AssignmentFilter, Target
from .unset import UNSET, Unset

Assignments = tuple[Assignment, ...]

# What each option is about; targets that nobody knows are shown beside the groups.
TARGETS_OF: t.Mapping[str, tuple[Target, ...]] = {
    "groups": (Target.GROUP, Target.UNKNOWN),
    "exclude_groups": (Target.EXCLUDED_GROUP,),
    "all_users": (Target.ALL_USERS,),
    "all_devices": (Target.ALL_DEVICES,),
}
_LISTS = tuple(GROUP_OPTIONS.values())


def merge_assignments(item: DesiredPolicy, change: AssignmentChange, live: t.Sequence[Assignment]) -> Assignments:
    """Return the assignments after a resolved change: groups are sorted by id, those that are gone dropped by a write.

    Raises UserError when a group is to be added and removed at once, or would be assigned and excluded at once, and
    when ``set`` would drop a target this collection does not know.
    """
    for groups in change.group_changes.values():
        _refuse_both_ways(item, groups)
    _refuse_unknown_target(item, change, live)
    wanted = merged(change, live)
    _refuse_excluded(item, change, wanted)
    if not change.gone or same_assignments(wanted, live):
        return wanted
    return tuple(entry for entry in wanted if entry.group_id not in change.gone or not entry.is_direct)


def merged(change: AssignmentChange, live: t.Sequence[Assignment]) -> Assignments:
    """Return the assignments as asked, whether or not they can be had."""
    direct = [entry for entry in live if entry.is_direct]
    found = [entry for entry in direct if entry.to is Target.UNKNOWN]
    for to in GROUP_OPTIONS:
        found += _merged_groups(to, change.group_changes.get(to), direct)
    for to in (Target.ALL_USERS, Target.ALL_DEVICES):
        found += _merged_all(to, change.all_targets.get(to), direct)
    return (*found, *(entry for entry in live if not entry.is_direct))


def same_assignments(one: t.Sequence[Assignment], other: t.Sequence[Assignment]) -> bool:
    """Tell whether two lists assign the same targets with the same filters; order and the server's ids mean nothing."""
    return one == other or _meanings(one) == _meanings(other)


def takes_away(before: t.Sequence[Assignment], after: t.Sequence[Assignment]) -> bool:
    """Tell whether somebody may lose a policy: a target or its filter goes, or another group is excluded."""
    goes = _meanings(each for each in before if each.to is not Target.EXCLUDED_GROUP) - _meanings(after)
    comes = _meanings(each for each in after if each.to is Target.EXCLUDED_GROUP) - _meanings(before)
    return bool(goes or comes)


def group_ids(assignments: t.Iterable[Assignment] | Unset) -> list[str]:
    """Return the ids of all groups that assignments name, in their order."""
    return [] if assignments is UNSET else [entry.group_id for entry in assignments if entry.group_id is not None]


def results_of(options: t.Iterable[str], assignments: t.Sequence[Assignment]) -> dict[str, t.Any]:
    """Return the values of options that ask for these assignments."""
    return {option: _option_value(option, assignments) for option in options}


def texts_of(options: t.Iterable[str], assignments: t.Sequence[Assignment] | Unset) -> dict[str, t.Any]:
    """Return by option what people are shown of assignments, and what a plan is bound to: texts, or on and off."""
    return {option: _texts(option, () if assignments is UNSET else assignments) for option in options}


def filter_ids(options: t.Iterable[str], assignments: t.Sequence[Assignment] | Unset) -> list[str]:
    """Return the ids of all filters that assignments of these options have, each once; also of what others own."""
    targets = {target for option in options for target in TARGETS_OF[option]}
    shown = () if assignments is UNSET else assignments
    return sorted({entry.filter.id for entry in shown if entry.filter is not None and entry.to in targets})


def change_digests(change: AssignmentChange) -> dict[str, t.Any]:
    """Return by option what a plan is bound to of a resolved change."""
    digests: dict[str, t.Any] = {GROUP_OPTIONS[to]: _groups_digest(asked) for to, asked in change.group_changes.items()}
    for to, asked in change.all_targets.items():
        digests[to.value] = [asked.assigned, _filter_text(asked.filter)]
    return digests


def _meanings(assignments: t.Iterable[Assignment]) -> set[str]:
    return {entry.meaning for entry in assignments if entry.is_direct}


def _refuse_both_ways(item: DesiredPolicy, change: GroupChange) -> None:
    both = sorted(set(change.add) & set(change.remove))
    if both:
        raise UserError(
            item.named(), "assign its groups", f"group {both[0]} is in add and in remove", "Keep one of them"
        )


def _refuse_unknown_target(item: DesiredPolicy, change: AssignmentChange, live: t.Sequence[Assignment]) -> None:
    unknown = [entry for entry in live if entry.is_direct and entry.to is Target.UNKNOWN]
    if unknown and change.groups is not UNSET and change.groups.exact is not None:
        raise UserError(
            item.named(),
            "set its groups",
            f"it has an assignment that is not a group ({(unknown[0].target or {}).get('@odata.type', 'no type')})",
            "Use add and remove, which keep it, or take it away by hand",
        )


def refuse_named_twice(item: DesiredPolicy, change: AssignmentChange) -> None:
    """Refuse a group that is named to be assigned and to be excluded, before it is looked up. Raises UserError."""
    wanted = [change.group_changes[to].wanted for to in GROUP_OPTIONS if to in change.group_changes]
    if len(wanted) == len(GROUP_OPTIONS):
        both = sorted(set(wanted[0]) & set(wanted[1]))
        if both:
            cause = f"group '{both[0]}' is in groups and in exclude_groups"
            raise UserError(item.named(), "assign its groups", cause, "Keep it in one of them")


def _refuse_excluded(item: DesiredPolicy, change: AssignmentChange, wanted: t.Sequence[Assignment]) -> None:
    """Refuse a group that would be assigned and excluded at once."""
    if not change.group_changes:
        return
    included, excluded = (
        {entry.group_id for entry in wanted if entry.to is to and entry.is_direct} for to in GROUP_OPTIONS
    )
    both = sorted(map(str, included & excluded))
    if not both:
        return
    if len(change.group_changes) == len(GROUP_OPTIONS):
        cause, step = f"group {both[0]} is in groups and in exclude_groups", "Keep it in one of them"
    elif change.groups is UNSET:
        cause, step = f"group {both[0]} is excluded and the policy is assigned to it", "Take it out of groups, too"
    else:
        cause = f"group {both[0]} is assigned and the policy excludes it"
        step = "Take it out of exclude_groups, too"
    raise UserError(item.named(), "assign its groups", cause, step)


def _merged_groups(to: Target, change: GroupChange | None, direct: t.Sequence[Assignment]) -> list[Assignment]:
    """Return the groups that a policy has after a change, as what they are to it."""
    known = {str(entry.group_id): entry for entry in direct if entry.to is to}
    if change is None:
        wanted = set(known)
    else:
        wanted = set(known) if change.exact is None else set(change.exact)
        wanted = (wanted | set(change.add)) - set(change.remove)
    groups = [known.get(group_id, Assignment(group_id, to=to)) for group_id in sorted(wanted)]
    return [_filtered(entry, _wanted_filter(entry, change)) for entry in groups]


def _wanted_filter(entry: Assignment, change: GroupChange | None) -> AssignmentFilter | None:
    if change is not None and entry.group_id in change.filters:
        return change.filters[str(entry.group_id)]
    return entry.filter if change is None or change.exact is None else None


def _merged_all(to: Target, asked: AllTarget | None, direct: t.Sequence[Assignment]) -> list[Assignment]:
    known = [entry for entry in direct if entry.to is to]
    if asked is None:
        return known
    return [_filtered(entry, asked.filter) for entry in known or [Assignment(None, to=to)]] if asked.assigned else []


def _filtered(entry: Assignment, wanted: AssignmentFilter | None) -> Assignment:
    """Return an assignment with a filter; as the server sent it where that is its filter already."""
    return entry if entry.filter == wanted else replace(entry, filter=wanted, target=None)


def _of_option(option: str, assignments: t.Sequence[Assignment]) -> list[Assignment]:
    targets = TARGETS_OF[option]
    return sorted((each for each in assignments if each.is_direct and each.to in targets), key=lambda each: each.key)


def _option_value(option: str, assignments: t.Sequence[Assignment]) -> t.Any:
    found = _of_option(option, assignments)
    if option in _LISTS:
        return [_member(entry) for entry in found if entry.group_id]
    return _on_or_off(found, lambda wanted: {"filter": wanted.id, "filter_mode": wanted.mode})


def _member(entry: Assignment) -> t.Any:
    if entry.filter is None:
        return entry.group_id
    return {"id": entry.group_id, "filter": entry.filter.id, "filter_mode": entry.filter.mode}


def _texts(option: str, assignments: t.Sequence[Assignment]) -> t.Any:
    found = _of_option(option, assignments)
    if option in _LISTS:
        return [f"{entry.group_id or entry.key}{_filter_text(entry.filter)}" for entry in found]
    return _on_or_off(found, lambda wanted: _filter_text(wanted).strip())


def _on_or_off(found: t.Sequence[Assignment], of_filter: t.Callable[[AssignmentFilter], t.Any]) -> t.Any:
    """Return whether all users or all devices are assigned, or by which filter."""
    return of_filter(found[0].filter) if found and found[0].filter else bool(found)


def _filter_text(wanted: AssignmentFilter | None) -> str:
    return "" if wanted is None else f" (filter {wanted.id}, {wanted.mode})"


def _groups_digest(change: GroupChange) -> t.Any:
    exact = None if change.exact is None else sorted(set(change.exact))
    digest = [exact, sorted(set(change.add)), sorted(set(change.remove))]
    filters = sorted([member, _filter_text(wanted)] for member, wanted in change.filters.items())
    return [*digest, filters] if filters else digest
