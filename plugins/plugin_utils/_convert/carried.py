# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a definition, but for its settings, the settings catalog takes as it is, and what it does not have."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.fields import LONGEST_DESCRIPTION
from ansible_collections.m365.apps.plugins.module_utils._module.surfaces import CATALOG, OFFICE, OPTIONS
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import length_on_graph

# As they are given: what they mean is the same on both surfaces.
_SAME = ("display_name", "description", "groups")
_LOST = {
    "kind": "the settings catalog has no kinds of policies",
    "priority": "the settings catalog has none: where two policies give a user different values, neither applies",
    "id": "it is the id of a Cloud Policy, and the new policy gets one of its own",
}
_PRESENT = "present"
_DELETED = (
    "it deletes the Cloud Policy, which says nothing of a policy of this name in the settings catalog: that may be "
    "another team's, so write its deletion yourself where you want it"
)
_OTHER_SURFACE = sorted(OPTIONS[CATALOG] - OPTIONS[OFFICE])

NotCarried = list[tuple[str, str]]


def carried(policy: t.Mapping[str, t.Any]) -> tuple[dict[str, t.Any] | None, NotCarried]:
    """Return the definition of a policy without settings, and what it does not take over with the reasons.

    It is None where there can be none.
    """
    lost = [(option, cause) for option, cause in _LOST.items() if policy.get(option) is not None]
    foreign = [option for option in _OTHER_SURFACE if option in policy]
    if foreign:
        cause = "it is an option of the settings catalog: this definition is not one of Cloud Policy"
        return None, [*lost, *((option, cause) for option in foreign)]
    if not str(policy.get("display_name") or "").strip():
        return None, [*lost, ("display_name", "it has none, and by its name the new policy is known")]
    if (policy.get("state") or _PRESENT) != _PRESENT:
        return None, [*lost, ("state", _DELETED)]
    made = {option: policy[option] for option in _SAME if option in policy}
    if isinstance(made.get("groups"), dict) and "remove" in made["groups"]:
        lost.append(("groups", "what it removes are groups of the Cloud Policy, and the new policy has none of them"))
        made["groups"] = {part: groups for part, groups in made["groups"].items() if part != "remove"}
        made = {option: value for option, value in made.items() if option != "groups" or value}
    length = length_on_graph(str(made.get("description") or ""))
    if length > LONGEST_DESCRIPTION:
        cause = f"it has {length} characters, and the settings catalog takes {LONGEST_DESCRIPTION}: shorten it"
        lost.append(("description", cause))
    return made, lost
