# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rollout of many policies in waves is on each surface: the tenant, the definitions, the faults, and how each
policy of the emulator is looked at.
"""

from __future__ import annotations

import json
import os
import typing as t
from collections import Counter
from dataclasses import dataclass, field

from ansible_collections.m365.apps.tests.integration.targets.rollout_role_catalog.filter_plugins.catalog import compared

from . import tenant
from .emulator import Emulator

Dict = dict[str, t.Any]

_NAMES = ("Pilot", "Broad", "All", "Kiosks")
GROUPS = {name: f"{number:08d}-0000-4000-8000-000000000000" for number, name in enumerate(_NAMES, 1)}
# More than a batch takes and a page shows; in make test-all three of each.
COUNT = 60 if os.environ.get("M365_TESTS") == "all" else 30
WAVES: list[Dict] = [
    {"name": "pilot", "groups": ["Pilot"]},
    {"name": "broad", "groups": ["Broad"]},
    {"name": "all", "groups": ["All"]},
]
NUMBERED = [f"Policy {number:02d}" for number in range(COUNT - 1)]
PREFIX = "#microsoft.graph."


class Seen(t.NamedTuple):
    """A policy of the emulator: its description, the groups that have it, and what else its assignments are for."""

    description: str
    groups: set[str]
    others: set[str]


@dataclass(frozen=True)
class WholeRun:
    """One surface. ``live`` are the policies that are there before, ``definitions`` what is rolled out.

    ``faults`` are survived each by itself, and together they are a bad day. ``held`` names the policies in a state of
    the emulator, ``named`` their names. ``sneak`` changes a policy of the emulator deep in what it sets; drift calls
    that ``place``, in ``option``. ``unmanaged`` are the policies that no definition describes.
    """

    surface: str
    live: t.Sequence[Dict]
    definitions: t.Sequence[Dict]
    faults: t.Sequence[Dict]
    held: str
    named: str
    # All of a policy but what only the server makes.
    facts: t.Callable[[Dict], Dict]
    sneak: t.Callable[[Dict], None]
    place: str
    option: str
    unmanaged: t.Sequence[str]
    # What the assignments of each new policy are for beside groups, from its first one on.
    always: frozenset[str]
    # What each policy is that was there before: until the last wave, and after it.
    until_last: t.Mapping[str, Seen]
    after_last: t.Mapping[str, Seen]
    more_state: Dict = field(default_factory=dict)
    settings: Dict = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The names of all policies that are there from the first wave on."""
        return {*NUMBERED, *(policy[self.named] for policy in self.live)}

    def state(self) -> Dict:
        """Return the state document to begin with."""
        made = tenant.state(groups=[{"id": group, "displayName": name} for name, group in GROUPS.items()])
        made["tenants"][tenant.TENANT].update({self.held: list(self.live), **self.more_state})
        return {**made, "settings": self.settings}

    def policies(self, emulator: Emulator) -> dict[str, Dict]:
        """Return the policies of the emulator by their names. Raises AssertionError for one that is there twice."""
        policies = emulator.tenant(tenant.TENANT)[self.held]
        names = Counter(policy[self.named] for policy in policies)
        assert max(names.values()) == 1, "a policy is there twice"
        return {policy[self.named]: policy for policy in policies}

    def whole(self, emulator: Emulator) -> dict[str, Dict]:
        """Return all of each policy but what only the server makes, by its name."""
        return {name: self.facts(policy) for name, policy in self.policies(emulator).items()}

    def seen(self, emulator: Emulator) -> dict[str, Seen]:
        """Return how each policy is, by its name."""
        return {name: _seen(policy) for name, policy in self.policies(emulator).items()}

    def put_behind_our_back(self, emulator: Emulator, name: str) -> None:
        """Change a policy deep in what it sets."""
        state = emulator.tenant(tenant.TENANT)
        [changed] = [policy for policy in state[self.held] if policy[self.named] == name]
        self.sneak(changed)
        emulator.put({tenant.TENANT: state})


