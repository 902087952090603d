# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies as tools export them. Each form has its shape from what the tools write; nothing of theirs is in it."""

from __future__ import annotations

import json
import random
import typing as t
from pathlib import Path

import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.settings import Settings
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._import.formats import Export, exports_in
from ansible_collections.m365.apps.plugins.plugin_utils._import.found import LeftError, Place
from ansible_collections.m365.apps.plugins.plugin_utils._import.policies import Options, taken
from ansible_collections.m365.apps.plugins.plugin_utils._import.run import Import, Request, planned
from ansible_collections.m365.apps.tests.unit.random_settings import as_graph_shows

CATALOG = built_in()
MACROS = compile_settings([{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}], CATALOG)
ONE, TWO = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11", "1f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
FILTER = "2f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
SECRET = "device_vendor_msft_other_secret"
GRAPH = "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies"
TYPE = "#microsoft.graph.deviceManagementConfiguration"

Document = dict[str, t.Any]


def policy(of: Settings = MACROS, rng: random.Random | None = None, **more: t.Any) -> Document:
    """Return a policy as Graph shows it with its settings."""
    shown = as_graph_shows(rng or random.Random(0), json.loads(json.dumps(instances(of))))
    return {
        "id": ONE,
        "createdDateTime": "2026-01-01T00:00:00.0000000Z",
        "lastModifiedDateTime": "2026-01-01T00:00:00.0000000Z",
        "creationSource": None,
        "name": "Contoso - Macros",
        "description": "From a tenant",
        "platforms": "windows10",
        "technologies": "mdm",
        "priorityMetaData": None,
        "roleScopeTagIds": ["0"],
        "settingCount": len(of),
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": None,
            "templateDisplayVersion": None,
        },
        "settings": shown,
        **more,
    }


def with_secret(document: Document, value: str, state: str) -> Document:
    """Return a policy with a setting outside Office that is a secret."""
    instance = {
        "@odata.type": f"{TYPE}SimpleSettingInstance",
        "settingDefinitionId": SECRET,
        "simpleSettingValue": {"@odata.type": f"{TYPE}SecretSettingValue", "value": value, "valueState": state},
    }
    settings = [*document["settings"], {"id": "1", "settingInstance": instance}]
    return {**document, "settings": settings, "settingCount": len(settings)}


def portal(document: Document) -> bytes:
    """Return what Export JSON of the Intune admin center downloads."""
    shown = {key: value for key, value in document.items() if key != "assignments"}
    return json.dumps({"@odata.context": f"{GRAPH}/$entity", **shown}).encode("utf-8-sig")


def intune_management(document: Document) -> bytes:
    """Return what IntuneManagement writes: all metadata of OData, in UTF-16."""
    full: Document = {
        "@odata.context": f"{GRAPH}(assignments(),settings())/$entity",
        "@odata.type": f"{TYPE}Policy",
        "@odata.id": f"deviceManagement/configurationPolicies('{ONE}')",
        "platforms@odata.type": f"{TYPE}Platforms",
        "roleScopeTagIds@odata.type": "#Collection(String)",
        "settings@odata.navigationLink": f"{GRAPH}('{ONE}')/settings",
        "assignments": [],
        **_full(document),
        "#microsoft.graph.assign": {"target": f"{GRAPH}('{ONE}')/microsoft.graph.assign"},
    }
    return json.dumps(full, indent=2).replace("\n", "\r\n").encode("utf-16")


