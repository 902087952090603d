# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports to render: the example set in its second wave, one of hostile texts, one that is large, one of everything absent."""

from __future__ import annotations

import typing as t
import uuid

import yaml

from .processes import ROOT

Report = dict[str, t.Any]

_TENANT = "contoso.onmicrosoft.com"
_STATUSES = ("created", "updated", "unchanged", "created", "updated", "unchanged")
# What would do harm in HTML, Markdown or a template; each name of the hostile report is one of them.
HOSTILE = (
    "<script>alert(1)</script>",
    "</script></style></details></table><h1>out</h1>",
    "\" onmouseover=alert(1) x='",
    "' onfocus='alert(1)",
    "&lt;b&gt; &amp; &#x3c;",
    "<img src=x onerror=alert(1)>",
    "<!-- <svg/onload=alert(1)> -->",
    "]]><![CDATA[",
    "{{ 7 * 191 }} {% raw %} {# x #}",
    "javascript:alert(1)",
    "מדיניות אבטחה",
    "سياسة \u202etxt.exe\u202c",
    "Zażółć 政策 🛡️ \u0000\u0007\u0085",
    "line one\nline two\r\n# heading\n| a | b |",
    "```\n# not code\n```",
    "[click](javascript:alert(1)) **bold** `code` ~~x~~",
    "<details open><summary>x",
    "x" * 400,
)


def contoso_policies() -> list[Report]:
    """Return the entries of the 17 example policies: some are made, some changed, one failed."""
    folder = ROOT / "examples" / "contoso" / "definitions"
    definitions = [yaml.safe_load(path.read_text()) for path in sorted(folder.iterdir())]
    return [_entry(place, definition) for place, definition in enumerate(definitions)]


def _entry(place: int, definition: Report) -> Report:
    status = _STATUSES[place % len(_STATUSES)]
    entry: Report = {
        "display_name": definition["display_name"],
        "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, definition["display_name"])),
        "kind": definition["kind"],
        "priority": definition["priority"],
        "status": status,
        "groups": definition.get("groups", []),
    }
    if place == 15:
        entry["status"] = status = "failed"
        entry["msg"] = (
            f"Policy '{entry['display_name']}': its settings could not be written: Graph answered 403 (accessDenied). "
            "Grant the app DeviceManagementConfiguration.ReadWrite.All and run again."
        )
    if status != "unchanged":
        entry["before"], entry["after"] = _sides(definition, status)
    return entry


def _sides(definition: Report, status: str) -> tuple[Report, Report]:
    """Return the two sides of a diff, as the writers return them: whole for a create, else what differs."""
    slots = [slot for slot in ("policy_payload", "user_preference_payload") if definition.get(slot)]
    if status == "created":
        after = {name: definition[name] for name in ("display_name", "kind", "description", "priority")}
        after.update({slot: dict(map(_line, definition[slot])) for slot in slots})
        return {}, {**after, "groups": definition["groups"]}
    before: Report = {"description": "", "policy_payload": {}, "groups": definition["groups"][1:]}
    after = {"description": definition["description"], "policy_payload": {}, "groups": definition["groups"]}
    for place, setting in enumerate(definition["policy_payload"][:7]):
        name, whole = _line(setting)
        if place % 3 == 0:
            after["policy_payload"][name] = whole
        elif place % 3 == 1:
            before["policy_payload"][f"{name}.value"] = "0" if setting["value"] != "0" else "2"
            after["policy_payload"][f"{name}.value"] = setting["value"]
    before["policy_payload"]["office16;L_LegacySetting"] = "app=office16, platform=Windows, type=REG_DWORD, value=1"
    return before, after


def _line(setting: Report) -> tuple[str, str]:
    return setting["settingId"], ", ".join(f"{key}={value}" for key, value in setting.items() if key != "settingId")


def contoso_report() -> Report:
    """Return a whole report: 17 policies, three waves, findings, conflicts, check-ins and several tenants."""
    policies = contoso_policies()
    counts = {
        name: sum(policy["status"] == name for policy in policies)
        for name in ("created", "updated", "deleted", "unchanged", "failed", "not_attempted")
    }
    fingerprint = "sha256:5d1f0c7be2a94f6f83b1d9e04c5a7786e1f2ab90c34d5e67"
    return {
        "title": "Contoso Office policies",
        "tenant": _TENANT,
        "host": "contoso-prod",
        "mode": "rollout",
        "check_mode": False,
        "verdict": {
            "text": "Wave 2 stopped at its check-in gate and one policy could not be written. Wave 3 was not started.",
            "level": "failed",
        },
        "generated_at": "2026-11-23 18:04 UTC",
        "counts": {**counts, "writes": 38},
        "plan": {"fingerprint": fingerprint, "writes": 38, "read_requests": 4, "write_requests": 3, "wait_requests": 2},
        "policies": policies,
        "waves": _WAVES,
        "findings": _FINDINGS,
        "conflicts": [_conflict("conflict", True), _conflict("redundant", False)],
        "effective": [_effective(policies)],
        "checkins": _checkins(policies),
        "unmanaged": [
            {"display_name": "Contoso - Office Security Baseline", "kind": "windows_security", "priority": 120, "id": str(uuid.UUID(int=7))}
        ],
        "tenants": [
            {"host": "contoso-prod", "tenant": _TENANT, "verdict": {"text": "Gate of wave 2", "level": "failed"}, "counts": counts},
            {"host": "contoso-test", "tenant": "contoso-test.onmicrosoft.com", "verdict": {"text": "All in order", "level": "ok"}, "counts": {"unchanged": 17}},
        ],
    }  # fmt: skip