def _seen(policy: Dict) -> Seen:
    targets = [
        entry.get("target") or {"@odata.type": f"{PREFIX}groupAssignmentTarget", **entry}
        for entry in policy["assignments"]
    ]
    kinds = [target["@odata.type"].removeprefix(PREFIX).removesuffix("AssignmentTarget") for target in targets]
    groups = {target["groupId"] for target, kind in zip(targets, kinds, strict=True) if kind == "group"}
    others = {
        f"{kind} {target.get('groupId') or ''}".strip()
        for target, kind in zip(targets, kinds, strict=True)
        if kind != "group"
    }
    return Seen(policy["description"] or "", groups, others)


def _bad_day(policies: str, listed: str, written: Dict) -> list[Dict]:
    """Return the faults of a surface: where its policies are, how they are listed, and a write of what they set.

    What the later ones skip lets the first wave begin.
    """
    batch = {"method": "POST", "path": r"\$batch$"}
    return [
        {"kind": "throttle", "match": {"method": "POST", "path": f"{policies}$"}, "count": 3, "retry_after": 1},
        {"kind": "reset_after", "match": batch, "count": 1, "skip": 3},
        {"kind": "reset_before", "match": batch, "count": 1, "skip": 5},
        {"kind": "html_error", "match": batch, "count": 1, "skip": 8},
        {"kind": "unavailable", "match": written, "count": 4, "skip": 10},
        {"kind": "gateway_timeout", "match": {"method": "POST", "path": "/assign$"}, "count": 2, "skip": 20},
        {"kind": "cut_json", "match": {"method": "GET", "path": listed}, "count": 1, "skip": 2},
        {"kind": "token_expired", "match": {"method": "GET", "path": "assignments$"}, "count": 1},
    ]


# officeConfiguration

DEEP = {"settingId": "deep", "value": {"rules": [{"name": "one", "options": {"allow": True}}]}}
ALL = {GROUPS["All"]}


def _facts(policy: Dict) -> Dict:
    kept = ("@odata.type", "description", "priority", "policyPayload", "userPreferencePayload")
    return {
        **{name: policy.get(name) for name in kept},
        "groups": sorted(each["groupId"] for each in policy["assignments"]),
    }


def _sneak_into_payload(policy: Dict) -> None:
    policy["policyPayload"][1]["value"]["rules"][0]["options"]["sneaked"] = "in"


OFFICE = WholeRun(
    surface="office_configuration",
    live=[
        {"displayName": "Was here", "priority": 500, "description": "Ours since long", "assignments": [GROUPS["All"]]},
        {"displayName": "Foreign", "priority": 900, "policyPayload": {"deep": {"list": [{"a": 1}]}}},
    ],
    definitions=[
        *(
            {
                "display_name": name,
                "priority": number,
                "kind": ("windows", "windows_security")[number % 2],
                "policy_payload": [{"settingId": f"s{number}", "value": str(number)}, DEEP],
                "groups": ["Pilot", "Broad", "All"],
            }
            for number, name in enumerate(NUMBERED)
        ),
        {"display_name": "Was here", "description": "Ours", "groups": ["All"]},
    ],
    faults=_bad_day("clientConfigurations", "clientConfigurations$", {"method": "PUT", "path": "policyPayload"}),
    held="policies",
    named="displayName",
    facts=_facts,
    sneak=_sneak_into_payload,
    place="policy_payload [deep].value.rules[0].options.sneaked",
    option="policy_payload",
    unmanaged=["Foreign"],
    always=frozenset(),
    until_last={"Was here": Seen("Ours since long", ALL, set()), "Foreign": Seen("", set(), set())},
    after_last={"Was here": Seen("Ours", ALL, set()), "Foreign": Seen("", set(), set())},
    settings={"page_size": 25, "stale_seconds": 3},
)

# The settings catalog

KIOSKS = GROUPS["Kiosks"]
EVERYBODY = {"target": {"@odata.type": f"{PREFIX}allLicensedUsersAssignmentTarget"}}
_EXCEL = "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions"
MACROS = f"{_EXCEL}~l_security~l_trustcenter_l_vbawarningspolicy"
_SETTING = f"{PREFIX}deviceManagementConfiguration"


def _without(group: str) -> Dict:
    return {"target": {"@odata.type": f"{PREFIX}exclusionGroupAssignmentTarget", "groupId": group}}


def _choice(definition: str, option: str, *children: Dict) -> Dict:
    value = {"value": f"{definition}_{option}", "children": list(children)}
    return {
        "@odata.type": f"{_SETTING}ChoiceSettingInstance",
        "settingDefinitionId": definition,
        "choiceSettingValue": value,
    }