def _full(value: t.Any) -> t.Any:
    """Return JSON as odata.metadata=full has it: the types of values, too."""
    if isinstance(value, list):
        return [_full(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _full(member) for key, member in value.items()}
    if "children" in found:
        found["children@odata.type"] = f"#Collection({TYPE[1:]}SettingInstance)"
    if "choiceSettingValue" in found:
        found["choiceSettingValue"] = {"@odata.type": f"{TYPE}ChoiceSettingValue", **found["choiceSettingValue"]}
    return found


def intunecd(document: Document, file_format: str = "json") -> bytes:
    """Return what IntuneCD writes: nothing that changes by itself, and names in the place of ids."""
    volatile = ("id", "createdDateTime", "lastModifiedDateTime")
    kept = {key: value for key, value in document.items() if key not in volatile}
    kept |= {"roleScopeTagIds": ["Default" if tag == "0" else tag for tag in document["roleScopeTagIds"]]}
    if file_format == "yaml":
        return yaml.dump(kept, sort_keys=False, default_flow_style=False, allow_unicode=True).encode()
    return json.dumps(kept, indent=5).encode()


def cipp(document: Document) -> bytes:
    """Return a template of CIPP: JSON text in JSON text."""
    names = ("name", "description", "settings", "platforms", "technologies", "templateReference")
    raw = json.dumps({name: document[name] for name in names})
    template = {"Displayname": document["name"], "Description": "", "RAWJson": raw, "Type": "Catalog", "GUID": TWO}
    return json.dumps({"JSON": json.dumps(template), "RowKey": TWO, "PartitionKey": "IntuneTemplate"}).encode()


def request_body(document: Document) -> bytes:
    """Return what somebody trimmed for a create: without types that follow from the place, and without nulls."""
    names = ("name", "description", "settings")
    return json.dumps({name: _trimmed(document[name]) for name in names}).encode("utf-16-le")


def _trimmed(value: t.Any) -> t.Any:
    """Return JSON without nulls, and with a list of one member as that member, as PowerShell writes it."""
    if isinstance(value, list):
        return [_trimmed(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _trimmed(member) for key, member in value.items() if member is not None}
    follows = any(key.endswith(("SettingValue", "CollectionValue")) for key in found)
    if follows or str(found.get("@odata.type")).endswith(("StringSettingValue", "IntegerSettingValue")):
        found.pop("@odata.type", None)
    children = found.get("children")
    if isinstance(children, list) and len(children) == 1:
        found["children"] = children[0]
    return found


def graph_list(document: Document) -> bytes:
    """Return a list of policies as Graph answers it."""
    return json.dumps({"@odata.context": GRAPH, "@odata.count": 1, "value": [document]}).encode()


def json_lines(document: Document) -> bytes:
    """Return one policy a line."""
    return f"{json.dumps(document)}\n\n{json.dumps({'id': TWO, 'name': 'Not one'})}\n".encode()


# By the word in results: how a file of it is called, and what is in it.
FORMS: dict[str, tuple[str, t.Callable[[Document], bytes]]] = {
    "portal": ("Contoso - Macros.txt", portal),
    "intune_management": ("SettingsCatalog/Contoso - Macros.json", intune_management),
    "intunecd": ("Settings Catalog/Contoso - Macros_mdm.json", intunecd),
    "intunecd_yaml": (
        "Settings Catalog/Contoso - Macros_mdm.yaml",
        lambda document: intunecd(document, "yaml"),
    ),
    "cipp": ("IntuneTemplate/Contoso.json", cipp),
    "request_body": ("bodies/macros.json", request_body),
    "graph": ("dump.json", lambda document: json.dumps(document).encode()),
    "graph_list": ("list.json", graph_list),
    "json_lines": ("policies.jsonl", json_lines),
}


def put(folder: Path, files: t.Mapping[str, t.Any]) -> Path:
    """Write files of exports; return their folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content) if isinstance(content, dict) else content
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def imported(source: Path, target: Path | None = None, **more: t.Any) -> Import:
    """Return what an import of a folder does."""
    request = {
        "form": Form(),
        "catalog": CATALOG,
        "group_map": {},
        "group_names": {},
        **more,
    }
    return planned(Request(source, target or source.parent / "definitions", **request))


def reasons(done: Import) -> list[tuple[str, str]]:
    """Return what an import leaves: the place and the word of its reason."""
    return [(str(each.place), each.reason.value) for each in done.left]


def exports_taken(value: t.Any) -> Document | str:
    """Return the definition of a value of a file, or why there is none."""
    try:
        [found] = exports_in(value, Place("a.json"))
        return taken(found, Options(CATALOG, {})).definition if isinstance(found, Export) else str(found.error)
    except LeftError as error:
        return str(error)
