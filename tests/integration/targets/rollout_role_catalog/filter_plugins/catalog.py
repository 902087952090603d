# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies of the emulator's settings catalog as they are compared before and after a run."""

from __future__ import annotations

import json
import typing as t

Dict = dict[str, t.Any]


def compared(policy: Dict) -> Dict:
    """Return a policy without ids, dates and the order of what has none."""
    return {
        "name": policy["name"],
        "description": policy["description"] or "",
        "tags": sorted(policy["roleScopeTagIds"]),
        "settings": _sorted(setting["settingInstance"] for setting in policy["settings"]),
        "assignments": _sorted(assignment["target"] for assignment in policy["assignments"]),
    }


def targets(policies: t.Sequence[Dict], names: t.Collection[str]) -> dict[str, list[str]]:
    """Return the types of the targets of policies by the names of these, as far as there are any."""
    return {
        policy["name"]: sorted(target["@odata.type"].rpartition(".")[2] for target in policy["assignments"])
        for policy in policies
        if policy["name"] in names
    }


def _sorted(documents: t.Iterable[Dict]) -> list[Dict]:
    return sorted(documents, key=lambda document: json.dumps(document, sort_keys=True))


class FilterModule:
    """The filters, by the names that the target uses."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters."""
        return {"compared": compared, "targets": targets}
