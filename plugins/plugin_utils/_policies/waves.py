# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies between the waves of a rollout: the check-in gate, and the results of several tasks as one. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.apps.plugins.module_utils._catalog.problems import listed
from ansible_collections.m365.apps.plugins.module_utils._errors import printable
from ansible_collections.m365.apps.plugins.module_utils._policy.checkins import People, checkins_of, people_in
from ansible_collections.m365.apps.plugins.module_utils._policy.group_forms import GroupsError
from ansible_collections.m365.apps.plugins.module_utils._policy.writes import AWAITING

from .approvals import awaited
from .groups import from_text, word_for
from .identity import chosen_by
from .model import PoliciesError
from .wave_record import runs_of

Dict = dict[str, t.Any]
Number = t.TypeVar("Number", int, float)

ON_NO_DATA = ("stop", "continue")
_MOST_SETTINGS = 5
_STATUSES = ("created", "updated", "deleted", "unchanged")
_SUMS = ("writes", "read_requests", "write_requests", "wait_requests", "wait_listings")


def checkin_gate(
    checkins: t.Any,
    policies: t.Sequence[str] | None = None,
    min_users: t.Any = 1,
    max_failure_rate: t.Any = 0,
    on_no_data: str = "stop",
    final: bool = False,
) -> Dict:
    """Return what a gate says to check-ins, the result of office_client_checkin_info with policies.

    ``policies`` are the names or ids that count, None for all. Users count once, when they have a result, and failed
    if they failed or have a conflict with any policy. A gate that is not ``final`` waits where it does not pass. Raises
    PoliciesError.
    """
    needed, limit = _limits(min_users, max_failure_rate, on_no_data)
    counted = _counted(_listed(checkins), _names(policies))
    people = people_in(checkins_of(policy.get("statuses") or []) for policy in counted)
    users, failed = people.known, people.failed
    facts = {
        "users": len(users),
        "needed_users": needed,
        "failed": len(failed),
        "conflicts": len(people.conflicting),
        "rate": _share(users, failed),
    }
    problem = _problem(people, needed, limit, _settings(counted))
    if problem is None:
        return {"verdict": "passed", "open": True, "reason": f"{_people(len(users))} checked in.", **facts}
    if not final:
        return {"verdict": "waiting", "open": False, "reason": problem, **facts}
    if users:
        return {"verdict": "breached", "open": False, "reason": problem, **facts}
    going = on_no_data == "continue"
    word = "goes on all the same, as on_no_data says" if going else "stops, since no data does not count as success"
    return {"verdict": "no_data", "open": going, "reason": f"Nobody checked in. The rollout {word}.", **facts}


def gate_problems(waves: t.Sequence[Dict], defaults: t.Mapping[str, t.Any]) -> list[str]:
    """Return why gates and pauses of waves cannot be meant, a sentence each; ``defaults`` fill its gate up."""
    found = []
    for wave in waves:
        try:
            _check_gate(wave, defaults)
        except PoliciesError as error:
            found.append(f"{printable(str(wave['name']))} has a gate or a pause that means nothing: {error}.")
    return found


def _check_gate(wave: Dict, defaults: t.Mapping[str, t.Any]) -> None:
    gate = wave.get("gate", {})
    if not isinstance(gate, dict):
        raise PoliciesError(f"gate is {word_for(gate)}, not a dict. Give one, {{}} for the defaults, or leave it out")
    settings = {**defaults, **gate}
    _limits(settings["min_users"], settings["max_failure_rate"], settings["on_no_data"])
    for name, value, least in (
        ("interval", settings["interval"], 1),
        ("timeout", settings["timeout"], 0),
        ("pause", wave.get("pause", 0), 0),
    ):
        seconds = _number(int, value)
        if seconds is None or seconds < least:
            raise PoliciesError(f"{name} is {value!r}. Give whole seconds from {least} on")


def _limits(min_users: t.Any, max_failure_rate: t.Any, on_no_data: str) -> tuple[int, float]:
    needed, limit = _number(int, min_users), _number(float, max_failure_rate)
    if needed is None or needed < 1:
        raise PoliciesError(f"min_users is {min_users!r}. Give a whole number from 1 on")
    if limit is None or not 0 <= limit <= 1:
        raise PoliciesError(f"max_failure_rate is {max_failure_rate!r}. Give a share from 0 to 1, such as 0.05")
    if on_no_data not in ON_NO_DATA:
        raise PoliciesError(f"on_no_data is {on_no_data!r}. Give one of {', '.join(ON_NO_DATA)}")
    return needed, limit


def _number(kind: t.Callable[[t.Any], Number], value: t.Any) -> Number | None:
    try:
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _listed(checkins: t.Any) -> list[Dict]:
    policies = checkins.get("policies") if isinstance(checkins, dict) else None
    if not isinstance(policies, list):
        raise PoliciesError(
            "the check-ins: cannot use them: they hold no policies. Give the result of office_client_checkin_info,"
            " gathered with policies"
        )
    return policies


def _names(policies: t.Any) -> t.Sequence[str] | None:
    """Return the names of a list, or of the JSON text of one. Raises PoliciesError: letters of a text are not names."""
    try:
        names = from_text(policies)
    except GroupsError:
        names = policies
    if names is not None and not isinstance(names, (list, tuple)):
        raise PoliciesError(f"policies is {word_for(names)}, not a list. Give a list of names or ids")
    return t.cast("t.Sequence[str] | None", names)


