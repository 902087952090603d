# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What filters and lookups return for the two policies that the samples of their documentation tell of."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible.parsing.dataloader import DataLoader

from ansible_collections.m365.apps.plugins.filter.checkin_gate import FilterModule as CheckinGate
from ansible_collections.m365.apps.plugins.filter.effective_policy import FilterModule as EffectivePolicy
from ansible_collections.m365.apps.plugins.filter.layered_policies import FilterModule as LayeredPolicies
from ansible_collections.m365.apps.plugins.filter.mapped_groups import FilterModule as MappedGroups
from ansible_collections.m365.apps.plugins.filter.masked_texts import FilterModule as MaskedTexts
from ansible_collections.m365.apps.plugins.filter.policy_conflicts import FilterModule as PolicyConflicts
from ansible_collections.m365.apps.plugins.filter.policy_findings import FilterModule as PolicyFindings
from ansible_collections.m365.apps.plugins.filter.rollout_report import FilterModule as RolloutReport
from ansible_collections.m365.apps.plugins.lookup.approved_plan import LookupModule as ApprovedPlan
from ansible_collections.m365.apps.plugins.lookup.backup import LookupModule as Backup
from ansible_collections.m365.apps.plugins.lookup.definition_schema import LookupModule as DefinitionSchema
from ansible_collections.m365.apps.plugins.lookup.definitions import LookupModule as Definitions
from ansible_collections.m365.apps.plugins.lookup.lint import LookupModule as Lint
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import MASK
from ansible_collections.m365.apps.plugins.plugin_utils import _backup
from ansible_collections.m365.apps.plugins.plugin_utils._definition_text import Form
from ansible_collections.m365.apps.plugins.plugin_utils._export import export
from ansible_collections.m365.apps.plugins.plugin_utils._rollout_state import (
    new_record,
    news_of_apply,
    news_of_begin,
    with_news,
)
from ansible_collections.m365.apps.plugins.plugin_utils._wave_state import read_state

Dict = dict[str, t.Any]
STAFF, PILOTS = "Contoso - All Staff", "Pilot Ring 1 - IT"
SETTING = "excel16/L_VBAWarningsPolicy"
MACROS: Dict = {"display_name": "Contoso - Macros", "groups": [STAFF], "settings": [{"setting": SETTING, "value": 3}]}
PILOT: Dict = {"display_name": "Contoso - Pilot", "groups": [PILOTS], "settings": [{"setting": SETTING, "value": 2}]}
ID, STAFF_ID = "2c9e7b40-15ad-4f63-8e0b-7a61d3f58c92", "5b0f3c1e-8d52-4a07-9c66-2f1b7e90d3a4"
# From a real run: of the digests one policy with one option each.
PLAN: Dict = {
    "fingerprint": "m2xkit7ukr26op7cvlj4e54nuagrcny3t477z5xrbwbhzonmm6zaynlaoq5ooseubs5edg5mre",
    "details": {
        "tenant": {
            "policies": [{"display_name": "Contoso - Macros", "id": ID, "digests": {"settings": "cb699d69ee"}}],
            "settings": {},
            "whole": "5227d5be8dea19b2ec6c6eddbdcc65615591aa37435696da944e225803203bbb",
        },
        "definitions": {
            "policies": [
                {
                    "display_name": "Contoso - Macros",
                    "id": None,
                    "digests": {"settings": "98d4be4139"},
                    "named_groups": "d004329080",
                }
            ],
            "named_groups": {},
            "settings": {"tenant": "ad74f7120b"},
            "whole": "dbe34e773ad217486bfed2d7cee1755f6dfdd6313e17abf8a8ebe76f2b8d1196",
        },
        "writes": {
            "policies": [],
            "settings": {},
            "whole": "258981e4e6fddb354bd8cb257c6bef57f6c2f4bef1e70d5a2e03476905208ab4",
        },
    },
    "created": 0,
    "updated": 1,
    "deleted": 0,
    "unchanged": 0,
    "pending": 0,
    "writes": 1,
    "read_requests": 2,
    "write_requests": 1,
    "wait_requests": 1,
    "wait_listings": 0,
    "warnings": [],
    "view": {"extent": "full", "reason": "an app signed in, and scope tags hide nothing from apps"},
}
RESULT: Dict = {
    "changed": True,
    "plan": PLAN,
    "results": [
        {
            "index": 0,
            "display_name": "Contoso - Macros",
            "id": ID,
            "status": "updated",
            "pruned": False,
            "pending": [],
            "actions": [{"action": "update", "display_name": "Contoso - Macros", "id": ID, "fields": ["settings"]}],
            "before": {"settings": {SETTING: 2}},
            "after": {"settings": {SETTING: 3}},
        }
    ],
}
CHECKINS: Dict = {
    "policies": [
        {
            "id": ID,
            "display_name": "Contoso - Macros",
            "statuses": [{"user_id": str(number), "was_successful": number != 7} for number in range(40)],
        }
    ]
}


