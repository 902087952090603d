# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies to export, and their definition files."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import Catalog
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._export import Export, export

FORMATS = ["yaml", "json"]
Config = dict[str, t.Any]


def config(display_name: str = "Contoso - Macros", policy_id: str = "p1", **more: t.Any) -> Config:
    """Return a policy as office_client_config_info returns it."""
    return {
        "id": policy_id,
        "display_name": display_name,
        "kind": "windows_security",
        "description": "",
        "priority": 20,
        "policy_payload": [{"settingId": "a;b", "value": "4"}],
        "user_preference_payload": {},
        "groups": [],
        "assignments": [],
        "last_modified_date_time": "2026-01-01T00:00:00Z",
        **more,
    }


def exported(
    *configs: Config,
    file_format: str = "yaml",
    all_ids: bool = False,
    names: dict[str, str] | None = None,
    source: str = "",
    schema: str = "",
    catalog: Catalog | None = None,
) -> Export:
    """Return the files of policies."""
    return export(configs, names or {}, Form(file_format, schema, catalog), all_ids, source)
