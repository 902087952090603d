# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A policy of the settings catalog as Graph shows it, and one write to it, for tests of the surface on the wire."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.fields import Field
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import (
    PolicyWrite,
    Result,
)
from ansible_collections.m365.apps.tests.unit.wire import GRAPH, refusal

POLICIES = f"{GRAPH}/beta/deviceManagement/configurationPolicies"
LIST = f"{POLICIES}?$top=100"
ID = "13a5ac73-ac73-13a5-73ac-a51373aca513"
URL = f"{POLICIES}/{ID}"
GROUP = "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"
MACROS = compile_settings([{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}], built_in())
INSTANCES = instances(MACROS)
SETTINGS_TYPE = "#microsoft.graph.deviceManagementConfigurationSetting"
SENT = [{"@odata.type": SETTINGS_TYPE, "settingInstance": instance} for instance in INSTANCES]
VALUES = {"display_name": "Zürich", "description": "D", "scope_tags": ("0", "7")}
LIVE = Policy(ID, OWN_TYPE, {**VALUES, "settings": MACROS})
DRAFT = Policy(None, OWN_TYPE, {**VALUES, "settings": MACROS})
ABSENT = refusal(400, "An error has occurred", "ResourceNotFound")
MEMBERS = {"name": "Zürich", "description": "D", "roleScopeTagIds": ["0", "7"]}


def row(policy_id: str = ID, name: str = "Zürich", **more: t.Any) -> dict[str, t.Any]:
    """Return a policy as the list shows it."""
    return {
        "id": policy_id,
        **MEMBERS,
        "name": name,
        "platforms": "windows10",
        "technologies": "mdm",
        "templateReference": {"templateId": "", "templateFamily": "none"},
        "settingCount": 1,
        **more,
    }


def field(surface: CatalogSurface, name: str) -> Field:
    return next(each for each in surface.capabilities.fields if each.name == name)


def sent(surface: CatalogSurface, write: PolicyWrite, *known_ids: str) -> Result:
    (result,) = surface.write([write], known_ids)
    return result


def error_of(surface: CatalogSurface, write: PolicyWrite, *known_ids: str) -> UserError:
    error = sent(surface, write, *known_ids).error
    assert error is not None
    return error
