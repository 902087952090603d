# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports to render: the example set in its second wave, one of hostile texts, one that is large."""

from __future__ import annotations

import typing as t
import uuid
from pathlib import Path

import yaml

from ansible_collections.m365.apps.plugins.plugin_utils._report import rollout_report

from .processes import ROOT

Report = dict[str, t.Any]

_COUNTS = ("created", "updated", "deleted", "unchanged", "failed", "not_attempted")
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
    "@contoso/admins #12 !3 ~bug %1 https://evil.example www.evil.example mailto:a@evil.example evil.com",
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
    if status == "updated":
        entry["before"]["settings"], entry["after"]["settings"] = (
            {"own16/L_Own": 1, "own16/L_Zero": "0"},
            {
                "own16/L_Own": 2,
                "own16/L_Zero": 0,
            },
        )
        entry["names"] = {"before": {"own16/L_Own": "Own: One"}, "after": {"own16/L_Own": "Own: Two"}}
    return entry


def _sides(definition: Report, status: str) -> tuple[Report, Report]:
    """Return the two sides of a diff, as the writers return them: whole for a create, else what differs."""
    sections = [section for section in ("policy_payload", "user_preference_payload") if definition.get(section)]
    if status == "created":
        after = {name: definition[name] for name in ("display_name", "kind", "description", "priority")}
        after.update({section: dict(map(_line, definition[section])) for section in sections})
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


# As Graph tells it, whose names are texts of the tenant.
FAILED_SETTING = {
    "setting": "excel16/L_VBAWarningsPolicy",
    "name": "VBA <b>macro</b> notification",
    "error_devices": 2,
    "conflict_devices": 1,
}


def contoso_report() -> Report:
    """Return a whole report: 17 policies, three waves, findings, conflicts, check-ins and several tenants."""
    report: Report = yaml.safe_load((Path(__file__).parent / "report_sample.yml").read_text())
    report["policies"] = policies = contoso_policies()
    counts = {name: sum(policy["status"] == name for policy in policies) for name in _COUNTS}
    report["counts"].update(counts)
    report["tenants"][0]["counts"] = counts
    checkins = report["checkins"]
    checkins["policies"] = [
        {
            "display_name": policy["display_name"],
            "users": users,
            "failed_users": failed,
            "rate": (users - failed) / users if users else None,
            "devices": {"total": users + 1, "succeeded": users - failed, "error": failed, "conflict": 1},
            "last_checkin_date_time": "2026-11-23T08:00:00Z" if users else None,
            "failed_settings": [FAILED_SETTING] if failed else [],
        }
        for policy, (users, failed) in zip(policies, checkins.pop("users"), strict=False)
    ]
    return report


def planned_report() -> Report:
    """Return the whole report with what its last wave would do."""
    report = contoso_report()
    item = {
        "display_name": "Contoso - Macro Security",
        "status": "created",
        "actions": [{"action": "create"}],
        "pending": ["groups"],
    }
    report["waves"][-1]["planned"] = {"created": 1, "writes": 1, "stops": True, "policies": [item]}
    return report


def plan_to_approve(policies: int) -> Report:
    """Return the report of a plan that changes one of that many policies and deletes another."""
    guids = [f"{place:08}-5b0f-4a07-9c66-2f1b7e90d3a4" for place in range(policies)]
    staff = "5b0f3c1e-8d52-4a07-9c66-2f1b7e90d3a4"
    setting = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
    described = [
        {"display_name": f"Contoso - Unit {place:03}", "id": guids[place], "groups": ["Sales"], "settings": [setting]}
        for place in range(policies)
    ]
    items: list[Report] = [
        {"display_name": policy["display_name"], "id": policy["id"], "status": "unchanged"} for policy in described
    ]
    names = {"group_names": {staff: "Contoso - All Staff"}}
    key = "excel16/L_VBAWarningsPolicy"
    items[policies // 2] |= {
        "status": "updated",
        "before": {"groups": [], "settings": {key: 3}},
        "after": {"groups": [staff], **names, "settings": {key: 2}},
    }
    gone = {f"word16/L_Setting{place}": "enabled" for place in range(20)}
    items[-1] |= {"status": "deleted", "before": {"groups": [staff], **names, "settings": gone}, "after": {}}
    described[3]["settings"] = [{"setting": "office16/L_DisableComingSoon"}, setting]
    found: Report = {"level": "warning", "rule": "similar_name", "policies": [], "groups": [], "setting": None}
    baseline = {"policy": "Office baseline", "id": guids[0][::-1], "described": False, "template": "baseline"}
    mine = {"policy": "Contoso - Unit 000", "id": guids[0], "described": True, "template": None, "value": setting}
    met = {"setting": setting["setting"], "certain": True, "groups": [f"Contoso - All Staff ({staff})"]}
    result = {
        "changed": True,
        "results": items,
        "plan": {"fingerprint": "m2" + "w" * 72, "writes": 3},
        "conflicts": [{**met, "policies": [mine, {**baseline, "value": {**setting, "value": 4}}]}],
        "unread_policies": [],
    }
    part = {"display_name": "Contoso - Unit 001", "without": ["Contoso - All Staff"], "settings": [setting["setting"]]}
    layers = [{"definition": "Contoso - Units", "priority": 7, "policies": [part], "left_out": []}]
    findings = [{**found, "message": f"Two names are alike, number {place}."} for place in range(7)]
    report = rollout_report(result, "plan", check_mode=True, described=described, findings=findings, layers=layers)
    return {**report, "title": "Contoso Office policies", "tenant": "contoso.onmicrosoft.com"}


def hostile_report() -> Report:
    """Return a report in which every text, and every key that users choose, is hostile."""
    return t.cast(Report, _poisoned(planned_report(), [0]))


# Keys below which users choose the keys, too.
_OPEN = ("policy_payload", "user_preference_payload", "value")


def _poisoned(value: t.Any, count: list[int], open_keys: bool = False) -> t.Any:
    if isinstance(value, dict):
        return {
            (_poisoned(key, count) if open_keys else key): _poisoned(part, count, key in _OPEN)
            for key, part in value.items()
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
    entries = [
        {
            "display_name": f"Policy no{place}",
            "status": "updated",
            "kind": "windows",
            "priority": place,
            "before": {"policy_payload": before},
            "after": {"policy_payload": after},
        }
        for place in range(policies)
    ]
    return {"title": "Large", "mode": "plan", "policies": entries}
