# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must be known of live policies beyond their listing, and the reading of it: whole, or an error."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._ids import id_key
from .._policy.desired import DesiredPolicy, State
from .._policy.fields import Field
from .._policy.policy import Policy
from .._policy.reads import Entity, Part, unreadable
from .._policy.surface import Capabilities, Expect, Surface
from .._policy.unset import UNSET
from .leave import Left, without
from .match import Match


def parts_to_read(
    matches: t.Sequence[Match], fields: t.Sequence[Field], whole: bool, all_groups: bool = False
) -> list[tuple[int, Part]]:
    """Return what must be read beyond the listing: the place of the match, and the part.

    A policy to be deleted is read whole. ``all_groups`` reads the groups of each policy, whether or not something is
    asked of them.
    """
    return [
        (place, Part(found.live, field, field.asked(found.desired)))
        for place, found in enumerate(matches)
        if found.live is not None
        for field in _fields_to_read(found.desired, found.live, fields, whole, all_groups)
    ]


def expected(desired: t.Sequence[DesiredPolicy], fields: t.Sequence[Field], whole: bool, all_groups: bool) -> Expect:
    """Return what of a listed policy surely will be among ``parts_to_read``, before it is known whom each item means.

    An item may turn out to mean no policy only where the run is refused.
    """
    by_id = {id_key(item.id): item for item in desired if item.id is not None}
    by_name = {item.display_name: item for item in desired if item.id is None}

    def of(policy: Policy) -> list[Field]:
        item = by_id.get(id_key(policy.id)) or by_name.get(policy.display_name)
        if item is None or item.kind not in (None, policy.kind):
            return []
        return [
            field
            for field in fields
            if field.of(policy) is UNSET and _is_asked(field, item, whole if field.content else all_groups)
        ]

    return of


def _fields_to_read(
    item: DesiredPolicy, live: Policy, fields: t.Sequence[Field], whole: bool, all_groups: bool
) -> t.Iterator[Field]:
    """Return the fields of a live policy that must be known and are not."""
    along = {name for field in fields if field.along and _changes(field, item, live) for name in field.along}
    for field in fields:
        beside = whole if field.content else all_groups
        if (_is_asked(field, item, beside) or field.name in along) and field.of(live) is UNSET:
            yield field


def _is_asked(field: Field, item: DesiredPolicy, beside: bool) -> bool:
    return item.state is State.ABSENT or beside or field.asked(item) is not UNSET


def _changes(field: Field, item: DesiredPolicy, live: Policy) -> bool:
    """Tell whether what is asked of a field changes a policy of which it is known."""
    asked, have = field.asked(item), field.of(live)
    if asked is UNSET or item.state is State.ABSENT:
        return False
    return have is UNSET or not field.is_same(field.merge(field, item, asked, have), have)


def with_parts(
    matches: t.Sequence[Match],
    wanted: t.Sequence[tuple[int, Part]],
    surface: Surface,
    sees_all: bool = True,
    leave: bool = False,
) -> tuple[tuple[Match, ...], Left]:
    """Return the matches with the wanted parts of their live policies; with ``leave`` also why some cannot be read.

    Nothing is asked of those. ``sees_all``: what does not show is not there. Raises UserError that names all policies
    that cannot be read, unless they are left.
    """
    read: list[dict[str, t.Any]] = [{} for _match in matches]
    values = surface.look([part for _place, part in wanted])
    failed = [
        (place, part.policy, value)
        for (place, part), value in zip(wanted, values, strict=True)
        if isinstance(value, UserError)
    ]
    gone = _gone(matches, {place: error for place, _policy, error in failed}, surface) if sees_all else set()
    failed = [each for each in failed if each[0] not in gone]
    if failed and not leave:
        raise unreadable([(policy, error) for _place, policy, error in failed])
    # The first reason of each counts.
    left = {place: error for place, _policy, error in reversed(failed)}
    for (place, part), value in zip(wanted, values, strict=True):
        if place not in left:
            read[place][part.field.name] = value if place not in gone else part.field.blank
    found = tuple(
        Match(found.desired, found.live.with_values(parts)) if found.live and parts else found
        for found, parts in zip(matches, read, strict=True)
    )
    return without(found, left), left


def _gone(matches: t.Sequence[Match], errors: t.Mapping[int, UserError], surface: Surface) -> set[int]:
    """Return the places of policies to be deleted that are gone already: a listing may show one for a while."""
    asked = [place for place, error in errors.items() if matches[place].desired.state is State.ABSENT and error.absent]
    if not asked:
        return set()
    entities = surface.look([Entity(t.cast(Policy, matches[place].live)) for place in asked])
    return {place for place, entity in zip(asked, entities, strict=True) if entity is None}


def spare(
    matches: t.Sequence[Match], listed: int, capabilities: Capabilities, left: Left
) -> tuple[tuple[Match, ...], Left]:
    """Return the matches without policies that nothing lists and pruning must leave, now that they were read.

    One that cannot be read stays among those that are left, so that it is told.
    """
    may_go = capabilities.prunable
    kept = [
        place
        for place, found in enumerate(matches)
        if place < listed or place in left or may_go is None or may_go(t.cast(Policy, found.live))
    ]
    places = {place: moved for moved, place in enumerate(kept)}
    return tuple(matches[place] for place in kept), {places[place]: error for place, error in left.items()}
