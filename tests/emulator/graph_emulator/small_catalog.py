# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small catalogue in Graph's form for tests: one definition of every shape that there is. All texts are ours."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PREFIX = "deviceManagementConfiguration"
GRAPH = f"#microsoft.graph.{PREFIX}"
NOWHERE = "00000000-0000-0000-0000-000000000000"
CATEGORIES = {name: f"c0000000-0000-4000-8000-00000000000{n}" for n, name in enumerate(("office", "excel", "updates"))}

EXCEL = "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
UPDATES = "device_vendor_msft_policy_config_office16v2~policy~l_microsoftofficemachine~l_updates"
OFFICE = "user_vendor_msft_policy_config_office16v2~policy~l_microsoftofficesystem"
OUTLOOK = "user_vendor_msft_policy_config_outlk16v2~policy~l_microsoftofficeoutlook~l_security~l_securityformsettings"

TOGGLE = f"{UPDATES}_l_enableautomaticupdates"
MACROS = f"{EXCEL}_l_vbawarningspolicy"
MACROS_CHILD = f"{MACROS}_l_empty4"
CHANNEL = "pdates~policy~l_microsoftofficemachine~l_updates_l_updatebranch"
CHANNEL_CHILD = f"{CHANNEL}_l_updatebranchid"
OLD_CHANNEL = f"{UPDATES}_l_updatebranch"
STORAGE = f"{OFFICE}~l_miscellaneous437_l_onlinestoragefilter"
STORAGE_CHILD = f"{STORAGE}_l_onlinestoragefilterid"
STORAGE_TWIN = STORAGE.replace("office16v2", "office16v2.updates.2")
REPAIR = f"{UPDATES}_l_onlinerepair"
REPAIR_URL = f"{REPAIR}_l_onlinerepairurl"
REPAIR_FALLBACK = f"{REPAIR}_l_fallbacktocdn"
CIPHER = f"{OFFICE}~l_securitysettings_l_encryptiontypeforpasswordprotectedofficeopen"
CIPHER_CHILD = f"{CIPHER}_l_encryptiontypeid"
MODE = f"{OUTLOOK}_l_outlooksecuritymode"
ACTIVEX = f"{OUTLOOK}_l_security_l_allowactivexoneoffforms"
ACTIVEX_V2 = f"{ACTIVEX}_v2"
ACTIVEX_CHILD = f"{ACTIVEX_V2}_l_empty29"
ADDINS = f"{OFFICE}~l_securitysettings_l_allowedcomaddins"
ADDINS_LIST = f"{ADDINS}_l_allowedcomaddinslist"
ADDINS_KEY, ADDINS_VALUE = f"{ADDINS_LIST}_key", f"{ADDINS_LIST}_value"
INSPECTORS = UPDATES.replace("l_updates", "l_miscellaneous_l_documentinspector")
INSPECTORS_LIST = f"{INSPECTORS}_l_empty197"
# None of Office's, for what Office does not have.
SECRET = "device_vendor_msft_example_networkpassword"
BRACES = "device_vendor_msft_example_{rulename}_count"
EDGE = "com.example.edge_mam_toggle"
MAC = "com.example.mac_toggle"
RULES = "device_vendor_msft_example_rules"
RULE_ID, RULE_ACTION = f"{RULES}_id", f"{RULES}_action"
DAYS = "device_vendor_msft_example_days"
REUSED = "device_vendor_msft_example_reusable"


def scope_of(key: str) -> str:
    """The base URI of a definition."""
    return "./User/Vendor/MSFT/Policy" if key.startswith("user_") else "./Device/Vendor/MSFT/Policy"


def definition(kind: str, key: str, name: str, root: str, category: str = "office", **members: Any) -> Json:
    """A document with what every kind has."""
    applicability: Json = {
        "@odata.type": f"{GRAPH}WindowsSettingApplicability",
        "description": None,
        "platform": members.pop("platform", "windows10"),
        "deviceMode": "none",
        "technologies": members.pop("technologies", "mdm"),
    }
    return {
        "@odata.type": f"{GRAPH}{kind}Definition",
        "accessTypes": "none",
        "keywords": [name],
        "infoUrls": [],
        "baseUri": scope_of(key),
        "offsetUri": f"/Config/{name}",
        "rootDefinitionId": root,
        "categoryId": CATEGORIES[category],
        "settingUsage": "configuration",
        "uxBehavior": "default",
        "visibility": "settingsCatalog,template",
        "riskLevel": "low",
        "id": key,
        "description": "",
        "helpText": "",
        "name": name,
        "displayName": f"Our words for {name}",
        "applicability": applicability,
        "occurrence": {"minDeviceOccurrence": 1, "maxDeviceOccurrence": 1},
        "referredSettingInformationList": [],
        **members,
    }


