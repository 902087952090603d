# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handler of private_group_names: names of groups by their ids, for the rollout role."""

from __future__ import annotations

from .._ids import is_guid
from .arguments import BATCH
from .definition import NO_POLICIES, ModuleDefinition, Opening, Reply, Request


def names_of_groups(request: Request, opening: Opening) -> Reply:
    """private_group_names: the display names of groups; one that is gone, or may not be read, has none."""
    ids = sorted({group_id.lower() for group_id in request.params["ids"] if is_guid(group_id)})
    if not ids:
        return Reply({"changed": False, "names": {}})
    tenant = opening(**NO_POLICIES)
    found = tenant.directory.names(ids)
    names = {group_id: name for group_id, name in found.items() if name is not None}
    return Reply({"changed": False, "names": names}, tenant.directory.warnings)


PRIVATE_GROUP_NAMES = ModuleDefinition(
    {"ids": {"type": "list", "elements": "str", "required": True}, **BATCH}, names_of_groups
)
