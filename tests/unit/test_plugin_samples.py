# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Samples in the documentation of filters and lookups, and of check-ins, are what these return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.m365.apps.tests.unit.catalog_checkins import (
    DEVICES,
    SETTINGS,
    as_bytes,
    ask,
    listed,
    opened,
    rows_table,
    settings_table,
)
from ansible_collections.m365.apps.tests.unit.catalog_wire import LIST, row
from ansible_collections.m365.apps.tests.unit.plugin_samples import ID, REAL
from ansible_collections.m365.apps.tests.unit.test_catalog_statuses import MACROS, device
from ansible_collections.m365.apps.tests.unit.test_plugin_docs import MODULES, WHOLE, check, documented
from ansible_collections.m365.apps.tests.unit.wire import Clock, Wire

PLUGINS = {path.stem: path for path in WHOLE}
[CHECKIN_INFO] = [path for path in MODULES if path.stem == "office_client_checkin_info"]


def test_every_filter_and_lookup_is_tried() -> None:
    assert REAL.keys() == PLUGINS.keys()


@pytest.mark.parametrize("name", REAL)
def test_a_sample_is_what_the_plugin_returns(name: str, tmp_path: Path) -> None:
    [returned] = documented(PLUGINS[name], "RETURN").values()
    real = json.loads(json.dumps(REAL[name](tmp_path)).replace(str(tmp_path), "definitions"))
    if name == "definition_schema":  # half a megabyte
        assert real[0].startswith(returned["sample"][0].removesuffix(" ..."))
    else:
        assert returned["sample"] == real


def test_the_sample_of_checkins_is_what_the_module_returns(wire: Wire, clock: Clock) -> None:
    people = (("ann", "1", "Succeeded", "2026-07-31T08:00:00"), ("ben", "2", "Error", "2026-05-01T09:30:00"))
    rows = [
        device(
            f"7d1e0c5{number}-4b2f-4c39-8e0a-5f6b1a2c3d4e",
            DeviceName=f"{name.upper()}-LAPTOP",
            UPN=f"{name}@contoso.example",
            UserId=f"3f0a9b1{number}-6c2d-4e58-9a7b-0c1d2e3f4a5b",
            ReportStatus=status,
            PspdpuLastModifiedTimeUtc=when,
        )
        for name, number, status, when in people
    ]
    wire.expect("GET", LIST, **listed(row(ID, "Contoso - Macros", roleScopeTagIds=["0"])))
    wire.expect("POST", DEVICES, **as_bytes(rows_table(*rows)))
    wire.expect("POST", SETTINGS, **as_bytes(settings_table((MACROS, 1, 0), name="VBA Macro Notification Settings")))
    real = ask(opened(clock.client(batching=False)), gather=["tenant", "policies"]).result
    told = documented(CHECKIN_INFO, "RETURN")
    del told["error"]
    assert {name: one["sample"] for name, one in told.items()} == {name: real[name] for name in told}
    for one in told.values():
        check(one["sample"], one)
