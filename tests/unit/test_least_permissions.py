# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What backups, exports and reports read needs no more permissions than a plan."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import CLIENT, GROUPS, ORIGIN, TENANT, FuzzTenant


@pytest.mark.parametrize("batch", ["auto", "never"])
def test_names_of_groups_are_left_out_where_they_may_not_be_read(batch: str) -> None:
    tenant = FuzzTenant()
    held = tenant.world.tenants[TENANT]
    held.apps[CLIENT] = replace(held.apps[CLIENT], roles=("DeviceManagementConfiguration.Read.All",))
    token = tenant.world.keys.issue(held, held.apps[CLIENT], ORIGIN, 3600, "2")
    login = {"access_token": token, "graph_url": ORIGIN, "login_url": ORIGIN, "batch": batch}
    with tenant.entered():
        printed, warnings = _fast_path.run_here(
            modules.OFFICE_CLIENT_CONFIG_INFO, {**login, "gather": ["payloads", "group_names"]}
        )
    result = json.loads(printed)
    assert not result.get("failed"), result
    entries = [entry for config in result["configs"] for entry in config["assignments"]]
    assert [(entry["group_id"], entry["group_name"]) for entry in entries] == [(GROUPS["Finance"], None)]
    assert warnings == ["the names of 1 group are left out, since the app lacks the permission GroupMember.Read.All"]
