# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of a tenant that its surface does not manage: found by nobody, and refused where one is named by its id."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._ids import id_key
from .._policy.desired import DesiredPolicy

_STEP = "Give the id of another policy, or leave id out to create one by its display_name"


def others_named(desired: t.Iterable[DesiredPolicy], others: t.Mapping[str, str]) -> dict[int, UserError]:
    """Return the error for each item, by its place, that names such a policy by its id; ``others`` tells why, by id."""
    named = {
        place: (item, others.get(id_key(item.id), "")) for place, item in enumerate(desired) if item.id is not None
    }
    return {
        place: UserError(item.named(), f"manage the policy with id {item.id}", why, _STEP)
        for place, (item, why) in named.items()
        if why
    }
