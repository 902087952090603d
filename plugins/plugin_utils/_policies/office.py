# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which policies of a tenant are Office's: other teams keep theirs in the settings catalog, too. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.keys import is_office_entry

from .identity import PolicyIndex

Document = t.Mapping[str, t.Any]


def holds_office_settings(config: Document) -> bool:
    """Tell whether a policy holds a setting of Office; one that was read without settings counts as Office's.

    Policies of officeConfiguration have payloads and no settings, and all are Office's.
    """
    settings = config.get("settings")
    return settings is None or any(is_office_entry(entry) for entry in settings)


def office_policies(configs: t.Sequence[Document]) -> list[Document]:
    """Return those of the policies that are Office's."""
    return [config for config in configs if holds_office_settings(config)]


def policies_to_back_up(configs: t.Sequence[Document], planned: t.Sequence[Document]) -> list[Document]:
    """Return the policies that a rollout may change: Office's, and those that ``planned`` definitions mean.

    A restore must not undo what others do to theirs.
    """
    index = PolicyIndex(configs)
    meant = {id(config) for item in planned for config in index.find(item)}
    return [config for config in configs if id(config) in meant or holds_office_settings(config)]
