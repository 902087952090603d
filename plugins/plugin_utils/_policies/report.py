# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the result of office_client_configs to what the rollout's reports show. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.m365.apps.plugins.module_utils._catalog.approvers import WHO_APPROVES
from ansible_collections.m365.apps.plugins.module_utils._policy.texts import look_of, with_escapes
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING

from .approvals import approvals_section, refused_sentence, waiting_sentence, waits_for
from .approving import by_risk, heading_of, reaches_more
from .compared import compared_section
from .drift import drift_sentence
from .known_names import KnownNames, known_names
from .model import PoliciesError
from .office import holds_office_settings
from .planned_waves import planned_writes
from .rules import Rules
from .sections import layers_section, settings_sections, waves_section, with_layers
from .settings_shown import about_settings, with_content
from .strength import by_strength
from .targets import ALL_OPTIONS, GROUP_LISTS

MODES = ("plan", "rollout", "drift", "restore")
_WRITES = ("rollout", "restore")
_STATUSES = ("created", "updated", "deleted", "unchanged", "failed", "not_attempted")
_FACTS = ("kind", "priority", "groups")
_MORE_FACTS = ("exclude_groups", *ALL_OPTIONS)
_TARGETS = (*GROUP_LISTS, *ALL_OPTIONS)

Dict = dict[str, t.Any]


def report_of(
    result: t.Any,
    mode: str = "rollout",
    check_mode: bool = False,
    findings: t.Sequence[Dict] = (),
    live: t.Sequence[Dict] | None = None,
    waves: t.Sequence[Dict] = (),
    rules: Rules | None = None,
    **more: t.Any,
) -> Dict:
    """Return the dict that the report templates render, and that plan.json holds.

    ``result`` is what office_client_configs returned, best in diff mode. ``live`` are all policies of the tenant; those
    that the result does not name are unmanaged. Where they come with content and assignments the report shows what
    members of groups get, else what those that are described would give them, by the ``rules`` of the surface; of
    ``more``, described and groups are those of settings_sections, compared is that of compared_section, and layers are
    those of layers_of_rollout. ``waves`` and stop_after are those of waves_section.
    All else (title, tenant, host, checkins, verdict, ...) is taken over where it is not None. Raises PoliciesError.
    """
    if mode not in MODES:
        raise PoliciesError(f"the mode {mode!r} is none of {', '.join(MODES)}")
    if not isinstance(result, dict):
        raise PoliciesError("the result: cannot use it: it is not a dict. Give what office_client_configs returned")
    rules = rules or by_strength()
    items = [item for item in result.get("results") or [] if isinstance(item, dict)]
    counts = _counts(items)
    plan = {**(result.get("plan") or {}), **({"writes": planned_writes(result)} if result.get("waves") else {})}
    described = more.pop("described", None) or ()
    names = known_names(result, described, live or ())
    whole = [policy for policy in live or () if _is_whole(policy, rules)]
    told = _settings_told(result, items, whole or described, described, rules, names.groups, more)
    listed = with_layers(_policies(result, items, names), told["layers"])
    approvals = more.pop("approvals", None) or approvals_section(items, result.get("waves") or ())
    report = {
        "format": 1,
        "mode": mode,
        "check_mode": check_mode,
        **({"heading": heading_of(counts, bool(result.get("changed")))} if mode == "plan" else {}),
        "verdict": _verdict(result, mode, counts, listed, approvals),
        "fingerprint": plan.get("fingerprint"),
        "counts": counts,
        "plan": plan if mode == "plan" else _as_done(plan, result, mode in _WRITES and not check_mode),
        **({"approvals": approvals} if approvals else {}),
        **({"approvers": WHO_APPROVES} if any(row["waits"] for row in approvals) else {}),
        "policies": with_content(by_risk(listed), [*whole, *described], rules),
        "findings": _with_names(
            [*findings, *_plan_findings(plan), *_live_twins(items, live or ()), *told.pop("notes")], names
        ),
        "unmanaged": None if live is None else _unmanaged(items, live),
        "waves": _with_names(waves_section(waves, result.get("waves") or (), more.pop("stop_after", None)), names),
        **told,
        "layers": layers_section(told["layers"], listed),
    }
    report["settings"] = about_settings(report, rules)
    return {**report, **{name: value for name, value in more.items() if value is not None}}


