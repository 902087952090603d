# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""With any number of connections a run sends the same requests and prints the same bytes, whatever goes wrong."""

from __future__ import annotations

import json
import re
import threading
import typing as t
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog import operations
from ansible_collections.m365.apps.tests.unit import modules
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import CLIENT, GROUPS, SHOW_ARGUMENTS, TENANT, run

EXAMPLES = (settings.default or settings()).max_examples // 2
OFFICE, CATALOG = "office_configuration", "settings_catalog"
_GRAPH = "#microsoft.graph."
_GUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REPAIR = "device_vendor_msft_policy_config_defender_scanparameter"


class ThreadClock(threading.local):
    """Seconds that pass for each thread while it sleeps: how long a call was tried is its own affair."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def id_of(number: int) -> str:
    return str(uuid.UUID(int=(4 << 124) + (4 << 76) + (8 << 60) + number, version=4))


def without_made_up(text: str) -> str:
    """Return a text without the ids that are made up anew in each run: those of requests and of assignments."""
    lasting = {*GROUPS.values(), *map(id_of, range(100)), TENANT, CLIENT}
    return _GUID.sub(lambda found: found[0] if found[0] in lasting else "made-up", text)


def name_of(number: int) -> str:
    return f"Policy {number:03}"


def _settings(value: int) -> list[dict[str, t.Any]]:
    instance = {
        "@odata.type": f"{_GRAPH}deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": _REPAIR,
        "simpleSettingValue": {
            "@odata.type": f"{_GRAPH}deviceManagementConfigurationIntegerSettingValue",
            "value": value,
        },
    }
    return [{"settingInstance": instance}]


def _catalog_policy(number: int) -> dict[str, t.Any]:
    target = {"@odata.type": f"{_GRAPH}groupAssignmentTarget", "groupId": GROUPS["Finance"]}
    return {
        "id": id_of(number),
        "name": name_of(number),
        "lastModifiedDateTime": "2026-01-02T03:04:05Z",
        "platforms": "windows10",
        "technologies": "mdm",
        "settings": _settings(number),
        "assignments": [{"target": target}] if number % 2 else [],
    }


def _office_policy(number: int) -> dict[str, t.Any]:
    return {
        "id": id_of(number),
        "displayName": name_of(number),
        "priority": number,
        "lastModifiedDateTime": "2026-01-02T03:04:05Z",
        "policyPayload": [{"settingId": "a", "value": str(number)}],
        "assignments": [GROUPS["Finance"]] if number % 2 else [],
    }


def tenant_of(surface: str, count: int) -> CatalogTenant:
    if surface == CATALOG:
        return CatalogTenant(*map(_catalog_policy, range(count)))
    groups = [{"id": key, "displayName": name} for name, key in GROUPS.items()]
    return CatalogTenant(catalog_policies=[], policies=[*map(_office_policy, range(count))], groups=groups)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with all calls about a policy, or with its first one; without a number, with further pages."""

    kind: str
    number: int | None
    once: bool
    part: str

    def wire(self) -> dict[str, t.Any]:
        path = "[?&][$]skip" if self.number is None else f"{id_of(self.number)}{self.part}"
        match = {"method": "GET", "path": path}
        return {"kind": self.kind, "match": match, "count": 1 if self.once else None, "retry_after": 1}


@dataclass(frozen=True)
class Case:
    """A run on a tenant in which something may go wrong."""

    surface: str
    count: int
    page: int
    work: str
    batch: str
    retry_timeout: int
    faults: list[Fault] = field(default_factory=list)

    def result(self, connections: int) -> tuple[str, Counter[str], list[str]]:
        """Return what a run prints, the requests that it sends, and the writes in order."""
        tenant = tenant_of(self.surface, self.count)
        tenant.clock = t.cast(t.Any, ThreadClock())
        tenant.put("settings", {"page_size": self.page})
        tenant.faults(*[fault.wire() for fault in self.faults])
        definition, options = self._task()
        shared = {"surface": self.surface, "retry_timeout": self.retry_timeout, "connections": connections}
        with mock.patch.object(operations, "LIST", f"{operations.COLLECTION}?$top={self.page}"):
            result = run(tenant, definition, {**shared, **options, "batch": self.batch})
        arguments = result.get("invocation", {}).get("module_args", {})
        assert arguments.pop("connections", connections) == connections
        assert bool(SHOW_ARGUMENTS) <= bool(arguments)
        calls = [f"{call['method']} {call['path']} {call['status']}" for call in tenant._calls()]
        return without_made_up(json.dumps(result)), Counter(calls), tenant.writes

    def _task(self) -> tuple[t.Any, dict[str, t.Any]]:
        if self.work == "info":
            return modules.OFFICE_CLIENT_CONFIG_INFO, {"gather": ["content", "assignments", "group_names"]}
        policies = [self._item(number) for number in range(self.count)]
        return modules.OFFICE_CLIENT_CONFIGS, {"policies": policies, "_ansible_check_mode": True, "_ansible_diff": True}

    def _item(self, number: int) -> dict[str, t.Any]:
        item = {"display_name": name_of(number), "groups": ["All Staff"] if number % 3 else ["Finance"]}
        if self.surface == CATALOG:
            return {**item, "settings": {"add": [{"raw": _settings(7)[0]["settingInstance"]}]}}
        return {**item, "policy_payload": [{"settingId": "a", "value": "7"}]}


FAULTS = st.lists(
    st.builds(
        Fault,
        st.sampled_from(["forbidden", "unavailable", "gateway_timeout", "html_error", "cut_json", "throttle"]),
        st.one_of(st.integers(0, 90), st.integers(0, 90), st.none()),
        st.booleans(),
        st.sampled_from(["", "/assignments", "($|[?])", "/policyPayload"]),
    ),
    max_size=4,
)
CASES = st.builds(
    Case,
    st.sampled_from([OFFICE, CATALOG]),
    st.one_of(st.integers(0, 90), st.integers(40, 90)),
    st.sampled_from([10, 25, 100]),
    st.sampled_from(["info", "plan"]),
    st.sampled_from(["auto", "auto", "never"]),
    st.just(0),
    FAULTS,
)
# Where a call is tried again after a 429, others wait with it: how long that takes is not the same.
PATIENT = CASES.map(
    lambda case: replace(case, retry_timeout=5, faults=[fault for fault in case.faults if fault.kind != "throttle"])
)


@settings(max_examples=EXAMPLES)
@given(st.one_of(CASES, PATIENT), st.integers(2, 8))
def test_a_run_is_the_same_with_any_number_of_connections(case: Case, connections: int) -> None:
    alone, sent_alone, written_alone = case.result(1)
    beside, sent_beside, written_beside = case.result(connections)
    assert beside == alone
    # Where the list cannot be read to its end, reads of its first policies may be on their way.
    if all(fault.number is not None for fault in case.faults):
        assert sent_beside == sent_alone
    assert written_beside == written_alone


def test_reading_back_takes_as_many_requests_with_any_number_of_connections() -> None:
    sent: list[tuple[int, int]] = []
    for connections in (1, 4):
        tenant = tenant_of(OFFICE, 0)
        tenant.put("settings", {"page_size": 10})
        items = [Case(OFFICE, 45, 10, "plan", "auto", 0)._item(number) for number in range(45)]
        options = {"surface": OFFICE, "connections": connections, "policies": items}
        result = run(tenant, modules.OFFICE_CLIENT_CONFIGS, options)
        assert (result["changed"], len(tenant.accepted)) == (True, 3 * 45)
        sent.append((tenant.requests, sum(call["status"] < 300 for call in tenant._calls())))
    assert sent[0] == sent[1]
