# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies that no tenant is needed for to refuse them, and odd ones that are fine: for the module and for lint."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.tests.unit.fuzz_tenant import GROUPS, ONE, TWO
from ansible_collections.m365.apps.tests.unit.fuzz_values import nested

Policies = list[dict[str, t.Any]]

FINANCE = GROUPS["Finance"]
HALF = "half \ud800"
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
SETTINGS = [{"settingId": "a", "value": 1}]


def new(**options: t.Any) -> Policies:
    """Return one policy that is fine but for these options."""
    return [{"display_name": "New", **options}]


# Both say the same of these, but for the place in the list, which only the module names.
REFUSED_ALIKE: dict[str, Policies] = {
    "id null": new(id=None),
    "id empty": [{"id": ""}],
    "id blank": [{"id": " \t"}],
    "id in braces": [{"id": f"{{{ONE}}}"}],
    "id with a blank": [{"id": f" {ONE}"}],
    "id a list": new(id=[ONE]),
    "id a boolean": new(id=True),
    "name null": [{"id": ONE, "display_name": None}],
    "name empty": [{"display_name": ""}],
    "name empty beside an id": [{"id": ONE, "display_name": ""}],
    "name blank": [{"display_name": " \u00a0"}],
    "name a boolean": [{"display_name": False}],
    "name a fraction": [{"display_name": 1.1}],
    "name a list": [{"display_name": ["New"]}],
    "name a dict": [{"display_name": {"New": 1}}],
    "name with a mask": [{"display_name": MASK}],
    "state unknown": new(state="gone"),
    "state a boolean": new(state=True),
    "state a list": new(state=["present"]),
    "kind null": new(kind=None),
    "kind unknown": new(kind="linux"),
    "kind in capitals": new(kind="Windows"),
    "kind a number": new(kind=1),
    "description null": new(description=None),
    "description a boolean": new(description=True),
    "description a dict": new(description={}),
    "description with a mask": new(description=f"of {MASK}"),
    "priority null": new(priority=None),
    "priority a boolean": new(priority=True),
    "priority a text": new(priority="high"),
    "priority an empty text": new(priority=""),
    "priority a text with a point": new(priority="20.0"),
    "priority a text with an underscore": new(priority="1_000"),
    "priority a fraction": new(priority=1.5),
    "priority a list": new(priority=[1]),
    "priority negative": new(priority=-1),
    "priority negative as a text": new(priority="-1"),
    "priority too large": new(priority=2**31),
    "priority far too large": new(priority=10**40),
    "payload null": new(policy_payload=None),
    "payload a number": new(policy_payload=5),
    "payload a boolean": new(user_preference_payload=False),
    "payload text that is not JSON": new(policy_payload="settings"),
    "payload cut off": new(policy_payload='{"a": '),
    "payload text of a number": new(policy_payload="5"),
    "payload text of null": new(policy_payload="null"),
    "payload with a key twice": new(policy_payload='{"a": 1, "a": 2}'),
    "payload with NaN": new(policy_payload='{"a": NaN}'),
    "payload too deep": new(policy_payload=nested(121)),
    "payload with a mask": new(policy_payload=[{"settingId": "a", "value": MASK}]),
    "bytes null": new(policy_payload_base64=None),
    "bytes not base64": new(policy_payload_base64="%%%"),
    "bytes cut off": new(user_preference_payload_base64="eyJhIjoxf"),
    "bytes a number of too many digits": new(policy_payload_base64=1.5),
    "bytes beside another payload": new(policy_payload={"a": 2}, policy_payload_base64="eyJhIjoxfQ=="),
    "groups null": new(groups=None),
    "groups a number": new(groups=5),
    "groups a boolean": new(groups=True),
    "groups blank": new(groups="  "),
    "groups text of half a list": new(groups='["Finance"'),
    "groups with a number": new(groups=["Finance", 5]),
    "groups with null": new(groups=[None]),
    "groups with an empty name": new(groups=[""]),
    "groups with a blank name": new(groups={"set": ["Finance", " "]}),
    "groups with a list": new(groups=[["Finance"]]),
    "groups with an unknown object": new(groups=[{"name": "Finance"}]),
    "groups with an object and more": new(groups=[{"id": FINANCE, "mail": "x"}]),
    "groups with an empty object": new(groups=[{}]),
    "groups with an object of null": new(groups=[{"id": None, "display_name": "Finance"}]),
    "groups with an object of a number": new(groups=[{"display_name": 5}]),
    "groups with a mask": new(groups=[MASK]),
    "groups with an unknown key": new(groups={"sets": ["Finance"]}),
    "set together with add": new(groups={"set": ["Finance"], "add": ["All Staff"]}),
    "set together with remove": new(groups={"set": [], "remove": []}),
    "set null": new(groups={"set": None}),
    "add a number": new(groups={"add": 5}),
    "remove a list of numbers": new(groups={"add": ["Finance"], "remove": [1]}),
    "a name in add and remove": new(groups={"add": ["Finance"], "remove": ["Finance"]}),
    "an id in add and remove": new(groups={"add": [FINANCE], "remove": [FINANCE.upper()]}),
    "an id in add, and with a name in remove": new(
        groups={"add": [FINANCE], "remove": [{"id": FINANCE, "display_name": "Finance"}]}
    ),
    "assignments that differ": new(groups=[], assignments=[{"group_id": FINANCE}]),
    "assignments without groups": [{"id": ONE, "assignments": [{"group_id": FINANCE}]}],
    "assignments a number": new(assignments=5),
    "absent with a bad payload": new(state="absent", policy_payload="{"),
    "absent with a bad priority": new(state="absent", priority=-1),
    "absent with bad groups": new(state="absent", groups=7),
}

