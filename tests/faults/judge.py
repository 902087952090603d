# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judge: what a run did to a tenant, held against what was there and what was asked for. Pure.

States are lists of policies in the emulator's form. ``goal`` is the state after a run without faults.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from dataclasses import dataclass

Policies = t.Sequence[t.Mapping[str, t.Any]]
Facts = dict[str, t.Any]

DUPLICATES, LOSSES, FOREIGN = "duplicates", "losses", "touched foreign"
UNCLEAR, UNTRUE, UNFINISHED, UNSTABLE = "unclear", "untrue", "not converged", "not stable"
COLUMNS = (DUPLICATES, LOSSES, FOREIGN, UNCLEAR, UNTRUE, UNFINISHED, UNSTABLE)

_SERVER_MADE = ("lastModifiedDateTime", "checkinStatuses", "userCheckinSummary")
# An object, an action, a cause and a next step, in one line. The object is one that a user knows.
_SENTENCE = re.compile(
    r"(?P<object>the login|the policies' order|the list of Office policies"
    r"|the list of (?:policies in the settings catalog|assignment filters|scope tags)"
    r"|(?:policies\[\d+\] )?(?:policy|group) [^\n]+)"
    r": cannot (?P<action>[^\n:]+): (?P<cause>[^\n]+)\. (?P<step>[A-Z][^\n]+)\."
    r"(?: \(\d+ more polic(?:y|ies) failed: see results\.\))?"
)
_DEFECTS = ("Traceback", "{'", "defect", "unexpected", "object at 0x", "Error(", "None:")
# Said of a policy of which some writes were sent when another policy's failed.
_HALF_DONE = "Only some of its writes were sent"


@dataclass(frozen=True)
class Violation:
    """Something that must not be: the column it counts in, and what it is."""

    column: str
    text: str


@dataclass(frozen=True)
class Case:
    """What a run is judged by: the policies before it, after one without faults, and those that are none of its
    business. ``ordered`` tells that it declares an order; ``free`` are the names whose number was not asked for.
    """

    before: Policies
    goal: Policies
    bystanders: frozenset[str]
    ordered: bool = False
    free: frozenset[str] = frozenset()


def facts(policy: t.Mapping[str, t.Any]) -> Facts:
    """Return what a user asks of a policy: all of it but what the server makes, with its groups in place of
    assignments.
    """
    asked = {key: value for key, value in policy.items() if key not in (*_SERVER_MADE, "id", "assignments")}
    return {**asked, "groups": sorted(entry["groupId"] for entry in policy["assignments"])}


def state_facts(policies: Policies) -> dict[str, Facts]:
    """Return the facts of all policies by id."""
    return {policy["id"]: facts(policy) for policy in policies}


def same(first: Policies, second: Policies) -> bool:
    """Tell whether two states are equal for a user."""
    return state_facts(first) == state_facts(second)


def damage(case: Case, now: Policies) -> t.Iterator[Violation]:
    """Yield what a run must not have done even if it failed: each policy is as before or as asked, or in between."""
    yield from _doubles(now)
    old, goal = ({policy["id"]: policy for policy in state} for state in (case.before, case.goal))
    new = {policy["displayName"]: policy for policy in case.goal if policy["id"] not in old}
    here = {policy["id"]: policy for policy in now}
    for key, policy in old.items():
        if policy["displayName"] not in case.bystanders or case.ordered:
            yield from _harm(policy, goal.get(key), here.get(key))
    yield from touched(case, now)
    for key in here.keys() - old.keys():
        name = here[key]["displayName"]
        if name not in new:
            yield Violation(DUPLICATES, f"'{name}' was created, which nobody asked for")
        else:
            yield from _odd(LOSSES, facts(here[key]), (_blank(facts(new[name])), facts(new[name])))


def _doubles(now: Policies) -> t.Iterator[Violation]:
    for key in ("displayName", "priority"):
        for value, count in Counter(policy[key] for policy in now if key in policy).items():
            if count > 1:
                yield Violation(DUPLICATES, f"{count} policies have the {key} {value!r}")


def _blank(policy: Facts) -> Facts:
    """Return a policy as it is right after its creation."""
    return {**policy, "policyPayload": None, "userPreferencePayload": None, "groups": []}


def _harm(old: t.Mapping[str, t.Any], goal: t.Any, now: t.Any) -> t.Iterator[Violation]:
    if now is not None:
        yield from _odd(LOSSES, facts(now), (facts(old), facts(goal or old)), free=() if goal else ("priority",))
    elif goal is not None:
        yield Violation(LOSSES, f"'{old['displayName']}' is gone")


