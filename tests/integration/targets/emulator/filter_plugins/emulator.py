# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters that put what a module says beside what the emulator saw."""

from __future__ import annotations

import re
import typing as t

_COLLECTION = "/beta/officeConfiguration/clientConfigurations"
_ACTION_OF = {
    "POST clientConfigurations": "create",
    "PATCH": "update",
    "PUT": "write_payload",
    "POST assign": "assign",
    "POST updatePriorities": "update_priorities",
    "DELETE": "delete",
}
_KINDS = {
    "#microsoft.graph.windowsOfficeClientConfiguration": "windows",
    "#microsoft.graph.windowsOfficeClientSecurityConfiguration": "windows_security",
    "#microsoft.graph.officeClientConfiguration": "office",
}
# What the server makes: unknown before the real run.
_SERVER_MADE = {"id", "last_modified_date_time"}
Dicts = list[dict[str, t.Any]]
_RESULTS = ("changed", "config", "configs", "assignments", "results", "order", "plan", "actions", "diff")


def calls_of(calls: Dicts) -> Dicts:
    """Return the calls of journal entries, those of a batch in its place. A batch that was refused holds none."""
    return [one for call in calls for one in (call["batch"] if call["path"].endswith("/$batch") else [call])]


def writes_of(calls: Dicts, policies: Dicts) -> list[str]:
    """Return the writes among journal entries, as ``METHOD name/rest``, with the status where it is not 2xx.

    ``policies`` name the ids; of several with one id the last one counts.
    """
    names = {policy["id"]: policy["displayName"] for policy in policies}
    return [_named(call, names) for call in calls_of(calls) if is_write(call)]


def is_write(call: dict[str, t.Any]) -> bool:
    """Tell whether a call may change something: reports are asked for with POST, and only read."""
    return call["method"] != "GET" and "/deviceManagement/reports/" not in call["path"]


def _named(call: dict[str, t.Any], names: dict[str, str]) -> str:
    parts = call["path"].removeprefix(_COLLECTION).strip("/").split("/")
    where = "/".join(names.get(part, part) for part in parts) or "clientConfigurations"
    done = call["status"] is not None and 200 <= call["status"] < 300
    return f"{call['method']} {where}" + ("" if done else f" ({call['status'] or 'no answer'})")


def actions_of(writes: list[str]) -> list[str]:
    """Return the names that ``actions`` has for writes as writes_of tells them, without those that were refused."""
    names = []
    for write in writes:
        method, _unused, where = write.partition(" ")
        action = where.rpartition("/")[2].rpartition(".")[2]
        if not where.endswith(")"):
            names.append(_ACTION_OF.get(method) or _ACTION_OF[f"{method} {action}"])
    return names


def configs_of(policies: Dicts) -> Dicts:
    """Return policies of the emulator's state by the names of the modules' options, strongest first."""
    configs = [
        {
            "id": policy["id"],
            "display_name": policy["displayName"],
            "kind": _KINDS[policy["@odata.type"]],
            "description": policy["description"] or "",
            "priority": policy["priority"],
            "policy_payload": _payload(policy["policyPayload"]),
            "user_preference_payload": _payload(policy["userPreferencePayload"]),
            "groups": sorted(entry["groupId"] for entry in policy["assignments"]),
        }
        for policy in policies
    ]
    return sorted(configs, key=lambda config: config["priority"])


def _payload(value: t.Any) -> t.Any:
    return {} if value is None else value


def unlike_state(shown: Dicts, policies: Dicts) -> list[t.Any]:
    """Return the policies shown by a module that are not what the tenant holds, each beside what it holds."""
    held = {config["id"]: config for config in configs_of(policies)}
    wrong = []
    for config in shown:
        there = held.get(config["id"], {})
        told = without(config, ["last_modified_date_time"])
        if not same_json(told, {key: there.get(key) for key in told}):
            wrong.append([told, there])
    return wrong


def unlike_expected(policies: Dicts, about: list[str], expected: Dicts) -> list[t.Any]:
    """Return where the policies called ``about`` are not exactly the expected ones.

    An expected one holds its ``display_name`` and any other options, which are all that is compared.
    """
    held = {config["display_name"]: config for config in configs_of(policies) if config["display_name"] in about}
    wanted = {config["display_name"]: config for config in expected}
    wrong: list[t.Any] = [f"{name} is not as expected: there or not" for name in sorted(held.keys() ^ wanted.keys())]
    for name in held.keys() & wanted.keys():
        there = {key: held[name].get(key) for key in wanted[name]}
        if not same_json(there, wanted[name]):
            wrong.append([wanted[name], there])
    return wrong


def without(config: dict[str, t.Any], keys: list[str]) -> dict[str, t.Any]:
    """Return a dict without some keys."""
    return {key: value for key, value in config.items() if key not in keys}


def unmanaged(policies: Dicts, names: list[str]) -> Dicts:
    """Return the policies that a step is not about, whole but for the time stamp (renumbering touches all)."""
    return [without(policy, ["lastModifiedDateTime"]) for policy in policies if policy["displayName"] not in names]


def unlike_plan(applied: dict[str, t.Any], planned: dict[str, t.Any]) -> list[str]:
    """Return the paths at which a real run's result is not what check mode told, but for what the server makes."""
    sides = [{key: result[key] for key in _RESULTS if key in result} for result in (planned, applied)]
    return list(_differences("result", *sides))


def _differences(path: str, planned: t.Any, applied: t.Any) -> t.Iterator[str]:
    if isinstance(planned, dict) and isinstance(applied, dict):
        for key in sorted(set(planned) | set(applied)):
            # An assign call replaces all assignments, so that those that stay get new ids, too.
            new = planned.get(key) is None or path.startswith("result.assignments")
            if key not in _SERVER_MADE or not new:
                yield from _differences(f"{path}.{key}", planned.get(key), applied.get(key))
    elif isinstance(planned, list) and isinstance(applied, list) and len(planned) == len(applied):
        for place, (one, other) in enumerate(zip(planned, applied, strict=True)):
            yield from _differences(f"{path}[{place}]", one, other)
    elif path.endswith("_header") and " (id " not in planned:
        # A policy that is yet to be created has no id in the diff's header.
        yield from _differences(path.removesuffix("_header"), planned, re.sub(r" \(id .*\)$", "", applied))
    elif not same_json(planned, applied):
        yield f"{path}: planned {planned!r}, applied {applied!r}"


def same_json(one: t.Any, other: t.Any) -> bool:
    """Tell whether two values are the same JSON, true being another value than 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


class FilterModule:
    """The filters, by the names that the targets use."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters."""
        return {
            "calls_of": calls_of,
            "writes_of": writes_of,
            "actions_of": actions_of,
            "configs_of": configs_of,
            "unlike_state": unlike_state,
            "unlike_expected": unlike_expected,
            "unmanaged": unmanaged,
            "unlike_plan": unlike_plan,
            "same_json": same_json,
            "without": without,
        }
