# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong values anywhere in status reports end in a sentence, or in counts that add up; and nothing is ever written."""

from __future__ import annotations

import json
import re
import typing as t

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.learn import Teacher
from ansible_collections.m365.apps.plugins.module_utils._catalog.surface import CatalogSurface
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.groups import GroupDirectory
from ansible_collections.m365.apps.plugins.module_utils._module.checkin_info import checkin_info
from ansible_collections.m365.apps.plugins.module_utils._module.definition import Request
from ansible_collections.m365.apps.plugins.module_utils._module.tenant import Tenant
from ansible_collections.m365.apps.tests.unit import fuzz_values
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import Spoilt
from ansible_collections.m365.apps.tests.unit.fuzz_values import ODD_JSON, doubled, places, replaced
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_CLIENT_CHECKIN_INFO
from graph_emulator.wire import Call

POLICY = "22222222-0000-4000-8000-00000000000f"
STATUSES = [
    {"PolicyId": POLICY, "DeviceName": f"PC-{place}", "UPN": f"user-{place}@contoso.example", "PolicyStatus": place % 8}
    for place in range(55)
]
DEFAULTS = {name: option.get("default") for name, option in OFFICE_CLIENT_CHECKIN_INFO.spec.items()}
NO_SENTENCE = ("unexpected", "defect", "Traceback", "object at 0x", "(in doubt)")
# What it is about, what cannot be done, and why.
SENTENCE = re.compile(r".+: cannot .+[.]")
EXAMPLES = (settings.default or settings()).max_examples // 2


def a_tenant() -> CatalogTenant:
    return CatalogTenant({"id": POLICY, "name": "One", "settings": []}, device_statuses=STATUSES)


def said_by(tenant: CatalogTenant, batching: bool = False) -> str | dict[str, t.Any]:
    """Return what the task says that fails, else its result."""
    with tenant.serving():
        client = tenant.client(batching, 5.0)
        opened = Tenant(CatalogSurface(client, built_in()), GroupDirectory(client), Teacher(client), client)
        try:
            return checkin_info(Request({"surface": "settings_catalog", **DEFAULTS}, {}), lambda: opened).result
        except UserError as error:
            return f"{error}{' (in doubt)' if error.in_doubt else ''}"
        finally:
            assert client.writes == 0


def wrong_in(said: str | dict[str, t.Any]) -> list[t.Any]:
    """Return what a user may not see: what no sentence about the tenant holds, or policies whose numbers are wrong."""
    if isinstance(said, str):
        return [word for word in NO_SENTENCE if word in said] or ([] if SENTENCE.fullmatch(said) else [said])
    json.dumps(said)
    return [policy for policy in said["policies"] if not adds_up(policy)]


def adds_up(policy: dict[str, t.Any]) -> bool:
    devices: dict[str, int] = dict(policy["devices"])
    counted = devices.pop("total") == sum(devices.values())
    return counted and 0 <= int(policy["failed_users"]) <= int(policy["users"]) <= len(policy["statuses"])


@settings(max_examples=EXAMPLES)
@given(data=st.data(), nth=st.integers(0, 3), spot=st.integers(0, 900))
def test_a_wrong_value_anywhere_in_a_report(data: st.DataObject, nth: int, spot: int) -> None:
    value = data.draw(st.one_of(st.sampled_from(ODD_JSON), fuzz_values.json_values))
    tenant, count = a_tenant(), 0

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        nonlocal count
        count += "/reports/" in call.path
        if "/reports/" not in call.path or count - 1 != nth:
            return answer
        document = answer.json()
        found = list(places(document))
        changed = doubled(document) if spot == 0 else replaced(document, found[spot % len(found)], value)
        return Spoilt(answer.status, json.dumps(changed).encode(), answer.headers)

    tenant.spoil = spoil
    assert wrong_in(said_by(tenant)) == []


@given(status=st.sampled_from([204, 302, 400, 401, 403, 404, 409, 412, 429, 500, 503]), nth=st.integers(0, 3))
@example(status=500, nth=3)
def test_a_wrong_status_of_a_report(status: int, nth: int) -> None:
    tenant, count = a_tenant(), 0

    def spoil(call: Call, answer: Spoilt) -> Spoilt:
        nonlocal count
        count += "/reports/" in call.path
        return Spoilt(status, answer.body, answer.headers) if "/reports/" in call.path and count - 1 == nth else answer

    tenant.spoil = spoil
    assert wrong_in(said_by(tenant)) == []


def test_a_login_that_only_reads_is_enough() -> None:
    tenant = a_tenant()
    tenant.put("settings", {"refuse_writes": True})
    for batching in (False, True):
        said = said_by(tenant, batching)
        assert isinstance(said, dict)
        assert said["tenant"]["devices"]["total"] == 55