def _as_done(plan: Dict, result: Dict, wrote: bool) -> Dict:
    """Return the plan of a run without its details, of one that ``wrote`` with the writes that it made.

    What waits, failed or was not reached was planned all the same.
    """
    told = {key: value for key, value in plan.items() if key != "details"}
    return {**told, "writes": len(result["actions"])} if wrote and "writes" in told and "actions" in result else told


def _settings_told(
    result: Dict,
    items: t.Sequence[Dict],
    policies: t.Sequence[Dict],
    described: t.Sequence[Dict],
    rules: Rules,
    group_names: t.Mapping[str, str],
    more: Dict,
) -> Dict:
    """Return the sections on settings, with ``notes`` on them and the ``layers``, as they are in ``more``.

    What was compared in the tenant counts before what definitions and configs alone tell.
    """
    sections = settings_sections(policies, described, more.pop("groups", None), rules, group_names)
    compared = compared_section(result, more.pop("compared", None), items, rules)
    notes = [note for each in (sections, compared) for note in each.pop("notes", ())]
    return {
        **(sections if policies else {}),
        **compared,
        "layers": more.pop("layers", None) or [],
        "notes": notes,
    }


def _with_names(entries: t.Iterable[Dict], names: KnownNames) -> list[Dict]:
    """Return findings or waves with the names of their groups."""
    return [{**entry, "groups": names.of_groups(entry.get("groups") or [])} for entry in entries]


def _counts(items: t.Sequence[Dict]) -> dict[str, int]:
    found = Counter(item.get("status") for item in items)
    # Counted where it is there: few tenants want changes approved.
    return {status: found[status] for status in (*_STATUSES, *([AWAITING] if found[AWAITING] else []))}


def _is_whole(policy: Dict, rules: Rules) -> bool:
    """Tell whether a live policy was read with its content and whom it reaches."""
    return not policy.keys().isdisjoint(rules.content) and not policy.keys().isdisjoint(_TARGETS)


def _plan_findings(plan: t.Mapping[str, t.Any]) -> list[Dict]:
    """Return what the plan warns of, in the form of findings."""
    found = [_warning("plan", str(warning)) for warning in plan.get("warnings") or ()]
    view = plan.get("view") or {"extent": "full"}
    if view["extent"] == "full":
        return found
    cause = f"this login may not see all policies of the tenant, so some may be missing here: {view.get('reason')}."
    return [*found, _warning("partial_view", f"The report: {cause}")]


def _live_twins(items: t.Sequence[Dict], live: t.Sequence[Dict]) -> list[Dict]:
    """Return a finding for each live policy that nobody described and whose name looks like one that is described."""
    described = {look_of(str(item.get("display_name") or "")): str(item.get("display_name")) for item in items}
    found = []
    for policy in _unmanaged(items, live):
        name = str(policy["display_name"] or "")
        other = described.get(look_of(name), name)
        if other != name:
            subject = f"policy '{with_escapes(name)}' (id {policy['id']}), which no definition describes"
            cause = f"its name differs only in case, blanks or Unicode form from '{with_escapes(other)}'"
            text = f"{subject}: {cause}. Check which of the two is meant."
            found.append(_warning("similar_name", text, [name, other]))
    return found


def _warning(rule: str, message: str, policies: t.Sequence[str] = ()) -> Dict:
    named = {"policies": list(policies), "groups": [], "setting": None}
    return {"level": "warning", "rule": rule, "message": message, **named}


