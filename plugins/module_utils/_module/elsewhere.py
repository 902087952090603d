# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that a module does not have and another one has: people look for groups where the policy is."""

from __future__ import annotations

import typing as t

from .arguments import with_aliases, with_shared
from .modules import (
    OFFICE_CLIENT_CHECKIN_INFO,
    OFFICE_CLIENT_CONFIG,
    OFFICE_CLIENT_CONFIG_ASSIGNMENT,
    OFFICE_CLIENT_CONFIG_INFO,
    OFFICE_CLIENT_CONFIG_ORDER,
    OFFICE_CLIENT_CONFIGS,
    OFFICE_PREFLIGHT_INFO,
    OFFICE_SETTING_CATALOG,
    OFFICE_SETTING_INFO,
    ModuleDefinition,
)

MODULES: t.Mapping[str, ModuleDefinition] = {
    "office_client_config": OFFICE_CLIENT_CONFIG,
    "office_client_config_assignment": OFFICE_CLIENT_CONFIG_ASSIGNMENT,
    "office_client_config_order": OFFICE_CLIENT_CONFIG_ORDER,
    "office_client_configs": OFFICE_CLIENT_CONFIGS,
    "office_client_config_info": OFFICE_CLIENT_CONFIG_INFO,
    "office_client_checkin_info": OFFICE_CLIENT_CHECKIN_INFO,
    "office_preflight_info": OFFICE_PREFLIGHT_INFO,
    "office_setting_catalog": OFFICE_SETTING_CATALOG,
    "office_setting_info": OFFICE_SETTING_INFO,
}


def elsewhere(given: t.Iterable[str], definition: ModuleDefinition) -> str:
    """Return a sentence for each option that other modules have and this one does not; "" where there is none."""
    own = with_aliases(with_shared(definition.spec))
    found = {name: _places(name) for name in sorted(given) if name not in own}
    return " ".join(f"{name} is an option of {', and of '.join(places)}." for name, places in found.items() if places)


def _places(name: str) -> list[str]:
    modules = [f"m365.apps.{module}" for module, definition in MODULES.items() if name in definition.spec]
    bulk = MODULES["office_client_configs"].spec["policies"]["options"]
    return [*modules, *(["each of the policies of m365.apps.office_client_configs"] if name in bulk else [])]