def depends(on: str, parent: str) -> list[Json]:
    """What a child says of its place."""
    return [{"dependentOn": on, "parentSettingId": parent}]


def option(key: str, value: int | str, on: str = "", parent: str = "", needs: Iterable[str] = ()) -> Json:
    """An option; ``needs`` are ids of children, a leading question mark makes one optional."""
    kind = "Integer" if isinstance(value, int) else "String"
    return {
        "itemId": f"{key}_{str(value).lower()}",
        "description": None,
        "helpText": None,
        "name": f"Option {value}",
        "displayName": f"Option {value}",
        "optionValue": {
            "@odata.type": f"{GRAPH}{kind}SettingValue",
            "settingValueTemplateReference": None,
            "value": value,
        },
        "dependentOn": depends(on, parent) if on else [],
        "dependedOnBy": [{"dependedOnBy": n.removeprefix("?"), "required": not n.startswith("?")} for n in needs],
    }


def toggle(key: str, name: str, *needs: str, **members: Any) -> Json:
    """A policy: disabled or enabled, with what enabled needs."""
    options = [option(key, 0), option(key, 1, needs=needs)]
    return definition("ChoiceSetting", key, name, key, options=options, defaultOptionId=f"{key}_0", **members)


def choice(key: str, name: str, parent: str, values: Iterable[int | str], *needs: str, **members: Any) -> Json:
    """A child with options; what it needs hangs on option 1."""
    options = [option(key, value, f"{parent}_1", parent, needs if value == 1 else ()) for value in values]
    root = members.pop("root", parent)
    default = options[0]["itemId"]
    return definition("ChoiceSetting", key, name, root, options=options, defaultOptionId=default, **members)


def text_rules(longest: int = 255, *, secret: bool = False) -> Json:
    """The bounds of a text."""
    return {
        "@odata.type": f"{GRAPH}StringSettingValueDefinition",
        "format": "none",
        "inputValidationSchema": None,
        "maximumLength": longest,
        "minimumLength": 0,
        "isSecret": secret,
        "fileTypes": [],
    }


def number_rules(least: int, most: int) -> Json:
    """The bounds of a number."""
    return {"@odata.type": f"{GRAPH}IntegerSettingValueDefinition", "maximumValue": most, "minimumValue": least}


def simple(
    key: str, name: str, parent: str, rules: Json, on: str = "", kind: str = "SimpleSetting", **more: Any
) -> Json:
    """A simple child of an option 1, or of a group (``on``); without a parent it stands alone."""
    above = depends(on or f"{parent}_1", parent) if parent else []
    root = more.pop("root", parent or key)
    members: Json = {"valueDefinition": rules, "defaultValue": None, "dependentOn": above, "dependedOnBy": [], **more}
    return definition(kind, key, name, root, **members)


def group(key: str, name: str, root: str, members: Iterable[str], most: int, parent: str = "") -> Json:
    """A list of groups."""
    below = [{"dependedOnBy": member, "required": True} for member in members]
    above = depends(f"{parent}_1", parent) if parent else []
    more: Json = {"childIds": list(members), "minimumCount": 1, "maximumCount": most}
    return definition("SettingGroupCollection", key, name, root, dependentOn=above, dependedOnBy=below, **more)


