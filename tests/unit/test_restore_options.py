# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules do with the options that a restore gives them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions, converge
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.parse_options import desired_policies
from ansible_collections.m365.apps.plugins.module_utils._policy.payload import Opaque
from ansible_collections.m365.apps.tests.unit.memory_tenant import MemoryDirectory, MemoryTenant
from ansible_collections.m365.apps.tests.unit.small_tenants import policy

STAFF = "11111111-0000-4000-8000-000000000001"
Dict = dict[str, t.Any]


def test_bytes_and_payload_must_agree() -> None:
    def parsed(**item: t.Any) -> t.Any:
        params = {"policies": [{"display_name": "A", "state": "present", **item}]}
        [desired] = desired_policies(params, params)
        return desired.value("policy_payload")

    assert parsed(policy_payload_base64="NQ==") == Opaque(b"5")
    assert parsed(policy_payload_base64="NQ==", policy_payload="5") == Opaque(b"5")
    assert parsed(policy_payload_base64="eyJhIjogMX0=") == {"a": 1}
    assert parsed(policy_payload_base64="") == {}
    for item in ({"policy_payload_base64": "NQ==", "policy_payload": []}, {"policy_payload_base64": "?"}):
        with pytest.raises(UserError, match="use policy_payload_base64"):
            parsed(**item)
    with pytest.raises(UserError, match="it is null"):
        parsed(policy_payload_base64=None)


def test_a_name_that_others_have_is_refused_without_the_option() -> None:
    tenant = MemoryTenant.of([policy("A", 1), policy("B", 2)])
    params: Dict = {"policies": [{"id": "id-B", "display_name": "A", "state": "present"}]}
    with pytest.raises(UserError, match="the name is taken by policy 'A'"):
        converge(desired_policies(params, params), tenant, MemoryDirectory({}), RunOptions())
    for name in ("", " "):
        params = {"policies": [{"id": "id-B", "display_name": name, "state": "present"}]}
        with pytest.raises(UserError, match="it is empty"):
            desired_policies(params, params)


def test_check_mode_tells_what_will_be_left() -> None:
    tenant = MemoryTenant.of([policy("A", 1), policy("B", 2)])
    params: Dict = {
        "policies": [
            {"id": "id-A", "groups": [STAFF], "state": "present"},
            {"id": "id-B", "description": "x", "state": "present"},
        ]
    }
    options = RunOptions(check_mode=True, on_error=OnError.LEAVE)
    outcome = converge(desired_policies(params, params), tenant, MemoryDirectory({}), options)
    assert outcome.statuses == ("failed", "updated")
    assert str(outcome.error).startswith(f"policies[0] policy with id id-A: group {STAFF}: cannot ")
    assert tenant.writes == []
