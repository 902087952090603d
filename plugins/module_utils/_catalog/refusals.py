# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes that the settings catalog cannot take, or must not, and how users are told. Pure."""

from __future__ import annotations

import typing as t

from .._errors import UserError
from .._policy.policy import Policy
from .._policy.surface import Change
from .._policy.unset import UNSET
from .definitions import is_office
from .fields import ASSIGNMENTS
from .problems import listed
from .settings import EMPTY, Settings, unknown_members

# What an update of these alone takes is small and puts no setting at risk.
METADATA = frozenset({"display_name", "description"})


def is_prunable(policy: Policy) -> bool:
    """Tell whether a policy that was read whole holds settings of Office alone."""
    settings = policy.value("settings")
    return settings is not UNSET and bool(settings) and all(is_office(setting.id) for setting in settings.values())


def is_replaced(before: Policy, after: Policy) -> bool:
    """Tell whether a change takes the call that replaces the whole policy."""
    changed = {name for name in after.values if after.value(name) != before.value(name)}
    return bool(changed - METADATA - {ASSIGNMENTS.name})


def unknown_of(settings: t.Any) -> list[str]:
    """Return what settings hold that nobody here knows, as messages name it."""
    if settings is UNSET:
        return []
    return [f"{what} of {setting_id}" for setting_id, what in sorted(unknown_members(settings))]


def unknown_held(policy: Policy, unknown: t.Sequence[str]) -> UserError:
    """Return the error for a write that would lose what nobody here knows."""
    cause = f"it holds what this collection does not know, and a write would lose it: {listed(unknown, most=5)}"
    step = "Update the collection, or set overwrite_unknown: true where it may be lost"
    return UserError(policy.named(), "update it", cause, step)


def renamed_meanwhile(policy: Policy, name: str) -> UserError:
    """Return the error for a change of a policy that has another name now than the list said a moment ago.

    It may not be meant any more, and a write could undo the new name.
    """
    cause = f"somebody renamed it to '{name}' while this run read it"
    return UserError(policy.named(), "change it", cause, "Nothing was written; run it again")


def added_settings(change: Change) -> list[str]:
    """Return the ids of the settings that a policy has only after a change."""
    before, after = ({} if policy is None else _settings_of(policy) for policy in change)
    return [setting.id for key, setting in after.items() if key not in before]


def _settings_of(policy: Policy) -> Settings:
    settings = policy.value("settings")
    return EMPTY if settings is UNSET else t.cast(Settings, settings)


def settings_of_no_definition(policy: Policy, ids: t.Sequence[str]) -> UserError:
    """Return the error for settings to add that Graph would refuse, since it has no definitions of them."""
    which, them = ("the setting", "it") if len(ids) == 1 else ("the settings", "them")
    cause = f"neither the catalog in hand nor this tenant's Graph knows {which} {listed(ids, most=8)}"
    step = f"Correct the settingDefinitionId, or take {them} out of settings; nothing was written"
    return UserError(policy.named(), "use its settings", cause, step)


def without_settings(policy: Policy) -> UserError:
    """Return the error for a new policy that nobody gives settings."""
    cause = "no settings are given, and Graph wants one at least"
    return UserError(
        policy.named(), "create it", cause, "Give settings, or correct the name of the policy that you mean"
    )
