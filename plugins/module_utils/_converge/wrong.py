# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a run cannot be planned: all that is wrong with its items, told at once before anything is written."""

from __future__ import annotations

import contextlib
import typing as t

from .._errors import UserError, all_at_once
from .._ids import id_key
from .._policy.desired import DesiredPolicy, State
from .._policy.policy import Policy
from .._policy.surface import Capabilities, Directory, Surface, View
from .guards import Guards, protected, too_wide
from .item_groups import NamedGroups, groups_to_look_up, named_by, resolve_one, unknown_groups
from .match import Match, Refused, match
from .plan import target_of
from .reads import parts_to_read, with_parts
from .unseen import unseen_error

_STEP = "Give the id of another policy, or leave id out to create one by its display_name"
# The place of what is wrong with the task itself: before all items.
_TASK = -1


@contextlib.contextmanager
def instead(errors: t.Sequence[UserError]) -> t.Iterator[None]:
    """Tell these errors, if there are any, in the place of one that keeps from finding more."""
    try:
        yield
    except UserError as error:
        if errors:
            raise all_at_once(errors) from error
        raise


def matched(
    desired: t.Sequence[DesiredPolicy],
    live: t.Sequence[Policy],
    same_names: bool,
    guards: Guards,
    capabilities: Capabilities,
    view: View | None,
) -> tuple[tuple[Match, ...], list[Refused]]:
    """Return each item with its live policy, and what is wrong with them so far."""
    others = others_named(desired, capabilities.others)
    matches, refused = match(desired, live, same_names, view)
    wide = too_wide(guards) if capabilities.prune_needs_names else []
    return matches, [
        *((_TASK, error) for error in wide),
        *((place, error) for place, error in refused if place not in others),
        *others.items(),
        *protected(matches, guards).items(),
    ]


def not_seen(matches: t.Sequence[Match], view: View | None, wrong: t.Collection[int]) -> list[Refused]:
    """Return what is wrong with the items, but for those that are wrong already, that the login may not see."""
    error = unseen_error([found for place, found in enumerate(matches) if place not in wrong], view)
    return [] if error is None else [(_TASK, error)]


def everything_wrong(
    matches: t.Sequence[Match],
    wrong: t.Sequence[Refused],
    beside: t.Sequence[UserError],
    surface: Surface,
    directory: Directory,
    named: t.Sequence[NamedGroups],
) -> UserError:
    """Return one error with all that is wrong with the items and what can be found out beside it.

    Of items that are wrong already nothing counts from here on but the groups that they name.
    """
    bad = {place for place, _error in wrong}
    matches = tuple(_groups_alone(found) if place in bad else found for place, found in enumerate(matches))
    more: list[Refused] = []
    # What cannot be read now is another problem than those of the items, and may be none the next time.
    with contextlib.suppress(UserError):
        wanted = parts_to_read(matches, surface.capabilities.fields, False)
        matches, unread = with_parts(matches, wanted, surface, leave=True)
        bad |= unread.keys()
        directory.look_up(*groups_to_look_up(matches, [group for entry in named for group in entry.groups]))
        _meant, more = _resolved(matches, surface, directory, named, bad)
    return all_at_once([*beside, *(error for _place, error in sorted([*wrong, *more], key=lambda each: each[0]))])


def refuse_to_plan(
    matches: t.Sequence[Match],
    surface: Surface,
    directory: Directory,
    named: t.Sequence[NamedGroups],
) -> tuple[Match, ...]:
    """Refuse items that were read and cannot be planned; return the matches with their groups as ids.

    Their groups were looked up before. Raises UserError, also where one could not be.
    """
    meant, wrong = _resolved(matches, surface, directory, named, ())
    if wrong:
        raise all_at_once([error for _place, error in wrong])
    return meant


def refuse_unknown(named: t.Sequence[NamedGroups], directory: Directory) -> None:
    """Refuse groups that are named beside items and are not there. They were looked up before. Raises UserError."""
    errors = unknown_groups(named, directory)
    if errors:
        raise all_at_once(errors)


def _resolved(
    matches: t.Sequence[Match],
    surface: Surface,
    directory: Directory,
    named: t.Sequence[NamedGroups],
    bad: t.Collection[int],
) -> tuple[tuple[Match, ...], list[Refused]]:
    """Return the matches with their groups as ids, and what is wrong with them."""
    capabilities = surface.capabilities
    resolved = list(matches)
    unknown = unknown_groups([*named_by(matches), *named], directory)
    told = tuple(map(str, unknown))
    wrong: list[Refused] = [(_TASK, error) for error in unknown]
    changes: dict[int, tuple[Policy | None, Policy | None]] = {}
    for place, found in enumerate(matches):
        try:
            meant = resolved[place] = resolve_one(found, directory, capabilities)
            if place not in bad:
                changes[place] = (found.live, target_of(meant, capabilities))
        except UserError as error:
            if not any(text.startswith(str(error)) for text in told):
                wrong.append((place, error))
    if wrong or bad:
        # Where nothing is wrong, this is asked of the whole plan.
        answers = surface.refusals(list(changes.values()))
        wrong += [
            (place, placed(matches[place].desired, error))
            for place, error in zip(changes, answers, strict=True)
            if error is not None
        ]
    return tuple(resolved), wrong


def placed(item: DesiredPolicy, error: UserError) -> UserError:
    """Return an error about the policy of an item that says where the item stands, as those about the item do."""
    return error if str(error).startswith(item.label) else error.saying(f"{item.label} {error}")


def _groups_alone(found: Match) -> Match:
    """Return a match of which nothing is asked but its groups."""
    item = found.desired
    if item.state is State.ABSENT:
        return Match(DesiredPolicy(item.label, State.ABSENT, item.id, item.display_name), None)
    asked = {"assignments": item.assignments}
    return Match(DesiredPolicy(item.label, item.state, item.id, item.display_name, None, asked), found.live)


def others_named(desired: t.Iterable[DesiredPolicy], others: t.Mapping[str, str]) -> dict[int, UserError]:
    """Return the error for each item, by its place, whose id is that of a policy that the surface does not manage.

    ``others`` tells by id why it does not.
    """
    named = {
        place: (item, others.get(id_key(item.id), "")) for place, item in enumerate(desired) if item.id is not None
    }
    return {
        place: UserError(item.named(), f"manage the policy with id {item.id}", why, _STEP)
        for place, (item, why) in named.items()
        if why
    }
