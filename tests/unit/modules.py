# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definitions of all modules in one place, for tests that run each of them."""

from __future__ import annotations

from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import OFFICE_CLIENT_CHECKIN_INFO
from ansible_collections.m365.apps.plugins.module_utils._module.definition import ModuleDefinition
from ansible_collections.m365.apps.plugins.module_utils._module.group_names import PRIVATE_GROUP_NAMES
from ansible_collections.m365.apps.plugins.module_utils._module.policy_info import OFFICE_CLIENT_CONFIG_INFO
from ansible_collections.m365.apps.plugins.module_utils._module.policy_modules import (
    OFFICE_CLIENT_CONFIG,
    OFFICE_CLIENT_CONFIG_ASSIGNMENT,
    OFFICE_CLIENT_CONFIG_ORDER,
    OFFICE_CLIENT_CONFIGS,
)
from ansible_collections.m365.apps.plugins.module_utils._module.preflight import OFFICE_PREFLIGHT_INFO
from ansible_collections.m365.apps.plugins.module_utils._module.setting_catalog import OFFICE_SETTING_CATALOG
from ansible_collections.m365.apps.plugins.module_utils._module.setting_info import OFFICE_SETTING_INFO

__all__ = (
    "OFFICE_CLIENT_CHECKIN_INFO",
    "OFFICE_CLIENT_CONFIG",
    "OFFICE_CLIENT_CONFIGS",
    "OFFICE_CLIENT_CONFIG_ASSIGNMENT",
    "OFFICE_CLIENT_CONFIG_INFO",
    "OFFICE_CLIENT_CONFIG_ORDER",
    "OFFICE_PREFLIGHT_INFO",
    "OFFICE_SETTING_CATALOG",
    "OFFICE_SETTING_INFO",
    "PRIVATE_GROUP_NAMES",
    "ModuleDefinition",
)