def _number(definition: str, value: int) -> Dict:
    held = {"@odata.type": f"{_SETTING}IntegerSettingValue", "value": value}
    return {
        "@odata.type": f"{_SETTING}SimpleSettingInstance",
        "settingDefinitionId": definition,
        "simpleSettingValue": held,
    }


WARN = {"settingInstance": _choice(MACROS, "1", _choice(f"{MACROS}_l_empty4", "2"))}
THEIRS = {"settingInstance": _number("device_vendor_msft_example_{rulename}_count", 2)}


ADDINS = {
    "setting": "office16/L_AllowedCOMAddins",
    "values": {"L_AllowedCOMAddinsList": {"Contoso.Ledger": "1", "Contoso.Rates": "2"}},
}


def _sneak_into_settings(policy: Dict) -> None:
    """Allow one add-in more."""
    [addins] = [each["settingInstance"]["choiceSettingValue"] for each in policy["settings"] if "addin" in str(each)]
    allowed = addins["children"][0]["groupSettingCollectionValue"]
    allowed.append(json.loads(json.dumps(allowed[0]).replace("Contoso.Ledger", "sneaked.in")))


CATALOG = WholeRun(
    surface="settings_catalog",
    live=[
        {
            "name": "Was here",
            "description": "Everybody's",
            "settings": [WARN],
            "assignments": [EVERYBODY, _without(GROUPS["Broad"])],
        },
        {
            "name": "Not for broad",
            "description": "The pilots'",
            "settings": [WARN],
            "assignments": [GROUPS["Pilot"], _without(GROUPS["Broad"])],
        },
        {"name": "Foreign", "settings": [THEIRS], "assignments": [GROUPS["All"]]},
        {"name": "By hand", "settings": [WARN, THEIRS]},
    ],
    definitions=[
        *(
            {
                "display_name": name,
                "settings": [
                    {"setting": "excel16/L_VBAWarningsPolicy", "value": 3},
                    {"setting": "office16/L_DeferUpdateDays", "value": number % 7 + 1},
                    ADDINS,
                ],
                "groups": ["Pilot", {"display_name": "Broad", "filter": "Corporate"}, "All"],
                "exclude_groups": ["Kiosks"],
                "scope_tags": ["Default", "Pilot"][number % 2 :],
            }
            for number, name in enumerate(NUMBERED)
        ),
        {"display_name": "Was here", "description": "Ours", "all_users": True, "exclude_groups": ["Kiosks", "Pilot"]},
        {"display_name": "Not for broad", "description": "Ours", "groups": ["Pilot"], "exclude_groups": []},
    ],
    faults=_bad_day(
        "configurationPolicies",
        r"configurationPolicies(\?|$)",
        {"method": "POST", "path": "configurationPolicies$"},
    ),
    held="catalog_policies",
    named="name",
    facts=compared,
    sneak=_sneak_into_settings,
    place="settings office16/L_AllowedCOMAddins",
    option="settings",
    unmanaged=["By hand"],
    # Who is excluded never has it.
    always=frozenset({f"exclusionGroup {KIOSKS}"}),
    # What all users have waits for the last wave, and with it the end of an exclusion; a new one of pilots does not.
    until_last={
        "Was here": Seen(
            "Everybody's",
            set(),
            {"allLicensedUsers", f"exclusionGroup {GROUPS['Broad']}", f"exclusionGroup {GROUPS['Pilot']}"},
        ),
        "Foreign": Seen("", {GROUPS["All"]}, set()),
    },
    after_last={
        "Was here": Seen(
            "Ours", set(), {"allLicensedUsers", f"exclusionGroup {KIOSKS}", f"exclusionGroup {GROUPS['Pilot']}"}
        ),
        "Not for broad": Seen("Ours", {GROUPS["Pilot"]}, set()),
        "Foreign": Seen("", {GROUPS["All"]}, set()),
    },
    more_state={
        "assignment_filters": [{"displayName": "Corporate", "rule": '(device.model -eq "C")'}],
        "scope_tags": ["Pilot"],
    },
    settings={
        "catalog_list_lag_seconds": 3,
        "catalog_overlapping_pages": True,
        "catalog_filter_per_page": True,
        "nested_errors": True,
    },
)