CHANNELS = ("Current", "FirstReleaseCurrent", "MonthlyEnterprise", "Deferred", "FirstReleaseDeferred", "InsiderFast")
DOCUMENTS: list[Json] = [
    toggle(TOGGLE, "L_EnableAutomaticUpdates", category="updates"),
    toggle(MACROS, "L_VBAWarningsPolicy", MACROS_CHILD, category="excel"),
    choice(MACROS_CHILD, "L_empty4", MACROS, (1, 2, 3, 4), category="excel"),
    toggle(CHANNEL, "L_UpdateBranch", CHANNEL_CHILD, category="updates"),
    choice(CHANNEL_CHILD, "L_UpdateBranchID", CHANNEL, CHANNELS, category="updates"),
    toggle(OLD_CHANNEL, "L_UpdateBranch", f"{OLD_CHANNEL}_l_updatebranchid", category="updates"),
    choice(f"{OLD_CHANNEL}_l_updatebranchid", "L_UpdateBranchID", OLD_CHANNEL, CHANNELS[:2], category="updates"),
    toggle(STORAGE, "L_OnlineStorageFilter", STORAGE_CHILD),
    simple(STORAGE_CHILD, "L_OnlineStorageFilterID", STORAGE, number_rules(0, 1023)),
    toggle(STORAGE_TWIN, "L_OnlineStorageFilter", f"{STORAGE_TWIN}_l_onlinestoragefilterid"),
    simple(f"{STORAGE_TWIN}_l_onlinestoragefilterid", "L_OnlineStorageFilterID", STORAGE_TWIN, number_rules(0, 1023)),
    toggle(REPAIR, "L_OnlineRepair", REPAIR_URL, REPAIR_FALLBACK, category="updates"),
    simple(REPAIR_URL, "L_OnlineRepairUrl", REPAIR, text_rules(), category="updates"),
    choice(REPAIR_FALLBACK, "L_FallbackToCDN", REPAIR, (0, 1), category="updates"),
    toggle(CIPHER, "L_EncryptionTypeForPasswordProtectedOfficeOpen", CIPHER_CHILD),
    simple(CIPHER_CHILD, "L_EncryptionTypeID", CIPHER, text_rules(0)),
    toggle(MODE, "L_OutlookSecurityMode", f"{MODE}_l_mode", f"?{ACTIVEX_V2}"),
    choice(f"{MODE}_l_mode", "L_Mode", MODE, (0, 1, 2, 3)),
    choice(ACTIVEX_V2, "L_AllowActiveXOneOffForms", MODE, (0, 1), ACTIVEX_CHILD),
    choice(ACTIVEX_CHILD, "L_empty29", ACTIVEX_V2, (0, 1, 2), root=MODE),
    toggle(ACTIVEX, "L_AllowActiveXOneOffForms", f"{ACTIVEX}_l_empty29"),
    choice(f"{ACTIVEX}_l_empty29", "L_empty29", ACTIVEX, (0, 1, 2)),
    toggle(ADDINS, "L_AllowedCOMAddIns", ADDINS_LIST),
    group(ADDINS_LIST, "L_AllowedCOMAddInsList", ADDINS, (ADDINS_KEY, ADDINS_VALUE), 3, parent=ADDINS),
    simple(ADDINS_KEY, "L_AllowedCOMAddInsList_key", ADDINS_LIST, text_rules(0), on=ADDINS_LIST, root=ADDINS),
    simple(ADDINS_VALUE, "L_AllowedCOMAddInsList_value", ADDINS_LIST, text_rules(0), on=ADDINS_LIST, root=ADDINS),
    toggle(INSPECTORS, "L_DocumentInspector", INSPECTORS_LIST),
    simple(
        *(INSPECTORS_LIST, "L_empty197", INSPECTORS, text_rules(8)),
        kind="SimpleSettingCollection",
        minimumCount=1,
        maximumCount=4,
    ),
    simple(SECRET, "NetworkPassword", "", text_rules(secret=True)),
    simple(BRACES, "Count", "", number_rules(1, 5)),
    toggle(EDGE, "EdgeToggle", technologies="edgeMAM"),
    toggle(MAC, "MacToggle", platform="macOS", technologies="mdm,appleRemoteManagement"),
    # Only the group tells of its members here, as groups outside Office do.
    {**group(RULES, "Rules", RULES, (RULE_ID, RULE_ACTION), 2), "dependedOnBy": []},
    simple(RULE_ID, "Id", "", text_rules(), root=RULES),
    {**toggle(RULE_ACTION, "Action"), "rootDefinitionId": RULES},
    {
        **toggle(DAYS, "Days"),
        "@odata.type": f"{GRAPH}ChoiceSettingCollectionDefinition",
        "maximumCount": 2,
        "minimumCount": 1,
    },
    simple(REUSED, "Reusable", "", text_rules(), referredSettingInformationList=[{"settingDefinitionId": RULES}]),
]
CATEGORY_DOCUMENTS: list[Json] = [
    {
        "id": key,
        "name": None,
        "displayName": f"Our {name}",
        "description": f"Office\\{name}",
        "categoryDescription": None,
        "helpText": None,
        "platforms": "windows10",
        "technologies": "mdm",
        "settingUsage": "configuration",
        "parentCategoryId": NOWHERE if name == "office" else CATEGORIES["office"],
        "rootCategoryId": CATEGORIES["office"],
        "childCategoryIds": [other for other in CATEGORIES.values() if name == "office" and other != key],
    }
    for name, key in CATEGORIES.items()
]