def filtered(plugin: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
    [function] = plugin().filters().values()
    return function(*arguments, **options)


def looked_up(plugin: t.Any, *terms: t.Any, **options: t.Any) -> list[t.Any]:
    return t.cast("list[t.Any]", plugin(loader=DataLoader()).run([str(term) for term in terms], {}, **options))


def report(mode: str) -> t.Any:
    return filtered(RolloutReport, RESULT, mode=mode, surface="settings_catalog")


def approved_plan(folder: Path) -> t.Any:
    (folder / "plan.json").write_text(json.dumps(report("plan")), encoding="utf-8")
    return looked_up(ApprovedPlan, folder / "plan.json")


def backup(folder: Path) -> t.Any:
    live = [{**MACROS, "id": ID, "description": "", "groups": [STAFF_ID], "group_names": {STAFF_ID: STAFF}}]
    made = export(live, {STAFF_ID: STAFF}, Form(), all_ids=True)
    (folder / "definitions").mkdir()
    for file in made.files:
        (folder / "definitions" / file.name).write_bytes(file.data)
    files = [{**vars(file), "file": file.name, "sha256": _backup.digest(file.data)} for file in made.files]
    written = _backup.manifest(files, live, [MACROS, PILOT], "contoso", "2026-01-31T06:00:00Z", "settings_catalog")
    (folder / "manifest.json").write_text(json.dumps(written), encoding="utf-8")
    return looked_up(Backup, folder)


def wave_state(folder: Path) -> t.Any:
    record = new_record([{"name": "pilot", "groups": [PILOTS]}, {"name": "all", "groups": [STAFF]}], "contoso", "4f2a")
    begun = record["waves"][0] | news_of_begin(record["waves"][0], "2026-01-31T08:00:00Z")
    counts = {name: PLAN[name] for name in ("created", "updated", "deleted", "unchanged", "writes")}
    runs = [{"changed": True, "actions": [], "results": [], "plan": counts}]
    news = news_of_apply(
        begun, {**begun, "runs": runs}, {"changed": True, "plan": counts}, "2026-01-31T08:00:09Z", True
    )
    (folder / "state.json").write_text(
        json.dumps(with_news(record, 0, begun | news, "backup/contoso/2026-01-31T07-59-58Z")), encoding="utf-8"
    )
    return [read_state(str(folder / "state.json"), "contoso", "4f2a", ["pilot", "all"])]


def definitions(folder: Path) -> Path:
    for name, policy in (("macros", MACROS), ("pilot", PILOT)):
        (folder / f"{name}.yml").write_text(json.dumps(policy), encoding="utf-8")
    return folder


CATALOG = {"surface": "settings_catalog"}
REAL: dict[str, t.Callable[[Path], t.Any]] = {
    "checkin_gate": lambda _: filtered(CheckinGate, CHECKINS, min_users=25, max_failure_rate=0.05),
    "effective_policy": lambda _: filtered(EffectivePolicy, [MACROS], [STAFF], **CATALOG),
    "layered_policies": lambda _: filtered(LayeredPolicies, [{**MACROS, "priority": 2}, {**PILOT, "priority": 1}]),
    "mapped_groups": lambda _: filtered(MappedGroups, [MACROS, PILOT], {STAFF: "Fabrikam - Everyone"}),
    "masked_texts": lambda _: filtered(MaskedTexts, [{**MACROS, "description": MASK}]),
    "policy_conflicts": lambda _: filtered(PolicyConflicts, [MACROS, PILOT], **CATALOG),
    "policy_findings": lambda _: filtered(PolicyFindings, [MACROS, PILOT], **CATALOG),
    "rollout_report": lambda _: report("rollout"),
    "approved_plan": approved_plan,
    "backup": backup,
    "definition_schema": lambda _: looked_up(DefinitionSchema),
    "definitions": lambda folder: looked_up(Definitions, definitions(folder)),
    "lint": lambda folder: looked_up(Lint, definitions(folder), **CATALOG),
    "wave_state": wave_state,
}