def _counted(policies: t.Sequence[Dict], names: t.Sequence[str] | None) -> list[Dict]:
    counts = chosen_by(names or ())
    return [policy for policy in policies if names is None or counts(policy)]


def _settings(counted: t.Sequence[Dict]) -> list[str]:
    """Return the settings that failed, as far as it is told."""
    failed = [each for policy in counted for each in policy.get("failed_settings") or []]
    return list(dict.fromkeys(str(each.get("setting") or each.get("name")) for each in failed))


def _share(users: t.Sized, failed: t.Sized) -> float | None:
    return (len(users) - len(failed)) / len(users) if len(users) else None


def _problem(people: People, needed: int, limit: float, settings: t.Sequence[str]) -> str | None:
    """Return why a gate does not pass, None if it does; ``settings`` are those that failed."""
    users, failed = len(people.known), len(people.failed)
    if users < needed:
        return f"{_people(users)} of the {needed} needed checked in."
    # A quotient is rounded as the limit was; a product would not be.
    if failed / users <= limit:
        return None
    conflicts = f" ({len(people.conflicting)} of them by a conflict)" if people.conflicting else ""
    told = f" Settings concerned: {listed(settings, most=_MOST_SETTINGS)}." if settings else ""
    return f"{failed} of {_people(users)} failed{conflicts}, more than {limit:.2%}.{told}"


def _people(count: int) -> str:
    return "1 user" if count == 1 else f"{count} users"


def merged_results(results: t.Any, before: t.Sequence[Dict] = ()) -> Dict:
    """Return the results of several tasks of office_client_configs, in order, as that of one. Raises PoliciesError.

    ``before`` are waves whose runs, as wave_record keeps them, come first.
    """
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise PoliciesError("the results: cannot use them: they are not a list of dicts. Give results of tasks")
    told = [result for result in [*runs_of(before), *results] if result]
    if not told:
        return {}
    items: dict[t.Any, Dict] = {}
    for result in told:
        for item in result.get("results") or []:
            # All tasks were given the same list; what was pruned has no place in it.
            key = ("place", item["index"]) if item.get("index") is not None else ("id", item.get("id"))
            items[key] = _merged_item(items[key], item) if key in items else item
    merged = {**told[-1], "changed": any(result.get("changed") for result in told), "results": list(items.values())}
    merged["actions"] = [action for result in told for action in result.get("actions") or []]
    if any("diff" in result for result in told):
        merged["diff"] = [diff for result in told for diff in result.get("diff") or []]
    if any("awaiting_approval" in result for result in told):
        merged["awaiting_approval"] = [str(item["display_name"]) for item in awaited(items.values())]
    plans = [result["plan"] for result in [*_as_done(runs_of(before)), *results] if result and result.get("plan")]
    if plans:
        merged["plan"] = _merged_plan(plans, merged["results"])
    return merged


def _as_done(runs: t.Iterable[Dict]) -> list[Dict]:
    """Return runs that ended with the writes that they did: what they left, a later one plans again."""
    return [{**run, "plan": {**(run.get("plan") or {}), "writes": len(run.get("actions") or ())}} for run in runs]


def _merged_item(first: Dict, second: Dict) -> Dict:
    merged = {**second, "actions": [*(first.get("actions") or []), *(second.get("actions") or [])]}
    done, last = _done(first), second.get("status")
    if (last in ("unchanged", "updated") and done in ("created", "updated")) or (last, done) == (
        "unchanged",
        "deleted",
    ):
        merged["status"] = done
    return merged | _merged_sides(first, second)


def _merged_sides(first: Dict, second: Dict) -> Dict:
    """Return what differs from before the first task to after the second one; nothing where no task tells it."""
    known = [item for item in (first, second) if "before" in item]
    if not known:
        return {}
    # What the first task created had nothing before it.
    before = [] if _done(first) == "created" else [item["before"] for item in reversed(known)]
    return {
        "before": {name: value for side in before for name, value in side.items()},
        "after": {name: value for item in known for name, value in item["after"].items()},
    }


def _done(item: Dict) -> t.Any:
    """Return what became of a policy, that of one that failed or waits after some of its writes included."""
    actions = [action.get("action") for action in item.get("actions") or [] if isinstance(action, dict)]
    if item.get("status") not in ("failed", AWAITING) or not actions:
        return item.get("status")
    return "created" if "create" in actions else "updated"


def _merged_plan(plans: t.Sequence[Dict], items: t.Sequence[Dict]) -> Dict:
    counts = {status: sum(item.get("status") == status for item in items) for status in _STATUSES}
    sums = {name: sum(plan.get(name) or 0 for plan in plans) for name in _SUMS}
    warnings = list(dict.fromkeys(warning for plan in plans for warning in plan.get("warnings") or ()))
    bound: Dict = {name: plans[0][name] for name in ("fingerprint", "details") if name in plans[0]}
    others = {name: value for name, value in plans[-1].items() if name not in ("fingerprint", "details")}
    return {**others, "fingerprint": None, **bound, **counts, **sums, "warnings": warnings}