_WAVES = [
    {
        "name": "Pilot", "groups": ["Pilot Ring 1 - IT", "Pilot Ring 2 - Volunteers"], "status": "done",
        "started_at": "2026-11-23 14:00 UTC", "finished_at": "2026-11-23 15:10 UTC", "changed": True,
        "gate": {"verdict": "passed", "reason": "48 of 49 users succeeded; 40 were needed.", "needed_users": 40, "users": 49, "failed": 1, "rate": 48 / 49, "waited": 3600},
    },
    {
        "name": "Headquarters", "groups": ["Finance", "Executives", "Human Resources"], "status": "stopped",
        "started_at": "2026-11-23 15:10 UTC", "finished_at": "2026-11-23 18:02 UTC", "changed": True,
        "gate": {"verdict": "breached", "reason": "37 of 212 users failed; at most 5 % may.", "needed_users": 150, "users": 212, "failed": 37, "rate": 175 / 212, "waited": 7200},
    },
    {"name": "Everyone", "groups": ["All Staff"], "status": "not_attempted", "changed": False},
]  # fmt: skip
_FINDINGS = [
    {"level": "error", "rule": "duplicate_priority", "message": "Two policies have priority 120.",
     "policies": ["Contoso - Office Hardening", "Contoso - Office Security Baseline"], "groups": [], "setting": None},
    {"level": "warning", "rule": "shadowed", "message": "The setting can never win here, since a stronger policy has it for the same groups.",
     "policies": ["Contoso - Office Hardening"], "groups": ["All Staff"], "setting": "word16;L_VBAWarningsPolicy"},
    {"level": "note", "rule": "unassigned", "message": "The policy is assigned to no group.", "policies": ["Contoso - VDI"], "groups": [], "setting": None},
]  # fmt: skip


def _conflict(kind: str, certain: bool) -> Report:
    setting = "excel16;L_VBAWarningsPolicy"
    return {
        "setting": setting,
        "kind": kind,
        "winner": {"policy": "Contoso - Break Glass Macro Exception", "priority": 20, "enforced": True, "value": {"settingId": setting, "value": "2"}},
        "loser": {"policy": "Contoso - Finance Excel", "priority": 70, "enforced": True, "value": {"settingId": setting, "value": "4"}},
        "groups": ["Finance"],
        "certain": certain,
    }  # fmt: skip


def _effective(policies: list[Report]) -> Report:
    policy = policies[0]
    settings = [
        {"setting": f"office16;L_Setting{place}", "value": {"app": "office16", "value": str(place)}, "policy": policy["display_name"], "priority": 10,
         "enforced": place != 2, "lost": [{"policy": "Contoso - Privacy", "priority": 130, "enforced": True, "value": {}, "same": place == 1}] if place else []}
        for place in range(3)
    ]  # fmt: skip
    skipped = [{"policy": "Contoso - VDI", "payload": "policy_payload", "reason": "its members have no settingId"}]
    return {"groups": ["Finance", "All Staff"], "settings": settings, "skipped": skipped}


def _checkins(policies: list[Report]) -> Report:
    users = [(49, 1), (6, 0), (188, 9), (0, 0), (77, 2), (12, 0), (212, 37)]
    rows = [
        {"display_name": policy["display_name"], "users": count, "failed_users": failed, "rate": (count - failed) / count if count else None}
        for policy, (count, failed) in zip(policies, users, strict=False)
    ]  # fmt: skip
    stale = {"user_principal_name": "adele@contoso.com", "device_name": "LT-0417", "last_checkin_date_time": "2026-09-30T08:12:00Z", "days": 54}
    return {"tenant": {"users": {"checked_in": 544, "failed": 49, "rate": 495 / 544}}, "policies": rows, "stale_devices": [stale]}  # fmt: skip


def hostile_report() -> Report:
    """Return a report in which every text, and every key that users choose, is hostile."""
    return t.cast(Report, _poisoned(contoso_report(), [0]))


# Keys below which users choose the keys, too.
_OPEN = ("policy_payload", "user_preference_payload", "value")


def _poisoned(value: t.Any, count: list[int], open_keys: bool = False) -> t.Any:
    if isinstance(value, dict):
        return {
            (_poisoned(key, count) if open_keys else key): _poisoned(part, count, key in _OPEN) for key, part in value.items()
        }
    if isinstance(value, list):
        return [_poisoned(part, count) for part in value]
    if isinstance(value, str):
        count[0] += 1
        return f"{HOSTILE[count[0] % len(HOSTILE)]} n{count[0]}"
    return value


def large_report(policies: int, settings: int) -> Report:
    """Return a report of that many changed policies with that many changed settings each."""
    before = {f"office16;L_Setting{place}.value": str(place) for place in range(settings)}
    after = {name: f"{value}1" for name, value in before.items()}
    return {
        "title": "Large",
        "mode": "plan",
        "policies": [
            {"display_name": f"Policy {place}", "status": "updated" if place % 2 else "created", "kind": "windows", "priority": place,
             "before": {"policy_payload": before}, "after": {"policy_payload": after}}
            for place in range(policies)
        ],
    }  # fmt: skip
