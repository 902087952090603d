# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of a tenant that its surface does not manage: found by nobody, and refused where one is named by its id."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._ids import id_key
from .._policy.desired import DesiredPolicy
from .leave import all_at_once

_STEP = "Give the id of another policy, or leave id out to create one by its display_name"


def refuse_others(desired: t.Iterable[DesiredPolicy], others: t.Mapping[str, str]) -> None:
    """Raise one UserError for all items that name such a policy by its id; ``others`` tells why, by id."""
    named = [(item, others.get(id_key(item.id), "")) for item in desired if item.id is not None]
    errors = [UserError(item.named(), f"manage the policy with id {item.id}", why, _STEP) for item, why in named if why]
    if errors:
        raise all_at_once(errors)
