# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is run: a table of scenarios. Another one is another row."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from . import bulk, catalog
from .tenants import GROUP_IDS, Policy, policy, setting


@dataclass(frozen=True)
class Scenario:
    """One task.

    ``options`` are those of the module. ``live`` are policies that are there before, beside the bystanders.
    ``wanted`` are properties by the policy's name, in the emulator's form, that it has afterwards; None where it is
    gone. ``order`` are names, strongest first. ``free`` are names of policies whose number was not asked for.
    ``catalog`` tells that it works on the settings catalog.
    """

    name: str
    module: str
    options: t.Mapping[str, t.Any]
    live: tuple[Policy, ...] = ()
    wanted: t.Mapping[str, t.Mapping[str, t.Any] | None] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    free: frozenset[str] = frozenset()
    settings: t.Mapping[str, t.Any] = field(default_factory=dict)
    catalog: bool = False

    @property
    def needs_approval(self) -> bool:
        """Whether a second administrator must approve each write of it."""
        return bool(self.settings.get("approval_required"))


OLD, NEW = setting("Macros", "4"), setting("Macros", "2")
MINE = policy(
    "Mine", 10, policyPayload=OLD, userPreferencePayload=setting("Theme", "1"), groups=["Finance", "Everyone"]
)
BOTH = {"policy_payload": NEW, "user_preference_payload": setting("Theme", "5")}
BOTH_WANTED = {"policyPayload": NEW, "userPreferencePayload": setting("Theme", "5")}
_ONE = "office_client_config"

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "create",
            _ONE,
            {"display_name": "Mine", "kind": "windows_security", "description": "told", **BOTH},
            wanted={"Mine": {"description": "told", **BOTH_WANTED}},
            free=frozenset({"Mine"}),
        ),
        Scenario(
            "update",
            _ONE,
            {"id": MINE["id"], "display_name": "Renamed", "description": "told", "priority": 20, **BOTH},
            (MINE,),
            {
                "Mine": None,
                "Renamed": {
                    "id": MINE["id"],
                    "description": "told",
                    "priority": 20,
                    "assignments": MINE["assignments"],
                    **BOTH_WANTED,
                },
            },
        ),
        Scenario(
            "payload",
            _ONE,
            {"display_name": "Mine", "policy_payload": NEW},
            (MINE,),
            {"Mine": {"policyPayload": NEW, "groups": ["Finance", "Everyone"], "priority": 10}},
        ),
        Scenario(
            "assign",
            "office_client_config_assignment",
            {"display_name": "Mine", "groups": {"add": ["Sales", GROUP_IDS["Pilot"]], "remove": ["Finance"]}},
            (MINE,),
            {"Mine": {"groups": ["Everyone", "Pilot", "Sales"], "policyPayload": OLD, "priority": 10}},
        ),
        Scenario(
            "order",
            "office_client_config_order",
            {"order": ["Other", "Mine", "Bystander"]},
            (MINE, policy("Other", 70, policyPayload=NEW, groups=["Sales"])),
            {"Mine": {"policyPayload": OLD}, "Other": {"policyPayload": NEW, "groups": ["Sales"]}},
            order=("Other", "Mine", "Bystander"),
            settings={"page_size": 2},
        ),
        Scenario("delete", _ONE, {"display_name": "Mine", "state": "absent"}, (MINE,), {"Mine": None}),
        # Mine is for others, too, so it waits.
        Scenario(
            "wave",
            "office_client_configs",
            {
                "policies": [
                    {"display_name": "Mine", "policy_payload": NEW, "priority": 20, "groups": ["Pilot"]},
                    {"display_name": "New", "priority": 5, "policy_payload": NEW, "groups": ["Pilot", "Everyone"]},
                    {"display_name": "Tried", "description": "told", "groups": ["Pilot", "Sales"]},
                ],
                "limit_to_groups": ["Pilot"],
            },
            (MINE, policy("Tried", 70, groups=["Pilot"])),
            {
                "Mine": {"policyPayload": OLD, "groups": ["Everyone", "Finance"], "priority": 10},
                "New": {"policyPayload": NEW, "groups": ["Pilot"], "priority": 5},
                "Tried": {"description": "told", "groups": ["Pilot"]},
            },
        ),
        Scenario(
            "bulk",
            "office_client_configs",
            bulk.OPTIONS,
            bulk.LIVE,
            bulk.WANTED,
            order=bulk.ORDER,
            settings={"page_size": 20},
        ),
        *(
            Scenario(
                name, module, {"surface": catalog.SURFACE, **options}, live, wanted, settings=settings, catalog=True
            )
            for name, module, options, live, wanted, settings in catalog.ROWS
        ),
    )
}


def unmet(scenario: Scenario, policies: t.Sequence[Policy]) -> list[str]:
    """Return what a scenario asks for and a state does not have. Nothing of the collection is used for it."""
    by_name = {policy["displayName"]: policy for policy in policies}
    found = [name for name, wanted in scenario.wanted.items() if (wanted is None) != (name not in by_name)]
    for name, wanted in scenario.wanted.items():
        found += [f"{name}: {key}" for key in wanted or () if _has(by_name.get(name, {}), key) != _asked(wanted, key)]
    ranks = sorted(scenario.order, key=lambda name: int(by_name.get(name, {"priority": -1})["priority"]))
    return found if ranks == list(scenario.order) else [*found, f"the order is {ranks}"]


def _asked(wanted: t.Any, key: str) -> t.Any:
    value = wanted[key]
    if key == "groups":
        return sorted(GROUP_IDS[name] for name in value)
    return sorted(entry["groupId"] for entry in value) if key == "assignments" else value


def _has(live: t.Mapping[str, t.Any], key: str) -> t.Any:
    if key in ("groups", "assignments"):
        return sorted(entry["groupId"] for entry in live.get("assignments", ()))
    return live.get(key)
