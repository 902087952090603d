# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of waves between two runs of a rollout: what each run did, and which gates were overruled. Pure.

No setting of a policy is in it.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING

from .approvals import bare_request
from .model import PoliciesError

Dict = dict[str, t.Any]

_ITEM = ("index", "display_name", "id", "status", "pruned", "pending", "actions", "in_doubt")
_COUNTS = ("created", "updated", "deleted", "unchanged", "writes")
_RENUMBERING = "update_priorities"
# Of a policy with one of these, some writes are still to be done.
_UNFINISHED = ("failed", "not_attempted", AWAITING)


def wave_record(
    waves: t.Any,
    event: str,
    place: int = 0,
    result: t.Any = None,
    planned: t.Sequence[Dict] = (),
    gated: t.Sequence[str] = (),
) -> list[Dict]:
    """Return the waves of a state file after something happened. Raises PoliciesError.

    ``begin``: a rollout begins; ``planned`` tells what each wave would do. ``run``: the wave at ``place`` was run and
    brought ``result``. ``overrule``: those before ``place`` are passed by, with the gates of those named in ``gated``.
    """
    if not isinstance(waves, list) or not all(isinstance(wave, dict) for wave in waves):
        raise PoliciesError("the waves: cannot use them: they are not a list of dicts. Give those of the state file")
    if event == "begin":
        plans = {plan.get("name"): plan for plan in planned}
        return [{**wave, **_begun(plans.get(wave.get("name")))} for wave in waves]
    if event == "run":
        return [_with_run(wave, result or {}) if number == place else wave for number, wave in enumerate(waves)]
    if event == "overrule":
        return [_passed_by(wave, gated) if number < place else wave for number, wave in enumerate(waves)]
    raise PoliciesError(f"the event {event!r} is none of begin, run, overrule")


def runs_of(waves: t.Iterable[Dict]) -> list[Dict]:
    """Return the results of all runs of waves, in order, as far as they are kept."""
    return [run for wave in waves for run in wave.get("runs") or []]


def record_problem(wave: Dict) -> str | None:
    """Return what is wrong with that which is kept in a wave, None when nothing is."""
    for name, parts in (("runs", ("results", "actions")), ("planned", ("actions",))):
        kept = wave.get(name, [])
        if not isinstance(kept, list) or not all(isinstance(entry, dict) for entry in kept):
            return f"{name} is not a list of dicts"
        for entry in kept:
            if not all(_are_dicts(entry.get(part)) for part in parts):
                return f"{name} holds something else than results"
        if name == "runs" and not all(_are_dicts(item.get("actions")) for entry in kept for item in entry["results"]):
            return f"{name} holds something else than results"
    return None if _are_dicts(wave.get("awaiting", [])) else "awaiting is not a list of dicts"


def _are_dicts(value: t.Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _begun(plan: Dict | None) -> Dict:
    items = (plan or {}).get("results") or []
    return {"runs": [], "planned": [_kept_item(item) for item in items if item.get("actions")], "interrupted": False}


def _with_run(wave: Dict, result: Dict) -> Dict:
    """Return a wave with what a run brought, and what one before it did that was killed and could not tell.

    The latter is known when nothing is left to do: until then, what nobody told may just not be done yet.
    """
    if not result.get("results"):
        return wave
    runs, is_open = list(wave.get("runs") or []), any(item.get("status") in _UNFINISHED for item in result["results"])
    if wave.get("interrupted") and not is_open:
        runs += _untold(wave.get("planned") or [], [*runs, result])
    return {**wave, "runs": [*runs, _kept(result)], "interrupted": bool(wave.get("interrupted")) and is_open}


def _kept(result: Dict) -> Dict:
    told = [item for item in result["results"] if item.get("status") != "unchanged" or item.get("actions")]
    return {
        "changed": bool(result.get("changed")),
        "results": [_kept_item(item) for item in told],
        "actions": list(result.get("actions") or []),
        "plan": {name: number for name, number in (result.get("plan") or {}).items() if name in _COUNTS},
    }


def _kept_item(item: Dict) -> Dict:
    kept = {name: item[name] for name in _ITEM if name in item}
    if isinstance(item.get("approval"), dict):
        kept["approval"] = bare_request(item["approval"])
    return {**kept, "actions": list(item.get("actions") or [])}


def _untold(planned: t.Sequence[Dict], told: t.Sequence[Dict]) -> list[Dict]:
    """Return what a killed run did: all that was planned, and that no other run had to do."""
    done = Counter(
        (_key(item), _name(action))
        for result in told
        for item in result.get("results") or []
        for action in item.get("actions") or []
    )
    items = []
    for item in planned:
        sent = [action for action in item["actions"] if not done[_key(item), _name(action)]]
        if sent:
            items.append({**item, "actions": sent})
    if not items:
        return []
    actions = [action for item in items for action in item["actions"] if _name(action) != _RENUMBERING]
    common = [action for item in items for action in item["actions"] if _name(action) == _RENUMBERING]
    return [{"changed": True, "results": items, "actions": [*common[:1], *actions], "plan": {}}]


def _key(item: Dict) -> tuple[str, t.Any]:
    return ("place", item["index"]) if item.get("index") is not None else ("id", item.get("id"))


def _name(action: t.Any) -> str:
    return str(action.get("action")) if isinstance(action, dict) else str(action)


def _passed_by(wave: Dict, gated: t.Sequence[str]) -> Dict:
    gate = wave.get("gate") or {}
    if wave.get("name") not in gated or gate.get("open"):
        return {**wave, "status": "passed"}
    said = f"It had said: {gate['reason']}" if gate.get("reason") else "It was not asked."
    overruled = {**gate, "verdict": "overruled", "open": True, "reason": f"Overruled by rollout_from_wave. {said}"}
    return {**wave, "status": "passed", "gate": overruled}
