# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a rollout between its steps: what the waves are, how far they got, and what became of policies. Pure.

A *record* is what a state file holds, see _wave_state.py.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.m365.apps.plugins.module_utils._errors import plain
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING
from ansible_collections.m365.apps.plugins.plugin_utils._lint import FAIL_ON
from ansible_collections.m365.apps.plugins.plugin_utils._places import absolute_path, shown_path
from ansible_collections.m365.apps.plugins.plugin_utils._policies.approvals import awaited
from ansible_collections.m365.apps.plugins.plugin_utils._policies.report import report_of
from ansible_collections.m365.apps.plugins.plugin_utils._policies.wave_record import wave_record
from ansible_collections.m365.apps.plugins.plugin_utils._wave_state import FORMAT

Dict = dict[str, t.Any]

_WRITTEN = ("created", "updated", "deleted")
_BLANK: Dict = {"status": "waiting", "started": None, "finished": None, "counts": {}, "gate": None}


# Files that a finding names on the console.
_MOST_FILES = 3
# What the modules ask Graph of before they believe it: definitions of a tenant may be newer than the catalog.
_FOR_GRAPH = frozenset({"unknown_setting", "wrong_setting"})


def refused_findings(findings: t.Sequence[Dict], lint: str) -> list[Dict]:
    """Return the findings that ``rollout_lint`` refuses where a tenant is asked next."""
    refused = (finding for finding in findings if finding["level"] in FAIL_ON[lint])
    return [finding for finding in refused if finding.get("rule") not in _FOR_GRAPH]


def placed_findings(findings: t.Sequence[Dict]) -> list[Dict]:
    """Return findings whose message begins with the files of its policies, for people; one that names them stays."""
    return [{**finding, "message": f"{_place_of(finding)}{finding['message']}"} for finding in findings]


def _place_of(finding: Dict) -> str:
    files = finding.get("files") or []
    if not files or files[0] in finding["message"]:
        return ""
    more = len(files) - _MOST_FILES
    shown = [plain(shown_path(file), 200) for file in files[:_MOST_FILES]]
    return f"{', '.join(shown)}{f' and {more} more' if more > 0 else ''}: "


def plan_context(waves: t.Sequence[Dict], tenant: str) -> Dict:
    """Return what is approved with a plan: for which tenant, and its waves.

    Their groups are bound by check_groups, whichever way they are named.
    """
    kept = [{name: value for name, value in wave.items() if name != "groups"} for wave in waves]
    return {"tenant": tenant, **({"waves": kept} if kept else {})}


def own_places(paths: t.Sequence[t.Any], tenant: str) -> list[str]:
    """Return what no other host of a play may have, too: its tenant, and the files and folders that it writes."""
    return list(
        dict.fromkeys([tenant.lower(), *(absolute_path(path) for path in paths if path and isinstance(path, str))])
    )


def next_round(last: Dict, call_site: str) -> Dict:
    """Return which run of the entry point tenants a host begins, after its last one; ``{}`` where there was none.

    All hosts of a play are in the same one, those of a later batch (serial) too.
    """
    return {"of": call_site, "number": last["number"] + 1 if last.get("of") == call_site else 1}


def of_round(values: t.Sequence[t.Any], rounds: t.Sequence[Dict], now: Dict) -> list[t.Any]:
    """Return those values of hosts that are of this round; ``rounds`` are the last ones of the hosts.

    A host that was lost since its last round has facts of that one still.
    """
    begun = (bool(each) and each["of"] == now["of"] and each["number"] >= now["number"] for each in rounds)
    return [value for value, there in zip(values, begun, strict=True) if there]


def verdict_of_stop(text: str, mode: str) -> Dict | None:
    """Return the verdict of a report on a rollout that stopped, None where it did not: then the result tells it."""
    return {"level": "failed", "text": text} if text and mode == "rollout" else None


def run_outcome(result: t.Any, mode: str, text: str, approvals: t.Sequence[Dict] | None = None) -> Dict:
    """Return how a run came out, for the next job of a workflow; ``text`` is why it stopped, "" where it did not.

    Beside the verdict that is what waits for a second administrator, of ``approvals`` where the result does not tell.
    """
    report = report_of(result, mode, approvals=approvals)
    waiting = [row for row in report.get("approvals", ()) if row["waits"]]
    return {"verdict": verdict_of_stop(text, "rollout") or report["verdict"], "awaiting_approval": waiting}


def mode_of_entry(entry: str, check_mode: bool, has_result: bool) -> str:
    """Return as what the end of an entry point is told."""
    if check_mode:
        return "plan"
    return "rollout" if entry == "main" or not has_result else entry


def wave_problem(waves: t.Sequence[Dict], asked: t.Sequence[str]) -> str:
    """Return why waves cannot be meant, empty where they can.

    ``asked`` are the names of the first and of the last wave of this run, empty where none is asked for.
    """
    names = [wave["name"] for wave in waves]
    asked = [name for name in asked if name]
    unknown = [name for name in asked if name not in names]
    if any(wave.get("groups") == [] for wave in waves):
        return "a wave has no groups. Name the groups that it adds, or take it out."
    if len(set(names)) < len(names):
        return "two of them have one name. Give each wave a name of its own."
    if unknown:
        return f"there is none with the name {unknown[0]}. Check rollout_from_wave and rollout_stop_after_wave."
    if asked != sorted(asked, key=names.index):
        first, last = asked
        return f"{first} (rollout_from_wave) comes after {last} (rollout_stop_after_wave). Swap them, or drop one."
    return ""


def blank_waves(waves: t.Sequence[Dict], **more: t.Any) -> list[Dict]:
    """Return waves as they are before a rollout, each with its name, its groups and what ``more`` says."""
    return [{name: wave[name] for name in ("name", "groups") if name in wave} | more for wave in waves]