# What is said differs: the module names the first two of several policies, all of its options, or a text in the task
# that cannot be sent at all; lint names the rule.
REFUSED: dict[str, Policies] = {
    "kind empty": new(kind=""),
    "state null": new(state=None),
    "id with half a character": new(id=HALF),
    "name with half a character": [{"display_name": HALF}],
    "name with half a character and a line end": [{"display_name": "a\n\udfff"}],
    "description with half a character": new(description=HALF),
    "payload with half a character": new(user_preference_payload=[{"settingId": "a", "value": HALF}]),
    "payload with half a character in a key": new(policy_payload={HALF: 1}),
    "groups with half a character": new(groups=[HALF]),
    "neither id nor name": [{"priority": 1}],
    "nothing": [{}],
    "unknown option": new(descripton="x"),
    "option in capitals": new(Priority=1),
    "option that is a number": [{"display_name": "New", "1": 1}],
    "a note of a file": new(**{"$comment": "x"}),
    "one name twice": [*new(priority=7), *new(priority=8)],
    "one name twice, a number": [{"display_name": 2024}, {"display_name": "2024"}],
    "one name, present and absent": [*new(), *new(state="absent")],
    "one name twice to be absent": [*new(state="absent"), *new(state="absent")],
    "one id twice": [{"id": ONE, "priority": 7}, {"id": ONE, "priority": 8}],
    "one id twice, in capitals": [{"id": ONE}, {"id": ONE.upper(), "state": "absent"}],
    "a policy by its id and by its name": [{"id": ONE, "display_name": "One"}, {"display_name": "One"}],
    "a rename to a name that is used": [{"id": ONE, "display_name": "Two"}, {"display_name": "Two"}],
    "one priority twice": [{"display_name": "A", "priority": 7}, {"display_name": "B", "priority": 7}],
    "one priority twice, as a text": [{"display_name": "A", "priority": 7}, {"display_name": "B", "priority": "7"}],
}

# Odd, and fine.
TAKEN: dict[str, Policies] = {
    "name a number": [{"display_name": 2024}],
    "name with control characters": [{"display_name": "a\tb\x1b[31m"}],
    "name of 10,000 characters": [{"display_name": "x" * 10_000}],
    "names that differ in case": [{"display_name": "new", "priority": 7}, {"display_name": "NEW", "priority": 8}],
    "description empty": new(description=""),
    "description a number": new(description=5),
    "priority a text": new(priority=" 07 "),
    "priority zero of another": new(priority=2**31 - 1),
    "payload empty text": new(policy_payload=""),
    "payload empty": new(policy_payload={}, user_preference_payload=[]),
    "payload text": new(policy_payload='\ufeff[{"settingId": "a"}]'),
    "payload with a setting twice": new(policy_payload=[*SETTINGS, *SETTINGS]),
    "payload of members without a setting": new(policy_payload=[1, "x", None]),
    "bytes that are not JSON": new(policy_payload="plain", policy_payload_base64="cGxhaW4="),
    "bytes empty": new(policy_payload_base64=""),
    "groups empty": new(groups=[]),
    "groups an empty text": new(groups=""),
    "groups an empty dict": new(groups={}),
    "one group": new(groups="Finance"),
    "groups as JSON text": new(groups='["Finance"]'),
    "groups as a Python text": new(groups="['Finance']"),
    "groups as JSON text of a dict": new(groups='{"add": "Finance"}'),
    "one group twice": new(groups=["Finance", "Finance", FINANCE, FINANCE.upper()]),
    "one group as an object": new(groups={"set": [{"display_name": "Finance"}]}),
    "add and remove empty": new(groups={"add": [], "remove": ""}),
    "assignments empty": new(assignments=[]),
    "assignments as groups": new(groups=[FINANCE], assignments=[{"group_id": FINANCE.upper()}]),
    "what a server made": new(last_modified_date_time=None, user_checkin_summary=None, checkin_statuses=None),
    "absent with everything": new(
        state="absent", kind="windows", description="x", priority=3, policy_payload=SETTINGS, groups=["Finance"]
    ),
    "absent, and no such policy": [{"display_name": "Gone", "state": "absent"}],
    "two priorities, one of them to be absent": [
        {"display_name": "A", "priority": 7},
        {"display_name": "B", "priority": 7, "state": "absent"},
    ],
    "two names swapped": [{"id": ONE, "display_name": "Two"}, {"id": TWO, "display_name": "One"}],
}


