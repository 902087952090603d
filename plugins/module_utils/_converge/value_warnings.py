# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warnings about values that a run gives to policies, as the fields of the surface know them. Pure."""

from __future__ import annotations

import typing as t

from .._errors import plain
from .stages import PlannedItem

_LONGEST = 1000


def value_warnings(items: t.Sequence[PlannedItem]) -> list[str]:
    """Return what there is to say of the values that policies get; those that they have already were told once."""
    return [
        plain(f"{item.after.named()}: {said}", _LONGEST)
        for item in items
        if item.after is not None
        for field in item.fields
        if item.before is None or not field.is_same(field.of(item.before), field.of(item.after))
        for said in field.warnings(field.of(item.after))
    ]
