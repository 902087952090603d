# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How policies went on devices, as the reports of a trace tell it: rows for the state of the emulator."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.m365.apps.plugins.module_utils._trace.documents import BASE64
from graph_emulator.graph.catalog.statuses import COUNTS, TEXTS

from .reading import GUID, Call

Json = dict[str, Any]
REPORTS = ["deviceManagement", "reports"]
DEVICES, SETTINGS = "getConfigurationPolicyDevicesReport", "getConfigurationPolicySettingsDeviceSummaryReport"
_POLICY = re.compile(rf"PolicyId eq '({GUID.pattern})'", re.IGNORECASE)
_IDS = ("IntuneDeviceId", "UserId")


@dataclass
class Statuses:
    """Rows of devices by policy, and how many devices each setting went how on."""

    devices: dict[str, list[Json]] = field(default_factory=dict)
    settings: dict[str, dict[str, Json]] = field(default_factory=dict)

    def read(self, call: Call) -> None:
        """Note the rows of one report; those that came before are the same ones."""
        policy = _policy_of(call)
        action = call.segments[-1].rpartition(".")[2]
        for row in _rows(call.document):
            if policy and action == DEVICES:
                rows = self.devices.setdefault(policy, [])
                rows += [row] if row not in rows else []
            elif policy and action == SETTINGS and isinstance(row.get("SettingId"), str):
                self.settings.setdefault(policy, {}).setdefault(row["SettingId"], row)

    def state(self) -> list[Json]:
        """The rows of the state. Counts of settings are spread over the devices of their policy."""
        return [
            {"PolicyId": policy, **_known(row), "settings": self._settings(policy, place)}
            for policy, rows in self.devices.items()
            for place, row in enumerate(rows)
        ]

    def _settings(self, policy: str, place: int) -> list[Json]:
        told = self.settings.get(policy, {})
        return [{"SettingId": name, "SettingStatus": _status_at(row, place)} for name, row in told.items() if name]


def _policy_of(call: Call) -> str:
    """The policy that a report was asked about: its rows do not say."""
    asked = (call.body or {}).get("json")
    found = _POLICY.search(str(asked.get("filter"))) if isinstance(asked, dict) else None
    return found[1].lower() if found else ""


def _rows(document: Any) -> list[Json]:
    """The rows of a report by the names of their columns; inside of a batch it is base64."""
    if isinstance(document, dict) and BASE64 in document:
        document = document[BASE64]
    if not isinstance(document, dict) or not isinstance(document.get("Schema"), list):
        return []
    columns = [str(each.get("Column")) for each in document["Schema"] if isinstance(each, dict)]
    return [dict(zip(columns, row, strict=False)) for row in document.get("Values") or ()]


def _known(row: Mapping[str, Any]) -> Json:
    ids = {name: row[name] for name in _IDS if GUID.fullmatch(str(row.get(name)))}
    texts = {name: row[name] for name in TEXTS if isinstance(row.get(name), str)}
    status = row.get("PolicyStatus")
    return {**ids, **texts, **({"PolicyStatus": status} if isinstance(status, int) else {})}


def _status_at(row: Mapping[str, Any], place: int) -> int:
    """How a setting went on the device of this place, so that as many went each way as the report counts."""
    for name, numbers in COUNTS.items():
        count = row.get(name)
        if isinstance(count, int) and place < count:
            return numbers[0]
        place -= count if isinstance(count, int) else 0
    return 0