def _policies(result: Dict, items: t.Sequence[Dict], names: KnownNames) -> list[Dict]:
    configs = {(config.get("id"), config.get("display_name")): config for config in result.get("configs") or []}
    return [_policy(item, configs.get((item.get("id"), item.get("display_name"))) or {}, names) for item in items]


def _policy(item: Dict, config: Dict, names: KnownNames) -> Dict:
    shown = {key: item.get(key) for key in ("display_name", "id", "status", "pruned", "actions", "msg")}
    if request := waits_for(item):
        shown |= {"msg": shown["msg"] or f"{request[0].upper()}{request[1:]}.", "request": request}
    approval = item.get("approval") or {}
    # What waits is shown as what changes: a policy that is as it was has nothing else to show.
    shown_sides = approval if item.get("status") == AWAITING else item
    before, after = (names.of_policy(shown_sides.get(side) or {}) for side in ("before", "after"))
    # What is deleted is in no configs: it is shown as it was.
    facts = before if item.get("status") == "deleted" else names.of_policy(config)
    if item.get("status") == "created" and "groups" in after:
        facts = {**facts, "groups": after["groups"]}
    known = {key: facts.get(key) for key in _FACTS} | {key: facts[key] for key in _MORE_FACTS if facts.get(key)}
    wider = reaches_more({**shown, "before": before, "after": after})
    return {
        **shown,
        **known,
        **({"wider": True} if wider else {}),
        "before": before,
        "after": after,
        **({"names": shown_sides["names"]} if shown_sides.get("names") else {}),
    }


def _verdict(
    result: Dict,
    mode: str,
    counts: t.Mapping[str, int],
    policies: t.Sequence[Dict],
    approvals: t.Sequence[Dict],
) -> Dict:
    """Return the verdict: its level and a sentence."""
    if result.get("failed"):
        return {"level": "failed", "text": str(result.get("msg") or "The run failed.")}
    parts = [f"{counts[status]} {status}" for status in ("created", "updated", "deleted") if counts[status]]
    waits = waiting_sentence(approvals)
    if waits and mode != "drift":
        return {"level": "waiting", "text": _waiting(waits, parts, mode)}
    if not result.get("changed"):
        return {
            "level": "ok",
            "text": f"The tenant is as {'it was backed up' if mode == 'restore' else 'the definitions say'}.",
        }
    if mode == "drift":
        return _drift(waits, policies, approvals)
    moved = "the order of other policies" if not parts else ""
    what = " and ".join(filter(None, [", ".join(parts), moved]))
    return {"level": "changed", "text": f"{'Would change' if mode == 'plan' else 'Changed'}: {what}."}


def _waiting(waits: str, parts: t.Sequence[str], mode: str) -> str:
    """Return the verdict on a run of which something waits for a second administrator."""
    word = "Would change" if mode == "plan" else "Changed"
    beside = f" {word} as well: {', '.join(parts)}." if parts else ""
    step = "A rollout continues after that." if mode == "plan" else "Run it again after that."
    return f"Not done yet: {waits}{beside} {step}"


def _drift(waits: str, policies: t.Sequence[Dict], approvals: t.Sequence[Dict]) -> Dict:
    """Return the verdict on a tenant that differs: it waits where all that differs does."""
    waiting = {(row["id"], row["display_name"]) for row in approvals if row["waits"]}
    differing = [policy for policy in policies if policy.get("status") not in ("unchanged", None)]
    all_wait = bool(differing) and all((each["id"], each["display_name"]) in waiting for each in differing)
    told = [drift_sentence(policies), f"{waits[:1].upper()}{waits[1:]}", refused_sentence(approvals)]
    return {"level": "waiting" if all_wait else "warning", "text": " ".join(filter(None, told))}


def _unmanaged(items: t.Sequence[Dict], live: t.Sequence[Dict]) -> list[Dict]:
    managed = {item.get("id") for item in items}
    return [
        {key: policy.get(key) for key in ("display_name", "id", "kind", "priority")}
        for policy in live
        if policy.get("id") not in managed and holds_office_settings(policy)
    ]