def write(path: Path, documents: Iterable[Json] = (*DOCUMENTS, *CATEGORY_DOCUMENTS)) -> Path:
    """A catalogue file, one document a line."""
    path.write_text("".join(json.dumps(document) + "\n" for document in documents), encoding="utf-8")
    return path


def chosen(key: str, value: int | str, *children: Json) -> Json:
    """An instance of a choice."""
    return {
        "@odata.type": f"{GRAPH}ChoiceSettingInstance",
        "settingDefinitionId": key,
        "choiceSettingValue": {"value": f"{key}_{str(value).lower()}", "children": list(children)},
    }


def valued(key: str, value: int | str, kind: str | None = None, **members: Any) -> Json:
    """An instance of a simple setting."""
    return {
        "@odata.type": f"{GRAPH}SimpleSettingInstance",
        "settingDefinitionId": key,
        "simpleSettingValue": {**simple_value(value, kind), **members},
    }


def simple_value(value: int | str, kind: str | None = None) -> Json:
    """A simple value; its kind by the value."""
    name = kind or ("Integer" if isinstance(value, int) else "String")
    return {"@odata.type": f"{GRAPH}{name}SettingValue", "value": value}


def listed(key: str, *values: int | str) -> Json:
    """An instance of a list of simple values."""
    return {
        "@odata.type": f"{GRAPH}SimpleSettingCollectionInstance",
        "settingDefinitionId": key,
        "simpleSettingCollectionValue": [simple_value(value) for value in values],
    }


def grouped(key: str, *items: Iterable[Json]) -> Json:
    """An instance of a list of groups."""
    return {
        "@odata.type": f"{GRAPH}GroupSettingCollectionInstance",
        "settingDefinitionId": key,
        "groupSettingCollectionValue": [{"children": list(item)} for item in items],
    }


def addins(**pairs: str) -> Json:
    """The key/value list with these pairs, below its policy."""
    items = [(valued(ADDINS_KEY, key), valued(ADDINS_VALUE, value)) for key, value in pairs.items()]
    return chosen(ADDINS, 1, grouped(ADDINS_LIST, *items))


def settings(*instances: Json) -> list[Json]:
    """The settings of a policy."""
    return [{"@odata.type": f"{GRAPH}Setting", "settingInstance": instance} for instance in instances]


# One instance of every shape, all of them taken.
VALID: dict[str, Json] = {
    "toggle": chosen(TOGGLE, 1),
    "disabled": chosen(MACROS, 0),
    "enum": chosen(MACROS, 1, chosen(MACROS_CHILD, 3)),
    "odd id": chosen(CHANNEL, 1, chosen(CHANNEL_CHILD, "MonthlyEnterprise")),
    "integer": chosen(STORAGE, 1, valued(STORAGE_CHILD, 137)),
    "twin": chosen(STORAGE_TWIN, 1, valued(f"{STORAGE_TWIN}_l_onlinestoragefilterid", 137)),
    "mixed children, empty text": chosen(REPAIR, 1, valued(REPAIR_URL, ""), chosen(REPAIR_FALLBACK, 1)),
    "unlimited text": chosen(CIPHER, 1, valued(CIPHER_CHILD, "x" * 3000)),
    "optional child left out": chosen(MODE, 1, chosen(f"{MODE}_l_mode", 2)),
    "three levels": chosen(MODE, 1, chosen(f"{MODE}_l_mode", 3), chosen(ACTIVEX_V2, 1, chosen(ACTIVEX_CHILD, 0))),
    "key/value list": addins(a="1", b="2"),
    "list": chosen(INSPECTORS, 1, listed(INSPECTORS_LIST, "one", "two")),
    "secret": valued(SECRET, "hunter2", "Secret", valueState="notEncrypted"),
    "braces": valued(BRACES, 5),
    "rules": grouped(RULES, (valued(RULE_ID, "a"), chosen(RULE_ACTION, 1))),
    "choices": {
        "@odata.type": f"{GRAPH}ChoiceSettingCollectionInstance",
        "settingDefinitionId": DAYS,
        "choiceSettingCollectionValue": [{"value": f"{DAYS}_1", "children": []}],
    },
    "reference": valued(REUSED, "r0", "Reference"),
}
