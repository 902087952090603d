# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list that may miss a policy is read once more where that counts: two looks make one list."""

from __future__ import annotations

import typing as t

from .._ids import id_key
from .._policy.desired import DesiredPolicy
from .._policy.policy import Policy, distinct
from .._policy.reads import Entity
from .._policy.surface import Expect, Surface


def listed(surface: Surface, desired: t.Sequence[DesiredPolicy], expect: Expect | None = None) -> tuple[Policy, ...]:
    """Return the policies of a tenant, from a second look, too, where the first may have missed one that is meant.

    ``expect`` is what will be looked at next of each. Raises UserError.
    """
    first = surface.list_policies(expect)
    if not (surface.capabilities.restless and is_missing_any(desired, first)):
        return first
    return together(first, surface.list_policies())


def whole_list(surface: Surface, expect: Expect | None = None) -> tuple[Policy, ...]:
    """Return all policies of a tenant, for who must miss none: a second look shows what the first may have missed.

    What only the first look shows is read by itself, which tells whether it is still there. ``expect`` is what will be
    looked at next of each. Raises UserError.
    """
    first = surface.list_policies(expect)
    if not surface.capabilities.restless:
        return first
    second = surface.list_policies()
    seen = {id_key(policy.id) for policy in second}
    doubtful = [policy for policy in first if id_key(policy.id) not in seen]
    there: list[Policy | None] = surface.read([Entity(policy) for policy in doubtful]) if doubtful else []
    return together([policy for policy in there if policy is not None], second)


def is_missing_any(desired: t.Iterable[DesiredPolicy], live: t.Iterable[Policy]) -> bool:
    """Tell whether an id or a name, also one that a policy is to get, belongs to none of the policies."""
    ids: set[str] = set()
    names: set[str] = set()
    for policy in live:
        ids.add(id_key(policy.id))
        names.add(policy.display_name)
    return any(
        (item.id is not None and id_key(item.id) not in ids)
        or (item.display_name is not None and item.display_name not in names)
        for item in desired
    )


def together(first: t.Iterable[Policy], second: t.Iterable[Policy]) -> tuple[Policy, ...]:
    """Return what two looks show, each policy once and as the later one shows it.

    One that only the first shows counts: it may be hidden now. Where it is gone, reading it tells.
    """
    return distinct((*first, *second))