# The settings catalog


VBA = "excel16/L_VBAWarningsPolicy"
FINE = [{"setting": VBA, "value": 3}]


def entries(*given: t.Any, **options: t.Any) -> Policies:
    """Return one policy with these entries."""
    return new(settings=list(given), **options)


# Both say the same of these, but for the place in the list and the word on what was written.
CATALOG_REFUSED_ALIKE: dict[str, Policies] = {
    "settings null": new(settings=None),
    "settings a number": new(settings=5),
    "settings a text": new(settings="settings"),
    "settings with an unknown key": new(settings={"sets": FINE}),
    "settings with set and add": new(settings={"set": FINE, "add": FINE}),
    "settings with one to add and to remove": new(settings={"add": FINE, "remove": [VBA]}),
    "settings to remove a number": new(settings={"remove": 5}),
    "no settings": new(settings=[], groups=["Finance"]),
    "no settings, as a text": new(settings="[]"),
    "an entry a text": entries("x"),
    "an entry of nothing": entries({}),
    "an entry with a misspelled key": entries({"setting": VBA, "valeu": 3}),
    "an entry with null": entries({"setting": VBA, "value": None}),
    "an unknown setting": entries({"setting": "excel16/L_VBAWarningPolicy", "value": 3}),
    "an unknown ADMX file": entries({"setting": "excel17/L_VBAWarningsPolicy", "value": 3}),
    "the key of an element": entries({"setting": "excel16/L_Empty4"}),
    "no scope where both are there": entries({"setting": "office16/L_EnableAutomaticUpdates", "scope": "everyone"}),
    "a wrong scope": entries({"setting": VBA, "scope": "device", "value": 3}),
    "a value that is not allowed": entries({"setting": VBA, "value": 9}),
    "a value of a disabled setting": entries({"setting": VBA, "state": "disabled", "value": 3}),
    "a value where there are several elements": entries({"setting": "office16/L_OnlineRepair", "value": 3}),
    "an unknown element": entries({"setting": "office16/L_OnlineRepair", "values": {"L_Nothing": 1}}),
    "an element that is missing": entries({"setting": "office16/L_OnlineRepair", "values": {"L_FallBackToCDN": 1}}),
    "one setting by two keys": entries(*FINE, {"setting": VBA.replace("/", ";").upper(), "value": 3}),
    "raw that is not one": entries({"raw": {"@odata.type": "x"}}),
    "raw beside a key": entries({"raw": {}, "setting": VBA}),
    "an option of the other surface": new(settings=FINE, priority=1),
    "options of the other surface": new(settings=FINE, priority=1, policy_payload=[], kind="windows"),
    "description too long": new(settings=FINE, description="x" * 1001),
    "description too long by its emoji": new(settings=FINE, description="x" * 999 + "\N{GRINNING FACE}"),
    "a group included and excluded": new(settings=FINE, groups=["Finance"], exclude_groups=["Finance"]),
    "a filter on an excluded group": new(settings=FINE, exclude_groups=[{"display_name": "Finance", "filter": "F"}]),
    "excluded groups null": new(settings=FINE, exclude_groups=None),
    "all users a text": new(settings=FINE, all_users="everybody"),
    "all users with an unknown key": new(settings=FINE, all_users={"filters": "F"}),
    "all devices with a wrong mode": new(settings=FINE, all_devices={"filter": "F", "filter_mode": "only"}),
    "a scope tag that is empty": new(settings=FINE, scope_tags=[" "]),
    "scope tags a number": new(settings=FINE, scope_tags=5.5),
    "name null": [{"display_name": None, "settings": FINE}],
    "state unknown": new(state="gone", settings=FINE),
}

# Odd, and fine.
CATALOG_TAKEN: dict[str, Policies] = {
    "settings a JSON text": new(settings='[{"setting": "excel16/L_VBAWarningsPolicy", "value": "3"}]'),
    "a key in capitals": entries({"setting": VBA.upper(), "value": "4"}),
    "settings to set": new(settings={"set": FINE}),
    "settings to add": new(settings={"add": FINE}),
    "everybody": new(settings=FINE, all_users=True, all_devices=False, exclude_groups=["Finance"]),
    "everybody, as texts": new(settings=FINE, all_users="yes", all_devices="off"),
    "with a filter": new(settings=FINE, groups=[{"display_name": "Finance", "filter": "Corporate"}]),
    "with a tag": new(settings=FINE, scope_tags=["Pilot"]),
    "description of the longest": new(settings=FINE, description="x" * 1000),
    "absent with everything": new(state="absent", settings=FINE, all_users=True),
}