def without_files(policies: t.Sequence[Dict]) -> list[Dict]:
    """Return policies without the files that describe them: in another file a policy is the same."""
    return [{key: value for key, value in policy.items() if key != "file"} for policy in policies]


def rollout_digest(parts: t.Sequence[t.Any], surface: str) -> str:
    """Return what tells one rollout from another: a digest of all that it is made of, and of where that goes."""
    return hashlib.sha256(json.dumps([surface, *parts], sort_keys=True).encode()).hexdigest()


def new_record(waves: t.Sequence[Dict], tenant: str, rollout: str) -> Dict:
    """Return the record of a rollout that nobody began."""
    return {"format": FORMAT, "tenant": tenant, "rollout": rollout, "backup": "", "waves": blank_waves(waves, **_BLANK)}


def passed_before(record: Dict, waves: t.Sequence[Dict], first: str) -> Dict:
    """Return a record in which all waves before the one called ``first`` are passed, their gates overruled."""
    gated = [wave["name"] for wave in waves if "gate" in wave]
    place = [wave["name"] for wave in waves].index(first)
    return record | {"waves": wave_record(record["waves"], "overrule", place, gated=gated)}


def place_of_end(waves: t.Sequence[Dict], last: str) -> int:
    """Return the place of the wave after which a run ends; without one, that behind all."""
    return [wave["name"] for wave in waves].index(last) if last else len(waves)


def is_underway(waves: t.Sequence[Dict]) -> bool:
    """Tell whether a rollout began with its waves and did not end."""
    return {wave["status"] for wave in waves} not in ({"waiting"}, {"passed"})


def with_news(record: Dict, place: t.Any, news: Dict, backup: str) -> Dict:
    """Return a record with the news of the wave at ``place``, and the backup that the rollout goes back to."""
    waves = [wave | news if number == int(place) else wave for number, wave in enumerate(record["waves"])]
    return record | {"backup": backup, "waves": waves}


def news_of_begin(wave: Dict, now: str) -> Dict:
    """Return what is new of a wave that begins. One that passed stays so; it is only compared with the tenant."""
    return {
        "status": "passed" if wave["status"] == "passed" else "applying",
        "started": wave.get("started") or now,
        "interrupted": wave["status"] == "applying" or bool(wave.get("interrupted")),
    }


def news_of_apply(wave: Dict, after: Dict, result: Dict, now: str, gated: bool) -> Dict:
    """Return what is new of a wave that is in place; ``after`` is the wave with what it brought just now.

    Without a gate it passed. Check-ins count from when it was in place, which a run that only compares does not move.
    """
    counts = {name: value for name, value in result["plan"].items() if name != "details"}
    changed = bool(result.get("changed"))
    return {
        "status": "applied" if gated else "passed",
        "runs": after.get("runs") or [],
        "interrupted": after["interrupted"],
        "finished": now if changed else wave.get("finished") or now,
        "counts": counts if changed else wave.get("counts") or counts,
        **({"awaiting": []} if wave.get("awaiting") else {}),
    }


def news_of_wait(after: Dict, result: Dict) -> Dict:
    """Return what is new of a wave whose writes wait for a second administrator: it is not in place.

    ``after`` is the wave with what it brought just now. The requests are kept with their codes.
    """
    return {
        "status": AWAITING,
        "runs": after.get("runs") or [],
        "interrupted": bool(after.get("interrupted")),
        "awaiting": awaited(result.get("results") or []),
    }


def news_of_stop(wave: Dict, after: Dict, wrote: bool) -> Dict:
    """Return what is new of a wave that stopped. A gate that stayed closed has said why already."""
    runs = {"runs": after["runs"], "interrupted": after["interrupted"]} if wrote else {}
    waiting = awaited(after["runs"][-1].get("results") or []) if wrote and after["runs"] else []
    if waiting or wave.get("awaiting"):
        runs |= {"awaiting": waiting if wrote else wave["awaiting"]}
    return runs if wave["status"] == "breached" else {**runs, "status": "failed"}


def counted_policies(definitions: t.Sequence[Dict]) -> list[str]:
    """Return the names and the ids of the policies that count at a gate."""
    return [item[key] for key in ("display_name", "id") for item in definitions if key in item]


def outcome_classes(results: t.Sequence[Dict]) -> dict[str, list[t.Any]]:
    """Return the names of policies by what became of them, of the results of a rollout that stopped."""
    classes: dict[str, list[t.Any]] = {
        name: [] for name in ("written", "in_part", "unclear", "not_written", "not_reached", AWAITING, "unchanged")
    }
    for item in results:
        classes[_class_of(item)].append(item.get("display_name", item.get("id")))
    return classes


def _class_of(item: Dict) -> str:
    if item["status"] in _WRITTEN:
        return "written"
    if item["status"] != "failed":
        return {"not_attempted": "not_reached", AWAITING: AWAITING}.get(item["status"], "unchanged")
    # Where nothing is known of its writes, some may have been done.
    if item.get("actions") != []:
        return "in_part"
    return "unclear" if item.get("in_doubt") else "not_written"


def not_restored(results: t.Sequence[Dict]) -> list[Dict]:
    """Return the items of a restore that did not come back, each with its cause in ``msg``."""
    return [{**item, "msg": item.get("msg", "")} for item in results if item["status"] == "failed"]


def restore_problems(left: t.Sequence[Dict], differences: t.Sequence[Dict]) -> list[str]:
    """Return what is not as in a backup, for one sentence: what was left, with its cause, and what differs."""
    return [str(each["msg"]).removesuffix(".") for each in left] + [str(each["text"]) for each in differences]