def touched(case: Case, now: Policies) -> t.Iterator[Violation]:
    """Yield bystanders that are not as they were, to the last id and time stamp; an order may move their numbers."""
    here = {policy["id"]: policy for policy in now}
    moved = ("priority", "lastModifiedDateTime") if case.ordered else ()
    for old in case.before:
        policy = here.get(old["id"])
        if old["displayName"] in case.bystanders and (
            policy is None or any(policy[key] != value for key, value in old.items() if key not in moved)
        ):
            yield Violation(FOREIGN, f"bystander '{old['displayName']}' was {old}, is {policy}")


def _odd(column: str, now: Facts, allowed: tuple[Facts, Facts], free: tuple[str, ...] = ()) -> t.Iterator[Violation]:
    for key, value in now.items():
        wanted = [policy[key] for policy in allowed]
        if key not in free and value not in wanted:
            yield Violation(column, f"{key} of '{now['displayName']}' is {value!r}, not one of {wanted}")


def unlike_goal(case: Case, now: Policies) -> list[str]:
    """Return how a state differs from what was asked for; numbers that nobody asked for may be others."""
    goal, here = ({policy["displayName"]: facts(policy) for policy in state} for state in (case.goal, now))
    found = [f"'{name}' is missing" for name in goal.keys() - here.keys()]
    found += [f"'{name}' should not be there" for name in here.keys() - goal.keys()]
    for name in goal.keys() & here.keys():
        loose = {"priority"} if case.ordered or name in case.free else set()
        found += [
            f"{key} of '{name}' is {here[name][key]!r}, not {value!r}"
            for key, value in goal[name].items()
            if key not in loose and here[name][key] != value
        ]
    ids = {policy["displayName"]: policy["id"] for policy in now}
    found += [
        f"'{policy['displayName']}' is another policy than before"
        for policy in case.before
        if policy["displayName"] in goal and ids.get(policy["displayName"], policy["id"]) != policy["id"]
    ]
    if case.ordered and _sequence(now) != _sequence(case.goal):
        found.append(f"the order is {_sequence(now)}, not {_sequence(case.goal)}")
    return found + [violation.text for violation in _doubles(now)]


def _sequence(policies: Policies) -> list[str]:
    return [policy["displayName"] for policy in sorted(policies, key=lambda policy: int(policy["priority"]))]


def unclear(result: t.Mapping[str, t.Any], secret: str) -> t.Iterator[Violation]:
    """Yield what is wrong with the sentences of a failed run."""
    texts = [str(result.get("msg"))]
    texts += [item["msg"] for item in result.get("results", ()) if item["status"] == "failed"]
    for text in texts:
        if not text.startswith(_HALF_DONE) and not _SENTENCE.fullmatch(text):
            yield Violation(UNCLEAR, f"not an object, an action, a cause and a next step: {text}")
        if any(word in text for word in _DEFECTS):
            yield Violation(UNCLEAR, f"a defect: {text}")
    # Ansible's own word where it shows none is "(traceback unavailable)".
    if "Traceback" in str(result) or secret in str(result):
        yield Violation(UNCLEAR, "a traceback or a secret is in the result")


def untrue(
    case: Case, before: Policies, result: t.Mapping[str, t.Any], now: Policies, doubt: bool
) -> t.Iterator[Violation]:
    """Yield what a run says that is not so; ``doubt`` tells that a write may have been done for all it can know."""
    changed, differs = bool(result.get("changed")), not same(before, now)
    if differs and not changed:
        yield Violation(UNTRUE, "it says unchanged, but the tenant changed")
    if changed and not differs and not (doubt and result.get("failed")):
        yield Violation(UNTRUE, "it says changed, but the tenant is as before")
    if not result.get("failed"):
        return
    old, goal, here = ({policy["displayName"]: facts(policy) for policy in state} for state in (before, case.goal, now))
    for item in result.get("results", ()):
        name, status = item["display_name"], item["status"]
        have = here.get(name)
        if status in ("created", "updated", "deleted") and have != goal.get(name):
            yield Violation(UNTRUE, f"'{name}' is called {status}, but is {have}")
        if status == "unchanged" and have != old.get(name):
            yield Violation(UNTRUE, f"'{name}' is called unchanged, but is {have}, was {old.get(name)}")
        if status == "not_attempted" and have != old.get(name):
            yield Violation(UNTRUE, f"'{name}' is called not attempted, but is {have}, was {old.get(name)}")
